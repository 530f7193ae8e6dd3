"""How much a deep network stretches each direction: orthogonal weights beside Gaussian ones."""

from functools import lru_cache

import numpy as np

from initcourse.activations import identity, relu, tanh
from initcourse.data.samples import unit_noise
from initcourse.explorers.base import Explorer, choice, rule_choice, slider
from initcourse.explorers.layer_streams import layer_streams
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
    outside, streams = layer_streams(seed, depth)
    x = unit_noise(1, width, rng=outside)
    return x, [RULES[rule].draw((width, width), rng=rng) for rng in streams]


class SpectrumFigure(LiveFigure):
    """All singular values by layer on the left; their logarithms at the last layer on the right."""

    def __init__(self):
        super().__init__(8.4, 3.7)
        self.ax = layer_axes(self, [0.08, 0.235, 0.53, 0.67], "singular values of ∂hˡ/∂h⁰")
        self.ax.set_xlabel("layer l")
        self.dots = self.add_dots(self.ax, GREY, ms=2, alpha=0.5)
        self.median = self.add_line(self.ax, color=BLACK, lw=1.4)
        self.rms = self.add_line(self.ax, color=ORANGE, lw=1.8, ls="--")
        self.last = self.axes([0.67, 0.235, 0.31, 0.67])
        self.last.set_xlabel("log₁₀ of the singular value")
        self.last.set_yticks([])
        edges = np.arange(_BINS + 1)
        self.steps = self.live(self.last.stairs(np.zeros(_BINS), edges, fill=True, color=GREY))
        keys = {
            "measured, each direction": line_key(GREY, ls="none", marker="o", ms=3),
            "measured, median": line_key(BLACK),
            "theory, root mean square": line_key(ORANGE, ls="--", lw=1.8),
        }
        legend(self, keys, handlelength=1.6)

    def show(self, layers, values, rms, rule_label):
        """Put the singular values, one array for each layer, and the theory into the picture."""
        seen = [np.maximum(v, max(v.max() * ROUNDING, 1e-290)) for v in values]
        self.dots.set_data(np.repeat(layers, [len(v) for v in seen]), np.concatenate(seen))
        medians = np.array([np.median(v) for v in values])
        kept = medians > ROUNDING * np.array([v.max() for v in values])
        self.median.set_data(layers, np.where(kept, medians, np.nan))  # ends where it is lost
        self.rms.set_data(np.arange(len(rms)), np.maximum(rms, 1e-290))
        low = min(min(v.min() for v in seen), rms.min())
        high = max(max(v.max() for v in seen), rms.max())
        # whole steps of four decades, so that the axis rarely changes while a slider moves
        bottom, top = 4 * np.floor(np.log10(low) / 4 - 0.1), 4 * np.ceil(np.log10(high) / 4 + 0.1)
        self.limits(self.ax, x=(-0.5, layers[-1] + 0.8), y=(10.0**bottom, 10.0**top))
        logs = np.log10(seen[-1])
        edges = np.linspace(bottom, top, _BINS + 1)
        share = np.histogram(logs, edges)[0] / len(logs)
        self.steps.set_data(share, edges)
        self.limits(self.last, x=(bottom, top), y=(0, 1.05 if share.max() > 0.35 else 0.37))
        for artist in (self.dots, self.steps):
            artist.set_color(RULE_STYLE[rule_label][0])
        self.title(self.last, f"share of directions, layer {layers[-1]}")


class SpectrumExplorer(Explorer):
    """Singular values of ∂hˡ/∂h⁰, at one input, for layers l up to the depth."""

    figure, lines = SpectrumFigure, 3

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

    def show(self, activation, rule, gain, depth, width, strength, seed):
        """Compute the spectrum and say how far apart its ends are."""
        phi = PHIS[activation]
        x, draws = draw(rule, width, depth, seed)
        net = MLP([gain * W for W in draws], phi, output=phi)
        layers = np.unique(np.linspace(1, depth, SHOWN).round().astype(int))
        values = singular_values(net, np.sqrt(strength) * x, layers)
        # E of the mean square: the product of σ_w² E[φ′²], layer by layer
        q = trajectory(phi, gain**2 * strength, gain**2, depth)
        chi = gain**2 * slope_moment(phi, q)
        rms = np.sqrt(np.concatenate([[1.0], np.cumprod(chi)]))
        self.picture.show(layers, values, rms, RULES[rule].label)
        last = values[-1]
        lost = int((last <= ROUNDING * last.max()).sum())
        middle = np.median(last)
        few = "; no band, since a few directions carry it" if last[0] > 3 * middle else ""
        text = (
            f"Layer {depth}: largest singular value <b>{last[0]:.2g}</b>, median "
            f"<b>{f'{middle:.2g}' if middle > ROUNDING * last.max() else 'lost'}</b>"
            + (f", smallest {last[-1]:.2g}" if not lost else "")
            + f"; root mean square {np.sqrt(np.mean(last**2)):.2g} (theory {rms[-1]:.2g} for "
            f"infinite width{few})."
        )
        if lost:
            text += f" {lost} of {len(last)} directions are lost: 0, or below rounding."
        return text
