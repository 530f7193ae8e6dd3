"""The bench of the laboratories: two networks side by side, on shared axes."""

import numpy as np

from initcourse import activations
from initcourse import propagation as measure
from initcourse.explorers import panels
from initcourse.explorers.base import Explorer, choice, log_slider, rule_choice, slider
from initcourse.explorers.live_figure import LiveFigure
from initcourse.explorers.sentences import format_strength
from initcourse.explorers.signals import BATCH, batch_of, draw
from initcourse.figures.style import BLACK, RULE_STYLE, positive_or_nan
from initcourse.rules import RULES

#: Laboratory → the activations that its bench offers.
BENCHES = {
    "sigmoid": (activations.sigmoid, activations.centred_sigmoid),
    "tanh": (activations.tanh, activations.scaled_tanh),
    "ReLU": (activations.relu, activations.leaky_relu(0.1)),
}

# Colours that no rule has: here they stand for kinds of units and of spread.
SHARES = {"saturated": "#6B8E23", "linear": "#2CA6A4", "dead": BLACK}
SPREADS = {"over units": "#D81B60", "over inputs": BLACK}


def _dash(name):
    return "--" if name == "over inputs" else "-"


def _add_side(picture, side, left):
    """Return the panels of one network by name."""
    parts, look = {}, {"small": True, "titlesize": 9.5}
    places = [[x, y, 0.19, 0.235] for y in (0.685, 0.335) for x in (left, left + 0.244)]
    for name, title in (("forward", "forward: mean h²"), ("backward", "backward: mean δ²")):
        parts[name] = panels.LayerPanel(picture, places.pop(0), f"{side}  {title}", **look)
    for name, title, colors in (
        ("spread", "std over units, inputs", SPREADS), ("share", "saturated, linear, dead", SHARES)
    ):  # fmt: skip
        place, log = places.pop(0), name == "spread"
        ax = panels.layer_axes(picture, place, f"{side}  {title}", log=log, **look)
        lines = {k: picture.add_line(ax, color=c, ls=_dash(k), lw=1.6) for k, c in colors.items()}
        parts[name] = ax, lines
    parts["histograms"] = [
        panels.HistogramPanel(picture, [left + 0.152 * j, 0.1, 0.13, 0.125], 40, 0.2, alpha=0.6)
        for j in range(3)
    ]
    return parts


class LaboratoryExplorer(Explorer):
    """Networks A and B, equal in depth, width, input and seed, each with its own init and scale.

    A is at the left, B at the right. Of each: forward strength and backward strength with theory
    and band; how much units differ for one input and how much inputs differ for one unit;
    saturated, linear and dead shares; histograms of three layers. All of it fits on a screen of
    1366 × 768.

    Parameters
    ----------
    bench : {"sigmoid", "tanh", "ReLU"}
        Which activations the menus offer.
    **settings
        As for `Explorer`.
    """

    lines = 3

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

    def make_picture(self):
        picture = LiveFigure(8.4, 4.2)
        lefts = {"A": 0.045, "B": 0.553}
        picture.sides = {side: _add_side(picture, side, left) for side, left in lefts.items()}
        keys = {k: panels.line_key(c, ls=_dash(k)) for k, c in (SPREADS | SHARES).items()}
        panels.legend(
            picture, panels.theory_keys() | keys, fontsize=8.5, handlelength=1.3,
            columnspacing=1.2, bbox_to_anchor=(0.5, -0.005),
        )  # fmt: skip
        return picture

    def show(self, depth, width, seed, input, **sides):
        seen, words = {"forward": [], "backward": [], "spread": []}, []
        for side in "AB":
            phi = self.activations[sides[f"activation_{side}"]]
            rule = RULES[sides[f"rule_{side}"]]
            x = batch_of(input, width)
            weights, readout = draw(rule, (x.shape[1], *[width] * depth), seed)
            run = measure.propagate(rule, phi, weights, x, readout, scale=sides[f"scale_{side}"])
            spreads = measure.spreads(run.signals)
            self._draw(self.picture.sides[side], seen, run, spreads, phi, RULE_STYLE[rule.label][0])
            units, inputs = spreads[0][-1], spreads[1][-1]
            same = format_strength(inputs) if inputs else "0, up to rounding"
            words.append(
                f"<b>{side}</b> at layer {depth}: "
                f"forward (first input) {format_strength(run.forward[-1])}, "
                f"std over units {format_strength(units) if units else 0}, "
                f"<b>over inputs {same}</b>; "
                f"gradient at layer 1 {format_strength(run.backward[0])}"
            )
        # what is compared shares its vertical limits
        for row in ("forward", "backward", "spread", "share"):
            span = -0.03, 1.03
            if row in seen:
                span = panels.log_limits(np.concatenate(seen[row]), panels.EVEN_REACHES)
            for part in (column[row] for column in self.picture.sides.values()):
                ax = part.ax if isinstance(part, panels.LayerPanel) else part[0]
                self.picture.limits(ax, x=(-0.4, depth + 0.4), y=span)
        return ". ".join(words) + f". ({BATCH} inputs.)"

    def _draw(self, parts, seen, run, spreads, phi, color):
        """Put one network into its column; add to `seen` what the limits of its rows must hold."""
        layers, (up, down) = np.arange(len(run.forward)), run.theory or (None, None)
        seen["forward"].append(parts["forward"].put(layers, run.forward, up, color))
        seen["backward"].append(parts["backward"].put(layers[1:], run.backward, down, color))
        for name in ("forward", "backward"):  # the theory stays visible in a narrow panel
            parts[name].dots.set_markersize(3.2 if len(layers) <= 31 else 1.8)
        seen["spread"] += spreads
        for line, values in zip(parts["spread"][1].values(), spreads, strict=True):
            line.set_data(layers, positive_or_nan(values))
        for key, values in measure.shares(run.signals, phi).items():
            parts["share"][1][key].set_data(layers[1:], values)
        L = layers[-1]
        shown = sorted({1, (L + 1) // 2, L})
        panels.show_histograms(parts["histograms"], run.signals.h, shown, phi, color)
        ends = panels.signal_range(phi)
        for panel in parts["histograms"]:
            self.picture.ticks(panel.ax, ends, [f"{end:g}" for end in ends])
