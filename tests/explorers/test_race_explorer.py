"""The race's explorer without a browser: its threads or its task, and its picture."""

import asyncio
import io
import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from explorer_settings import redraw_in_full, values_of
from PIL import Image

from initcourse.explorers import RaceExplorer, base
from initcourse.explorers.race import TOP, RaceFigure, curves
from initcourse.explorers.race import _open as OPEN
from initcourse.rules import RULES
from initcourse.training import blas
from initcourse.training.races import NORMALIZATIONS, Race, race

SMALL = {"depth": 3, "width": 32, "steps": 20, "seeds": 2, "rules": ("xavier", "he")}
#: Long enough that it never ends by itself within a test.
LONG = {**SMALL, "steps": 2000, "width": 64, "depth": 10}


@pytest.fixture
def make():
    """A function that builds an explorer, whose threads are gone when the test is over."""
    made = []

    def build(**settings):
        made.append(RaceExplorer(**settings))
        return made[-1]

    yield build
    for explorer in made:
        explorer.stop()
        assert ended(explorer, 30)


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.002)


def ended(explorer, seconds):
    """Wait until all threads of the explorer have ended; return whether they have."""
    explorer._thread and explorer._thread.join(seconds)
    return not (explorer._thread and explorer._thread.is_alive())


def racing():
    return [thread for thread in threading.enumerate() if "_train" in thread.name]


def plain_call(explorer):
    return race(**explorer._started)


def equal(first, second):
    assert list(first.loss) == list(second.loss)
    for kind in ("loss", "accuracy", "answers"):
        for rule, numbers in getattr(first, kind).items():
            np.testing.assert_array_equal(numbers, getattr(second, kind)[rule])


def test_without_a_click(make):
    explorer, words = make(), "A network that guesses has a loss of ln 10 = 2.30. "
    assert repr(explorer) == f"RaceExplorer: {words}Choose, then press Start." == repr(make())
    assert explorer.image.value == make().image.value
    assert explorer.buttons["Stop"].disabled and not explorer.buttons["Start"].disabled
    assert not racing() and explorer.error is None


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_the_explorer_equals_the_plain_call(make, normalization):
    explorer = make(**SMALL, normalization=normalization)
    explorer.start()
    assert ended(explorer, 30) and explorer.race.finished and not explorer.running
    equal(explorer.race.result(), plain_call(explorer))
    assert explorer.race.result().text in explorer.text
    assert explorer.status.value == "step 20 of 20" and explorer.bar.value == 1
    assert explorer.buttons["Stop"].disabled and not explorer.buttons["Start"].disabled


def test_pictures_come_while_it_trains(make):
    explorer, seen = make(**LONG), []
    explorer.image.observe(lambda change: seen.append(change), names="value")
    explorer.start()
    assert len(seen) == 1
    until(lambda: explorer.race.done.min() > 1 and len(seen) > 5)
    assert explorer.buttons["Start"].disabled and not explorer.buttons["Stop"].disabled
    assert "running: loss Xavier 1/n" in explorer.text
    assert "left" in explorer.status.value
    assert "left" not in repr(explorer), "no times in what nbval compares"


def test_stop_is_obeyed_and_the_picture_stands(make):
    explorer = make(**LONG)
    explorer.start()
    until(lambda: explorer.race.done.min() > 3)
    explorer.stop()
    picture, text, done = explorer.image.value, explorer.text, explorer.race.done.copy()
    assert ended(explorer, 5) and not racing()
    assert explorer.image.value == picture and explorer.text == text
    assert (explorer.race.done == done).all()
    assert "stopped at step" in text and "stopped" in explorer.status.value
    short = race(**{**explorer._started, "steps": int(done.min())})
    for rule, losses in explorer.race.result().loss.items():
        np.testing.assert_array_equal(losses, short.loss[rule])


def test_stop_at_once_start_again_and_twice(make):
    explorer = make(**LONG)
    for _ in range(6):
        explorer.start()
        explorer.stop()
        assert not explorer.running
    explorer.start()
    until(lambda: explorer.race.done.min() > 1)
    running = explorer.race
    explorer.start()
    assert explorer.race is running and len(racing()) == 2, "a second race underneath"
    explorer.stop()
    assert ended(explorer, 5)
    assert [letter for letter, *_ in explorer.picture.races] == list("ABCDEFG")


def test_a_control_moved_during_a_race_counts_from_the_next(make):
    explorer = make(**LONG)
    explorer.start()
    until(lambda: explorer.race.done.min() > 1)
    moved = {"activation": "tanh", "steps": 40, "rules": ("zeros",), "width": 32}
    for name, value in moved.items():
        explorer.controls[name].value = value
    first = explorer.race
    assert explorer.running and first.rules == list(SMALL["rules"])
    assert "counts from the next Start" in explorer.text and "ReLU, 10 × 64" in explorer.text
    explorer.stop()
    ended(explorer, 5)
    explorer.start()
    ended(explorer, 30)
    assert explorer.race is not first and explorer.race.rules == ["zeros"]
    assert "tanh, 10 × 32" in explorer.text and "counts from" not in explorer.text
    equal(explorer.race.result(), plain_call(explorer))


def test_clear_during_a_race_leaves_nothing(make):
    explorer = make(**LONG)
    empty = explorer.image.value
    for _ in range(3):
        explorer.start()
        until(lambda: explorer.race.done.min() > 2)
        explorer.clear()
        assert ended(explorer, 5)
        assert explorer.race is None and explorer.image.value == empty
        assert explorer.bar.value == 0 and explorer.text in repr(explorer)


def test_a_start_elsewhere_and_the_same_cell_end_a_race(make, monkeypatch):
    monkeypatch.setattr(base, "running_cell", lambda: ("cell 1", 1))
    first = make(**LONG)
    first.start()
    monkeypatch.setattr(base, "running_cell", lambda: ("cell 2", 2))
    second = make(**LONG)
    assert first.running
    second.start()
    assert not first.running and second.running and "stopped" in first.text
    monkeypatch.setattr(base, "running_cell", lambda: ("cell 2", 3))
    again = make(**LONG)
    assert not second.running and not again.running
    again.start()
    again.close()
    assert not again.running
    # what is closed has no picture any more, and nobody asks it to stop
    assert first in OPEN and second not in OPEN and again not in OPEN


def test_no_rule_is_no_race(make):
    explorer = make(**{**SMALL, "rules": ()})
    explorer.start()
    assert explorer.race is None and "at least one" in explorer.status.value


def test_an_exception_in_a_thread_is_shown(make, monkeypatch):
    explorer = make(**SMALL)

    def broken(self, lanes):
        raise RuntimeError("no <weights> today")

    monkeypatch.setattr(Race, "_draw", broken)
    explorer.start()
    assert ended(explorer, 5) and not explorer.running
    assert "no &lt;weights&gt; today" in explorer.line.value
    assert "no <weights> today" in explorer.error
    explorer.controls["depth"].value = 5
    assert "broke" in explorer.line.value, "moving a control does not hide it"
    monkeypatch.undo()
    explorer.start()
    assert ended(explorer, 30) and explorer.error is None and explorer.race.finished


def test_clicks_from_many_threads(make):
    explorer = make(**LONG)

    def click(seed):
        rng = np.random.default_rng(seed)
        for _ in range(15):
            explorer.buttons[rng.choice(["Start", "Stop", "Clear"])].click()
            time.sleep(rng.uniform(0, 0.02))

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(click, range(3), timeout=60))
    explorer.start()
    until(lambda: explorer.race.done.min() > 1)
    until(lambda: len(racing()) == 2)
    assert explorer.error is None


def test_a_click_never_waits_for_a_thread(make, monkeypatch):
    inside, gate, explorer = threading.Event(), threading.Event(), make(**LONG)

    def draw(self, lanes):
        """Keep the thread until the gate is opened, or 20 seconds are over."""
        inside.set()
        gate.wait(20)

    monkeypatch.setattr(Race, "_draw", draw)
    explorer.start()
    assert inside.wait(30)  # a thread that is stopped before it draws would end at once
    began = time.monotonic()
    for name in ("Start", "Stop", "Start", "Clear", "Start", "Stop"):
        explorer.buttons[name].click()
    assert racing() and time.monotonic() - began < 10
    gate.set()


# --- where no thread can start, as in a browser


@pytest.fixture
def threadless(monkeypatch):
    """The library as where no thread can start; one that tries to fails."""

    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(blas, "THREADS", False)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    return monkeypatch


async def clicked(explorer, name):
    """Click as a front end does: on the loop, then leave it a turn."""
    explorer.buttons[name].click()
    await asyncio.sleep(0)


async def soon(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        await asyncio.sleep(0.002)


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_a_task_brings_what_threads_bring(make, threadless, normalization):
    explorer, seen, before = make(**SMALL, normalization=normalization), [], np.geterr()
    explorer.image.observe(lambda change: seen.append(explorer.running), names="value")

    async def learner():
        await clicked(explorer, "Start")
        await explorer._task

    asyncio.run(learner())
    assert explorer.race.finished and not explorer.running and explorer.error is None
    assert explorer.race.result().text in explorer.text and explorer.bar.value == 1
    assert explorer.buttons["Stop"].disabled and seen and np.geterr() == before
    equal(explorer.race.result(), plain_call(explorer))
    threadless.undo()
    equal(explorer.race.result(), plain_call(explorer))


def test_a_task_shows_pictures_stops_and_starts_again(make, threadless):
    explorer, seen = make(**LONG), []
    explorer.image.observe(lambda change: seen.append(explorer.race), names="value")

    async def learner():
        await clicked(explorer, "Start")
        first, task = explorer.race, explorer._task
        await soon(lambda: len(seen) > 5)
        assert first.done.min() > 1 and "running: loss Xavier 1/n" in explorer.text
        await clicked(explorer, "Start")
        assert explorer.race is first, "a second race underneath"
        await clicked(explorer, "Stop")
        done, text = first.done.copy(), explorer.text
        await clicked(explorer, "Start")
        second = explorer.race
        await soon(lambda: second.done.min() > 1)
        await task
        assert (first.done == done).all() and "stopped at step" in text
        await clicked(explorer, "Clear")
        await explorer._task
        assert explorer.race is None and second.stopped and explorer.bar.value == 0

    asyncio.run(learner())


def test_a_press_is_answered_before_anything_is_drawn(make, threadless):
    explorer, seen = make(**LONG), []
    explorer.image.observe(lambda _: seen.append("picture"), names="value")
    for name, button in explorer.buttons.items():
        button.observe(lambda change, name=name: seen.append((name, change["new"])), "disabled")

    async def learner():
        await clicked(explorer, "Start")
        assert seen[:3] == [("Stop", False), ("Start", True), "picture"]
        assert set(seen[3:]) <= {"picture"}  # a slow machine shows the next one, too
        threadless.setattr("initcourse.explorers.race.TASK_PERIOD", 1e9)  # no second time
        await soon(lambda: "running: loss" in explorer.text)
        explorer.line.observe(lambda _: seen.append("sentence"), names="value")
        del seen[:]
        await clicked(explorer, "Stop")
        assert (seen[0], seen[-1]) == (("Stop", True), ("Start", False)) and "sentence" in seen

    asyncio.run(learner())


def test_an_exception_in_a_task_is_shown(make, threadless):
    explorer = make(**SMALL)

    def broken(self, lanes):
        raise RuntimeError("no <weights> today")

    threadless.setattr(Race, "_draw", broken)

    async def learner():
        await clicked(explorer, "Start")
        await explorer._task

    asyncio.run(learner())
    assert not explorer.running and "no &lt;weights&gt; today" in explorer.line.value


# --- the picture


def settled(explorer):
    """The picture sent, blitted and drawn in full are the same, pixel for pixel."""
    sent = Image.open(io.BytesIO(explorer.image.value))
    explorer.picture.draw()
    np.testing.assert_array_equal(np.asarray(sent), explorer.picture.pixels()[..., :3])
    blitted = explorer.picture.pixels()
    redraw_in_full(explorer.picture)
    np.testing.assert_array_equal(blitted, explorer.picture.pixels())


def test_blitted_equals_drawn_in_full(make):
    explorer = make(**SMALL)
    settled(explorer)
    for rules in (("unit_normal", "zeros"), tuple(RULES), ("he",)):
        explorer.controls["rules"].value = rules
        explorer.controls["learning_rate"].value = 1.0
        explorer.start()
        assert ended(explorer, 30)
        settled(explorer)
    explorer.clear()
    settled(explorer)


def test_the_loss_axis_never_leaves_its_limits(make):
    explorer = make(**{**SMALL, "rules": ("unit_normal",), "depth": 10, "learning_rate": 10.0})
    explorer.start()
    ended(explorer, 30)
    picture = explorer.picture
    assert "Diverged" in explorer.text and picture.ax.get_ylim() == (0, TOP + 0.06)
    ydata = picture.means["unit_normal"].get_ydata()
    assert np.isfinite(ydata).all() and ydata.max() <= TOP
    assert len(picture.lost["unit_normal"].get_xdata()) > 0


def test_points_of_long_races_are_means():
    x, y = curves(np.tile([1.0, 2.0, 3.0, 3.5], (1, 500)), 2000)
    assert x[0] == 8 and x[-1] == 2000 and np.all(y == 2.375)
    x, y = curves(np.ones((2, 5)), 2000)
    assert x.shape == (0,) and y.shape == (2, 0)


def test_many_races_fit_into_the_panel():
    figure = RaceFigure()
    for k in range(30):
        label = f"leaky ReLU 0.1, 30 × 128, momentum 0.0123, batch norm, {k % 5 + 1} seeds"
        figure.begin(label, list(RULES), 100)
        figure.grow(np.ones((10, 1, 100)), np.full((10, 1), 100))
    figure.draw()
    renderer = figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.panel.texts]
    width, height = figure.size
    for box in boxes:
        assert 0 <= box.x0 and box.x1 <= width and 0 <= box.y0 and box.y1 <= height
    for upper, lower in itertools.pairwise(boxes):
        assert lower.y1 <= upper.y0 + 1.5, "two lines lie on each other"


@pytest.mark.parametrize("which", ["lowest", "highest", 0, 1])
def test_extreme_and_random_settings(make, which):
    explorer, rng = make(**{**SMALL, "seeds": 1}), np.random.default_rng(which == 1)
    for name in explorer.controls.keys() - {"rules", "seeds", "steps"}:
        ends, draw = values_of(explorer.controls[name])
        extreme = {"lowest": ends[0], "highest": ends[-1]}
        explorer.controls[name].value = extreme.get(which) or draw(rng)
    explorer.start()
    assert ended(explorer, 120)
    assert explorer.race.finished and explorer.error is None
    assert explorer.race.label in explorer.text and explorer.race.result().text in explorer.text
    settled(explorer)


def test_rule_boxes_and_value_agree(make):
    control = make().controls["rules"]
    control.boxes["zeros"].value = True
    assert control.value == ("zeros", "small_normal", "xavier", "he")
    control.value = ("he", "zeros")
    assert [rule for rule, box in control.boxes.items() if box.value] == ["zeros", "he"]
    with pytest.raises(Exception, match="no rule"):
        control.value = ("He",)
