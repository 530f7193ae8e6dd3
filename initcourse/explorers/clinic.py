"""The clinic's examination room: a patient's traces, a treatment, and what came of it."""

import base64
from functools import lru_cache

import numpy as np

from initcourse import clinic
from initcourse.explorers.base import Explorer, choice, slider
from initcourse.figures.clinic import ClinicFigure
from initcourse.figures.live import png
from initcourse.patients import Outcome

PATIENTS = [f"Patient {k}" for k in range(7)]
#: Treatment in the menu → what it gives, from the layers chosen and the depth.
MENU = {
    "none": None,
    "weights × 0.5": lambda layers, depth: [clinic.Rescale(0.5, layers)],
    "weights × 2": lambda layers, depth: [clinic.Rescale(2.0, layers)],
    "weights × 4, centred": lambda layers, depth: [clinic.Rescale(4.0, layers), clinic.Centre()],
    "redraw: Xavier 1/n": lambda layers, depth: [clinic.Redraw("Xavier 1/n", layers)],
    "redraw: He 2/n": lambda layers, depth: [clinic.Redraw("He 2/n", layers)],
    "tanh for φ": lambda layers, depth: [clinic.SwapActivation("tanh")],
    "branch × 1/√L": lambda layers, depth: [clinic.ScaleBranch(depth**-0.5)],
    "rate × 0.01": lambda layers, depth: [clinic.ScaleRate(0.01)],
    "rate × 0.1": lambda layers, depth: [clinic.ScaleRate(0.1)],
    "rate × 10": lambda layers, depth: [clinic.ScaleRate(10)],
    "rate × 100": lambda layers, depth: [clinic.ScaleRate(100)],
}
TRAINING = ("at its rate", "at five rates", "not run")
#: Layers of the deepest patient.
DEEPEST = 18
#: Networks that are trained: fewer than are traced, for a reply in a fraction of a second.
DRAWS = 3


class ClinicExplorer(Explorer):
    """Patient 0 and a ward of six; traces before the first step, and training after a treatment.

    The two layer controls say which hidden layers (or blocks) the weights' treatments touch.
    """

    def __init__(self, **settings):
        super().__init__(**settings)
        self.line.layout.min_height = "66px"

    def update(self, change=None):
        """Say that training is under way, then bring picture and sentence up to date."""
        if change is not None and self.controls["training"].value != "not run":
            self.line.value = "<i>Training …</i>"
        super().update(change)

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        # a notebook stores one for each patient: six shades of each colour halve its size
        shades = np.rint(self.picture.pixels()[..., :3] / 51).astype(np.uint8)
        bundle["image/png"] = base64.b64encode(png(51 * shades)).decode()
        return bundle

    def make_controls(self):
        """Ward, patient, treatment, its layers, and whether to train."""
        return {
            "patient": choice("patient", PATIENTS, "Patient 1"),
            "treatment": choice("treatment", MENU),
            "training": choice("training", TRAINING),
            "seed": slider("ward's seed", 12, 0, 199),
            "first": slider("from layer", 1, 1, DEEPEST),
            "last": slider("to layer", DEEPEST, 1, DEEPEST),
        }

    def build(self):
        """Traces, histograms, losses."""
        return ClinicFigure()

    def show(self, patient, treatment, training, seed, first, last):
        """Trace and train the patient as it came and as treated; say what changed."""
        number, room = PATIENTS.index(patient), _ward(seed)
        depth = room[number].depth
        chosen = sorted((first, last))
        low, high = (min(layer, depth) for layer in chosen)
        refused = ""
        if treatment == "branch × 1/√L" and room[number].kind != "residual":
            refused = f" No branch to scale: this network is {room[number].kind}."
        treated = MENU[treatment] is not None and not refused
        keys = {"came": ("none", 1, depth)}
        if treated:
            keys["treated"] = (treatment, low, high)
        traces = {state: _traces(seed, number, *key) for state, key in keys.items()}
        runs, rates = None, training == "at five rates"
        if training != "not run":
            runs = {state: _run(seed, number, *key, rates) for state, key in keys.items()}
        everywhere = chosen == [1, DEEPEST]
        self.picture.show(
            traces["came"], traces.get("treated"), runs,
            layers=None if everywhere else chosen, rates=rates,
        )  # fmt: skip
        touched = "all layers" if everywhere else f"layers {low} to {high} of {depth}"
        parts = [f"<b>{room[number]}.</b> As it came: {_said(traces['came'], runs, 'came', rates)}"]
        if treated:
            said = _said(traces["treated"], runs, "treated", rates)
            parts.append(f"<b>{treatment}</b> ({touched}): {said}")
        else:
            parts.append(f"No treatment{'' if everywhere else f' (chosen: {touched})'}.{refused}")
        return " ".join(parts)


def _said(traces, runs, state, rates):
    """Return the traces and what training brought, in a sentence."""
    up, down = (clinic.factor(p) for p in (traces.forward, traces.backward[:, ::-1]))
    words = f"mean h² {_times(up)} per layer, the gradient {_times(down)} per layer down"
    same = clinic.alike(traces)
    if same:
        words += f", units alike in {len(same)} layer" + "s" * (len(same) > 1)
    if not runs:
        return words + "."
    if not rates:
        outcome = Outcome(runs[state])
        return words + f"; {outcome.recovered.sum()} of {DRAWS} draws recover."
    well = [m for m, losses in runs[state].items() if Outcome(losses).cured]
    found = ", ".join(f"×{m:g}" for m in well)
    return words + (f"; recovers at rate {found}." if well else "; recovers at no rate.")


def _times(factor):
    if not np.isfinite(factor):
        return "exploded"
    return f"×{factor:.2g}" if factor > 0 else "lost"


@lru_cache(maxsize=4)
def _ward(seed):
    return clinic.example(seed), *clinic.ward(seed)


def _prescription(seed, number, treatment, low, high):
    patient = _ward(seed)[number]
    made = MENU[treatment]
    return made(tuple(range(low, high + 1)), patient.depth) if made else ()


@lru_cache(maxsize=32)
def _traces(seed, number, *key):
    return _ward(seed)[number].trace(_prescription(seed, number, *key))


@lru_cache(maxsize=32)
def _run(seed, number, treatment, low, high, rates):
    patient = _ward(seed)[number]
    prescription = _prescription(seed, number, treatment, low, high)
    if rates:
        return patient.try_rates(prescription, draws=1)
    return patient.train(prescription, draws=DRAWS)
