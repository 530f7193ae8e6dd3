"""Each notebook in JupyterLab: it runs, and its widgets obey mouse and keyboard."""

import os
import re
import time

import lessons
import pytest

from browser.lab import DIGEST
from initcourse import explorers

expect = pytest.importorskip("playwright.sync_api").expect

NIGHT = os.environ.get("INITCOURSE_NIGHTLY") == "1"
#: By day these lessons: every kind of widget stands in them and in EVERY, and nbval runs them all.
BY_DAY = ("00_", "03_")
#: One of each explorer with all its controls: a notebook may hide some.
EVERY = "every_explorer.ipynb"
# The race has controls that act on a click, and a test of its own; so has the clinic's training.
GIVEN = {"LaboratoryExplorer": "'ReLU'", "ClinicExplorer": "training='not run', fixed=['training']"}
MADE = [f"{name}({GIVEN.get(name, '')})" for name in explorers.__all__
        if name not in ("Explorer", "RaceExplorer")]  # fmt: skip
CELLS = [f"from initcourse.explorers import *\n{made}" for made in MADE]
#: Controls that rightly change nothing: weights that start constant do not depend on the seed.
STILL = {("SymmetryExplorer", "seed")}

# What the kernel knows about its explorers, by widget id, in the order of their creation: asked
# between two updates, since the kernel answers in one thread and moves widgets in another.
KERNEL_SIDE = """
import hashlib, json
from ipywidgets.widgets.widget import _instances
from initcourse.explorers.base import Explorer, _ONE_AT_A_TIME, without_tags
with _ONE_AT_A_TIME:
    known = {
        identity: {
            "class": type(e).__name__, "text": without_tags(e.text), "error": e.error,
            "settings": e.settings, "size": e.picture.size,
            "picture": hashlib.sha256(e.image.value).hexdigest(),
        }
        for identity, e in list(_instances.items()) if isinstance(e, Explorer)
    }
print(json.dumps(known))
"""
# What the page shows of one: its sentence, its picture's digest and sizes.
PAGE_SIDE = """async (box) => {
    const picture = box.querySelector(':scope > img');
    const digest = await (DIGEST)(picture), place = picture.getBoundingClientRect();
    return {
        picture: digest,
        src: picture.src,
        text: box.querySelector(':scope > .widget-html').innerText.replace(/\\s+/g, ' ').trim(),
        natural: [picture.naturalWidth, picture.naturalHeight],
        size: [place.width, place.height],
        height: box.offsetHeight,
    };
}""".replace("DIGEST", DIGEST)
# Words that a box cuts off, boxes that lie on each other, outputs wider than their place.
MISLAID = """() => {
    const wrong = [], seen = element => element.offsetParent !== null;
    const words = element => element.innerText || element.className;
    for (const output of document.querySelectorAll('.jp-OutputArea-output'))
        if (output.scrollWidth > output.clientWidth + 1)
            wrong.push(`wider than its place by ${output.scrollWidth - output.clientWidth}: `
                + words(output).slice(0, 80));
    const boxed = ':is(.widget-label, .widget-readout, .widget-html-content, button)';
    for (const element of [...document.querySelectorAll('.jp-OutputArea ' + boxed)].filter(seen))
        if (element.scrollWidth > element.clientWidth + 1)
            wrong.push(`cut off: ${words(element).slice(0, 80)}`);
    const pen = document.createElement('canvas').getContext('2d');
    for (const menu of document.querySelectorAll('.jp-OutputArea select')) {
        pen.font = getComputedStyle(menu).font;
        for (const option of menu.options)
            if (pen.measureText(option.text).width > menu.clientWidth - 24)
                wrong.push(`cut off in its menu: ${option.text}`);
    }
    for (const box of document.querySelectorAll('.jp-OutputArea .widget-box')) {
        const places = [...box.children].filter(seen).map(child => child.getBoundingClientRect());
        places.forEach((a, k) => places.slice(k + 1).forEach(b => {
            const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            if (wide > 1 && high > 1) wrong.push(`overlap of ${wide} × ${high} in: ` + words(box));
        }));
    }
    return wrong;
}"""


def by_day_or_night(path):
    return pytest.param(path.name, marks=[pytest.mark.nightly] * (not path.name.startswith(BY_DAY)))


@pytest.mark.parametrize("name", [EVERY, *map(by_day_or_night, lessons.NOTEBOOKS)])
def test_a_notebook_runs_and_its_widgets_obey(name, open_cells, open_notebook):
    with open_cells(name, *CELLS) if name == EVERY else open_notebook(name) as notebook:
        notebook.run_all(600)
        assert notebook.errors() == []
        boxes, states = notebook.explorers(), notebook.ask_kernel(KERNEL_SIDE)
        for box in boxes:
            moves(notebook, box, states, everything=NIGHT and name == EVERY)
        predictions(notebook)
        questions(notebook)
        assert notebook.errors() == []
        assert notebook.page.evaluate(MISLAID) == []


# --- explorers


def moves(notebook, box, states, everything):
    """Move an explorer's controls and compare page and kernel each time.

    Sliders are moved by mouse and by keyboard in turn: they are of one make. By day two of them and
    a menu are enough: the kernel's tests move all.
    """
    shown = box.evaluate(PAGE_SIDE)
    identity = next(key for key, state in states.items() if state["picture"] == shown["picture"])
    state = states.pop(identity)  # two alike are two
    agree(shown, state)
    sliders, menus = box.locator(".widget-slider").all(), box.locator("select").all()
    assert sliders or menus, "an explorer without a control"
    moves = [((by_mouse, by_keys)[k % 2], slider) for k, slider in enumerate(sliders)]
    choices = [(next_option, menu) for menu in menus]
    for move, control in moves + choices if everything else moves[:2] + choices[:1]:
        move(notebook.page, control)
        shown, state = moved(notebook, box, identity, shown, state)


def moved(notebook, box, identity, before, old):
    """Wait until a move has arrived; return what page and kernel then know, if it is right."""
    until, (after, new) = time.monotonic() + 10, (before, old)
    while time.monotonic() < until:
        reading = both(notebook, box, identity)
        # two readings alike: what a slider sent last has arrived
        if reading == (after, new) and new["settings"] != old["settings"] and alike(after, new):
            break
        after, new = reading
    agree(after, new)
    changed = [key for key in new["settings"] if new["settings"][key] != old["settings"][key]]
    assert len(changed) == 1, f"{new['class']}: one move changed {changed}"
    where = f"{new['class']}, {changed[0]} → {new['settings'][changed[0]]}"
    if (new["class"], changed[0]) not in STILL:
        assert new["picture"] != old["picture"], f"{where}: the picture stands still"
        assert after["src"] != before["src"], f"{where}: the picture stands still on the page"
    assert after["size"] == before["size"], f"{where}: the picture changes its size"
    assert after["height"] == before["height"], f"{where}: the explorer changes its height"
    return after, new


def both(notebook, box, identity):
    """Return what the page shows of an explorer, and what the kernel knows of it."""
    known = notebook.ask_kernel(KERNEL_SIDE)[identity]
    notebook.page.wait_for_timeout(30)
    return box.evaluate(PAGE_SIDE), known


def alike(shown, state):
    """Whether the page shows the kernel's picture and its sentence."""
    return (shown["picture"], shown["text"]) == (state["picture"], state["text"].strip())


def agree(shown, state):
    """The page shows the kernel's picture, pixel for pixel in its size, and its sentence."""
    assert state["error"] is None
    assert shown["picture"] == state["picture"]
    assert shown["text"] == state["text"].strip() != ""
    assert shown["natural"] == state["size"]
    assert shown["size"] == state["size"]


def by_mouse(page, slider):
    """Drag the handle 0.3 of the track towards the farther end."""
    handle, track = slider.locator("[role=slider]"), slider.locator(".noUi-base")
    handle.scroll_into_view_if_needed()
    at, along = handle.bounding_box(), track.bounding_box()
    x, y = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2
    way = 1 if x < along["x"] + along["width"] / 2 else -1
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + way * 0.3 * along["width"], y, steps=3)
    page.mouse.up()


def by_keys(page, slider):
    """Press an arrow key."""
    handle = slider.locator("[role=slider]")
    handle.focus()
    now, most = (float(handle.get_attribute(f"aria-value{end}")) for end in ("now", "max"))
    page.keyboard.press("ArrowRight" if now < most else "ArrowLeft")


def next_option(page, menu):
    """Open a menu by the space bar, go one further or back, and take it."""
    last = menu.evaluate("menu => menu.selectedIndex === menu.options.length - 1")
    menu.focus()
    for key in ("Space", "ArrowUp" if last else "ArrowDown", "Enter"):
        page.keyboard.press(key)


# --- predictions and questions


def predictions(notebook):
    """Answer every prediction and reveal: a sentence appears, with its picture, and no error."""
    buttons = notebook.page.get_by_role("button", name="Reveal", exact=True).all()
    for k, button in enumerate(buttons):
        box = button.locator("xpath=ancestor::*[contains(@class, 'widget-vbox')][1]")
        sentence = box.locator(".widget-html").last
        assert sentence.inner_text() == ""
        choose(notebook, box)
        button.focus()
        notebook.page.keyboard.press("Enter") if k % 2 else button.click()
        expect(sentence).not_to_have_text("", timeout=30_000)
        assert "broke" not in sentence.inner_text()
        assert "guess first" not in sentence.inner_text()
        for picture in box.locator("img.widget-image:visible").all():
            picture.evaluate(DIGEST)
            assert picture.evaluate("img => img.naturalWidth") > 0


def choose(notebook, box):
    options = box.locator(".widget-toggle-button").all()
    for slider in box.locator(".widget-slider").all():
        by_keys(notebook.page, slider)
    if options:
        options[-1].focus()
        notebook.page.keyboard.press("Enter")


def questions(notebook):
    """Choose every option of every question: each has a reply, one of them is right."""
    with_options = ".widget-vbox:has(> .widget-toggle-buttons):not(:has(> .jupyter-button))"
    for box in notebook.page.locator(with_options).all():
        reply, replies = box.locator(".widget-html").last, []
        for k, option in enumerate(box.locator(".widget-toggle-button").all()):
            if k % 2:
                option.click()
            else:
                option.focus()
                notebook.page.keyboard.press("Enter")
            expect(reply).to_have_text(re.compile(r"(Right|Not so)\."))
            notebook.page.wait_for_timeout(200)
            replies.append(reply.inner_text())
        assert len(replies) > 1
        assert sum(text.startswith("Right.") for text in replies) == 1
