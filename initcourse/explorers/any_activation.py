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
from initcourse.explorers.any_activation_words import keeping, sentence
from initcourse.explorers.base import Explorer, choice, slider
from initcourse.figures.any_activation import AnyActivationFigure
from initcourse.network import MLP, Signals
from initcourse.phase import FixedPoint, fixed_points
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
