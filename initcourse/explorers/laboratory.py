"""The bench of the laboratories: two networks side by side, on shared axes."""

import numpy as np

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
from initcourse.explorers.panels import (
    EVEN_REACHES,
    HistogramPanel,
    LayerPanel,
    layer_axes,
    legend,
    line_key,
    log_limits,
    show_histograms,
    signal_range,
    theory_keys,
)
from initcourse.explorers.sentences import format_strength
from initcourse.explorers.signals import BATCH, batch_of, draw
from initcourse.figures.style import BLACK, RULE_STYLE, positive_or_nan
from initcourse.rules import RULES

#: Laboratory → the activations that its bench offers.
BENCHES: dict[str, tuple[Activation, ...]] = {
    "sigmoid": (sigmoid, centred_sigmoid),
    "tanh": (tanh, scaled_tanh),
    "ReLU": (relu, leaky_relu(0.1)),
}


# Colours that no rule has: here they stand for kinds of units and of spread.
SHARES = {"saturated": "#6B8E23", "linear": "#2CA6A4", "dead": BLACK}
SPREADS = {"over units": "#D81B60", "over inputs": BLACK}


def _dash(name):
    return "--" if name == "over inputs" else "-"


class LaboratoryFigure(LiveFigure):
    """Forward, backward, spreads, shares and three histograms, for networks A and B."""

    def __init__(self):
        super().__init__(8.4, 7.6)
        self.sides = {side: self._column(side, 0.075 + 0.485 * k) for k, side in enumerate("AB")}
        lines = {
            name: line_key(color, ls=_dash(name)) for name, color in (SPREADS | SHARES).items()
        }
        legend(
            self, theory_keys() | lines, fontsize=8.5, handlelength=1.3, columnspacing=1.2,
            bbox_to_anchor=(0.5, -0.005),
        )  # fmt: skip

    def _column(self, side, left):
        def row(bottom, title, **axes):
            place = [left, bottom, 0.425, 0.13]
            return self, place, f"{side}  {title}", {**axes, "small": True, "titlesize": 9.5}

        def panel(picture, place, title, axes):
            return LayerPanel(picture, place, title, **axes)

        def lines(colors, picture, place, title, axes):
            ax = layer_axes(picture, place, title, **axes)
            live = {
                key: self.add_line(ax, color=color, ls=_dash(key), lw=1.6)
                for key, color in colors.items()
            }
            return ax, live

        return {
            "forward": panel(*row(0.815, "forward: mean h², by layer")),
            "backward": panel(*row(0.615, "backward: mean δ²")),
            "spread": lines(SPREADS, *row(0.415, "std of h over units, over inputs")),
            "share": lines(SHARES, *row(0.225, "saturated, linear, dead, by layer", log=False)),
            "histograms": [
                HistogramPanel(self, [left + 0.147 * j, 0.085, 0.131, 0.075], 40, 0.2, alpha=0.6)
                for j in range(3)
            ],
        }

    def show(self, runs):
        """Put both networks into the picture; rows share their vertical limits."""
        seen = {"forward": [], "backward": [], "spread": []}
        for side, (run, phi, rule_label, spreads, shares) in runs.items():
            parts, color = self.sides[side], RULE_STYLE[rule_label][0]
            layers = np.arange(len(run.forward))
            up, down = run.theory or (None, None)
            seen["forward"].append(parts["forward"].put(layers, run.forward, up, color))
            seen["backward"].append(parts["backward"].put(layers[1:], run.backward, down, color))
            seen["spread"] += spreads
            for key, values in zip(SPREADS, spreads, strict=True):
                parts["spread"][1][key].set_data(layers, positive_or_nan(values))
            for key in SHARES:
                parts["share"][1][key].set_data(layers[1:], shares[key])
            self._histograms(parts["histograms"], run.signals.h, phi, color)
        spans = {row: log_limits(np.concatenate(v), EVEN_REACHES) for row, v in seen.items()}
        spans["share"] = (-0.03, 1.03)
        for side, (run, *_) in runs.items():
            for row, span in spans.items():
                part = self.sides[side][row]
                ax = part.ax if isinstance(part, LayerPanel) else part[0]
                self.limits(ax, x=(-0.4, len(run.backward) + 0.4), y=span)

    def _histograms(self, panels, h, phi, color):
        L = len(h) - 1
        show_histograms(panels, h, sorted({1, (L + 1) // 2, L}), phi, color)
        ends = signal_range(phi)
        for panel in panels:
            self.ticks(panel.ax, ends, [f"{end:g}" for end in ends])


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

    figure, lines = LaboratoryFigure, 3

    def __init__(self, bench, **settings):
        if bench not in BENCHES:
            raise ValueError(f"bench must be one of {list(BENCHES)}, got {bench!r}")
        self.activations = {phi.name: phi for phi in BENCHES[bench]}
        super().__init__(**settings)

    def make_controls(self):
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
            same = format_strength(inputs) if inputs else "0, up to rounding"
            words.append(
                f"<b>{side}</b> at layer {depth}: "
                f"forward (first input) {format_strength(run.forward[-1])}, "
                f"std over units {format_strength(units) if units else 0}, "
                f"<b>over inputs {same}</b>; "
                f"gradient at layer 1 {format_strength(run.backward[0])}"
            )
        self.picture.show(runs)
        return ". ".join(words) + f". ({BATCH} inputs.)"
