"""The residual network computes what its formulas say, and trains as any other network."""

import numpy as np
import pytest
from finite_differences import central_difference, relative_error

from initcourse import MLP, ResidualMLP, he_normal, relu, sigmoid, tanh

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
def test_delta_and_stream_are_derivatives_by_z_and_by_the_stream(branch):
    net, x, y = network(tanh, branch), batch(), target()
    signals = net.forward(x)
    gradients = net.backward(signals, signals.output - y)
    per_block = 2 if branch == "two layers" else 1

    def run(k_shifted, shift, *, at_z):
        """The formulas once more, with a shift at one z or at one stream."""
        k, h = 1, x @ net.weights[0] + net.biases[0]
        h = h + shift if k_shifted == (1 if at_z else 0) else h
        for block in range(BLOCKS):
            b = h
            for place in range(per_block):
                k += 1
                b = b @ net.weights[k - 1] + net.biases[k - 1]
                b = b + shift if at_z and k_shifted == k else b
                b = tanh(b) if place == 0 else b
            h = h + 0.7 * b
            h = h + shift if not at_z and k_shifted == block + 1 else h
        z = h @ net.weights[-1] + net.biases[-1]
        z = z + shift if at_z and k_shifted == k + 1 else z
        return 0.5 * np.sum((sigmoid(z) - y) ** 2)

    for k, delta in enumerate(gradients.delta[1:], start=1):
        shift = np.zeros_like(delta)
        slope = central_difference(lambda k=k, s=shift: run(k, s, at_z=True), shift)
        assert relative_error(delta, slope) < 1e-6
    assert len(gradients.stream) == len(signals.stream) == BLOCKS + 1
    for l, g in enumerate(gradients.stream):
        shift = np.zeros_like(g)
        slope = central_difference(lambda l=l, s=shift: run(l, s, at_z=False), shift)
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


@pytest.mark.parametrize("branch", KINDS)
def test_pytorch_finds_the_same_output_and_gradients(branch):
    torch = pytest.importorskip("torch")
    net, x, y = network(tanh, branch), batch(), target()
    weights = [torch.tensor(W, requires_grad=True) for W in net.weights]
    biases = [torch.tensor(b, requires_grad=True) for b in net.biases]
    layers = iter(zip(weights, biases, strict=True))

    def affine(h):
        W, b = next(layers)
        return h @ W + b

    h = affine(torch.tensor(x))
    for _ in range(BLOCKS):
        b = torch.tanh(affine(h))
        h = h + 0.7 * (affine(b) if branch == "two layers" else b)
    output = torch.sigmoid(affine(h))
    (0.5 * ((output - torch.tensor(y)) ** 2).sum()).backward()
    signals = net.forward(x)
    gradients = net.backward(signals, signals.output - y)
    np.testing.assert_allclose(signals.output, output.detach().numpy(), rtol=0, atol=1e-12)
    for ours, theirs in zip(
        (*gradients.weights, *gradients.biases), (*weights, *biases), strict=True
    ):
        np.testing.assert_allclose(ours, theirs.grad.numpy(), rtol=0, atol=1e-10)


def test_create_draws_he_branches_and_linear_ends():
    net = ResidualMLP.create(
        [300, 200, 250], he_normal, relu, blocks=2, inner=100, last_init=_zeros, rng=0
    )
    shapes = [(300, 200), (200, 100), (100, 200), (200, 100), (100, 200), (200, 250)]
    assert [W.shape for W in net.weights] == shapes
    assert net.blocks == 2
    for k, variance in ((0, 1 / 300), (1, 2 / 200), (3, 2 / 200), (5, 1 / 200)):
        # N = 20 000 or more: relative standard error of a variance at most .01; 6 of them
        assert abs(net.weights[k].var() / variance - 1) < 0.06
    assert not net.weights[2].any() and not net.weights[4].any()


def _zeros(shape, rng):
    return np.zeros(shape)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"branch": "three"}, "branch must be one of 'two layers', 'one layer', got 'three'"),
        ({"blocks": 0}, "blocks must be a whole number of at least 1, got 0"),
        ({"alpha": np.nan}, "alpha must be a finite number, got nan"),
        ({"widths": [3, 4]}, r"widths must name inputs, stream and outputs, got \[3, 4\]"),
        ({"inner": 1.5}, "inner must be a whole number"),
    ],
)
def test_wrong_arguments_are_named(wrong, message):
    settings = {"widths": [5, 7, 3], "blocks": 2, **wrong}
    with pytest.raises(ValueError, match=message):
        ResidualMLP.create(settings.pop("widths"), he_normal, relu, rng=0, **settings)


def test_weights_that_make_no_whole_blocks_are_named():
    weights = network(tanh, "two layers").weights
    with pytest.raises(ValueError, match="7 matrices do not make whole blocks of 'two layers'"):
        ResidualMLP([*weights[:-2], np.zeros((4, 3))], tanh)
    with pytest.raises(ValueError, match=r"leave the stream's width, got widths \[7, 6\]"):
        ResidualMLP([np.zeros(s) for s in ((5, 7), (7, 4), (4, 6), (6, 3))], tanh)
    assert isinstance(network(tanh, "one layer"), MLP)
