"""The statistics of a layer are those of plain NumPy, and overflow stays quiet."""

import warnings

import numpy as np
import pytest

from initcourse import leaky_relu, propagation, relu, sigmoid, tanh
from initcourse.activations import centred_sigmoid, scaled_tanh
from initcourse.explorers.panels import histogram
from initcourse.networks.mlp import Signals
from initcourse.propagation import propagate, simulate
from initcourse.rules import RULES

H = np.random.default_rng(0).standard_normal((20, 30))


@pytest.fixture(autouse=True)
def strict():
    with warnings.catch_warnings(), np.errstate(all="warn"):
        warnings.simplefilter("error")
        yield


def exploded(dtype=np.float32):
    return np.array([[np.inf, -np.inf, np.nan], [3e38, 1.0, -3e38]], dtype=dtype)


def test_strengths_and_spreads():
    assert propagation.mean_square(H) == pytest.approx(np.mean(H**2), rel=1e-12)
    by_hand = np.mean([np.sqrt(np.mean((row - row.mean()) ** 2)) for row in H])
    assert propagation.std_over_units(H) == pytest.approx(by_hand, rel=1e-12)
    by_hand = np.mean([np.sqrt(np.mean((unit - unit.mean()) ** 2)) for unit in H.T])
    assert propagation.std_over_inputs(H) == pytest.approx(by_hand, rel=1e-12)


def test_a_large_mean_costs_no_digits():
    # E[x²] − m² would give 0 or less here
    h = np.float32(1000) + np.float32(0.01) * H.astype(np.float32)
    assert propagation.std_over_units(h) == pytest.approx(0.01, rel=0.05)


def test_an_exploded_layer_has_infinite_strength_and_no_warning():
    assert propagation.mean_square(exploded()) == np.inf
    assert propagation.mean_square(np.full((2, 2), 1e30, dtype=np.float32)) == np.inf
    assert not np.isfinite(propagation.std_over_units(exploded()))
    assert not np.isfinite(propagation.std_over_inputs(exploded()))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("low", "high", "bins"), [(-1, 1, 7), (-0.5, 3, 48), (-1.08, 1.08, 48)])
def test_histogram_is_numpys_with_the_rest_in_the_end_bins(dtype, low, high, bins):
    h = H.astype(dtype)
    edge = 1e-6 * (high - low)  # a value on an edge may fall to either side
    expected = np.histogram(np.clip(h, low + edge, high - edge), bins, (low, high))[0] / h.size
    assert np.abs(histogram(h, low, high, bins) - expected).sum() <= 2 / h.size
    assert histogram(h, low, high, bins).sum() == pytest.approx(1)


def test_histogram_counts_every_block_of_a_large_array():
    h = np.random.default_rng(0).standard_normal((301, 333))  # three blocks and a part of one
    expected = np.histogram(np.clip(h, -3, 3), 12, (-3, 3))[0] / h.size
    assert np.abs(histogram(h, -3, 3, 12) - expected).sum() <= 2 / h.size


def test_histogram_of_an_exploded_layer():
    # −inf and −3e38 lie below, inf, 3e38 and NaN above
    assert (histogram(exploded(), -2.0, 2.0, 4) * 6).round(9).tolist() == [2, 0, 0, 4]
    assert (histogram(exploded(float), -2.0, 2.0, 4) * 6).round(9).tolist() == [2, 0, 0, 4]


def test_propagate_is_the_textbook_loop():
    rng = np.random.default_rng(1)
    x, readout = rng.standard_normal((5, 8)), rng.standard_normal(4)
    weights = [rng.standard_normal(shape) / 3 for shape in ((8, 6), (6, 5), (5, 4))]
    run = propagate(RULES["unit_normal"], tanh, weights, x, readout, scale=2.0)
    h, z = [x[0]], [None]
    for W in weights:
        z.append(h[-1] @ (2 * W))
        h.append(np.tanh(z[-1]))
    delta = [readout * (1 - h[3] ** 2)]
    for l in (2, 1):
        delta.insert(0, (2 * weights[l] @ delta[0]) * (1 - h[l] ** 2))
    assert run.forward == pytest.approx([np.mean(one**2) for one in h], rel=1e-12)
    assert run.backward == pytest.approx([np.mean(one**2) for one in delta], rel=1e-12)
    assert [one.shape for one in run.signals.h] == [(5, 8), (5, 6), (5, 5), (5, 4)]
    forward, backward = run.theory
    assert (len(forward.theory), len(backward.theory)) == (4, 3)


def test_weights_that_are_not_random_have_no_theory():
    assert simulate("he", tanh, [10] * 4, rng=0, scale=0).theory is None
    assert simulate("constant", tanh, [10] * 4, rng=0).theory is None


def test_the_gradient_of_an_exploded_signal_is_nan():
    run = simulate("unit_normal", relu, [64] * 31, rng=0, scale=1e12)
    assert run.forward[-1] == np.inf
    assert np.isnan(run.backward).all()


def test_spreads_tell_the_two_axes_apart():
    per_unit, per_input = np.tile(np.arange(4.0), (6, 1)), np.tile(np.arange(4.0), (6, 1)).T
    units, inputs = propagation.spreads(Signals([per_unit, per_input], [per_unit, per_input]))
    assert units == pytest.approx([np.std(range(4)), 0]) and units[1] == 0
    assert inputs == pytest.approx([0, np.std(range(4))]) and inputs[0] == 0


def test_spreads_of_an_exploded_network_are_not_finite_and_do_not_warn():
    units, inputs = propagation.spreads(
        simulate("unit_normal", relu, [64] * 31, scale=1e12).signals
    )
    assert np.isfinite(units[0]) and np.isfinite(inputs[0])
    assert not np.isfinite(units[-1]) and not np.isfinite(inputs[-1])


def steep(phi, z):
    """Where φ′ is at least .9 of its largest value, by hand: half-width on each side of 0."""
    half = {
        # σ′/σ′(0) = 1/cosh²(z/2), and tanh′ = 1/cosh²
        "sigmoid": 2 * np.arccosh(0.9**-0.5),
        "sigmoid − ½": 2 * np.arccosh(0.9**-0.5),
        "tanh": np.arccosh(0.9**-0.5),
        "1.7159 tanh(2z/3)": 1.5 * np.arccosh(0.9**-0.5),
    }
    return abs(z) <= half[phi.name] if phi.name in half else z > 0


@pytest.mark.parametrize(
    "phi",
    [sigmoid, centred_sigmoid, tanh, scaled_tanh, relu, leaky_relu(0.1)],
    ids=lambda phi: phi.name,
)
def test_shares_are_counted_layer_by_layer(phi):
    x = np.random.default_rng(2).standard_normal((12, 30))
    signals = simulate("unit_normal", phi, [30, 25, 20, 15], rng=1, x=x, scale=0.5).signals
    shares = propagation.shares(signals, phi)
    assert list(shares) == ["saturated", "linear", "dead"]
    for l, (z, h) in enumerate(zip(signals.z[1:], signals.h[1:], strict=True)):
        assert shares["linear"][l] == pytest.approx(np.mean(steep(phi, z)))
        assert shares["dead"][l] == pytest.approx(np.mean(~h.any(axis=0)))
        if phi.bounds:
            low, high = phi.bounds
            middle, half = (low + high) / 2, (high - low) / 2
            assert shares["saturated"][l] == pytest.approx(np.mean(abs(h - middle) > 0.95 * half))
        else:
            assert shares["saturated"][l] == 0
    assert all(share.shape == (3,) for share in shares.values())


def test_shares_of_dead_saturated_and_linear_layers():
    dead = propagation.shares(simulate("zeros", relu, [20] * 3, rng=0).signals, relu)
    assert dead["dead"].tolist() == [1, 1] and dead["linear"].tolist() == [0, 0]
    run = simulate("unit_normal", tanh, [20] * 3, rng=0, scale=1e9)
    flat = propagation.shares(run.signals, tanh)
    assert flat["saturated"].tolist() == [1, 1] and flat["linear"].tolist() == [0, 0]
    run = simulate("unit_normal", tanh, [20] * 3, rng=0, scale=1e-3)
    straight = propagation.shares(run.signals, tanh)
    assert straight["saturated"].tolist() == [0, 0] and straight["linear"].tolist() == [1, 1]


def test_shares_of_an_exploded_layer_are_not_told():
    x = np.ones((1, 64), np.float32)
    signals = simulate("unit_normal", relu, [64] * 31, rng=0, x=x, scale=1e12).signals
    exploded = [not np.isfinite(h).all() for h in signals.h[1:]]
    assert any(exploded) and not all(exploded)
    for share in propagation.shares(signals, relu).values():
        assert np.isnan(share).tolist() == exploded
        assert ((0 <= share) & (share <= 1))[~np.array(exploded)].all()


def test_inputs_that_differ_by_rounding_count_as_equal():
    h = np.ones((6, 5), np.float32)
    h[0] += np.finfo(np.float32).eps
    assert 0 < propagation.std_over_inputs(h) and propagation.spreads(Signals([h], [h]))[1] == 0
    h[0] += 1e-3
    assert propagation.spreads(Signals([h], [h]))[1] == propagation.std_over_inputs(h)
