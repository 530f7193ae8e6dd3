"""The residual network computes what its formulas say, and trains as any other network."""

import numpy as np
import pytest
from finite_differences import central_difference, relative_error

from initcourse import ResidualMLP, he_normal, relu, sigmoid, tanh

KINDS = ("two layers", "one layer")
WIDTHS, INNER, BLOCKS, BATCH = (5, 7, 3), 4, 3, 8  # no two equal but a stream's


def network(phi, branch, alpha=0.7):
    rng = np.random.default_rng(0)
    n_in, n, n_out = WIDTHS
    block = [(n, INNER), (INNER, n)] if branch == "two layers" else [(n, n)]
    pairs = [(n_in, n), *block * BLOCKS, (n, n_out)]
    weights = [0.5 * rng.standard_normal(pair) for pair in pairs]
    biases = [0.5 * rng.standard_normal(b) for _, b in pairs]
    return ResidualMLP(weights, phi, output=sigmoid, biases=biases, alpha=alpha, branch=branch)


def batch():
    return np.random.default_rng(1).standard_normal((BATCH, WIDTHS[0]))


def target():
    return np.random.default_rng(2).standard_normal((BATCH, WIDTHS[-1]))


@pytest.mark.parametrize("branch", KINDS)
def test_the_streams_gradient_is_the_derivative_by_the_stream(branch):
    net, x, y = network(tanh, branch), batch(), target()
    signals = net.forward(x)
    gradients = net.backward(signals, signals.output - y)

    def run(l_shifted, shift):
        """The formulas once more, with a shift of one stream."""
        layers = zip(net.weights, net.biases, strict=True)

        def affine(h):
            W, b = next(layers)
            return h @ W + b

        h = affine(x) + shift * (l_shifted == 0)
        for block in range(1, BLOCKS + 1):
            b = tanh(affine(h))
            b = affine(b) if branch == "two layers" else b
            h = h + 0.7 * b + shift * (l_shifted == block)
        return 0.5 * np.sum((sigmoid(affine(h)) - y) ** 2)

    assert len(gradients.stream) == len(signals.stream) == BLOCKS + 1
    for l, g in enumerate(gradients.stream):
        shift = np.zeros_like(g)
        slope = central_difference(lambda l=l, s=shift: run(l, s), shift)
        assert relative_error(g, slope) < 1e-6


@pytest.mark.parametrize("branch", KINDS)
def test_every_layer_reads_what_the_gradient_formula_says(branch):
    net, x = network(tanh, branch), batch()
    signals = net.forward(x)
    for h, W, b, z in zip(signals.h, net.weights, net.biases, signals.z[1:], strict=False):
        np.testing.assert_allclose(h @ W + b, z, rtol=1e-14, atol=1e-14)
    assert signals.stream[-1] is signals.h[-2]


@pytest.mark.parametrize("branch", KINDS)
def test_alpha_zero_leaves_the_stream_alone(branch):
    net, x = network(relu, branch, alpha=0.0), batch()
    signals = net.forward(x)
    assert all(np.array_equal(s, signals.stream[0]) for s in signals.stream)


def test_create_draws_he_branches_and_linear_ends():
    net = ResidualMLP.create([300, 200, 250], he_normal, relu, blocks=2, last_init=_zeros, rng=0)
    shapes = [(300, 200), *[(200, 200)] * 4, (200, 250)]
    assert [W.shape for W in net.weights] == shapes
    assert net.blocks == 2
    for k, variance in ((0, 1 / 300), (1, 2 / 200), (3, 2 / 200), (5, 1 / 200)):
        # N = 20 000 or more: relative standard error of a variance at most .01; 6 of them
        assert abs(net.weights[k].var() / variance - 1) < 0.06
    assert not net.weights[2].any() and not net.weights[4].any()


def _zeros(shape, rng):
    return np.zeros(shape)
