"""The live figure of the fans explorer."""

import numpy as np

from initcourse.figures.live import LiveFigure
from initcourse.figures.style import RULE_STYLE

_SPANS = (3e1, 1e3, 1e5)


class FansFigure(LiveFigure):
    """Forward and backward strength by layer, one colour for each rule."""

    def __init__(self, rule_names):
        super().__init__(8.4, 3.8)
        self.sides = [self.axes([0.07 + 0.49 * side, 0.27, 0.43, 0.64]) for side in (0, 1)]
        for ax, title in zip(self.sides, ("forward: mean h²", "backward: mean δ²"), strict=True):
            ax.set_yscale("log")
            ax.set_title(title, loc="left", fontsize=10)
            ax.set_xlabel("layer (its width)")
        self.curves = {name: [self._curve(ax, name) for ax in self.sides] for name in rule_names}
        handles = [curves[0][1] for curves in self.curves.values()]
        self.figure.legend(
            handles, list(self.curves), loc="lower center", ncols=3, frameon=False, fontsize=9
        )

    def _curve(self, ax, name):
        color, marker, style = RULE_STYLE[name]
        band = self.live(ax.fill_between([0], [1], [1], color=color, alpha=0.15, lw=0))
        line = self.live(ax.plot([], [], color=color, ls=style, lw=1.6, marker=marker, ms=0)[0])
        dots = self.live(ax.plot([], [], color=color, ls="none", marker=marker, ms=5)[0])
        return band, line, dots

    def show(self, runs, widths):
        """Put one `Propagation` for each rule into the picture."""
        layers = np.arange(len(widths))
        for name, run in runs.items():
            for side, measured in enumerate((run.forward, run.backward)):
                band, line, dots = self.curves[name][side]
                walk, at = run.theory[side], layers[side:]
                band.set_data(at, walk.low, walk.high)
                line.set_data(at, walk.theory)
                dots.set_data(at, measured)
        for side, ax in enumerate(self.sides):
            values = [(run.forward, run.backward)[side] for run in runs.values()]
            values += [run.theory[side].theory for run in runs.values()]
            values = np.concatenate(values)
            values = values[values > 0]
            reach = max(values.max(), 1 / values.min())
            span = next((s for s in _SPANS if reach <= s), 1e9)
            self.ticks(ax, layers, [f"{l}\n({n})" for l, n in enumerate(widths)])
            self.limits(ax, x=(-0.3, len(widths) - 0.7), y=(1 / span, span))
