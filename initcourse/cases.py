"""Networks of the clinic before training, as plain parts that a treatment can change.

A `Case` is one network; a treatment is a function of a case that returns another one. An illness
is a treatment that harms, so that every patient is a healthy network with something done to it.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from initcourse.activations import (
    ACTIVATIONS,
    Activation,
    centred_sigmoid,
    scaled_tanh,
)
from initcourse.arguments import generator, number, one_of, whole
from initcourse.convolution import ConvNet
from initcourse.network import MLP
from initcourse.residual import ResidualMLP
from initcourse.rules import RULES

KINDS = ("dense", "convolutional", "residual")
#: What a treatment may put between the layers.
HIDDEN = {phi.name: phi for phi in (*ACTIVATIONS.values(), centred_sigmoid, scaled_tanh)}
_SIDE = 8  # pixels of an image's side


@dataclass(frozen=True)
class Case:
    """One network before training.

    Hidden layers are counted from 1. In a residual network a "layer" is a block, with its two
    matrices; the matrix that reads the image and the output layer are not counted.

    Attributes
    ----------
    kind : {"dense", "convolutional", "residual"}
    weights : tuple of ndarray
        From the input to the output; kernels are ``(k, k, c_in, c_out)``.
    biases : tuple of ndarray
    activation : Activation
        φ of the hidden layers.
    learning_rate : float
        η with which the network is going to be trained.
    alpha : float
        The factor on every branch of a residual network.
    """

    kind: str
    weights: tuple
    biases: tuple
    activation: Activation
    learning_rate: float
    alpha: float = 1.0

    @property
    def depth(self):
        """Hidden layers, or blocks."""
        return (len(self.weights) - 2) // 2 if self.kind == "residual" else len(self.weights) - 1

    def places(self, layers=None):
        """Return where in `weights` the given hidden layers are: all of them if None."""
        layers = range(1, self.depth + 1) if layers is None else np.ravel(layers).tolist()
        layers = [whole("each of the layers", l, most=self.depth) for l in layers]
        if self.kind == "residual":
            return [place for l in layers for place in (2 * l - 1, 2 * l)]
        return [l - 1 for l in layers]

    def put(self, weights, biases):
        """Return a case with other arrays at some places, {place: array}."""
        return replace(
            self,
            weights=tuple(weights.get(k, W) for k, W in enumerate(self.weights)),
            biases=tuple(biases.get(k, b) for k, b in enumerate(self.biases)),
        )


def draw_dense(depth, width, phi, rule, learning_rate, rng):
    """Draw a dense network: 64 pixels, `depth` hidden layers, 10 outputs."""
    shapes = pairwise([_SIDE**2, *[width] * depth])
    weights = [rule.draw(shape, rng=rng) for shape in shapes]
    return _with_readout("dense", weights, width, phi, learning_rate, rng)


def draw_convolutional(depth, channels, size, phi, rule, learning_rate, rng):
    """Draw a convolutional network; its first layer has stride 2, its borders are joined."""
    shapes = [(size, size, *pair) for pair in pairwise([1, *[channels] * depth])]
    weights = [rule.draw(shape, rng=rng) for shape in shapes]
    n = channels * (_SIDE // 2) ** 2
    return _with_readout("convolutional", weights, n, phi, learning_rate, rng)


def draw_residual(depth, width, phi, rule, learning_rate, rng):
    """Draw a residual network of `depth` blocks x + α·φ(x W₁) W₂, with α = 1/√depth."""
    weights = [RULES["Xavier 1/n"].draw((_SIDE**2, width), rng=rng)]
    weights += [rule.draw((width, width), rng=rng) for _ in range(2 * depth)]
    case = _with_readout("residual", weights, width, phi, learning_rate, rng)
    return replace(case, alpha=1 / np.sqrt(depth))


def _with_readout(kind, weights, n, phi, learning_rate, rng):
    weights = (*weights, RULES["Xavier 1/n"].draw((n, 10), rng=rng))
    biases = tuple(np.zeros(W.shape[-1]) for W in weights)
    return Case(kind, weights, biases, phi, learning_rate)


def stack(cases):
    """Return cases of one shape as one network that computes all of them at once."""
    first = cases[0]
    weights = [np.stack(layer) for layer in zip(*(case.weights for case in cases), strict=True)]
    biases = [np.stack(layer) for layer in zip(*(case.biases for case in cases), strict=True)]
    if first.kind == "dense":
        return MLP(weights, first.activation, biases=biases)
    if first.kind == "residual":
        return ResidualMLP(weights, first.activation, biases=biases, alpha=first.alpha)
    strides = [2, *[1] * (first.depth - 1)]
    return ConvNet(weights, first.activation, biases=biases, strides=strides, padding="circular")


def inputs(case, x):
    """Return images as the network reads them, (batch, 64) or (batch, 8, 8, 1)."""
    return x.reshape(-1, _SIDE, _SIDE, 1) if case.kind == "convolutional" else x


# --- treatments


@dataclass(frozen=True)
class Rescale:
    """Multiply the weights of all hidden layers, or of some, by a factor.

    >>> Rescale(0.5, layers=[2, 3])
    Rescale(factor=0.5, layers=[2, 3])
    """

    factor: float
    layers: object = None

    def __post_init__(self):
        number("factor", self.factor, positive=False)

    def __call__(self, case, rng=None):
        """Return the case with weights (and biases) multiplied."""
        places = case.places(self.layers)
        return case.put(
            {k: case.weights[k] * self.factor for k in places},
            {k: case.biases[k] * self.factor for k in places},
        )


@dataclass(frozen=True)
class Redraw:
    """Draw the weights of all hidden layers, or of some, afresh; their biases become 0.

    The fans are those of the matrix or kernel, k² included.

    Parameters
    ----------
    rule : str
        A key of `initcourse.rules.RULES`.
    layers : int or sequence of int, optional
    """

    rule: str = "He 2/n"
    layers: object = None

    def __post_init__(self):
        one_of("rule", self.rule, tuple(RULES))

    def __call__(self, case, rng=None):
        """Return the case with new weights from `rng`."""
        places, rng = case.places(self.layers), generator(rng)
        draw = RULES[self.rule].draw
        return case.put(
            {k: draw(case.weights[k].shape, rng=rng) for k in places},
            {k: np.zeros_like(case.biases[k]) for k in places},
        )


@dataclass(frozen=True)
class Centre:
    """Set every bias to b = −½ ΣW, so that a ½ in every unit below is taken away again.

    The first layer reads the image, which is centred, and keeps its bias.
    """

    def __call__(self, case, rng=None):
        """Return the case with centring biases."""
        biases = {k: -0.5 * W.sum(axis=tuple(range(W.ndim - 1))) for k, W in _later(case.weights)}
        return case.put({}, biases)


def _later(weights):
    return list(enumerate(weights))[1:]


@dataclass(frozen=True)
class SwapActivation:
    """Put another activation between the layers, by its name: "tanh", "ReLU", "sigmoid − ½"."""

    name: str

    def __post_init__(self):
        one_of("name", self.name, tuple(HIDDEN))

    def __call__(self, case, rng=None):
        """Return the case with another φ."""
        return replace(case, activation=HIDDEN[self.name])


@dataclass(frozen=True)
class ScaleBranch:
    """Set α, the factor on every branch of a residual network."""

    alpha: float

    def __post_init__(self):
        number("alpha", self.alpha, positive=False)

    def __call__(self, case, rng=None):
        """Return the case with another α."""
        if case.kind != "residual":
            raise ValueError(f"ScaleBranch: a {case.kind} network has no branches")
        return replace(case, alpha=float(self.alpha))


@dataclass(frozen=True)
class ScaleRate:
    """Multiply the learning rate."""

    factor: float

    def __post_init__(self):
        number("factor", self.factor)

    def __call__(self, case, rng=None):
        """Return the case with another η."""
        return replace(case, learning_rate=case.learning_rate * self.factor)


TREATMENTS = (Rescale, Redraw, Centre, SwapActivation, ScaleBranch, ScaleRate)
