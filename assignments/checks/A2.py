"""Right answers and slips of assignment A2, Xavier and He."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from answer_checks.check import FunctionExercise, ValueExercise, exercises_in
from checks.marks import Checks
from checks.sealed import Prediction
from initcourse.exercises.check_initializer import InitializerExercise

_RNG = np.random.default_rng(11)


def numbers(pick):
    """Return the numbers of the assignment's text, by name.

    >>> sorted(numbers(lambda name, options: options[0]))
    ['slope', 'widths']
    """
    sizes = range(180, 281), range(100, 171), range(56, 97), range(20, 51)
    widths = [pick(f"width {layer}", size) for layer, size in enumerate(sizes)]
    return {"widths": widths, "slope": pick("slope", [k / 100 for k in range(15, 46)])}


xavier_normal = InitializerExercise(
    name="xavier_normal",
    solution="std = np.sqrt(2 / (n_in + n_out))",
    hint_text="Glorot and Bengio's variance has both fans; what multiplies N(0, 1) is its root.",
    praise="N(0, 2/(n_in + n_out)).",
    slips={
        "std = n_in**-0.5": "This is variance 1/n_in: LeCun's rule. Glorot's uses both fans.",
        "std = n_out**-0.5": "This is variance 1/n_out, the backward rule alone.",
        "std = (n_in + n_out) ** -0.5": "The 2 is missing: the variance is 2/(n_in + n_out).",
        "std = 2 / (n_in + n_out)": "The variance is used as the std: take its root.",
        "std = 2**0.5 / (n_in + n_out)": "The root covers the 2 only: √(2/(n_in + n_out)).",
        "std = np.sqrt(6 / (n_in + n_out))": "√(6/(n_in + n_out)) is the bound of the uniform "
        "draw.",
        "std = 2 * (n_in + n_out) ** -0.5": "4/(n_in + n_out): one factor 2 too many.",
    },
)

leaky_uniform = InitializerExercise(
    name="leaky_uniform",
    parameters="n_in, n_out, a, rng",
    solution="b = np.sqrt(6 / ((1 + a**2) * n_in))",
    hint_text="Leaky ReLU keeps (1 + a²)/2 of the strength; U(−b, b) has variance b²/3.",
    praise="Variance 2/((1 + a²)·n_in), and the bound is √3 times its root.",
    cases=((0.5,),),
    slips={
        "b = np.sqrt(6 / n_in)": "The slope a is not used: leaky ReLU keeps (1 + a²)/2, not ½.",
        "b = np.sqrt(6 / ((1 + a) * n_in))": "1 + a² divides, not 1 + a: the strength is a square.",
        "b = np.sqrt(2 / ((1 + a**2) * n_in))": "The bound equals the std: √3 is missing.",
        "b = np.sqrt(6 / ((1 + a**2) * n_out))": "This divides by n_out; n_in units enter a unit.",
        "b = np.sqrt(3 / ((1 + a**2) * n_in))": "The 2 is missing: (1 + a²)/2 of it passes.",
        "b = np.sqrt(6 * (1 + a**2) / n_in)": "1 + a² divides: what leaks need not be made up for.",
        "b = np.sqrt(3 / n_in)": "This is 1/n_in: what does leaky ReLU keep of the strength?",
    },
)


def _factors(widths, scale, mode):
    fan = {"fan_in": lambda i, o: i, "fan_out": lambda i, o: o, "fan_avg": lambda i, o: (i + o) / 2}
    fans = [(i, o, scale / fan[mode](i, o)) for i, o in pairwise(widths)]
    return np.prod([[i * v / 2, o * v / 2] for i, o, v in fans], axis=0)


taper_factors = FunctionExercise(
    name="taper_factors",
    parameters="widths, scale, mode",
    given={"factors": _factors},
    solution="factors(widths, scale, mode)",
    cases=(
        ([784, 512, 256, 128, 64, 10], 2.0, "fan_in"),
        ([30, 20, 50], 1.0, "fan_avg"),
        ([12, 40, 9], 2.0, "fan_out"),
    ),
    hint_text="How many terms does a layer sum forwards, how many backwards? And ReLU's ½?",
    praise="½·n_in·Var W and ½·n_out·Var W, multiplied over the layers.",
    slips={
        "factors(widths, scale, mode)[::-1]": "The two are swapped: forwards comes first.",
        "factors(widths, 2 * scale, mode)": "ReLU's ½ is missing: it halves the strength forwards, "
        "and the gradient's backwards.",
        "np.sqrt(factors(widths, scale, mode))": "These are factors on root mean squares.",
        "factors(widths, scale, mode)[[0, 0]]": "Backwards, n_out terms are summed: the second is "
        "½·n_out·Var W.",
        "factors(widths, scale / 2 if mode == 'fan_avg' else scale, mode)": "fan_avg is the mean "
        "of both fans: their sum divided by 2.",
        "factors(widths, scale, mode) * [1, 2 ** (len(widths) - 1)]": "The gradient passes ReLU "
        "too: half of the units have φ′ = 0.",
        "factors(widths[:-1], scale, mode)": "The last layer is missing: it counts as well.",
        "factors(widths[1:], scale, mode)": "The first layer is missing: it counts as well.",
        "factors(widths, scale, 'fan_in')": "mode is not used: Var W = scale/fan, and mode says "
        "which fan.",
    },
)

predicted_backward = Prediction(
    name="predicted_backward",
    solution="widths[-1] / widths[1]",
    hint_text="Each layer above the first multiplies by ½·n_out·Var W = n_out/n_in.",
    praise="n_out/n_in in each layer above the first: only the end widths are left.",
    slips={
        "1": "He's rule keeps the forward signal. Backwards a layer gives n_out/n_in.",
        "widths[-1] / widths[0]": "One layer too many: z¹ is reached before the first matrix.",
        "1 / right": "Upside down: n_out terms are summed, and the variance is 2/n_in.",
        "right**0.5": "This is the factor on the root mean square.",
        "right / 2 ** (len(widths) - 2)": "ReLU's ½ and the 2 of 2/n_in cancel.",
        "right * 2 ** (len(widths) - 2)": "ReLU halves the gradient's strength too.",
        "0.5 ** (len(widths) - 2)": "ReLU's ½ and the 2 of 2/n_in cancel; the widths count.",
    },
)


def _relu(z):
    return np.maximum(z, 0)


def _rows(x, weights, delta, phi=_relu, dphi=lambda z: z > 0, mean=lambda a: np.mean(a**2)):
    """Return the mean squares of every z, and of every δ."""
    zs, h = [], x
    for W in weights:
        zs.append(h @ W)
        h = phi(zs[-1])
    deltas = [delta]
    for W, z in zip(weights[:0:-1], zs[-2::-1], strict=True):
        deltas.append((deltas[-1] @ W.T) * dphi(z))
    return np.array([[mean(a) for a in zs], [mean(a) for a in reversed(deltas)]])


def _network(rng, batch, *widths):
    """Return an input, weights and a gradient, of few digits."""
    weights = [(rng.standard_normal(s) / s[0] ** 0.5).round(2) for s in pairwise(widths)]
    ends = [rng.standard_normal((batch, n)).round(2) for n in (widths[0], widths[-1])]
    return ends[0], weights, ends[1]


forward_and_backward = FunctionExercise(
    name="forward_and_backward",
    parameters="*network",
    given={"rows": _rows, "relu": _relu},
    solution="rows(*network)",
    cases=(_network(_RNG, 6, 5, 4, 7, 3), _network(_RNG, 6, 2, 9, 6)),
    hint_text="zˡ = hˡ⁻¹ Wˡ with h = max(z, 0); δˡ⁻¹ = (δˡ Wˡᵀ) where zˡ⁻¹ > 0, else 0.",
    praise="Forward through W, backward through Wᵀ and φ′, and mean squares of both.",
    slips={
        "rows(*network, phi=lambda z: z)": "Forwards, ReLU is missing between the layers.",
        "rows(*network, phi=lambda z: z, dphi=np.ones_like)": "This is a linear network: ReLU is "
        "missing forwards, and φ′ backwards.",
        "rows(*network, dphi=np.ones_like)": "Backwards, φ′ is missing: δ is 0 where z ≤ 0.",
        "rows(*network, dphi=relu)": "Backwards this multiplies by ReLU itself; its slope is 1 "
        "where z > 0, else 0.",
        "zs, deltas = rows(*network)\nreturn [zs, deltas[::-1]]": "The gradient's row runs from "
        "the last layer to the first; turn it round.",
        "rows(*network)[::-1]": "The rows are swapped: signals first, then gradients.",
        "rows(*network).T": "This is transposed: two rows, one column a layer.",
        "rows(*network, mean=np.var)": "np.var takes the mean away first; asked for is the mean "
        "square.",
        "np.sqrt(rows(*network))": "These are root mean squares; asked for are mean squares.",
        "rows(*network, mean=lambda a: np.sum(a**2))": "These are sums; divide by the number of "
        "entries.",
        """
hs, _ = rows(*network, mean=lambda z: np.mean(relu(z) ** 2))
return [hs, rows(*network)[1]]
""": "The first row is that of h = max(z, 0); asked for is that of z.",
    },
)

colleague_factor = ValueExercise(
    name="colleague_factor",
    solution="widths[0] / widths[-1] / 3 ** (len(widths) - 1)",
    hint_text="A layer multiplies by ½·n_in·Var W. Which variance has U(−s, s), s² = 2/n_out?",
    praise="n_in/(3·n_out) in each layer: the bound is no std, and the fan is the wrong one.",
    slips={
        "widths[0] / widths[-1]": "U(−s, s) has the variance s²/3, not s².",
        "1 / 3 ** (len(widths) - 1)": "The fan is wrong as well: the code divides by n_out.",
        "widths[-1] / widths[0] / 3 ** (len(widths) - 1)": "Upside down: the code divides by "
        "n_out, and n_in are summed.",
        "1": "That would be He's rule. Look at the bound, and at the fan.",
        "right**0.5": "This is the factor on the root mean square.",
        "right * 2 ** (len(widths) - 1)": "ReLU's ½ is missing in each layer.",
        "right * 3 ** (len(widths) - 2)": "Each layer has its own 1/3: one for each of them.",
        "widths[0] / widths[1] / 3": "This is the first layer only; the factors multiply.",
    },
)

repaired = InitializerExercise(
    name="repaired",
    solution="b = np.sqrt(6 / n_in)",
    hint_text="Two things are wrong: which variance has U(−s, s), and by which fan does He divide?",
    praise="U(±√(6/n_in)) has He's variance 2/n_in.",
    slips={
        "b = np.sqrt(2 / n_in)": "The fan is right now. The bound is still the std: √3 is missing.",
        "b = np.sqrt(6 / n_out)": "The bound is right now. The fan is still n_out; n_in are "
        "summed.",
        "b = np.sqrt(2 / n_out)": "This is the colleague's version. It has two faults.",
        "std = np.sqrt(6 / n_in)": "√(6/n_in) is the bound; here it is the std.",
        "b = np.sqrt(3 / n_in)": "This is 1/n_in; ReLU halves the strength, so it is 2/n_in.",
    },
)


HIDDEN = {
    "leaky_uniform": replace(leaky_uniform, cases=((0.0,), (0.7,), (1.0,))),
    "taper_factors": replace(
        taper_factors,
        cases=(
            ([50, 8], 0.5, "fan_avg"),
            ([16, 90, 33, 70], 3.0, "fan_out"),
            ([7, 21, 5], 1.0, "fan_in"),
        ),
    ),
    "forward_and_backward": replace(
        forward_and_backward,
        cases=(_network(_RNG, 4, 6, 11), _network(_RNG, 1, 30, 20, 40, 10, 25)),
    ),
}


def checks(mine):
    """Return the checks for somebody's numbers."""
    return Checks(exercises_in(globals()).values(), HIDDEN, mine)
