"""Any activation, picked or typed: its maps, and one network beside what they predict."""

import html
from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from initcourse.activations import MORE_ACTIVATIONS
from initcourse.custom_activation import ActivationProblem, activation_from
from initcourse.explorers import panels
from initcourse.explorers.base import Explorer, choice, slider
from initcourse.explorers.layer_streams import draw_layers, standard_normal
from initcourse.explorers.live_figure import LiveFigure
from initcourse.explorers.sentences import format_ends, format_inside_band
from initcourse.figures.style import BLACK, BLUE, GREEN, GREY, ORANGE, RED
from initcourse.networks.mlp import MLP
from initcourse.propagation import HUGE, TINY, measure_strengths
from initcourse.theory import finite_width
from initcourse.theory import mean_field as theory
from initcourse.theory.correlation import correlation_band, correlation_map, draw_correlations
from initcourse.theory.criticality import critical_pair, fixed_points, map_slope

# Ends of the axes, changed in steps, so that they rarely move while a slider does.
_TOPS = [m * 10.0**e for e in range(-3, 7) for m in (1, 2, 5)]
_CURVE = np.linspace(0.0, 1.0, 81)
#: The menu's last entry: the formula in the text field counts.
TYPED = "your formula"


def predict(phi, sigma_w2, sigma_b2, c, depth, width):
    """Return q and c of layers 1 … depth, and the strengths with their bands."""
    variances = sigma_w2, sigma_b2
    q, cs = [sigma_w2 + sigma_b2], [(sigma_w2 * c + sigma_b2) / (sigma_w2 + sigma_b2)]
    for _ in range(depth - 1):
        inside = 0 < q[-1] < HUGE
        step = correlation_map(phi, cs[-1], q[-1], *variances) if inside else np.nan
        cs.append(float(np.clip(step, -1, 1)))
        q.append(float(theory.moment_map(phi, q[-1], *variances)) if inside else q[-1])
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
    layers, noise, readout = draw(width, depth, seed)
    x = np.stack([noise[0], c * noise[0] + np.sqrt(1 - c * c) * noise[1]]).astype(np.float32)
    std_w, std_b = (np.float32(np.sqrt(v)) for v in (sigma_w2 / width, sigma_b2))
    weights, biases = zip(*((std_w * W, std_b * b) for W, b in layers), strict=True)
    net = MLP(weights, phi, output=phi, biases=biases)
    signals = net.forward(x)
    forward, backward = measure_strengths(net, signals, readout, np.float64)
    z = np.array(signals.z[1:], dtype=float)  # (layers, 2 inputs, units)
    q, product = np.mean(z**2, axis=-1), np.mean(z[:, 0] * z[:, 1], axis=-1)
    correlation = product / np.sqrt(q[:, 0] * q[:, 1])
    return {"q": q[:, 0], "c": correlation, "forward": forward, "backward": backward}


@lru_cache(maxsize=2)
def draw(width, depth, seed):
    """Return standard normals (W, b) by layer, two orthogonal inputs of strength 1, the readout."""

    def layer(n, **options):
        return [standard_normal(shape, **options) for shape in ((n, n), n)]

    first, layers = draw_layers(seed, [width] * depth, layer, np.float32)
    noise, _ = np.linalg.qr(first.standard_normal((width, 2)))
    readout = first.standard_normal(width).astype(np.float32)
    return layers, np.sqrt(width) * noise.T, readout


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
        # points come lowest first; between two unstable ones all strengths go to the stable one
        floor = next((point for point in unstable[::-1] if point.q < q[-1]), None)
        goal = next((p for p in stable if floor is None or p.q > floor.q), None)
        if goal is None:
            return (
                f"<b>the strength grows without end</b>: it starts above {_format_unstable(floor)}."
                f" Below that it would go to {stable[-1].q:.3g}."
            )
        if goal.q == 0:
            return (
                f"<b>the signal dies</b>: it starts below {_format_unstable(unstable[0])}. "
                f"Above that it would go to {stable[-1].q:.3g}."
            )
        words = f"the strength goes to <b>q* = {goal.q:.3g}</b>, where χ = {goal.chi:.3g}: "
        if goal.slope > 0.95 and not abs(q[-1] - goal.q) < 0.2 * goal.q:
            return words + f"slowly (slope {goal.slope:.3f}); layer {len(q)} is not there yet."
        if abs(goal.chi - 1) < 0.005:
            return words + "the edge of chaos."
        if goal.chi > 1:
            return words + "chaotic, the gradient grows downwards and like inputs part."
        return words + "ordered, the gradient shrinks downwards and inputs become alike."
    if unstable:
        q, slope = unstable[-1].q, unstable[-1].slope
        words = f"<b>no strength is held.</b> q* = {q:.3g} is unstable (slope {slope:.3g}): "
        return words + "from below signals die, from above they explode."
    if stable:
        return f"<b>every signal dies</b>: q* = 0, where χ = {stable[-1].chi:.3g}."
    return "<b>every signal grows</b>: there is no q* in reach."


def _format_unstable(point):
    return f"q* = {point.q:.3g}, unstable (slope {point.slope:.3g})"


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


def _format_change(c):
    return " → ".join(f"{end:.2f}" if np.isfinite(end) else "lost" for end in (c[0], c[-1]))


def _top(q, points):
    """Return the end of the strength's axes: all that is not exploding lies below it."""
    fixed = max((point.q for point in points if np.isfinite(point.q)), default=0.0)
    most = min(np.nanmax(np.where(np.isfinite(q), q, np.nan)), 4 * max(q[0], fixed))
    return panels.first_above(_TOPS, 1.1 * max(most, fixed))


def _finite(values):
    values = np.asarray(values, dtype=float)
    return np.where(np.isfinite(values), np.clip(values, -1e300, 1e300), np.nan)


def _add_map(picture, ax):
    ax.axline((0, 0), slope=1, color=GREY, lw=0.9, ls="--")
    curve = picture.add_line(ax, color=BLUE, lw=1.6)
    cobweb = picture.add_line(ax, color=ORANGE, lw=1)
    return ax, curve, cobweb, picture.add_dots(ax, BLACK, ms=3.5)


class AnyActivationExplorer(Explorer):
    """Strength and correlation as cobwebs; one network of `depth` equal layers below.

    Weights are N(0, σ_w²/n), biases N(0, σ_b²). The menu's last entry shows the field for a
    formula, which counts when Enter is pressed or the field is left; one that no theory can treat
    leaves the picture and is answered by a sentence.
    """

    lines = 4

    def __init__(self, **settings):
        self.last = MORE_ACTIVATIONS["GELU"]
        super().__init__(**settings)

    def make_controls(self):
        menu = choice("activation", [*MORE_ACTIVATIONS, TYPED])
        formula = widgets.Text(
            "x * tanh(log1p(exp(x)))", description="your φ(x) =", continuous_update=False,
            layout={"width": "530px"},
        )  # fmt: skip
        formula.observe(lambda _change: menu.set_trait("value", TYPED), names="value")
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

    def make_picture(self):
        picture, small = LiveFigure(8.4, 5.2), {"small": True}
        upper, lower = (
            [[left, bottom, 0.255, 0.355] for left in (0.062, 0.395, 0.73)]
            for bottom in (0.575, 0.125)
        )
        titles = "φ(z) black, φ′(z) green", "strength: q → q′", "correlation: c → c′"
        picture.phi_ax, strength, correlation = (
            picture.axes(*pair, **small) for pair in zip(upper, titles, strict=True)
        )
        panels.add_both_ways(picture, lower[:2], **small)
        picture.correlation = panels.LayerPanel(
            picture, lower[2], "c of two inputs", **small, log=False
        )
        for panel in (picture.forward, picture.backward, picture.correlation):
            panel.ax.set_xlabel("layer", fontsize=9, labelpad=1)
        picture.phi_ax.axhline(0, color="#999999", lw=0.8)
        picture.phi, picture.dphi = panels.add_activation(picture, picture.phi_ax)
        picture.maps = [_add_map(picture, ax) for ax in (strength, correlation)]
        circle = {"color": GREEN, "marker": "o", "mfc": "none", "mew": 2}
        cross = {"color": RED, "marker": "x", "mew": 2}
        picture.stable = picture.add_dots(strength, ms=8, **circle)
        picture.unstable = picture.add_dots(strength, ms=8, **cross)
        keys = panels.theory_keys(BLUE) | {
            "layer by layer, in theory": panels.line_key(ORANGE, lw=1),
            "stable q*": panels.line_key(ls="none", ms=7, **circle),
            "unstable q*": panels.line_key(ls="none", ms=7, **cross),
        }
        panels.legend(
            picture, keys, bbox_to_anchor=(0.5, -0.012), handlelength=1.3, columnspacing=1.3
        )
        return picture

    def show(self, activation, formula, sigma_w2, sigma_b2, c, depth, width, seed):
        refused = ""
        try:
            typed = activation == TYPED
            self.last = activation_from(formula) if typed else MORE_ACTIVATIONS[activation]
        except ActivationProblem as problem:
            refused = f"<b>Not drawn:</b> {html.escape(str(problem))} Still shown: "
        # the box shows its formula only while that is what is drawn; its room is kept
        self.controls["formula"].layout.visibility = "visible" if activation == TYPED else "hidden"
        phi = self.last
        with np.errstate(all="ignore"):
            points = fixed_points(phi, sigma_w2, sigma_b2)
            network = phi, sigma_w2, sigma_b2, c, depth, width
            predicted = predict(*network)
            predicted["c band"] = predicted_correlation_band(*network)
            measured = measure(*network, seed)
            self._draw_phi(phi)
            self._draw_strength(phi, sigma_w2, sigma_b2, points, predicted["q"], measured["q"])
            q_end = _last_in_reach(predicted["q"])
            values = correlation_map(phi, _CURVE, q_end, sigma_w2, sigma_b2)
            self._draw_correlation(values, predicted, measured)
            theories = predicted["forward"], predicted["backward"]
            panels.show_both_ways(self.picture, measured["forward"], measured["backward"], theories)
        text = sentence(phi, points, predicted, measured)
        return refused + text if refused else f"{text} {format_critical_pair(phi)}"

    def _draw_phi(self, activation):
        z = np.linspace(-4.0, 4.0, 321)
        phi, dphi = activation(z), activation.dphi(z)
        self.picture.phi.set_data(z, phi)
        self.picture.dphi.set_data(z, dphi)
        low, high = (float(f(np.concatenate([phi, dphi]))) for f in (np.min, np.max))
        pad = 0.06 * (high - low)
        self.picture.limits(self.picture.phi_ax, x=(-4, 4), y=(low - pad, high + pad))

    def _draw_strength(self, phi, sigma_w2, sigma_b2, points, predicted, measured):
        top = _top(predicted, points)
        values = theory.moment_map(phi, top * _CURVE, sigma_w2, sigma_b2)
        ends = -0.03 * top, 1.03 * top
        self._draw_map(self.picture.maps[0], top * _CURVE, values, predicted, measured, ends)
        for marks, kind in ((self.picture.stable, True), (self.picture.unstable, False)):
            q = [point.q for point in points if point.stable == kind]
            marks.set_data(q, q)

    def _draw_correlation(self, values, predicted, measured):
        seen = np.concatenate([measured["c"], predicted["c"], predicted["c band"][0]])
        lowest = np.nanmin(seen, initial=1.0)
        ends = next(end for end in (-0.24, -0.64, -1.04) if lowest > end + 0.02), 1.04
        c = predicted["c"], measured["c"]
        self._draw_map(self.picture.maps[1], _CURVE, values, *c, ends)
        panel, layers = self.picture.correlation, np.arange(1, len(measured["c"]) + 1)
        panel.band.set_data(layers, *(np.nan_to_num(end, nan=1.0) for end in predicted["c band"]))
        panel.line.set_data(layers, predicted["c"])
        panel.dots.set_data(layers, measured["c"])
        self.picture.limits(panel.ax, x=(-0.4, len(layers) + 0.4), y=ends)

    def _draw_map(self, artists, grid, values, predicted, measured, ends):
        ax, curve, cobweb, dots = artists
        curve.set_data(grid, _finite(values))
        steps = np.repeat(_finite(predicted), 2)  # along and up in turn
        cobweb.set_data(steps[:-1], steps[1:])
        dots.set_data(_finite(measured[:-1]), _finite(measured[1:]))
        self.picture.limits(ax, x=ends, y=ends)
