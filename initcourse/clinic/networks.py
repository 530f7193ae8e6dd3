"""Networks of the clinic before training, as plain parts that a treatment can change."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from initcourse._validate import whole
from initcourse.activations import Activation
from initcourse.networks.convolutional import ConvNet
from initcourse.networks.mlp import MLP
from initcourse.networks.residual import ResidualMLP
from initcourse.rules import RULES

KINDS = ("dense", "convolutional", "residual")
_SIDE = 8  # pixels of an image's side


@dataclass(frozen=True)
class Case:
    """One network before training.

    Hidden layers are counted from 1. In a residual network a "layer" is a block, with its two
    matrices; the matrix that reads the image and the output layer are not counted.

    Attributes
    ----------
    kind : {"dense", "convolutional", "residual"}
    weights, biases : tuple of ndarray
        From the input to the output; kernels are ``(k, k, c_in, c_out)``.
    activation : Activation
        φ of the hidden layers.
    learning_rate, alpha : float
        η of the training to come; the factor on every branch of a residual network.
    groups : int
        Of the channels of a convolutional network; kernels are 0 outside their group.
    """

    kind: str
    weights: tuple
    biases: tuple
    activation: Activation
    learning_rate: float
    alpha: float = 1.0
    groups: int = 1

    @property
    def depth(self):
        """Hidden layers, or blocks."""
        return (len(self.weights) - 2) // 2 if self.kind == "residual" else len(self.weights) - 1

    def places(self, layers=None, first=False):
        """Return where in `weights` the given hidden layers are: all of them if None.

        Of a block both matrices, or only the `first`.
        """
        layers = range(1, self.depth + 1) if layers is None else layers
        layers = [whole("each of the layers", l, most=self.depth) for l in layers]
        if self.kind == "residual":
            return [place for l in layers for place in (2 * l - 1, 2 * l)[: 2 - first]]
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
    weights = [rule.draw(pair, rng=rng) for pair in pairwise([_SIDE**2, *[width] * depth])]
    return _with_readout("dense", weights, width, phi, learning_rate, rng)


def draw_convolutional(depth, channels, size, phi, rule, learning_rate, rng, groups=1):
    """Draw a convolutional network; its first layer has stride 2, its borders are joined.

    From the second layer on a unit reads its own group: the fan counts channels/groups.
    """
    weights = [rule.draw((size, size, 1, channels), rng=rng)]
    own = np.kron(np.eye(groups), np.ones((channels // groups,) * 2))
    for _ in range(depth - 1):
        W = rule.draw((size, size, channels // groups, channels), rng=rng)
        weights.append(np.tile(W, (1, 1, groups, 1)) * own if groups > 1 else W)
    n = channels * (_SIDE // 2) ** 2
    case = _with_readout("convolutional", weights, n, phi, learning_rate, rng)
    return replace(case, groups=groups)


def draw_residual(depth, width, phi, rule, learning_rate, rng):
    """Draw a residual network of `depth` blocks x + α·φ(x W₁) W₂, with α = 1/√depth."""
    weights = [RULES["xavier"].draw((_SIDE**2, width), rng=rng)]
    weights += [rule.draw((width, width), rng=rng) for _ in range(2 * depth)]
    case = _with_readout("residual", weights, width, phi, learning_rate, rng)
    return replace(case, alpha=1 / np.sqrt(depth))


def _with_readout(kind, weights, n, phi, learning_rate, rng):
    weights = (*weights, RULES["xavier"].draw((n, 10), rng=rng))
    biases = tuple(np.zeros(W.shape[-1]) for W in weights)
    return Case(kind, weights, biases, phi, learning_rate)


def network_of(case):
    """Return the network that a case stands for."""
    parts = {"activation": case.activation, "biases": case.biases}
    if case.kind == "dense":
        return MLP(case.weights, **parts)
    if case.kind == "residual":
        return ResidualMLP(case.weights, alpha=case.alpha, **parts)
    strides = [2, *[1] * (case.depth - 1)]
    kind = ConvNet if case.groups == 1 else GroupedNet
    return kind(case.weights, strides=strides, padding="circular", **parts)


class GroupedNet(ConvNet):
    """A `ConvNet` in which a weight that is 0 stays 0."""

    def _backward(self, found, *given):
        super()._backward(found, *given)
        if found.weights[0] is not None:
            pairs = zip(found.weights, self.weights, strict=True)
            found.weights[:] = [dW * (W != 0) for dW, W in pairs]


def stack(cases):
    """Return cases of one shape as one network that computes all of them at once."""
    networks = [network_of(case) for case in cases]
    return type(networks[0]).stack(networks)


def inputs(case, x):
    """Return images as the network reads them, (batch, 64) or (batch, 8, 8, 1)."""
    return x.reshape(-1, _SIDE, _SIDE, 1) if case.kind == "convolutional" else x
