"""Training by gradient descent, written so that the textbook step can be read off."""

from dataclasses import dataclass

import numpy as np

from initcourse.arguments import number, whole


@dataclass
class Step:
    """One step of training.

    Attributes
    ----------
    loss, accuracy : float, or ndarray of shape (networks,) for a stack
        On the step's batch, before the update.
    weights_before : list of ndarray
        Copies of the weights the loss belongs to.
    """

    loss: np.ndarray
    accuracy: np.ndarray
    weights_before: list[np.ndarray]


def softmax_cross_entropy(logits, y):
    """Return the loss of each network, its accuracy, and ∂loss/∂logits.

    Parameters
    ----------
    logits : ndarray, shape (..., batch, classes)
    y : ndarray of int, shape (batch,)

    Returns
    -------
    loss, accuracy : ndarray, shape (...)
        Means over the batch.
    gradient : ndarray, shape (..., batch, classes)
        (softmax − one-hot)/batch.

    Examples
    --------
    >>> loss, accuracy, gradient = softmax_cross_entropy(np.zeros((5, 10)), np.arange(5))
    >>> float(loss.round(4)), gradient.shape
    (2.3026, (5, 10))
    """
    with np.errstate(over="ignore", invalid="ignore"):
        shifted = logits - logits.max(axis=-1, keepdims=True)
        p = np.exp(shifted)
        p /= p.sum(axis=-1, keepdims=True)
        rows = np.arange(len(y))
        right = p[..., rows, y]
        tiny = np.finfo(p.dtype).tiny
        loss = -np.log(np.maximum(right, tiny)).mean(axis=-1)
        accuracy = (logits.argmax(axis=-1) == y).mean(axis=-1)
        gradient = p
        gradient[..., rows, y] -= 1
    return loss, accuracy, gradient / len(y)


def sgd(net, x, y, *, learning_rate, steps, batch=None, rng=None):
    """Train `net` in place by stochastic gradient descent; yield a `Step` for each step.

    Parameters
    ----------
    net : MLP
        One network, or a stack of them that all see the same batches.
    x, y : ndarray, shapes (examples, n⁰) and (examples,)
        Inputs and labels 0, 1, 2, …
    learning_rate : float, or ndarray of shape (networks,)
        A stack may have one for each network.
    steps : int
    batch : int, optional
        Examples in a step, drawn without repetition; all of them if not given.
    rng : None, int or numpy.random.Generator
        Chooses the batches.

    Yields
    ------
    Step

    Examples
    --------
    >>> from initcourse import MLP, lecun_normal, load_digits, tanh
    >>> digits = load_digits()
    >>> net = MLP.create([64, 32, 10], lecun_normal, tanh, rng=0)
    >>> steps = sgd(net, digits.x_train, digits.y_train, learning_rate=0.5, steps=30)
    >>> losses = [step.loss for step in steps]
    >>> bool(losses[-1] < 0.5 < losses[0])
    True
    """
    for rate in np.ravel(learning_rate):
        number("learning_rate", rate)
    batch = whole("batch", len(x) if batch is None else batch, most=len(x))
    rng = np.random.default_rng(rng)
    rate = np.asarray(learning_rate, dtype=net.weights[0].dtype)
    for _ in range(whole("steps", steps)):
        chosen = slice(None) if batch == len(x) else rng.choice(len(x), batch, replace=False)
        signals = net.forward(x[chosen])
        loss, accuracy, grad_output = softmax_cross_entropy(signals.output, y[chosen])
        gradients = net.backward(signals, grad_output)
        yield Step(loss, accuracy, net.weights.copy())
        for l in range(len(net.weights)):
            net.weights[l] = net.weights[l] - rate[..., None, None] * gradients.weights[l]
            net.biases[l] = net.biases[l] - rate[..., None] * gradients.biases[l]
