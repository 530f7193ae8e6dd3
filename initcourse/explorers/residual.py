"""A residual stream, forward and backward, for each way to scale its branches."""

from functools import lru_cache

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, LogFormatterMathtext, LogLocator

from initcourse.activations import ACTIVATIONS
from initcourse.data.samples import unit_noise
from initcourse.explorers.base import Explorer, choice, slider
from initcourse.explorers.layer_streams import draw_layers
from initcourse.explorers.live_figure import LiveFigure
from initcourse.explorers.panels import LayerPanel, first_above, legend, theory_keys
from initcourse.explorers.sentences import format_inside_band, format_strength
from initcourse.figures.style import BLUE, GREEN, RED
from initcourse.networks.residual import BRANCHES, ResidualMLP
from initcourse.propagation import mean_square
from initcourse.theory.residual import ALPHAS, predict_residual

#: Rule for α → its colour.
ALPHA_COLOR = {"1": RED, "1/√L": GREEN, "1/L": BLUE}
# Tops of the vertical axis, lowest first: the first that holds the curve is used.
# Up to _PLAIN the ticks are plain numbers: between powers of ten there would be one or two.
_PLAIN = 30
_TOPS = (3, 30, 1e3, 1e5, 1e7, 1e10, 1e15, 1e20, 1e25, 1e36)
#: Name → σ_w² of the branch's first and second matrix; one layer has only the first.
INITS = {
    "He 2/n, then 1/n": (2.0, 1.0),
    "Xavier 1/n twice": (1.0, 1.0),
    "He 2/n twice": (2.0, 2.0),
    "He 2/n, then zeros": (2.0, 0.0),
}
KINDS = {"φ(hW₁)W₂ (two layers)": "two layers", "φ(hW) (one layer)": "one layer"}


def sentence(forward, backward, predictions, depth):
    """Return what the picture says: growth over all blocks, per block, and beside the theory."""
    parts = []
    for words, total, predicted, end in (
        ("forward", forward[-1], predictions[0], -1), ("backward", backward[0], predictions[1], 0)
    ):  # fmt: skip
        place = format_inside_band(total, predicted.low[end], predicted.high[end])
        parts.append(
            f"<b>{words} ×{format_strength(total)}</b> over {depth} blocks (theory "
            f"×{format_strength(predicted.theory[end])}{place}), "
            f"×{total ** (1 / depth):.3g} per block"
        )
    text = "; ".join(parts) + "."
    if not np.isfinite(predictions[1].low[0]):
        text += (
            " No band for the gradient: its theory is for infinite width; a branch that ends in φ "
            "adds a part of size 1/n that grows with the stream."
        )
    return text


@lru_cache(maxsize=4)
def draw(width, depth, layers, seed):
    """Return input, readout, and standard normals for each block."""
    outside, blocks = draw_layers(seed, [(layers, width, width)] * depth, dtype=np.float32)
    x, readout = unit_noise(2, width, rng=outside).astype(np.float32)
    return x[None], readout[None], blocks


class ResidualExplorer(Explorer):
    """A stream of `depth` blocks that starts at one input of Gaussian noise, mean x² = 1.

    Forward: mean(stream²). Backward: mean square of the gradient of a random readout of the
    stream after the last block.
    """

    lines = 3

    def make_controls(self):
        return {
            "branch": choice("branch", KINDS),
            "alpha": choice("α", ALPHAS),
            "activation": choice("φ", ["ReLU", "tanh"]),
            "init": choice("init", INITS),
            "depth": slider("blocks L", 20, 2, 60),
            "width": slider("width", 128, 32, 256, 16),
            "seed": slider("seed", 0, 0, 199),
        }

    def make_picture(self):
        picture = LiveFigure(8.4, 3.5)
        picture.sides = [
            LayerPanel(picture, [left, 0.245, 0.415, 0.655], xlabel="after block")
            for left in (0.075, 0.57)
        ]
        legend(picture, theory_keys())
        return picture

    def show(self, branch, alpha, activation, init, depth, width, seed):
        kind, phi, a = KINDS[branch], ACTIVATIONS[activation], float(ALPHAS[alpha](depth))
        sigma_w2 = INITS[init][: BRANCHES[kind]]
        x, readout, draws = draw(width, depth, len(sigma_w2), seed)
        stds = [np.float32(np.sqrt(s / width)) for s in sigma_w2]
        weights = [std * W for block in draws for std, W in zip(stds, block, strict=True)]
        ends = np.eye(width, dtype=np.float32)
        net = ResidualMLP([ends, *weights, ends], phi, alpha=a, branch=kind)
        signals = net.forward(x)
        streams = signals.stream, net.backward(signals, readout).stream
        forward, backward = (np.array([mean_square(h) for h in stream]) for stream in streams)
        backward = backward / backward[-1]  # of the readout's
        scale = sigma_w2 if kind == "two layers" else sigma_w2[0]
        predictions = predict_residual(
            phi, kind, depth, width, sigma_w2=scale, alpha=a, m0=1.0, mean0=float(x.mean())
        )
        titles = "forward: mean stream²", "backward: mean gradient²"
        sides = zip(self.picture.sides, titles, (forward, backward), predictions, strict=True)
        for side in sides:
            self._draw(*side, ALPHA_COLOR[alpha])
        return sentence(forward, backward, predictions, depth)

    def _draw(self, panel, title, measured, predicted, color):
        seen = panel.put(np.arange(len(measured)), measured, predicted, color)
        has_band = np.isfinite(predicted.low).all()
        self.picture.title(panel.ax, title + ("" if has_band else ", no band: see below"))
        top = first_above(_TOPS, seen.max())
        # The ticks are part of the background, as the limits are: the upper one decides both.
        locator, formatter = LogLocator(), LogFormatterMathtext()
        if top <= _PLAIN:
            locator = FixedLocator([0.03, 0.1, 0.3, 1, 3, 10, 30])
            formatter = FuncFormatter(lambda y, _: f"{y:g}")
        panel.ax.yaxis.set_major_locator(locator)
        panel.ax.yaxis.set_major_formatter(formatter)
        bottom = 0.3 if seen.min() > 0.3 else 0.03
        self.picture.limits(panel.ax, x=(-0.4, len(measured) - 0.6), y=(bottom, top))
