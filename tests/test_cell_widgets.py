"""Widgets of a cell: let go when it runs again, whole after an interrupt, strict at the door."""

import gc
import sys
import weakref

import pytest
from ipywidgets.widgets.widget import _instances

from initcourse import explorers
from initcourse.exercises.prediction import Prediction, Question
from initcourse.explorers import base

MAKERS = {
    "explorer": lambda: explorers.WeightedSumExplorer(fixed=("seed",)),
    "race": explorers.RaceExplorer,
    "clinic": lambda: explorers.ClinicExplorer(training="not run"),
    "prediction": lambda: Prediction("?", lambda: 1.0, scale=(0, 2), reply=lambda g, o: "So."),
    "question": lambda: Question("?", {"yes": "So.", "no": "No."}, "yes"),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_a_cell_that_runs_again_closes_all_that_it_made_before(kind, monkeypatch):
    def run(cell, number):
        monkeypatch.setattr(base, "running_cell", lambda: (cell, number))
        return MAKERS[kind]()

    monkeypatch.setattr(base, "_made", {})
    run("first", 0)
    sizes, kept = [], []
    for number in range(1, 4):
        kept.append(run("first", number))  # IPython's Out keeps them too
        sizes.append(len(_instances))
    assert sizes[0] == sizes[1] == sizes[2]
    assert [widget.comm is None for widget in kept] == [True, True, False]
    beside, elsewhere = run("first", 3), run("second", 4)
    assert all(widget.comm is not None for widget in (kept[2], beside, elsewhere))
    for widget in (kept[2], beside, elsewhere):
        widget.close()


def test_a_closed_explorer_lets_go_of_its_picture():
    explorer = explorers.SignalsExplorer()
    picture = weakref.ref(explorer.picture.figure)
    explorer.close()
    gc.collect()
    assert picture() is None


def interrupt_at(place, function):
    """Call the function and raise KeyboardInterrupt at that line event within the explorers."""
    count = 0

    def trace(frame, event, argument):
        nonlocal count
        if not frame.f_code.co_filename.endswith(("base.py", "live_figure.py")):
            return trace
        if event == "line" and frame.f_code.co_name in INTERRUPTED:
            count += 1
            if count == place:
                raise KeyboardInterrupt
        return trace

    sys.settrace(trace)
    try:
        function()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(None)
    return False


INTERRUPTED = {"update", "draw", "limits", "title", "_change"}


def test_an_interrupt_leaves_no_picture_with_a_sentence_of_another():
    """At every 5th line of an update; the next update shows what a fresh explorer shows."""
    explorer = explorers.WeightedSumExplorer(n=20)
    fresh = {n: explorers.WeightedSumExplorer(n=n) for n in (20, 40)}
    pairs = {(e.image.value, e.line.value) for e in fresh.values()}
    for place in range(4, 400, 5):
        explorer.controls["n"].unobserve_all()
        explorer.controls["n"].value = 40
        cut = interrupt_at(place, explorer.update)
        shown = explorer.image.value, explorer.line.value
        assert shown in pairs or "Interrupted" in explorer.line.value, place
        for n in (20, 40, 20):
            explorer.controls["n"].value = n
            explorer.update()
            shown = explorer.image.value, explorer.line.value
            assert shown == (fresh[n].image.value, fresh[n].line.value), (place, n)
        if not cut:
            break
    assert place > 20 and not cut


@pytest.mark.parametrize(
    "settings",
    [{"scale": 1e300}, {"scale": 10**400}, {"scale": float("nan")}, {"scale": -1}, {"scale": "1"},
     {"depth": -5}, {"depth": 3.7}, {"width": 10**400}, {"width": True}, {"rule": "He"}],
    ids=lambda settings: str(settings)[:20],
)  # fmt: skip
def test_a_setting_that_no_control_has_is_refused_with_what_is_allowed(settings):
    with pytest.raises(ValueError, match=rf"{next(iter(settings))} must be .*(from \d|'he')"):
        explorers.SignalsExplorer(**settings)
