"""A network whose layers differ in width, under 1/n_in, 1/n_out and Glorot's compromise."""

import itertools
from functools import lru_cache

import numpy as np

from initcourse.activations import ACTIVATIONS
from initcourse.data import unit_noise
from initcourse.explorers.base import Explorer, choice, slider
from initcourse.figures.fans import FansFigure
from initcourse.propagation import propagate
from initcourse.rules import FAN_RULES

SHAPES = {
    "tapering 784-512-256-128-64-10": (784, 512, 256, 128, 64, 10),
    "steep 784-64-10": (784, 64, 10),
    "widening 10-64-128-256-512-784": (10, 64, 128, 256, 512, 784),
    "bottleneck 256-256-16-256-256": (256, 256, 16, 256, 256),
    "square, 6 × 256": (256,) * 7,
}


class FansExplorer(Explorer):
    """The same network drawn by three rules, forward and backward, with theory and band."""

    def make_controls(self):
        """Shape, activation, gain and seed."""
        return {
            "shape": choice("widths", SHAPES, width="330px"),
            "activation": choice("activation", ACTIVATIONS, "identity"),
            "gain": slider("gain × std", 1.0, 0.5, 2.0, 0.05),
            "seed": slider("seed", 0, 0, 199),
        }

    def build(self):
        """Forward on the left, backward on the right."""
        return FansFigure(list(FAN_RULES))

    def show(self, shape, activation, gain, seed):
        """Run the network under each rule and say how signal and gradient come out."""
        widths, phi = SHAPES[shape], ACTIVATIONS[activation]
        x, readout, draws = _standard_draws(widths, seed)
        runs = {}
        for name, rule in FAN_RULES.items():
            # the same standard normals for every rule: only the variance differs
            stds = [np.sqrt(rule.variance(*W.shape)) for W in draws]
            weights = [std * W for std, W in zip(stds, draws, strict=True)]
            runs[name] = propagate(rule, phi, weights, x, readout, scale=gain)
        self.picture.show(runs, widths)
        parts = []
        for name, run in runs.items():
            up, down = (walk.theory for walk in run.theory)
            parts.append(
                f"<b>{name}</b>: forward ×{run.forward[-1] / run.forward[0]:.3g} (theory "
                f"×{up[-1] / up[0]:.3g}), backward ×{run.backward[0] / run.backward[-1]:.3g} "
                f"(×{down[0] / down[-1]:.3g})"
            )
        return "; ".join(parts) + "."


@lru_cache(maxsize=4)
def _standard_draws(widths, seed):
    rng = np.random.default_rng(seed)
    x = unit_noise(1, widths[0], rng=rng)
    readout = rng.standard_normal(widths[-1])
    pairs = itertools.pairwise(widths)
    return x, readout, [rng.standard_normal(shape) for shape in pairs]
