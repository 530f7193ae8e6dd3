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

    Of a convolutional network kernels are ``(k, k, c_in, c_out)``, and 0 outside their group.
    """

    kind: str  # one of KINDS
    weights: tuple  # from the input to the output
    biases: tuple
    activation: Activation  # φ of the hidden layers
    learning_rate: float  # of the training to come
    alpha: float = 1.0  # the factor on every branch of a residual network
    groups: int = 1  # of the channels of a convolutional network

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


def draw(kind, depth, width, phi, rule, learning_rate, *, size=3, groups=1, rng):
    """Draw a healthy network: 64 pixels, `depth` hidden layers or blocks, 10 outputs.

    `rule` draws what stands between, `width` units or channels wide. A block is x + α·φ(x W₁) W₂,
    with α = 1/√depth. A kernel is size × size; the first layer has stride 2, borders are joined,
    and from the second layer on a unit reads its own group: the fan counts width/groups channels.
    """
    xavier, n = RULES["xavier"], width
    if kind == "dense":
        weights = [rule.draw(pair, rng=rng) for pair in pairwise([_SIDE**2, *[width] * depth])]
    elif kind == "residual":
        weights = [xavier.draw((_SIDE**2, width), rng=rng)]
        weights += [rule.draw((width, width), rng=rng) for _ in range(2 * depth)]
    else:
        n, own = width * (_SIDE // 2) ** 2, width // groups
        fans = [1, *[own] * (depth - 1)]
        weights = [rule.draw((size, size, fan, width), rng=rng) for fan in fans]
        same_group = np.kron(np.eye(groups), np.ones((own, own)))
        weights[1:] = [np.tile(W, (1, 1, groups, 1)) * same_group for W in weights[1:]]
    weights.append(xavier.draw((n, 10), rng=rng))
    biases = tuple(np.zeros(W.shape[-1]) for W in weights)
    alpha = 1 / np.sqrt(depth) if kind == "residual" else 1.0
    return Case(kind, tuple(weights), biases, phi, learning_rate, alpha, groups)


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
