"""A network whose layers differ in width, under 1/n_in, 1/n_out and Glorot's compromise."""

import itertools
from functools import lru_cache

import numpy as np

from initcourse.activations import ACTIVATIONS
from initcourse.data.samples import unit_noise
from initcourse.explorers.base import Explorer, choice, slider
from initcourse.explorers.live_figure import LiveFigure
from initcourse.explorers.panels import LayerCurve, layer_axes, legend, log_limits
from initcourse.figures.style import RULE_STYLE
from initcourse.propagation import propagate
from initcourse.rules import FAN_RULES

SHAPES = {
    "tapering 784-512-256-128-64-10": (784, 512, 256, 128, 64, 10),
    "steep 784-64-10": (784, 64, 10),
    "widening 10-64-128-256-512-784": (10, 64, 128, 256, 512, 784),
    "bottleneck 256-256-16-256-256": (256, 256, 16, 256, 256),
    "square, 6 × 256": (256,) * 7,
}


@lru_cache(maxsize=12)
def draw(rule, widths, seed):
    """Return the input, the readout and the weights; the first two are the same for every rule."""
    rng = np.random.default_rng(seed)
    x, readout = unit_noise(1, widths[0], rng=rng), rng.standard_normal(widths[-1])
    return x, readout, [rule.draw(shape, rng=rng) for shape in itertools.pairwise(widths)]


class FansExplorer(Explorer):
    """The same network drawn by three rules, forward and backward, with theory and band."""

    def make_controls(self):
        return {
            "shape": choice("widths", SHAPES, width="330px"),
            "activation": choice("activation", ACTIVATIONS, "identity"),
            "gain": slider("gain × std", 1.0, 0.5, 2.0, 0.05),
            "seed": slider("seed", 0, 0, 199),
        }

    def make_picture(self):
        picture = LiveFigure(8.4, 3.8)
        picture.sides = [
            layer_axes(picture, [left, 0.27, 0.43, 0.64], title, xlabel="layer (its width)")
            for left, title in ((0.07, "forward: mean h²"), (0.56, "backward: mean δ²"))
        ]
        picture.curves = {}  # rule's label → its curve forward, and backward
        for label in (rule.label for rule in FAN_RULES.values()):
            color, marker, style = RULE_STYLE[label]
            look = {"dots": color, "marker": marker, "style": style}
            curves = [LayerCurve(picture, ax, color, **look) for ax in picture.sides]
            for curve in curves:
                curve.line.set(marker=marker, markevery=[])  # seen in the legend only
            picture.curves[label] = curves
        legend(picture, {k: up.line for k, (up, _) in picture.curves.items()}, handlelength=2)
        return picture

    def show(self, shape, activation, gain, seed):
        widths, phi = SHAPES[shape], ACTIVATIONS[activation]
        seen, parts = ([], []), []
        for rule in FAN_RULES.values():
            x, readout, weights = draw(rule, widths, seed)
            run = propagate(rule, phi, weights, x, readout, scale=gain)
            for side, measured in enumerate((run.forward, run.backward)):
                layers, curve = np.arange(side, len(widths)), self.picture.curves[rule.label][side]
                seen[side].append(curve.put(layers, measured, run.theory[side]))
            up, down = (predicted.theory for predicted in run.theory)
            parts.append(
                f"<b>{rule.label}</b>: forward ×{run.forward[-1] / run.forward[0]:.3g} (theory "
                f"×{up[-1] / up[0]:.3g}), backward ×{run.backward[0] / run.backward[-1]:.3g} "
                f"(×{down[0] / down[-1]:.3g})"
            )
        labels = [f"{l}\n({n})" for l, n in enumerate(widths)]
        for ax, values in zip(self.picture.sides, seen, strict=True):
            self.picture.ticks(ax, range(len(widths)), labels)
            limits = log_limits(np.concatenate(values))
            self.picture.limits(ax, x=(-0.3, len(widths) - 0.7), y=limits)
        return "; ".join(parts) + "."
