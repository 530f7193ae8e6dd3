"""Signals through a deep convolutional network: kernel, channels, padding, and which fan."""

import itertools
from functools import lru_cache

import numpy as np

from initcourse.activations import relu
from initcourse.data.samples import unit_digits
from initcourse.explorers.base import Explorer, choice, slider
from initcourse.explorers.layer_streams import draw_layers
from initcourse.explorers.live_figure import LiveFigure
from initcourse.explorers.panels import add_both_ways, legend, show_both_ways, theory_keys
from initcourse.explorers.sentences import format_ends
from initcourse.figures.style import BLUE, ORANGE, RED
from initcourse.networks.convolutional import ConvNet
from initcourse.networks.im2col import PADDINGS
from initcourse.propagation import mean_square
from initcourse.theory.convolutional import predict_convolutional

#: Var W by k and the number of channels that a kernel reads.
CONV_RULES = {
    "He, 2/(k²c)": lambda k, c: 2 / (k**2 * c),
    "2/c, k² forgotten": lambda k, c: 2 / c,
    "Xavier, 1/(k²c)": lambda k, c: 1 / (k**2 * c),
}
#: explorer's rule → colour
CONV_COLOR = dict(zip(CONV_RULES, (RED, ORANGE, BLUE), strict=True))


@lru_cache(maxsize=4)
def draw(kernel, channels, depth, seed):
    """Return kernels of unit variance and the readout."""
    pairs = itertools.pairwise([1] + [channels] * depth)
    outside, weights = draw_layers(seed, [(kernel, kernel, *pair) for pair in pairs])
    return weights, outside.standard_normal((8, 8, channels))


class ConvolutionExplorer(Explorer):
    """A network of `depth` convolutions with ReLU on one digit: strength by layer, and by pixel.

    Forward: mean(h²) over pixels and channels. Backward: mean(δ²) for the gradient of a random
    readout of the last layer. The maps show the last layer's h² by pixel.
    """

    def make_controls(self):
        return {
            "rule": choice("Var W", CONV_RULES),
            "padding": choice("padding", PADDINGS),
            "kernel": slider("kernel k", 3, 3, 7, 2),
            "channels": slider("channels c", 32, 8, 32, 4),
            "depth": slider("depth", 10, 2, 16),
            "seed": slider("seed", 0, 0, 199),
        }

    def make_picture(self):
        picture = LiveFigure(8.4, 3.7)
        places = [[left, 0.2, 0.3, 0.7] for left in (0.065, 0.435)]
        add_both_ways(picture, places, xlabel="layer")
        legend(picture, theory_keys(), loc="lower left", bbox_to_anchor=(0.2, -0.01))
        picture.figure.text(0.785, 0.94, "last layer: h² by pixel", fontsize=10)
        picture.maps = []
        for bottom, title in ((0.52, "theory"), (0.08, "measured")):
            place = [0.81, bottom, 0.15, 0.34]
            ax = picture.axes(place, title, titlesize=9, xticks=[], yticks=[])
            ax.grid(visible=False)
            image = ax.imshow(np.zeros((8, 8)), cmap="cividis", vmin=0, vmax=1)
            picture.maps.append(picture.live(image))
        return picture

    def show(self, rule, padding, kernel, channels, depth, seed):
        x, c = unit_digits(3)[2].reshape(8, 8, 1), [1] + [channels] * depth
        unit_weights, readout = draw(kernel, channels, depth, seed)
        variances = [CONV_RULES[rule](kernel, n) for n in c[:-1]]
        weights = [np.sqrt(v) * W for v, W in zip(variances, unit_weights, strict=True)]
        net = ConvNet(weights, relu, output=relu, padding=padding)
        signals = net.forward(x[None])
        gradients = net.backward(signals, readout[None], to_input=False)
        up, down, maps = predict_convolutional(x, kernel, c, variances, padding=padding)
        forward = np.array([mean_square(h) for h in signals.h])
        backward = np.array([mean_square(delta) for delta in gradients.delta[1:]])
        show_both_ways(self.picture, forward, backward, (up, down), CONV_COLOR[rule])
        by_pixel = maps[-1], (signals.h[-1][0] ** 2).mean(axis=-1)
        for image, pixels in zip(self.picture.maps, by_pixel, strict=True):
            image.set_data(pixels / max(pixels.max(), np.finfo(float).tiny))
        per_layer = (up.theory[-1] / up.theory[0]) ** (1 / depth)
        corner = maps[-1][0, 0] / maps[-1][4, 4]
        return (
            f"{format_ends(forward, backward, (up, down))}. In theory × {per_layer:.3g} per layer "
            f"forward, and layer {depth} has {corner:.2g} times as much in a corner as in the "
            "middle."
        )
