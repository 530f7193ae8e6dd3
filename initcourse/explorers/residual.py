"""A residual stream, forward and backward, for each way to scale its branches."""

from functools import lru_cache

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import (
    FixedLocator,
    FuncFormatter,
    LogFormatterMathtext,
    LogLocator,
    MaxNLocator,
    NullLocator,
)

from initcourse.activations import relu, tanh
from initcourse.data.samples import unit_noise
from initcourse.explorers.base import Explorer, choice, slider
from initcourse.explorers.live_figure import LiveFigure
from initcourse.explorers.signals import named
from initcourse.figures.style import BLACK, BLUE, GREEN, GREY, RED
from initcourse.networks.residual import BRANCHES, ResidualMLP
from initcourse.propagation import mean_square
from initcourse.theory.residual import ALPHAS, predict_residual

#: Rule for α → its colour.
ALPHA_COLOR = {"1": RED, "1/√L": GREEN, "1/L": BLUE}
# Tops of the vertical axis, lowest first: the first that holds the curve is used.
# Up to _PLAIN the ticks are plain numbers: between powers of ten there would be one or two.
_PLAIN = 30
_TOPS = (3, 30, 1e3, 1e5, 1e7, 1e10, 1e15, 1e20, 1e25, 1e36)


class ResidualFigure(LiveFigure):
    """Strength of the stream, and of its gradient, by block."""

    def __init__(self):
        super().__init__(8.4, 3.5)
        self.sides = [self._side([0.075 + 0.495 * k, 0.245, 0.415, 0.655]) for k in (0, 1)]
        handles = [
            Line2D([], [], color=GREY),
            Patch(facecolor=GREY, alpha=0.25),
            Line2D([], [], ls="none", marker="o", ms=4, color=BLACK),
        ]
        self.figure.legend(
            handles, ["theory", "95 % band", "measured"], loc="lower center", ncols=3,
            frameon=False, fontsize=9, handlelength=1.4,
        )  # fmt: skip

    def _side(self, rectangle):
        ax = self.axes(rectangle)
        ax.set_yscale("log")
        ax.yaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel("after block")
        band = self.live(ax.fill_between([0, 1], [1, 1], [2, 2], alpha=0.22, lw=0))
        (line,) = ax.plot([], [], lw=1.6)
        (dots,) = ax.plot([], [], ls="none", marker="o", color="black")
        return ax, self.live(line), band, self.live(dots)

    def show(self, forward, backward, predictions, alpha_rule):
        """Put both measurements, by block, and their two `PredictionWithBand`s into the picture."""
        blocks = np.arange(len(forward))
        titles = ("forward: mean stream²", "backward: mean gradient²")
        for side, title, measured, predicted in zip(
            self.sides, titles, (forward, backward), predictions, strict=True
        ):
            ax, line, band, dots = side
            has_band = np.isfinite(predicted.low).all()
            if has_band:
                band.set_data(blocks, predicted.low, predicted.high)
            else:
                band.set_data([0, 1], [1, 1], [1, 1])
                title += ", no band: see below"
            line.set_data(blocks, predicted.theory)
            dots.set_data(blocks, measured)
            dots.set_markersize(4 if len(blocks) <= 31 else 2.5)
            line.set_color(ALPHA_COLOR[alpha_rule])
            band.set_facecolor(ALPHA_COLOR[alpha_rule])
            most = max(
                measured.max(), predicted.theory.max(), predicted.high.max() if has_band else 0
            )
            top = next((top for top in _TOPS if most <= top), _TOPS[-1])
            least = min(
                measured.min(), predicted.theory.min(), predicted.low.min() if has_band else 1
            )
            bottom = 0.3 if least > 0.3 else 0.03
            self.title(ax, title)
            self._ticks_for(ax, top)
            self.limits(ax, x=(-0.4, len(blocks) - 0.6), y=(bottom, top))

    def _ticks_for(self, ax, top):
        # Part of the background, as the limits are: `top` decides both.
        ax.yaxis.set_major_locator(
            FixedLocator([0.03, 0.1, 0.3, 1, 3, 10, 30]) if top <= _PLAIN else LogLocator()
        )
        ax.yaxis.set_major_formatter(
            FuncFormatter(lambda y, _: f"{y:g}") if top <= _PLAIN else LogFormatterMathtext()
        )


#: Name → σ_w² of the branch's first and second matrix; one layer has only the first.
INITS = {
    "He 2/n, then 1/n": (2.0, 1.0),
    "Xavier 1/n twice": (1.0, 1.0),
    "He 2/n twice": (2.0, 2.0),
    "He 2/n, then zeros": (2.0, 0.0),
}
KINDS = {"φ(hW₁)W₂ (two layers)": "two layers", "φ(hW) (one layer)": "one layer"}


class ResidualExplorer(Explorer):
    """A stream of `depth` blocks that starts at one input of Gaussian noise, mean x² = 1.

    Forward: mean(stream²). Backward: mean square of the gradient of a random readout of the
    stream after the last block.
    """

    def __init__(self, **settings):
        super().__init__(**settings)
        self.line.layout.min_height = "64px"  # three lines: nothing below it moves

    def make_controls(self):
        """Kind of branch, its α, activation, init, number of blocks, width and seed."""
        return {
            "branch": choice("branch", KINDS),
            "alpha": choice("α", ALPHAS),
            "activation": choice("φ", ["ReLU", "tanh"]),
            "init": choice("init", INITS),
            "depth": slider("blocks L", 20, 2, 60),
            "width": slider("width", 128, 32, 256, 16),
            "seed": slider("seed", 0, 0, 199),
        }

    def build(self):
        """Forward on the left, backward on the right."""
        return ResidualFigure()

    def show(self, branch, alpha, activation, init, depth, width, seed):
        """Run the stream and say how signal and gradient come out, and the factor per block."""
        kind, phi = KINDS[branch], {"ReLU": relu, "tanh": tanh}[activation]
        a = float(ALPHAS[alpha](depth))
        sigma_w2 = INITS[init][: BRANCHES[kind]]
        x, readout, draws = _standard_draws(width, depth, BRANCHES[kind], seed)
        stds = [np.float32(np.sqrt(s / width)) for s in sigma_w2]
        weights = [std * W for block in draws for std, W in zip(stds, block, strict=True)]
        ends = np.eye(width, dtype=np.float32)
        net = ResidualMLP([ends, *weights, ends], phi, alpha=a, branch=kind)
        signals = net.forward(x)
        gradients = net.backward(signals, readout)
        forward, backward = (
            np.array([mean_square(h) for h in stream])
            for stream in (signals.stream, gradients.stream)
        )
        backward = backward / backward[-1]  # of the readout's
        scale = sigma_w2 if kind == "two layers" else sigma_w2[0]
        predictions = predict_residual(
            phi, kind, depth, width, sigma_w2=scale, alpha=a, m0=1.0, mean0=float(x.mean())
        )
        self.picture.show(forward, backward, predictions, alpha)
        return sentence(forward, backward, predictions, depth)


def sentence(forward, backward, predictions, depth):
    """Return what the picture says: growth over all blocks, per block, and beside the theory."""
    parts = []
    for words, total, predicted, end in (
        ("forward", forward[-1], predictions[0], -1), ("backward", backward[0], predictions[1], 0)
    ):  # fmt: skip
        low, high = predicted.low[end], predicted.high[end]
        beside = f"theory ×{named(predicted.theory[end])}"
        if np.isfinite(low):
            beside += f", {'inside' if low <= total <= high else 'outside'} its 95 % band"
        parts.append(
            f"<b>{words} ×{named(total)}</b> over {depth} blocks ({beside}), "
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
def _standard_draws(width, depth, layers, seed):
    """Return input, readout, and standard normals for each block, each with its own stream."""
    streams = np.random.default_rng(seed).spawn(depth + 1)
    x, readout = unit_noise(2, width, rng=streams[0]).astype(np.float32)
    shape = (layers, width, width)
    blocks = [rng.standard_normal(shape, dtype=np.float32) for rng in streams[1:]]
    return x[None], readout[None], blocks
