"""The clinic's examination room: a patient's traces, a treatment, and what came of it."""

import base64
from functools import lru_cache, partial

import ipywidgets as widgets
import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from initcourse import clinic
from initcourse.clinic.patients import GUESSING, MULTIPLES, RECOVERED, Outcome
from initcourse.clinic.symptoms import format_two_digits
from initcourse.explorers import panels
from initcourse.explorers.base import ACROSS, Explorer, as_html, choice, slider
from initcourse.explorers.live_figure import LiveFigure, png
from initcourse.figures.style import BLACK, GREY, positive_or_nan

#: As the patient came, and after the treatment, in colours that no rule has.
STATES = {"came": BLACK, "treated": "#9A4FBF"}
_DOTTED = (0, (2, 2))
#: Panel → its title, and which `Traces` it shows; those of the inputs are dotted.
_TRACES = {
    "forward": ("forward: mean h²", ("forward",)),
    "backward": ("backward: mean δ²", ("backward",)),
    "spread": ("std over units, inputs", ("over_units", "over_inputs")),
}
PATIENTS = [f"Patient {k}" for k in range(7)]
#: Treatment in the menu → what it gives, from the layers chosen and the depth.
MENU = {
    "none": lambda layers, depth: [],
    "weights × 0.5": lambda layers, depth: [clinic.Rescale(0.5, layers)],
    "weights × 2": lambda layers, depth: [clinic.Rescale(2.0, layers)],
    "weights × 4, centred": lambda layers, depth: [clinic.Rescale(4.0, layers), clinic.Centre()],
    "redraw: Xavier 1/n": lambda layers, depth: [clinic.Redraw("xavier", layers)],
    "redraw: He 2/n": lambda layers, depth: [clinic.Redraw("he", layers)],
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


def _curves(x, values):
    """Return a line's x and y for values of shape (curves, points)."""
    return panels.lines_with_gaps(x, positive_or_nan(values))


def _losses(run, rates):
    """Return a line's x and y: the loss at the end by rate, or the means of ten steps by step."""
    with np.errstate(invalid="ignore"):
        if rates:
            x, y = np.log10(MULTIPLES), np.array([Outcome(losses).final for losses in run.values()])
        else:
            y = run[: len(run) // 10 * 10].reshape(-1, 10, run.shape[1]).mean(axis=1)
            x = np.arange(len(y)) * 10 + 5
    return _curves(x, panels.cut_off(y.T))


def _trace_limits(values):
    """Return whole steps of two decades around what is shown."""
    values = values[np.isfinite(values) & (values > 1e-20) & (values < 1e40)]
    if not len(values):
        return 0.1, 10.0
    low, high = np.floor(np.log10(values.min()) / 2), np.ceil(np.log10(values.max()) / 2)
    return 10.0 ** (2 * low), 10.0 ** (2 * max(high, low + 1))


def _format_end(value):
    """Return 70000 and 0.00003 in full, so that no power of ten is cut off at a panel's edge."""
    in_full = value == 0 or 1e-5 <= abs(value) < 1e6
    return np.format_float_positional(value, precision=9, trim="-") if in_full else f"{value:.0e}"


def _range(h):
    """Return the ends of a histogram: what holds nearly all of h, to one digit."""
    h = h[np.isfinite(h)]
    low, high = np.percentile(h, [0.2, 99.8]) if h.size else (0.0, 1.0)
    reach = max(abs(low), abs(high), 1e-30)
    unit = 10.0 ** np.floor(np.log10(reach))
    low, high = np.floor(low / unit) * unit, np.ceil(high / unit) * unit
    return float(low), float(max(high, low + unit))


def _where(treatment, touched):
    """Return, in brackets, what of the network a treatment touches."""
    everywhere = touched.startswith("all")
    if not treatment.startswith(BY_LAYERS):
        return "" if everywhere else " (the choice of layers counts for weights only)"
    biases = "" if everywhere or "centred" not in treatment else ", biases everywhere"
    return f" ({touched}{biases})"


def _format_state(traces, losses, rates):
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
    return f"×{format_two_digits(factor)}" if factor > 0 else "lost"


@lru_cache(maxsize=4)
def _ward(seed):
    return clinic.example(seed), *clinic.ward(seed)


def _prescribed(seed, number, treatment, low, high):
    """Return a patient, and what the menu's treatment of its layers is."""
    patient = _ward(seed)[number]
    return patient, MENU[treatment](tuple(range(low, high + 1)), patient.depth)


@lru_cache(maxsize=32)
def _traces(*plan):
    patient, prescription = _prescribed(*plan)
    return patient.trace(prescription)


def _add_trace(picture, name, left):
    """Return axes for one kind of trace, and its lines by state and field."""
    title, fields = _TRACES[name]
    ax = panels.layer_axes(picture, [left, 0.6, 0.275, 0.335], title, small=True)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
    lines = {}
    for field in fields:
        look = {"ls": _DOTTED} if field == "over_inputs" else {"alpha": 0.75}
        for state, color in STATES.items():
            lines[state, field] = picture.add_line(ax, color=color, lw=1.1, **look)
    return ax, lines


class ClinicExplorer(Explorer):
    """Patient 0 and a ward of six; traces before the first step, and training after a treatment.

    The two layer controls say which hidden layers (or blocks) the weights' treatments touch. The
    traces are drawn at once; a bar under the picture shows how far training is.
    """

    lines = 3

    # Training stays in the callback: it takes about a second, and what a widget is told there
    # reaches the page at once. The bar keeps its place when it is hidden, so nothing moves.

    def __init__(self, **settings):
        self._runs, self.seen = {}, False
        hidden = {**ACROSS, "height": "10px", "margin": "0", "visibility": "hidden"}
        self.bar = widgets.FloatProgress(min=0.0, max=1.0, layout=hidden)
        super().__init__(**settings)
        controls, image, *rest = self.children
        self.children, self.seen = (controls, image, self.bar, *rest), True

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        if not self.image.value:  # it broke before there was a picture
            return bundle
        # a notebook stores one for each patient: six shades of each colour halve its size
        shades = np.rint(self.picture.pixels()[..., :3] / 51).astype(np.uint8)
        bundle["image/png"] = base64.b64encode(png(51 * shades)).decode()
        return bundle

    def make_controls(self):
        return {
            "patient": choice("patient", PATIENTS, "Patient 1"),
            "treatment": choice("treatment", MENU),
            "training": choice("training", TRAINING),
            "seed": slider("ward's seed", 12, 0, LAST_WARD),
            "first": slider("from layer", 1, 1, DEEPEST),
            "last": slider("to layer, at most", DEEPEST, 1, DEEPEST),
        }

    def make_picture(self):
        picture = LiveFigure(8.4, 5.5)
        picture.traces = {
            name: _add_trace(picture, name, 0.06 + 0.327 * k) for k, name in enumerate(_TRACES)
        }
        ax = picture.traces["forward"][0]
        shade = Rectangle((0, 0), 1, 1, color=STATES["treated"], alpha=0.1, lw=0)
        shade.set_transform(ax.get_xaxis_transform())  # from the axes' bottom to its top
        picture.shade = picture.live(ax.add_patch(shade))
        colors = [*STATES.values()]
        picture.histograms = [
            panels.HistogramPanel(picture, [left, 0.125, 0.137, 0.3], 32, 0.3, colors, alpha=0.4)
            for left in (0.06, 0.217, 0.374)
        ]
        picture.figure.text(0.06, 0.5, "values of h, first draw", fontsize=9.5)
        picture.loss = picture.axes([0.575, 0.125, 0.405, 0.345], "loss", small=True)
        picture.loss.set_yticks([0, 1, 2, 3, panels.TOP], ["0", "1", "2", "3", f"≥ {panels.TOP}"])
        for level in (GUESSING, RECOVERED):
            picture.loss.axhline(level, color=GREY, lw=0.9, ls=(0, (5, 3)), zorder=1)
        picture.runs = {
            state: picture.add_line(picture.loss, color=color, lw=1.1, alpha=0.75, ms=3)
            for state, color in STATES.items()
        }
        keys = {
            "as it came": panels.line_key(STATES["came"]),
            "over units": panels.line_key(GREY),
            "over inputs": panels.line_key(GREY, ls=_DOTTED),
            "after the treatment": panels.line_key(STATES["treated"]),
        }
        panels.legend(
            picture, keys, loc="lower left", bbox_to_anchor=(0.05, -0.012), fontsize=8.5,
            handlelength=1.5, columnspacing=1.2,
        )  # fmt: skip
        note = {"fontsize": 8.5, "color": GREY, "ha": "right"}
        picture.figure.text(0.985, 0.013, "no theory line: it would name the illness", **note)
        return picture

    def show(self, patient, treatment, training, seed, first, last):
        """Trace and train the patient as it came and as treated; say what changed."""
        number, chosen = PATIENTS.index(patient), sorted((first, last))
        sick = _ward(seed)[number]
        low, high = (min(layer, sick.depth) for layer in chosen)
        everywhere, rates = chosen == [1, DEEPEST], training == "at five rates"
        refused = ""
        if treatment == "branch × 1/√L" and sick.kind != "residual":
            refused = f" No branch to scale: this network is {sick.kind}."
        plans = {"came": ("none", 1, sick.depth)}
        if treatment != "none" and not refused:
            plans["treated"] = (treatment, low, high)
        traces = {state: _traces(seed, number, *plan) for state, plan in plans.items()}
        place = traces["came"].place
        touched = f"{place} {low}" if low == high else f"{place}s {low} to {high}"
        touched = f"all {place}s" if everywhere else f"{touched} of {sick.depth}"
        heads = f"<b>{sick}.</b> As it came:", f"<b>{treatment}</b>{_where(treatment, touched)}:"

        def words(runs):
            parts = [
                f"{head} {_format_state(traces[state], runs.get(state), rates)}"
                for head, state in zip(heads, plans, strict=False)
            ]
            if "treated" not in plans:
                which = "" if everywhere else f" (chosen: {touched})"
                parts.append(f"No treatment{which}.{refused}")
            return " ".join(parts)

        self.picture.key("after the treatment", visible="treated" in plans)
        self._draw_traces(traces, None if everywhere else chosen)
        touching = "treated" in plans and treatment.startswith(BY_LAYERS)
        self.picture.shade.set_facecolor(STATES["treated"] if touching else GREY)
        self._draw_histograms(traces)
        keys = {state: (seed, number, *plan, rates) for state, plan in plans.items()}
        if training == "not run":
            keys = {}
        if missing := [key for key in keys.values() if key not in self._runs]:
            self._draw_losses({}, rates, "training …")
            self._train(missing, words({}))
        runs = {state: self._runs[key] for state, key in keys.items()}
        self._draw_losses(runs, rates, "training is not run")
        return words(runs)

    def _draw_traces(self, traces, chosen):
        """Show traces by layer; `chosen` are the first and last layer, or None for all."""
        depth, place = traces["came"].forward.shape[1], traces["came"].place
        # no shade where all layers are chosen
        low, high = (min(layer, depth) for layer in chosen) if chosen else (1, 0)
        for name, (ax, lines) in self.picture.traces.items():
            seen = []
            for (state, field), line in lines.items():
                line.set_data([], [])
                if state in traces:
                    values = getattr(traces[state], field)
                    line.set_data(*_curves(np.arange(1, depth + 1), values))
                    seen.append(values.ravel())
            y = _trace_limits(np.concatenate(seen))
            self.picture.limits(ax, x=(0.5, depth + 0.5), y=y)
            end = f"by {place}"
            if chosen and name == "forward":
                end = f"(chosen: {low})" if low == high else f"(chosen: {low} to {high})"
            self.picture.title(ax, f"{_TRACES[name][0]} {end}")
        self.picture.shade.set_xy((low - 0.5, 0))
        self.picture.shade.set_width(high - low + 1)

    def _draw_histograms(self, traces):
        h, place = traces["came"].h, traces["came"].place
        layers = sorted({1, (len(h) + 1) // 2, len(h)})
        for panel, l in zip(self.picture.histograms, layers, strict=True):
            # the first layer's range would hide the last: each panel has its own, as it came
            ends = _range(h[l - 1])
            shown = [traces[state].h[l - 1] if state in traces else None for state in STATES]
            panel.show(f"{place} {l}", *ends, *shown)
            self.picture.ticks(panel.ax, ends, [_format_end(end) for end in ends])
            for label, side in zip(panel.ax.get_xticklabels(), ("left", "right"), strict=True):
                label.set_horizontalalignment(side)

    def _draw_losses(self, runs, rates, missing):
        """Show losses by step, or by rate; without any, say in the title why they are missing."""
        for state, line in self.picture.runs.items():
            line.set_data(*(_losses(runs[state], rates) if state in runs else ([], [])))
            line.set_marker("o" if rates else "")
        if rates:
            places, labels = np.log10(MULTIPLES), [f"×{m:g}" for m in MULTIPLES]
            ends = places[0] - 0.2, places[-1] + 0.2
        else:
            ends = 0, max((len(losses) for losses in runs.values()), default=100)
            places = np.linspace(*ends, 6).round().astype(int)
            labels = [str(step) for step in places]
        self.picture.limits(self.picture.loss, x=ends, y=(0, panels.TOP + 0.06))
        self.picture.ticks(self.picture.loss, places, labels)
        words = f"loss by {'rate' if rates else 'step'} (dashed: guessing; recovered)"
        self.picture.title(self.picture.loss, words if runs else f"loss: {missing}")

    def _train(self, missing, text):
        """Show what is known before training, then train; the bar says how far it is."""
        if self.seen:
            self.image.value = self.picture.png()
        self.line.value = as_html(f"{text} <i>Training …</i>")
        self.bar.value, self.bar.layout.visibility = 0.0, "visible"
        try:
            for done, key in enumerate(missing):
                *plan, rates = key
                patient, prescription = _prescribed(*plan)
                train, draws = (patient.try_rates, 1) if rates else (patient.train, DRAWS)
                report = partial(self._advance, done, len(missing))
                self._runs[key] = train(prescription, draws, report)
        finally:
            self.bar.layout.visibility = "hidden"

    def _advance(self, done, of, share):
        """Move the bar, by steps that can be seen."""
        share = (done + share) / of
        if share - self.bar.value > 0.03 or share == 1:
            self.bar.value = share
