"""Right answers and slips of assignment A1, Signals."""

from dataclasses import replace

import numpy as np

from answer_checks.check import FunctionExercise, ValueExercise, exercises_in
from checks.A1_kinds import MeasureExercise
from checks.marks import Checks
from checks.sealed import Prediction


def numbers(pick):
    """Return the numbers of the assignment's text, by name.

    >>> sorted(numbers(lambda name, options: options[0]))
    ['depth', 'mean_x', 'n', 'spread', 'std', 'var_w', 'var_x', 'widths']
    """
    widths = range(30, 125, 5)
    return {
        "n": pick("n", range(100, 501)),
        "var_w": pick("var_w", [k / 2000 for k in range(3, 18)]),
        "mean_x": pick("mean_x", [k / 10 for k in range(5, 31)]),
        "var_x": pick("var_x", [k / 20 for k in range(6, 31)]),
        "widths": [pick(f"width {layer}", widths) for layer in range(4)],
        "std": pick("std", [k / 200 for k in range(16, 33)]),
        "depth": pick("depth", range(6, 25)),
        "spread": pick("spread", [k / 100 for k in range(10, 31)]),
    }


def predicted(widths, var_w, strength_x):
    """Return the strengths of the input and of every layer of a linear network."""
    factors = [n_in * var_w for n_in in widths[:-1]]
    return strength_x * np.cumprod([1.0, *factors])


strength_z = ValueExercise(
    name="strength_z",
    solution="n * var_w * (var_x + mean_x**2)",
    hint_text="Which moment of x enters E[z²], and how does it follow from mean and variance?",
    praise="n·Var(w)·E[x²], with the mean of x inside E[x²].",
    slips={
        "n * var_w * var_x": "This takes Var(x) for E[x²]. The mean of x counts too.",
        "n * var_w * (var_x + mean_x)": "The mean enters squared: E[x²] = Var(x) + E[x]².",
        "right / n": "This is one product's share; the sum has n of them.",
        "right**0.5": "This is the root of E[z²]. Asked for is E[z²].",
        "n * right": "n², not n: the cross terms average to 0.",
        "var_w * right": "var_w is a variance already: not squared.",
        "right / var_w**0.5": "This takes the weights' std; the line has Var(w).",
    },
)

fitting_std = ValueExercise(
    name="fitting_std",
    solution="1 / np.sqrt(n)",
    hint_text="E[z²] = n·Var(w)·E[x²] shall equal E[x²]. Solve for Var(w), then take the root.",
    praise="n·Var(w) = 1, whatever E[x²] is; the std is the root of 1/n.",
    slips={
        "1 / n": "1/n is the variance; asked for is the standard deviation.",
        "np.sqrt(2 / n)": "√(2/n) is for ReLU. Nothing is cut away here.",
        "(n * (var_x + mean_x**2)) ** -0.5": "This makes E[z²] equal to 1. It shall equal E[x²], "
        "so E[x²] cancels.",
        "(n * var_x) ** -0.5": "E[x²] stands on both sides and cancels; Var(x) plays no part.",
    },
)

predicted_strengths = FunctionExercise(
    name="predicted_strengths",
    parameters="widths, var_w, strength_x",
    given={"predicted": predicted},
    solution="predicted(widths, var_w, strength_x)",
    cases=(([30, 50, 20], 0.01, 2.0), ([8, 5], 0.5, 1.5), ([10, 40, 15, 25], 0.04, 1.0)),
    hint_text="Start with strength_x; each layer multiplies by n_in·Var(w), n_in units below it.",
    praise="A layer multiplies the strength by the number of units below it times Var(w).",
    slips={
        "strength_x * np.cumprod([1.0, *(n * var_w for n in widths[1:])])": "This multiplies by "
        "the layer's own width. A unit sums over the units below it: n_in.",
        "predicted(widths, var_w, strength_x)[1:]": "The input's own strength is missing: it is "
        "the first number.",
        "predicted(widths, var_w, strength_x)[-1]": "This is the last strength only; asked for is "
        "one number a layer.",
        "predicted(widths, var_w**2, strength_x)": "var_w is the variance already; here it is "
        "squared.",
        "predicted(widths, var_w**0.5, strength_x)": "This multiplies by n_in times the standard "
        "deviation; it is n_in times var_w.",
        "np.sqrt(predicted(widths, var_w, strength_x))": "These are root mean squares; the "
        "strength is their square.",
        "[strength_x, *(strength_x * n * var_w for n in widths[:-1])]": "Every layer starts from "
        "the input here; it must start from the layer below.",
        "strength_x * (widths[0] * var_w) ** np.arange(len(widths))": "Every layer has the first "
        "one's width here; the widths differ.",
    },
)

predicted_factor = Prediction(
    name="predicted_factor",
    solution="np.prod(widths[:-1]) * std ** (2 * len(widths) - 2)",
    hint_text="Multiply n_in·std² over the layers.",
    praise="The product of n_in·std² over the layers.",
    slips={
        "right * widths[-1] / widths[0]": "This takes n_out for n_in in each layer.",
        "right**0.5": "This is the factor on the root mean square, not on the strength.",
        "right / std ** (len(widths) - 1)": "The std was not squared: Var(w) = std².",
        "right * widths[-1] * std**2": "One layer too many: k widths, k − 1 layers.",
        "widths[0] * std**2": "This is the first layer's factor only.",
        "1": "The strength would stay with Var(w) = 1/n_in. Here std is the same everywhere.",
    },
)

width_needed = ValueExercise(
    name="width_needed",
    solution="2 * depth / spread**2",
    hint_text="Is spread the variance or the std of ln m? How does it depend on L and n?",
    praise="n = 2L/spread²: to halve the spread takes four times the width.",
    slips={
        "right / 2": "Each layer adds 2/n, because Var(g²) = 2 for a standard Gaussian g.",
        "2 * depth / spread": "2L/n is a variance. The spread is its root: square it first.",
        "5 * depth / spread**2": "5L/n is ReLU's. This network is linear.",
        "2 / spread**2": "This is one layer; the layers' variances add.",
    },
)


measured_strengths = MeasureExercise(
    name="measured_strengths",
    given={"predicted": predicted},
    solution="predicted(widths, std**2, strength)[1:]",
    hint_text="For each layer: draw W of shape (n_in, n_out) with this std, h = h @ W, mean(h²).",
    praise="Fresh weights in every layer, and mean(h²) of each: its average is what you predicted.",
    cases=((30, 1.5, [40, 60, 25, 50], 0.15),),
    slips={
        "predicted(widths, std**4, strength)[1:]": "The weights' std is std² here, not std.",
        "predicted(widths, std, strength)[1:]": "The weights' variance is std here; it must be "
        "std².",
        "predicted(widths, 1, strength)[1:]": "std is not used: the weights have variance 1.",
        "[strength] * (len(widths) - 1)": "The strength stays in every layer: where is std used?",
    },
)

HIDDEN = {
    "predicted_strengths": replace(
        predicted_strengths,
        cases=(([64, 3], 0.02, 0.7), ([1, 300, 1, 12], 0.3, 5.0), ([9] * 12, 0.1, 1.0)),
    ),
    "measured_strengths": replace(
        measured_strengths,
        cases=((1, 0.0, [60, 80], 0.1), (12, -2.0, [20, 90, 45, 70, 30], 0.2)),
    ),
}


def checks(mine):
    """Return the checks for somebody's numbers."""
    return Checks(exercises_in(globals()).values(), HIDDEN, mine)
