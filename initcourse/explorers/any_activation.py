"""Any activation, picked or typed: its maps, and one network beside what they predict."""

import html
from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from initcourse import finite_correlation, finite_width, theory
from initcourse.activation_trial import ActivationProblem
from initcourse.activations import MORE_ACTIVATIONS
from initcourse.correlation import correlation_map
from initcourse.custom import activation_from
from initcourse.explorers.base import Explorer, choice, slider
from initcourse.explorers.signals import named
from initcourse.figures.any_activation import AnyActivationFigure
from initcourse.network import MLP, Signals
from initcourse.phase import FixedPoint, critical_pair, fixed_points, map_slope
from initcourse.propagation import HUGE, TINY, second_moment

#: The menu's last entry: the formula in the text field counts.
TYPED = "your formula"


class AnyActivationExplorer(Explorer):
    """Strength and correlation as cobwebs; one network of `depth` equal layers below.

    Weights are N(0, σ_w²/n), biases N(0, σ_b²). A formula counts when Enter is pressed or the
    field is left; one that no theory can treat leaves the picture and is answered by a sentence.
    """

    def __init__(self, **settings):
        self.last = MORE_ACTIVATIONS["GELU"]
        super().__init__(**settings)
        # four lines: the longest sentence fits, and nothing below it moves
        self.line.layout.min_height = "84px"

    def make_controls(self):
        """Activation, formula, the two variances, then the network."""
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

    def build(self):
        """Three panels for φ and its maps, three for the network."""
        return AnyActivationFigure()

    def show(self, activation, formula, sigma_w2, sigma_b2, c, depth, width, seed):
        """Predict and run the network, and say how strength, gradient and correlation end."""
        refused = ""
        try:
            self.last = _typed(formula) if activation == TYPED else MORE_ACTIVATIONS[activation]
        except ActivationProblem as problem:
            refused = f"<b>Not drawn:</b> {html.escape(str(problem))} Still shown: "
        phi = self.last
        with np.errstate(all="ignore"):
            points = _fixed_points(phi, sigma_w2, sigma_b2)
            predicted = predict(phi, sigma_w2, sigma_b2, c, depth, width)
            predicted["c band"] = correlation_band(phi, sigma_w2, sigma_b2, c, depth, width)
            measured = measure(phi, sigma_w2, sigma_b2, c, depth, width, seed)
            q_end = _last_in_reach(predicted["q"])
            self.picture.show(
                phi,
                lambda q: theory.moment_map(phi, q, sigma_w2, sigma_b2),
                lambda c: correlation_map(phi, c, q_end, sigma_w2, sigma_b2),
                points, predicted, measured,
            )  # fmt: skip
        said = sentence(phi, points, predicted, measured)
        return refused + said if refused else f"{said} {keeping(phi)}"


@lru_cache(maxsize=16)
def _typed(formula):
    return activation_from(formula)


def predict(phi, sigma_w2, sigma_b2, c, depth, width):
    """Return q and c of layers 1 … depth, and the strengths' walks with their bands."""
    q = [sigma_w2 + sigma_b2]
    cs = [(sigma_w2 * c + sigma_b2) / q[0]]
    for _ in range(depth - 1):
        inside = np.isfinite(q[-1]) and 0 < q[-1] < HUGE
        cs.append(correlation_map(phi, cs[-1], q[-1], sigma_w2, sigma_b2) if inside else np.nan)
        cs[-1] = float(np.clip(cs[-1], -1, 1))
        q.append(float(theory.moment_map(phi, q[-1], sigma_w2, sigma_b2)) if inside else q[-1])
    forward, backward = finite_width.predict(
        phi, [width] * (depth + 1), [sigma_w2 / width] * depth, bias_variance=sigma_b2
    )
    return {"q": np.array(q), "c": np.array(cs), "forward": forward, "backward": backward}


@lru_cache(maxsize=4)
def correlation_band(phi, sigma_w2, sigma_b2, c, depth, width):
    """Return the two ends of the correlation's 95 % band at layers 1 … depth, from 50 draws."""
    q = sigma_w2 + sigma_b2
    drawn = finite_correlation.draw(
        phi, (sigma_w2 * c + sigma_b2) / q, q, sigma_w2, depth, width, sigma_b2,
        draws=50, rng=np.random.default_rng(0),
    )  # fmt: skip
    return finite_correlation.band(drawn)


def measure(phi, sigma_w2, sigma_b2, c, depth, width, seed):
    """Return what one network does: q, c and mean δ² of layers 1 … depth, mean h² from 0."""
    weights, biases, noise, readout = _standard_draws(width, depth, seed)
    x = np.stack([noise[0], c * noise[0] + np.sqrt(1 - c * c) * noise[1]]).astype(np.float32)
    std_w, std_b = (np.float32(np.sqrt(v)) for v in (sigma_w2 / width, sigma_b2))
    net = MLP([std_w * W for W in weights], phi, output=phi, biases=[std_b * b for b in biases])
    signals = net.forward(x)
    one = Signals([z[:1] for z in signals.z], [h[:1] for h in signals.h])
    delta = net.backward(one, readout[None, :]).delta[1:]
    z = np.array(signals.z[1:], dtype=float)  # (layers, 2 inputs, units)
    q, product = np.mean(z**2, axis=-1), np.mean(z[:, 0] * z[:, 1], axis=-1)
    forward = np.array([second_moment(h[:1].astype(float)) for h in signals.h])
    backward = np.array([second_moment(d.astype(float)) for d in delta])
    if not np.isfinite(forward).all():
        backward[:] = np.nan
    correlation = product / np.sqrt(q[:, 0] * q[:, 1])
    return {"q": q[:, 0], "c": correlation, "forward": forward, "backward": backward}


@lru_cache(maxsize=2)
def _standard_draws(width, depth, seed):
    """Return standard normal weights, biases and readout, and two orthogonal inputs of strength 1.

    Each layer has its own stream: one more layer leaves the others alone.
    """
    first, *streams = np.random.default_rng(seed).spawn(depth + 1)
    noise, _ = np.linalg.qr(first.standard_normal((width, 2)))
    weights = [rng.standard_normal((width, width), dtype=np.float32) for rng in streams]
    biases = [rng.standard_normal(width, dtype=np.float32) for rng in streams]
    readout = first.standard_normal(width).astype(np.float32)
    return weights, biases, np.sqrt(width) * noise.T, readout


def _fixed_points(phi, sigma_w2, sigma_b2):
    """Return the fixed points; that of two straight lines by its formula, NaN if all q are."""
    if not phi.slopes:
        return fixed_points(phi, sigma_w2, sigma_b2)
    q, chi = theory.fixed_point(phi, sigma_w2, sigma_b2), float(theory.chi(phi, 1.0, sigma_w2))
    return () if np.isinf(q) else (FixedPoint(q, chi, chi),)


def _last_in_reach(q):
    inside = q[np.isfinite(q) & (q > TINY) & (q < 1e6)]
    return float(inside[-1]) if len(inside) else 1.0


# --- the sentence


def sentence(phi, points, predicted, measured):
    """Return what the picture says: the fixed points, then the ends of the three curves."""
    L = len(measured["c"])
    parts = [
        f"{html.escape(phi.name)}: {about(points, predicted['q'])}",
        f"Layer {L}: <b>forward {named(measured['forward'][-1])}</b>"
        + _beside(measured["forward"], predicted["forward"], -1)
        + f"; layer 1: <b>backward {named(measured['backward'][0])}</b>"
        + _beside(measured["backward"], predicted["backward"], 0)
        + f"; <b>correlation {_number(measured['c'][0])} → {_number(measured['c'][-1])}</b> "
        f"(theory {_number(predicted['c'][0])} → {_number(predicted['c'][-1])}"
        + _in_band(measured["c"][-1], *(end[-1] for end in predicted["c band"]))
        + ").",
    ]
    return " ".join(parts)


def about(points, q):
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
def keeping(phi):
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


def _number(c):
    return f"{c:.2f}" if np.isfinite(c) else "lost"


def _beside(measured, walk, layer):
    value, expected = measured[layer], walk.theory[layer]
    if not TINY < value < HUGE or not np.isfinite(expected):
        return ""
    return f" (theory {expected:.2g}{_in_band(value, walk.low[layer], walk.high[layer])})"


def _in_band(value, low, high):
    if not np.isfinite([value, low, high]).all():
        return ""
    # a float32 network knows a correlation next to 1 to some 1e-6
    inside = low <= value <= high or min(low, value) > 1 - 1e-5
    return f", {'inside' if inside else 'outside'} its 95 % band"
