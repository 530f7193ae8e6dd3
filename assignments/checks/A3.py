"""Right answers and slips of assignment A3, Shapes."""

from dataclasses import replace

import numpy as np

from answer_checks.check import FunctionExercise, ValueExercise, exercises_in
from checks.A3_kinds import KeepingExercise
from checks.marks import Checks
from checks.sealed import Prediction


def numbers(pick):
    """Return the numbers of the assignment's text, by name.

    >>> sorted(numbers(lambda name, options: options[0]))
    ['channels', 'k', 'keep', 'left', 'side', 'singular', 'steps']
    """
    sizes = range(3, 13), range(14, 25), range(26, 49), range(50, 97)
    return {
        "k": pick("k", [3, 5]),
        "channels": [pick(f"channels {layer}", size) for layer, size in enumerate(sizes)],
        "side": pick("side", range(8, 17)),
        "steps": pick("steps", range(20, 61)),
        "keep": pick("keep", [k / 20 for k in range(2, 9)]),
        "singular": pick("singular", [k / 1000 for k in range(950, 986)]),
        "left": pick("left", [k / 1000 for k in range(1, 61)]),
    }


grouped_fans = FunctionExercise(
    name="grouped_fans",
    parameters="k, c_in, c_out, groups",
    solution="[k**2 * c_in / groups, k**2 * c_out / groups]",
    cases=((3, 16, 32, 4), (5, 12, 6, 1), (1, 20, 30, 10), (7, 24, 24, 24)),
    hint_text="Count what one output number reads, then what one input number goes into.",
    praise="k²·c_in/groups enter, and k²·c_out/groups leave: a unit sees its own group only.",
    slips={
        "[k**2 * c_in, k**2 * c_out]": "The groups are not used: a unit reads the channels of its "
        "own group only.",
        "[k**2 * c_in / groups, k**2 * c_out]": "fan_out has the groups, too: an input channel "
        "goes into the c_out/groups of its own.",
        "[k**2 * c_in, k**2 * c_out / groups]": "fan_in has the groups, too: a unit reads the "
        "c_in/groups channels of its own.",
        "[k**2 * c_out / groups, k**2 * c_in / groups]": "The two are swapped: what enters comes "
        "from the input channels.",
        "[k * c_in / groups, k * c_out / groups]": "A kernel has k rows and k columns: k², not k.",
        "[c_in / groups, c_out / groups]": "Each channel is read at k² pixels: k² is missing.",
        "[k**2 * c_in * groups, k**2 * c_out * groups]": "Groups cut connections: divide by their "
        "number instead of multiplying.",
        "[k**2 * c_in * c_out / groups] * 2": "This counts all weights of the layer. A fan counts "
        "those of one unit.",
        "[k**2 * groups] * 2": "groups is the number of groups, not of the channels in one.",
    },
)

predicted_share = Prediction(
    name="predicted_share",
    solution="channels[0] / channels[-1]",
    hint_text="A layer multiplies by ½·n·Var W, with n = k²·c_in and Var W = 2/(k²·c_out).",
    praise="c_in/c_out in each layer: what is left over are the two ends.",
    slips={
        "1 / right": "Upside down: c_in numbers are summed, and c_out divides.",
        "1": "With fan_in it would stay. Here k²·c_out divides.",
        "right**0.5": "This is the factor on the root mean square.",
        "right / 2 ** (len(channels) - 1)": "ReLU's ½ and the 2 of 2/fan_out cancel.",
        "right * 2 ** (len(channels) - 1)": "ReLU halves the strength in each layer.",
        "right * k ** (2 * len(channels) - 2)": "k² stands in both fans and cancels.",
        "right / k ** (2 * len(channels) - 2)": "k² stands in both fans and cancels.",
        "channels[0] / channels[1]": "This is the first layer only; the factors multiply.",
        "channels[-2] / channels[-1]": "This is the last layer only; the factors multiply.",
    },
)


def _taps(k, side):
    """Share of a line's taps that lie inside, averaged over its pixels."""
    places = np.arange(side)
    inside = abs(places[:, None] - places) <= k // 2
    return inside.sum() / (k * side)


border_share = FunctionExercise(
    name="border_share",
    parameters="k, side",
    given={"taps": _taps},
    solution="taps(k, side) ** 2",
    cases=((3, 8), (5, 8), (1, 6), (7, 20)),
    hint_text="Count along one axis first. How do rows and columns combine?",
    praise="Rows and columns each keep their share, so it is squared: .840 for 3 × 3 on 8 × 8.",
    slips={
        "taps(k, side)": "This is one axis. An image has a border on both: square it.",
        "((side - k + 1) / side) ** 2": "This counts the pixels whose patch is inside as a whole; "
        "others lose a part.",
        "1 - taps(k, side) ** 2": "This is the share that falls outside; asked for is what stays "
        "inside.",
        "2 * taps(k, side) - 1": "Rows and columns multiply; here the two losses are added.",
        "(1 - (k - 1) / (k * side)) ** 2": "Pixels near the border lose taps too: (k − 1)/2, then "
        "one less each.",
        "(1 - (k - 1) * (k + 1) / 8 / (k * side)) ** 2": "There are two borders along each axis.",
        "(taps(k, side) * k * side) ** 2": "This is a number of taps; divide by that of all taps, "
        "(k·side)².",
    },
)


keeping_matrix = KeepingExercise(
    name="keeping_matrix",
    solution="keep ** (1 / (2 * steps))",
    hint_text="Which matrices keep every length? Which factor then leaves `keep` after `steps`?",
    praise="An orthogonal matrix times keep^(1/(2·steps)): all directions are forgotten alike.",
    cases=((12, 20, 0.2), (30, 5, 0.5)),
    slips={
        "keep ** (1 / steps)": "The mean square shrinks by the factor's square: take the root once "
        "more.",
        "1": "U keeps everything: steps and keep are not used.",
        "keep": "This is for one step, and on the length; share it among the steps.",
        "keep**0.5": "This keeps the share in one step; there are several, which multiply.",
        "keep ** (-1 / (2 * steps))": "Upside down: vectors grow.",
        "keep**steps": "The factor of one step is a root of keep, not a power.",
        "1 - (1 - keep) / (2 * steps)": "The steps multiply: take the root, not a part.",
        "1 - (1 - keep) / steps": "The steps multiply: take the root, not a part.",
    },
)

steps_until = ValueExercise(
    name="steps_until",
    solution="math.log(left) / (2 * math.log(singular))",
    hint_text="The mean square is multiplied by singular² in each step: solve for the steps.",
    praise="ln(left)/(2·ln(singular)): the mean square falls by the square of it.",
    rtol=0.02,
    slips={
        "2 * right": "This is for the length; the mean square falls twice as fast.",
        "4 * right": "The mean square falls by singular², not by its root.",
        "-right": "A number of steps is positive: both logarithms are negative.",
        "math.log10(left) / (2 * math.log(singular))": "Two logarithms, two bases: take one.",
        "1 / right": "Upside down.",
        "(1 - left) / (1 - singular**2)": "The steps multiply; they do not subtract.",
    },
)


HIDDEN = {
    "grouped_fans": replace(grouped_fans, cases=((9, 8, 40, 8), (3, 1, 6, 1), (1, 64, 16, 16))),
    "border_share": replace(border_share, cases=((9, 3), (3, 1), (5, 31), (11, 6))),
    "keeping_matrix": replace(
        keeping_matrix, cases=((5, 1, 0.3), (40, 100, 0.001), (9, 12, 2.0), (1, 4, 0.5))
    ),
}


def checks(mine):
    """Return the checks for somebody's numbers."""
    return Checks(exercises_in(globals()).values(), HIDDEN, mine)
