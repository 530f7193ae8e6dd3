"""Training: many networks at once as one stack, by SGD, momentum or Adam.

All parameters of a network lie in one vector θ, of which its weights and biases are views; a
stack of K networks has θ of shape (K, P). One line then updates everything.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from initcourse._validate import generator, number, one_of, whole
from initcourse.training.blas import one_blas_thread, pool_map
from initcourse.training.optimizers import OPTIMIZERS

# Bytes, more than any array that a step of the course allocates: see `keep_freed_memory`.
_ENOUGH = 1 << 24
#: Divergence is shown as inf or NaN, not warned about.
QUIET = {"over": "ignore", "invalid": "ignore", "divide": "ignore"}


@dataclass
class Step:
    """One step of training, told before the update: the network still has the weights told of.

    Attributes
    ----------
    loss, accuracy : ndarray, shape () or (networks,)
        On the step's batch.
    gradient_norm : ndarray, shape () or (networks,)
        Length of the gradient of all parameters.
    update_ratio : ndarray, shape () or (networks,)
        Length of the update divided by that of the parameters.
    """

    loss: np.ndarray
    accuracy: np.ndarray
    gradient_norm: np.ndarray
    update_ratio: np.ndarray


def softmax_cross_entropy(logits, y):
    """Return the loss of each network, its accuracy, and ∂loss/∂logits.

    Logits have shape (..., batch, classes), and so has their gradient (softmax − one-hot)/batch;
    the labels y are whole numbers, shape (batch,). Loss and accuracy, shape (...), are means over
    the batch.

    >>> loss, accuracy, gradient = softmax_cross_entropy(np.zeros((5, 10)), np.arange(5))
    >>> float(loss.round(4)), gradient.shape
    (2.3026, (5, 10))
    """
    with np.errstate(**QUIET):
        # one row a class: NumPy then works on whole rows of the batch at a time
        by_class = np.ascontiguousarray(logits.swapaxes(-1, -2))
        p = np.exp(by_class - by_class.max(axis=-2, keepdims=True))
        p /= p.sum(axis=-2, keepdims=True)
        examples = np.arange(len(y))
        # contiguous, so that a stack sums in the same order as one network
        right = np.ascontiguousarray(p[..., y, examples])
        loss = -np.log(np.maximum(right, np.finfo(p.dtype).tiny)).mean(axis=-1)
        accuracy = (logits.argmax(axis=-1) == y).mean(axis=-1)
        p[..., y, examples] -= 1
        p /= len(y)
    return loss, accuracy, np.ascontiguousarray(p.swapaxes(-1, -2))


def train(
    net, x, y, *, learning_rate, steps, optimizer="SGD", batch=None, clip=None, layer_rates=None,
    rng=None,
) -> Iterator[Step]:  # fmt: skip
    """Train `net` in place; yield a `Step` before each update.

    Stop early by leaving the loop: the network then has the weights of that step.

    Parameters
    ----------
    net : Network
        One network, of any class, or a stack of them (`stack`) that all see the same batches.
    x, y : ndarray, shapes (examples, ...) and (examples,)
        Inputs as the network takes them, and labels 0, 1, 2, …
    learning_rate : float, or ndarray of shape (networks,)
        η; a stack may have one for each network.
    steps : int
    optimizer : {"SGD", "momentum", "Adam"}
    batch : int, optional
        Examples in a step, drawn without repetition; all of them if not given.
    clip : float, optional
        A longer gradient is shortened to this length.
    layer_rates : sequence of float, optional
        Factor on η for each of the weights; 0 holds them. Biases keep η.
    rng : None, int or numpy.random.Generator
        Chooses the batches.

    Examples
    --------
    >>> from initcourse import MLP, lecun_normal, load_digits, tanh
    >>> digits = load_digits()
    >>> net = MLP.create([64, 32, 10], lecun_normal, tanh, rng=0)
    >>> steps = train(net, digits.x_train, digits.y_train, learning_rate=0.5, steps=30)
    >>> losses = [step.loss for step in steps]
    >>> bool(losses[-1] < 0.5 < losses[0])
    True
    """
    one_of("optimizer", optimizer, tuple(OPTIMIZERS))
    for rate in np.ravel(learning_rate):
        number("learning_rate", rate)
    batch = whole("batch", len(x) if batch is None else batch, most=len(x))
    rng, steps = generator(rng), whole("steps", steps)
    theta = flatten(net)
    keep_freed_memory()
    rates = np.asarray(learning_rate, dtype=theta.dtype)[..., None]
    if layer_rates is not None:
        rates = rates * _factor_of_each(net, layer_rates).astype(theta.dtype)
    rule = OPTIMIZERS[optimizer](rates)
    for _ in range(steps):
        chosen = slice(None) if batch == len(x) else rng.choice(len(x), batch, replace=False)
        with np.errstate(**QUIET):
            signals = net.forward(x[chosen])
            loss, accuracy, grad_output = softmax_cross_entropy(signals.output, y[chosen])
            g = _one_vector(net.backward(signals, grad_output, to_input=False))
            gradient_norm = _length(g)
            if clip is not None:
                g *= np.minimum(1, clip / gradient_norm)[..., None]
            update = rule.update(g)
            step = Step(loss, accuracy, gradient_norm, _length(update) / _length(theta))
        yield step
        with np.errstate(**QUIET):
            theta -= update


def keep_freed_memory():
    """Let glibc keep what a step frees for the next one, instead of handing it to the system.

    Freeing one large block raises the size up to which `malloc` holds on to memory: its
    M_MMAP_THRESHOLD adapts itself (`man mallopt`). On other systems nothing changes.
    """
    np.empty(_ENOUGH, np.int8)


class History(Step):
    """What a `sweep` recorded: the attributes of `Step`, as arrays of shape (steps, networks)."""


# Networks in a stack, and stacks trained at the same time. Where every layer has fewer units than
# _NARROW, products are so short that calls cost as much, and threads get in each other's way.
_NARROW, _MANY_NARROW, _FEW_WIDE = 48, (16, 1), (8, 2)


def sweep(networks, x, y, *, learning_rate, seed=0, **options):
    """Train many networks of one shape, in stacks and on several threads; return their `History`.

    The networks are left untrained as they are; each sees the same batches, and comes out bit
    for bit as if it were trained alone (on one BLAS thread).

    Parameters
    ----------
    networks : sequence of networks
        Of one class and shape.
    learning_rate : float, or sequence with one for each network
    seed : int
        Chooses the batches.
    x, y, **options
        As for `train`: steps, optimizer, batch, clip and layer_rates.

    Returns
    -------
    (list of networks, History)
        The trained stacks, in order, and what was recorded.
    """
    networks = list(networks)
    narrow = max(b.shape[-1] for b in networks[0].biases) < _NARROW
    stack_size, workers = _MANY_NARROW if narrow else _FEW_WIDE
    rates = np.broadcast_to(np.asarray(learning_rate, dtype=float), len(networks))
    groups = [slice(k, k + stack_size) for k in range(0, len(networks), stack_size)]
    kind = type(networks[0])
    stacks = [kind.stack(networks[group]) for group in groups]

    def run(stack, group):
        steps = train(stack, x, y, learning_rate=rates[group], rng=seed, **options)
        return [(s.loss, s.accuracy, s.gradient_norm, s.update_ratio) for s in steps]

    # Each thread multiplies small matrices: a second BLAS thread under it would only wait.
    with one_blas_thread():
        recorded = pool_map(run, stacks, groups, workers=workers)
    return stacks, History(*np.concatenate(recorded, axis=-1).swapaxes(0, 1))


def flatten(net):
    """Move all parameters of `net` into one vector θ, shape (..., P), and return it.

    The network's weights and biases become views of θ, so that updating θ updates them.
    """
    theta, start, parts = _one_vector(net), 0, []
    for old in (*net.weights, *net.biases):
        size = old.size // math.prod(theta.shape[:-1])
        parts.append(theta[..., start : start + size].reshape(old.shape))
        start += size
    net.weights, net.biases = parts[: len(net.weights)], parts[len(net.weights) :]
    return theta


def _factor_of_each(net, layer_rates):
    """Return the factor on η of each parameter, shape (P,)."""
    given, wanted = list(layer_rates), len(net.weights)
    if len(given) != wanted or not all(
        0 <= number("layer_rates", f, positive=False) for f in given
    ):
        raise ValueError(f"layer_rates must be {wanted} numbers, none below 0, got {given}")
    lead = math.prod(net.biases[0].shape[:-1])
    sizes = [a.size // lead for a in (*net.weights, *net.biases)]
    return np.repeat([*given, *[1] * len(net.biases)], sizes)


def _one_vector(net):
    """Return the weights and biases of a network, or their `Gradients`, as one vector (..., P)."""
    lead = net.biases[0].shape[:-1]
    parts = [a.reshape(*lead, -1) for a in (*net.weights, *net.biases)]
    return np.concatenate(parts, axis=-1)


def _length(theta):
    # piece by piece: BLAS sums a long vector on several threads, and then in another order
    whole_pieces = theta.shape[-1] // 4096 * 4096
    pieces = theta[..., :whole_pieces].reshape(*theta.shape[:-1], -1, 4096)
    rest = theta[..., whole_pieces:]
    return np.sqrt(np.vecdot(pieces, pieces).sum(axis=-1) + np.vecdot(rest, rest))
