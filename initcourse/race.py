"""The race: several initializations train on the digits, all from the same batches.

`race` runs one to its end. A `Race` is one that is under way: threads call `Race.work`, anyone
may look at `Race.result` at any time, and `Race.stop` ends it.
"""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from initcourse.activations import ACTIVATIONS
from initcourse.arguments import number, one_of, whole
from initcourse.data import load_digits
from initcourse.network import MLP
from initcourse.normalization import NormalizedMLP
from initcourse.optimizers import OPTIMIZERS
from initcourse.race_result import RaceResult
from initcourse.rules import RULES
from initcourse.threads import one_blas_thread
from initcourse.training import train

#: Threads that train; each has its own share of the networks.
WORKERS = 2
NORMALIZATIONS = ("none", "batch", "layer")
# One stack holds at most so many networks, and so many multiplications for each input: between
# stacks a race can be stopped.
_STACK, _WORK = 8, 500_000


class Race:
    """A race under way: its networks, its record, and a way to stop it.

    Parameters are those of `race`.

    Attributes
    ----------
    loss : ndarray, shape (rules, seeds, steps)
        NaN where not recorded yet, or diverged.
    done : ndarray of int, shape (rules, seeds)
        Steps recorded.
    stopped, finished : bool
    """

    def __init__(
        self, rules, activation="tanh", depth=10, width=64, *, optimizer="SGD",
        learning_rate=0.1, normalization="none", seeds=1, steps=300, batch=64, seed=0,
    ):  # fmt: skip
        rules = [rules] if isinstance(rules, str) else list(rules)
        if not rules or len(set(rules)) < len(rules):
            raise ValueError(f"rules must name at least one rule and none twice, got {rules!r}")
        self.rules = [one_of("rule", rule, tuple(RULES)) for rule in rules]
        self.phi = ACTIVATIONS[one_of("activation", activation, tuple(ACTIVATIONS))]
        depth, width = whole("depth", depth), whole("width", width)
        self.widths = [load_digits().x_train.shape[1], *[width] * (depth - 1), 10]
        self.options = {
            "optimizer": one_of("optimizer", optimizer, tuple(OPTIMIZERS)),
            "learning_rate": number("learning_rate", learning_rate),
            "steps": whole("steps", steps),
            "batch": whole("batch", batch, most=len(load_digits().x_train)),
            "rng": seed,
        }
        self.normalization = one_of("normalization", normalization, NORMALIZATIONS)
        self.seeds = range(seed, seed + whole("seeds", seeds))
        shape = (len(self.rules), len(self.seeds))
        self.loss = np.full((*shape, steps), np.nan)
        self.accuracy, self.answers = np.full(shape, np.nan), np.zeros(shape, int)
        self.done = np.zeros(shape, int)
        self.evaluated, self.stopped = np.zeros(shape, bool), False
        self._lock = threading.Lock()
        normalized = f", {normalization} norm" * (normalization != "none")
        many = f"{len(self.seeds)} seed" + "s" * (len(self.seeds) > 1)
        how = f"{optimizer} {learning_rate:.3g}{normalized}"
        self.label = f"{activation}, {depth} × {width}, {how}, {many}"
        size = min(_WORK // (depth * width**2), _STACK, -(-self.loss[..., 0].size // WORKERS))
        lanes = [(r, s) for s in range(shape[1]) for r in range(shape[0])]
        self._stacks = [lanes[k : k + max(size, 1)] for k in range(0, len(lanes), max(size, 1))]

    @property
    def finished(self):
        """Whether every network was trained and evaluated."""
        return bool(self.evaluated.all())

    @property
    def progress(self):
        """The share of all steps that are done, 0 to 1."""
        return float(self.done.mean() / self.loss.shape[-1])

    def stop(self):
        """End the race: from now on nothing more is recorded."""
        with self._lock:
            self.stopped = True

    def work(self, share):
        """Train the networks of one share, 0 or 1, in turn; return at the end or when stopped.

        Shares run on threads of their own; how they take turns changes no number.
        """
        digits = load_digits()
        x, y = digits.x_train.astype(np.float32), digits.y_train
        # zero weights, overflow and NaN are lessons here: results, not warnings
        with contextlib.ExitStack() as leave, np.errstate(all="ignore"):
            runs = []
            for lanes in self._stacks[share::WORKERS]:
                if self.stopped:
                    return
                net = self._draw(lanes)
                # closed here and not by the garbage collector, which may be another thread
                steps = leave.enter_context(contextlib.closing(train(net, x, y, **self.options)))
                runs.append((net, tuple(np.transpose(lanes)), steps))
            for k in range(self.loss.shape[-1]):
                for _, lanes, steps in runs:
                    step = next(steps)
                    with self._lock:
                        if self.stopped:
                            return
                        self.loss[(*lanes, k)] = step.loss
                        self.done[lanes] = k + 1
            for net, lanes, steps in runs:
                next(steps, None)  # the last update
                answers = net.forward(x).output.argmax(axis=-1)
                with self._lock:
                    if self.stopped:
                        return
                    self.accuracy[lanes] = (answers == y).mean(axis=-1)
                    self.answers[lanes] = [len(np.unique(given)) for given in answers]
                    self.evaluated[lanes] = True

    def _draw(self, lanes):
        networks = []
        for r, s in lanes:
            init = partial(RULES[self.rules[r]].draw, dtype=np.float32)
            networks.append(MLP.create(self.widths, init, self.phi, rng=self.seeds[s]))
        if self.normalization == "none":
            return MLP.stack(networks)
        return NormalizedMLP.stack(networks, over=self.normalization)

    def result(self):
        """Return what has been recorded so far, up to the step that all networks have made."""
        with self._lock:
            steps = self.done.min()
            kept = self.loss[..., :steps].copy(), self.accuracy.copy(), self.answers.copy()
        return RaceResult(self.label, *(dict(zip(self.rules, of, strict=True)) for of in kept))


def race(rules, activation="tanh", depth=10, width=64, **options):
    """Train networks from several initializations on the digits; return a `RaceResult`.

    Parameters
    ----------
    rules : str or list of str
        Names in `RULES`.
    activation : str
        A name in `ACTIVATIONS`.
    depth, width : int
        Weight matrices, the readout among them, and units in a hidden layer.
    optimizer : {"SGD", "momentum", "Adam"}
    learning_rate : float
    normalization : {"none", "batch", "layer"}
    seeds : int
        Networks for each rule, which differ in their initial weights.
    steps, batch : int
    seed : int
        The first of the seeds; also chooses the batches.

    Examples
    --------
    >>> result = race(["zeros", "Xavier 1/n"], "tanh", depth=3, width=32, steps=200)
    >>> result.states()
    {'zeros': ['stalled'], 'Xavier 1/n': ['learnt']}
    >>> bool(result.accuracy["Xavier 1/n"][0] > 0.9)
    True
    """
    run = Race(rules, activation, depth, width, **options)
    with one_blas_thread(), ThreadPoolExecutor(WORKERS) as pool:
        try:
            list(pool.map(run.work, range(WORKERS)))
        finally:
            run.stop()  # after an interrupt the other share ends too
    return run.result()
