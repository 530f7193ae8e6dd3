"""Exercises of lesson 10: an initialization for an activation that is given only as code."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from initcourse.activations import gelu, sine, softplus, tanh
from initcourse.exercises.check import FunctionExercise
from initcourse.theory.mean_field import gaussian_mean


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


def _second(f, q=1.0):
    return gaussian_mean(lambda z: f(z) ** 2, q)


init_std = FunctionExercise(
    name="init_std",
    solution=lambda phi, n: np.sqrt(1 / (n * _second(phi))),
    cases=tuple((_pair(phi)[0], n) for phi, n in ((gelu, 100), (sine, 64), (softplus, 300))),
    hint_text="q′ = n·Var(w)·E[φ(z)²] shall be 1. Sum over a grid of z, wide and fine enough.",
    praise="1/√(n·E[φ²]): one integral, and any φ has its variance.",
    rtol=0.02,  # a mean over 200 000 random z misses it once in 10⁹ at most (a test)
    slips=(
        (
            lambda phi, n: 1 / (n * _second(phi)),
            "This is the variance of a weight; asked for is the standard deviation.",
        ),
        (lambda phi, n: 1 / np.sqrt(n), "This is 1/√n for every φ. What does φ do to E[z²]?"),
        (lambda phi, n: np.sqrt(2 / n), "This is He's rule. It fits ReLU; compute E[φ²] of φ."),
        (
            lambda phi, n: np.sqrt(1 / (n * (_second(phi) - gaussian_mean(phi) ** 2))),
            "This divides by the variance of φ(z). The next layer sees the second moment E[φ²].",
        ),
        (
            lambda phi, n: np.sqrt(1 / _second(phi)),
            "This is the gain. A sum of n terms needs weights that are √n times smaller.",
        ),
        (
            lambda phi, n: np.sqrt(_second(phi) / n),
            "Upside down: a φ that passes less needs larger weights.",
        ),
        (
            lambda phi, n: np.sqrt(1 / (n * _second(phi) ** 2)),
            "E[φ²] is the factor on the strength already; its root goes with the std.",
        ),
        (
            lambda phi, n: np.sqrt(2 / (n * _second(phi))),
            "No 2: for ReLU E[φ²] is ½, and that is where He's 2 comes from.",
        ),
        (
            lambda phi, n: np.sqrt(1 / (n * np.sqrt(np.pi) * _second(phi, 0.5))),
            "Are these hermgauss's numbers? They belong to e^(−x²): take z = √2·x, "
            "and divide the weights by √π.",
        ),
        (
            lambda phi, n: np.sqrt(1 / (n * _second(phi, 0.5))),
            "z has variance ½ here instead of 1: hermgauss's points need a factor √2.",
        ),
        (
            lambda phi, n: np.sqrt(1 / (n * np.sqrt(np.pi) * _second(phi))),
            "The weights add up to √π here instead of 1: E[1] must be 1.",
        ),
        (
            lambda phi, n: np.sqrt(1 / (n * np.sqrt(2 * np.pi) * _second(phi))),
            "The weights add up to √(2π) here instead of 1: E[1] must be 1.",
        ),
        (
            lambda phi, n: np.sqrt(1 / n) * np.abs(1 / gaussian_mean(lambda z: abs(phi(z)))),
            "This takes E|φ|. Square inside of the mean: E[φ²].",
        ),
    ),
)

critical_pair = FunctionExercise(
    name="critical_pair",
    solution=lambda phi, dphi, q: [
        1 / _second(dphi, q),
        q - _second(phi, q) / _second(dphi, q),
    ],
    cases=tuple((*_pair(phi), q) for phi, q in ((tanh, 1.0), (sine, 0.7), (gelu, 4.0))),
    hint_text="The gradient's equation holds σ_w² alone: solve it first. Each mean is a sum over a "
    "grid of z, as before.",
    praise="One equation for the gradient, one for the signal: two numbers, any φ.",
    rtol=2e-3,
    slips=(
        (
            lambda phi, dphi, q: [q - _second(phi, q) / _second(dphi, q), 1 / _second(dphi, q)],
            "The two are swapped: σ_w² comes first, then σ_b².",
        ),
        (
            lambda phi, dphi, q: [q / _second(phi, q), 0.0],
            "This keeps the signal without a bias. χ is not 1 then: start from the gradient.",
        ),
        (
            lambda phi, dphi, q: [1 / _second(dphi, q), 0.0],
            "σ_w² is right, but with σ_b² = 0 the strength does not stay at q.",
        ),
        (
            lambda phi, dphi, q: [
                1 / gaussian_mean(dphi, q) ** 2,
                q - _second(phi, q) / gaussian_mean(dphi, q) ** 2,
            ],
            "E[φ′²] is not E[φ′]²: square inside of the mean.",
        ),
        (
            lambda phi, dphi, q: [1 / _second(dphi, q), _second(phi, q) / _second(dphi, q) - q],
            "The sign of σ_b²: it is what σ_w² E[φ²] leaves of q.",
        ),
        (
            lambda phi, dphi, q: [1 / _second(dphi, q), q - _second(phi, q)],
            "σ_b² fills up what σ_w² E[φ²] leaves of q; here the factor σ_w² is missing.",
        ),
        (
            lambda phi, dphi, q: [1 / _second(dphi), q - _second(phi) / _second(dphi)],
            "The arguments of φ and φ′ have variance q: √q·z, with z of variance 1.",
        ),
        (
            lambda phi, dphi, q: [
                1 / _second(dphi, q * q),
                q - _second(phi, q * q) / _second(dphi, q * q),
            ],
            "q is a variance: z is multiplied by its root, √q.",
        ),
        (
            lambda phi, dphi, q: [
                1 / _second(dphi, q) ** 0.5,
                (q - _second(phi, q) / _second(dphi, q)) ** 0.5,
            ],
            "These are standard deviations; asked for are the variances.",
        ),
        (
            lambda phi, dphi, q: [
                1 / gaussian_mean(dphi, q),
                q - _second(phi, q) / gaussian_mean(dphi, q),
            ],
            "The gradient's power is multiplied by E[φ′²]: square φ′ before averaging.",
        ),
        (
            lambda phi, dphi, q: [1 / _second(dphi, q), 1 - _second(phi, q) / _second(dphi, q)],
            "The fixed point asked for is q, not 1: σ_b² = q − σ_w² E[φ²].",
        ),
        (
            lambda phi, dphi, q: [
                1 / _second(dphi, q),
                q - (_second(phi, q) - gaussian_mean(phi, q) ** 2) / _second(dphi, q),
            ],
            "This takes the variance of φ for σ_b². The next layer sees the second moment E[φ²].",
        ),
    ),
)

trainable_depth = FunctionExercise(
    name="trainable_depth",
    solution=lambda chi: -6 / np.log(chi),
    cases=((0.9,), (0.75,), (0.99,)),
    hint_text="χ per layer is a fall to 1/e after ξ layers: χ**ξ = 1/e. Then six times that.",
    praise="6/|ln χ|: 57 layers at χ = 0.9, six hundred at 0.99.",
    rtol=2e-3,
    slips=(
        (lambda chi: -1 / np.log(chi), "This is ξ itself. Networks train down to about 6 ξ."),
        (lambda chi: 6 / np.log(chi), "ln χ is negative below 1: a depth needs the other sign."),
        (lambda chi: -6 / np.log10(chi), "1/e asks for the natural logarithm, np.log."),
        (lambda chi: -6 * np.log(chi), "Divide by the logarithm: χ near 1 allows many layers."),
        (
            lambda chi: 6 / (1 - chi),
            "1 − χ is only near −ln χ when χ is near 1. Layers multiply: use the logarithm.",
        ),
        (
            lambda chi: -12 / np.log(chi),
            "χ is the factor on the mean square already: no root, no factor 2.",
        ),
        (lambda chi: chi**6, "This is what six layers leave. Asked for is a number of layers."),
        (
            lambda chi: np.log(1 / 6) / np.log(chi),
            "This is where 1/6 is left. 6 ξ is six times the depth where 1/e is left.",
        ),
        (lambda chi: -3 / np.log(chi), "χ belongs to the mean square: no factor ½."),
    ),
)
