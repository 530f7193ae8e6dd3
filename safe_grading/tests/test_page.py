"""Students' words as the teacher's browser gets them."""

import time
from html.parser import HTMLParser

import numpy as np
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from safe_grading.page import FILTERS, TAGS, _pieces, code_only, words_only
from safe_grading.screen import harmless

PIECES = (
    "< > [ ] ( ) ! \\ ` ``` $ $$ \\( \\) \\[ \\] # | --- * ~~ a x; & &lt; &#60; [a] [a]: [^1]: ^ { "
    "} \" ' javascript:alert(1) https://example.org <script> </script> <b <img\tsrc=x\tonerror=x> "
    "<!-- --> <svg/onload=x> <style> name@example.org attachment:x \\href{javascript:x}{y} "
    "\\begin{equation} \\end{equation} \0 \u00ad \u200d"
).split(" ")
PIECES += ["```mermaid\n<h1 id=x>y", " ", "\n", "\n\n", "    ", "1. "]


class Tags(HTMLParser):
    """The tags of a page, and their ids."""

    def __init__(self, page):
        super().__init__()
        self.found, self.attributes, self.ids = set(), [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found.add(tag)
        self.attributes += attributes
        self.ids += [(tag, value) for name, value in attributes if name == "id"]


@pytest.mark.parametrize("seed", range(4))
def test_nothing_written_gets_an_attribute(seed):
    rng = np.random.default_rng(seed)
    for _ in range(400):
        written = "".join(rng.choice(PIECES, rng.integers(2, 20)))
        for text in (written, harmless(written)):
            tags = Tags(words_only(text))
            assert tags.found <= TAGS and not tags.attributes, written


def test_words_lists_tables_code_and_formulas_stay():
    page = words_only(
        "# So\n\n1. *halved* at $z<0$\n\n|a|b|\n|-|-|\n|1|2|\n\n```python\nx < 1\n```\n\n$$q<1$$"
    )
    for part in ("<h1>So</h1>", "<ol>", "<em>halved</em>", "$z&lt;0$", "<td>1</td>", "x &lt; 1"):
        assert part in page
    assert "$$q&lt;1$$" in page


#: What keeps the usual filters busy for ten seconds to a minute; twice as long, four times that.
WORDS = ("|-|\n---" * 1700, "\\(\\" * 13_000, f"```python\n{'a.' * 16_000}")
CODE = ("a." * 16_000, f"a{' ' * 9000}a", "a" + "\n" * 9000 + "a", "    \n" * 1800 + "a")


@pytest.mark.parametrize(
    ("show", "written"), [*((words_only, it) for it in WORDS), *((code_only, it) for it in CODE)]
)
def test_what_is_made_to_take_long_does_not(show, written):
    before = time.process_time()
    page = show(written)
    assert time.process_time() - before < 4
    assert len(page) > 0.6 * len(written)


def test_of_a_long_text_nothing_is_lost():
    text = "".join(f"{'word ' * k}\n{chr(10) * (k % 3)}" for k in (5, 200, 900, 3, 40) * 3)
    pieces = _pieces(text)
    assert "".join(pieces) == text and max(map(len, pieces)) <= 1500 and len(pieces) > 10
    assert _pieces(text[:3000]) == [text[:3000]]
    assert "<p>end</p>" in words_only(text + "\n\nend")


def test_in_formgrader_code_is_coloured_where_that_takes_no_time():
    notebook = new_notebook(cells=[new_code_cell(f"a = 1\nb = '<{'x' * n}>'") for n in (1, 400)])
    config = Config()
    config.HTMLExporter.filters = FILTERS
    page, _ = HTMLExporter(config=config).from_notebook_node(notebook)
    assert page.count('<span class="n">a</span>') == 1
    assert f"b = '&lt;{'x' * 400}&gt;'" in page


def test_in_formgrader_a_heading_takes_no_box_of_points():
    graded = {"grade": True, "locked": False, "solution": True, "points": 5, "schema_version": 3}
    answer = {**graded, "grade_id": "answer"}
    test = {**graded, "grade_id": "test-1", "solution": False, "locked": True}
    notebook = new_notebook(
        cells=[
            new_markdown_cell("# test-1\n<https://example.org>", metadata={"nbgrader": answer}),
            new_code_cell("assert f(1) == 1", metadata={"nbgrader": test}),
        ]
    )
    config = Config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    config.HTMLExporter.filters = FILTERS
    names = "base_url submission_id notebook_id assignment_id index total last_name first_name"
    resources = dict.fromkeys(names.split(), "") | {"index": 0, "total": 1}
    page, _ = HTMLExporter(config=config).from_notebook_node(notebook, resources)
    tags = Tags(page)
    assert [tag for tag, name in tags.ids if name == "test-1"] == ["input"]
    assert ("href", "https://example.org") not in tags.attributes
