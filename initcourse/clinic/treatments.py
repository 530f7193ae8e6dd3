"""Treatments: each takes a `Case`, before training, and returns another one.

A prescription is one treatment or several in order. An illness is a treatment that harms.
"""

from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from initcourse._validate import generator, number, one_of, whole
from initcourse.activations import ACTIVATIONS, centred_sigmoid, scaled_tanh
from initcourse.networks.im2col import as_matrix
from initcourse.rules import RULES

#: What a treatment may put between the layers.
HIDDEN = {phi.name: phi for phi in (*ACTIVATIONS.values(), centred_sigmoid, scaled_tanh)}
_MENUS = {"rule": RULES, "name": HIDDEN}


class Treatment:
    """What is called with a `Case`, and a generator for what it draws; returns another case."""

    _positive = False  # whether its number must be

    def __post_init__(self):
        for name, value in vars(self).items():
            if name in ("factor", "alpha"):
                object.__setattr__(self, name, _as_float(name, value, self._positive))
            elif name == "layers" and value is not None:
                object.__setattr__(self, name, _as_layers(value))
            elif name in _MENUS:
                one_of(name, value, tuple(_MENUS[name]))


def _as_float(name, value, positive):
    """Return a number, a 0-d array or a fraction as a float; else raise ValueError."""
    if np.ndim(value) == 0 and not isinstance(value, (str, bytes, bool, complex)):
        with suppress(TypeError, ValueError, OverflowError):  # `number` tells
            value = float(value)
    return number(name, value, positive=positive)


def _as_layers(layers):
    """Return one layer or several as a tuple of whole numbers; else raise ValueError."""
    listed = np.ravel(np.asarray(layers, dtype=object)).tolist()
    if not listed:
        raise ValueError("layers must name at least one layer, got none")
    return tuple(whole("each of the layers", l) for l in listed)


@dataclass(frozen=True)
class Rescale(Treatment):
    """Multiply the weights and biases of all hidden layers, or of some, by a factor.

    >>> Rescale(0.5, layers=[2, 3])
    Rescale(factor=0.5, layers=(2, 3))
    """

    factor: float
    layers: object = None

    def __call__(self, case, rng=None):
        places = case.places(self.layers)
        return case.put(
            {k: case.weights[k] * self.factor for k in places},
            {k: case.biases[k] * self.factor for k in places},
        )


@dataclass(frozen=True)
class Redraw(Treatment):
    """Draw the weights of all hidden layers, or of some, afresh, by a rule of `RULES`; biases 0.

    The fans are those of the matrix or kernel, k² included, groups not. Of residual blocks both
    matrices are drawn, or only the `first`.
    """

    rule: str = "he"
    layers: object = None
    first: bool = False

    def __call__(self, case, rng=None):
        places, rng = case.places(self.layers, self.first), generator(rng)
        drawn = {k: RULES[self.rule].draw(case.weights[k].shape, rng=rng) for k in places}
        if case.groups > 1:
            drawn = {k: W * (case.weights[k] != 0) for k, W in drawn.items()}
        return case.put(drawn, {k: np.zeros_like(case.biases[k]) for k in places})


@dataclass(frozen=True)
class Centre(Treatment):
    """Set every bias to b = −½ ΣW, so that a ½ in every unit below is taken away again.

    The first layer reads the image, which is centred, and keeps its bias.
    """

    def __call__(self, case, rng=None):
        biases = {k: -0.5 * as_matrix(W).sum(axis=0) for k, W in enumerate(case.weights) if k > 0}
        return case.put({}, biases)


@dataclass(frozen=True)
class SwapActivation(Treatment):
    """Put another activation between the layers, by its name: "tanh", "ReLU", "sigmoid − ½"."""

    name: str

    def __call__(self, case, rng=None):
        return replace(case, activation=HIDDEN[self.name])


@dataclass(frozen=True)
class ScaleBranch(Treatment):
    """Set α, the factor on every branch of a residual network."""

    alpha: float

    def __call__(self, case, rng=None):
        if case.kind != "residual":
            raise ValueError(f"ScaleBranch: a {case.kind} network has no branches")
        return replace(case, alpha=self.alpha)


@dataclass(frozen=True)
class ScaleHead(Treatment):
    """Multiply the weights of the output layer."""

    factor: float

    def __call__(self, case, rng=None):
        return case.put({len(case.weights) - 1: case.weights[-1] * self.factor}, {})


@dataclass(frozen=True)
class ScaleRate(Treatment):
    """Multiply the learning rate."""

    factor: float
    _positive = True

    def __call__(self, case, rng=None):
        return replace(case, learning_rate=case.learning_rate * self.factor)


def prescribed(prescription):
    """Return a prescription, one treatment or several in order, as a tuple.

    If something else is in it, a ValueError says what may be.
    """
    several = isinstance(prescription, (tuple, list))
    treatments = tuple(prescription) if several else (prescription,)
    for treatment in treatments:
        if not isinstance(treatment, Treatment):
            menu = ", ".join(kind.__name__ for kind in Treatment.__subclasses__())
            raise ValueError(
                f"A prescription is a treatment, or a list of them: {menu}, each called with its "
                f"numbers. This is {str(treatment)[:60]!r}."
            )
    return treatments
