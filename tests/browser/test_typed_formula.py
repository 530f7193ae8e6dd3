"""A formula typed into the explorer of any activation, by keyboard alone."""

import re

import pytest

from browser.lab import DIGEST
from initcourse.activations import MORE_ACTIVATIONS

expect = pytest.importorskip("playwright.sync_api").expect

CELL = "from initcourse.explorers import AnyActivationExplorer\nAnyActivationExplorer(depth=6)"


def test_a_typed_formula_is_drawn_and_a_wrong_one_leaves_the_picture(open_cells):
    with open_cells("typed.ipynb", CELL) as notebook:
        notebook.run_all()
        assert notebook.errors() == []
        (box,) = notebook.explorers()
        field = box.locator("input[type=text]")
        expect(field).to_be_hidden()  # a formula that is not drawn is not shown
        box.locator("select").select_option(index=len(MORE_ACTIVATIONS))  # "your formula"
        expect(field).to_be_visible()
        sentence, picture = box.locator(":scope > .widget-html"), box.locator(":scope > img")
        height = box.evaluate("box => box.offsetHeight")

        def type_in(formula):
            before = picture.get_attribute("src")
            field.focus()
            notebook.page.keyboard.press("ControlOrMeta+a")
            notebook.page.keyboard.type(formula)
            notebook.page.keyboard.press("Enter")
            return before

        before = type_in("x * exp(-x**2 / 2)")
        expect(sentence).to_have_text(re.compile(r"^\s*x \* exp\(-x\*\*2 / 2\): "), timeout=20_000)
        notebook.idle()
        assert picture.get_attribute("src") != before
        chosen = box.locator("select").evaluate("menu => menu.selectedOptions[0].text")
        assert chosen.replace("\xa0", " ") == "your formula"
        shown = picture.evaluate(DIGEST)
        type_in("sign(x)")
        expect(sentence).to_have_text(re.compile(r"Not drawn: φ jumps near x = 0"), timeout=20_000)
        notebook.idle()
        assert picture.evaluate(DIGEST) == shown
        assert box.evaluate("box => box.offsetHeight") == height
        assert notebook.errors() == []
