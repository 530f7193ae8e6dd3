"""Checks of assignment A1, Signals."""

from dataclasses import dataclass

import numpy as np

from initcourse.exercises.check import (
    Exercise,
    FunctionExercise,
    ValueExercise,
    Verdict,
    describe_ratio,
    exercises_in,
)
from initcourse.exercises.marks import Checks, turn
from initcourse.exercises.run_answer import Complaint, call

#: Networks that a measurement is averaged over.
DRAWS = 200


def numbers(seed):
    """Return the numbers of the assignment's text, by name.

    >>> sorted(numbers(1))
    ['depth', 'mean_x', 'n', 'spread', 'std', 'var_w', 'var_x', 'widths']
    """
    n, var_w = turn(seed, [(240, 0.005), (300, 0.002), (160, 0.005), (150, 0.004), (250, 0.003)])
    return {
        "n": n,
        "var_w": var_w,
        "mean_x": turn(seed, [0.5, 1.5, 2.0, 3.0]),
        "var_x": turn(seed, [0.3, 0.8, 1.25]),
        "widths": turn(seed, [[100, 40, 80, 30], [50, 120, 60, 20], [80, 30, 120, 45]]),
        "std": turn(seed, [0.08, 0.1, 0.14, 0.15]),
        "depth": turn(seed, [8, 12, 16, 20]),
        "spread": turn(seed, [0.1, 0.2, 0.25]),
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

predicted_factor = ValueExercise(
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


@dataclass(frozen=True)
class MeasureExercise(Exercise):
    """The answer is a function (x, widths, std, rng) → measured strengths of a fresh network.

    A case is (shape and mean of x, widths, std). One network strays, so `DRAWS` of them are
    averaged: ln m has at most the variance v = Σ 2/n, and the mean must lie within 5.5 √(v/DRAWS)
    of the theory (a false alarm in 10⁷; the seeds are fixed besides).
    """

    name: str
    hint_text: str
    praise: str
    cases: tuple

    def judge(self, answer):
        """Average the measurement over fresh networks and compare every layer with the theory."""
        self.callable(answer)
        for batch, mean_x, widths, std in self.cases:
            x = mean_x + np.random.default_rng(5).standard_normal((batch, widths[0]))
            self._test_case(answer, x, widths, std)
        return Verdict(True, self.praise)

    def _test_case(self, answer, x, widths, std):
        def measure(rng):
            return call(answer, (x, list(widths), std, rng), self.name, self.hint_text)

        first = measure(np.random.default_rng(0))
        if first.shape != (len(widths),):
            raise Complaint(
                f"For widths {widths} this has shape {first.shape}; asked for are {len(widths)} "
                "numbers: the input's strength, then one for each layer."
            )
        self._test_input(x, first[0])
        if not np.array_equal(first, measure(np.random.default_rng(0))):
            raise Complaint("Two calls with equal generators differ: draw only from rng.")
        rng = np.random.default_rng(1)
        drawn = np.array([measure(rng) for _ in range(DRAWS)])
        if np.ptp(drawn[:, 1:], axis=0).min() == 0:
            raise Complaint("Every call draws the same weights: use rng, and seed nothing inside.")
        theory = predicted(widths, std**2, float(np.mean(x**2)))
        band = 5.5 * np.sqrt(np.cumsum([2 / n for n in widths[1:]]) / DRAWS)
        ratio = drawn.mean(axis=0)[1:] / theory[1:]
        if (abs(ratio - 1) < band).all():
            return
        layer = int(np.argmax(abs(ratio - 1) >= band))
        self._name_slip(ratio, band, widths, std, theory)
        raise Complaint(
            f"Over {DRAWS} networks, the strength of layer {layer + 1} is on average "
            f"{describe_ratio(float(ratio[layer]), 1.0)} {self.hint_text}"
        )

    def _test_input(self, x, first):
        strength = float(np.mean(x**2))
        if np.isclose(first, strength, rtol=1e-9):
            return
        for wrong, sentence in (
            (np.var(x), "The first number is np.var(x), which takes the mean away; take mean(x²)."),
            (np.std(x), "The first number is the std of x; asked for is mean(x²)."),
            (np.sqrt(strength), "The first number is the root mean square; asked for is mean(x²)."),
            (np.sum(x**2), "The first number is a sum; divide by the number of entries."),
        ):
            if np.isclose(first, wrong, rtol=1e-9):
                raise Complaint(sentence)
        raise Complaint("The first number must be the input's strength, mean(x²).")

    def _name_slip(self, ratio, band, widths, std, theory):
        layers = np.arange(1, len(widths))
        for wrong, sentence in (
            (std ** (2.0 * layers), "The weights' std is std² here, not std."),
            (std ** (-1.0 * layers), "The weights' variance is std here; it must be std²."),
            (std ** (-2.0 * layers), "std is not used: the weights have variance 1."),
            (theory[0] / theory[1:], "The strength stays in every layer: where is std used?"),
        ):
            if (abs(ratio / wrong - 1) < 1.5 * band).all():
                raise Complaint(sentence)


measured_strengths = MeasureExercise(
    name="measured_strengths",
    hint_text="For each layer: draw W of shape (n_in, n_out) with this std, h = h @ W, mean(h²).",
    praise="Fresh weights in every layer, and mean(h²) of each: its average is what you predicted.",
    cases=((30, 1.5, [40, 60, 25, 50], 0.15),),
)


def checks(seed):
    """Return the checks for the numbers of this seed.

    >>> "width_needed" in checks(1).exercises
    True
    """
    return Checks(*exercises_in(globals()).values(), **numbers(seed))
