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


def tune(kinds, x, y, *, search=range(3), report=range(3, 8), worth=0.15, **options):
    """Search a rate for each kind of network, then train others of its kind at this rate.

    What the search found is not reported: luck in it would count as success. Of a kind whose best
    median is not above `worth` no more is trained, and the search itself is reported.

    Parameters
    ----------
    kinds : dict of str to (callable, sequence of float)
        Name → seed → untrained network, and the rates to try. All are of one class and shape: they
        train together.
    x, y : ndarray
        Training examples, as for `train`; the accuracies are those on them.
    search, report : sequences of int
        Seeds for the search and for the report.
    worth : float
    **options
        steps, optimizer, batch and clip, as for `train`.

    Returns
    -------
    dict of str to Tuned

    Examples
    --------
    >>> from initcourse import MLP, lecun_normal, load_digits, tanh
    >>> digits = load_digits()
    >>> def draw(seed):
    ...     return MLP.create([64, 32, 10], lecun_normal, tanh, rng=seed)
    >>> kinds = {"1/n": (draw, (1e-5, 0.5))}
    >>> found = tune(kinds, digits.x_train, digits.y_train, steps=30)["1/n"]
    >>> found.rate, found.accuracy.shape, bool(found.searched[1e-5] < 0.5 < found.searched[0.5])
    (0.5, (5,), True)
    """

    def trained(runs, seeds):
        """Return (name, rate) → accuracies of the seeds."""
        if not runs:
            return {}
        networks = [kinds[name][0](seed) for name, _ in runs for seed in seeds]
        rates = np.repeat([rate for _, rate in runs], len(seeds))
        stacks, _ = sweep(networks, x, y, learning_rate=rates, **options)
        reached = accuracies(stacks, x, y).reshape(len(runs), len(seeds))
        return dict(zip(runs, reached, strict=True))

    searched = trained(
        [(name, rate) for name, (_, rates) in kinds.items() for rate in rates], search
    )
    medians = {
        name: {rate: float(np.median(searched[name, rate])) for rate in rates}
        for name, (_, rates) in kinds.items()
    }
    best = {name: max(found, key=found.get) for name, found in medians.items()}
    fresh = trained([run for run in best.items() if medians[run[0]][run[1]] > worth], report)
    return {
        name: Tuned(rate, (searched | fresh)[name, rate], medians[name])
        for name, rate in best.items()
    }
