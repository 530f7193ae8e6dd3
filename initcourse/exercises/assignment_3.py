"""Checks of assignment A3, Shapes."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from initcourse.exercises.check import Exercise, FunctionExercise, ValueExercise, Verdict, off
from initcourse.exercises.marks import Checks, turn
from initcourse.exercises.run_answer import Complaint, call

SEED = 6


def numbers(seed):
    """Return the numbers of the assignment's text, by name.

    >>> sorted(numbers(1))
    ['channels', 'k', 'keep', 'left', 'side', 'singular', 'steps']
    """
    return {
        "k": turn(seed, [3, 5]),
        "channels": turn(
            seed,
            [[4, 12, 40, 64], [8, 24, 48, 80], [3, 12, 30, 60], [6, 18, 36, 90], [5, 20, 30, 60]],
        ),
        "side": turn(seed, [8, 10, 14]),
        "steps": turn(seed, [20, 40, 50, 25]),
        "keep": turn(seed, [0.1, 0.2, 0.3]),
        "singular": turn(seed, [0.96, 0.97, 0.98]),
        "left": turn(seed, [0.01, 0.001, 0.05]),
    }


def checks(seed):
    """Return the checks for the numbers of this seed.

    >>> "border_share" in checks(1).exercises
    True
    """
    given = SimpleNamespace(**numbers(seed))
    return Checks(
        _grouped_fans,
        _predicted_share(given.channels, given.k),
        _border_share,
        _keeping_matrix,
        _steps_until(given.singular, given.left),
    )


_grouped_fans = FunctionExercise(
    name="grouped_fans",
    solution=lambda k, i, o, g: [k**2 * i / g, k**2 * o / g],
    cases=((3, 16, 32, 4), (5, 12, 6, 1), (1, 20, 30, 10), (7, 24, 24, 24)),
    hint_text="Count what one output number reads, then what one input number goes into.",
    praise="k²·c_in/groups enter, and k²·c_out/groups leave: a unit sees its own group only.",
    slips=(
        (
            lambda k, i, o, g: [k**2 * i, k**2 * o],
            "The groups are not used: a unit reads the channels of its own group only.",
        ),
        (
            lambda k, i, o, g: [k**2 * i / g, k**2 * o],
            "fan_out has the groups, too: an input channel goes into the c_out/groups of its own.",
        ),
        (
            lambda k, i, o, g: [k**2 * i, k**2 * o / g],
            "fan_in has the groups, too: a unit reads the c_in/groups channels of its own.",
        ),
        (
            lambda k, i, o, g: [k**2 * o / g, k**2 * i / g],
            "The two are swapped: what enters comes from the input channels.",
        ),
        (
            lambda k, i, o, g: [k * i / g, k * o / g],
            "A kernel has k rows and k columns: k², not k.",
        ),
        (lambda k, i, o, g: [i / g, o / g], "Each channel is read at k² pixels: k² is missing."),
        (
            lambda k, i, o, g: [k**2 * i * g, k**2 * o * g],
            "Groups cut connections: divide by their number instead of multiplying.",
        ),
        (
            lambda k, i, o, g: [k**2 * i * o / g] * 2,
            "This counts all weights of the layer. A fan counts those of one unit.",
        ),
        (
            lambda k, i, o, g: [k**2 * g, k**2 * g],
            "groups is the number of groups, not of the channels in one.",
        ),
    ),
)


def _predicted_share(channels, k):
    first, last, layers = channels[0], channels[-1], len(channels) - 1
    right = first / last
    return ValueExercise(
        name="predicted_share",
        value=right,
        hint_text="A layer multiplies by ½·n·Var W, with n = k²·c_in and Var W = 2/(k²·c_out).",
        praise="c_in/c_out in each layer: what is left over are the two ends.",
        slips=(
            (last / first, "Upside down: c_in numbers are summed, and c_out divides."),
            (1.0, "With fan_in it would stay. Here k²·c_out divides."),
            (np.sqrt(right), "This is the factor on the root mean square."),
            (right / 2**layers, "ReLU's ½ and the 2 of 2/fan_out cancel."),
            (right * 2**layers, "ReLU halves the strength in each layer."),
            (right * k ** (2 * layers), "k² stands in both fans and cancels."),
            (right / k ** (2 * layers), "k² stands in both fans and cancels."),
            (channels[0] / channels[1], "This is the first layer only; the factors multiply."),
            (channels[-2] / last, "This is the last layer only; the factors multiply."),
        ),
    )


def _taps(k, side):
    """Share of a line's taps that lie inside, averaged over its pixels."""
    places = np.arange(side)
    inside = abs(places[:, None] - places) <= k // 2
    return inside.sum() / (k * side)


_border_share = FunctionExercise(
    name="border_share",
    solution=lambda k, side: _taps(k, side) ** 2,
    cases=((3, 8), (5, 8), (1, 6), (7, 20)),
    hint_text="Count along one axis first. How do rows and columns combine?",
    praise="Rows and columns each keep their share, so it is squared: .840 for 3 × 3 on 8 × 8.",
    slips=(
        (
            lambda k, side: _taps(k, side),
            "This is one axis. An image has a border on both: square it.",
        ),
        (
            lambda k, side: ((side - k + 1) / side) ** 2,
            "This counts the pixels whose patch is inside as a whole; others lose a part.",
        ),
        (
            lambda k, side: 1 - _taps(k, side) ** 2,
            "This is the share that falls outside; asked for is what stays inside.",
        ),
        (
            lambda k, side: 2 * _taps(k, side) - 1,
            "Rows and columns multiply; here the two losses are added.",
        ),
        (
            lambda k, side: (1 - (k - 1) / (k * side)) ** 2,
            "Pixels near the border lose taps too: (k − 1)/2, then one less each.",
        ),
        (
            lambda k, side: (1 - (k - 1) * (k + 1) / 8 / (k * side)) ** 2,
            "There are two borders along each axis.",
        ),
        (
            lambda k, side: _taps(k, side) ** 2 * (k * side) ** 2,
            "This is a number of taps; divide by that of all taps, (k·side)².",
        ),
    ),
)


@dataclass(frozen=True)
class KeepingExercise(Exercise):
    """The answer is a function (n, steps, keep, rng) → a random matrix.

    Multiplied by it `steps` times, every vector keeps the share `keep` of its mean square: all
    singular values are keep^(1/(2·steps)). They are compared to 1e-6, the draws with each other.
    """

    name: str
    hint_text: str
    praise: str
    cases: tuple

    def judge(self, answer):
        """Look at the matrices' singular values and at their randomness."""
        self.callable(answer)
        for case in self.cases:
            U = self._drawn(answer, case, SEED)
            self._test_values(U, *case)
            if not np.array_equal(U, self._drawn(answer, case, SEED)):
                raise Complaint("Two calls with equal generators differ: draw only from rng.")
            if case[0] > 1 and np.array_equal(U, self._drawn(answer, case, SEED + 1)):
                raise Complaint("Every call gives the same matrix; draw it from the rng passed in.")
        return Verdict(True, self.praise)

    def _drawn(self, answer, case, seed):
        n = case[0]
        U = call(answer, (*case, np.random.default_rng(seed)), self.name, "It returns a matrix.")
        if U.shape != (n, n):
            raise Complaint(f"U has shape {U.shape}; asked for is (n, n) = ({n}, {n}).")
        if not np.isfinite(U).all() or not U.any():
            raise Complaint("The entries are NaN, infinite or all 0.")
        return U

    def _test_values(self, U, n, steps, keep):
        values = np.linalg.svd(U, compute_uv=False)
        wanted = keep ** (1 / (2 * steps))
        if values[0] - values[-1] > 1e-6 * values[0]:
            raise Complaint(
                f"The singular values reach from {values[-1]:.2g} to {values[0]:.2g}, so some "
                "directions are forgotten before others. Which matrices treat all directions alike "
                "(lesson 09)?"
            )
        value = float(values.mean())
        if abs(value / wanted - 1) < 1e-6:
            return
        for wrong, sentence in (
            (wanted**2, "The mean square shrinks by the factor's square: take the root once more."),
            (1.0, "U keeps everything: steps and keep are not used."),
            (keep, "This is for one step, and on the length; share it among the steps."),
            (np.sqrt(keep), "This keeps the share in one step; there are several, which multiply."),
            (1 / wanted, "Upside down: vectors grow."),
            (keep**steps, "The factor of one step is a root of keep, not a power."),
            (1 - (1 - keep) / (2 * steps), "The steps multiply: take the root, not a part."),
            (1 - (1 - keep) / steps, "The steps multiply: take the root, not a part."),
        ):
            if abs(value / wrong - 1) < 1e-6:
                raise Complaint(sentence)
        raise Complaint(f"U is orthogonal up to a factor, and that is {off(value, wanted)}")


_keeping_matrix = KeepingExercise(
    name="keeping_matrix",
    hint_text="Which matrices keep every length? Which factor then leaves `keep` after `steps`?",
    praise="An orthogonal matrix times keep^(1/(2·steps)): all directions are forgotten alike.",
    cases=((12, 20, 0.2), (30, 5, 0.5)),
)


def _steps_until(singular, left):
    right = np.log(left) / (2 * np.log(singular))
    return ValueExercise(
        name="steps_until",
        value=right,
        hint_text="The mean square is multiplied by singular² in each step: solve for the steps.",
        praise="ln(left)/(2·ln(singular)): the mean square falls by the square of it.",
        rtol=0.02,
        slips=(
            (2 * right, "This is for the length; the mean square falls twice as fast."),
            (4 * right, "The mean square falls by singular², not by its root."),
            (-right, "A number of steps is positive: both logarithms are negative."),
            (
                np.log10(left) / (2 * np.log(singular)),
                "Two logarithms, two bases: take one.",
            ),
            (1 / right, "Upside down."),
            ((1 - left) / (1 - singular**2), "The steps multiply; they do not subtract."),
        ),
    )
