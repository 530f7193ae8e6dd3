"""Training does the textbook step, alone or in a stack, and learns the digits."""

import itertools

import numpy as np
import pytest

from initcourse import MLP, lecun_normal, load_digits, relu, tanh
from initcourse.training import sgd, softmax_cross_entropy

RNG = np.random.default_rng(0)
LOGITS, Y = 3 * RNG.standard_normal((6, 4)), np.array([0, 3, 1, 1, 2, 0])


def network(seed=0, widths=(64, 16, 10), phi=tanh):
    return MLP.create(widths, lecun_normal, phi, rng=seed)


@pytest.fixture(scope="module")
def digits():
    return load_digits()


def test_loss_and_accuracy_by_hand():
    loss, accuracy, _ = softmax_cross_entropy(LOGITS, Y)
    by_hand = [np.log(np.exp(row).sum()) - row[y] for row, y in zip(LOGITS, Y, strict=True)]
    assert loss == pytest.approx(np.mean(by_hand), rel=1e-12)
    assert accuracy == np.mean([row.argmax() == y for row, y in zip(LOGITS, Y, strict=True)])


def test_gradient_against_finite_differences():
    gradient, step = softmax_cross_entropy(LOGITS, Y)[2], 1e-5
    for place in np.ndindex(LOGITS.shape):
        up, down = LOGITS.copy(), LOGITS.copy()
        up[place] += step
        down[place] -= step
        slope = (softmax_cross_entropy(up, Y)[0] - softmax_cross_entropy(down, Y)[0]) / (2 * step)
        assert gradient[place] == pytest.approx(slope, rel=1e-6, abs=1e-10)


def test_huge_logits_give_a_finite_loss():
    loss, _, gradient = softmax_cross_entropy(np.array([[1e4, 0.0], [-1e300, 1e300]]), [1, 0])
    assert np.isfinite(loss)
    assert np.isfinite(gradient).all()


def test_one_step_is_the_textbook_step(digits):
    x, y, rate = digits.x_train[:50], digits.y_train[:50], 0.3
    net = network()
    (W1, W2), (b1, b2) = net.weights, net.biases
    step = next(steps := sgd(net, x, y, learning_rate=rate, steps=1))
    assert next(steps, None) is None
    h = np.tanh(x @ W1 + b1)
    p = np.exp(h @ W2 + b2)
    p /= p.sum(1, keepdims=True)
    delta2 = (p - np.eye(10)[y]) / 50
    delta1 = (delta2 @ W2.T) * (1 - h**2)
    assert step.loss == pytest.approx(-np.log(p[np.arange(50), y]).mean(), rel=1e-12)
    for before, kept in zip((W1, W2), step.weights_before, strict=True):
        assert np.array_equal(before, kept)
    for new, old, gradient in (
        (net.weights[0], W1, x.T @ delta1), (net.weights[1], W2, h.T @ delta2),
        (net.biases[0], b1, delta1.sum(0)), (net.biases[1], b2, delta2.sum(0)),
    ):  # fmt: skip
        assert new == pytest.approx(old - rate * gradient, rel=1e-10, abs=1e-14)


@pytest.mark.parametrize("phi", [tanh, relu], ids=lambda phi: phi.name)
def test_a_stack_trains_bit_for_bit_like_one_by_one(digits, phi):
    x, y, rates = digits.x_train, digits.y_train, np.array([0.05, 0.3, 1.0])
    alone = [network(seed, (64, 24, 24, 10), phi) for seed in range(3)]
    layers = zip(*(net.weights for net in alone), strict=True)
    stack = MLP([np.stack(layer) for layer in layers], phi)
    together = list(sgd(stack, x, y, learning_rate=rates, steps=12, batch=32, rng=5))
    assert together[0].loss.shape == together[0].accuracy.shape == (3,)
    for k, net in enumerate(alone):
        run = list(sgd(net, x, y, learning_rate=rates[k], steps=12, batch=32, rng=5))
        # the same numbers averaged in another order: the last digit may differ
        losses = [step.loss[k] for step in together]
        assert [step.loss for step in run] == pytest.approx(losses, rel=1e-14)
        assert [step.accuracy for step in run] == [step.accuracy[k] for step in together]
        for own, shared in zip(net.weights + net.biases, stack.weights + stack.biases, strict=True):
            assert np.array_equal(own, shared[k])


def test_the_loss_falls_on_digits(digits):
    net = network()
    steps = sgd(net, digits.x_train, digits.y_train, learning_rate=0.5, steps=300, batch=64, rng=0)
    losses = [float(step.loss) for step in steps]
    parts = [np.mean(part) for part in np.split(np.array(losses), 3)]
    assert all(later < earlier for earlier, later in itertools.pairwise(parts))
    assert losses[0] > 2 and parts[-1] < 0.3
    logits = net.forward(digits.x_test).output
    assert (logits.argmax(1) == digits.y_test).mean() > 0.9


def test_batches_come_from_the_rng_and_hold_no_example_twice(digits):
    runs = []
    for seed in (0, 0, 1):
        net = network()
        data = digits.x_train[:100], digits.y_train[:100]
        steps = sgd(net, *data, learning_rate=0.1, steps=5, batch=10, rng=seed)
        runs.append([step.loss for step in steps])
    assert runs[0] == runs[1] != runs[2]
    whole = list(sgd(network(), *data, learning_rate=0.1, steps=1, batch=100))
    without = list(sgd(network(), *data, learning_rate=0.1, steps=1))
    assert whole[0].loss == without[0].loss


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"learning_rate": 0.0}, "learning_rate must be a positive finite number, got"),
        ({"learning_rate": np.array([0.1, np.nan])}, "learning_rate must be a positive"),
        ({"steps": 0}, "steps must be a whole number of at least 1, got 0"),
        ({"steps": 2.5}, "steps must be a whole number"),
        ({"batch": 0}, "batch must be a whole number from 1 to 20, got 0"),
        ({"batch": 21}, "batch must be a whole number from 1 to 20, got 21"),
    ],
    ids=str,
)
def test_bad_input(wrong, says):
    x, y = np.ones((20, 64)), np.zeros(20, dtype=int)
    with pytest.raises(ValueError, match=says):
        next(sgd(network(), x, y, **({"learning_rate": 0.1, "steps": 3} | wrong)))
