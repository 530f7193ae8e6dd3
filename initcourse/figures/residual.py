"""The live figure of the residual explorer."""

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

from initcourse.figures.live import LiveFigure
from initcourse.figures.style import BLACK, BLUE, GREEN, GREY, RED

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

    def show(self, forward, backward, walks, alpha_rule):
        """Put both measurements, by block, and their two `Walk`s into the picture."""
        blocks = np.arange(len(forward))
        titles = ("forward: mean stream²", "backward: mean gradient²")
        for side, title, measured, walk in zip(
            self.sides, titles, (forward, backward), walks, strict=True
        ):
            ax, line, band, dots = side
            has_band = np.isfinite(walk.low).all()
            if has_band:
                band.set_data(blocks, walk.low, walk.high)
            else:
                band.set_data([0, 1], [1, 1], [1, 1])
                title += ", no band: see below"
            line.set_data(blocks, walk.theory)
            dots.set_data(blocks, measured)
            dots.set_markersize(4 if len(blocks) <= 31 else 2.5)
            line.set_color(ALPHA_COLOR[alpha_rule])
            band.set_facecolor(ALPHA_COLOR[alpha_rule])
            most = max(measured.max(), walk.theory.max(), walk.high.max() if has_band else 0)
            top = next((top for top in _TOPS if most <= top), _TOPS[-1])
            least = min(measured.min(), walk.theory.min(), walk.low.min() if has_band else 1)
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
