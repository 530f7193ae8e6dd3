"""The live figure of the weighted-sum explorer."""

import numpy as np

from initcourse.figures.live import LiveFigure
from initcourse.figures.style import BLACK, BLUE, RED

_BINS = 40
# Half widths of the z axis, and tops of the chance axis: steps, so that they change rarely.
_REACH = np.array([0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500])
_TOPS = np.array([0.06, 0.12, 0.25, 0.5, 1.02])


class WeightedSumFigure(LiveFigure):
    """Chances of z, measured and predicted, and the spread between neurons."""

    def __init__(self):
        super().__init__(8.4, 3.7)
        self.z = self.axes([0.075, 0.235, 0.54, 0.68])
        self.z.set(xlabel="z = Σ wx", ylabel="share of draws in a bin")
        self.z.set_title("all draws: fresh weights, fresh inputs", loc="left", fontsize=10)
        live = self.live
        self.band = live(self.z.fill_between([0], [0], [0], color=BLUE, alpha=0.25, lw=0))
        self.exact = live(self.z.plot([], [], color=BLUE, lw=1.6)[0])
        self.gauss = live(self.z.plot([], [], color=RED, lw=1.3, ls="--")[0])
        self.dots = live(self.z.plot([], [], "o", color=BLACK, ms=3.5)[0])
        labels = ["exact", "95 % band", "Gaussian, same E[z²]", "measured"]
        handles = [self.exact, self.band, self.gauss, self.dots]
        self.figure.legend(
            handles, labels, loc="lower left", bbox_to_anchor=(0.06, -0.01), ncols=4,
            frameon=False, fontsize=9, handlelength=1.6,
        )  # fmt: skip
        self.own = self.axes([0.685, 0.235, 0.295, 0.68])
        self.own.set(xlabel="E[z²] of a unit ÷ mean over units", ylim=(0, 0.5), xlim=(0, 4))
        self.own.set_title("300 units that keep their weights", loc="left", fontsize=10)
        self.own.axvline(1, color=BLUE, lw=1.6)
        self.neurons = live(self.own.stairs(np.zeros(32), np.linspace(0, 4, 33), color=BLACK))

    def edges(self, sigma):
        """Return bin edges that cover ±4σ on an axis that changes in steps."""
        reach = _REACH[min(np.searchsorted(_REACH, 3.2 * sigma), len(_REACH) - 1)]
        return np.linspace(-reach, reach, _BINS + 2)

    def show(self, z, edges, chances, sigma, neurons):
        """Put sums, their predicted chances, and the neurons' strengths into the picture."""
        middle = (edges[1:] + edges[:-1]) / 2
        share = np.histogram(z, edges)[0] / len(z)
        half = 1.96 * np.sqrt(chances * (1 - chances) / len(z))
        gauss = np.exp(-((middle / sigma) ** 2) / 2) / np.sqrt(2 * np.pi) / sigma
        self.band.set_data(middle, np.maximum(chances - half, 0), chances + half)
        self.exact.set_data(middle, chances)
        self.gauss.set_data(middle, gauss * (edges[1] - edges[0]))
        self.dots.set_data(middle, share)
        top = _TOPS[min(np.searchsorted(_TOPS, 1.05 * max(share.max(), chances.max())), 4)]
        self.limits(self.z, x=(edges[0], edges[-1]), y=(0, top))
        counts = np.histogram(np.minimum(neurons, 3.999), np.linspace(0, 4, 33))[0]
        self.neurons.set_data(counts / len(neurons))
        tallest = (counts / len(neurons)).max()
        self.limits(self.own, y=(0, 0.5 if tallest < 0.48 else 1.02))
