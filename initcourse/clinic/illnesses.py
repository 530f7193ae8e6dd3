"""Seven illnesses: for each a healthy network, and the treatment that harms it.

Shape and severity come from the generator that an illness is given, within ranges in which the
sick network does not learn at its own learning rate and the cure works (tests hold both).
"""

from functools import partial

from initcourse.activations import relu, tanh
from initcourse.clinic import networks as cases
from initcourse.clinic.treatments import Redraw, Rescale, ScaleBranch, ScaleRate, SwapActivation
from initcourse.rules import RULES


def _wrong_fan(rng):
    size, depth = pick(rng, (3, 3, 5), (6, 7))
    depth -= size - 3  # larger kernels explode sooner
    healthy = partial(cases.draw_convolutional, depth, 8, size, relu, RULES["he"], 0.08)
    return healthy, Rescale(float(size))  # 2/c for 2/(k²c)


def _another_gain(factors, rng):
    depth, width, factor = pick(rng, (10, 11, 12), (40, 44, 48), factors)
    healthy = partial(cases.draw_dense, depth, width, relu, RULES["he"], 0.05)
    return healthy, Rescale(factor)


def _constant_layer(rng):
    depth, width = pick(rng, (8, 9, 10), (32, 40, 48))
    first = int(rng.integers(3, depth - 2))
    healthy = partial(cases.draw_dense, depth, width, relu, RULES["he"], 0.05)
    return healthy, Redraw("constant", layers=(first, first + 1))


def dense(phi, rule, learning_rate, harm, rng, depths=(11, 12)):
    """Build a dense patient; `harm` is called with its width."""
    depth, width = pick(rng, depths, (40, 44, 48))
    return partial(cases.draw_dense, depth, width, phi, rule, learning_rate), harm(width)


def residual(harm, rng):
    """Build a residual patient of ReLU blocks; `harm` is a treatment."""
    depth, width = pick(rng, (14, 16, 18), (28, 32, 36))
    return partial(cases.draw_residual, depth, width, relu, RULES["he"], 0.03), harm


def _learning_rate(rng):
    kind, factor = pick(rng, cases.KINDS, (1 / 150, 1 / 120, 40.0, 60.0))
    depth, width = pick(rng, (9, 10, 11), (32, 40, 48))
    phi = (relu, tanh)[int(rng.integers(2))]
    rule = RULES["he" if phi is relu else "xavier"]
    if kind == "dense":
        healthy = partial(cases.draw_dense, depth, width, phi, rule, 0.05)
    elif kind == "residual":
        healthy = partial(cases.draw_residual, depth + 4, 32, relu, RULES["he"], 0.05)
    else:
        healthy = partial(cases.draw_convolutional, 4, 8, 3, relu, RULES["he"], 0.08)
    return healthy, ScaleRate(factor)


def pick(rng, *menus):
    """Return one of each menu, by chance."""
    return [menu[int(rng.integers(len(menu)))] for menu in menus]


#: Diagnosis → the function that makes a healthy network and what harms it.
ILLNESSES = {
    "wrong fan": _wrong_fan,
    "gain too large": partial(_another_gain, (1.9, 2.0, 2.2, 2.5)),
    "constant layer": _constant_layer,
    "sigmoid stack": partial(
        dense, tanh, RULES["xavier"], 0.5, lambda width: SwapActivation("sigmoid")
    ),
    "missing branch scale": partial(residual, ScaleBranch(1.0)),
    "learning rate": _learning_rate,
    "gain too small": partial(_another_gain, (0.4, 0.45, 0.5)),
}
