"""Checking an initializer that the learner wrote, from the weights it draws.

On 300 × 160 weights each statistic below has a false-alarm rate under 1e-7; the seeds are
fixed besides, so a correct answer is never refused by bad luck.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from initcourse.exercises.engine import Exercise, Verdict, call

N_IN, N_OUT = 300, 160
N = N_IN * N_OUT


@dataclass(frozen=True)
class InitializerExercise(Exercise):
    """The answer is a function (n_in, n_out, rng) → weights of shape (n_in, n_out).

    `variance(n_in, n_out)` is the right variance; `slips` holds pairs (wrong variance,
    sentence); `uniform` says which of the two distributions is asked for.
    """

    name: str
    variance: Callable
    uniform: bool
    hint_text: str
    praise: str
    slips: tuple = ()

    def judge(self, answer):
        """Draw weights and test shape, randomness, mean, variance and form, in this order."""
        if not callable(answer):
            kind = type(answer).__name__
            return Verdict(False, f"{self.name} should be a function; this is a {kind}.")
        before = np.random.get_state()[1].copy()  # noqa: NPY002 - to see whether it was touched
        rng = np.random.default_rng(2)
        draws = []
        for source in (np.random.default_rng(1), np.random.default_rng(1), rng, rng):
            W, complaint = call(answer, (N_IN, N_OUT, source), self.name)
            if complaint:
                return complaint
            draws.append(W)
        touched = not np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002
        for sentence in (self._form(draws[0]), self._randomness(draws, touched)):
            if sentence:
                return Verdict(False, sentence)
        sentence = self._numbers(draws[0])
        return Verdict(False, sentence) if sentence else Verdict(True, self.praise)

    def _form(self, W):
        if W.shape == (N_OUT, N_IN):
            return "The weights are transposed: here W has shape (n_in, n_out) and acts as h @ W."
        if W.shape != (N_IN, N_OUT):
            return (
                f"The weights have shape {W.shape}; asked for is (n_in, n_out) = ({N_IN}, {N_OUT})."
            )
        if not np.isfinite(W).all():
            return "Some weights are NaN or infinite."
        if (W == np.round(W)).all() and W.any():
            return "All weights are whole numbers: was something rounded, or // used for /?"
        return None

    def _randomness(self, draws, touched):
        first, again, other, next_one = draws
        if touched:
            return "This draws from NumPy's global np.random; draw from the rng that is passed in."
        if not np.array_equal(first, again):
            return "Two calls with equal generators differ: draw only from the rng passed in."
        if np.array_equal(other, next_one) or np.array_equal(first, other):
            if not first.any():
                return "All weights are 0: every unit of a layer would stay the same."
            return "Every call draws the same weights: do not seed inside, use the rng passed in."
        if len(np.unique(first)) < 0.99 * N:
            return (
                "Many weights are equal: was one row drawn and repeated? Draw n_in × n_out numbers."
            )
        return None

    def _numbers(self, W):
        v, measured = self.variance(N_IN, N_OUT), float(np.mean(W**2))
        if abs(W.mean()) * np.sqrt(N / max(measured, 1e-300)) > 5.33:
            return (
                f"The weights' mean is {W.mean():.3g}, not 0. A uniform draw needs both signs; "
                "rng.random gives numbers from 0 to 1, rng.standard_normal Gaussians."
            )
        if not _close(measured, v):
            for wrong, sentence in self.slips:
                if _close(measured, wrong(N_IN, N_OUT)):
                    return sentence
            ratio = measured / v
            off = (
                f"{ratio:.3g} times too large" if ratio > 1 else f"{1 / ratio:.3g} times too small"
            )
            return f"For {N_IN} → {N_OUT} the variance comes out {off}. {self.hint_text}"
        kurtosis = np.mean(W**4) / measured**2
        looks_uniform = abs(kurtosis - 1.8) < 0.2
        if self.uniform and not looks_uniform:
            return "The variance is right, but the weights are not uniform: use rng.uniform."
        if not self.uniform and looks_uniform:
            return "The variance is right, but the weights are uniform: use rng.standard_normal."
        if not self.uniform and abs(kurtosis - 3) > 8 * np.sqrt(24 / N):
            return "The variance is right, but the weights are not Gaussian: were they cut off?"
        return None


def _close(measured, variance):
    return abs(measured / variance - 1) < 0.045
