"""Checking an initializer that the learner wrote, from the weights it draws.

On 300 × 180 weights a right answer is refused less than once in ten million draws, by
calculation (tests/exercises/test_false_refusals.py). The seeds are fixed, so that an answer gets
the same reply every time.
"""

from dataclasses import dataclass

import numpy as np

from answer_checks.check import CodeExercise, Verdict, describe_ratio
from answer_checks.run_answer import Complaint, GlobalState, call, function_from

# With these two widths all rules and slips have variances that are 7 % apart or more.
N_IN, N_OUT = 300, 180
N = N_IN * N_OUT
#: A second size, for a number that stands where n_in or n_out belongs.
OTHER_IN, OTHER_OUT = 70, 500
SIZES = ((N_IN, N_OUT), (OTHER_IN, OTHER_OUT))
SEED = 1

# How far a draw may be from what is asked for.
MEAN_LIMIT = 6.0  # in standard errors
VARIANCE_BAND = 0.045  # share of the variance
OTHER_VARIANCE_BAND = 0.06  # on the second size, which is smaller
KURTOSIS_LIMIT = 8 * np.sqrt(24 / N)  # of Gaussian weights
UNIFORM_KURTOSIS_LIMIT = 0.2
MANY = 0.99  # share of the weights that differ from each other


@dataclass(frozen=True, kw_only=True)
class InitializerExercise(CodeExercise):
    """The answer is a function (n_in, n_out, rng) → weights of shape (n_in, n_out).

    `solution` and `slips` set `std`, which normal numbers are multiplied by, or `b`, the bound of
    uniform ones. A case holds further arguments that stand before rng.
    """

    by_case = True
    parameters: str = "n_in, n_out, rng"
    cases: tuple = ((),)

    @property
    def uniform(self):
        """Whether the right weights are uniform."""
        return self.solution.startswith("b = ")

    def variance(self, *sizes, code=None):
        """Return the variance of the weights drawn by a code, the right one if none is given."""
        code = code or self.solution
        width = function_from(code.split(" = ")[1], self.name, self.parameters)(*sizes, None)
        return width**2 / 3 if code.startswith("b = ") else width**2

    def expected(self, code, case):
        """Return the variances of the weights that a code draws in the two sizes."""
        return [np.array([self.variance(*sizes, *case, code=code) for sizes in SIZES])]

    def judge(self, answer):
        """Draw weights and test form, randomness, mean, variance and shape of their histogram.

        All draws come first: a function that was called again would know that it was right so far.
        """
        self.callable(answer)
        drawn = [self._draws(answer, case) for case in self.cases]
        for case, weights in zip(self.cases, drawn, strict=True):
            praise = self._test_case(case, *weights)
        return Verdict(True, praise)

    def _draws(self, answer, case):
        """Return weights from equal generators, from one generator, and of the second size."""
        rng = np.random.default_rng(SEED + 1)
        with GlobalState() as state:
            draws = [
                self._drawn(answer, (N_IN, N_OUT, *case, source))
                for source in (np.random.default_rng(SEED), np.random.default_rng(SEED), rng, rng)
            ]
            other = self._drawn(answer, (OTHER_IN, OTHER_OUT, *case, rng))
        return draws, other, state.used

    def _test_case(self, case, draws, other, touched):
        _test_randomness(draws, touched)
        measured = np.array([np.mean(draws[0] ** 2), np.mean(other**2)])
        candidates = self.candidates([measured], case)
        (right,), praise = next(candidates)
        self._test_numbers(draws[0], right[0], candidates)
        if not abs(measured[1] / right[1] - 1) <= OTHER_VARIANCE_BAND:
            raise Complaint(
                f"The variance is right for {N_IN} → {N_OUT}, but not for {OTHER_IN} → "
                f"{OTHER_OUT}: does a number stand where n_in or n_out belongs?"
            )
        return praise

    def _drawn(self, answer, arguments):
        advice = "A size is one tuple, as in rng.standard_normal((n_in, n_out))."
        W = call(answer, arguments, self.name, advice)
        _test_form(W, *arguments[:2])
        return W

    def _test_numbers(self, W, v, slips):
        measured = float(np.mean(W**2))
        if (W >= 0).all():
            raise Complaint(
                "No weight is negative. rng.random draws from 0 to 1; rng.standard_normal and "
                "rng.uniform(-b, b, size) draw both signs."
            )
        if abs(W.mean()) * np.sqrt(N / measured) > MEAN_LIMIT:
            raise Complaint(
                f"The weights' mean is {W.mean():.3g}, not 0. rng.normal takes the mean first and "
                "then the std; rng.uniform takes both ends, −b and b."
            )
        if not _close(measured, v):
            near = [
                (abs(np.log(measured / wrong[0])), sentence)
                for (wrong,), sentence in slips
                if _close(measured, wrong[0])
            ]
            if near:
                raise Complaint(min(near)[1])
            how = describe_ratio(measured, v)
            raise Complaint(f"For {N_IN} → {N_OUT} the variance is {how} {self.hint_text}")
        kurtosis = np.mean(np.square(W * W)) / measured**2
        looks_uniform = abs(kurtosis - 1.8) < UNIFORM_KURTOSIS_LIMIT
        if self.uniform and not looks_uniform:
            raise Complaint("The variance is right, but W is not uniform: use rng.uniform.")
        if not self.uniform and looks_uniform:
            raise Complaint("The variance is right, but W is uniform: use rng.standard_normal.")
        if not self.uniform and abs(kurtosis - 3) > KURTOSIS_LIMIT:
            why = "were they cut off?" if kurtosis < 3 else "their tails are too heavy."
            raise Complaint(f"The variance is right, but the weights are not Gaussian: {why}")


def _test_form(W, n_in, n_out):
    if W.ndim == 0:
        raise Complaint("This returns one number; multiply n_in × n_out random numbers by it.")
    if W.shape == (n_out, n_in):
        raise Complaint("W is transposed: here W has shape (n_in, n_out) and acts as h @ W.")
    if W.shape != (n_in, n_out):
        raise Complaint(
            f"The weights have shape {W.shape}; asked for is (n_in, n_out) = ({n_in}, {n_out})."
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
    if len(np.unique(first)) < MANY * N:
        if np.array_equal(first[0], first[1]) or np.array_equal(first[:, 0], first[:, 1]):
            raise Complaint(
                "Many weights are equal: was one row drawn and repeated? Draw n_in × n_out numbers."
            )
        raise Complaint(
            "Many weights are equal. Draw from a distribution that has all values, and round or "
            "clip nothing."
        )


def _close(measured, variance):
    return abs(measured / variance - 1) < VARIANCE_BAND
