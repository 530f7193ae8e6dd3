"""The live figure of the spectrum explorer."""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, NullLocator

from initcourse.figures.live import LiveFigure
from initcourse.figures.style import BLACK, GREY, ORANGE, RULE_STYLE

_BINS = 41  # odd: 1 lies inside a bin, not between two
#: Below this share of the largest a singular value is rounding, if it is not 0.
ROUNDING = 1e-14


class SpectrumFigure(LiveFigure):
    """All singular values by layer on the left; their logarithms at the last layer on the right."""

    def __init__(self):
        super().__init__(8.4, 3.7)
        self.ax = self.axes([0.08, 0.235, 0.53, 0.67])
        self.ax.set_yscale("log")
        self.ax.yaxis.set_minor_locator(NullLocator())
        self.ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        self.ax.set_title("singular values of ∂hˡ/∂h⁰", loc="left", fontsize=10)
        self.ax.set_xlabel("layer l")
        (self.dots,) = self.ax.plot([], [], ls="none", marker="o", ms=2, color=GREY, alpha=0.5)
        (self.median,) = self.ax.plot([], [], color=BLACK, lw=1.4)
        (self.rms,) = self.ax.plot([], [], color=ORANGE, lw=1.8, ls="--")
        for artist in (self.dots, self.median, self.rms):
            self.live(artist)
        self.last = self.axes([0.67, 0.235, 0.31, 0.67])
        self.last.set_xlabel("log₁₀ of the singular value")
        self.last.set_yticks([])
        edges = np.arange(_BINS + 1)
        self.steps = self.live(self.last.stairs(np.zeros(_BINS), edges, fill=True, color=GREY))
        handles = [
            Line2D([], [], ls="none", marker="o", ms=3, color=GREY),
            Line2D([], [], color=BLACK),
            Line2D([], [], color=ORANGE, ls="--", lw=1.8),
        ]
        self.figure.legend(
            handles, ["measured, each direction", "measured, median", "theory, root mean square"],
            loc="lower center", ncols=3, frameon=False, fontsize=9, handlelength=1.6,
        )  # fmt: skip

    def show(self, layers, values, rms, rule_name):
        """Put the singular values, one array for each layer, and the theory into the picture."""
        seen = [np.maximum(v, max(v.max() * ROUNDING, 1e-290)) for v in values]
        self.dots.set_data(np.repeat(layers, [len(v) for v in seen]), np.concatenate(seen))
        medians = np.array([np.median(v) for v in values])
        kept = medians > ROUNDING * np.array([v.max() for v in values])
        self.median.set_data(layers, np.where(kept, medians, np.nan))  # ends where it is lost
        self.rms.set_data(np.arange(len(rms)), np.maximum(rms, 1e-290))
        low = min(min(v.min() for v in seen), rms.min())
        high = max(max(v.max() for v in seen), rms.max())
        # whole steps of four decades, so that the axis rarely changes while a slider moves
        bottom, top = 4 * np.floor(np.log10(low) / 4 - 0.1), 4 * np.ceil(np.log10(high) / 4 + 0.1)
        self.limits(self.ax, x=(-0.5, layers[-1] + 0.8), y=(10.0**bottom, 10.0**top))
        logs = np.log10(seen[-1])
        edges = np.linspace(bottom, top, _BINS + 1)
        share = np.histogram(logs, edges)[0] / len(logs)
        self.steps.set_data(share, edges)
        self.limits(self.last, x=(bottom, top), y=(0, 1.05 if share.max() > 0.35 else 0.37))
        for artist in (self.dots, self.steps):
            artist.set_color(RULE_STYLE[rule_name][0])
        self.title(self.last, f"share of directions, layer {layers[-1]}")
