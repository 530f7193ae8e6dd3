"""One's own notebook, opened the next day: a still picture and a sentence until it runs again."""

import pytest

expect = pytest.importorskip("playwright.sync_api").expect

SOURCES = (
    "from initcourse import exercises, explorers",
    "explorers.WeightedSumExplorer()",
    "exercises.Question('Why?', {'so': 'Yes.', 'because': 'No.'}, 'so')",
)
#: Whether the page shows an element that holds these words.
SEEN = """words => [...document.querySelectorAll('.jp-OutputArea-output')].filter(
    output => output.innerText.includes(words) && output.offsetParent !== null).length"""


def assert_alive(notebook):
    """One picture, which moves, and nothing beside the widgets."""
    page = notebook.page
    [box] = notebook.explorers()
    picture = box.locator("img.widget-image")
    expect(picture).to_be_visible()
    expect(page.locator(".jp-OutputArea-output img:visible")).to_have_count(1)
    expect(page.get_by_role("button", name="because")).to_be_visible()
    assert page.evaluate(SEEN, "from the top of the notebook") == 0
    before = picture.get_attribute("src")
    box.locator("[role=slider]").first.focus()
    page.keyboard.press("ArrowRight")
    expect(picture).not_to_have_attribute("src", before)


def test_a_picture_and_a_sentence_stand_in_until_the_cell_runs_again(open_cells, open_notebook):
    with open_cells("reopened.ipynb", *SOURCES) as notebook:
        notebook.run_all()
        assert_alive(notebook)
        notebook.page.keyboard.press("Escape")
        notebook.page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    with open_notebook("reopened.ipynb") as notebook:  # the page and the kernel are new
        page = notebook.page
        still = page.locator(".jp-OutputArea-output img:visible")
        expect(still).to_have_count(1)
        assert still.evaluate("img => img.naturalWidth") > 700
        for words in ("To move this picture, run the cells from the top", "To answer, run the"):
            assert page.evaluate(SEEN, words) == 1
        assert page.evaluate(SEEN, "Error displaying widget") == 0
        notebook.run_all()
        assert_alive(notebook)
