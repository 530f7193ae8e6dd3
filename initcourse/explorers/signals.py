"""Signals through a deep network, forward and backward, beside the theory."""

import itertools
from functools import lru_cache

import numpy as np
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, StepPatch
from matplotlib.ticker import NullLocator

from initcourse.activations import ACTIVATIONS
from initcourse.data.samples import unit_digits, unit_noise
from initcourse.explorers.base import Explorer, choice, log_slider, rule_choice, slider
from initcourse.explorers.live_figure import Band, LiveFigure
from initcourse.figures.style import BLACK, GREY, RULE_STYLE
from initcourse.propagation import (
    HUGE,
    TINY,
    histogram,
    propagate,
    saturated_fraction,
    std_over_inputs,
)
from initcourse.rules import RULES

# How far an axis reaches below and above 1, narrowest first: the first that holds the curves.
_SPANS = (1e1, 1e3, 1e6, 1e12, 1e18, 1e33)
_BINS = 48
PANELS = 6


class SignalsFigure(LiveFigure):
    """Forward and backward strength by layer on the left, histograms of h on the right."""

    def __init__(self):
        super().__init__(8.4, 4.3)
        self.forward = self._strength([0.075, 0.585, 0.42, 0.35], "forward: mean h²")
        self.backward = self._strength([0.075, 0.115, 0.42, 0.35], "backward: mean δ²")
        self.backward[0].set_xlabel("layer")
        self.histograms = [self._histogram(k) for k in range(PANELS)]
        self.figure.text(0.54, 0.963, "values of h: all units, 64 inputs", fontsize=10)
        # grey: the curves' own colour changes with the rule
        handles = [
            Line2D([], [], color=GREY),
            Patch(facecolor=GREY, alpha=0.25),
            tuple(Line2D([], [], ls="none", marker=m, ms=4, color=BLACK) for m in "o^s"),
        ]
        self.figure.legend(
            handles, ["theory", "95 % band", "measured"], loc="lower right", ncols=3,
            bbox_to_anchor=(1.0, -0.015), frameon=False, fontsize=9, handlelength=1.6,
            handler_map={tuple: HandlerTuple(ndivide=None, pad=0.1)},
        )  # fmt: skip

    def _strength(self, rectangle, title):
        ax = self.axes(rectangle)
        ax.set_yscale("log")
        ax.yaxis.set_minor_locator(NullLocator())
        ax.set_title(title, loc="left", fontsize=10)
        band = self.live(ax.add_patch(Band(alpha=0.22)))
        (line,) = ax.plot([], [], lw=1.6)
        (dots,) = ax.plot([], [], ls="none", marker="o", ms=4, color="black")
        return ax, self.live(line), band, self.live(dots)

    def _histogram(self, k):
        row, column = divmod(k, 2)
        ax = self.axes([0.54 + 0.235 * column, 0.705 - 0.2825 * row, 0.215, 0.19])
        ax.set_yticks([])
        ax.grid(visible=False)
        ax.tick_params(labelsize=8, pad=1)
        ax.locator_params(axis="x", nbins=3)
        steps = StepPatch(np.zeros(_BINS), np.arange(_BINS + 1), fill=True, alpha=0.55)
        return ax, self.live(ax.add_patch(steps))

    def show(self, run, activation, rule_label):
        """Put a `Propagation` into the picture."""
        L = len(run.backward)
        color, marker, _ = RULE_STYLE[rule_label]
        predictions = run.theory or (None, None)
        self._curve(self.forward, np.arange(L + 1), run.forward, predictions[0], color, marker, L)
        self._curve(
            self.backward, np.arange(1, L + 1), run.backward, predictions[1], color, marker, L
        )
        low, high = activation.bounds or (-3.0, 3.0)
        pad = 0.04 * (high - low)
        low, high = low - pad, high + pad
        layers = np.unique(np.linspace(1, L, PANELS).round().astype(int))
        for k, (ax, steps) in enumerate(self.histograms):
            shown = k < len(layers)
            self.visible(ax, shown)
            if not shown:
                continue
            shares = histogram(run.signals.h[layers[k]], low, high, _BINS)
            # a spike is cut at the top: the shape of the rest stays visible
            steps.set_data(np.minimum(shares, 0.149), np.linspace(low, high, _BINS + 1))
            steps.set_color(color)
            self.limits(ax, x=(low, high), y=(0, 0.15))
            self.title(ax, f"layer {layers[k]}")

    def _curve(self, artists, layers, measured, predicted, color, marker, depth):
        ax, line, band, dots = artists
        seen = [measured]
        if predicted is None:
            line.set_data([], [])
            band.set_data([0, 1], [1, 1], [1, 1])
        else:
            seen += [predicted.theory, predicted.low, predicted.high]
            line.set_data(layers, clip_to_floats(predicted.theory))
            band.set_data(layers, clip_to_floats(predicted.low), clip_to_floats(predicted.high))
        line.set_color(color)
        band.set_facecolor(color)
        dots.set_marker(marker)
        dots.set_markersize(4 if depth <= 30 else 2.5)  # theory stays visible between them
        dots.set_data(layers, np.where((measured > 0) & np.isfinite(measured), measured, np.nan))
        self.limits(ax, x=(-0.4, depth + 0.4), y=_span(np.concatenate(seen)))


def clip_to_floats(values):
    return np.clip(values, 1e-300, 1e300)


def _span(values):
    """Return log limits, each one of a few, so that they rarely change while a slider moves."""
    values = clip_to_floats(values[np.isfinite(values) & (values > 0)])
    ends = (1 / values.min(), values.max()) if len(values) else (1.0, 1.0)
    below, above = (next((span for span in _SPANS if end <= span), _SPANS[-1]) for end in ends)
    return 1 / below, above


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
            "rule": rule_choice("init", "xavier"),
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
        self.drawing.show(run, activation, rule.label)
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
    predicted = run.theory[way]
    measured = (run.forward, run.backward)[way][layer]
    if not TINY < measured < HUGE:
        return ""
    place = "inside" if predicted.low[layer] <= measured <= predicted.high[layer] else "outside"
    return f" (theory {predicted.theory[layer]:.2g}, {place} its 95 % band)"
