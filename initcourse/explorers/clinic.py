"""The clinic's examination room: a patient's traces, a treatment, and what came of it."""

import base64
from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from initcourse import clinic
from initcourse.explorers.base import Explorer, choice, said, slider
from initcourse.figures.clinic import ClinicFigure
from initcourse.figures.live import png
from initcourse.patients import Outcome
from initcourse.signs import short

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
#: How the names of treatments begin that touch the chosen layers only.
BY_LAYERS = ("weights", "redraw")
TRAINING = ("at its rate", "at five rates", "not run")
#: Layers of the deepest patient.
DEEPEST = 18
#: Wards that the slider reaches.
LAST_WARD = 199
#: Networks that are trained: fewer than are traced, for a reply in a fraction of a second.
DRAWS = 3


class ClinicExplorer(Explorer):
    """Patient 0 and a ward of six; traces before the first step, and training after a treatment.

    The two layer controls say which hidden layers (or blocks) the weights' treatments touch. The
    traces are drawn at once; a bar under the picture shows how far training is.
    """

    # Training stays in the callback: it takes about a second, and what a widget is told there
    # reaches the page at once. The bar keeps its place when it is hidden, so nothing moves.

    def __init__(self, **settings):
        self._runs = {}
        hidden = widgets.Layout(width="840px", height="10px", margin="0", visibility="hidden")
        self.bar = widgets.FloatProgress(min=0.0, max=1.0, layout=hidden)
        super().__init__(**settings)
        controls, image, line = self.children
        self.children = (controls, image, self.bar, line)
        self.line.layout.min_height = "66px"

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
            "seed": slider("ward's seed", 12, 0, LAST_WARD),
            "first": slider("from layer", 1, 1, DEEPEST),
            "last": slider("to layer", DEEPEST, 1, DEEPEST),
        }

    def build(self):
        """Traces, histograms, losses."""
        return ClinicFigure()

    def show(self, patient, treatment, training, seed, first, last):
        """Trace and train the patient as it came and as treated; say what changed."""
        number, room = PATIENTS.index(patient), _ward(seed)
        depth, chosen = room[number].depth, sorted((first, last))
        low, high = (min(layer, depth) for layer in chosen)
        refused = ""
        if treatment == "branch × 1/√L" and room[number].kind != "residual":
            refused = f" No branch to scale: this network is {room[number].kind}."
        came = _traces(seed, number, "none", 1, depth)
        everywhere, rates = chosen == [1, DEEPEST], training == "at five rates"
        touched = f"{_between(came.place, low, high)} of {depth}"
        touched = f"all {came.place}s" if everywhere else touched
        keys, traces = {"came": (seed, number, "none", 1, depth, rates)}, {"came": came}
        heads, tail = {"came": f"<b>{room[number]}.</b> As it came:"}, ""
        if MENU[treatment] is not None and not refused:
            keys["treated"] = (seed, number, treatment, low, high, rates)
            traces["treated"] = _traces(seed, number, treatment, low, high)
            heads["treated"] = f"<b>{treatment}</b>{_where(treatment, touched)}:"
        else:
            tail = f" No treatment{'' if everywhere else f' (chosen: {touched})'}.{refused}"
        drawn = came, traces.get("treated")
        options = {
            "layers": None if everywhere else chosen,
            "touching": "treated" in keys and treatment.startswith(BY_LAYERS),
            "rates": rates,
        }
        runs = None
        if training != "not run":
            missing = [key for key in keys.values() if key not in self._runs]
            if missing:
                self.picture.show(*drawn, None, **options, missing="training …")
                self._train(missing, _words(heads, traces, None, rates) + tail)
            runs = {state: self._runs[key] for state, key in keys.items()}
        self.picture.show(*drawn, runs, **options)
        return _words(heads, traces, runs, rates) + tail

    def _train(self, missing, text):
        """Show what is known before training, then train; the bar says how far it is."""
        self.image.value = self.picture.png()
        self.line.value = said(f"{text} <i>Training …</i>")
        self.bar.value, self.bar.layout.visibility = 0.0, "visible"
        try:
            for k, key in enumerate(missing):
                report = lambda share, k=k: self._advance((k + share) / len(missing))  # noqa: E731
                self._runs[key] = _run(*key, report)
        finally:
            self.bar.layout.visibility = "hidden"

    def _advance(self, share):
        """Move the bar by steps that can be seen."""
        if share - self.bar.value > 0.03 or share == 1:
            self.bar.value = share


def _between(place, low, high):
    return f"{place} {low}" if low == high else f"{place}s {low} to {high}"


def _where(treatment, touched):
    """Return, in brackets, what of the network a treatment touches."""
    everywhere = touched.startswith("all")
    if not treatment.startswith(BY_LAYERS):
        return "" if everywhere else " (the choice of layers counts for weights only)"
    biases = "" if everywhere or "centred" not in treatment else ", biases everywhere"
    return f" ({touched}{biases})"


def _words(heads, traces, runs, rates):
    """Return a sentence for each state: its traces, and what training brought."""
    return " ".join(
        f"{heads[state]} {_said(traces[state], runs and runs[state], rates)}" for state in traces
    )


def _said(traces, losses, rates):
    """Return one state's traces and what training brought, in a sentence."""
    up, down = (clinic.factor(p) for p in (traces.forward, traces.backward[:, ::-1]))
    place = traces.place
    words = f"mean h² {_times(up)} per {place}, the gradient {_times(down)} per {place} down"
    same = clinic.alike(traces)
    if same:
        words += f", units alike in {len(same)} {place}" + "s" * (len(same) > 1)
    if losses is None:
        return words + "."
    if not rates:
        return words + f"; {Outcome(losses).recovered.sum()} of {DRAWS} draws recover."
    well = [m for m, run in losses.items() if Outcome(run).cured]
    found = ", ".join(f"×{m:g}" for m in well)
    return words + (f"; recovers at rate {found}." if well else "; recovers at no rate.")


def _times(factor):
    if not np.isfinite(factor):
        return "exploded"
    return f"×{short(factor)}" if factor > 0 else "lost"


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


def _run(seed, number, treatment, low, high, rates, report):
    patient = _ward(seed)[number]
    prescription = _prescription(seed, number, treatment, low, high)
    if rates:
        return patient.try_rates(prescription, draws=1, report=report)
    return patient.train(prescription, draws=DRAWS, report=report)
