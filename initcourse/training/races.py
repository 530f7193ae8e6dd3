"""The race: several initializations train on the digits, all from the same batches.

`race` runs one to its end. A `Race` is one that is under way: threads call `Race.work`, or one
task takes `Race.steps` in turn; anyone may look at `Race.result` at any time, and `Race.stop`
ends it.
"""

import contextlib
import math
import threading
from dataclasses import dataclass
from functools import partial

import numpy as np

from initcourse._validate import number, one_of, whole
from initcourse.activations import ACTIVATIONS
from initcourse.data.samples import load_digits
from initcourse.networks.mlp import MLP
from initcourse.networks.normalized import NormalizedMLP
from initcourse.rules import RULES
from initcourse.training.blas import one_blas_thread, pool_map
from initcourse.training.loop import train
from initcourse.training.optimizers import OPTIMIZERS

#: Loss of a network that gives every digit the same chance.
GUESSING = math.log(10)
#: The loss of a single batch is noisy: verdicts take the mean over so many steps.
WINDOW = 10
_OPENING = {
    "learnt": "Loss below 0.3",
    "learning": "Better than guessing",
    "above": "Still worse than guessing",
    "stalled": "Stalled at guessing",
    "diverged": "Diverged",
}


@dataclass(frozen=True, repr=False)
class RaceResult:
    """What a race brought, as far as it was run.

    Attributes
    ----------
    label : str
        Activation, depth, width, optimiser and so on, in words.
    loss : dict
        Rule → ndarray, shape (seeds, steps): the loss on each step's batch.
    accuracy : dict
        Rule → ndarray, shape (seeds,): share of the 1437 training digits that are right at the
        end; NaN if the race was stopped before it.
    answers : dict
        Rule → ndarray, shape (seeds,): how many different digits the network answers at the
        end; 1 if it says the same to every picture, 0 if the race was stopped.
    """

    label: str
    loss: dict
    accuracy: dict
    answers: dict

    def __repr__(self):
        return f"RaceResult({self.label}; {', '.join(self.loss)})"

    @property
    def steps(self):
        """The number of steps that every network has made."""
        return next(iter(self.loss.values())).shape[1]

    def steps_to(self, loss=0.3):
        """Return rule → ndarray, shape (seeds,): steps until the mean of the last ten is below.

        NaN where it never was.
        """
        found = {}
        for rule, losses in self.loss.items():
            below = _smooth(losses) < loss
            first = losses.shape[1] - below.shape[1] + 1.0 + below.argmax(axis=1)
            found[rule] = np.where(below.any(axis=1), first, np.nan)
        return found

    def states(self):
        """Return rule → list of one word for each seed.

        "diverged": the loss is no number any more, or ends far above guessing and above its
        start. "learnt": it was below 0.3. Else by where it ends: "learning" below guessing,
        "stalled" at it, "above" where the start was so bad that it still is worse.
        """
        return {
            rule: [_state(*pair) for pair in zip(self.loss[rule], reached, strict=True)]
            for rule, reached in self.steps_to().items()
        }

    @property
    def text(self):
        """What happened, in one or two sentences, with HTML for the rules' names."""
        states, reached, sentences = self.states(), self.steps_to(), []
        for state, opening in _OPENING.items():
            parts = []
            for rule, seeds in states.items():
                members = np.array(seeds) == state
                if members.any():
                    few = f", {members.sum()} of {len(seeds)} seeds" if not members.all() else ""
                    tail = self._tail(rule, state, members, reached[rule])
                    parts.append(f"<b>{RULES[rule].label}</b>{tail}{few}")
            if parts:
                sentences.append(f"{opening}: {'; '.join(parts)}.")
        return " ".join(sentences)

    @property
    def now(self):
        """Each rule's loss of late, mean over steps and seeds, in words."""
        last = {rule: losses[:, -WINDOW:].mean() for rule, losses in self.loss.items()}
        words = {rule: f"{loss:.2f}" if loss < 1e3 else "exploded" for rule, loss in last.items()}
        return ", ".join(f"{RULES[rule].label} {word}" for rule, word in words.items())

    def _tail(self, rule, state, members, reached):
        right = self.accuracy[rule][members]
        share = "" if np.isnan(right).any() else f", {100 * np.median(right):.3g} % right"
        if state == "learnt":
            return f" after {np.median(reached[members]):.0f} steps{share}"
        if state in ("learning", "above"):
            return share
        if state == "stalled":
            same = (self.answers[rule][members] == 1).all()
            return " (one answer to every digit)" if same else share
        lost = ~np.isfinite(self.loss[rule][members])
        if not lost.any():
            return " (far above guessing)"
        return f" (overflow at step {lost.any(axis=0).argmax() + 1})"


def _smooth(losses):
    """Return the running mean over WINDOW steps; a loss that is no number stays none."""
    if losses.shape[1] == 0:
        return np.full((len(losses), 1), np.nan)
    window = min(WINDOW, losses.shape[1])
    return np.lib.stride_tricks.sliding_window_view(losses, window, axis=1).mean(axis=-1)


def _state(losses, reached):
    last = _smooth(losses[None])[0, -1]
    high = last > 1.3 * GUESSING
    if not np.isfinite(losses).all() or (high and last > 1.5 * losses[0]):
        return "diverged"
    if not np.isnan(reached):
        return "learnt"
    if last < 0.95 * GUESSING:
        return "learning"
    return "above" if high else "stalled"


#: Shares of the networks; each is trained on a thread of its own, where threads can start.
WORKERS = 2
#: Zero weights, overflow and NaN are lessons in a race: results, not warnings.
SILENT = {"all": "ignore"}
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
        self.done, self.stopped = np.zeros(shape, int), False
        self._lock = threading.Lock()
        normalized = "" if normalization == "none" else f", {normalization} norm"
        many = f"{seeds} seed" + "s" * (seeds > 1)
        how = f"{optimizer} {learning_rate:.3g}{normalized}"
        self.label = f"{activation}, {depth} × {width}, {how}, {many}"
        lanes = [(r, s) for s in range(shape[1]) for r in range(shape[0])]
        size = max(min(_WORK // (depth * width**2), _STACK, -(-len(lanes) // WORKERS)), 1)
        self._stacks = [lanes[k : k + size] for k in range(0, len(lanes), size)]

    @property
    def finished(self):
        """Whether every network was trained and evaluated."""
        return bool(self.answers.all())

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
        with np.errstate(**SILENT):
            for _ in self.steps(share):
                pass

    def steps(self, share):
        """Do the work of one share as a generator: it yields after each step of each stack.

        Warnings are the caller's to silence (`SILENT`): NumPy's error state must not span a yield.
        """
        digits = load_digits()
        x, y = digits.x_train.astype(np.float32), digits.y_train
        with contextlib.ExitStack() as leave:
            runs = []
            for lanes in self._stacks[share::WORKERS]:
                if self.stopped:
                    return
                net = self._draw(lanes)
                # closed here and not by the garbage collector, which may be another thread
                steps = leave.enter_context(contextlib.closing(train(net, x, y, **self.options)))
                runs.append((net, tuple(np.transpose(lanes)), steps))
                yield
            for k in range(self.loss.shape[-1]):
                for _, lanes, steps in runs:
                    step = next(steps)
                    with self._lock:
                        if self.stopped:
                            return
                        self.loss[(*lanes, k)] = step.loss
                        self.done[lanes] = k + 1
                    yield
            for net, lanes, steps in runs:
                next(steps, None)  # the last update
                answers = net.forward(x).output.argmax(axis=-1)
                with self._lock:
                    if self.stopped:
                        return
                    self.accuracy[lanes] = (answers == y).mean(axis=-1)
                    self.answers[lanes] = [len(np.unique(given)) for given in answers]
                yield

    def _draw(self, lanes):
        kind, options = MLP, {}
        if self.normalization != "none":
            kind, options = NormalizedMLP, {"over": self.normalization}
        inits = [partial(RULES[rule].draw, dtype=np.float32) for rule in self.rules]
        return kind.stack(
            kind.create(self.widths, inits[r], self.phi, rng=self.seeds[s], **options)
            for r, s in lanes
        )

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
        Keys of `RULES`.
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
    >>> result = race(["zeros", "xavier"], "tanh", depth=3, width=32, steps=200)
    >>> result.states()
    {'zeros': ['stalled'], 'xavier': ['learnt']}
    >>> bool(result.accuracy["xavier"][0] > 0.9)
    True
    """
    run = Race(rules, activation, depth, width, **options)
    with one_blas_thread():  # after an interrupt the other share ends too
        pool_map(run.work, range(WORKERS), workers=WORKERS, at_end=run.stop)
    return run.result()
