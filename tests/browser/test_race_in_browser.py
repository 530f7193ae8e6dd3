"""The race in JupyterLab: how fast it starts, draws, stops and ends; nothing is left over.

What needs no page (clicks at once, from many threads, a cell of another race) has its tests in
explorers/test_race_explorer.py.
"""

import time

import pytest

from browser.test_notebooks import MISLAID
from initcourse.training.races import race as plain_race

#: Sixteen networks of ten layers × 64: the race whose speed is promised.
BAR = """\
from initcourse.explorers import RaceExplorer
RaceExplorer(rules=("small_normal", "xavier", "he", "orthogonal"), seeds=4, steps=300)
"""
#: The largest race that the controls allow.
LARGEST = """\
from initcourse.rules import RULES
RaceExplorer(rules=tuple(RULES), activation="sigmoid", depth=30, width=128, optimizer="Adam",
             normalization="layer", seeds=5, steps=2000)
"""
#: As many networks, but a race that no machine ends before a test stops it.
LONG = BAR.replace("steps=300", "steps=1900")

# Every picture that a race finishes loading: when, and the step that the words beside it say.
WATCH = """() => {
    window.seen = []; window.clicked = 0;
    document.addEventListener('click', () => { window.clicked = performance.now(); }, true);
    document.addEventListener('load', event => {
        const box = event.target.closest?.('.widget-vbox');
        if (event.target.tagName === 'IMG' && box)
            window.seen.push([performance.now(), box.innerText.match(/step (\\d+) of/)?.[1] | 0]);
    }, true);
}"""
# Press Stop; return the milliseconds until it is grey, and until the last picture after it.
STOP = """async stop => {
    const began = performance.now();
    stop.click();
    while (!stop.disabled && performance.now() - began < 5000)
        await new Promise(done => setTimeout(done, 2));
    const grey = performance.now() - began;
    await new Promise(done => setTimeout(done, 1200));
    const last = Math.max(0, ...window.seen.map(picture => picture[0]).filter(at => at > began));
    return [grey, last ? last - began : 0];
}"""
KERNEL = """
import json, threading
from initcourse.explorers.race import _open
print(json.dumps({
    "errors": [e.error for e in _open if e.error],
    "running": sum(e.running for e in _open),
    "threads": sum("_train" in t.name for t in threading.enumerate()),
    "races": sorted(len(e.picture.races) for e in _open),
}))
"""


class Page:
    """One race explorer on the page."""

    def __init__(self, notebook, box):
        self.notebook, self.box = notebook, box
        self.start, self.stop, self.clear = (
            box.get_by_role("button", name=name, exact=True) for name in ("Start", "Stop", "Clear")
        )
        self.words = box.locator(":scope > .widget-label")
        self.sentence = box.locator(":scope > .widget-html")

    def until(self, condition, element, seconds=60):
        """Wait until a condition, in JavaScript, holds for an element."""
        arguments = {"arg": element.element_handle(), "timeout": 1000 * seconds}
        self.notebook.page.wait_for_function(condition, **arguments)

    def go(self):
        """Press Start and wait until the page says that a race runs."""
        self.start.click()
        self.until("stop => !stop.disabled", self.stop)

    def finished(self):
        """Wait until Start can be pressed again."""
        self.until("start => !start.disabled", self.start)

    def says(self, words):
        """Wait until the words beside the bar hold these."""
        self.until(f"label => label.innerText.includes('{words}')", self.words)

    def trains(self):
        """Wait until a step has been made: the words then say how many seconds are left."""
        self.says("left")

    def kernel(self):
        return self.notebook.ask_kernel(KERNEL)

    def quiet(self):
        """Nothing runs and nothing went wrong."""
        self.notebook.page.wait_for_timeout(300)
        state = self.kernel()
        assert state["errors"] == [] and state["running"] == state["threads"] == 0
        return state


@pytest.fixture(scope="module")
def notebook(open_cells):
    with open_cells("race.ipynb", BAR, LARGEST, LONG) as notebook:
        notebook.run_all()
        assert notebook.errors() == []
        notebook.page.evaluate(WATCH)
        yield notebook


def races(notebook):
    boxes = notebook.page.locator(".widget-vbox:has(> .jupyter-button, button)").all()
    boxes = [b for b in boxes if b.get_by_role("button", name="Start", exact=True).count()]
    boxes[0].scroll_into_view_if_needed()
    return [Page(notebook, box) for box in boxes]


@pytest.mark.alone
def test_sixteen_networks_are_drawn_fast_and_done_in_five_seconds(notebook):
    race, rows = races(notebook)[0], []
    # the best of three: something else may keep the machine busy for a while
    while len(rows) < 3 and not (rows and fast(rows)):
        # On a slow machine, whose cores the browser shares: 2.5 times the training without
        # pictures, timed just before.
        limit = max(5, 2.5 * seconds_without_pictures())
        notebook.page.evaluate("() => { window.seen = []; }")
        race.go()
        race.finished()
        clicked, seen = notebook.page.evaluate("() => [window.clicked, window.seen]")
        curves = [(at - clicked) / 1000 for at, step in seen if step > 1]
        rate = (len(curves) - 1) / (curves[-1] - curves[0])
        rows.append((curves[0], rate, curves[-1], limit))
    print(f"\nfirst curve (s), pictures a second, done (s), limit: {rows}")
    assert race.words.inner_text() == "step 300 of 300"
    assert "Loss below 0.3" in race.sentence.inner_text()
    assert fast(rows)


def fast(rows):
    """Whether the best of several races are fast enough: they start, draw and end."""
    firsts, rates, *ends = zip(*rows, strict=True)
    in_time = any(end < limit for end, limit in zip(*ends, strict=True))
    return min(firsts) < 0.5 and max(rates) >= 10 and in_time


def seconds_without_pictures():
    began = time.perf_counter()
    plain_race(("small_normal", "xavier", "he", "orthogonal"), "ReLU", 10, 64, seeds=4, steps=300)
    return time.perf_counter() - began


@pytest.mark.alone
@pytest.mark.parametrize("which", [2, 1], ids=["sixteen networks", "largest race"])
def test_stop_is_obeyed(notebook, which):
    race, waits = races(notebook)[which], []
    for pause in (0, 350, 1500):
        notebook.page.evaluate("() => { window.seen = []; }")
        race.go()
        notebook.page.wait_for_timeout(pause)
        waits.append(race.stop.evaluate(STOP))
        race.says("stopped")
        assert race.start.is_enabled()
    grey, last = (max(column) / 1000 for column in zip(*waits, strict=True))
    print(f"\nStop was grey after {grey:.2f} s at most, the last picture came after {last:.2f} s")
    assert 3 in race.quiet()["races"]
    race.clear.click()
    assert grey < 0.3 and last < 0.3


def test_by_keyboard_alone_nothing_moves_and_a_control_counts_from_the_next_start(notebook):
    race, page = races(notebook)[2], notebook.page
    boxes = race.box.locator("input[type=checkbox]").all()
    assert len(boxes) == 10
    for _ in range(2):
        ticked = [box.is_checked() for box in boxes]
        for box in boxes:
            box.focus()
            page.keyboard.press("Space")
        assert [box.is_checked() for box in boxes] == [not was for was in ticked]
    for k, slider in enumerate(race.box.locator("[role=slider]").all()):
        slider.focus()
        before = slider.get_attribute("aria-valuetext")
        page.keyboard.press("ArrowRight" if k else "ArrowLeft")
        assert slider.get_attribute("aria-valuetext") != before
        page.keyboard.press("ArrowLeft" if k else "ArrowRight")
    notebook.idle()
    heights = {race.box.evaluate("box => box.offsetHeight")}
    race.start.focus()
    page.keyboard.press("Enter")
    race.trains()
    race.box.locator("select").first.select_option("tanh")
    race.until("words => words.innerText.includes('next Start')", race.sentence)
    assert "A (ReLU, 10 × 64" in race.sentence.inner_text()
    heights |= {race.box.evaluate("box => box.offsetHeight") for _ in range(20)}
    race.stop.focus()
    page.keyboard.press("Space")
    race.finished()
    race.says("stopped")
    race.start.dblclick()
    race.trains()
    state = race.kernel()
    assert state["running"] == 1 and state["threads"] == 2 and max(state["races"]) == 2
    assert "B (tanh, 10 × 64" in race.sentence.inner_text()
    race.stop.click()
    race.finished()
    heights.add(race.box.evaluate("box => box.offsetHeight"))
    assert len(heights) == 1 and page.evaluate(MISLAID) == []
    race.quiet()


@pytest.mark.parametrize("restarted", [False, True], ids=["cells", "kernel"])
def test_cells_or_kernel_start_anew_during_a_race(notebook, restarted):
    race = races(notebook)[2]
    race.go()
    race.trains()
    if restarted:
        session = "window.jupyterapp.shell.currentWidget.sessionContext.session"
        notebook.page.evaluate(f"() => {session}.kernel.restart()")
        notebook.idle()
    notebook.run_all()
    race = races(notebook)[2]
    race.quiet()
    race.go()
    race.trains()
    state = race.kernel()
    assert state["threads"] == 2 and sorted(state["races"])[-1] == 1
    race.stop.click()
    race.finished()
    assert race.quiet()["races"] == [0, 0, 1] and notebook.errors() == []
