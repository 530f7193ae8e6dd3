"""Checking an initializer that the learner wrote, from the weights it draws.

On 300 × 180 weights each statistic below has a false-alarm rate under 1e-7 (the mean; the
variance and the kurtosis far less). The seeds are fixed besides, so that an answer gets the
same reply every time.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from initcourse.exercises.engine import Exercise, Verdict, off
from initcourse.exercises.running import Complaint, call

# With these two widths all rules and slips have variances that are 7 % apart or more.
N_IN, N_OUT = 300, 180
N = N_IN * N_OUT
SEED = 1


@dataclass(frozen=True)
class InitializerExercise(Exercise):
    """The answer is a function (n_in, n_out, rng) → weights of shape (n_in, n_out).

    `variance(n_in, n_out)` is the right variance; `slips` holds pairs (wrong variance,
    sentence); `uniform` says which of the two distributions is asked for. A case holds further
    arguments that stand before rng, for the answer, the variance and the slips.
    """

    name: str
    variance: Callable
    uniform: bool
    hint_text: str
    praise: str
    slips: tuple = ()
    cases: tuple = ((),)

    def judge(self, answer):
        """Draw weights and test form, randomness, mean, variance and shape of their histogram."""
        self.callable(answer)
        for case in self.cases:
            self._test_case(answer, case)
        return Verdict(True, self.praise)

    def _test_case(self, answer, case):
        before = _global_state()
        rng = np.random.default_rng(SEED + 1)
        draws = []
        for source in (np.random.default_rng(SEED), np.random.default_rng(SEED), rng, rng):
            W = call(
                answer,
                (N_IN, N_OUT, *case, source),
                self.name,
                "A size is one tuple, as in rng.standard_normal((n_in, n_out)).",
            )
            _test_form(W)
            draws.append(W)
        _test_randomness(draws, touched=before != _global_state())
        self._test_numbers(draws[0], case)

    def _test_numbers(self, W, case):
        v, measured = self.variance(N_IN, N_OUT, *case), float(np.mean(W**2))
        if (W >= 0).all():
            raise Complaint(
                "No weight is negative. rng.random draws from 0 to 1; rng.standard_normal and "
                "rng.uniform(-b, b, size) draw both signs."
            )
        if abs(W.mean()) * np.sqrt(N / measured) > 5.33:
            raise Complaint(
                f"The weights' mean is {W.mean():.3g}, not 0. rng.normal takes the mean first and "
                "then the std; rng.uniform takes both ends, −b and b."
            )
        if not _close(measured, v):
            slips = {wrong(N_IN, N_OUT, *case): sentence for wrong, sentence in self.slips}
            nearest = min(slips, key=lambda slip: abs(np.log(measured / slip)))
            if _close(measured, nearest):
                raise Complaint(slips[nearest])
            how = off(measured, v)
            raise Complaint(f"For {N_IN} → {N_OUT} the variance is {how} {self.hint_text}")
        kurtosis = np.mean(W**4) / measured**2
        looks_uniform = abs(kurtosis - 1.8) < 0.2
        if self.uniform and not looks_uniform:
            raise Complaint("The variance is right, but W is not uniform: use rng.uniform.")
        if not self.uniform and looks_uniform:
            raise Complaint("The variance is right, but W is uniform: use rng.standard_normal.")
        if not self.uniform and abs(kurtosis - 3) > 8 * np.sqrt(24 / N):
            why = "were they cut off?" if kurtosis < 3 else "their tails are too heavy."
            raise Complaint(f"The variance is right, but the weights are not Gaussian: {why}")


def _test_form(W):
    if W.ndim == 0:
        raise Complaint("This returns one number; multiply n_in × n_out random numbers by it.")
    if W.shape == (N_OUT, N_IN):
        raise Complaint("W is transposed: here W has shape (n_in, n_out) and acts as h @ W.")
    if W.shape != (N_IN, N_OUT):
        raise Complaint(
            f"The weights have shape {W.shape}; asked for is (n_in, n_out) = ({N_IN}, {N_OUT})."
        )
    if not np.isfinite(W).all():
        raise Complaint("Some weights are NaN or infinite: √ of a negative, or division by 0?")
    if not W.any():
        raise Complaint(
            "All weights are 0, so all units of a layer stay equal. "
            "Was something rounded, or // used for /?"
        )
    if (W == np.round(W)).all():
        raise Complaint("All weights are whole numbers: was something rounded, or // used for /?")


def _test_randomness(draws, touched):
    first, again, other, next_one = draws
    if touched:
        raise Complaint(
            "This uses NumPy's global np.random; draw from the rng passed in, and seed nothing."
        )
    if not np.array_equal(first, again):
        raise Complaint("Two calls with equal generators differ: draw only from the rng passed in.")
    if np.array_equal(other, next_one) or np.array_equal(first, other):
        if np.ptp(first) == 0:
            raise Complaint("All weights are one constant: draw them from the rng passed in.")
        raise Complaint(
            "Every call draws the same weights: do not seed inside, use the rng passed in."
        )
    if len(np.unique(first)) < 0.99 * N:
        raise Complaint(
            "Many weights are equal: was one row drawn and repeated? Draw n_in × n_out numbers."
        )


def _global_state():
    name, key, position, *_ = np.random.get_state()  # noqa: NPY002 - to see whether it is used
    return name, key.tobytes(), position


def _close(measured, variance):
    return abs(measured / variance - 1) < 0.045
