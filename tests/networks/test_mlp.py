"""The network computes what the formulas say: its gradients are those of finite differences."""

from itertools import pairwise

import numpy as np
import pytest
from finite_differences import central_difference, relative_error

from initcourse import (
    ACTIVATIONS,
    MLP,
    he_normal,
    identity,
    leaky_relu,
    normal,
    relu,
    sigmoid,
    tanh,
)
from initcourse.activations import centred_sigmoid, scaled_tanh

WIDTHS, BATCH = (5, 7, 4, 6, 3), 8  # no two equal: a transposed product has the wrong shape


def network(phi, output=identity):
    rng = np.random.default_rng(0)
    pairs = list(pairwise(WIDTHS))
    weights = [rng.standard_normal(pair) for pair in pairs]
    biases = [rng.standard_normal(b) for _, b in pairs]
    return MLP(weights, phi, output=output, biases=biases)


def batch():
    return np.random.default_rng(1).standard_normal((BATCH, WIDTHS[0]))


def target():
    return np.random.default_rng(2).standard_normal((BATCH, WIDTHS[-1]))


PHIS = [sigmoid, tanh, relu, leaky_relu(0.1), identity, centred_sigmoid, scaled_tanh]


@pytest.mark.parametrize("phi", PHIS, ids=lambda phi: phi.name)
def test_delta_is_the_derivative_by_z_of_every_layer(phi):
    # Adding e to a layer's bias for one example alone is adding e to that example's z.
    net, x, y = network(phi), batch(), target()
    gradients = net.backward(net.forward(x), net.forward(x).output - y)
    for l in range(1, len(WIDTHS)):
        shift = np.zeros((BATCH, WIDTHS[l]))

        def loss(l=l, shift=shift):
            h = x
            for k, (W, b, f) in enumerate(
                zip(net.weights, net.biases, net.activations, strict=True), start=1
            ):
                h = f(h @ W + b + (shift if k == l else 0))
            return 0.5 * np.sum((h - y) ** 2)

        assert relative_error(gradients.delta[l], central_difference(loss, shift)) < 1e-6


def test_a_sigmoid_network_with_biases_of_minus_half_sum_w_is_the_centred_one():
    # Layer 1 reads the input, which has no ½ in it; from layer 2 on the bias takes it away.
    centred, x = network(centred_sigmoid, centred_sigmoid), batch()
    biases = [b - 0.5 * W.sum(axis=0) for W, b in zip(centred.weights, centred.biases, strict=True)]
    biases[0] = centred.biases[0]
    plain = MLP(centred.weights, sigmoid, output=sigmoid, biases=biases)
    one, other = centred.forward(x), plain.forward(x)
    for z, z_plain in zip(one.z, other.z, strict=True):
        np.testing.assert_allclose(z_plain, z, rtol=1e-12, atol=1e-13)
    for h, h_plain in zip(one.h[1:], other.h[1:], strict=True):
        np.testing.assert_allclose(h_plain - 0.5, h, rtol=1e-12, atol=1e-13)
    back, back_plain = centred.backward(one, target()), plain.backward(other, target())
    for delta, delta_plain in zip(back.delta, back_plain.delta, strict=True):
        np.testing.assert_allclose(delta_plain, delta, rtol=1e-10, atol=1e-13)


def test_forward_keeps_every_z_and_h():
    net, x = network(tanh, sigmoid), batch()
    signals = net.forward(x)
    assert net.widths == list(WIDTHS)
    assert [z.shape for z in signals.z] == [(BATCH, n) for n in WIDTHS]
    assert (signals.z[0] == x).all() and (signals.h[0] == x).all()
    np.testing.assert_array_equal(signals.z[1], x @ net.weights[0] + net.biases[0])
    np.testing.assert_array_equal(signals.h[2], np.tanh(signals.z[2]))
    np.testing.assert_array_equal(signals.output, sigmoid(signals.z[-1]))


@pytest.mark.parametrize("phi", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_overflow_gives_inf_or_nan_without_a_warning(phi):
    # pytest turns any warning into an error here
    net = MLP([np.full((4, 4), 1e30, dtype=np.float32)] * 4, phi)
    signals = net.forward(np.array([[1, -1, 2, 3]], dtype=np.float32))
    gradients = net.backward(signals, np.full((1, 4), 1e30, dtype=np.float32))
    if phi.bounds is None:
        assert not np.isfinite(signals.output).any()
        assert not np.isfinite(gradients.delta[0]).all()


# --- making one


def test_create_draws_layers_one_after_another_from_one_generator():
    net = MLP.create([8, 5, 3], he_normal, relu, rng=4)
    rng = np.random.default_rng(4)
    assert np.array_equal(net.weights[0], he_normal((8, 5), rng=rng))
    assert np.array_equal(net.weights[1], he_normal((5, 3), rng=rng))
    assert [b.tolist() for b in net.biases] == [[0.0] * 5, [0.0] * 3]


def test_zero_biases_have_the_weights_dtype_and_networks():
    net = MLP([np.ones((6, 4, 3), dtype=np.float32)], tanh)
    assert net.biases[0].shape == (6, 3) and net.biases[0].dtype == np.float32


# --- bad input


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: MLP([], tanh), "at least one weight matrix"),
        (
            lambda: MLP([np.ones((3, 4)), np.ones((5, 2))], tanh),
            r"\(3, 4\) is followed by \(5, 2\)",
        ),
        (lambda: MLP([np.ones(3)], tanh), r"two axes, got shape \(3,\)"),
        (lambda: MLP([np.ones((3, 4))], "tanh"), "must be an Activation, got 'tanh'"),
        (lambda: MLP([np.ones((3, 4))], tanh, output=np.tanh), "must be an Activation, got <ufunc"),
        (lambda: MLP([np.ones((3, 4))], tanh, biases=[]), r"one per unit, \[4\], got shapes \[\]"),
        (
            lambda: MLP([np.ones((3, 4))], tanh, biases=[np.ones(3)]),
            r"\[4\], got shapes \[\(3,\)\]",
        ),
        (
            lambda: MLP([np.ones((3, 4))], tanh, biases=[np.float64(0)]),
            r"\[4\], got shapes \[\(\)\]",
        ),
        (lambda: MLP.create([5], normal, tanh), r"an input and an output, got \[5\]"),
        (lambda: MLP.create([5, 0, 3], normal, tanh), "at least 1, got 0"),
        (lambda: MLP.create([5, -2, 3], normal, tanh), "at least 1, got -2"),
        (lambda: MLP.create([5, 2.5, 3], normal, tanh), "at least 1, got 2.5"),
    ],
)
def test_a_network_that_does_not_fit_together_is_refused(make, says):
    with pytest.raises(ValueError, match=says):
        make()


@pytest.mark.parametrize("rng", ["abc", -1, 3.5])
def test_an_rng_that_is_none_is_refused(rng):
    with pytest.raises(TypeError, match=f"rng must be None, .*Generator, got {rng!r}"):
        MLP.create([5, 3], normal, tanh, rng=rng)
