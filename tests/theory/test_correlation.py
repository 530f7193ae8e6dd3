"""Draws of two inputs' correlation: against networks that are run, and against the theory."""

import numpy as np
import pytest

from initcourse import lecun_normal, relu, sigmoid, tanh
from initcourse.activations import gelu
from initcourse.theory import correlation
from initcourse.theory.correlation import correlation_band, draw_correlations


def by_networks(phi, c, sigma_w2, sigma_b2, depth, width, networks):
    """The same with all n² weights: inputs of strength 1 and correlation c."""
    found = np.empty((networks, depth))
    for k in range(networks):
        rng = np.random.default_rng([width, k])
        a, b = np.sqrt(width) * np.linalg.qr(rng.standard_normal((width, 2)))[0].T
        h = np.stack([a, c * a + np.sqrt(1 - c * c) * b])
        for l in range(depth):
            bias = np.sqrt(sigma_b2) * rng.standard_normal(width)
            z = h @ (np.sqrt(sigma_w2) * lecun_normal((width, width), rng=rng)) + bias
            found[k, l] = z[0] @ z[1] / np.sqrt((z[0] @ z[0]) * (z[1] @ z[1]))
            h = phi(z)
    return found


@pytest.mark.parametrize(
    ("phi", "sigma_w2", "sigma_b2"),
    [(tanh, 4.0, 0.05), (tanh, 1.76, 0.05), (relu, 2.0, 0.0), (gelu, 2.2, 0.1)],
    ids=["tanh, chaotic", "tanh, edge", "ReLU", "GELU"],
)
def test_n_pairs_do_what_n_squared_weights_do(phi, sigma_w2, sigma_b2):
    """atanh(c) at three layers: the means and the spreads agree within four standard errors."""
    q, depth, width, networks, draws = sigma_w2 + sigma_b2, 12, 24, 400, 4000
    c = (0.5 * sigma_w2 + sigma_b2) / q
    rng = np.random.default_rng(3)
    drawn = draw_correlations(phi, c, q, sigma_w2, depth, width, sigma_b2, draws=draws, rng=rng)
    run = by_networks(phi, 0.5, sigma_w2, sigma_b2, depth, width, networks)
    for l in (0, 4, 11):
        ours, theirs = np.arctanh(drawn[:, l]), np.arctanh(run[:, l])
        error = np.sqrt(ours.var() / draws + theirs.var() / networks)
        assert abs(ours.mean() - theirs.mean()) < 4 * error
        # of a standard deviation, with the kurtosis that these have
        assert theirs.std() == pytest.approx(ours.std(), rel=4 * 1.3 / np.sqrt(2 * networks))
        low, high = (end[l] for end in correlation_band(drawn))
        inside = np.mean((run[:, l] >= low) & (run[:, l] <= high))
        assert 0.91 <= inside <= 0.985


def test_a_wide_layer_follows_the_theory():
    q, c = 2.05, 0.3
    rng = np.random.default_rng(4)
    drawn = draw_correlations(tanh, c, q, 2.0, 6, 20_000, 0.05, draws=5, rng=rng)
    theory = correlation.correlations(tanh, c, q, 2.0, 6, 0.05)
    assert drawn == pytest.approx(np.tile(theory, (5, 1)), abs=0.05)


def test_equal_and_opposite_inputs_stay_so():
    rng = np.random.default_rng(5)
    assert draw_correlations(tanh, 1.0, 1.0, 2.0, 9, 30, draws=4, rng=rng) == pytest.approx(
        1, abs=1e-12
    )
    assert draw_correlations(tanh, -1.0, 1.0, 2.0, 9, 30, draws=4, rng=rng) == pytest.approx(
        -1, abs=1e-12
    )
    # a common mean makes opposite inputs alike
    assert draw_correlations(sigmoid, -1.0, 1.0, 2.0, 9, 30, draws=4, rng=rng)[:, -1].min() > 0.9


def test_a_signal_that_is_lost_has_no_correlation_and_warns_of_nothing(recwarn):
    rng = np.random.default_rng(6)
    drawn = draw_correlations(tanh, 0.5, 1e-300, 1e-30, 4, 30, draws=3, rng=rng)
    assert np.isfinite(drawn[:, 0]).all() and np.isnan(drawn[:, -1]).all()
    assert np.isnan(correlation_band(drawn)[0][-1]) and not recwarn.list


def test_the_band_of_gaussians_holds_95_of_100():
    rng = np.random.default_rng(7)
    fisher = 0.8 + 0.3 * rng.standard_normal((100_000, 2))
    low, high = correlation_band(np.tanh(fisher))
    assert np.arctanh(low) == pytest.approx(0.8 - 0.3 * 1.96, abs=0.01)
    assert np.arctanh(high) == pytest.approx(0.8 + 0.3 * 1.96, abs=0.01)
