"""Exercise of lesson 09 on recurrence: a matrix that neither forgets nor explodes.

Singular values are compared to 1e-5, which float32 keeps, and the draws with each other: no chance
decides.
"""

from dataclasses import dataclass

import numpy as np

from initcourse.exercises.engine import Exercise, Verdict, off
from initcourse.exercises.running import Complaint, GlobalState, call

#: (n, radius) of each call.
CASES = ((12, 0.9), (30, 1.0), (7, 1.3))
SEED = 4
TOLERANCE = 1e-5


@dataclass(frozen=True)
class OrthogonalExercise(Exercise):
    """The answer is a function (n, radius, rng) → radius times an orthogonal n × n matrix."""

    name: str
    hint_text: str
    praise: str

    def judge(self, answer):
        """Draw matrices and look at their form, their singular values and their randomness."""
        self.callable(answer)
        with GlobalState() as state:
            matrices = {case: self._drawn(answer, case, SEED) for case in CASES}
            again = self._drawn(answer, CASES[0], SEED)
            other = self._drawn(answer, CASES[0], SEED + 1)
        for (_, radius), U in matrices.items():
            _test_lengths(U, radius, matrices)
        if state.used:
            raise Complaint(
                "This uses NumPy's global np.random; draw from the rng passed in, and seed nothing."
            )
        if np.allclose(matrices[CASES[0]], other, atol=TOLERANCE):
            if np.count_nonzero(abs(other) > TOLERANCE) == len(other):
                raise Complaint(
                    "Every call gives the same matrix, with one entry in a row. It keeps lengths, "
                    "but asked for is a random one: draw from the rng passed in."
                )
            raise Complaint("Every call gives the same matrix: do not seed inside, use the rng.")
        if not np.array_equal(matrices[CASES[0]], again):
            raise Complaint("Two calls with equal generators differ: draw only from the rng.")
        return Verdict(True, self.praise)

    def _drawn(self, answer, case, seed):
        n, _ = case
        U = call(answer, (*case, np.random.default_rng(seed)), self.name, "It returns a matrix.")
        if U.shape != (n, n):
            raise Complaint(f"U has shape {U.shape}; asked for is (n, n) = ({n}, {n}).")
        if not np.isfinite(U).all():
            raise Complaint("Some entries are NaN or infinite.")
        return U


def _test_lengths(U, radius, matrices):
    if not U.any():
        raise Complaint("All entries are 0: nothing of the state would be left.")
    n, values = len(U), np.linalg.svd(U, compute_uv=False)
    if np.ptp(values) > TOLERANCE * values[0]:
        spectral = np.abs(np.linalg.eigvals(U)).max()
        if abs(spectral / radius - 1) < TOLERANCE:
            raise Complaint(
                f"The spectral radius is {radius}, but the singular values reach from "
                f"{values[-1]:.2g} to {values[0]:.2g}: some directions still shrink. "
                "Make the matrix orthogonal first (np.linalg.qr), then multiply."
            )
        if np.allclose(U, np.triu(U), atol=1e-12):
            raise Complaint("This is the triangular R of QR; the orthogonal one is Q.")
        raise Complaint(
            f"The singular values reach from {values[-1]:.2g} to {values[0]:.2g}; all should be "
            f"{radius}. A Gaussian matrix is not orthogonal: np.linalg.qr makes it so."
        )
    value = float(values.mean())
    if abs(value / radius - 1) < TOLERANCE:
        return
    all_one = all(
        abs(np.linalg.svd(V, compute_uv=False).mean() - 1) < TOLERANCE for V in matrices.values()
    )
    if all_one:
        raise Complaint("U is orthogonal, but the radius is not used: all singular values are 1.")
    for wrong, sentence in (
        (radius**2, "The singular values are radius². Multiply the matrix by radius once."),
        (np.sqrt(radius), "The singular values are √radius. Multiply the matrix by radius itself."),
        (radius / np.sqrt(n), "No 1/√n: an orthogonal matrix keeps lengths already."),
        (radius * np.sqrt(n), "No √n: an orthogonal matrix keeps lengths already."),
        (radius / n, "No 1/n: an orthogonal matrix keeps lengths already."),
        (1 / radius, "Upside down: multiply by radius instead of dividing by it."),
    ):
        if abs(value / wrong - 1) < TOLERANCE:
            raise Complaint(sentence)
    raise Complaint(f"U is orthogonal up to a factor, and the factor is {off(value, radius)}")


recurrent_matrix = OrthogonalExercise(
    name="recurrent_matrix",
    hint_text=(
        "np.linalg.qr takes any square matrix, for example a Gaussian one, and returns two. "
        "Which of the two keeps lengths, and what makes of its length 1 the length radius?"
    ),
    praise="All singular values, and so all |λ|, equal radius: no direction is lost or blown up.",
)
