"""The race without a browser: the plain call, the explorer's threads, and its picture."""

import asyncio
import io
import itertools
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from initcourse.explorers import RaceExplorer, base
from initcourse.explorers.base import without_tags
from initcourse.explorers.race import TOP, RaceFigure, curves
from initcourse.explorers.race import _open as OPEN
from initcourse.rules import RULES
from initcourse.training.optimizers import OPTIMIZERS
from initcourse.training.races import GUESSING, NORMALIZATIONS, Race, RaceResult, race

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
        assert explorer.wait(30)


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.002)


def racing():
    return [thread for thread in threading.enumerate() if "_train" in thread.name]


def plain_call(explorer):
    return race(**explorer._started)


def equal(first, second):
    assert list(first.loss) == list(second.loss)
    for kind in ("loss", "accuracy", "answers"):
        for rule, numbers in getattr(first, kind).items():
            np.testing.assert_array_equal(numbers, getattr(second, kind)[rule])


# --- the plain call


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_together_or_alone_bit_for_bit(optimizer, normalization):
    settings = {"depth": 4, "width": 32, "steps": 12, "learning_rate": 0.01, "activation": "ReLU"}
    settings |= {"optimizer": optimizer, "normalization": normalization}
    rules = ["zeros", "xavier", "he", "orthogonal", "unit_normal"]
    together = race(rules, seeds=2, **settings)
    assert together.steps == 12
    for rule in rules:
        alone = race(rule, seeds=1, **settings)
        np.testing.assert_array_equal(together.loss[rule][0], alone.loss[rule][0])
        np.testing.assert_array_equal(together.accuracy[rule][0], alone.accuracy[rule][0])


def test_more_seeds_leave_the_first_alone():
    few, many = (race("he", depth=3, width=32, steps=5, seeds=n) for n in (1, 4))
    np.testing.assert_array_equal(few.loss["he"], many.loss["he"][:1])
    assert len({losses[0] for losses in many.loss["he"]}) == 4


def test_what_the_course_says_about_ten_relu_layers():
    rules = ["zeros", "small_normal", "unit_normal", "xavier", "he"]
    result = race(rules, "ReLU", 10, 64, learning_rate=0.05, seeds=3, steps=300)
    states, reached = result.states(), result.steps_to(0.3)
    assert states["zeros"] == states["small_normal"] == ["stalled"] * 3
    assert states["unit_normal"] == ["diverged"] * 3
    assert states["he"] == ["learnt"] * 3
    assert (result.accuracy["he"] > 0.98).all()
    assert np.median(reached["he"]) * 2 < np.nanmedian(np.r_[reached["xavier"], 300])
    assert np.isnan(reached["zeros"]).all()
    assert "Diverged: <b>N(0, 1)</b> (overflow at step" in result.text
    assert "(one answer to every digit)" in result.text
    assert (result.answers["zeros"] == 1).all()


def test_no_warning_leaks_and_the_error_state_stays():
    before = np.geterr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        race(list(RULES), "ReLU", 10, 32, learning_rate=10.0, steps=8)
        race(list(RULES), "sigmoid", 5, 32, optimizer="Adam", learning_rate=10.0, steps=8)
    assert np.geterr() == before


@pytest.mark.parametrize(
    "wrong, named",
    [
        ({"rules": []}, "rules"),
        ({"rules": ["he", "he"]}, "twice"),
        ({"rules": "He"}, "rule must be"),
        ({"activation": "swish"}, "activation"),
        ({"depth": 0}, "depth"),
        ({"width": 2.5}, "width"),
        ({"optimizer": "adam"}, "optimizer"),
        ({"learning_rate": -1}, "learning_rate"),
        ({"normalization": "group"}, "normalization"),
        ({"seeds": 0}, "seeds"),
        ({"steps": 0}, "steps"),
        ({"batch": 5000}, "batch"),
    ],
)
def test_wrong_arguments_raise_at_the_door(wrong, named):
    with pytest.raises(ValueError, match=named):
        race(**{"rules": "he", **wrong})


def test_an_exception_in_one_share_ends_the_plain_call(monkeypatch):
    def broken(self, lanes):
        raise RuntimeError("no weights today")

    monkeypatch.setattr(Race, "_draw", broken)
    with pytest.raises(RuntimeError, match="no weights today"):
        race("he", depth=3, width=32)


def result_of(*losses):
    """Return a result with these losses as the seeds of one rule."""
    n = len(losses)
    of = (
        {"he": np.array(losses, float)},
        {"he": np.full(n, 0.5)},
        {"he": np.full(n, 7)},
    )
    return RaceResult("ReLU, 3 × 32, SGD 0.1, 1 seed", *of)


@pytest.mark.parametrize(
    "losses, state, said",
    [
        (np.linspace(2.5, 0.0, 40), "learnt", "Loss below 0.3"),
        (np.linspace(2.5, 1.0, 40), "learning", "Better than guessing"),
        (np.full(40, GUESSING), "stalled", "Stalled at guessing"),
        (np.linspace(60, 5, 40), "above", "Still worse than guessing"),
        (np.linspace(2.5, 60, 40), "diverged", "far above guessing"),
        ([2.5, 80, *[np.nan] * 38], "diverged", "overflow at step 3"),
    ],
)
def test_states_and_their_words(losses, state, said):
    result = result_of(losses)
    assert result.states() == {"he": [state]}
    assert said in result.text


def test_seeds_that_differ_are_counted():
    text = without_tags(result_of(np.linspace(2.5, 0, 40), np.full(40, 2.3), np.full(40, 2.3)).text)
    assert "1 of 3 seeds" in text and "2 of 3 seeds" in text
    assert result_of([], []).states() == {"he": ["stalled"] * 2}  # no step: nothing known


def test_steps_to_counts_from_one():
    losses = np.r_[np.full(30, 1.0), np.zeros(30)]
    reached = result_of(losses).steps_to(0.3)["he"]
    assert reached == [38]  # the mean of the last ten is then 0.2


# --- the explorer


def test_without_a_click(make):
    explorer = make()
    assert (
        repr(explorer)
        == repr(make())
        == (
            "RaceExplorer: A network that guesses has a loss of ln 10 = 2.30. "
            "Choose, then press Start."
        )
    )
    assert explorer.image.value == make().image.value
    assert explorer.buttons["Stop"].disabled and not explorer.buttons["Start"].disabled
    assert not racing() and explorer.error is None


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_the_explorer_equals_the_plain_call(make, normalization):
    explorer = make(**SMALL, normalization=normalization)
    explorer.start()
    assert explorer.wait(30) and explorer.race.finished and not explorer.running
    equal(explorer.race.result(), plain_call(explorer))
    assert explorer.race.result().text in explorer.text
    assert explorer.status.value == "step 20 of 20" and explorer.bar.value == 1
    assert explorer.buttons["Stop"].disabled and not explorer.buttons["Start"].disabled


def test_pictures_come_while_it_trains(make):
    explorer, seen = make(**LONG), []
    explorer.image.observe(lambda change: seen.append(time.monotonic()), names="value")
    began = time.monotonic()
    explorer.start()
    assert len(seen) == 1 and seen[0] - began < 0.5
    until(lambda: explorer.race.done.min() > 1)
    assert time.monotonic() - began < 2
    until(lambda: len(seen) > 10)
    assert explorer.buttons["Start"].disabled and not explorer.buttons["Stop"].disabled
    assert "running: loss Xavier 1/n" in explorer.text
    assert "left" in explorer.status.value
    assert "left" not in repr(explorer), "no times in what nbval compares"


def test_a_second_start_changes_nothing(make):
    explorer = make(**LONG)
    explorer.start()
    first = explorer.race
    for _ in range(5):
        explorer.start()
    assert explorer.race is first and len(racing()) == 2
    assert len(explorer.picture.races) == 1


def test_stop_is_obeyed_and_the_picture_stands(make):
    explorer = make(**LONG)
    explorer.start()
    until(lambda: explorer.race.done.min() > 3)
    began = time.monotonic()
    explorer.stop()
    assert time.monotonic() - began < 0.3
    picture, text, done = explorer.image.value, explorer.text, explorer.race.done.copy()
    assert explorer.wait(2) and not racing()
    assert explorer.image.value == picture and explorer.text == text
    assert (explorer.race.done == done).all()
    assert "stopped at step" in text and "stopped" in explorer.status.value
    short = race(**{**explorer._started, "steps": int(done.min())})
    for rule, losses in explorer.race.result().loss.items():
        np.testing.assert_array_equal(losses, short.loss[rule])


def test_stop_at_once_and_start_again(make):
    explorer = make(**LONG)
    for _ in range(6):
        explorer.start()
        explorer.stop()
        assert not explorer.running
    explorer.start()
    until(lambda: explorer.race.done.min() > 1)
    assert len(racing()) == 2, "a second race underneath"
    explorer.stop()
    assert explorer.wait(5)
    assert [letter for letter, *_ in explorer.picture.races] == list("ABCDEFG")


def test_a_control_moved_during_a_race_counts_from_the_next(make):
    explorer = make(**LONG)
    explorer.start()
    until(lambda: explorer.race.done.min() > 1)
    for name, value in (
        ("activation", "tanh"),
        ("steps", 40),
        ("rules", ("zeros",)),
        ("width", 32),
    ):
        explorer.controls[name].value = value
    first = explorer.race
    assert explorer.running and first.rules == list(SMALL["rules"])
    assert "counts from the next Start" in explorer.text and "ReLU, 10 × 64" in explorer.text
    explorer.stop()
    explorer.wait(5)
    explorer.start()
    explorer.wait(30)
    assert explorer.race is not first and explorer.race.rules == ["zeros"]
    assert "tanh, 10 × 32" in explorer.text and "counts from" not in explorer.text
    equal(explorer.race.result(), plain_call(explorer))


def test_clear_during_a_race_leaves_nothing(make):
    explorer = make(**LONG)
    empty = explorer.image.value
    explorer.controls["steps"].value = 2000
    empty = explorer.image.value
    for _ in range(3):
        explorer.start()
        until(lambda: explorer.race.done.min() > 2)
        explorer.clear()
        assert explorer.wait(5)
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
    assert explorer.wait(5) and not explorer.running
    assert "no &lt;weights&gt; today" in explorer.line.value
    assert "no <weights> today" in explorer.error
    explorer.controls["depth"].value = 5
    assert "broke" in explorer.line.value, "moving a control does not hide it"
    monkeypatch.undo()
    explorer.start()
    assert explorer.wait(30) and explorer.error is None and explorer.race.finished


def test_clicks_from_many_threads(make):
    explorer = make(**LONG)
    rng = np.random.default_rng(0)

    def click(seed):
        rng = np.random.default_rng(seed)
        for _ in range(15):
            name = rng.choice(["Start", "Stop", "Clear"])
            explorer.buttons[name].click()
            time.sleep(rng.uniform(0, 0.02))

    threads = [threading.Thread(target=click, args=(seed,)) for seed in rng.integers(1000, size=3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    explorer.start()
    until(lambda: explorer.race.done.min() > 1)
    until(lambda: len(racing()) == 2)
    assert explorer.error is None


@pytest.mark.alone
def test_clicks_from_an_event_loop_never_wait(make):
    explorer = make(**LONG)

    async def session():
        waits = []
        for name in ("Start", "Start", "Stop", "Start", "Clear", "Start", "Stop"):
            began = time.monotonic()
            explorer.buttons[name].click()
            waits.append(time.monotonic() - began)
            await asyncio.sleep(0.1)
        return waits

    # In a thread of its own: a browser test before may have left a loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        assert max(pool.submit(asyncio.run, session()).result()) < 0.5


# --- the picture


def settled(explorer):
    """The picture sent, blitted and drawn in full are the same, pixel for pixel."""
    sent = Image.open(io.BytesIO(explorer.image.value))
    explorer.picture.draw()
    np.testing.assert_array_equal(np.asarray(sent), explorer.picture.pixels()[..., :3])
    blitted = explorer.picture.pixels()
    explorer.picture.redraw_in_full()
    np.testing.assert_array_equal(blitted, explorer.picture.pixels())


def test_blitted_equals_drawn_in_full(make):
    explorer = make(**SMALL)
    settled(explorer)
    for rules in (("unit_normal", "zeros"), tuple(RULES), ("he",)):
        explorer.controls["rules"].value = rules
        explorer.controls["learning_rate"].value = 1.0
        explorer.start()
        assert explorer.wait(30)
        settled(explorer)
    explorer.clear()
    settled(explorer)


def test_the_loss_axis_never_leaves_its_limits(make):
    explorer = make(**{**SMALL, "rules": ("unit_normal",), "depth": 10, "learning_rate": 10.0})
    explorer.start()
    explorer.wait(30)
    assert "Diverged" in explorer.text
    assert explorer.picture.ax.get_ylim() == (0, TOP + 0.06)
    ydata = explorer.picture.means["unit_normal"].get_ydata()
    assert np.isfinite(ydata).all() and ydata.max() <= TOP
    assert len(explorer.picture.lost["unit_normal"].get_xdata()) > 0


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


# --- settings


@pytest.mark.parametrize("end", [0, -1])
@pytest.mark.parametrize("name", ["activation", "depth", "width", "optimizer", "normalization"])
def test_ends_of_the_controls(make, name, end):
    explorer = make(**{**SMALL, "seeds": 1})
    control = explorer.controls[name]
    ends = control._options_values if hasattr(control, "options") else (control.min, control.max)
    control.value = ends[end]
    explorer.start()
    assert explorer.wait(60)
    assert explorer.race.finished and explorer.error is None
    settled(explorer)


@pytest.mark.parametrize("seed", range(3))
def test_random_settings(make, seed):
    rng = np.random.default_rng(seed)
    explorer = make(steps=20)
    for name, control in explorer.controls.items():
        if name == "rules":
            control.value = tuple(rng.choice(list(RULES), rng.integers(1, 5), replace=False))
        elif hasattr(control, "options"):
            control.index = int(rng.integers(len(control.options)))
        elif name == "depth":
            control.value = int(rng.integers(2, 15))
        elif name == "seeds":
            control.value = int(rng.integers(1, 4))
    explorer.start()
    assert explorer.wait(120)
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
