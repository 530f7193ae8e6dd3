"""A Gaussian pushed through φ and φ′: mean, variance and second moment as areas."""

import numpy as np

from initcourse.activations import ACTIVATIONS
from initcourse.explorers.base import Explorer, choice, log_slider, slider
from initcourse.explorers.live_figure import LiveFigure
from initcourse.explorers.panels import add_activation, first_above, legend
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


#: Panel → (column, row), title, colour of its area.
_PANELS = {
    "phi": (0, 0, "φ(z) black, φ′(z) green, density p(z)", "#bbbbbb"),
    "mean": (0, 1, "φ·p: the area is E[φ]", ORANGE),
    "second": (1, 0, "φ²·p: the area is E[φ²]", BLUE),
    "slope": (1, 1, "φ′²·p: the area is E[φ′²]", GREEN),
}
#: Bar → its colour, and its height in the panel at the right.
_BARS = {
    "theory mean²": (ORANGE, 3.2), "theory variance": (BLUE, 3.2), "mean²": (ORANGE, 2.2),
    "variance": (BLUE, 2.2), "slope": (GREEN, 0.8),
}  # fmt: skip


class ActivationExplorer(Explorer):
    """z ~ N(0, q) enters φ. Areas show E[φ], E[φ²] and E[φ′²]; n sampled units measure them."""

    def make_controls(self):
        return {
            "activation": choice("activation", ACTIVATIONS, "ReLU"),
            "std": log_slider("std of z", 1.0, -3.3, 3.3),
            "n": slider("units n", 500, 20, 2000, 20),
            "seed": slider("seed", 0, 0, 199),
        }

    def make_picture(self):
        picture = LiveFigure(8.4, 4.0)
        picture.panels = {}
        for name, (column, row, title, color) in _PANELS.items():
            place = [0.06 + 0.33 * column, 0.575 - 0.475 * row, 0.265, 0.34]
            ax = picture.axes(place, title, titlesize=9.5, small=True)
            ax.axhline(0, color="#999999", lw=0.8)
            picture.panels[name] = (ax, picture.add_area(ax, color, alpha=0.6))
        picture.phi, picture.dphi = add_activation(picture, picture.panels["phi"][0])
        self._add_comparison(picture)
        return picture

    def _add_comparison(self, picture):
        look = {"titlesize": 9.5, "small": True, "yticks": []}
        place, below = [0.775, 0.575, 0.215, 0.34], [0.775, 0.29, 0.215, 0.12]
        ax = picture.axes(place, "E[φ²] ÷ its theory", ylim=(1.6, 3.9), xlim=(0, 1.6), **look)
        slope = picture.axes(below, "E[φ′²]", ylim=(0.4, 1.2), xlim=(0, 1.3), **look)
        slope.set_xticks([0, 0.5, 1])
        for y, label in ((3.42, "theory"), (2.42, "measured on n units")):
            ax.text(0.02, y, label, fontsize=8.5, va="bottom")
        picture.bars = {
            key: picture.add_area(slope if key == "slope" else ax, color, alpha=0.75)
            for key, (color, _) in _BARS.items()
        }
        band = {"color": RED, "lw": 2.2, "solid_capstyle": "butt"}
        picture.marks = {
            key: (picture.add_line(axes, **band), picture.add_dots(axes, BLACK, ms=5))
            for key, axes in (("second", ax), ("slope", slope))
        }
        keys = {key: picture.bars[key] for key in ("mean²", "variance")}
        keys |= zip(("95 % band", "measured"), picture.marks["second"], strict=True)
        legend(
            picture, keys, loc="lower left", bbox_to_anchor=(0.755, -0.01), ncols=2, fontsize=8.5,
            handlelength=1.2, columnspacing=1.0,
        )  # fmt: skip

    def show(self, activation, std, n, seed):
        phi, q = ACTIVATIONS[activation], std**2
        z = std * np.random.default_rng(seed).standard_normal(n)
        measured, band, predicted = {"mean": phi(z).mean()}, {}, {"mean": theory.mean(phi, q)}
        moments = (phi, theory.second_moment), (phi.dphi, theory.slope_moment)
        for key, (f, moment) in zip(("second", "slope"), moments, strict=True):
            predicted[key], measured[key] = float(moment(phi, q)), (f(z) ** 2).mean()
            fourth = theory.gaussian_mean(lambda z, f=f: f(z) ** 4, q)
            band[key] = half_width(fourth, predicted[key], n)
        self._draw_areas(phi, std)
        self._draw_comparison(predicted, band, measured)
        variance = predicted["second"] - predicted["mean"] ** 2
        return (
            f"<b>E[φ²] = {predicted['second']:.3g}</b> = mean² {predicted['mean'] ** 2:.3g} + "
            f"variance {variance:.3g}: φ passes on {predicted['second'] / q:.3g} of "
            f"E[z²] = {q:.3g}. E[φ′²] = {predicted['slope']:.3g}. "
            f"Measured on {n} units: {measured['second']:.3g} (band ± {band['second']:.2g}) "
            f"and {measured['slope']:.3g} (± {band['slope']:.2g})."
        )

    def _draw_areas(self, activation, std):
        picture, reach = self.picture, 4 * 10 ** (np.ceil(np.log10(std) * 4) / 4)
        z = np.linspace(-reach, reach, _POINTS)
        p = np.exp(-((z / std) ** 2) / 2) / (np.sqrt(2 * np.pi) * std)
        phi, dphi = activation(z), activation.dphi(z)
        picture.phi.set_data(z, phi)
        picture.dphi.set_data(z, dphi)
        top = max(abs(phi).max(), abs(dphi).max()) * 1.08
        low = min(0.0, phi.min()) * 1.08 - 0.02 * top
        areas = p / p.max() * top * 0.5, phi * p, phi**2 * p, dphi**2 * p
        for (name, (ax, area)), values in zip(picture.panels.items(), areas, strict=True):
            area.set_data(z, np.zeros_like(z), values)
            most = first_above(_TOPS, 1.05 * abs(values).max())
            limits = (-most if values.min() < 0 else -0.03 * most, most)
            picture.limits(ax, x=(-reach, reach), y=(low, top) if name == "phi" else limits)

    def _draw_comparison(self, predicted, band, measured):
        total = predicted["second"]
        share, ours = predicted["mean"] ** 2 / total, measured["mean"] ** 2 / total
        measured_ends = (0, ours), (ours, measured["second"] / total)
        ends = (0, share), (share, 1), *measured_ends, (0, predicted["slope"])
        for (key, (_, y)), end in zip(_BARS.items(), ends, strict=True):
            self.picture.bars[key].set_data(end, [y - 0.18] * 2, [y + 0.18] * 2)
        for key, y, unit in (("second", 2.2, total), ("slope", 0.8, 1.0)):
            line, dot = self.picture.marks[key]
            middle, half = predicted[key] / unit, band[key] / unit
            line.set_data([middle - half, middle + half], [y, y])
            dot.set_data([measured[key] / unit], [y])
