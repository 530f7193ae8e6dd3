"""The network computes what the formulas say: its gradients are those of finite differences."""

from itertools import pairwise

import numpy as np
import pytest

from initcourse import MLP
from initcourse.activations import ACTIVATIONS, identity, relu, sigmoid, tanh
from initcourse.initializers import he_normal

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
