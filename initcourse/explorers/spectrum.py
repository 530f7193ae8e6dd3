"""How much a deep network stretches each direction: orthogonal weights beside Gaussian ones."""

from functools import lru_cache

import numpy as np

from initcourse.activations import identity, relu, tanh
from initcourse.data.samples import unit_noise
from initcourse.explorers.base import Explorer, choice, rule_choice, slider
from initcourse.explorers.layer_streams import draw_layers
from initcourse.explorers.live_figure import LiveFigure
from initcourse.explorers.panels import layer_axes, legend, line_key
from initcourse.figures.style import BLACK, GREY, ORANGE, RULE_STYLE
from initcourse.networks.mlp import MLP
from initcourse.propagation import singular_values
from initcourse.rules import RULES
from initcourse.theory.mean_field import slope_moment, trajectory

_BINS = 41  # odd: 1 lies inside a bin, not between two
#: Below this share of the largest a singular value is rounding, if it is not 0.
ROUNDING = 1e-14
RULE_KEYS = ("xavier", "orthogonal")
PHIS = {phi.name: phi for phi in (identity, tanh, relu)}
#: Layers whose singular values are computed: each costs a decomposition.
SHOWN = 12


@lru_cache(maxsize=4)
def draw(rule, width, depth, seed):
    """Return one input and the weights before the gain."""
    outside, weights = draw_layers(seed, [(width, width)] * depth, RULES[rule].draw)
    return unit_noise(1, width, rng=outside), weights


class SpectrumExplorer(Explorer):
    """Singular values of ∂hˡ/∂h⁰, at one input, for layers l up to the depth."""

    lines = 3

    def make_controls(self):
        return {
            "activation": choice("activation", PHIS, "tanh"),
            "rule": rule_choice("init", "xavier", RULE_KEYS),
            "gain": slider("gain × std", 1.0, 0.8, 1.6, 0.05),
            "depth": slider("depth", 30, 2, 60),
            "width": slider("width", 64, 16, 96, 8),
            "strength": slider("input's mean x²", 1.0, 0.05, 2.0, 0.05),
            "seed": slider("seed", 0, 0, 199),
        }

    def make_picture(self):
        picture = LiveFigure(8.4, 3.7)
        title = "singular values of ∂hˡ/∂h⁰"
        picture.ax = layer_axes(picture, [0.08, 0.235, 0.53, 0.67], title, xlabel="layer l")
        picture.dots = picture.add_dots(picture.ax, GREY, ms=2, alpha=0.5)
        picture.median = picture.add_line(picture.ax, color=BLACK, lw=1.4)
        picture.rms = picture.add_line(picture.ax, color=ORANGE, lw=1.8, ls="--")
        label = "log₁₀ of the singular value"
        picture.last = picture.axes([0.67, 0.235, 0.31, 0.67], xlabel=label, yticks=[])
        bars = picture.last.stairs(np.zeros(_BINS), np.arange(_BINS + 1), fill=True, color=GREY)
        picture.steps = picture.live(bars)
        keys = {
            "measured, each direction": line_key(GREY, ls="none", marker="o", ms=3),
            "measured, median": line_key(BLACK),
            "theory, root mean square": line_key(ORANGE, ls="--", lw=1.8),
        }
        legend(picture, keys, handlelength=1.6)
        return picture

    def show(self, activation, rule, gain, depth, width, strength, seed):
        phi = PHIS[activation]
        x, draws = draw(rule, width, depth, seed)
        net = MLP([gain * W for W in draws], phi, output=phi)
        layers = np.unique(np.linspace(1, depth, SHOWN).round().astype(int))
        values = np.array(singular_values(net, np.sqrt(strength) * x, layers))
        # E of the mean square: the product of σ_w² E[φ′²], layer by layer
        q = trajectory(phi, gain**2 * strength, gain**2, depth)
        chi = gain**2 * slope_moment(phi, q)
        rms = np.sqrt(np.concatenate([[1.0], np.cumprod(chi)]))
        self._draw(layers, values, rms)
        for artist in (self.picture.dots, self.picture.steps):
            artist.set_color(RULE_STYLE[RULES[rule].label][0])
        last = values[-1]
        lost = (last <= ROUNDING * last[0]).sum()
        middle = np.median(last)
        few = "; no band, since a few directions carry it" if last[0] > 3 * middle else ""
        median = f"{middle:.2g}" if middle > ROUNDING * last[0] else "lost"
        smallest, end = f", smallest {last[-1]:.2g}", ""
        if lost:
            smallest, end = "", f" {lost} of {len(last)} directions are lost: 0, or below rounding."
        return (
            f"Layer {depth}: largest singular value <b>{last[0]:.2g}</b>, median <b>{median}</b>"
            f"{smallest}; root mean square {np.sqrt(np.mean(last**2)):.2g} (theory {rms[-1]:.2g} "
            f"for infinite width{few}).{end}"
        )

    def _draw(self, layers, values, rms):
        """Put the singular values, a row for each layer, and the theory into the picture."""
        picture, largest = self.picture, values.max(axis=1, keepdims=True)
        seen = np.maximum(values, np.maximum(largest * ROUNDING, 1e-290))
        picture.dots.set_data(np.repeat(layers, values.shape[1]), seen.ravel())
        medians = np.median(values, axis=1)
        kept = medians > ROUNDING * largest[:, 0]
        picture.median.set_data(layers, np.where(kept, medians, np.nan))  # ends where it is lost
        picture.rms.set_data(np.arange(len(rms)), np.maximum(rms, 1e-290))
        # whole steps of four decades, so that the axis rarely changes while a slider moves
        low, high = np.log10(min(seen.min(), rms.min())), np.log10(max(seen.max(), rms.max()))
        bottom, top = 4 * np.floor(low / 4 - 0.1), 4 * np.ceil(high / 4 + 0.1)
        picture.limits(picture.ax, x=(-0.5, layers[-1] + 0.8), y=(10.0**bottom, 10.0**top))
        edges = np.linspace(bottom, top, _BINS + 1)
        share = np.histogram(np.log10(seen[-1]), edges)[0] / values.shape[1]
        picture.steps.set_data(share, edges)
        picture.limits(picture.last, x=(bottom, top), y=(0, 1.05 if share.max() > 0.35 else 0.37))
        picture.title(picture.last, f"share of directions, layer {layers[-1]}")
