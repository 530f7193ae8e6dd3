"""Without seeing, by keyboard alone, in the dark, on a fine screen and from the back of a room."""

import io
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path

import lessons
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from browser.lab import Notebook
from browser.test_notebooks import MISLAID, next_option
from initcourse.figures.style import RULE_STYLE, text_color

expect = pytest.importorskip("playwright.sync_api").expect

ROOT = Path(__file__).resolve().parents[2]
AXE = "4.14.1"
#: By day these lessons, and the race.
BY_DAY = ("00_", "02_", "11_")
CELLS = (
    "from initcourse.explorers import *\nfrom initcourse.exercises.prediction import *\n"
    "SignalsExplorer(width=64)",
    'Prediction("How much?", lambda: 4.0, scale=(0, 10), reply=lambda g, o: f"It is {o:g}.")',
    'Question("Which one?", {"that": "No.", "this": "Yes."}, "this")',
    "RaceExplorer(width=32, depth=2, seeds=1, steps=2000)",
    "import initcourse as ic\nic.exercises.share_left.check(3.0)",
)
CHECK = """async () => {
    const ours = [['.initcourse-box'], ['.jp-OutputArea-output'], ['.jp-RenderedMarkdown']];
    const found = await axe.run({include: ours}, {resultTypes: ['violations']});
    return found.violations.filter(each => ['critical', 'serious'].includes(each.impact)).flatMap(
        each => each.nodes.map(node => `${each.id}: ${node.html.slice(0, 300)}`));
}"""
# What stands in the place from which a screen reader announces, each time that it changes.
LISTEN = """box => {
    const place = box.querySelector('[role=status]');
    box.announced = [];
    new MutationObserver(() => { if (place.textContent) box.announced.push(place.textContent); })
        .observe(place, {childList: true});
}"""
# An arrow key that is held down, as the page's own clock counts.
HELD = """async handle => {
    for (let k = 0; k < 16; ++k) {
        handle.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true}));
        await new Promise(done => setTimeout(done, 40));
    }
}"""
# The width of every picture that an explorer shows.
WIDTHS = """box => {
    box.widths = [];
    box.querySelector('img').addEventListener(
        'load', event => box.widths.push(event.target.naturalWidth));
}"""
# What of the boxes sticks out of its output.
STICKS_OUT = """() => [...document.querySelectorAll('.initcourse-box')].flatMap(box => {
    const output = box.closest('.jp-OutputArea-output').getBoundingClientRect();
    const parts = 'img, button, .noUi-target, .noUi-handle, .widget-readout, .widget-html-content';
    return [...box.querySelectorAll(parts)].filter(part => part.checkVisibility()
        && part.getBoundingClientRect().right > output.right + 1).map(part => part.className);
})"""


@pytest.fixture(scope="package")
def axe():
    """The source of axe-core, fetched once by npm into build/."""
    path = ROOT / "build" / f"axe-core-{AXE}.js"
    if not path.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.fail("no npm") if os.environ.get("CI") else pytest.skip("needs npm")
        path.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
            command = [npm, "pack", "--silent", f"axe-core@{AXE}"]
            subprocess.run(command, cwd=scratch, check=True, capture_output=True, timeout=120)
            with tarfile.open(next(Path(scratch).glob("*.tgz"))) as archive:
                archive.extract("package/axe.min.js", scratch, filter="data")
            Path(scratch, "package", "axe.min.js").replace(path)
    return path.read_text(encoding="utf-8")


def findings(notebook, axe):
    """Return what axe-core calls critical or serious in the course's widgets, outputs and text."""
    notebook.rest()
    notebook.page.evaluate(axe)
    return notebook.page.evaluate(CHECK)


def by_day_or_night(path):
    return pytest.param(path.name, marks=[pytest.mark.nightly] * (not path.name.startswith(BY_DAY)))


@pytest.mark.parametrize("name", [*map(by_day_or_night, lessons.NOTEBOOKS)])
def test_axe_finds_nothing_serious_in(name, open_notebook, axe):
    with open_notebook(name) as notebook:
        notebook.run_all(600)
        assert findings(notebook, axe) == []
        assert notebook.page.locator(".jp-OutputArea-output img:not([alt])").count() == 0


@pytest.fixture(scope="module")
def notebook(open_cells):
    with open_cells("accessible.ipynb", *CELLS) as notebook:
        notebook.run_all()
        assert notebook.errors() == []
        notebook.rest()
        yield notebook


def boxes(notebook):
    """Return the box of the explorer, the prediction, the question and the race."""
    return notebook.page.locator(".initcourse-box").all()


def test_axe_finds_nothing_serious_in_the_race(notebook, axe):
    assert len(boxes(notebook)) == 4
    assert findings(notebook, axe) == []


def test_the_tree_that_a_screen_reader_has_names_everything(notebook):
    explorer, prediction, question, race = boxes(notebook)
    names = "weight scale ×", "depth", "width", "seed"
    tree = explorer.aria_snapshot()
    assert re.findall(r'slider "(.*)"', tree) == list(names)
    assert re.findall(r'textbox "(.*), as a number"', tree) == list(names)
    assert re.findall(r'combobox "(.*)"', tree) == ["activation", "init", "input"]
    sentence = explorer.locator(".widget-html").inner_text()
    assert explorer.get_by_role("img").get_attribute("alt") == sentence != ""
    assert 'slider "your guess"' in prediction.aria_snapshot()
    assert 'group "Which one?"' in question.aria_snapshot()
    ticked = re.findall(r'checkbox ".*?([^■ ][^"]*)"( \[checked\])?', race.aria_snapshot())
    assert len(ticked) == 10 and sum(bool(mark) for _, mark in ticked) == 3
    assert 'group "rules"' in race.aria_snapshot()
    rates = race.get_by_role("slider", name="learning rate")
    assert rates.get_attribute("aria-valuetext") == "0.05"  # not its place in the list


def test_an_explorer_by_keyboard_announces_its_sentence_when_it_rests(notebook):
    page, box = notebook.page, boxes(notebook)[0]
    box.evaluate(LISTEN)
    picture, handle = box.get_by_role("img"), box.get_by_role("slider", name="weight scale ×")
    number = box.get_by_role("textbox", name="weight scale ×, as a number")
    handle.focus()
    page.keyboard.press("ArrowRight")
    handle.evaluate(HELD)
    notebook.rest()
    assert handle.get_attribute("aria-valuetext") == number.inner_text() != "1.00"
    sentence = box.locator(".widget-html").inner_text()
    assert len(box.evaluate("box => box.announced")) <= 3  # of 17 sentences
    assert box.evaluate("box => box.announced.at(-1)") == sentence
    assert picture.get_attribute("alt") == sentence
    page.keyboard.press("Tab")
    assert number.evaluate("number => number === document.activeElement")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("2.5")
    page.keyboard.press("Enter")
    expect(handle).to_have_attribute("aria-valuetext", "2.46")  # 2^1.3, the stop next to it
    menu = box.get_by_role("combobox", name="activation")
    next_option(page, menu)
    expect(picture).not_to_have_attribute("alt", sentence)
    menu.press("ArrowUp")  # a closed menu has its keys too: jupyter-widgets/ipywidgets#3912
    expect(menu).to_have_js_property("selectedIndex", 0)
    expect(box.get_by_role("status")).to_have_text("", timeout=20_000)  # not read a second time


def test_what_a_check_says_is_announced(notebook):
    verdict = notebook.page.locator(".jp-OutputArea[aria-live=polite]")
    expect(verdict).to_have_count(1)
    expect(verdict).to_contain_text("ten times too large")


def test_a_prediction_and_a_question_by_keyboard(notebook):
    page, (_, prediction, question, _) = notebook.page, boxes(notebook)
    prediction.get_by_role("slider", name="your guess").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")  # the number
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(prediction.get_by_role("img")).to_have_attribute("alt", "It is 4.")
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "this"
    page.keyboard.press("Space")
    expect(question.get_by_role("button", name="this")).to_have_attribute("aria-pressed", "true")
    expect(question.get_by_role("button", name="that")).to_have_attribute("aria-pressed", "false")
    expect(question.get_by_role("status")).to_have_text("Right. Yes.")


def test_start_hands_the_focus_to_stop_and_back(notebook):
    page, race = notebook.page, boxes(notebook)[3]
    start, stop = (race.get_by_role("button", name=name) for name in ("Start", "Stop"))
    box_height = race.evaluate("box => box.offsetHeight")
    start.focus()
    page.keyboard.press("Enter")
    expect(stop).to_be_focused()
    page.wait_for_timeout(500)
    race.evaluate(LISTEN)
    page.keyboard.press("Enter")
    expect(start).to_be_focused()
    expect(race.locator(":scope > .widget-label")).to_contain_text("stopped")
    notebook.rest()
    assert "stopped at step" in race.get_by_role("img").get_attribute("alt")
    assert race.evaluate("box => box.announced.at(-1)").startswith("A (ReLU, 2 × 32")
    assert race.evaluate("box => box.offsetHeight") == box_height
    # whoever has gone elsewhere meanwhile is left there
    start.focus()
    page.keyboard.press("Enter")
    expect(stop).to_be_focused()
    page.keyboard.press("Shift+Tab")
    elsewhere = page.evaluate_handle("document.activeElement")
    stop.evaluate("stop => stop.click()")
    expect(start).to_be_enabled()
    notebook.rest()
    assert elsewhere.evaluate("element => element === document.activeElement")


def luminance(rgb):
    """Return the relative luminance of WCAG 2.2; sRGB from 0 to 1, shape (..., 3)."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(rgb, ground):
    one, other = luminance(np.asarray(rgb)), luminance(np.asarray(ground))
    return (np.maximum(one, other) + 0.05) / (np.minimum(one, other) + 0.05)


def test_turned_dark_every_colour_stands_out_as_on_white(browser):
    """Each colour of the course under the style sheet's filter, as the browser paints it."""
    sheet = (ROOT / "initcourse" / "explorers" / "front_end.css").read_text(encoding="utf-8")
    turned = re.search(r"filter: (.*);", sheet).group(1)
    lines = sorted({color for color, *_ in RULE_STYLE.values()})
    colors = ["#ffffff", *lines, *map(text_color, lines)]
    page = browser.new_page()
    cell = '<div style="width:20px;height:20px;background:{}"></div>'.format
    row = "".join(map(cell, colors))
    page.set_content(f'<div style="filter:{turned};display:flex">{row}</div>')
    shown = page.locator("div").first.screenshot()
    page.close()
    dark = np.asarray(Image.open(io.BytesIO(shown)).convert("RGB"))[10, 10::20][: len(colors)] / 255
    light = contrast([to_rgb(color) for color in colors], [1.0, 1.0, 1.0])
    after = contrast(dark, dark[0])
    assert luminance(dark[0]) < 0.01
    assert (after[1 : 1 + len(lines)] > 3).all()
    assert (after[1 + len(lines) :] > 4.5).all() and (light[1 + len(lines) :] > 4.5).all()


WIDTH = "picture => picture.naturalWidth"


def fits(page):
    """Wait until nothing of the boxes sticks out of its output; say whether that comes."""
    return page.wait_for_function(f"() => ({STICKS_OUT})().length === 0", timeout=10_000)


def test_presentation_mode_makes_boxes_grow(notebook):
    page, (explorer, *_) = notebook.page, boxes(notebook)
    page.set_viewport_size({"width": 1920, "height": 1080})
    switch = "() => window.jupyterapp.commands.execute('application:toggle-presentation-mode')"
    measure = """box => [box.querySelector('img').getBoundingClientRect().width,
        box.querySelector('.widget-html-content').getBoundingClientRect().height,
        box.querySelector('.widget-label').getBoundingClientRect().height]"""
    before = explorer.evaluate(measure)
    page.evaluate(switch)
    notebook.rest()
    try:
        after = explorer.evaluate(measure)
        assert all(new > 1.35 * old for new, old in zip(after, before, strict=True))
        picture = explorer.locator("img").element_handle()
        page.wait_for_function(f"picture => ({WIDTH})(picture) === 1680", arg=picture)  # sharp
        handle = explorer.get_by_role("slider", name="depth")
        handle.scroll_into_view_if_needed()
        was, at = int(handle.get_attribute("aria-valuetext")), handle.bounding_box()
        page.mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
        page.mouse.down()
        page.mouse.move(at["x"] + 60, at["y"] + at["height"] / 2, steps=3)
        page.mouse.up()
        assert int(handle.get_attribute("aria-valuetext")) > was
        assert fits(page) and page.evaluate(MISLAID) == []
    finally:
        page.evaluate(switch)


def test_a_prediction_and_a_question_fit_a_phone(notebook):
    page = notebook.page
    page.set_viewport_size({"width": 400, "height": 800})
    page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    assert len(boxes(notebook)) == 4 and fits(page)
    page.set_viewport_size({"width": 1280, "height": 900})


# --- windows of their own: when one is closed, the kernel of the notebook above is ended too


@contextmanager
def opened(lab, browser, path, **screen):
    """Open a notebook in a window of its own, and run it."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **screen})
    with Notebook(lab, context.new_page(), path) as notebook:
        notebook.run_all()
        notebook.rest()
        yield notebook
    context.close()


def test_on_a_fine_screen_in_the_dark(lab, browser, notebook):
    with opened(lab, browser, notebook.path, device_scale_factor=2) as fine:
        page, (explorer, prediction, _, _) = fine.page, boxes(fine)
        theme = "name => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})"
        page.evaluate(theme, "JupyterLab Dark")
        picture, handle = explorer.locator("img"), explorer.get_by_role("slider").first
        sharp = {"expression": f"picture => ({WIDTH})(picture) === 1680"}
        sharp["arg"] = picture.element_handle()
        page.wait_for_function(**sharp)
        handle.focus()
        explorer.evaluate(WIDTHS)
        handle.evaluate(HELD)
        page.wait_for_function(**sharp)
        widths = explorer.evaluate("box => box.widths")
        assert widths[0] == 840 and widths[-1] == 1680  # sharp at rest alone
        assert widths.count(1680) <= 2
        assert picture.evaluate("picture => picture.clientWidth") == 840
        prediction.get_by_role("slider").focus()
        page.keyboard.press("ArrowRight")
        prediction.get_by_role("button", name="Reveal").press("Enter")
        revealed = prediction.locator("img[src]").element_handle()
        page.wait_for_function(f"picture => ({WIDTH})(picture) === 1200", arg=revealed)
        ground = np.asarray(Image.open(io.BytesIO(picture.screenshot())).convert("RGB"))
        assert np.median(ground) < 30


@pytest.mark.nightly
def test_without_the_piece_in_the_page_the_boxes_are_as_they_were(lab, browser, notebook):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.route("**/extensions/anywidget/**", lambda route: route.abort())
    with Notebook(lab, context.new_page(), notebook.path) as bare:
        bare.run_all()
        assert bare.errors() == []
        [box] = bare.explorers()
        handle, line = box.get_by_role("slider").first, box.locator(":scope > .widget-html")
        sentence = line.inner_text()
        handle.focus()
        bare.page.keyboard.press("ArrowRight")
        expect(line).not_to_have_text(sentence)
        assert bare.page.locator(".jupyter-widgets-error-widget:visible").count() == 0
        assert boxes(bare) == []
    context.close()
