"""A learning rate of its own for each init: found with some seeds, reported from others."""

from dataclasses import dataclass

import numpy as np

from initcourse.training.loop import sweep


@dataclass
class Tuned:
    """What `tune` found.

    Attributes
    ----------
    rate : float
        The rate whose search had the highest median.
    accuracy : ndarray, shape (seeds,)
        At this rate, of the seeds reported.
    searched : dict of float to float
        Rate → median accuracy in the search.
    """

    rate: float
    accuracy: np.ndarray
    searched: dict


def accuracies(stacks, x, y):
    """Return the share of labels that each network of some stacks gets right, shape (networks,)."""
    return np.concatenate(
        [(s.forward(x).output.argmax(axis=-1) == y).mean(axis=-1) for s in stacks]
    )


def tune(draw, x, y, *, rates, search=range(3), report=range(3, 8), worth=0.15, **options):
    """Search the rate of one kind of network, then train others of its kind at this rate.

    What the search found is not reported: luck in it would count as success. Unless its best
    median is above `worth`, no more is trained, and the search itself is reported.

    Parameters
    ----------
    draw : callable
        seed → untrained network.
    x, y : ndarray
        Training examples, as for `train`; the accuracies are those on them.
    rates : sequence of float
    search, report : sequences of int
        Seeds for the search and for the report.
    worth : float
    **options
        steps, optimizer, batch and clip, as for `train`.

    Returns
    -------
    Tuned

    Examples
    --------
    >>> from initcourse import MLP, lecun_normal, load_digits, tanh
    >>> digits = load_digits()
    >>> found = tune(
    ...     lambda seed: MLP.create([64, 32, 10], lecun_normal, tanh, rng=seed),
    ...     digits.x_train, digits.y_train, rates=(1e-5, 0.5), steps=30,
    ... )
    >>> found.rate, found.accuracy.shape, bool(found.searched[1e-5] < 0.5 < found.searched[0.5])
    (0.5, (5,), True)
    """

    def trained(rates, seeds):
        networks = [draw(seed) for _ in rates for seed in seeds]
        stacks, _ = sweep(networks, x, y, learning_rate=np.repeat(rates, len(seeds)), **options)
        return accuracies(stacks, x, y).reshape(len(rates), len(seeds))

    found = trained(rates, search)
    medians = np.median(found, axis=1)
    best = medians.argmax()
    told = trained(rates[best : best + 1], report)[0] if medians[best] > worth else found[best]
    return Tuned(rates[best], told, dict(zip(rates, medians.tolist(), strict=True)))
