"""The live figure of the convolution explorer, and the still figures of lesson 09's first half."""

import numpy as np
from matplotlib import rc_context
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, NullLocator

from initcourse.figures.live import LiveFigure
from initcourse.figures.style import BLACK, BLUE, GREY, ORANGE, RC, RED, new_figure

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
            walk, measured = run.theory[side], (run.forward, run.backward)[side]
            layers, color = np.arange(side, depth + 1), CONV_COLOR[rule_name]
            line.set_data(layers, walk.theory)
            line.set_color(color)
            band.set_data(layers, walk.low, walk.high)
            band.set_facecolor(color)
            dots.set_data(layers, measured)
            seen = np.concatenate([walk.low, walk.high, measured])
            seen = seen[seen > 0]
            reach = max(seen.max(), 1 / seen.min())
            span = next((s for s in _SPANS if reach <= s), _SPANS[-1])
            self.limits(ax, x=(-0.4, depth + 0.4), y=(1 / span, span))
        for image, pixels in zip(self.maps, (theory_map, measured_map), strict=True):
            image.set_data(pixels / max(pixels.max(), np.finfo(float).tiny))


@rc_context(RC)
def matrices(panels):
    """Draw matrices as coloured grids: zero is white, positive purple, negative orange.

    Parameters
    ----------
    panels : dict of str to ndarray
        Title → matrix.

    Returns
    -------
    Picture
    """
    figure, axes = new_figure(8.4, 3.6, ncols=len(panels), squeeze=False)
    for ax, (title, M) in zip(axes[0], panels.items(), strict=True):
        reach = abs(M).max()
        ax.imshow(M, cmap="PuOr", vmin=-reach, vmax=reach, interpolation="nearest")
        ax.set_title(title)
        ax.set(xlabel=f"{M.shape[1]} columns", ylabel=f"{M.shape[0]} rows", xticks=[], yticks=[])
        ax.grid(visible=False)
    return figure
