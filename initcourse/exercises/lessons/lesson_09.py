"""Exercises of lesson 09, convolutional and recurrent networks."""

from dataclasses import dataclass

import numpy as np

from initcourse.exercises.check import FunctionExercise, Verdict
from initcourse.exercises.check_orthogonal import OrthogonalExercise
from initcourse.exercises.run_answer import Complaint, GlobalState

conv_std = FunctionExercise(
    name="conv_std",
    parameters="k, c_in, c_out",
    solution="np.sqrt(2 / (k**2 * c_in))",
    cases=((3, 16, 32), (5, 8, 4), (1, 64, 24), (7, 3, 50)),
    hint_text="Count the weights that enter one unit: k·k pixels with c_in channels each.",
    praise="√(2/(k²·c_in)): a unit reads k²·c_in numbers, whatever the size of the image.",
    slips={
        "np.sqrt(2 / c_in)": "A unit reads c_in channels at each of k² pixels: k² is missing.",
        "2 / (k**2 * c_in)": "This is the variance 2/(k²·c_in); the standard deviation is its "
        "square root.",
        "np.sqrt(2 / (k * c_in))": "The kernel has k rows and k columns: k² pixels, not k.",
        "np.sqrt(2 / (k**2 * c_out))": "k²·c_out is fan_out. What enters a unit comes from c_in "
        "channels.",
        "np.sqrt(1 / (k**2 * c_in))": "√(1/(k²·c_in)) is Xavier's. ReLU halves the strength, so "
        "He's rule has a 2.",
        "(4 / (k * k * (c_in + c_out))) ** 0.5": "This averages fan_in and fan_out; He's rule "
        "takes fan_in.",
        "np.sqrt(2 / (k**2 * c_in * c_out))": "k²·c_in·c_out counts all weights of the kernel. "
        "One unit reads those of one c_out.",
        "np.sqrt(2 / k**2 * c_in)": "Brackets are missing: Python reads 2 / k**2 * c_in as "
        "(2/k²)·c_in.",
        "np.sqrt(2 / (k * k * (c_in + c_out)))": "This is Glorot's; He's rule takes fan_in alone.",
        "np.sqrt(2 / c_out)": "c_out counts the channels that leave. A unit reads c_in, at each "
        "of k² pixels.",
        "np.sqrt(2) / k": "k² is the number of pixels; each of them has c_in channels.",
        "np.sqrt(2) / (k**2 * c_in)": "The root covers k²·c_in too: √(2/(k²·c_in)).",
        "np.sqrt(2 / (k**2 + c_in))": "The pixels and the channels multiply: k²·c_in, not k² + "
        "c_in.",
        "np.sqrt(2 / (9 * c_in))": "9 is k² for k = 3 only; the function is called with other "
        "kernels too.",
        "np.sqrt(6 / (k**2 * c_in))": "√(6/n) is the bound of uniform weights; their standard "
        "deviation is √(2/n).",
        "k**2 * c_in": "This is n, the fan. He's standard deviation is √(2/n).",
    },
)

wrong_fan_factor = FunctionExercise(
    name="wrong_fan_factor",
    parameters="k, layers",
    solution="k ** (2 * layers)",
    cases=((3, 10), (5, 4), (7, 1), (1, 20)),
    hint_text="One unit gets k² times the variance that He's rule gives. Layers multiply.",
    praise="k² in each layer: 3·10⁹ for ten layers of 3 × 3.",
    slips={
        "float(k) ** layers": "This is the factor on the standard deviation; mean h² is a square.",
        "k**2": "This is one layer's factor. Layers multiply.",
        "layers * k**2": "Layers multiply; here they are added.",
        "float(k) ** (-2 * layers)": "Upside down: dividing by c instead of k²·c makes the "
        "weights too large.",
        "2.0**layers * float(k) ** (2 * layers)": "No factor 2: ReLU's half and the 2 of 2/c "
        "cancel.",
        "0.5**layers * float(k) ** (2 * layers)": "No factor ½: ReLU's half and the 2 of 2/c "
        "cancel.",
        "float(k) ** (2 * layers - 2)": "One layer is missing: the first one's fan is wrong too.",
        "float(k) ** (4 * layers)": "The weights' variance is k² times too large, not their "
        "standard deviation.",
        "9**layers": "9 is k² for k = 3 only; the function is called with other kernels too.",
    },
)

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
            again = self.drawn(answer, self.cases[0], SEED)
            other = self.drawn(answer, self.cases[0], SEED + 1)
        values = [
            self._singular_values(U, case[1]) for U, case in zip(matrices, self.cases, strict=True)
        ]
        for singular, case in zip(values, self.cases, strict=True):
            if not self.differs(singular.mean(), case[1]):
                continue
            if not any(self.differs(value.mean(), 1) for value in values):
                raise Complaint(
                    "U is orthogonal, but the radius is not used: all singular values are 1."
                )
            self.test_factor(float(singular.mean()), case)
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


recurrent_matrix = RecurrentExercise(
    name="recurrent_matrix",
    solution="radius",
    hint_text="np.linalg.qr takes any square matrix, for example a Gaussian one, and returns two. "
    "Which of the two keeps lengths, and what makes of its length 1 the length radius?",
    praise="All singular values, and so all |λ|, equal radius: no direction is lost or blown up.",
    slips={
        "radius**2": "The singular values are radius². Multiply the matrix by radius once.",
        "radius**0.5": "The singular values are √radius. Multiply the matrix by radius itself.",
        "radius / n**0.5": "No 1/√n: an orthogonal matrix keeps lengths already.",
        "radius * n**0.5": "No √n: an orthogonal matrix keeps lengths already.",
        "radius / n": "No 1/n: an orthogonal matrix keeps lengths already.",
        "1 / radius": "Upside down: multiply by radius instead of dividing by it.",
    },
)
