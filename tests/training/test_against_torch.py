"""Three steps of training are the textbook's, and PyTorch's, number by number, in float64."""

import numpy as np
import pytest

from initcourse import ACTIVATIONS, MLP, lecun_normal
from initcourse.training.loop import softmax_cross_entropy, train
from initcourse.training.optimizers import OPTIMIZERS

WIDTHS, EXAMPLES, STEPS = (5, 7, 4, 3), 8, 3
RATES = {"SGD": 0.5, "momentum": 0.2, "Adam": 0.05}
each_phi = pytest.mark.parametrize("phi", ["tanh", "sigmoid", "ReLU"])
each_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS)


def start(phi):
    """The network, the inputs and the labels that everything begins with."""
    rng = np.random.default_rng(0)
    net = MLP.create(WIDTHS, lecun_normal, ACTIVATIONS[phi], rng=rng)
    net.biases = [0.1 * rng.standard_normal(b.shape) for b in net.biases]
    x = rng.standard_normal((EXAMPLES, WIDTHS[0]))
    return net, x, rng.integers(0, WIDTHS[-1], EXAMPLES)


def theta(weights, biases):
    return np.concatenate([np.array(a).ravel() for a in (*weights, *biases)])


def ours(phi, optimizer):
    """Train; return the losses and θ after each step."""
    net, x, y = start(phi)
    options = {"learning_rate": RATES[optimizer], "optimizer": optimizer}
    told = [(step.loss, theta(net.weights, net.biases))
            for step in train(net, x, y, steps=STEPS + 1, **options)]  # fmt: skip
    losses, thetas = zip(*told, strict=True)
    assert min(np.abs(np.diff(thetas, axis=0)).max(axis=1)) > 1e-3  # it moves
    return losses[:-1], thetas[1:]


def assert_agree(found, expected):
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-6)


@each_optimizer
@each_phi
def test_three_steps_are_those_of_the_textbook(phi, optimizer):
    net, x, y = start(phi)
    losses, thetas, v, s = [], [], 0, 0
    for t in range(1, STEPS + 1):
        signals = net.forward(x)
        loss, _, gradient = softmax_cross_entropy(signals.output, y)
        back = net.backward(signals, gradient)
        g = theta(back.weights, back.biases)
        v, s = {"SGD": (g, 0), "momentum": (0.9 * v + g, 0),
                "Adam": (0.9 * v + 0.1 * g, 0.999 * s + 0.001 * g**2)}[optimizer]  # fmt: skip
        step = v
        if optimizer == "Adam":
            step = v / (1 - 0.9**t) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
        new, k = theta(net.weights, net.biases) - RATES[optimizer] * step, 0
        for a in (*net.weights, *net.biases):
            a[...] = new[k : k + a.size].reshape(a.shape)
            k += a.size
        losses.append(loss)
        thetas.append(new)
    assert_agree(ours(phi, optimizer), (losses, thetas))


@each_optimizer
@each_phi
@pytest.mark.frameworks
def test_three_steps_are_those_that_pytorch_takes(phi, optimizer):
    torch = pytest.importorskip("torch")
    net, x, y = start(phi)
    weights = [torch.tensor(W, requires_grad=True) for W in net.weights]
    biases = [torch.tensor(b, requires_grad=True) for b in net.biases]
    make = {"SGD": torch.optim.SGD, "Adam": torch.optim.Adam,
            "momentum": lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9)}  # fmt: skip
    theirs = make[optimizer]([*weights, *biases], lr=RATES[optimizer])
    losses, thetas = [], []
    for _ in range(STEPS):
        h = torch.tensor(x)
        for W, b in zip(weights[:-1], biases[:-1], strict=True):
            h = getattr(torch, phi.lower())(h @ W + b)
        logits = h @ weights[-1] + biases[-1]
        loss = torch.nn.functional.cross_entropy(logits, torch.tensor(y))
        theirs.zero_grad()
        loss.backward()
        theirs.step()
        losses.append(loss.item())
        thetas.append(theta(*([a.detach().numpy() for a in p] for p in (weights, biases))))
    assert_agree(ours(phi, optimizer), (losses, thetas))
