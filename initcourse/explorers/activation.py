"""A Gaussian pushed through φ and φ′: mean, variance and second moment as areas."""

import numpy as np

from initcourse.activations import ACTIVATIONS
from initcourse.explorers.base import Explorer, choice, log_slider, slider
from initcourse.explorers.live_figure import LiveFigure
from initcourse.explorers.panels import first_above, legend
from initcourse.figures.style import BLACK, BLUE, GREEN, ORANGE, RED
from initcourse.theory import mean_field as theory

# Vertical ranges of the area panels, relative to the largest value, changed in steps.
_TOPS = 10 ** np.arange(-4, 3.01, 0.25)
_POINTS = 401


def half_width(fourth, second, n):
    """Return half the 95 % band of a mean of n squares, from E[·⁴] and E[·²]."""
    variance = fourth - second**2
    # all squares alike, as the slopes of a straight line: what is left is rounding
    return 1.96 * np.sqrt(variance / n) if variance > 1e-12 * second**2 else 0.0


class ActivationFigure(LiveFigure):
    """φ over the density of z, three integrands as areas, and theory beside measurement."""

    def __init__(self):
        super().__init__(8.4, 4.0)
        self.panels = {}
        places = {"phi": (0, 0), "mean": (1, 0), "second": (0, 1), "slope": (1, 1)}
        titles = {
            "phi": "φ(z) black, φ′(z) green, density p(z)",
            "mean": "φ·p: the area is E[φ]",
            "second": "φ²·p: the area is E[φ²]",
            "slope": "φ′²·p: the area is E[φ′²]",
        }
        colors = {"phi": "#bbbbbb", "mean": ORANGE, "second": BLUE, "slope": GREEN}
        for name, (row, column) in places.items():
            place = [0.06 + 0.33 * column, 0.575 - 0.475 * row, 0.265, 0.34]
            ax = self.axes(place, titles[name], titlesize=9.5, small=True)
            ax.axhline(0, color="#999999", lw=0.8)
            self.panels[name] = (ax, self.add_area(ax, colors[name], alpha=0.6))
        ax = self.panels["phi"][0]
        self.phi = self.add_line(ax, color=BLACK, lw=1.8)
        self.dphi = self.add_line(ax, color=GREEN, lw=1.3, ls="--")
        self._compare()

    def _compare(self):
        look = {"titlesize": 9.5, "small": True, "yticks": []}
        place, below = [0.775, 0.575, 0.215, 0.34], [0.775, 0.29, 0.215, 0.12]
        ax = self.axes(place, "E[φ²] ÷ its theory", ylim=(1.6, 3.9), xlim=(0, 1.6), **look)
        slope = self.axes(below, "E[φ′²]", ylim=(0.4, 1.2), xlim=(0, 1.3), **look)
        slope.set_xticks([0, 0.5, 1])
        for y, label in ((3.42, "theory"), (2.42, "measured on n units")):
            ax.text(0.02, y, label, fontsize=8.5, va="bottom")
        self.bars = {
            key: self.add_area(axes, color, alpha=0.75)
            for key, axes, color in (
                ("theory mean²", ax, ORANGE), ("theory variance", ax, BLUE), ("mean²", ax, ORANGE),
                ("variance", ax, BLUE), ("slope", slope, GREEN),
            )
        }  # fmt: skip
        self.marks = {}
        for key, axes, y in (("second", ax, 2.2), ("slope", slope, 0.8)):
            band = axes.plot([0, 0], [y, y], color=RED, lw=2.2, solid_capstyle="butt")[0]
            dot = axes.plot([0], [y], "o", color=BLACK, ms=5)[0]
            self.marks[key] = (self.live(band), self.live(dot))
        keys = {key: self.bars[key] for key in ("mean²", "variance")}
        keys |= zip(("95 % band", "measured"), self.marks["second"], strict=True)
        legend(
            self, keys, loc="lower left", bbox_to_anchor=(0.755, -0.01), ncols=2, fontsize=8.5,
            handlelength=1.2, columnspacing=1.0,
        )  # fmt: skip

    def show(self, activation, std, predicted, band, measured):
        """Put curves, areas and the comparison into the picture."""
        reach = 4 * 10 ** (np.ceil(np.log10(std) * 4) / 4)
        z = np.linspace(-reach, reach, _POINTS)
        p = np.exp(-((z / std) ** 2) / 2) / (np.sqrt(2 * np.pi) * std)
        phi, dphi = activation(z), activation.dphi(z)
        self.phi.set_data(z, phi)
        self.dphi.set_data(z, dphi)
        top = max(abs(phi).max(), abs(dphi).max()) * 1.08
        low = min(0.0, phi.min()) * 1.08 - 0.02 * top
        integrands = {"phi": p / p.max() * top * 0.5, "mean": phi * p, "second": phi**2 * p}
        integrands["slope"] = dphi**2 * p
        for name, values in integrands.items():
            ax, area = self.panels[name]
            area.set_data(z, np.zeros_like(z), values)
            if name == "phi":
                limits = (low, top)
            else:
                most = first_above(_TOPS, 1.05 * abs(values).max())
                limits = (-most if values.min() < 0 else -0.03 * most, most)
            self.limits(ax, x=(-reach, reach), y=limits)
        total = predicted["second"]
        self._bar("theory mean²", 0, predicted["mean"] ** 2 / total, 3.2)
        self._bar("theory variance", predicted["mean"] ** 2 / total, 1, 3.2)
        self._bar("mean²", 0, measured["mean"] ** 2 / total, 2.2)
        self._bar("variance", measured["mean"] ** 2 / total, measured["second"] / total, 2.2)
        self._bar("slope", 0, predicted["slope"], 0.8)
        self._mark("second", 1, band["second"] / total, measured["second"] / total)
        self._mark("slope", predicted["slope"], band["slope"], measured["slope"])

    def _bar(self, key, left, right, y):
        self.bars[key].set_data([left, right], [y - 0.18] * 2, [y + 0.18] * 2)

    def _mark(self, key, theory, half, measured):
        line, dot = self.marks[key]
        line.set_xdata([theory - half, theory + half])
        dot.set_xdata([measured])


class ActivationExplorer(Explorer):
    """z ~ N(0, q) enters φ. Areas show E[φ], E[φ²] and E[φ′²]; n sampled units measure them."""

    figure = ActivationFigure

    def make_controls(self):
        return {
            "activation": choice("activation", ACTIVATIONS, "ReLU"),
            "std": log_slider("std of z", 1.0, -3.3, 3.3),
            "n": slider("units n", 500, 20, 2000, 20),
            "seed": slider("seed", 0, 0, 199),
        }

    def show(self, activation, std, n, seed):
        """Integrate, sample, and say what φ does to the signal and to the gradient."""
        phi, q = ACTIVATIONS[activation], std**2
        z = std * np.random.default_rng(seed).standard_normal(n)
        h, slope = phi(z), phi.dphi(z)
        predicted = {
            "mean": float(theory.mean(phi, q)),
            "second": float(theory.second_moment(phi, q)),
            "slope": float(theory.slope_moment(phi, q)),
        }
        fourth = theory.gaussian_mean(lambda z: phi(z) ** 4, q)
        slope_fourth = theory.gaussian_mean(lambda z: phi.dphi(z) ** 4, q)
        band = {
            "second": half_width(fourth, predicted["second"], n),
            "slope": half_width(slope_fourth, predicted["slope"], n),
        }
        measured = {"mean": h.mean(), "second": (h**2).mean(), "slope": (slope**2).mean()}
        self.picture.show(phi, std, predicted, band, measured)
        variance = predicted["second"] - predicted["mean"] ** 2
        return (
            f"<b>E[φ²] = {predicted['second']:.3g}</b> = mean² {predicted['mean'] ** 2:.3g} + "
            f"variance {variance:.3g}: φ passes on {predicted['second'] / q:.3g} of "
            f"E[z²] = {q:.3g}. "
            f"E[φ′²] = {predicted['slope']:.3g}. Measured on {n} units: {measured['second']:.3g} "
            f"(band ± {band['second']:.2g}) and {measured['slope']:.3g} (± {band['slope']:.2g})."
        )
