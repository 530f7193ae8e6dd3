"""The theory of convolutional networks, against simulation and against numbers by hand."""

import numpy as np
import pytest

from initcourse import he_normal, relu
from initcourse.networks.convolutional import ConvNet
from initcourse.networks.im2col import convolution_matrix, convolve
from initcourse.theory.convolutional import (
    _relu_means,
    predict_convolutional,
    tap_sum,
)

H, W = 5, 8  # not square


@pytest.mark.parametrize("padding", ["zero", "circular"])
@pytest.mark.parametrize("k", [1, 3, 5])
def test_tap_sum_is_a_convolution_of_pairs(k, padding):
    # E[z z′] of a linear convolution with unit variance: im2col both and multiply
    x = np.random.default_rng(0).standard_normal((H, W))
    M = convolution_matrix(np.ones((1, 1, 1, 1)), H, W)
    assert np.array_equal(M, np.eye(H * W))
    taps = [np.zeros((k, k, 1, 1)) for _ in range(k * k)]
    expected = np.zeros((H, W, H, W))
    for place, tap in zip(np.ndindex(k, k), taps, strict=True):
        tap[place] = 1
        moved = convolve(x[None, :, :, None], tap, padding=padding)[0, :, :, 0]
        expected += np.multiply.outer(moved, moved)
    found = tap_sum(np.multiply.outer(x, x), k, padding)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_maps_follow_the_recursion_of_single_pixels():
    x = np.random.default_rng(1).standard_normal((H, W, 2))
    channels, variances = [2, 6, 4], [0.3, 0.1]
    forward, _, maps = predict_convolutional(x, 3, channels, variances)
    S = (x**2).mean(axis=-1)
    np.testing.assert_allclose(maps[0], S, rtol=1e-12)
    for l, (c, v) in enumerate(zip(channels, variances, strict=False), start=1):
        S = v * c * convolve(S[None, :, :, None], np.ones((3, 3, 1, 1)))[0, :, :, 0] / 2
        np.testing.assert_allclose(maps[l], S, rtol=1e-12)
        assert forward.theory[l] == pytest.approx(S.mean(), rel=1e-12)


def simulated(x, k, c, L, padding, draws):
    """Strengths of `draws` networks, forward (draws, L + 1) and backward (draws, L)."""
    forward, backward = [], []
    for seed in range(draws):
        rng = np.random.default_rng(seed)
        channels = [x.shape[-1]] + [c] * L
        net = ConvNet.create(
            channels, he_normal, relu, size=k, padding=padding, output=relu, rng=rng
        )
        signals = net.forward(x[None])
        gradients = net.backward(signals, rng.standard_normal(signals.output.shape), to_input=False)
        forward.append([np.mean(h**2) for h in signals.h])
        backward.append([np.mean(delta**2) for delta in gradients.delta[1:]])
    return np.array(forward), np.array(backward)


# Pooled over two cases of 150 draws, three layers, both directions: 1800 measurements, correlated
# within a draw. Were the band exact, a share outside of [92 %, 98 %] would be off by more than
# four standard errors even if only the 600 pairs (draw, direction) counted.
def test_the_band_holds_95_percent_of_draws():
    rng, inside, halved = np.random.default_rng(7), [], []
    for k, c, L, padding in ((3, 24, 8, "zero"), (5, 16, 6, "circular")):
        x = rng.standard_normal((6, 7, 3))
        *predictions, _ = predict_convolutional(
            x, k, [3] + [c] * L, [2 / (9 if k == 3 else 25) / a for a in [3] + [c] * (L - 1)],
            padding=padding,
        )  # fmt: skip
        for predicted, measured, layers in zip(
            predictions, simulated(x, k, c, L, padding, 150), ([2, L // 2, L], [0, L // 2, L - 2]),
            strict=True,
        ):  # fmt: skip
            low, high, m = (np.log(a) for a in (predicted.low, predicted.high, measured))
            away = np.abs(m - (low + high) / 2)[:, layers]
            inside.append(away <= (high - low)[layers] / 2)
            halved.append(away <= (high - low)[layers] / 4)
    share, half = np.mean(inside), np.mean(halved)
    print(f"\n{share:.1%} inside; in half the band {half:.1%}")
    assert 0.92 <= share <= 0.98
    assert half < 0.85, "the criterion would accept half the band"


@pytest.mark.parametrize("degrees", [0, 25, 90, 140, 180])
def test_the_gaussian_means_of_relu_are_integrals_over_the_angle(degrees):
    # u = r cos α, v = r cos(α − θ) with E[r²] = 2, E[r⁴] = 8 and α uniform
    theta, n = np.radians(degrees), 360_000
    alpha = (np.arange(n) + 0.5) * 2 * np.pi / n
    u, v = np.maximum(np.cos(alpha), 0), np.maximum(np.cos(alpha - theta), 0)
    C = np.array([[4.0, 6 * np.cos(theta)], [6 * np.cos(theta), 9.0]]).reshape(1, 2, 1, 2)
    expected = 6 * 2 * np.mean(u * v), 36 * 8 * np.mean(u**2 * v**2), np.mean((u > 0) & (v > 0))
    for found, right in zip(_relu_means(C), expected, strict=True):
        assert found[0, 0, 0, 1] == pytest.approx(right, rel=1e-5, abs=1e-5)
