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


@lru_cache(maxsize=4)
def draw(widths, seed):
    """Return the input, the readout and weights of unit variance, which all rules share."""
    rng = np.random.default_rng(seed)
    x = unit_noise(1, widths[0], rng=rng)
    readout = rng.standard_normal(widths[-1])
    pairs = itertools.pairwise(widths)
    return x, readout, [rng.standard_normal(shape) for shape in pairs]


class FansFigure(LiveFigure):
    """Forward and backward strength by layer, one colour for each rule."""

    def __init__(self):
        super().__init__(8.4, 3.8)
        self.sides = [
            layer_axes(self, [0.07 + 0.49 * side, 0.27, 0.43, 0.64], title)
            for side, title in enumerate(("forward: mean h²", "backward: mean δ²"))
        ]
        for ax in self.sides:
            ax.set_xlabel("layer (its width)")
        labels = [rule.label for rule in FAN_RULES.values()]
        self.curves = {label: [self._curve(ax, label) for ax in self.sides] for label in labels}
        legend(self, {label: up.line for label, (up, _) in self.curves.items()}, handlelength=2)

    def _curve(self, ax, label):
        color, marker, style = RULE_STYLE[label]
        curve = LayerCurve(self, ax, color, dots=color, marker=marker, style=style)
        curve.line.set(marker=marker, markevery=[])  # seen in the legend only
        return curve

    def show(self, runs, widths):
        """Put one `Propagation` for each rule into the picture."""
        layers = np.arange(len(widths))
        for side, ax in enumerate(self.sides):
            seen = [
                self.curves[label][side].put(
                    layers[side:], (run.forward, run.backward)[side], run.theory[side]
                )
                for label, run in runs.items()
            ]
            self.ticks(ax, layers, [f"{l}\n({n})" for l, n in enumerate(widths)])
            self.limits(ax, x=(-0.3, len(widths) - 0.7), y=log_limits(np.concatenate(seen)))


class FansExplorer(Explorer):
    """The same network drawn by three rules, forward and backward, with theory and band."""

    figure = FansFigure

    def make_controls(self):
        return {
            "shape": choice("widths", SHAPES, width="330px"),
            "activation": choice("activation", ACTIVATIONS, "identity"),
            "gain": slider("gain × std", 1.0, 0.5, 2.0, 0.05),
            "seed": slider("seed", 0, 0, 199),
        }

    def show(self, shape, activation, gain, seed):
        """Run the network under each rule and say how signal and gradient come out."""
        widths, phi = SHAPES[shape], ACTIVATIONS[activation]
        x, readout, draws = draw(widths, seed)
        runs = {}
        for rule in FAN_RULES.values():
            # the same standard normals for every rule: only the variance differs
            stds = [np.sqrt(rule.variance(*W.shape)) for W in draws]
            weights = [std * W for std, W in zip(stds, draws, strict=True)]
            runs[rule.label] = propagate(rule, phi, weights, x, readout, scale=gain)
        self.picture.show(runs, widths)
        parts = []
        for name, run in runs.items():
            up, down = (predicted.theory for predicted in run.theory)
            parts.append(
                f"<b>{name}</b>: forward ×{run.forward[-1] / run.forward[0]:.3g} (theory "
                f"×{up[-1] / up[0]:.3g}), backward ×{run.backward[0] / run.backward[-1]:.3g} "
                f"(×{down[0] / down[-1]:.3g})"
            )
        return "; ".join(parts) + "."
