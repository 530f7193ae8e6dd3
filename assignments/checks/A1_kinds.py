"""How assignment A1 looks at a function that draws networks and measures them."""

from dataclasses import dataclass

import numpy as np

from answer_checks.check import CodeExercise, Verdict, describe_ratio
from answer_checks.run_answer import Complaint, call, function_from

#: Networks that a measurement is averaged over.
DRAWS = 200


@dataclass(frozen=True, kw_only=True)
class MeasureExercise(CodeExercise):
    """The answer is a function (x, widths, std, rng) → measured strengths of a fresh network.

    A case is (batch, mean of x, widths, std); `solution` and `slips` are the layers' strengths, by
    widths, std and the input's strength. One network strays, so `DRAWS` of them are averaged: ln m
    has at most the variance v = Σ 2/n, and the mean must lie within 5.5 √(v/DRAWS) of the right one
    (a false alarm in 10⁷; the seeds are fixed besides).
    """

    by_case = True
    near = 0.3  # a slip's band is wider than that of the right strengths
    cases: tuple

    def expected(self, code, case):
        """Return the strengths of the layers."""
        function = function_from(code, self.name, "widths, std, strength", **self.given)
        return [np.asarray(function(*case[2:], float(np.mean(_input(case) ** 2))))]

    def judge(self, answer):
        """Average the measurement over fresh networks and compare every layer.

        All calls come first: a function that was called again would know that it was right so far.
        """
        self.callable(answer)
        measured = [self._measured(answer, case) for case in self.cases]
        for case, strengths in zip(self.cases, measured, strict=True):
            praise = self._test_case(case, *strengths)
        return Verdict(True, praise)

    def _measured(self, answer, case):
        """Return the strengths of two networks from equal generators, and of `DRAWS` from one."""
        x, (widths, std) = _input(case), case[2:]

        def measure(rng):
            return call(answer, (x, list(widths), std, rng), self.name, self.hint_text)

        rng = np.random.default_rng(1)
        equal = [measure(np.random.default_rng(0)) for _ in range(2)]
        return *equal, [measure(rng) for _ in range(DRAWS)]

    def _test_case(self, case, first, again, drawn):
        widths = case[2]
        shapes = {strengths.shape for strengths in (first, again, *drawn)} - {(len(widths),)}
        if shapes:
            raise Complaint(
                f"For widths {widths} this has shape {shapes.pop()}; asked for are {len(widths)} "
                "numbers: the input's strength, then one for each layer."
            )
        _test_input(_input(case), first[0])
        if not np.array_equal(first, again):
            raise Complaint("Two calls with equal generators differ: draw only from rng.")
        drawn = np.array(drawn)[:, 1:]
        if np.ptp(drawn, axis=0).min() == 0:
            raise Complaint("Every call draws the same weights: use rng, and seed nothing inside.")
        band = 5.5 * np.sqrt(np.cumsum([2 / n for n in widths[1:]]) / DRAWS)
        mean = drawn.mean(axis=0)
        candidates = self.candidates([mean], case)
        (right,), praise = next(candidates)
        wrong = ~(abs(mean / right - 1) < band)
        if not wrong.any():
            return praise
        for (other,), sentence in candidates:
            if (abs(mean / other - 1) < 1.5 * band).all():
                raise Complaint(sentence)
        layer = int(np.argmax(wrong))
        how = describe_ratio(float(mean[layer]), float(right[layer]))
        raise Complaint(
            f"Over {DRAWS} networks, the strength of layer {layer + 1} is on average {how} "
            f"{self.hint_text}"
        )


def _input(case):
    batch, mean_x, widths, _ = case
    return mean_x + np.random.default_rng(5).standard_normal((batch, widths[0]))


def _test_input(x, first):
    strength = float(np.mean(x**2))
    if np.isclose(first, strength, rtol=1e-9):
        return
    for wrong, sentence in (
        (np.var(x), "The first number is np.var(x), which takes the mean away; take mean(x²)."),
        (np.std(x), "The first number is the std of x; asked for is mean(x²)."),
        (np.sqrt(strength), "The first number is the root mean square; asked for is mean(x²)."),
        (np.sum(x**2), "The first number is a sum; divide by the number of entries."),
    ):
        if np.isclose(first, wrong, rtol=1e-9):
            raise Complaint(sentence)
    raise Complaint("The first number must be the input's strength, mean(x²).")
