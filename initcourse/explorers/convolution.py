"""Signals through a deep convolutional network: kernel, channels, padding, and which fan."""

import itertools
from functools import lru_cache

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, NullLocator

from initcourse.activations import relu
from initcourse.data.samples import unit_digits
from initcourse.explorers.base import Explorer, choice, slider
from initcourse.explorers.live_figure import LiveFigure
from initcourse.explorers.signals import beside, named
from initcourse.figures.style import BLACK, BLUE, GREY, ORANGE, RED
from initcourse.networks.convolutional import ConvNet
from initcourse.networks.im2col import PADDINGS
from initcourse.propagation import Propagation, mean_square
from initcourse.theory.convolutional import predict_convolutional

_SPANS = (1e2, 1e4, 1e8, 1e16, 1e24, 1e36)
#: explorer's rule → colour
CONV_COLOR = {"He, 2/(k²c)": RED, "2/c, k² forgotten": ORANGE, "Xavier, 1/(k²c)": BLUE}


class ConvolutionFigure(LiveFigure):
    """Forward and backward strength by layer, and the last layer's second moment by pixel."""

    def __init__(self):
        super().__init__(8.4, 3.7)
        self.forward = self._strength([0.065, 0.2, 0.3, 0.7], "forward: mean h²")
        self.backward = self._strength([0.435, 0.2, 0.3, 0.7], "backward: mean δ²")
        # grey: the curves' own colour changes with the rule
        handles = [
            Line2D([], [], color=GREY),
            Patch(facecolor=GREY, alpha=0.25),
            Line2D([], [], ls="none", marker="o", ms=4, color=BLACK),
        ]
        self.figure.legend(
            handles, ["theory", "95 % band", "measured"], loc="lower left", ncols=3,
            bbox_to_anchor=(0.2, -0.01), frameon=False, fontsize=9, handlelength=1.4,
        )  # fmt: skip
        self.figure.text(0.785, 0.94, "last layer: h² by pixel", fontsize=10)
        self.maps = [
            self._map([0.81, bottom, 0.15, 0.34], title)
            for bottom, title in ((0.52, "theory"), (0.08, "measured"))
        ]

    def _strength(self, rectangle, title):
        ax = self.axes(rectangle)
        ax.set_yscale("log")
        ax.yaxis.set_minor_locator(NullLocator())
        ax.set_title(title, loc="left", fontsize=10)
        ax.set_xlabel("layer")
        ax.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
        band = self.live(ax.fill_between([0, 1], [1, 1], [2, 2], alpha=0.22, lw=0, color=RED))
        (line,) = ax.plot([], [], lw=1.6, color=RED)
        (dots,) = ax.plot([], [], ls="none", marker="o", ms=4, color=BLACK)
        return ax, self.live(line), band, self.live(dots)

    def _map(self, rectangle, title):
        ax = self.axes(rectangle)
        ax.set(xticks=[], yticks=[])
        ax.grid(visible=False)
        ax.set_title(title, loc="left", fontsize=9)
        return self.live(ax.imshow(np.zeros((8, 8)), cmap="cividis", vmin=0, vmax=1))

    def show(self, run, theory_map, measured_map, rule_name):
        """Put a `Propagation` and two maps of pixels into the picture."""
        depth = len(run.backward)
        for side, artists in enumerate((self.forward, self.backward)):
            ax, line, band, dots = artists
            predicted, measured = run.theory[side], (run.forward, run.backward)[side]
            layers, color = np.arange(side, depth + 1), CONV_COLOR[rule_name]
            line.set_data(layers, predicted.theory)
            line.set_color(color)
            band.set_data(layers, predicted.low, predicted.high)
            band.set_facecolor(color)
            dots.set_data(layers, measured)
            seen = np.concatenate([predicted.low, predicted.high, measured])
            seen = seen[seen > 0]
            reach = max(seen.max(), 1 / seen.min())
            span = next((s for s in _SPANS if reach <= s), _SPANS[-1])
            self.limits(ax, x=(-0.4, depth + 0.4), y=(1 / span, span))
        for image, pixels in zip(self.maps, (theory_map, measured_map), strict=True):
            image.set_data(pixels / max(pixels.max(), np.finfo(float).tiny))


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
        *predictions, maps = predict_convolutional(x, kernel, c, variances, padding=padding)
        forward = np.array([mean_square(h) for h in signals.h])
        backward = np.array([mean_square(delta) for delta in gradients.delta[1:]])
        run = Propagation(forward, backward, tuple(predictions), signals)
        measured = (signals.h[-1][0] ** 2).mean(axis=-1)
        self.drawing.show(run, maps[-1], measured, rule)
        per_layer = (predictions[0].theory[-1] / predictions[0].theory[0]) ** (1 / depth)
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
