"""The live figure of the signals explorer."""

import numpy as np
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, StepPatch
from matplotlib.ticker import NullLocator

from initcourse.figures.live import LiveFigure
from initcourse.figures.style import BLACK, GREY, RULE_STYLE
from initcourse.propagation import histogram

# How far an axis reaches below and above 1, narrowest first: the first that holds the curves.
_SPANS = (1e1, 1e3, 1e6, 1e12, 1e18, 1e33)
_BINS = 48
PANELS = 6


class SignalsFigure(LiveFigure):
    """Forward and backward strength by layer on the left, histograms of h on the right."""

    def __init__(self):
        super().__init__(8.4, 4.3)
        self.forward = self._strength([0.075, 0.585, 0.42, 0.35], "forward: mean h²")
        self.backward = self._strength([0.075, 0.115, 0.42, 0.35], "backward: mean δ²")
        self.backward[0].set_xlabel("layer")
        self.histograms = [self._histogram(k) for k in range(PANELS)]
        self.figure.text(0.54, 0.963, "values of h: all units, 64 inputs", fontsize=10)
        # grey: the curves' own colour changes with the rule
        handles = [
            Line2D([], [], color=GREY),
            Patch(facecolor=GREY, alpha=0.25),
            tuple(Line2D([], [], ls="none", marker=m, ms=4, color=BLACK) for m in "o^s"),
        ]
        self.figure.legend(
            handles, ["theory", "95 % band", "measured"], loc="lower right", ncols=3,
            bbox_to_anchor=(1.0, -0.015), frameon=False, fontsize=9, handlelength=1.6,
            handler_map={tuple: HandlerTuple(ndivide=None, pad=0.1)},
        )  # fmt: skip

    def _strength(self, rectangle, title):
        ax = self.axes(rectangle)
        ax.set_yscale("log")
        ax.yaxis.set_minor_locator(NullLocator())
        ax.set_title(title, loc="left", fontsize=10)
        band = self.live(ax.fill_between([0, 1], [1, 1], [2, 2], alpha=0.22, lw=0))
        (line,) = ax.plot([], [], lw=1.6)
        (dots,) = ax.plot([], [], ls="none", marker="o", ms=4, color="black")
        return ax, self.live(line), band, self.live(dots)

    def _histogram(self, k):
        row, column = divmod(k, 2)
        ax = self.axes([0.54 + 0.235 * column, 0.705 - 0.2825 * row, 0.215, 0.19])
        ax.set_yticks([])
        ax.grid(visible=False)
        ax.tick_params(labelsize=8, pad=1)
        ax.locator_params(axis="x", nbins=3)
        steps = StepPatch(np.zeros(_BINS), np.arange(_BINS + 1), fill=True, alpha=0.55)
        return ax, self.live(ax.add_patch(steps))

    def show(self, run, activation, rule_name):
        """Put a `Propagation` into the picture."""
        L = len(run.backward)
        color, marker, _ = RULE_STYLE[rule_name]
        walks = run.theory or (None, None)
        self._curve(self.forward, np.arange(L + 1), run.forward, walks[0], color, marker, L)
        self._curve(self.backward, np.arange(1, L + 1), run.backward, walks[1], color, marker, L)
        low, high = activation.bounds or (-3.0, 3.0)
        pad = 0.04 * (high - low)
        low, high = low - pad, high + pad
        layers = np.unique(np.linspace(1, L, PANELS).round().astype(int))
        for k, (ax, steps) in enumerate(self.histograms):
            shown = k < len(layers)
            self.visible(ax, shown)
            if not shown:
                continue
            shares = histogram(run.signals.h[layers[k]], low, high, _BINS)
            # a spike is cut at the top: the shape of the rest stays visible
            steps.set_data(np.minimum(shares, 0.149), np.linspace(low, high, _BINS + 1))
            steps.set_color(color)
            self.limits(ax, x=(low, high), y=(0, 0.15))
            self.title(ax, f"layer {layers[k]}")

    def _curve(self, artists, layers, measured, walk, color, marker, depth):
        ax, line, band, dots = artists
        seen = [measured]
        if walk is None:
            line.set_data([], [])
            band.set_data([0, 1], [1, 1], [1, 1])
        else:
            seen += [walk.theory, walk.low, walk.high]
            line.set_data(layers, _visible(walk.theory))
            band.set_data(layers, _visible(walk.low), _visible(walk.high))
        line.set_color(color)
        band.set_facecolor(color)
        dots.set_marker(marker)
        dots.set_markersize(4 if depth <= 30 else 2.5)  # theory stays visible between them
        dots.set_data(layers, np.where((measured > 0) & np.isfinite(measured), measured, np.nan))
        self.limits(ax, x=(-0.4, depth + 0.4), y=_span(np.concatenate(seen)))


def _visible(values):
    return np.clip(values, 1e-300, 1e300)


def _span(values):
    """Return log limits, each one of a few, so that they rarely change while a slider moves."""
    values = _visible(values[np.isfinite(values) & (values > 0)])
    ends = (1 / values.min(), values.max()) if len(values) else (1.0, 1.0)
    below, above = (next((span for span in _SPANS if end <= span), _SPANS[-1]) for end in ends)
    return 1 / below, above
