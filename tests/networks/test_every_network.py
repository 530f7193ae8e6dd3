"""What holds for networks of every class: gradients, stacks, dtypes, and the doors."""

from functools import partial

import numpy as np
import pytest
from finite_differences import central_difference, relative_error

from initcourse import MLP, ConvNet, NormalizedMLP, RecurrentNet, ResidualMLP, activation_from
from initcourse.activations import centred_sigmoid, leaky_relu, relu, scaled_tanh, sigmoid, tanh
from initcourse.initializers import normal
from initcourse.training.loop import sweep, train

WIDTHS, STREAM = (5, 7, 4, 6, 3), {"widths": (5, 7, 3), "blocks": 2, "alpha": 0.7}
BRANCHES = [(5, 7), *[(7, 6), (6, 7)] * 2, (7, 3)]
IMAGES = {"channels": (2, 4, 3), "image": (5, 4), "outputs": 3}
NETWORKS = {  # how it is made, and the shape of an input: nothing square
    "plain": (partial(MLP.create, widths=WIDTHS), (5,)),
    "batch norm": (partial(NormalizedMLP.create, widths=WIDTHS), (5,)),
    "layer norm": (partial(NormalizedMLP.create, widths=WIDTHS, over="layer"), (5,)),
    "two layers": (partial(ResidualMLP.draw, BRANCHES, alpha=0.7), (5,)),
    "one layer": (partial(ResidualMLP.create, **STREAM, branch="one layer"), (5,)),
    "convolution": (partial(ConvNet.create, **IMAGES, strides=(1, 2)), (5, 4, 2)),
    "circular": (partial(ConvNet.create, **IMAGES, strides=(2, 1), padding="circular"), (5, 4, 2)),
    "recurrent": (partial(RecurrentNet.create, inputs=2, n=5, outputs=3), (7, 2)),
}
each_kind = pytest.mark.parametrize("kind", NETWORKS)
MORE = [("plain", phi) for phi in (leaky_relu(0.1), centred_sigmoid, scaled_tanh)]


def network(kind, phi, *, seed=0, dtype=np.float64, output=tanh):
    """A network with weights and biases that are random."""
    std = 1.2 if phi is sigmoid else 0.6  # its slope is ¼ at most
    rng, init = np.random.default_rng(seed), partial(normal, std=std, dtype=dtype)
    net = NETWORKS[kind][0](init=init, activation=phi, rng=rng, output=output)
    net.weights = [W.astype(dtype) for W in net.weights]  # a residual network's ends are float64
    net.biases = [0.6 * rng.standard_normal(b.shape).astype(dtype) for b in net.biases]
    return net


def batch(kind, dtype=np.float64):
    return np.random.default_rng(1).standard_normal((4, *NETWORKS[kind][1])).astype(dtype)


def parts(gradients):
    return {name: list(value) for name, value in vars(gradients).items()}


@pytest.mark.parametrize(
    ("kind", "phi"),
    [(kind, phi) for phi in (tanh, sigmoid, relu) for kind in NETWORKS] + MORE,
    ids=lambda x: getattr(x, "name", x),
)
def test_backward_agrees_with_finite_differences_to_1e_minus_6(kind, phi):
    net, x = network(kind, phi), batch(kind)
    start = {"start": np.full((4, 5), 0.3)} if kind == "recurrent" else {}
    y = np.random.default_rng(2).standard_normal((4, 3))

    def loss():
        return 0.5 * np.sum((net.forward(x, **start).output - y) ** 2)

    signals = net.forward(x, **start)
    # A kink within one step of a z would spoil the difference, not the gradient.
    assert phi is not relu or min(abs(z).min() for z in signals.z[1:]) > 1e-5
    found = net.backward(signals, signals.output - y)
    # δ of the first layer is that of the input; a recurrent network's is that of its start. The
    # other δ are in the weights' gradients hᵀδ: four examples have their own directions h.
    pairs = [(start.get("start", x), found.delta[0])]
    pairs += zip((*net.weights, *net.biases), (*found.weights, *found.biases), strict=True)
    for array, gradient in pairs:
        assert relative_error(gradient, central_difference(loss, array)) < 1e-6
    assert [d.shape for d in found.delta] == [z.shape for z in signals.z]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@each_kind
def test_a_stack_computes_bit_for_bit_as_one_by_one(kind, dtype):
    nets, x = [network(kind, tanh, seed=k, dtype=dtype) for k in range(3)], batch(kind, dtype)
    stack = type(nets[0]).stack(nets)
    assert {W.dtype for W in type(stack).stack(nets, dtype=np.float16).weights} == {np.dtype("f2")}
    signals = stack.forward(x)
    back = parts(stack.backward(signals, signals.output))
    for i, net in enumerate(nets):
        alone = net.forward(x)
        for name, of_one in parts(net.backward(alone, alone.output)).items():
            for together, one in zip(back[name], of_one, strict=True):
                assert together.dtype == one.dtype == dtype and np.array_equal(together[i], one)
        assert all(
            np.array_equal(z[i], one) for z, one in zip(signals.z[1:], alone.z[1:], strict=True)
        )


@pytest.mark.parametrize(
    "make",
    [partial(leaky_relu, 0.1), partial(activation_from, "x * sigmoid(x)")],
    ids=["leaky_relu", "typed"],
)
def test_an_activation_made_twice_is_one_and_its_networks_can_be_stacked(make):
    networks = [MLP.create(WIDTHS, normal, make(), rng=seed) for seed in range(2)]
    assert MLP.stack(networks).weights[0].shape == (2, 5, 7)


def test_stacked_networks_of_two_slopes_are_still_refused():
    networks = [MLP.create(WIDTHS, normal, leaky_relu(a), rng=0) for a in (0.1, 0.2)]
    with pytest.raises(ValueError, match="same activations"):
        MLP.stack(networks)


@each_kind
def test_a_sweep_trains_networks_of_every_class_as_what_they_are(kind):
    nets, x, y = [network(kind, tanh, seed=s) for s in range(3)], batch(kind), [0, 2, 1, 2]
    options = {"learning_rate": 0.1, "steps": 5, "batch": 3}
    (stack,), history = sweep(nets, x, np.array(y), seed=4, **options)
    assert type(stack) is type(nets[0])
    for i, net in enumerate(nets):
        apart = list(train(net, x, np.array(y), rng=4, **options))
        np.testing.assert_allclose(history.loss[:, i], [s.loss for s in apart], rtol=1e-10)
        for a, b in zip(stack.weights + stack.biases, net.weights + net.biases, strict=True):
            np.testing.assert_allclose(a[i], b, rtol=1e-9, atol=1e-12)


@each_kind
def test_backward_leaves_out_what_is_not_wanted_and_brings_the_rest_the_same(kind):
    net, x = network(kind, tanh), batch(kind)
    signals = net.forward(x)
    full, few = (net.backward(signals, signals.output, to_input=i, to_weights=i) for i in (1, 0))
    assert few.delta[0] is None and few.weights == [None] * len(net.weights)
    assert all(map(np.array_equal, few.delta[1:], full.delta[1:]))


@each_kind
def test_nothing_that_goes_in_is_changed(kind):
    net, x = network(kind, relu), batch(kind)
    signals, grad = net.forward(x), np.ones((4, 3))
    given = [x, grad, *net.weights, *net.biases, *signals.z, *signals.h]
    before = [array.copy() for array in given]
    net.backward(signals, grad)
    assert all(map(np.array_equal, given, before))


@each_kind
def test_wrong_shapes_and_what_is_no_activation_are_named(kind):
    net, x = network(kind, tanh), batch(kind)
    for wrong in (x[..., :-1], x[0], np.ones(()), np.ones(2)):
        for given in (wrong, wrong.tolist()):
            with pytest.raises(ValueError, match=r"x must have shape \(batch, .*\), got \("):
                net.forward(given)
    with pytest.raises(ValueError, match=r"grad_output must have shape \(4, 3\), got \(4, 2\)"):
        net.backward(net.forward(x), np.ones((4, 2)))
    with pytest.raises(ValueError, match="must be an Activation, got <ufunc"):
        network(kind, np.tanh)
    with pytest.raises(ValueError, match="must be an Activation, got 'tanh'"):
        network(kind, tanh, output="tanh")
    with pytest.raises(ValueError, match=r"one per unit, \[.*\], got shapes \[\]"):
        type(net)(net.weights, tanh, biases=[])
