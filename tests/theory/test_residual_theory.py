"""The theory of residual streams against closed forms and simulation.

Band: 40 draws in each of 10 settings, n = 64, 12 blocks. The share of layers inside the 95 %
band, pooled over settings and layers, must lie in 92 to 98 %. Layers of one draw hang together,
so the pooled share has about 400 independent draws behind it: standard error 1.1 %, and the seeds
are fixed, so that the test passes or fails for good.
"""

from functools import cache

import numpy as np
import pytest

from initcourse import ResidualMLP, relu, tanh, unit_noise, variance_scaling
from initcourse.activations import identity
from initcourse.theory.residual import ALPHAS, predict_residual

N, L, DRAWS = 64, 12, 40
HE, XAVIER = 2.0, 1.0


def measure(phi, branch, sigma_w2, alpha, seed, *, n=N, blocks=L):
    """mean(stream²) and the gradient's, both by block, and mean(x)."""

    def draw(scale):
        return lambda shape, rng: variance_scaling(shape, scale=scale, rng=rng)

    rng = np.random.default_rng(seed)
    inits = [draw(s) for s in sigma_w2]
    net = ResidualMLP.create(
        [n, n, n], inits[0], phi, blocks=blocks, alpha=alpha, branch=branch,
        last_init=inits[-1], rng=rng,
    )  # fmt: skip
    net.weights[0] = net.weights[-1] = np.eye(n)
    x = unit_noise(1, n, rng=rng)
    signals = net.forward(x)
    readout = unit_noise(1, n, rng=rng)
    stream = net.backward(signals, readout).stream
    strengths = ([np.mean(h**2) for h in part] for part in (signals.stream, stream))
    return *map(np.array, strengths), float(x.mean())


SETTINGS = [
    (phi, branch, sigma_w2, alpha)
    for phi in (relu, tanh)
    for branch, sigma_w2, alpha in (
        ("two layers", (HE, XAVIER), "1"),
        ("two layers", (HE, HE), "1/√L"),
        ("two layers", (XAVIER, XAVIER), "1/L"),
        ("one layer", (HE,), "1"),
        ("one layer", (HE,), "1/√L"),
    )
]


@cache
def inside():
    """Shares of (draw, layer) inside the band: setting → (forward, backward)."""
    found = {}
    for setting in SETTINGS:
        phi, branch, sigma_w2, rule = setting
        sides = [[], []]
        for seed in range(DRAWS):
            *measured, mean0 = measure(phi, branch, sigma_w2, ALPHAS[rule](L), seed)
            scale = sigma_w2 if branch == "two layers" else sigma_w2[0]
            predictions = predict_residual(
                phi, branch, L, N, sigma_w2=scale, alpha=ALPHAS[rule](L), m0=1.0, mean0=mean0
            )
            for side, values, predicted, places in zip(
                sides, measured, predictions, (slice(1, None), slice(-1)), strict=True
            ):
                side.append(((predicted.low <= values) & (values <= predicted.high))[places].mean())
        found[setting] = [np.mean(side) for side in sides]
    return found


@pytest.mark.parametrize(
    ("side", "branches"), [(0, ("two layers", "one layer")), (1, ("two layers",))]
)
def test_the_band_covers_about_95_percent_forward_and_for_two_layers_backward(side, branches):
    shares = [both[side] for setting, both in inside().items() if setting[1] in branches]
    print("\n", np.round(shares, 3))
    assert 0.92 < np.mean(shares) < 0.98
    assert min(shares) > 0.85


@pytest.mark.parametrize(
    ("sigma_w2", "alpha", "factor"),
    [((2, 1), 1.0, 2.0), ((2, 2), 1.0, 3.0), ((2, 1), 0.5, 1.25), ((1, 1), 1.0, 1.5)],
)
def test_a_relu_block_has_one_factor_both_ways(sigma_w2, alpha, factor):
    forward, backward = predict_residual(relu, "two layers", 8, 50, sigma_w2=sigma_w2, alpha=alpha)
    np.testing.assert_allclose(forward.theory, factor ** np.arange(9.0), rtol=1e-12)
    np.testing.assert_allclose(backward.theory, factor ** np.arange(8.0, -1, -1), rtol=1e-12)


def test_one_over_root_L_leads_to_e_and_e_squared():
    for sigma_w2, limit in (((2, 1), np.e), ((2, 2), np.e**2)):
        end = predict_residual(relu, "two layers", 500, 50, sigma_w2=sigma_w2, alpha=500**-0.5)[0]
        assert end.theory[-1] == pytest.approx(limit, rel=6e-3)


def test_a_branch_that_ends_in_relu_goes_from_2_to_2_90_and_its_limits_are_closed_forms():
    predicted = predict_residual(relu, "one layer", 60, 50, sigma_w2=2)[0].theory
    ratio = predicted[1:] / predicted[:-1]
    assert ratio[0] == pytest.approx(2, rel=1e-12)
    # r = μ/√m settles where r √f = r + c, f = 2 + 2cr, c = 1/√π
    c = 1 / np.sqrt(np.pi)
    r = 0.5
    for _ in range(200):
        r = (r + c) / np.sqrt(2 + 2 * c * r)
    assert ratio[-1] == pytest.approx(2 + 2 * c * r, rel=1e-10)
    assert 2.90 < ratio[-1] < 2.91
    # 1/L: r = tanh(ct) solves r′ = c(1 − r²), and the growth is cosh²(c) = 1.354
    end = predict_residual(relu, "one layer", 500, 50, sigma_w2=2, alpha=1 / 500)[0].theory[-1]
    assert end == pytest.approx(np.cosh(c) ** 2, rel=4e-3)


@pytest.mark.parametrize("branch", ["two layers", "one layer"])
def test_the_mean_over_many_draws_is_the_theory(branch):
    # identity: m is multiplied by the same expected factor exactly, at any width. 400 draws of
    # relative std about .35: standard error .018, five of them.
    n, blocks, sigma_w2 = 40, 3, (1.0, 1.5)[: 1 + (branch == "two layers")]
    ends = [measure(identity, branch, sigma_w2, 0.8, s, n=n, blocks=blocks)[:2] for s in range(400)]
    forward, backward = predict_residual(
        identity, branch, blocks, n, sigma_w2=sigma_w2 if len(sigma_w2) == 2 else 1.0, alpha=0.8
    )
    assert np.mean([f[-1] for f, _ in ends]) == pytest.approx(forward.theory[-1], rel=0.09)
    assert np.mean([b[0] for _, b in ends]) == pytest.approx(backward.theory[0], rel=0.09)


def test_a_branch_that_begins_as_zero_leaves_everything_alone():
    forward, backward = predict_residual(tanh, "two layers", 4, 50, sigma_w2=(1, 0))
    assert (forward.theory == 1).all() and (backward.theory == 1).all()
    np.testing.assert_allclose(forward.high, 1, atol=2e-6)
