"""Any activation, picked or typed: its maps, and one network beside what they predict."""

import html
from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from initcourse.activations import MORE_ACTIVATIONS
from initcourse.custom_activation import ActivationProblem, activation_from
from initcourse.explorers.base import Explorer, choice, slider
from initcourse.explorers.layer_streams import layer_streams
from initcourse.explorers.live_figure import LiveFigure
from initcourse.explorers.panels import LayerPanel, first_above, legend, line_key, theory_keys
from initcourse.explorers.sentences import format_ends, format_inside_band
from initcourse.figures.style import BLACK, BLUE, GREEN, GREY, ORANGE, RED
from initcourse.networks.mlp import MLP, Signals
from initcourse.propagation import HUGE, TINY, mean_square
from initcourse.theory import finite_width
from initcourse.theory import mean_field as theory
from initcourse.theory.correlation import correlation_band, correlation_map, draw_correlations
from initcourse.theory.criticality import (
    FixedPoint,
    critical_pair,
    fixed_point,
    fixed_points,
    map_slope,
)

# Ends of the axes, changed in steps, so that they rarely move while a slider does.
_TOPS = [m * 10.0**e for e in range(-3, 7) for m in (1, 2, 5)]
_CURVE = np.linspace(0.0, 1.0, 81)
#: The menu's last entry: the formula in the text field counts.
TYPED = "your formula"


@lru_cache(maxsize=16)
def _typed(formula):
    return activation_from(formula)


def predict(phi, sigma_w2, sigma_b2, c, depth, width):
    """Return q and c of layers 1 … depth, and the strengths with their bands."""
    q = [sigma_w2 + sigma_b2]
    cs = [(sigma_w2 * c + sigma_b2) / q[0]]
    for _ in range(depth - 1):
        inside = np.isfinite(q[-1]) and 0 < q[-1] < HUGE
        cs.append(correlation_map(phi, cs[-1], q[-1], sigma_w2, sigma_b2) if inside else np.nan)
        cs[-1] = float(np.clip(cs[-1], -1, 1))
        q.append(float(theory.moment_map(phi, q[-1], sigma_w2, sigma_b2)) if inside else q[-1])
    forward, backward = finite_width.predict_strengths(
        phi, [width] * (depth + 1), [sigma_w2 / width] * depth, bias_variance=sigma_b2
    )
    return {"q": np.array(q), "c": np.array(cs), "forward": forward, "backward": backward}


@lru_cache(maxsize=4)
def predicted_correlation_band(phi, sigma_w2, sigma_b2, c, depth, width):
    """Return the two ends of the correlation's 95 % band at layers 1 … depth, from 50 draws."""
    q = sigma_w2 + sigma_b2
    drawn = draw_correlations(
        phi, (sigma_w2 * c + sigma_b2) / q, q, sigma_w2, depth, width, sigma_b2,
        draws=50, rng=np.random.default_rng(0),
    )  # fmt: skip
    return correlation_band(drawn)


def measure(phi, sigma_w2, sigma_b2, c, depth, width, seed):
    """Return what one network does: q, c and mean δ² of layers 1 … depth, mean h² from 0."""
    weights, biases, noise, readout = draw(width, depth, seed)
    x = np.stack([noise[0], c * noise[0] + np.sqrt(1 - c * c) * noise[1]]).astype(np.float32)
    std_w, std_b = (np.float32(np.sqrt(v)) for v in (sigma_w2 / width, sigma_b2))
    net = MLP([std_w * W for W in weights], phi, output=phi, biases=[std_b * b for b in biases])
    signals = net.forward(x)
    one = Signals([z[:1] for z in signals.z], [h[:1] for h in signals.h])
    delta = net.backward(one, readout[None, :]).delta[1:]
    z = np.array(signals.z[1:], dtype=float)  # (layers, 2 inputs, units)
    q, product = np.mean(z**2, axis=-1), np.mean(z[:, 0] * z[:, 1], axis=-1)
    forward = np.array([mean_square(h[:1].astype(float)) for h in signals.h])
    backward = np.array([mean_square(d.astype(float)) for d in delta])
    if not np.isfinite(forward).all():
        backward[:] = np.nan
    correlation = product / np.sqrt(q[:, 0] * q[:, 1])
    return {"q": q[:, 0], "c": correlation, "forward": forward, "backward": backward}


@lru_cache(maxsize=2)
def draw(width, depth, seed):
    """Return standard normal weights, biases, two orthogonal inputs of strength 1, and readout."""
    first, streams = layer_streams(seed, depth)
    noise, _ = np.linalg.qr(first.standard_normal((width, 2)))
    weights = [rng.standard_normal((width, width), dtype=np.float32) for rng in streams]
    biases = [rng.standard_normal(width, dtype=np.float32) for rng in streams]
    readout = first.standard_normal(width).astype(np.float32)
    return weights, biases, np.sqrt(width) * noise.T, readout


def _fixed_points(phi, sigma_w2, sigma_b2):
    """Return the fixed points; that of two straight lines by its formula, NaN if all q are."""
    if not phi.slopes:
        return fixed_points(phi, sigma_w2, sigma_b2)
    q, chi = fixed_point(phi, sigma_w2, sigma_b2), float(theory.chi(phi, 1.0, sigma_w2))
    return () if np.isinf(q) else (FixedPoint(q, chi, chi),)


def _last_in_reach(q):
    inside = q[np.isfinite(q) & (q > TINY) & (q < 1e6)]
    return float(inside[-1]) if len(inside) else 1.0


def sentence(phi, points, predicted, measured):
    """Return what the picture says: the fixed points, then the ends of the three curves."""
    low, high = (end[-1] for end in predicted["c band"])
    if min(low, measured["c"][-1]) > 1 - 1e-5:
        low, high = 0.0, 2.0  # a float32 network knows a correlation next to 1 to some 1e-6
    predictions = predicted["forward"], predicted["backward"]
    return (
        f"{html.escape(phi.name)}: {format_phase(points, predicted['q'])} "
        f"{format_ends(measured['forward'], measured['backward'], predictions)}; "
        f"<b>correlation {_format_change(measured['c'])}</b> "
        f"(theory {_format_change(predicted['c'])}"
        f"{format_inside_band(measured['c'][-1], low, high)})."
    )


def format_phase(points, q):
    """Return what the fixed points say about deep layers, when the theory's strengths are q."""
    if points and np.isnan(points[0].q):
        return "<b>every q is a fixed point</b>: the strength stays what it is, and χ = 1."
    stable = [point for point in points if point.stable]
    unstable = [point for point in points if not point.stable and point.q > 0]
    if stable and stable[-1].q > 0:
        # between two unstable points all strengths go to the stable one
        floor = max((point for point in unstable if point.q < q[-1]), key=_q, default=None)
        goal = min((p for p in stable if floor is None or p.q > floor.q), key=_q, default=None)
        if goal is None:
            return (
                f"<b>the strength grows without end</b>: it starts above q* = {floor.q:.3g}, "
                f"unstable (slope {floor.slope:.3g}). Below that it would go to "
                f"{stable[-1].q:.3g}."
            )
        if goal.q == 0:
            return (
                f"<b>the signal dies</b>: it starts below q* = {unstable[0].q:.3g}, "
                f"unstable (slope {unstable[0].slope:.3g}). Above that it would go to "
                f"{stable[-1].q:.3g}."
            )
        chi = goal.chi
        words = f"the strength goes to <b>q* = {goal.q:.3g}</b>, where χ = {chi:.3g}: "
        if goal.slope > 0.95 and not abs(q[-1] - goal.q) < 0.2 * goal.q:
            return words + f"slowly (slope {goal.slope:.3f}); layer {len(q)} is not there yet."
        if abs(chi - 1) < 0.005:
            return words + "the edge of chaos."
        if chi > 1:
            return words + "chaotic, the gradient grows downwards and like inputs part."
        return words + "ordered, the gradient shrinks downwards and inputs become alike."
    if unstable:
        q = unstable[-1].q
        return (
            f"<b>no strength is held.</b> q* = {q:.3g} is unstable (slope "
            f"{unstable[-1].slope:.3g}): from below signals die, from above they explode."
        )
    if stable:
        return f"<b>every signal dies</b>: q* = 0, where χ = {stable[-1].chi:.3g}."
    return "<b>every signal grows</b>: there is no q* in reach."


@lru_cache(maxsize=32)
def format_critical_pair(phi):
    """Return what the two variances would have to be to hold q = 1."""
    sigma_w2 = theory.gain(phi) ** 2
    slope = map_slope(phi, 1.0, sigma_w2)
    words = f"To keep q = 1: σ_w² = {sigma_w2:.3g} (slope {slope:.3g}); "
    sigma_w2, sigma_b2 = critical_pair(phi)
    if abs(sigma_b2) < 1e-9:
        return words + "χ is 1 then, too."
    if sigma_b2 < 0:
        return words + "with χ = 1 as well no bias can do it."
    slope = map_slope(phi, 1.0, sigma_w2)
    return words + f"with χ = 1: σ_w² = {sigma_w2:.3g}, σ_b² = {sigma_b2:.2g} (slope {slope:.3g})."


def _q(point):
    return point.q


def _format_change(c):
    return " → ".join(f"{end:.2f}" if np.isfinite(end) else "lost" for end in (c[0], c[-1]))


class AnyActivationFigure(LiveFigure):
    """φ, the map of the strength and the map of the correlation; below, one network by layer."""

    def __init__(self):
        super().__init__(8.4, 5.2)
        places = [
            [left, bottom, 0.255, 0.355]
            for bottom in (0.575, 0.125)
            for left in (0.062, 0.395, 0.73)
        ]
        titles = "φ(z) black, φ′(z) green", "strength: q → q′", "correlation: c → c′"
        self.phi_ax, strength, correlation = (
            self.axes(place, title, small=True)
            for place, title in zip(places[:3], titles, strict=True)
        )
        self.forward = LayerPanel(self, places[3], "forward: mean h²", small=True)
        self.backward = LayerPanel(self, places[4], "backward: mean δ²", small=True)
        self.correlation = LayerPanel(self, places[5], "c of two inputs", small=True, log=False)
        for panel in (self.forward, self.backward, self.correlation):
            panel.ax.set_xlabel("layer", fontsize=9, labelpad=1)
        self.phi_ax.axhline(0, color="#999999", lw=0.8)
        for ax in (strength, correlation):
            ax.axline((0, 0), slope=1, color=GREY, lw=0.9, ls="--")
        self.phi = self.add_line(self.phi_ax, color=BLACK, lw=1.8)
        self.dphi = self.add_line(self.phi_ax, color=GREEN, lw=1.3, ls="--")
        self.maps = {ax: self._map(ax) for ax in (strength, correlation)}
        circle = {"color": GREEN, "marker": "o", "mfc": "none"}
        cross = {"color": RED, "marker": "x"}
        mark = {"ls": "none", "mew": 2}
        self.stable = self.add_line(strength, ms=8, **circle, **mark)
        self.unstable = self.add_line(strength, ms=8, **cross, **mark)
        keys = theory_keys(BLUE) | {
            "layer by layer, in theory": line_key(ORANGE, lw=1),
            "stable q*": line_key(ms=7, **circle, **mark),
            "unstable q*": line_key(ms=7, **cross, **mark),
        }
        legend(self, keys, bbox_to_anchor=(0.5, -0.012), handlelength=1.3, columnspacing=1.3)

    def _map(self, ax):
        curve, cobweb = self.add_line(ax, color=BLUE, lw=1.6), self.add_line(ax, color=ORANGE, lw=1)
        return curve, cobweb, self.add_dots(ax, BLACK, ms=3.5)

    def show(self, activation, moment_map, correlation_map, points, predicted, measured):
        """Put maps, theory and one network into the picture.

        Parameters
        ----------
        activation : Activation
        moment_map, correlation_map : callable
            q → q′ and c → c′, for arrays.
        points : sequence of FixedPoint
        predicted, measured : dict
            "q" and "c", arrays for layers 1 … L; "forward" and "backward", a `PredictionWithBand`
            or arrays. In predicted also "c band", the two ends of that of c.
        """
        self._show_phi(activation)
        strength, correlation = self.maps
        top = _top(predicted["q"], points)
        grid = top * _CURVE
        self.limits(strength, x=(-0.03 * top, 1.03 * top), y=(-0.03 * top, 1.03 * top))
        self._show_map(strength, grid, moment_map(grid), predicted["q"], measured["q"])
        for marks, kind in ((self.stable, True), (self.unstable, False)):
            q = [point.q for point in points if point.stable == kind]
            marks.set_data(q, q)
        self._show_map(correlation, _CURVE, correlation_map(_CURVE), predicted["c"], measured["c"])
        L = len(measured["c"])
        layers = np.arange(1, L + 1)
        self.forward.show(np.arange(L + 1), measured["forward"], predicted["forward"])
        self.backward.show(layers, measured["backward"], predicted["backward"])
        band = (np.nan_to_num(end, nan=1.0) for end in predicted["c band"])
        self.correlation.band.set_data(layers, *band)
        self.correlation.line.set_data(layers, predicted["c"])
        self.correlation.dots.set_data(layers, measured["c"])
        seen = np.concatenate([measured["c"], predicted["c"], predicted["c band"][0]])
        lowest = np.nanmin(seen, initial=1.0)
        least = next(end for end in (-0.24, -0.64, -1.04) if lowest > end + 0.02)
        self.limits(correlation, x=(least, 1.04), y=(least, 1.04))
        self.limits(self.correlation.ax, x=(-0.4, L + 0.4), y=(least, 1.04))

    def _show_phi(self, activation):
        z = np.linspace(-4.0, 4.0, 321)
        phi, dphi = activation(z), activation.dphi(z)
        self.phi.set_data(z, phi)
        self.dphi.set_data(z, dphi)
        low, high = (f(np.concatenate([phi, dphi])) for f in (np.min, np.max))
        pad = 0.06 * (high - low)
        self.limits(self.phi_ax, x=(-4, 4), y=(float(low - pad), float(high + pad)))

    def _show_map(self, ax, grid, values, theory, measured):
        curve, cobweb, dots = self.maps[ax]
        curve.set_data(grid, _finite(values))
        steps = np.repeat(_finite(theory), 2)  # along and up in turn
        cobweb.set_data(steps[:-1], steps[1:])
        dots.set_data(_finite(measured[:-1]), _finite(measured[1:]))


def _top(q, points):
    """Return the end of the strength's axes: all that is not exploding lies below it."""
    fixed = max((point.q for point in points if np.isfinite(point.q)), default=0.0)
    most = min(np.nanmax(np.where(np.isfinite(q), q, np.nan)), 4 * max(q[0], fixed))
    return first_above(_TOPS, 1.1 * max(most, fixed))


def _finite(values):
    values = np.asarray(values, dtype=float)
    return np.where(np.isfinite(values), np.clip(values, -1e300, 1e300), np.nan)


class AnyActivationExplorer(Explorer):
    """Strength and correlation as cobwebs; one network of `depth` equal layers below.

    Weights are N(0, σ_w²/n), biases N(0, σ_b²). The menu's last entry shows the field for a
    formula, which counts when Enter is pressed or the field is left; one that no theory can treat
    leaves the picture and is answered by a sentence.
    """

    figure, lines = AnyActivationFigure, 4

    def __init__(self, **settings):
        self.last = MORE_ACTIVATIONS["GELU"]
        super().__init__(**settings)

    def make_controls(self):
        menu = choice("activation", [*MORE_ACTIVATIONS, TYPED])
        formula = widgets.Text(
            "x * tanh(log1p(exp(x)))", description="your φ(x) =", continuous_update=False
        )
        formula.layout.width = "530px"

        def typed(_change):
            menu.value = TYPED

        formula.observe(typed, names="value")
        return {
            "activation": menu,
            "formula": formula,
            "sigma_w2": slider("σ_w² = n·Var W", 2.0, 0.1, 8.0, 0.01),
            "sigma_b2": slider("σ_b² = Var b", 0.0, 0.0, 1.0, 0.01),
            "c": slider("c of the inputs", 0.5, 0.0, 0.95, 0.05),
            "depth": slider("depth", 20, 2, 50),
            "width": slider("width n", 128, 32, 256, 16),
            "seed": slider("seed", 0, 0, 199),
        }

    def show(self, activation, formula, sigma_w2, sigma_b2, c, depth, width, seed):
        """Predict and run the network, and say how strength, gradient and correlation end."""
        refused = ""
        try:
            self.last = _typed(formula) if activation == TYPED else MORE_ACTIVATIONS[activation]
        except ActivationProblem as problem:
            refused = f"<b>Not drawn:</b> {html.escape(str(problem))} Still shown: "
        # the box shows its formula only while that is what is drawn; its room is kept
        self.controls["formula"].layout.visibility = "visible" if activation == TYPED else "hidden"
        phi = self.last
        with np.errstate(all="ignore"):
            points = _fixed_points(phi, sigma_w2, sigma_b2)
            predicted = predict(phi, sigma_w2, sigma_b2, c, depth, width)
            predicted["c band"] = predicted_correlation_band(
                phi, sigma_w2, sigma_b2, c, depth, width
            )
            measured = measure(phi, sigma_w2, sigma_b2, c, depth, width, seed)
            q_end = _last_in_reach(predicted["q"])
            self.picture.show(
                phi,
                lambda q: theory.moment_map(phi, q, sigma_w2, sigma_b2),
                lambda c: correlation_map(phi, c, q_end, sigma_w2, sigma_b2),
                points, predicted, measured,
            )  # fmt: skip
        text = sentence(phi, points, predicted, measured)
        return refused + text if refused else f"{text} {format_critical_pair(phi)}"
