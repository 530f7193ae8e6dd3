"""Signals through a deep convolutional network: kernel, channels, padding, and which fan."""

import itertools
from functools import lru_cache

import numpy as np

from initcourse.activations import relu
from initcourse.border import predict
from initcourse.convolution import ConvNet
from initcourse.data import unit_digits
from initcourse.explorers.base import Explorer, choice, slider
from initcourse.explorers.signals import beside, named
from initcourse.figures.convolution import ConvolutionFigure
from initcourse.propagation import Propagation, second_moment
from initcourse.unrolling import PADDINGS

#: Var W by k and the number of channels that a kernel reads.
CONV_RULES = {
    "He, 2/(k²c)": lambda k, c: 2 / (k**2 * c),
    "2/c, k² forgotten": lambda k, c: 2 / c,
    "Xavier, 1/(k²c)": lambda k, c: 1 / (k**2 * c),
}


class ConvolutionExplorer(Explorer):
    """A network of `depth` convolutions with ReLU on one digit: strength by layer, and by pixel.

    Forward: mean(h²) over pixels and channels. Backward: mean(δ²) for the gradient of a random
    readout of the last layer. The maps show the last layer's h² by pixel.
    """

    def make_controls(self):
        """Fan rule, kernel, channels, padding, depth and seed."""
        return {
            "rule": choice("Var W", CONV_RULES),
            "padding": choice("padding", PADDINGS),
            "kernel": slider("kernel k", 3, 3, 7, 2),
            "channels": slider("channels c", 32, 8, 32, 4),
            "depth": slider("depth", 10, 2, 16),
            "seed": slider("seed", 0, 0, 199),
        }

    def build(self):
        """Two curves and two maps of pixels."""
        self.drawing = ConvolutionFigure()
        return self.drawing

    def show(self, rule, padding, kernel, channels, depth, seed):
        """Run the network and describe where its signal and gradient end."""
        x, c = unit_digits(3)[2].reshape(8, 8, 1), [1] + [channels] * depth
        unit_weights, readout = draw(kernel, channels, depth, seed)
        variances = [CONV_RULES[rule](kernel, n) for n in c[:-1]]
        weights = [np.sqrt(v) * W for v, W in zip(variances, unit_weights, strict=True)]
        net = ConvNet(weights, relu, output=relu, padding=padding)
        signals = net.forward(x[None])
        gradients = net.backward(signals, readout[None], to_input=False)
        *walks, maps = predict(x, kernel, c, variances, padding=padding)
        forward = np.array([second_moment(h) for h in signals.h])
        backward = np.array([second_moment(delta) for delta in gradients.delta[1:]])
        run = Propagation(forward, backward, tuple(walks), signals)
        measured = (signals.h[-1][0] ** 2).mean(axis=-1)
        self.drawing.show(run, maps[-1], measured, rule)
        per_layer = (walks[0].theory[-1] / walks[0].theory[0]) ** (1 / depth)
        corner = maps[-1][0, 0] / maps[-1][4, 4]
        return (
            f"Layer {depth}: <b>forward {named(forward[-1])}</b>{beside(run, 0, -1)}; layer 1: "
            f"<b>backward {named(backward[0])}</b>{beside(run, 1, 0)}. In theory × "
            f"{per_layer:.3g} per layer forward, and layer {depth} has {corner:.2g} times as much "
            "in a corner as in the middle."
        )


@lru_cache(maxsize=4)
def draw(kernel, channels, depth, seed):
    """Return kernels of unit variance and the readout; each layer has its own stream."""
    streams = np.random.default_rng(seed).spawn(depth + 1)
    pairs = itertools.pairwise([1] + [channels] * depth)
    weights = [
        rng.standard_normal((kernel, kernel, *pair))
        for rng, pair in zip(streams[1:], pairs, strict=True)
    ]
    return weights, streams[0].standard_normal((8, 8, channels))
