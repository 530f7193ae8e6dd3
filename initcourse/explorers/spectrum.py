"""How much a deep network stretches each direction: orthogonal weights beside Gaussian ones."""

from functools import lru_cache

import numpy as np

from initcourse.activations import identity, relu, tanh
from initcourse.data import unit_noise
from initcourse.explorers.base import Explorer, choice, slider
from initcourse.figures.spectrum import ROUNDING, SpectrumFigure
from initcourse.jacobian import singular_values
from initcourse.network import MLP
from initcourse.rules import RULES
from initcourse.theory import slope_moment, trajectory

RULE_NAMES = ("Xavier 1/n", "orthogonal")
PHIS = {phi.name: phi for phi in (identity, tanh, relu)}
#: Layers whose singular values are computed: each costs a decomposition.
SHOWN = 12


class SpectrumExplorer(Explorer):
    """Singular values of ∂hˡ/∂h⁰, at one input, for layers l up to the depth."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.line.layout.min_height = "64px"  # three lines: nothing below it moves

    def make_controls(self):
        """Activation, rule, gain, depth, width, strength of the input, and seed."""
        return {
            "activation": choice("activation", PHIS, "tanh"),
            "rule": choice("init", RULE_NAMES),
            "gain": slider("gain × std", 1.0, 0.8, 1.6, 0.05),
            "depth": slider("depth", 30, 2, 60),
            "width": slider("width", 64, 16, 96, 8),
            "strength": slider("input's mean x²", 1.0, 0.05, 2.0, 0.05),
            "seed": slider("seed", 0, 0, 199),
        }

    def build(self):
        """Values by layer on the left, the last layer's on the right."""
        return SpectrumFigure()

    def show(self, activation, rule, gain, depth, width, strength, seed):
        """Compute the spectrum and say how far apart its ends are."""
        phi = PHIS[activation]
        x, draws = _draws(rule, width, depth, seed)
        net = MLP([gain * W for W in draws], phi, output=phi)
        layers = np.unique(np.linspace(1, depth, SHOWN).round().astype(int))
        values = singular_values(net, np.sqrt(strength) * x, layers)
        # E of the mean square: the product of σ_w² E[φ′²], layer by layer
        q = trajectory(phi, gain**2 * strength, gain**2, depth)
        chi = gain**2 * slope_moment(phi, q)
        rms = np.sqrt(np.concatenate([[1.0], np.cumprod(chi)]))
        self.picture.show(layers, values, rms, rule)
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


@lru_cache(maxsize=4)
def _draws(rule, width, depth, seed):
    streams = np.random.default_rng(seed).spawn(depth + 1)
    x = unit_noise(1, width, rng=streams[0])
    return x, [RULES[rule].draw((width, width), rng=rng) for rng in streams[1:]]
