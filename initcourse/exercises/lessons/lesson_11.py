"""Exercises of lesson 11: an initialization for an activation that is given only as code."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from answer_checks.check import FunctionExercise, ValueExercise
from initcourse.activations import gelu, sine, softplus, tanh


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


def named_pair(phi):
    """Return φ and φ′ of an Activation, as functions that are shown by their names."""
    return Given(phi.name, phi.phi), Given(f"{phi.name}′", phi.dphi)


_Z = np.linspace(-10, 10, 4001)
_P = np.exp(-(_Z**2) / 2) / np.sqrt(2 * np.pi) * (_Z[1] - _Z[0])
#: A grid z with the probability p of each place, for the code below: E[f(z)] is p @ f(z).
GRID = {"z": _Z, "p": _P}

init_std = FunctionExercise.table(
    "phi, n",
    given=GRID,
    cases=tuple((named_pair(phi)[0], n) for phi, n in ((gelu, 100), (sine, 64), (softplus, 300))),
    rtol=0.02,  # a mean over 200 000 random z misses it once in 10⁹ at most (a test)
)("""
second = p @ phi(z) ** 2
x, w = np.polynomial.hermite.hermgauss(60)

1 / np.sqrt(n * second)  # 1/√(n·E[φ²]): one integral, and any φ has its variance.
1 / (n * second)  # This is the variance of a weight; asked for is the standard deviation.
1 / np.sqrt(n)  # This is 1/√n for every φ. What does φ do to E[z²]?
np.sqrt(2 / n)  # This is He's rule. It fits ReLU; compute E[φ²] of φ.
(n * (second - (p @ phi(z)) ** 2)) ** -0.5  # This divides by the variance of φ(z). The next layer
    # sees the second moment E[φ²].
second**-0.5  # This is the gain. A sum of n terms needs weights that are √n times smaller.
(second / n) ** 0.5  # Upside down: a φ that passes less needs larger weights.
n**-0.5 / second  # E[φ²] is the factor on the strength already; its root goes with the std.
np.sqrt(2 / (n * second))  # No 2: for ReLU E[φ²] is ½, and that is where He's 2 comes from.
(n * (w @ phi(x) ** 2)) ** -0.5  # Are these hermgauss's numbers? They belong to e^(−x²): take z =
    # √2·x, and divide the weights by √π.
(n * (w @ phi(x) ** 2) / np.sqrt(np.pi)) ** -0.5  # z has variance ½ here instead of 1: hermgauss's
    # points need a factor √2.
(n * (w @ phi(np.sqrt(2) * x) ** 2)) ** -0.5  # The weights add up to √π here instead of 1: E[1]
    # must be 1.
(n * second * np.sqrt(2 * np.pi)) ** -0.5  # The weights add up to √(2π) here instead of 1: E[1]
    # must be 1.
n**-0.5 / (p @ abs(phi(z)))  # This takes E|φ|. Square inside of the mean: E[φ²].
...  # q′ = n·Var(w)·E[φ(z)²] shall be 1. Sum over a grid of z, wide and fine enough.
""")

map_slope = FunctionExercise.table(
    "phi, dphi, q, sigma_w2",
    given=GRID,
    cases=tuple(
        (*named_pair(phi), q, s)
        for phi, q, s in ((tanh, 0.5, 1.5), (gelu, 4.0, 2.2), (sine, 0.7, 3.0))
    ),
    rtol=2e-3,
)("""
u = np.sqrt(q) * z
slope = p @ (z * phi(u) * dphi(u)) / np.sqrt(q)

sigma_w2 * slope  # σ_w² E[z φ φ′]/√q: one more mean, and it says whether the fixed point holds.
2 * sigma_w2 * slope  # Twice too large: d√q/dq is 1/(2√q), and its ½ takes away the 2 of the
    # square.
sigma_w2 * slope / 2  # Half too small: the derivative of a square, 2 φ φ′, brings a 2 that cancels
    # the ½.
slope  # This is the slope of E[φ²]. The map multiplies it by σ_w².
sigma_w2 * slope * np.sqrt(q)  # The inner derivative of φ(√q z) is z/(2√q): here 1/√q is missing.
sigma_w2 * slope / np.sqrt(q)  # The inner derivative is z/(2√q): divide by √q, not by q.
sigma_w2 * (p @ (phi(u) * dphi(u))) / np.sqrt(q)  # The factor z of the inner derivative z/(2√q)
    # belongs inside of the mean.
sigma_w2 * (p @ dphi(u) ** 2)  # This is σ_w² E[φ′²], χ: what a layer does to a gradient. Here it is
    # φ(√q z)² that is differentiated, and by q.
sigma_w2 * (p @ phi(u) ** 2)  # This is q′ itself, not its derivative.
sigma_w2 * (p @ phi(u) ** 2) / q  # This is q′/q, the line from 0 to the curve. The slope is the
    # curve's own.
sigma_w2 * (p @ (z * phi(z) * dphi(z))) / np.sqrt(q)  # φ and φ′ take √q·z, with z of variance 1.
u = q * z
return sigma_w2 * (p @ (z * phi(u) * dphi(u))) / np.sqrt(q)  # q is a variance: z is multiplied by
    # its root, √q.
...  # Chain rule, twice: d/dq of φ(√q z)² is 2 φ φ′ times d(√q z)/dq = z/(2√q).
""")

sine_bound = ValueExercise.table(rtol=2e-3)("""
6 / (1 - math.exp(-2))  # 6.94 holds q = 1. SIREN's 6 is what E[sin²] = ½ would give.
6.0  # That is SIREN's own, which takes E[sin²] for ½. At q = 1 it is (1 − e⁻²)/2.
2 / (1 - math.exp(-2))  # This is σ_w². The bound √(c/n) makes a variance of c/(3n).
2 / 3 / (1 - math.exp(-2))  # Upside down: σ_w² = c/3, so c is three times σ_w².
math.sqrt(6 / (1 - math.exp(-2)))  # This is √c, the bound times √n. Asked for is c.
3 / (1 - math.exp(-2))  # E[sin²] is half of 1 − e⁻².
6 / (1 - math.exp(-1))  # cos(2√q z) has the mean e^(−2q), so here e⁻².
6 / (1 + math.exp(-2))  # This keeps the gradient, χ = 1: it has E[cos²]. The strength takes
    # E[sin²].
12 / (1 - math.exp(-2))  # A uniform number from −b to b has the variance b²/3, not b²/6.
...  # σ_w² E[sin²] = 1 gives σ_w² at q = 1; a uniform number from −b to b has the variance b²/3.
""")

critical_pair = FunctionExercise.table(
    "phi, dphi, q",
    given=GRID,
    cases=tuple((*named_pair(phi), q) for phi, q in ((tanh, 1.0), (sine, 0.7), (gelu, 4.0))),
    rtol=2e-3,
)("""
u = np.sqrt(q) * z
s, signal = 1 / (p @ dphi(u) ** 2), p @ phi(u) ** 2

[s, q - s * signal]  # One equation for the gradient, one for the signal: two numbers, any φ.
[q - s * signal, s]  # The two are swapped: σ_w² comes first, then σ_b².
[q / signal, 0]  # This keeps the signal without a bias. χ is not 1 then: start from the gradient.
[s, 0.0]  # σ_w² is right, but with σ_b² = 0 the strength does not stay at q.
s = 1 / (p @ dphi(u)) ** 2
return [s, q - s * signal]  # E[φ′²] is not E[φ′]²: square inside of the mean.
[s, s * signal - q]  # The sign of σ_b²: it is what σ_w² E[φ²] leaves of q.
[s, q - signal]  # σ_b² fills up what σ_w² E[φ²] leaves of q; here the factor σ_w² is missing.
s = 1 / (p @ dphi(z) ** 2)
return [s, q - s * (p @ phi(z) ** 2)]  # The arguments of φ and φ′ have variance q: √q·z, with z of
    # variance 1.
u = q * z
s = 1 / (p @ dphi(u) ** 2)
return [s, q - s * (p @ phi(u) ** 2)]  # q is a variance: z is multiplied by its root, √q.
np.sqrt([s, q - s * signal])  # These are standard deviations; asked for are the variances.
s = 1 / (p @ dphi(u))
return [s, q - s * signal]  # The gradient's power is multiplied by E[φ′²]: square φ′ before
    # averaging.
[s, 1 - s * signal]  # The fixed point asked for is q, not 1: σ_b² = q − σ_w² E[φ²].
[s, q - s * (signal - (p @ phi(u)) ** 2)]  # This takes the variance of φ for σ_b². The next layer
    # sees the second moment E[φ²].
...  # The gradient's equation holds σ_w² alone: solve it first. Each mean is a sum over a grid of
    # z, as before.
""")
