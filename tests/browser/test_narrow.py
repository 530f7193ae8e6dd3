"""Every explorer in windows of many widths: nothing squeezed, nothing cut off, all in reach."""

import pytest

from browser.test_notebooks import CELLS, MISLAID
from initcourse.explorers.fans import SHAPES

#: Width and height of the window, and whether the file browser stays open beside the notebook.
WINDOWS = {
    "a laptop": (1280, 900, True),
    "half a screen": (1024, 768, True),
    "a tablet": (768, 1024, True),
    "a laptop at 200 %": (640, 450, False),
    "a projector": (1280, 720, False),
    "a phone": (400, 800, False),
}
#: A phone shows the beginning of the longest options; the open menu has all of them.
CUT_ON_A_PHONE = ["cut off in its menu: " + shape.replace(" ", "\xa0") for shape in SHAPES]
# What of the explorers is squeezed, sticks out of its output, or lies under something else.
MISFITS = """least => {
    const wrong = [], seen = element => element.checkVisibility();
    const parts = 'img, select, label, button, input, .progress, .widget-html-content, '
        + '.widget-label, .widget-readout, .noUi-target, .noUi-handle';
    const boxes = [...document.querySelectorAll('.widget-vbox')].filter(
        box => box.querySelector(':scope > img.widget-image'));
    for (const box of boxes) {
        const output = box.closest('.jp-OutputArea-output').getBoundingClientRect();
        const say = (element, words) => wrong.push(
            `${box.innerText.slice(0, 20)}… ${element.className || element.tagName}: ${words}`);
        const picture = box.querySelector(':scope > img'), shown = picture.getBoundingClientRect();
        const squeezed = shown.width / shown.height * picture.naturalHeight / picture.naturalWidth;
        if (Math.abs(squeezed - 1) > 0.01) say(picture, `its ratio is ${squeezed} of its own`);
        for (const part of [...box.querySelectorAll(parts)].filter(seen)) {
            const place = part.getBoundingClientRect();
            if (place.left < output.left - 1 || place.right > output.right + 1)
                say(part, `sticks out by ${Math.max(output.left - place.left,
                                                    place.right - output.right)} pixels`);
        }
        for (const track of [...box.querySelectorAll('.noUi-target')].filter(seen))
            if (track.offsetWidth < least) say(track, `has ${track.offsetWidth} pixels of track`);
        for (const one of box.querySelectorAll('.noUi-handle, select, input, button')) {
            if (one.disabled || !one.checkVisibility({visibilityProperty: true})) continue;
            one.scrollIntoView({block: 'center'});
            const place = one.getBoundingClientRect();
            const top = document.elementFromPoint(
                (place.left + place.right) / 2, (place.top + place.bottom) / 2);
            if (!one.contains(top)) say(one, 'cannot be clicked');
        }
    }
    return [boxes.length, wrong];
}"""

# Explorers whose sentence is below the window when their picture is at its top. (A patient of the
# clinic is examined step by step below its picture.)
OUT_OF_SIGHT = """() => {
    const room = document.querySelector('.jp-Notebook .jp-WindowedPanel-outer').clientHeight;
    return [...document.querySelectorAll('.initcourse-box:has(> .widget-box):has(> img)')].filter(
        box => {
            const [picture, line] = ['img', 'img ~ .widget-html .widget-html-content'].map(
                part => box.querySelector(`:scope > ${part}`).getBoundingClientRect());
            const top = Math.min(box.getBoundingClientRect().top, picture.top);
            return line.bottom - top > room;
        }).map(box => box.innerText.slice(0, 30)).filter(text => !text.startsWith('patient'));
}"""


@pytest.fixture(scope="module")
def notebook(open_cells):
    with open_cells("narrow.ipynb", *CELLS, "RaceExplorer()") as notebook:
        notebook.run_all(240)
        assert notebook.errors() == []
        yield notebook


def resize(notebook, width, height, files=True):
    page, shell = notebook.page, "window.jupyterapp.shell"
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate(f"() => {shell}.{'expandLeft' if files else 'collapseLeft'}()")
    notebook.rest()


@pytest.mark.parametrize("name", WINDOWS)
def test_every_explorer_fits_into(name, notebook):
    resize(notebook, *WINDOWS[name])
    # where its label leaves less than 148 pixels a track goes into a line of its own
    how_many, wrong = notebook.page.evaluate(MISFITS, 150 if name == "a laptop" else 148)
    assert how_many == len(CELLS) + 1
    wrong += notebook.page.evaluate(MISLAID)
    assert [words for words in wrong if name != "a phone" or words not in CUT_ON_A_PHONE] == []


def test_a_laboratory_is_seen_whole_on_a_small_laptop(notebook):
    resize(notebook, 1366, 768)
    box = next(box for box in notebook.explorers() if "A: scale" in box.inner_text())
    room = notebook.page.evaluate(
        "document.querySelector('.jp-Notebook .jp-WindowedPanel-outer').clientHeight"
    )
    assert box.evaluate("box => box.offsetHeight") <= room - 20


@pytest.mark.parametrize("presentation", [False, True])
def test_from_the_back_of_a_room_a_picture_is_seen_with_its_sentence(notebook, presentation):
    resize(notebook, *WINDOWS["a projector"])
    page = notebook.page
    switch = "window.jupyterapp.commands.execute('application:toggle-presentation-mode')"
    if presentation:
        page.evaluate(switch)
        notebook.rest()
    try:
        hidden = page.evaluate(OUT_OF_SIGHT)
    finally:
        if presentation:
            page.evaluate(switch)
    assert hidden == []


def test_an_option_longer_than_the_window_goes_on_in_the_next_line(open_cells):
    option = "Only in layers that have as many inputs as units, since both wishes are then one."
    with open_cells(
        "option.ipynb",
        f"import initcourse as ic\nic.exercises.Question("
        f"'Which?', {{'Yes.': 'No.', {option!r}: 'Yes.'}}, {option!r})",
    ) as notebook:
        notebook.run_all()
        resize(notebook, *WINDOWS["a phone"])
        button = notebook.page.get_by_role("button", name=option)
        assert button.evaluate("it => it.scrollWidth <= it.clientWidth && it.offsetHeight > 50")
