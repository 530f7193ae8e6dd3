"""Exercises of lesson 10, recurrent networks."""

from dataclasses import dataclass

import numpy as np

from answer_checks.check import FunctionExercise, Verdict
from answer_checks.run_answer import Complaint, GlobalState
from initcourse.exercises.check_orthogonal import OrthogonalExercise

plane_factor = FunctionExercise.table(
    "a, b, T", cases=((0.6, 0.8, 50), (0.9, 0.5, 10), (-0.3, 0.2, 3), (0.5, -1.2, 4))
)("""
np.hypot(a, b) ** T  # |λ|ᵀ with |λ| = √(a² + b²): neither a nor b alone decides.
a**T  # b is not used: it turns, but it counts in the length as well, |λ| = √(a² + b²).
abs(a) ** T  # b is not used, and only a's size: |λ| = √(a² + b²).
(a + b) ** T  # a and b stand at right angles: |λ| = √(a² + b²), not a + b.
(abs(a) + abs(b)) ** T  # a and b stand at right angles: their sizes do not add.
(a**2 + b**2) ** T  # The root is missing: this is the factor on the length's square.
np.hypot(a, b)  # This is one step's factor. Steps multiply.
T * np.hypot(a, b)  # Steps multiply; here they are added.
max(abs(a), abs(b)) ** T  # Not the larger of the two: |λ| = √(a² + b²).
np.hypot(a, b) ** (T - 1)  # One step is missing.
(a**2 - b**2) ** T  # i² = −1 turns the sign of b² in λ², but not in the length |λ|.
...  # One step stretches by |λ|, the distance of a + bi from 0. Steps multiply.
""")

SEED = 4


@dataclass(frozen=True, kw_only=True)
class RecurrentExercise(OrthogonalExercise):
    """The answer is a function (n, radius, rng) → radius times an orthogonal n × n matrix."""

    parameters: str = "n, radius"
    cases: tuple = ((12, 0.9), (30, 1.0), (7, 1.3))
    tolerance: float = 1e-5

    def judge(self, answer):
        """Draw matrices and look at their form, their singular values and their randomness."""
        self.callable(answer)
        with GlobalState() as state:
            matrices = [self.drawn(answer, case, SEED) for case in self.cases]
            again, other = (self.drawn(answer, self.cases[0], seed) for seed in (SEED, SEED + 1))
        rows = zip(matrices, self.cases, strict=True)
        means = [float(self._singular_values(U, case[1]).mean()) for U, case in rows]
        if not any(self.differs(mean, 1) for mean in means):
            raise Complaint(
                "U is orthogonal, but the radius is not used: all singular values are 1."
            )
        for mean, case in zip(means, self.cases, strict=True):
            self.test_factor(mean, case)
        if state.used:
            raise Complaint(
                "This uses NumPy's global np.random; draw from the rng passed in, and seed nothing."
            )
        self._test_randomness(matrices[0], again, other)
        return Verdict(True, self.praise)

    def _singular_values(self, U, radius):
        if not np.isfinite(U).all():
            raise Complaint("Some entries are NaN or infinite.")
        if not U.any():
            raise Complaint("All entries are 0: nothing of the state would be left.")
        values = np.linalg.svd(U, compute_uv=False)
        if np.ptp(values) <= self.tolerance * values[0]:
            return values
        spread = f"singular values reach from {values[-1]:.2g} to {values[0]:.2g}"
        if not self.differs(np.abs(np.linalg.eigvals(U)).max(), radius):
            raise Complaint(
                f"The spectral radius is {radius}, but the {spread}: some directions still shrink. "
                "Make the matrix orthogonal first (np.linalg.qr), then multiply."
            )
        if np.allclose(U, np.triu(U), atol=1e-12):
            raise Complaint("This is the triangular R of QR; the orthogonal one is Q.")
        raise Complaint(
            f"The {spread}; all should be {radius}. "
            "A Gaussian matrix is not orthogonal: np.linalg.qr makes it so."
        )

    def _test_randomness(self, first, again, other):
        if np.allclose(first, other, atol=self.tolerance):
            if np.count_nonzero(abs(other) > self.tolerance) == len(other):
                raise Complaint(
                    "Every call gives the same matrix, with one entry in a row. It keeps lengths, "
                    "but asked for is a random one: draw from the rng passed in."
                )
            raise Complaint("Every call gives the same matrix: do not seed inside, use the rng.")
        if not np.array_equal(first, again):
            raise Complaint("Two calls with equal generators differ: draw only from the rng.")


recurrent_matrix = RecurrentExercise.table()("""
radius  # All singular values, and so all |λ|, equal radius: no direction is lost or blown up.
radius**2  # The singular values are radius². Multiply the matrix by radius once.
radius**0.5  # The singular values are √radius. Multiply the matrix by radius itself.
radius / n**0.5  # No 1/√n: an orthogonal matrix keeps lengths already.
radius * n**0.5  # No √n: an orthogonal matrix keeps lengths already.
radius / n  # No 1/n: an orthogonal matrix keeps lengths already.
1 / radius  # Upside down: multiply by radius instead of dividing by it.
...  # np.linalg.qr takes any square matrix, for example a Gaussian one, and returns two. Which of
    # the two keeps lengths, and what makes of its length 1 the length radius?
""")

forget_bias = FunctionExercise.table("T", cases=((100,), (8,), (3,), (1000,)))("""
np.log(T - 1)  # ln(T − 1): 4.6 for a hundred steps, where a bias of 1 is far too small.
np.log(T)  # Nearly: 1/(1 + e⁻ᵇ) = 1 − 1/T gives e⁻ᵇ = 1/(T − 1), not 1/T.
1 - 1 / T  # This is the gate σ(b). Asked for is b.
T - 1  # This is eᵇ; b is its logarithm.
-np.log(T - 1)  # The sign: this gate would be 1/T, and forget nearly all at once.
1 / (T - 1)  # This is e⁻ᵇ; take the logarithm, and turn its sign.
np.log10(T - 1)  # σ is made of e: take the natural logarithm.
np.log2(T - 1)  # σ is made of e, not of 2: take the natural logarithm.
np.log(1 - 1 / T)  # This is the logarithm of the gate. σ has to be turned back: e⁻ᵇ = 1/f − 1.
np.log(T + 1)  # 1/(1 − 1/T) − 1 is 1/(T − 1): minus, not plus.
1  # 1 is Keras's forget bias, whatever T.
...  # σ(b) = 1 − 1/T. Turn both sides upside down: what is e⁻ᵇ?
""")
