"""The bench of the laboratories: two networks side by side, on shared axes."""

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
from initcourse.explorers.base import Explorer, choice, log_slider, slider
from initcourse.explorers.signals import BATCH, batch_of, draw, named
from initcourse.figures.laboratory import LaboratoryFigure
from initcourse.rules import RULES

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
        for side, rule in (("A", "Xavier 1/n"), ("B", "He 2/n")):
            controls[f"activation_{side}"] = choice(f"{side}:", self.activations)
            controls[f"rule_{side}"] = choice(f"{side}: init", RULES, rule)
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
            runs[side] = (run, phi, rule.name, spreads, measure.shares(run.signals, phi))
            units, inputs = spreads[0][-1], spreads[1][-1]
            same = named(inputs) if inputs else "0, up to rounding"
            words.append(
                f"<b>{side}</b> at layer {depth}: forward (first input) {named(run.forward[-1])}, "
                f"std over units {named(units) if units else 0}, <b>over inputs {same}</b>; "
                f"gradient at layer 1 {named(run.backward[0])}"
            )
        self.picture.show(runs)
        return ". ".join(words) + f". ({BATCH} inputs.)"
