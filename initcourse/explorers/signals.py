"""Signals through a deep network, forward and backward, beside the theory."""

import itertools
from functools import lru_cache

import numpy as np
from matplotlib.legend_handler import HandlerTuple

from initcourse.activations import ACTIVATIONS
from initcourse.data.samples import unit_digits, unit_noise
from initcourse.explorers import panels
from initcourse.explorers.base import Explorer, choice, log_slider, rule_choice, slider
from initcourse.explorers.layer_streams import draw_layers
from initcourse.explorers.live_figure import LiveFigure
from initcourse.explorers.sentences import format_ends
from initcourse.figures.style import BLACK, RULE_STYLE
from initcourse.propagation import TINY, propagate, saturated_fraction, std_over_inputs
from initcourse.rules import RULES

#: Inputs pushed through together; the strength is read off the first, histograms off all.
BATCH = 64
#: Histograms shown.
PANELS = 6


@lru_cache(maxsize=8)
def batch_of(kind, n):
    """Return BATCH float32 inputs of unit strength: digits (64 pixels) or noise (n numbers)."""
    x = unit_digits(BATCH) if kind == "digits" else unit_noise(BATCH, n, rng=0)
    return x.astype(np.float32)


@lru_cache(maxsize=4)
def draw(rule, widths, seed):
    """Return unscaled float32 weights and the readout: dragging the scale redraws nothing."""
    shapes = [*itertools.pairwise(widths)]
    outside, weights = draw_layers(seed, shapes, rule.draw, np.float32)
    return weights, outside.standard_normal(widths[-1]).astype(np.float32)


def sentence(run, activation):
    """Return what the picture says: the ends of both curves, the band, and what that means."""
    L = len(run.backward)
    parts = [format_ends(run.forward, run.backward, run.theory)]
    h = run.signals.h[-1]
    if np.isfinite(run.forward[-1]) and run.forward[-1] > TINY:
        if activation.bounds:
            parts.append(f"{saturated_fraction(h, activation):.0%} of layer {L} saturated")
        spread = std_over_inputs(h) / max(np.sqrt(run.forward[-1]), TINY)
        if spread < 0.01:
            parts.append(f"<b>all {len(h)} inputs look alike</b> at layer {L}")
    return "; ".join(parts) + "."


class SignalsExplorer(Explorer):
    """A network of `depth` equal layers: strength by layer with theory and band, and histograms.

    Forward: mean(h²) over the units of a layer, for one input. Backward: mean(δ²) for the
    gradient of a random readout of the last layer.
    """

    def make_controls(self):
        return {
            "activation": choice("activation", ACTIVATIONS),
            "rule": rule_choice("init", "xavier"),
            "scale": log_slider("weight scale ×", 1.0, -3.3, 3.3),
            "depth": slider("depth", 30, 2, 60),
            "width": slider("width", 256, 32, 512, 16),
            "input": choice("input", ["digits", "Gaussian noise"]),
            "seed": slider("seed", 0, 0, 199),
        }

    def make_picture(self):
        picture = LiveFigure(8.4, 4.3)
        panels.add_both_ways(picture, [[0.075, y, 0.42, 0.35] for y in (0.585, 0.115)])
        picture.backward.ax.set_xlabel("layer")
        places = itertools.product((0.705, 0.4225, 0.14), (0.54, 0.775))
        picture.histograms = [
            panels.HistogramPanel(picture, [left, bottom, 0.215, 0.19], 48, 0.15)
            for bottom, left in places
        ]
        picture.figure.text(0.54, 0.963, "values of h: all units, 64 inputs", fontsize=10)
        dots = tuple(panels.line_key(BLACK, ls="none", marker=m, ms=4) for m in "o^s")
        panels.legend(
            picture, {**panels.theory_keys(), "measured": dots}, loc="lower right",
            handlelength=1.6, bbox_to_anchor=(1.0, -0.015),
            handler_map={tuple: HandlerTuple(ndivide=None, pad=0.1)},
        )  # fmt: skip
        return picture

    def show(self, activation, rule, scale, depth, width, input, seed):
        activation, rule = ACTIVATIONS[activation], RULES[rule]
        x = batch_of(input, width)
        weights, readout = draw(rule, (x.shape[1], *[width] * depth), seed)
        run = propagate(rule, activation, weights, x, readout, scale=scale)
        color, marker, _ = RULE_STYLE[rule.label]
        panels.show_both_ways(self.picture, run.forward, run.backward, run.theory, color)
        for panel in (self.picture.forward, self.picture.backward):
            panel.dots.set_marker(marker)
        layers = np.unique(np.linspace(1, depth, PANELS).round().astype(int))
        panels.show_histograms(self.picture.histograms, run.signals.h, layers, activation, color)
        return sentence(run, activation)
