"""What a race brought: losses, accuracies, and the sentence that says what they mean."""

import math
from dataclasses import dataclass

import numpy as np

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
            first = below.argmax(axis=1) + losses.shape[1] - below.shape[1] + 1.0
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
        states, reached = self.states(), self.steps_to()
        groups = {state: [] for state in _OPENING}
        for rule, seeds in states.items():
            for state in groups:
                members = np.array([word == state for word in seeds])
                if members.any():
                    few = f", {members.sum()} of {len(seeds)} seeds" if not members.all() else ""
                    tail = self._tail(rule, state, members, reached[rule])
                    groups[state].append(f"<b>{rule}</b>{tail}{few}")
        return " ".join(f"{_OPENING[s]}: {'; '.join(g)}." for s, g in groups.items() if g)

    @property
    def now(self):
        """Each rule's loss of late, mean over steps and seeds, in words."""
        last = {rule: losses[:, -WINDOW:].mean() for rule, losses in self.loss.items()}
        words = {rule: f"{loss:.2f}" if loss < 1e3 else "exploded" for rule, loss in last.items()}
        return ", ".join(f"{rule} {word}" for rule, word in words.items())

    def _tail(self, rule, state, members, reached):
        right = self.accuracy[rule][members]
        share = "" if np.isnan(right).any() else f", {_percent(np.median(right))} right"
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


def _percent(share):
    return f"{100 * share:.3g} %"
