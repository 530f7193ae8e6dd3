"""Exercises of lesson 03, Xavier: forwards and backwards."""

from itertools import pairwise

import numpy as np

from initcourse.exercises.check import FunctionExercise
from initcourse.exercises.check_initializer import InitializerExercise

_RNG = np.random.default_rng(7)


def _drawn(*shape):
    return _RNG.standard_normal(shape)


delta_below = FunctionExercise(
    name="delta_below",
    solution=lambda delta, W, slope: (delta @ W.T) * slope,
    cases=(
        (_drawn(5, 3), _drawn(4, 3), _drawn(5, 4)),
        (_drawn(1, 6), _drawn(2, 6), _drawn(1, 2)),
    ),
    hint_text="δ has one column for each unit above; W.T brings it to the units below.",
    praise="The gradient climbs down through W transposed, and each unit multiplies by its φ′.",
    slips=(
        (lambda d, W, s: d @ W.T, "φ′ is missing: multiply by `slope`, elementwise."),
        (lambda d, W, s: (d @ W.T) * s**2, "φ′ is squared here. It is squared in E[φ′²] only."),
        (lambda d, W, s: s * (d @ W.T) / W.shape[1], "Nothing is averaged here: no division."),
        (lambda d, W, s: s * (d @ W.T) / len(d), "The batch is not averaged over here."),
        (
            lambda d, W, s: (d @ W.T) * (1 - s**2),
            "`slope` is φ′ already. 1 − h² makes φ′ of tanh from h, which is done here.",
        ),
        (lambda d, W, s: (d @ W.T) * (s > 0), "`slope` is φ′ itself, not only where it is > 0."),
        (lambda d, W, s: (d @ W.T) / s, "φ′ multiplies on the way down; here it divides."),
        (
            lambda d, W, s: ((d @ W.T) * s).sum(axis=0),
            "This sums over the batch; asked for is δ for each input, (batch, units).",
        ),
        (
            lambda d, W, s: ((d @ W.T) * s).mean(axis=0),
            "This averages over the batch; asked for is δ for each input, (batch, units).",
        ),
        (
            lambda d, W, s: ((d @ W.T) * s).T,
            "This is transposed: (batch, units) goes in, and comes out.",
        ),
        (
            lambda d, W, s: -(d @ W.T) * s,
            "The sign: δ is the gradient; a step's minus comes later.",
        ),
        (
            lambda d, W, s: (d @ W.T) * (1 - np.tanh(s) ** 2),
            "`slope` is φ′(z) already, not z: no tanh here.",
        ),
        (lambda d, W, s: (d @ W.T) * s.mean(axis=0), "Each input has its own φ′: no mean here."),
        (lambda d, W, s: (d @ W.T) * s.mean(), "Each unit has its own φ′: no mean here."),
        (
            lambda d, W, s: (d @ np.linalg.pinv(W)) * s,
            "This inverts W. A gradient passes through W transposed: W.T.",
        ),
        (lambda d, W, s: (d @ W.T) + s, "φ′ multiplies, it is not added: the chain rule."),
    ),
)

xavier_uniform = InitializerExercise(
    name="my_xavier_uniform",
    variance=lambda n_in, n_out: 2 / (n_in + n_out),
    uniform=True,
    hint_text="Var U(−b, b) = b²/3, and it must be 2/(n_in + n_out). Solve for b.",
    praise="U(±√(6/(n_in + n_out))): Glorot and Bengio's normalized initialization.",
    slips=(
        (lambda i, o: 2 / (i + o) / 3, "The bound equals the std: the factor √3 is missing."),
        (lambda i, o: 1 / i, "This is variance 1/n_in: LeCun's rule. Glorot's uses both fans."),
        (lambda i, o: 1 / o, "This is variance 1/n_out, the backward rule alone."),
        (lambda i, o: 1 / (i + o), "The 2 is missing: the variance is 2/(n_in + n_out)."),
        (
            lambda i, o: 1 / (3 * (i + o)),
            "The bound is 1/√(n_in + n_out); it should be √6 times that.",
        ),
        (
            lambda i, o: 6 / (i + o) ** 2 / 3,
            "The root covers the 6 only. It is √(6/(n_in + n_out)).",
        ),
        (lambda i, o: 6 / (i + o), "√(6/(n_in + n_out)) is used as the std; it is the bound."),
        (lambda i, o: 4 / (i + o) / 3, "The bound is √(4/…): b² = 3·2/(n_in + n_out), so √6."),
        (
            lambda i, o: 4 / (i + o) ** 2 / 3,
            "The bound is the variance 2/(n_in + n_out). It is √3 times the root of that.",
        ),
        (lambda i, o: 4 / (i + o) ** 2, "The variance 2/(n_in + n_out) is used as std: take √."),
        (
            lambda i, o: 1 / (3 * i),
            "The bound is 1/√n_in, the heuristic that Glorot and Bengio argue against.",
        ),
        (lambda i, o: 4 / (i + o), "4/(n_in + n_out): one factor 2 too many."),
        (lambda i, o: 12 / (i + o) ** 2, "The bound is 6/(n_in + n_out): take its root."),
        (lambda i, o: 2 / i, "This is variance 2/n_in: He's rule, for ReLU."),
        (lambda i, o: 2 / o, "This is variance 2/n_out; Glorot's uses both fans."),
        (lambda i, o: 2 / (i * o), "The fans are multiplied; Glorot's rule adds them."),
        (
            lambda i, o: 1 / (2 * (i + o)),
            "Half as wide as it should be: from −b to b the width is 2b. "
            "rng.random() − ½ reaches from −½ to ½.",
        ),
    ),
)

taper_factor = FunctionExercise(
    name="taper_factor",
    solution=lambda widths: _product(widths, lambda a, b: 2 * a / (a + b)),
    cases=(([784, 512, 256, 128, 64, 10],), ([30, 20],), ([5, 50, 500],)),
    hint_text="By what does one layer multiply the strength, and what do all layers do together?",
    praise="On 784-512-256-128-64-10 it is 4.96: Glorot's compromise keeps neither direction.",
    slips=(
        (
            lambda widths: _product(widths, lambda a, b: 2 * b / (a + b)),
            "This is the backward factor: it uses n_out·Var W. Forward it is n_in·Var W.",
        ),
        (
            lambda widths: _product(widths, lambda a, b: 2 / (a + b)),
            "This multiplies the variances. A layer multiplies by n_in times the variance.",
        ),
        (
            lambda widths: np.sqrt(_product(widths, lambda a, b: 2 * a / (a + b))),
            "This is the factor on the std; asked for is the strength.",
        ),
        (lambda widths: 1.0, "That would be 1/n_in. Under 2/(n_in + n_out) the factor is not 1."),
        (
            lambda widths: [2 * a / (a + b) for a, b in pairwise(widths)],
            "These are the factors of the layers; asked for is their product, one number.",
        ),
        (
            lambda widths: _product(widths, lambda a, b: a / (a + b)),
            "The 2 is missing in every layer: n_in·2/(n_in + n_out).",
        ),
        (
            lambda widths: 1 / _product(widths, lambda a, b: 2 * a / (a + b)),
            "This is upside down: one over the factor.",
        ),
        (
            lambda widths: _product(widths[:-1], lambda a, b: 2 * a / (a + b)),
            "The last layer is missing: k widths make k − 1 layers.",
        ),
        (
            lambda widths: _product(widths[1:], lambda a, b: 2 * a / (a + b)),
            "The first layer is missing: k widths make k − 1 layers.",
        ),
        (
            lambda widths: 2 * widths[0] / (widths[0] + widths[1]),
            "This is the first layer only: does return stand inside the loop?",
        ),
        (
            lambda widths: _product(widths, lambda a, b: a / b),
            "n_in/n_out is not the factor; n_in·Var W is, with Var W = 2/(n_in + n_out).",
        ),
        (
            lambda widths: sum(2 * a / (a + b) for a, b in pairwise(widths)),
            "The factors of the layers multiply; here they are added.",
        ),
        (
            lambda widths: np.mean([2 * a / (a + b) for a, b in pairwise(widths)]),
            "The factors of the layers multiply; here they are averaged.",
        ),
        (
            lambda widths: _product(widths, lambda a, b: 2 * a / a + b),
            "Brackets are missing: n_in + n_out stands below the line as a whole.",
        ),
        (
            lambda widths: 2 * widths[0] / (widths[0] + widths[-1]),
            "This looks at the two ends only; every layer has a factor.",
        ),
    ),
)


def _product(widths, factor):
    return np.prod([factor(a, b) for a, b in pairwise(widths)])
