"""Exercises of lesson 11: an initialization for an activation that is given only as code."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from initcourse.activations import gelu, sine, softplus, tanh
from initcourse.exercises.check import FunctionExercise


@dataclass(frozen=True)
class Given:
    """A function that is handed to the learner's own, shown by its name."""

    name: str
    f: Callable

    def __call__(self, z):
        """Return f(z), for anything that NumPy makes an array of."""
        return self.f(np.asarray(z, dtype=float))

    def __repr__(self):
        return self.name


def _pair(phi):
    return Given(phi.name, phi.phi), Given(f"{phi.name}′", phi.dphi)


_Z = np.linspace(-10, 10, 4001)
_P = np.exp(-(_Z**2) / 2) / np.sqrt(2 * np.pi) * (_Z[1] - _Z[0])
#: A grid z with the probability p of each place, for the code below: E[f(z)] is p @ f(z).
GRID = {"z": _Z, "p": _P}
#: How an answer to critical_pair starts, if only its last line goes wrong.
PAIR = """\
u = np.sqrt(q) * z
s = 1 / (p @ dphi(u) ** 2)
"""

init_std = FunctionExercise(
    name="init_std",
    parameters="phi, n",
    given=GRID,
    solution="1 / np.sqrt(n * np.sum(phi(z) ** 2 * p))",
    cases=tuple((_pair(phi)[0], n) for phi, n in ((gelu, 100), (sine, 64), (softplus, 300))),
    hint_text="q′ = n·Var(w)·E[φ(z)²] shall be 1. Sum over a grid of z, wide and fine enough.",
    praise="1/√(n·E[φ²]): one integral, and any φ has its variance.",
    rtol=0.02,  # a mean over 200 000 random z misses it once in 10⁹ at most (a test)
    slips={
        "1 / (n * (p @ phi(z) ** 2))": "This is the variance of a weight; asked for is the "
        "standard deviation.",
        "1 / np.sqrt(n)": "This is 1/√n for every φ. What does φ do to E[z²]?",
        "np.sqrt(2 / n)": "This is He's rule. It fits ReLU; compute E[φ²] of φ.",
        "(n * (p @ phi(z) ** 2 - (p @ phi(z)) ** 2)) ** -0.5": "This divides by the variance of "
        "φ(z). The next layer sees the second moment E[φ²].",
        "(p @ phi(z) ** 2) ** -0.5": "This is the gain. A sum of n terms needs weights that are "
        "√n times smaller.",
        "((p @ phi(z) ** 2) / n) ** 0.5": "Upside down: a φ that passes less needs larger weights.",
        "n**-0.5 / (p @ phi(z) ** 2)": "E[φ²] is the factor on the strength already; its root "
        "goes with the std.",
        "np.sqrt(2 / (n * (p @ phi(z) ** 2)))": "No 2: for ReLU E[φ²] is ½, and that is where "
        "He's 2 comes from.",
        "x, w = np.polynomial.hermite.hermgauss(60)\nreturn (n * (w @ phi(x) ** 2)) ** -0.5": (
            "Are these hermgauss's numbers? They belong to e^(−x²): take z = √2·x, and divide "
            "the weights by √π."
        ),
        """
x, w = np.polynomial.hermite.hermgauss(60)
return (n * (w @ phi(x) ** 2) / np.sqrt(np.pi)) ** -0.5
""": "z has variance ½ here instead of 1: hermgauss's points need a factor √2.",
        """
x, w = np.polynomial.hermite.hermgauss(60)
return (n * (w @ phi(np.sqrt(2) * x) ** 2)) ** -0.5
""": "The weights add up to √π here instead of 1: E[1] must be 1.",
        """
z = np.linspace(-10, 10, 4001)
return (n * np.sum(phi(z) ** 2 * np.exp(-(z**2) / 2)) * (z[1] - z[0])) ** -0.5
""": "The weights add up to √(2π) here instead of 1: E[1] must be 1.",
        "n**-0.5 / (p @ abs(phi(z)))": "This takes E|φ|. Square inside of the mean: E[φ²].",
    },
)

trainable_depth = FunctionExercise(
    name="trainable_depth",
    parameters="chi",
    solution="-6 / np.log(chi)",
    cases=((0.9,), (0.75,), (0.99,)),
    hint_text="χ per layer is a fall to 1/e after ξ layers: χ**ξ = 1/e. Then six times that.",
    praise="6/|ln χ|: 57 layers at χ = 0.9, six hundred at 0.99.",
    rtol=2e-3,
    slips={
        "-1 / np.log(chi)": "This is ξ itself. Networks train down to about 6 ξ.",
        "6 / np.log(chi)": "ln χ is negative below 1: a depth needs the other sign.",
        "-6 / np.log10(chi)": "1/e asks for the natural logarithm, np.log.",
        "-6 * np.log(chi)": "Divide by the logarithm: χ near 1 allows many layers.",
        "6 / (1 - chi)": "1 − χ is only near −ln χ when χ is near 1. Layers multiply: use the "
        "logarithm.",
        "-12 / np.log(chi)": "χ is the factor on the mean square already: no root, no factor 2.",
        "chi**6": "This is what six layers leave. Asked for is a number of layers.",
        "math.log(1 / 6) / math.log(chi)": "This is where 1/6 is left. 6 ξ is six times the depth "
        "where 1/e is left.",
        "-3 / np.log(chi)": "χ belongs to the mean square: no factor ½.",
    },
)

critical_pair = FunctionExercise(
    name="critical_pair",
    parameters="phi, dphi, q",
    given=GRID,
    solution=PAIR + "return [s, q - s * (p @ phi(u) ** 2)]",
    cases=tuple((*_pair(phi), q) for phi, q in ((tanh, 1.0), (sine, 0.7), (gelu, 4.0))),
    hint_text="The gradient's equation holds σ_w² alone: solve it first. Each mean is a sum over a "
    "grid of z, as before.",
    praise="One equation for the gradient, one for the signal: two numbers, any φ.",
    rtol=2e-3,
    slips={
        PAIR + "return [q - s * (p @ phi(u) ** 2), s]": "The two are swapped: σ_w² comes first, "
        "then σ_b².",
        PAIR + "return [q / (p @ phi(u) ** 2), 0]": "This keeps the signal without a bias. χ is "
        "not 1 then: start from the gradient.",
        PAIR + "return [s, 0.0]": "σ_w² is right, but with σ_b² = 0 the strength does not stay at "
        "q.",
        "u = np.sqrt(q) * z\ns = 1 / (p @ dphi(u)) ** 2\nreturn [s, q - s * (p @ phi(u) ** 2)]": (
            "E[φ′²] is not E[φ′]²: square inside of the mean."
        ),
        PAIR + "return [s, s * (p @ phi(u) ** 2) - q]": "The sign of σ_b²: it is what σ_w² E[φ²] "
        "leaves of q.",
        PAIR + "return [s, q - p @ phi(u) ** 2]": "σ_b² fills up what σ_w² E[φ²] leaves of q; "
        "here the factor σ_w² is missing.",
        "s = 1 / (p @ dphi(z) ** 2)\nreturn [s, q - s * (p @ phi(z) ** 2)]": (
            "The arguments of φ and φ′ have variance q: √q·z, with z of variance 1."
        ),
        "u = q * z\ns = 1 / (p @ dphi(u) ** 2)\nreturn [s, q - s * (p @ phi(u) ** 2)]": (
            "q is a variance: z is multiplied by its root, √q."
        ),
        PAIR + "return np.sqrt([s, q - s * (p @ phi(u) ** 2)])": "These are standard deviations; "
        "asked for are the variances.",
        "u = q**0.5 * z\ns = 1 / (p @ dphi(u))\nreturn [s, q - s * (p @ phi(u) ** 2)]": (
            "The gradient's power is multiplied by E[φ′²]: square φ′ before averaging."
        ),
        PAIR + "return [s, 1 - s * (p @ phi(u) ** 2)]": "The fixed point asked for is q, not 1: "
        "σ_b² = q − σ_w² E[φ²].",
        PAIR + "return [s, q - s * (p @ phi(u) ** 2 - (p @ phi(u)) ** 2)]": (
            "This takes the variance of φ for σ_b². The next layer sees the second moment E[φ²]."
        ),
    },
)
