"""The recurrent network: its definition, finite differences, and PyTorch to 1e-8."""

import numpy as np
import pytest

from initcourse import MLP, identity, lecun_normal, load_digits, orthogonal, relu, sigmoid, tanh
from initcourse.networks.recurrent import RecurrentNet, spectral_radius
from initcourse.training.loop import flatten, train

INPUTS, N, OUTPUTS, T, BATCH = 2, 5, 3, 7, 4  # no two equal
PHIS = [tanh, sigmoid, relu, identity]
each_phi = pytest.mark.parametrize("phi", PHIS, ids=lambda phi: phi.name)


def network(phi, output=identity):
    rng = np.random.default_rng(0)
    shapes = [(INPUTS, N), (N, N), (N, OUTPUTS)]
    weights = [0.6 * rng.standard_normal(shape) for shape in shapes]
    biases = [rng.standard_normal(n) for n in (N, OUTPUTS)]
    return RecurrentNet(weights, phi, output=output, biases=biases)


def drawn(*shape, seed=1):
    return np.random.default_rng(seed).standard_normal(shape)


@each_phi
def test_forward_is_the_recursion(phi):
    net, x, start = network(phi, output=tanh), drawn(BATCH, T, INPUTS), drawn(BATCH, N, seed=2)
    (W, U, V), (b, c), h = net.weights, net.biases, start
    signals = net.forward(x, start=start)
    assert len(signals.h) == T + 2
    for t in range(T):
        z = x[:, t] @ W + h @ U + b
        h = phi(z)
        np.testing.assert_allclose(signals.z[t + 1], z, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(signals.h[t + 1], h, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(signals.output, np.tanh(h @ V + c), rtol=1e-12)
    np.testing.assert_array_equal(net.forward(x).h[0], np.zeros((BATCH, N)))


def test_without_input_it_is_a_perceptron_with_the_same_matrix_in_every_layer():
    U, start, grad = drawn(N, N), drawn(BATCH, N, seed=2), drawn(BATCH, N, seed=3)
    net = RecurrentNet([np.zeros((1, N)), U, np.eye(N)], tanh)
    mlp = MLP([U] * T, tanh, output=tanh)
    signals, layers = net.forward(np.zeros((BATCH, T, 1)), start=start), mlp.forward(start)
    gradients, by_layer = net.backward(signals, grad), mlp.backward(layers, grad)
    for t in range(T + 1):
        np.testing.assert_allclose(signals.h[t], layers.h[t], rtol=1e-12)
        np.testing.assert_allclose(gradients.delta[t], by_layer.delta[t], rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(gradients.weights[1], sum(by_layer.weights), rtol=1e-10, atol=1e-13)


# --- against PyTorch


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.frameworks
def test_forward_and_backward_agree_with_pytorch(seed):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    batch, steps, inputs, n, outputs = (int(k) for k in rng.choice(np.arange(1, 12), 5, False))
    phi = (tanh, relu)[seed % 2]
    shapes = [(inputs, n), (n, n), (n, outputs)]
    weights = [rng.standard_normal(shape) / np.sqrt(n) for shape in shapes]
    biases = [rng.standard_normal(n), rng.standard_normal(outputs)]
    x, start = rng.standard_normal((batch, steps, inputs)), rng.standard_normal((batch, n))
    grad = rng.standard_normal((batch, outputs))
    net = RecurrentNet(weights, phi, biases=biases)
    signals = net.forward(x, start=start)
    gradients = net.backward(signals, grad)

    cell = torch.nn.RNNCell(inputs, n, nonlinearity=phi.name.lower(), dtype=torch.float64)
    dense = torch.nn.Linear(n, outputs, dtype=torch.float64)
    with torch.no_grad():
        for theirs, ours in (
            (cell.weight_ih, weights[0]), (cell.weight_hh, weights[1]), (dense.weight, weights[2]),
            (cell.bias_ih, biases[0]), (cell.bias_hh, np.zeros(n)), (dense.bias, biases[1]),
        ):  # fmt: skip
            theirs.copy_(torch.tensor(ours.T.copy()))
    h = first = torch.tensor(start, requires_grad=True)
    states = []
    for t in range(steps):
        h = cell(torch.tensor(x[:, t].copy()), h)
        h.retain_grad()
        states.append(h)
    output = dense(h)
    output.backward(torch.tensor(grad))

    def same(ours, theirs):
        np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=0, atol=1e-8)

    same(signals.output, output)
    same(gradients.delta[0], first.grad)
    for t, state in enumerate(states, start=1):
        same(signals.h[t], state)
        # theirs is by h_t, ours by z_t
        same(
            gradients.delta[t],
            state.grad * torch.tensor(phi.derivative(signals.z[t], signals.h[t])),
        )
    for dW, layer in zip(gradients.weights, (cell.weight_ih, cell.weight_hh, dense.weight)):  # noqa: B905
        same(dW.T, layer.grad)
    for db, bias in zip(gradients.biases, (cell.bias_ih, dense.bias)):  # noqa: B905
        same(db, bias.grad)


# --- training


def test_clip_shortens_a_long_gradient_and_leaves_a_short_one():
    digits = load_digits()
    x, y = digits.x_train.reshape(-1, 8, 8)[:50], digits.y_train[:50]
    for clip, shortened in ((0.01, True), (1e6, False)):
        net = RecurrentNet.stack([network_of(seed) for seed in (0, 1)])
        before = flatten(net).copy()
        for step in train(net, x, y, learning_rate=0.5, steps=1, clip=clip):
            length = step.gradient_norm
        moved = np.linalg.norm(flatten(net) - before, axis=-1)
        assert (length > 0.02).all()
        np.testing.assert_allclose(moved, 0.5 * (clip if shortened else length), rtol=1e-9)


def network_of(seed):
    return RecurrentNet.create(8, 6, 10, lecun_normal, tanh, rng=seed)


# --- spectrum, and the door


def test_spectral_radius():
    assert spectral_radius(orthogonal((40, 40), rng=0)) == pytest.approx(1, abs=1e-12)
    assert spectral_radius(np.diag([0.5, -3.0, 2.0])) == pytest.approx(3)
    for wrong in (np.ones((2, 3)), np.ones(3), 2.0):
        with pytest.raises(ValueError, match="must be a square matrix"):
            spectral_radius(wrong)
