"""Exercises of lesson 03, Xavier: forwards and backwards."""

import numpy as np

from initcourse.exercises.check import FunctionExercise
from initcourse.exercises.check_initializer import InitializerExercise

_drawn = np.random.default_rng(7).standard_normal

delta_below = FunctionExercise(
    parameters="delta, W, slope",
    solution="(delta @ W.T) * slope",
    cases=(
        (_drawn((5, 3)), _drawn((4, 3)), _drawn((5, 4))),
        (_drawn((1, 6)), _drawn((2, 6)), _drawn((1, 2))),
    ),
    hint_text="δ has one column for each unit above; W.T brings it to the units below.",
    praise="The gradient climbs down through W transposed, and each unit multiplies by its φ′.",
    slips={
        "np.dot(delta, W.T)": "φ′ is missing: multiply by `slope`, elementwise.",
        "(delta @ W.T) * slope * slope": "φ′ is squared here. It is squared in E[φ′²] only.",
        "(delta @ W.T) / delta.shape[1] * slope": "Nothing is averaged here: no division.",
        "(delta @ W.T) * slope / len(delta)": "The batch is not averaged over here.",
        "(delta @ W.T) * (1 - slope**2)": "`slope` is φ′ already. 1 − h² makes φ′ of tanh from h, "
        "which is done here.",
        "(delta @ W.T) * (slope > 0)": "`slope` is φ′ itself, not only where it is > 0.",
        "(delta @ W.T) / slope": "φ′ multiplies on the way down; here it divides.",
        "np.sum((delta @ W.T) * slope, axis=0)": "This sums over the batch; asked for is δ for "
        "each input, (batch, units).",
        "np.mean((delta @ W.T) * slope, 0)": "This averages over the batch; asked for is δ for "
        "each input, (batch, units).",
        "(W @ delta.T) * slope.T": "This is transposed: (batch, units) goes in, and comes out.",
        "-(delta @ W.T) * slope": "The sign: δ is the gradient; a step's minus comes later.",
        "(delta @ W.T) * (1 - np.tanh(slope) ** 2)": "`slope` is φ′(z) already, not z: no tanh "
        "here.",
        "(delta @ W.T) * slope.mean(axis=0)": "Each input has its own φ′: no mean here.",
        "slope.mean() * (delta @ W.T)": "Each unit has its own φ′: no mean here.",
        "delta @ np.linalg.pinv(W) * slope": "This inverts W. A gradient passes through W "
        "transposed: W.T.",
        "delta @ W.T + slope": "φ′ multiplies, it is not added: the chain rule.",
    },
)

taper_factor = FunctionExercise(
    parameters="widths",
    solution="np.prod([2 * a / (a + b) for a, b in zip(widths, widths[1:])])",
    cases=(([784, 512, 256, 128, 64, 10],), ([30, 20],), ([5, 50, 500],)),
    hint_text="By what does one layer multiply the strength, and what do all layers do together?",
    praise="On 784-512-256-128-64-10 it is 4.96: Glorot's compromise keeps neither direction.",
    slips={
        "np.prod([2 * b / (a + b) for a, b in zip(widths, widths[1:])])": (
            "This is the backward factor: it uses n_out·Var W. Forward it is n_in·Var W."
        ),
        "np.prod([2 / (a + b) for a, b in zip(widths, widths[1:])])": "This multiplies the "
        "variances. A layer multiplies by n_in times the variance.",
        "np.prod([(2 * a / (a + b)) ** 0.5 for a, b in zip(widths, widths[1:])])": (
            "This is the factor on the std; asked for is the strength."
        ),
        "1": "That would be 1/n_in. Under 2/(n_in + n_out) the factor is not 1.",
        "[2 * a / (a + b) for a, b in zip(widths, widths[1:])]": "These are the factors of the "
        "layers; asked for is their product, one number.",
        "np.prod([a / (a + b) for a, b in zip(widths, widths[1:])])": "The 2 is missing in every "
        "layer: n_in·2/(n_in + n_out).",
        "np.prod([(a + b) / (2 * a) for a, b in zip(widths, widths[1:])])": (
            "This is upside down: one over the factor."
        ),
        """
f = 1
for l in range(len(widths) - 2):
    f *= 2 * widths[l] / (widths[l] + widths[l + 1])
return f
""": "The last layer is missing: k widths make k − 1 layers.",
        """
f = 1
for l in range(2, len(widths)):
    f *= 2 * widths[l - 1] / (widths[l] + widths[l - 1])
return f
""": "The first layer is missing: k widths make k − 1 layers.",
        "f = 1\nfor a, b in zip(widths, widths[1:]):\n    f *= 2 * a / (a + b)\n    return f": (
            "This is the first layer only: does return stand inside the loop?"
        ),
        "np.prod([a / b for a, b in zip(widths, widths[1:])])": "n_in/n_out is not the factor; "
        "n_in·Var W is, with Var W = 2/(n_in + n_out).",
        "sum(2 * a / (a + b) for a, b in zip(widths, widths[1:]))": "The factors of the layers "
        "multiply; here they are added.",
        "np.mean([2 * a / (a + b) for a, b in zip(widths, widths[1:])])": (
            "The factors of the layers multiply; here they are averaged."
        ),
        "np.prod([2 * a / a + b for a, b in zip(widths, widths[1:])])": (
            "Brackets are missing: n_in + n_out stands below the line as a whole."
        ),
        "2 * widths[0] / (widths[0] + widths[-1])": "This looks at the two ends only; every layer "
        "has a factor.",
    },
)

xavier_uniform = InitializerExercise(
    name="my_xavier_uniform",
    solution="b = np.sqrt(6 / (n_in + n_out))",
    hint_text="Var U(−b, b) = b²/3, and it must be 2/(n_in + n_out). Solve for b.",
    praise="U(±√(6/(n_in + n_out))): Glorot and Bengio's normalized initialization.",
    slips={
        "b = np.sqrt(2 / (n_in + n_out))": "The bound equals the std: the factor √3 is missing.",
        "b = np.sqrt(3 / n_in)": "This is variance 1/n_in: LeCun's rule. Glorot's uses both fans.",
        "b = np.sqrt(3 / n_out)": "This is variance 1/n_out, the backward rule alone.",
        "b = np.sqrt(3 / (n_in + n_out))": "The 2 is missing: the variance is 2/(n_in + n_out).",
        "b = 1 / np.sqrt(n_in + n_out)": "The bound is 1/√(n_in + n_out); it should be √6 times "
        "that.",
        "b = np.sqrt(6) / (n_in + n_out)": "The root covers the 6 only. It is √(6/(n_in + n_out)).",
        "std = np.sqrt(6 / (n_in + n_out))": "√(6/(n_in + n_out)) is used as the std; it is the "
        "bound.",
        "b = 2 / np.sqrt(n_in + n_out)": "The bound is √(4/…): b² = 3·2/(n_in + n_out), so √6.",
        "b = 2 / (n_in + n_out)": "The bound is the variance 2/(n_in + n_out). It is √3 times the "
        "root of that.",
        "std = 2 / (n_in + n_out)": "The variance 2/(n_in + n_out) is used as std: take √.",
        "b = 1 / np.sqrt(n_in)": "The bound is 1/√n_in, the heuristic that Glorot and Bengio "
        "argue against.",
        "b = np.sqrt(12 / (n_in + n_out))": "4/(n_in + n_out): one factor 2 too many.",
        "b = 6 / (n_in + n_out)": "The bound is 6/(n_in + n_out): take its root.",
        "b = np.sqrt(6 / n_in)": "This is variance 2/n_in: He's rule, for ReLU.",
        "b = np.sqrt(6 / n_out)": "This is variance 2/n_out; Glorot's uses both fans.",
        "b = np.sqrt(6 / (n_in * n_out))": "The fans are multiplied; Glorot's rule adds them.",
        "b = np.sqrt(6 / (n_in + n_out)) / 2": "Half as wide as it should be: from −b to b the "
        "width is 2b. rng.random() − ½ reaches from −½ to ½.",
    },
)
