"""How assignment A3 looks at a function that draws a recurrent matrix."""

from dataclasses import dataclass

import numpy as np

from answer_checks.check import Verdict
from answer_checks.run_answer import Complaint
from initcourse.exercises.check_orthogonal import OrthogonalExercise

SEED = 6


@dataclass(frozen=True, kw_only=True)
class KeepingExercise(OrthogonalExercise):
    """The answer is a function (n, steps, keep, rng) → a random matrix.

    Multiplied by it `steps` times, every vector keeps the share `keep` of its mean square: all
    singular values are keep^(1/(2·steps)).
    """

    parameters: str = "n, steps, keep"
    tolerance: float = 1e-6

    def judge(self, answer):
        """Look at the matrices' singular values and at their randomness.

        All calls come first: a function that was called again would know that it was right so far.
        """
        self.callable(answer)
        seeds = (SEED, SEED, SEED + 1)
        drawn = [[self.drawn(answer, case, seed) for seed in seeds] for case in self.cases]
        for case, (U, again, other) in zip(self.cases, drawn, strict=True):
            if not np.isfinite(U).all() or not U.any():
                raise Complaint("The entries are NaN, infinite or all 0.")
            values = np.linalg.svd(U, compute_uv=False)
            if values[0] - values[-1] > self.tolerance * values[0]:
                raise Complaint(
                    f"The singular values reach from {values[-1]:.2g} to {values[0]:.2g}, so some "
                    "directions are forgotten before others. "
                    "Which matrices treat all directions alike (lesson 10)?"
                )
            praise = self.test_factor(float(values.mean()), case)
            if not np.array_equal(U, again):
                raise Complaint("Two calls with equal generators differ: draw only from rng.")
            if case[0] > 1 and np.array_equal(U, other):
                raise Complaint("Every call gives the same matrix; draw it from the rng passed in.")
        return Verdict(True, praise)
