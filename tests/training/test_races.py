"""The race as a plain call; explorers/test_race_explorer.py has its threads and its picture."""

import warnings

import numpy as np
import pytest

from initcourse.explorers.base import without_tags
from initcourse.rules import RULES
from initcourse.training.optimizers import OPTIMIZERS
from initcourse.training.races import GUESSING, NORMALIZATIONS, Race, RaceResult, race


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


def test_an_exception_in_one_share_ends_the_plain_call(monkeypatch):
    def broken(self, lanes):
        raise RuntimeError("no weights today")

    monkeypatch.setattr(Race, "_draw", broken)
    with pytest.raises(RuntimeError, match="no weights today"):
        race("he", depth=3, width=32)


def result_of(*losses):
    """Return a result with these losses as the seeds of one rule."""
    of = (np.array(losses, float), np.full(len(losses), 0.5), np.full(len(losses), 7))
    return RaceResult("ReLU, 3 × 32, SGD 0.1, 1 seed", *({"he": numbers} for numbers in of))


@pytest.mark.parametrize(
    "losses, state, said",
    [
        (np.linspace(2.5, 0.0, 40), "learnt", "Loss below 0.3"),
        (np.linspace(2.5, 1.0, 40), "learning", "Better than guessing"),
        (np.full(40, GUESSING), "stalled", "Stalled at guessing"),
        (np.linspace(60, 5, 40), "above", "Still worse than guessing"),
        (np.linspace(2.5, 60, 40), "diverged", "far above guessing"),
        ([2.5, 80, *[np.nan] * 38], "diverged", "overflow at step 3"),
        ([], "stalled", ""),  # no step: nothing known
    ],
)
def test_states_and_their_words(losses, state, said):
    result = result_of(losses)
    assert result.states() == {"he": [state]} and said in result.text


def test_seeds_that_differ_are_counted():
    text = without_tags(result_of(np.linspace(2.5, 0, 40), np.full(40, 2.3), np.full(40, 2.3)).text)
    assert "1 of 3 seeds" in text and "2 of 3 seeds" in text


def test_steps_to_counts_from_one():
    losses = np.r_[np.full(30, 1.0), np.zeros(30)]
    reached = result_of(losses).steps_to(0.3)["he"]
    assert reached == [38]  # the mean of the last ten is then 0.2
