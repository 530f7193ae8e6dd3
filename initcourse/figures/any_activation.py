"""The live figure of the explorer of any activation: maps as cobwebs, and the network beside."""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import NullLocator

from initcourse.figures.live import LiveFigure
from initcourse.figures.style import BLACK, BLUE, GREEN, GREY, ORANGE, RED

# Ends of the axes, changed in steps, so that they rarely move while a slider does.
_TOPS = np.array([m * 10.0**e for e in range(-3, 7) for m in (1, 2, 5)])
_SPANS = (1e2, 1e4, 1e8, 1e16, 1e33)
_CURVE = np.linspace(0.0, 1.0, 81)


class AnyActivationFigure(LiveFigure):
    """φ, the map of the strength and the map of the correlation; below, one network by layer."""

    def __init__(self):
        super().__init__(8.4, 5.2)
        left, width, upper, lower, height = (0.062, 0.395, 0.73), 0.255, 0.575, 0.125, 0.355
        places = [[x, upper, width, height] for x in left] + [
            [x, lower, width, height] for x in left
        ]
        titles = (
            "φ(z) black, φ′(z) green", "strength: q → q′", "correlation: c → c′",
            "forward: mean h²", "backward: mean δ²", "c of two inputs",
        )  # fmt: skip
        self.panels = [self.axes(place) for place in places]
        for ax, title in zip(self.panels, titles, strict=True):
            ax.set_title(title, loc="left", fontsize=10)
            ax.tick_params(labelsize=8, pad=1)
        phi, strength, correlation, forward, backward, by_layer = self.panels
        phi.axhline(0, color="#999999", lw=0.8)
        for ax in (strength, correlation):
            ax.axline((0, 0), slope=1, color=GREY, lw=0.9, ls="--")
        for ax in (forward, backward):
            ax.set_yscale("log")
            ax.yaxis.set_minor_locator(NullLocator())
        for ax in (forward, backward, by_layer):
            ax.set_xlabel("layer", fontsize=9, labelpad=1)
        self.phi = self._line(phi, color=BLACK, lw=1.8)
        self.dphi = self._line(phi, color=GREEN, lw=1.3, ls="--")
        self.maps = {ax: self._map(ax) for ax in (strength, correlation)}
        self.stable = self._line(
            strength, color=GREEN, marker="o", ms=8, ls="none", mfc="none", mew=2
        )
        self.unstable = self._line(strength, color=RED, marker="x", ms=8, ls="none", mew=2)
        self.walks = {ax: self._walk(ax) for ax in (forward, backward)}
        self.merging = self._walk(by_layer)
        self._legend()

    def _line(self, ax, **style):
        return self.live(ax.plot([], [], **{"lw": 1.6, **style})[0])

    def _dots(self, ax):
        return self._line(ax, ls="none", marker="o", ms=3.5, color=BLACK)

    def _map(self, ax):
        return self._line(ax, color=BLUE), self._line(ax, color=ORANGE, lw=1), self._dots(ax)

    def _walk(self, ax):
        band = self.live(ax.fill_between([0, 1], [1, 1], [2, 2], color=BLUE, alpha=0.22, lw=0))
        return band, self._line(ax, color=BLUE), self._dots(ax)

    def _legend(self):
        mark = {"ls": "none", "ms": 7, "mew": 2}
        handles = {
            "theory": Line2D([], [], color=BLUE),
            "95 % band": Patch(facecolor=BLUE, alpha=0.25),
            "measured": Line2D([], [], ls="none", marker="o", ms=4, color=BLACK),
            "layer by layer, in theory": Line2D([], [], color=ORANGE, lw=1),
            "stable q*": Line2D([], [], color=GREEN, marker="o", mfc="none", **mark),
            "unstable q*": Line2D([], [], color=RED, marker="x", **mark),
        }
        self.figure.legend(
            list(handles.values()), list(handles), loc="lower center", ncols=6, frameon=False,
            bbox_to_anchor=(0.5, -0.012), fontsize=9, handlelength=1.3, columnspacing=1.3,
        )  # fmt: skip

    def show(self, activation, moment_map, correlation_map, points, predicted, measured):
        """Put maps, theory and one network into the picture.

        Parameters
        ----------
        activation : Activation
        moment_map, correlation_map : callable
            q → q′ and c → c′, for arrays.
        points : sequence of FixedPoint
        predicted, measured : dict
            "q" and "c", arrays for layers 1 … L; and "forward", "backward": a `Walk`, or arrays.
            In predicted also "c band", the two ends of that of c.
        """
        self._show_phi(activation)
        strength, correlation, forward, backward, by_layer = self.panels[1:]
        top = _top(predicted["q"], points)
        grid = top * _CURVE
        self.limits(strength, x=(-0.03 * top, 1.03 * top), y=(-0.03 * top, 1.03 * top))
        self._show_map(strength, grid, moment_map(grid), predicted["q"], measured["q"])
        for marks, kind in ((self.stable, True), (self.unstable, False)):
            q = [point.q for point in points if point.stable == kind]
            marks.set_data(q, q)
        self._show_map(correlation, _CURVE, correlation_map(_CURVE), predicted["c"], measured["c"])
        L = len(measured["c"])
        self._show_walk(forward, np.arange(L + 1), predicted["forward"], measured["forward"])
        layers = np.arange(1, L + 1)
        self._show_walk(backward, layers, predicted["backward"], measured["backward"])
        band, line, dots = self.merging
        band.set_data(layers, *(np.nan_to_num(end, nan=1.0) for end in predicted["c band"]))
        line.set_data(layers, predicted["c"])
        dots.set_data(layers, measured["c"])
        seen = np.concatenate([measured["c"], predicted["c"], predicted["c band"][0]])
        lowest = np.nanmin(seen, initial=1.0)
        least = next(end for end in (-0.24, -0.64, -1.04) if lowest > end + 0.02)
        self.limits(correlation, x=(least, 1.04), y=(least, 1.04))
        self.limits(by_layer, x=(-0.02 * L, 1.02 * L), y=(least, 1.04))

    def _show_phi(self, activation):
        z = np.linspace(-4.0, 4.0, 321)
        phi, dphi = activation(z), activation.dphi(z)
        self.phi.set_data(z, phi)
        self.dphi.set_data(z, dphi)
        low, high = (f(np.concatenate([phi, dphi])) for f in (np.min, np.max))
        pad = 0.06 * (high - low)
        self.limits(self.panels[0], x=(-4, 4), y=(float(low - pad), float(high + pad)))

    def _show_map(self, ax, grid, values, theory, measured):
        curve, cobweb, dots = self.maps[ax]
        curve.set_data(grid, _finite(values))
        steps = np.repeat(_finite(theory), 2)  # along and up in turn
        cobweb.set_data(steps[:-1], steps[1:])
        dots.set_data(_finite(measured[:-1]), _finite(measured[1:]))

    def _show_walk(self, ax, layers, walk, measured):
        band, line, dots = self.walks[ax]
        line.set_data(layers, _visible(walk.theory))
        # no band around what has vanished or exploded
        there = (walk.theory > 1 / _SPANS[-1]) & (walk.theory < _SPANS[-1])
        ends = (_visible(np.where(there, end, walk.theory)) for end in (walk.low, walk.high))
        band.set_data(layers, *ends)
        seen = np.where((measured > 0) & np.isfinite(measured), measured, np.nan)
        dots.set_data(layers, seen)
        dots.set_markersize(3.5 if len(layers) <= 32 else 2.5)
        L = layers[-1]
        self.limits(ax, x=(-0.02 * L, 1.02 * L), y=_span(np.concatenate([measured, walk.theory])))


def _top(q, points):
    """Return the end of the strength's axes: all that is not exploding lies below it."""
    fixed = max((point.q for point in points if np.isfinite(point.q)), default=0.0)
    most = min(np.nanmax(np.where(np.isfinite(q), q, np.nan)), 4 * max(q[0], fixed))
    return float(_TOPS[min(np.searchsorted(_TOPS, 1.1 * max(most, fixed)), len(_TOPS) - 1)])


def _finite(values):
    values = np.asarray(values, dtype=float)
    return np.where(np.isfinite(values), np.clip(values, -1e300, 1e300), np.nan)


def _visible(values):
    return np.clip(np.nan_to_num(values, nan=1e300), 1e-300, 1e300)


def _span(values):
    values = values[np.isfinite(values) & (values > 0)]
    reach = max(values.max(), 1 / values.min()) if len(values) else 1.0
    span = next((span for span in _SPANS if reach <= span), _SPANS[-1])
    return 1 / span, span
