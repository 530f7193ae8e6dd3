"""The bench of the laboratories: two networks side by side, on shared axes."""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, StepPatch
from matplotlib.ticker import MaxNLocator

from initcourse import propagation as measure
from initcourse.activations import (
    Activation,
    centred_sigmoid,
    leaky_relu,
    relu,
    scaled_tanh,
    sigmoid,
    tanh,
)
from initcourse.explorers.base import Explorer, choice, log_slider, rule_choice, slider
from initcourse.explorers.live_figure import LiveFigure
from initcourse.explorers.signals import BATCH, batch_of, clip_to_floats, draw, named
from initcourse.figures.style import BLACK, GREY, RULE_STYLE
from initcourse.propagation import histogram
from initcourse.rules import RULES

_BINS = 40
_ROWS = {
    "forward": ("forward: mean h², by layer", 0.815),
    "backward": ("backward: mean δ²", 0.615),
    "spread": ("std of h over units, over inputs", 0.415),
    "share": ("saturated, linear, dead, by layer", 0.225),
}
# colours that no rule has: here they stand for kinds of units and of spread
SHARES = {"saturated": "#7A3E9D", "linear": "#2CA6A4", "dead": BLACK}
SPREADS = {"over units": "#8C564B", "over inputs": BLACK}
_DASHED = {"over inputs": "--"}


class LaboratoryFigure(LiveFigure):
    """Forward, backward, spreads, shares and three histograms, for networks A and B."""

    def __init__(self):
        super().__init__(8.4, 7.6)
        self.sides = {side: self._column(k) for k, side in enumerate("AB")}
        theory = [
            Line2D([], [], color=GREY),
            Patch(facecolor=GREY, alpha=0.25),
            Line2D([], [], ls="none", marker="o", ms=4, color=BLACK),
        ]
        lines = [
            Line2D([], [], color=color, ls=_DASHED.get(name, "-"))
            for name, color in (SPREADS | SHARES).items()
        ]
        self.figure.legend(
            theory + lines, ["theory", "95 % band", "measured", *SPREADS, *SHARES],
            loc="lower center", ncols=8, frameon=False, fontsize=8.5, handlelength=1.3,
            columnspacing=1.2, bbox_to_anchor=(0.5, -0.005),
        )  # fmt: skip

    def _column(self, k):
        left, parts = 0.075 + 0.485 * k, {}
        for name, (title, bottom) in _ROWS.items():
            ax = self.axes([left, bottom, 0.425, 0.13])
            ax.set_title(f"{'AB'[k]}  {title}", loc="left", fontsize=9.5)
            ax.tick_params(labelsize=8, pad=1)
            ax.xaxis.set_major_locator(MaxNLocator(integer=True))
            if name == "share":
                ax.set_ylim(-0.03, 1.03)
                colors, dots = SHARES, False
            elif name == "spread":
                colors, dots = SPREADS, False
            else:
                colors, dots = {"theory": BLACK}, True
            if name != "share":
                ax.set_yscale("log")
            live = {}
            if dots:
                live["band"] = self.live(ax.fill_between([0], [1], [1], alpha=0.25, lw=0))
            for key, color in colors.items():
                style = _DASHED.get(key, "-")
                live[key] = self.live(ax.plot([], [], color=color, ls=style, lw=1.6)[0])
            if dots:
                live["dots"] = self.live(ax.plot([], [], "o", color=BLACK, ms=3.5)[0])
            parts[name] = (ax, live)
        parts["histograms"] = []
        for j in range(3):
            ax = self.axes([left + 0.147 * j, 0.085, 0.131, 0.075])
            ax.set_yticks([])
            ax.grid(visible=False)
            ax.tick_params(labelsize=8, pad=1)
            steps = StepPatch(np.zeros(_BINS), np.arange(_BINS + 1), fill=True, alpha=0.6)
            parts["histograms"].append((ax, self.live(ax.add_patch(steps))))
        return parts

    def show(self, runs):
        """Put both networks into the picture; rows share their vertical limits."""
        spans = {row: self._span_of(row, runs) for row in ("forward", "backward", "spread")}
        for side, (run, phi, rule_label, spreads, shares) in runs.items():
            parts, color = self.sides[side], RULE_STYLE[rule_label][0]
            L = len(run.backward)
            for way, name in enumerate(("forward", "backward")):
                measured, layers = (run.forward, run.backward)[way], np.arange(way, L + 1)
                self._strength(parts[name][1], layers, measured, run.theory, way, color)
                self.limits(parts[name][0], x=(-0.4, L + 0.4), y=spans[name])
            layers = np.arange(L + 1)
            for key, values in zip(SPREADS, spreads, strict=True):
                parts["spread"][1][key].set_data(layers, _shown(values))
            self.limits(parts["spread"][0], x=(-0.4, L + 0.4), y=spans["spread"])
            for key in SHARES:
                parts["share"][1][key].set_data(layers[1:], shares[key])
            self.limits(parts["share"][0], x=(-0.4, L + 0.4), y=(-0.03, 1.03))
            self._histograms(parts["histograms"], run.signals.h, phi, color)

    def _strength(self, live, layers, measured, theory, way, color):
        if theory is None:
            live["theory"].set_data([], [])
            live["band"].set_data([0, 1], [1, 1], [1, 1])
        else:
            predicted = theory[way]
            live["theory"].set_data(layers, clip_to_floats(predicted.theory))
            live["band"].set_data(
                layers, clip_to_floats(predicted.low), clip_to_floats(predicted.high)
            )
        live["theory"].set_color(color)
        live["band"].set_facecolor(color)
        live["dots"].set_data(layers, _shown(measured))

    def _histograms(self, panels, h, phi, color):
        low, high = phi.bounds or (-3.0, 3.0)
        pad = 0.04 * (high - low)
        low, high = low - pad, high + pad
        L = len(h) - 1
        layers = sorted({1, (L + 1) // 2, L})
        for k, (ax, _) in enumerate(panels):
            self.visible(ax, k < len(layers))
        for (ax, steps), l in zip(panels, layers, strict=False):
            steps.set_data(
                np.minimum(histogram(h[l], low, high, _BINS), 0.199),
                np.linspace(low, high, _BINS + 1),
            )
            steps.set_color(color)
            self.ticks(ax, [low + pad, high - pad], [f"{low + pad:g}", f"{high - pad:g}"])
            self.limits(ax, x=(low, high), y=(0, 0.2))
            self.title(ax, f"layer {l}")

    @staticmethod
    def _span_of(row, runs):
        values = []
        for run, _, _, spreads, _ in runs.values():
            if row == "spread":
                values += list(spreads)
            else:
                way = ("forward", "backward").index(row)
                values.append((run.forward, run.backward)[way])
                if run.theory:
                    predicted = run.theory[way]
                    values += [predicted.theory, predicted.low, predicted.high]
        values = np.concatenate(values)
        values = values[np.isfinite(values) & (values > 1e-33) & (values < 1e33)]
        if not len(values):
            return 0.1, 10.0
        # whole steps of two decades, so that limits rarely change while a slider moves
        low, high = np.floor(np.log10(values.min()) / 2), np.ceil(np.log10(values.max()) / 2)
        return 10.0 ** (2 * min(low, -1)), 10.0 ** (2 * max(high, 0.5))


def _shown(values):
    return np.where((values > 0) & np.isfinite(values), values, np.nan)


#: Laboratory → the activations that its bench offers.
BENCHES: dict[str, tuple[Activation, ...]] = {
    "sigmoid": (sigmoid, centred_sigmoid),
    "tanh": (tanh, scaled_tanh),
    "ReLU": (relu, leaky_relu(0.1)),
}


class LaboratoryExplorer(Explorer):
    """Networks A and B, equal in depth, width, input and seed, each with its own init and scale.

    Rows: forward strength and backward strength with theory and band; how much units differ
    for one input and how much inputs differ for one unit; saturated, linear and dead shares;
    histograms of three layers.

    Parameters
    ----------
    bench : {"sigmoid", "tanh", "ReLU"}
        Which activations the menus offer.
    **settings
        As for `Explorer`.
    """

    def __init__(self, bench, **settings):
        if bench not in BENCHES:
            raise ValueError(f"bench must be one of {list(BENCHES)}, got {bench!r}")
        self.activations = {phi.name: phi for phi in BENCHES[bench]}
        super().__init__(**settings)
        # three lines: the longest sentence fits, and nothing below it moves
        self.line.layout.min_height = "64px"

    def make_controls(self):
        """For A and for B: activation, rule and scale; then what they share."""
        controls = {}
        for side, rule in (("A", "xavier"), ("B", "he")):
            controls[f"activation_{side}"] = choice(f"{side}:", self.activations)
            controls[f"rule_{side}"] = rule_choice(f"{side}: init", rule)
            controls[f"scale_{side}"] = log_slider(f"{side}: scale ×", 1.0, -3.3, 3.3)
        return controls | {
            "depth": slider("depth", 10, 2, 60),
            "width": slider("width", 128, 32, 256, 16),
            "seed": slider("seed", 0, 0, 199),
            "input": choice("input", ["digits", "Gaussian noise"]),
        }

    def build(self):
        """Two columns of panels."""
        return LaboratoryFigure()

    def show(self, depth, width, seed, input, **sides):
        """Run both networks and say how each ends."""
        runs, words = {}, []
        for side in "AB":
            phi = self.activations[sides[f"activation_{side}"]]
            rule = RULES[sides[f"rule_{side}"]]
            x = batch_of(input, width)
            weights, readout = draw(rule, (x.shape[1], *[width] * depth), seed)
            run = measure.propagate(rule, phi, weights, x, readout, scale=sides[f"scale_{side}"])
            spreads = measure.spreads(run.signals)
            runs[side] = (run, phi, rule.label, spreads, measure.shares(run.signals, phi))
            units, inputs = spreads[0][-1], spreads[1][-1]
            same = named(inputs) if inputs else "0, up to rounding"
            words.append(
                f"<b>{side}</b> at layer {depth}: forward (first input) {named(run.forward[-1])}, "
                f"std over units {named(units) if units else 0}, <b>over inputs {same}</b>; "
                f"gradient at layer 1 {named(run.backward[0])}"
            )
        self.picture.show(runs)
        return ". ".join(words) + f". ({BATCH} inputs.)"
