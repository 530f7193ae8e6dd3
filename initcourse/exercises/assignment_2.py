"""Checks of assignment A2, Xavier and He."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np

from initcourse.exercises.check import FunctionExercise, ValueExercise
from initcourse.exercises.check_initializer import InitializerExercise
from initcourse.exercises.marks import Checks, turn

_RNG = np.random.default_rng(11)


def numbers(seed):
    """Return the numbers of the assignment's text, by name.

    >>> sorted(numbers(1))
    ['slope', 'widths']
    """
    first = turn(seed, [200, 150, 240, 180, 210])
    rest = turn(seed, [[120, 80, 40], [100, 60, 24], [160, 90, 50], [90, 70, 30], [130, 110, 28]])
    return {"widths": [first, *rest], "slope": turn(seed, [0.25, 0.3, 0.4])}


def checks(seed):
    """Return the checks for the numbers of this seed.

    >>> "taper_factors" in checks(1).exercises
    True
    """
    given = SimpleNamespace(**numbers(seed))
    return Checks(
        _xavier_normal,
        _leaky_uniform,
        _taper_factors,
        _predicted_backward(given.widths),
        _forward_and_backward,
        _colleague_factor(given.widths),
        _repaired,
    )


_xavier_normal = InitializerExercise(
    name="xavier_normal",
    variance=lambda i, o: 2 / (i + o),
    uniform=False,
    hint_text="Glorot and Bengio's variance has both fans; what multiplies N(0, 1) is its root.",
    praise="N(0, 2/(n_in + n_out)).",
    slips=(
        (lambda i, o: 1 / i, "This is variance 1/n_in: LeCun's rule. Glorot's uses both fans."),
        (lambda i, o: 1 / o, "This is variance 1/n_out, the backward rule alone."),
        (lambda i, o: 1 / (i + o), "The 2 is missing: the variance is 2/(n_in + n_out)."),
        (lambda i, o: 4 / (i + o) ** 2, "The variance is used as the std: take its root."),
        (lambda i, o: 2 / (i + o) ** 2, "The root covers the 2 only: √(2/(n_in + n_out))."),
        (lambda i, o: 6 / (i + o), "√(6/(n_in + n_out)) is the bound of the uniform draw."),
        (lambda i, o: 4 / (i + o), "4/(n_in + n_out): one factor 2 too many."),
    ),
)

_leaky_uniform = InitializerExercise(
    name="leaky_uniform",
    variance=lambda i, o, a: 2 / ((1 + a**2) * i),
    uniform=True,
    hint_text="Leaky ReLU keeps (1 + a²)/2 of the strength; U(−b, b) has variance b²/3.",
    praise="Variance 2/((1 + a²)·n_in), and the bound is √3 times its root.",
    cases=((0.5,),),
    slips=(
        (lambda i, o, a: 2 / i, "The slope a is not used: leaky ReLU keeps (1 + a²)/2, not ½."),
        (lambda i, o, a: 2 / ((1 + a) * i), "1 + a² divides, not 1 + a: the strength is a square."),
        (lambda i, o, a: 2 / ((1 + a**2) * i) / 3, "The bound equals the std: √3 is missing."),
        (lambda i, o, a: 2 / ((1 + a**2) * o), "This divides by n_out; n_in units enter a unit."),
        (lambda i, o, a: 1 / ((1 + a**2) * i), "The 2 is missing: (1 + a²)/2 of it passes."),
        (lambda i, o, a: 2 * (1 + a**2) / i, "1 + a² divides: what leaks need not be made up for."),
        (lambda i, o, a: 1 / i, "This is 1/n_in: what does leaky ReLU keep of the strength?"),
    ),
)


def _factors(widths, scale, mode):
    fans = {
        "fan_in": lambda i, o: i,
        "fan_out": lambda i, o: o,
        "fan_avg": lambda i, o: (i + o) / 2,
    }
    variances = [scale / fans[mode](i, o) for i, o in pairwise(widths)]
    forward = np.prod([i * v / 2 for (i, _), v in zip(pairwise(widths), variances, strict=True)])
    backward = np.prod([o * v / 2 for (_, o), v in zip(pairwise(widths), variances, strict=True)])
    return np.array([forward, backward])


_taper_factors = FunctionExercise(
    name="taper_factors",
    solution=_factors,
    cases=(
        ([784, 512, 256, 128, 64, 10], 2.0, "fan_in"),
        ([30, 20, 50], 1.0, "fan_avg"),
        ([12, 40, 9], 2.0, "fan_out"),
    ),
    hint_text="How many terms does a layer sum forwards, how many backwards? And ReLU's ½?",
    praise="½·n_in·Var W and ½·n_out·Var W, multiplied over the layers.",
    slips=(
        (lambda w, s, m: _factors(w, s, m)[::-1], "The two are swapped: forwards comes first."),
        (
            lambda w, s, m: _factors(w, 2 * s, m),
            "ReLU's ½ is missing: it halves the strength forwards, and the gradient's backwards.",
        ),
        (lambda w, s, m: np.sqrt(_factors(w, s, m)), "These are factors on root mean squares."),
        (
            lambda w, s, m: _factors(w, s, m)[[0, 0]],
            "Backwards, n_out terms are summed: the second is ½·n_out·Var W.",
        ),
        (
            lambda w, s, m: _factors(w, s / 2 if m == "fan_avg" else s, m),
            "fan_avg is the mean of both fans: their sum divided by 2.",
        ),
        (
            lambda w, s, m: [_factors(w, s, m)[0], 2 ** (len(w) - 1) * _factors(w, s, m)[1]],
            "The gradient passes ReLU too: half of the units have φ′ = 0.",
        ),
        (lambda w, s, m: _factors(w[:-1], s, m), "The last layer is missing: it counts as well."),
        (lambda w, s, m: _factors(w[1:], s, m), "The first layer is missing: it counts as well."),
        (
            lambda w, s, m: _factors(w, s, "fan_in"),
            "mode is not used: Var W = scale/fan, and mode says which fan.",
        ),
    ),
)


def _predicted_backward(widths):
    first, last = widths[1], widths[-1]
    return ValueExercise(
        name="predicted_backward",
        value=last / first,
        hint_text="Each layer above the first multiplies by ½·n_out·Var W = n_out/n_in.",
        praise="n_out/n_in in each layer above the first: only the end widths are left.",
        slips=(
            (1.0, "He's rule keeps the forward signal. Backwards a layer gives n_out/n_in."),
            (last / widths[0], "One layer too many: z¹ is reached before the first matrix."),
            (first / last, "Upside down: n_out terms are summed, and the variance is 2/n_in."),
            (np.sqrt(last / first), "This is the factor on the root mean square."),
            ((last / first) / 2 ** (len(widths) - 2), "ReLU's ½ and the 2 of 2/n_in cancel."),
            ((last / first) * 2 ** (len(widths) - 2), "ReLU halves the gradient's strength too."),
            (0.5 ** (len(widths) - 2), "ReLU's ½ and the 2 of 2/n_in cancel; the widths count."),
        ),
    )


def _passes(x, weights, delta, *, phi=lambda z: np.maximum(z, 0), dphi=lambda z: z > 0):
    zs, h = [], x
    for W in weights:
        zs.append(h @ W)
        h = phi(zs[-1])
    deltas = [delta]
    for W, z in zip(weights[:0:-1], zs[-2::-1], strict=True):
        deltas.append((deltas[-1] @ W.T) * dphi(z))
    return zs, deltas[::-1]


def _strengths(arrays, mean=lambda array: np.mean(array**2)):
    return [mean(array) for array in arrays]


def _measured(x, weights, delta):
    return np.array([_strengths(part) for part in _passes(x, weights, delta)])


def _slipped(change=None, mean=lambda array: np.mean(array**2), **functions):
    def wrong(x, weights, delta):
        zs, deltas = _passes(x, weights, delta, **functions)
        rows = np.array([_strengths(zs, mean), _strengths(deltas, mean)])
        return change(rows) if change else rows

    return wrong


def _after_relu(x, weights, delta):
    zs, deltas = _passes(x, weights, delta)
    return [_strengths([np.maximum(z, 0) for z in zs]), _strengths(deltas)]


def _network(*widths):
    weights = [_RNG.standard_normal(shape) for shape in pairwise(widths)]
    return _RNG.standard_normal((6, widths[0])), weights, _RNG.standard_normal((6, widths[-1]))


_forward_and_backward = FunctionExercise(
    name="forward_and_backward",
    solution=_measured,
    cases=(_network(5, 4, 7, 3), _network(2, 9, 6)),
    hint_text="zˡ = hˡ⁻¹ Wˡ with h = max(z, 0); δˡ⁻¹ = (δˡ Wˡᵀ) where zˡ⁻¹ > 0, else 0.",
    praise="Forward through W, backward through Wᵀ and φ′, and mean squares of both.",
    slips=(
        (_slipped(phi=lambda z: z), "Forwards, ReLU is missing between the layers."),
        (
            _slipped(phi=lambda z: z, dphi=np.ones_like),
            "This is a linear network: ReLU is missing forwards, and φ′ backwards.",
        ),
        (_slipped(dphi=np.ones_like), "Backwards, φ′ is missing: δ is 0 where z ≤ 0."),
        (
            _slipped(dphi=lambda z: np.maximum(z, 0)),
            "Backwards this multiplies by ReLU itself; its slope is 1 where z > 0, else 0.",
        ),
        (
            _slipped(lambda rows: [rows[0], rows[1][::-1]]),
            "The gradient's row runs from the last layer to the first; turn it round.",
        ),
        (_slipped(lambda rows: rows[::-1]), "The rows are swapped: signals first, then gradients."),
        (_slipped(lambda rows: rows.T), "This is transposed: two rows, one column a layer."),
        (_slipped(mean=np.var), "np.var takes the mean away first; asked for is the mean square."),
        (_slipped(np.sqrt), "These are root mean squares; asked for are mean squares."),
        (_slipped(mean=lambda a: np.sum(a**2)), "These are sums; divide by the number of entries."),
        (_after_relu, "The first row is that of h = max(z, 0); asked for is that of z."),
    ),
)


def _colleague_factor(widths):
    layers, first, last = len(widths) - 1, widths[0], widths[-1]
    right = first / last / 3**layers
    return ValueExercise(
        name="colleague_factor",
        value=right,
        hint_text="A layer multiplies by ½·n_in·Var W. Which variance has U(−s, s), s² = 2/n_out?",
        praise="n_in/(3·n_out) in each layer: the bound is no std, and the fan is the wrong one.",
        slips=(
            (first / last, "U(−s, s) has the variance s²/3, not s²."),
            (1 / 3**layers, "The fan is wrong as well: the code divides by n_out."),
            (
                last / first / 3**layers,
                "Upside down: the code divides by n_out, and n_in are summed.",
            ),
            (1.0, "That would be He's rule. Look at the bound, and at the fan."),
            (np.sqrt(right), "This is the factor on the root mean square."),
            (right * 2**layers, "ReLU's ½ is missing in each layer."),
            (right * 3 ** (layers - 1), "Each layer has its own 1/3: one for each of them."),
            (widths[0] / widths[1] / 3, "This is the first layer only; the factors multiply."),
        ),
    )


_repaired = InitializerExercise(
    name="repaired",
    variance=lambda i, o: 2 / i,
    uniform=True,
    hint_text="Two things are wrong: which variance has U(−s, s), and by which fan does He divide?",
    praise="U(±√(6/n_in)) has He's variance 2/n_in.",
    slips=(
        (
            lambda i, o: 2 / i / 3,
            "The fan is right now. The bound is still the std: √3 is missing.",
        ),
        (lambda i, o: 2 / o, "The bound is right now. The fan is still n_out; n_in are summed."),
        (lambda i, o: 2 / o / 3, "This is the colleague's version. It has two faults."),
        (lambda i, o: 6 / i, "√(6/n_in) is the bound; here it is the std."),
        (lambda i, o: 1 / i, "This is 1/n_in; ReLU halves the strength, so it is 2/n_in."),
    ),
)
