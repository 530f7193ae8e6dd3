"""Signals through a deep network, forward and backward, beside the theory."""

import itertools
from functools import lru_cache

import numpy as np

from initcourse.activations import ACTIVATIONS
from initcourse.data import unit_digits, unit_noise
from initcourse.explorers.base import Explorer, choice, log_slider, slider
from initcourse.figures.signals import SignalsFigure
from initcourse.propagation import HUGE, TINY, propagate, saturated_fraction, std_over_inputs
from initcourse.rules import RULES

#: Inputs pushed through together; the strength is read off the first, histograms off all.
BATCH = 64


class SignalsExplorer(Explorer):
    """A network of `depth` equal layers: strength by layer with theory and band, and histograms.

    Forward: mean(h²) over the units of a layer, for one input. Backward: mean(δ²) for the
    gradient of a random readout of the last layer.
    """

    def make_controls(self):
        """Activation, rule, weight scale, depth, width, input and seed."""
        return {
            "activation": choice("activation", ACTIVATIONS),
            "rule": choice("init", RULES, "Xavier 1/n"),
            "scale": log_slider("weight scale ×", 1.0, -3.3, 3.3),
            "depth": slider("depth", 30, 2, 60),
            "width": slider("width", 256, 32, 512, 16),
            "input": choice("input", ["digits", "Gaussian noise"]),
            "seed": slider("seed", 0, 0, 199),
        }

    def build(self):
        """Two curves on the left, six histograms on the right."""
        self.drawing = SignalsFigure()
        return self.drawing

    def show(self, activation, rule, scale, depth, width, input, seed):
        """Run the network and describe where its signal and gradient end."""
        activation, rule = ACTIVATIONS[activation], RULES[rule]
        x = batch_of(input, width)
        weights, readout = draw(rule, (x.shape[1], *[width] * depth), seed)
        run = propagate(rule, activation, weights, x, readout, scale=scale)
        self.drawing.show(run, activation, rule.name)
        return sentence(run, activation)


@lru_cache(maxsize=8)
def batch_of(kind, n):
    """Return BATCH float32 inputs of unit strength: digits (64 pixels) or noise (n numbers)."""
    x = unit_digits(BATCH) if kind == "digits" else unit_noise(BATCH, n, rng=0)
    return x.astype(np.float32)


@lru_cache(maxsize=4)
def draw(rule, widths, seed):
    """Return unscaled float32 weights and the readout; each layer has its own stream.

    Dragging the weight scale redraws nothing, and one more layer leaves the others alone.
    """
    pairs = itertools.pairwise(widths)
    streams = np.random.default_rng(seed).spawn(len(widths))
    weights = [
        rule.draw(shape, rng=rng, dtype=np.float32)
        for shape, rng in zip(pairs, streams[1:], strict=True)
    ]
    return weights, streams[0].standard_normal(widths[-1]).astype(np.float32)


def sentence(run, activation):
    """Return what the picture says: the ends of both curves, the band, and what that means."""
    L = len(run.backward)
    parts = [
        f"Layer {L}: <b>forward {named(run.forward[-1])}</b>" + beside(run, 0, -1),
        f"layer 1: <b>backward {named(run.backward[0])}</b>" + beside(run, 1, 0),
    ]
    h = run.signals.h[-1]
    if np.isfinite(run.forward[-1]) and run.forward[-1] > TINY:
        if activation.bounds:
            parts.append(f"{saturated_fraction(h, activation):.0%} of layer {L} saturated")
        spread = std_over_inputs(h) / max(np.sqrt(run.forward[-1]), TINY)
        if spread < 0.01:
            parts.append(f"<b>all {len(h)} inputs look alike</b> at layer {L}")
    return "; ".join(parts) + "."


def named(value):
    """Return a strength in words where a number would mislead."""
    if np.isnan(value):
        return "lost, since the signal exploded"
    if value > HUGE:
        return "exploded"
    if value == 0:
        return "0: no signal"
    if value < TINY:
        return "vanished"
    return f"{value:.2g}"


def beside(run, way, layer):
    """Return the theory's value, and whether the measurement lies in its band."""
    if run.theory is None:
        return " (no theory: these weights are not random)"
    walk = run.theory[way]
    measured = (run.forward, run.backward)[way][layer]
    if not TINY < measured < HUGE:
        return ""
    inside = walk.low[layer] <= measured <= walk.high[layer]
    return f" (theory {walk.theory[layer]:.2g}, {'inside' if inside else 'outside'} its 95 % band)"
