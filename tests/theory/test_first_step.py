"""The prediction of Adam's first step, against steps that are made, and its powers of the width."""

from itertools import pairwise

import numpy as np
import pytest

from initcourse import MLP, normal, relu
from initcourse.theory import predict_first_step, width_scaling
from initcourse.theory.first_step import SCALINGS
from initcourse.training import softmax_cross_entropy

DRAWS, Z = 100, 5


def squared_changes(widths, scaling, x, rng, rate=1e-6):
    """Mean square change of each layer's z over rate², by hand: one row for each draw."""
    variances, factors = width_scaling(scaling, widths, base=100)
    rows = []
    for _ in range(DRAWS):
        fans = pairwise(widths)
        weights = [normal(s, std=v**0.5, rng=rng) for s, v in zip(fans, variances, strict=True)]
        before = MLP(weights, relu).forward(x[None])
        slope = softmax_cross_entropy(before.output, np.array([2]))[2]
        G = MLP(weights, relu).backward(before, slope).weights
        moved = [W - rate * f * np.sign(g) for W, f, g in zip(weights, factors, G, strict=True)]
        after = MLP(moved, relu).forward(x[None])
        pairs = zip(after.z[1:], before.z[1:], strict=True)
        rows.append([np.mean((a - b) ** 2) / rate**2 for a, b in pairs])
    return np.array(rows)


@pytest.mark.parametrize("widths", [(40, 300, 260, 7), (30, 240, 200, 320, 12)], ids=str)
@pytest.mark.parametrize("scaling", SCALINGS)
def test_the_prediction_is_the_mean_over_draws(scaling, widths):
    """100 draws, limit 5 standard errors and 3 % for finite width.

    A mean of 100 lies beyond 5 of its measured standard errors with probability below 1e-6, so the
    four tests with 14 means fail by chance once in 10⁵ times at most.
    """
    rng = np.random.default_rng(5)
    x = 0.7 + rng.standard_normal(widths[0])
    found = squared_changes(widths, scaling, x, rng)
    variances, factors = width_scaling(scaling, widths, base=100)
    expected = predict_first_step(widths, variances, factors, x) ** 2
    error = found.std(axis=0) / np.sqrt(DRAWS)
    assert (abs(found.mean(axis=0) - expected) < Z * error + 0.03 * expected).all()
    assert (error < 0.04 * expected).all()  # or the limit would let anything pass


@pytest.mark.parametrize(
    ("scaling", "powers"), [("standard", (0, 1, 1.5)), ("µP", (0, 0, 0))], ids=SCALINGS
)
def test_the_powers_of_the_width(scaling, powers):
    changes = []
    for n in (2**20, 2**22):
        widths = [50, n, n, 10]
        variances, factors = width_scaling(scaling, widths)
        changes.append(predict_first_step(widths, variances, factors, np.ones(50)))
    assert np.log(changes[1] / changes[0]) / np.log(4) == pytest.approx(powers, abs=0.01)


def test_the_scalings_agree_at_the_base_and_part_as_table_3_says():
    widths = (40, 96, 96, 7)
    for one, other in zip(
        *(width_scaling(kind, widths, base=96) for kind in SCALINGS), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    variances, factors = width_scaling("µP", (40, 96, 192, 7), base=48)
    np.testing.assert_allclose(variances, [2 / 40, 2 / 96, 48 / 192**2])
    np.testing.assert_allclose(factors, [1, 48 / 96, 48 / 192])


@pytest.mark.parametrize(
    ("kind", "widths", "base", "said"),
    [
        ("muP", (5, 6, 3), 4, "kind must be one of 'standard', 'µP', got 'muP'"),
        ("µP", (5, 6, 3), 0, "base must be a whole number of at least 1, got 0"),
        ("µP", (5, 6.5, 3), 4, "a width must be a whole number of at least 1, got 6.5"),
    ],
)
def test_wrong_arguments_are_named(kind, widths, base, said):
    with pytest.raises(ValueError, match=said):
        width_scaling(kind, widths, base)
