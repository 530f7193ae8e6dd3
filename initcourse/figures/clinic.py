"""The live figure of the clinic: a patient's traces as it came, and after a treatment."""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import StepPatch
from matplotlib.ticker import MaxNLocator, NullLocator

from initcourse.figures.live import LiveFigure
from initcourse.figures.style import BLACK, GREY
from initcourse.patients import GUESSING, MULTIPLES, RECOVERED, WINDOW
from initcourse.propagation import histogram

#: The loss axis ends here; a loss above it, or one that is no number, is drawn at the top.
TOP = 3.5
#: Colours that no rule has: as the patient came, and after the treatment.
CAME, TREATED = BLACK, "#9A4FBF"
_BINS = 32
_DASHES = " (dashed: guessing; recovered)"
_TRACES = {
    "forward": "forward: mean h²",
    "backward": "backward: mean δ²",
    "spread": "std over units, inputs",
}


class ClinicFigure(LiveFigure):
    """Three traces by layer above; three histograms and the training runs below.

    There is no theory line: it would have to know the illness.
    """

    def __init__(self):
        super().__init__(8.4, 5.5)
        self.traces = {}
        for k, (name, title) in enumerate(_TRACES.items()):
            ax = self._axes([0.06 + 0.327 * k, 0.6, 0.275, 0.335], title)
            ax.set_yscale("log")
            ax.yaxis.set_minor_locator(NullLocator())
            ax.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
            lines = {}
            for state, color in (("came", CAME), ("treated", TREATED)):
                lines[state] = self.live(ax.plot([], [], color=color, lw=1.1, alpha=0.75)[0])
            if name == "spread":  # the other lines stand for the units
                for state, color in (("came", CAME), ("treated", TREATED)):
                    line = ax.plot([], [], color=color, lw=1.1, ls=(0, (2, 2)))[0]
                    lines[f"{state}, inputs"] = self.live(line)
            self.traces[name] = (ax, lines)
        ax = self.traces["forward"][0]
        self.shade = self.live(ax.axvspan(0, 1, color=TREATED, alpha=0.1, lw=0))
        self.histograms = [self._histogram(k) for k in range(3)]
        self.figure.text(0.06, 0.5, "values of h, first draw", fontsize=9.5)
        self.loss = self._axes([0.575, 0.125, 0.405, 0.345], "loss")
        self.loss.set_yticks([0, 1, 2, 3, TOP], ["0", "1", "2", "3", f"≥ {TOP}"])
        for level in (GUESSING, RECOVERED):
            self.loss.axhline(level, color=GREY, lw=0.9, ls=(0, (5, 3)), zorder=1)
        self.runs = {
            state: self.live(self.loss.plot([], [], color=color, lw=1.1, alpha=0.75)[0])
            for state, color in (("came", CAME), ("treated", TREATED))
        }
        handles = [
            Line2D([], [], color=CAME),
            Line2D([], [], color=TREATED),
            Line2D([], [], color=GREY),
            Line2D([], [], color=GREY, ls=(0, (2, 2))),
        ]
        labels = ["as it came", "after the treatment", "over units", "over inputs"]
        self.figure.legend(
            handles, labels, loc="lower left", bbox_to_anchor=(0.05, -0.012), ncols=4,
            frameon=False, fontsize=8.5, handlelength=1.5, columnspacing=1.2,
        )  # fmt: skip
        self.figure.text(
            0.985, 0.013, "no theory line: it would name the illness",
            fontsize=8.5, color=GREY, ha="right",
        )  # fmt: skip

    def _axes(self, rectangle, title):
        ax = self.axes(rectangle)
        ax.set_title(title, loc="left", fontsize=10)
        ax.tick_params(labelsize=8, pad=1)
        return ax

    def _histogram(self, k):
        ax = self._axes([0.06 + 0.157 * k, 0.125, 0.137, 0.3], "")
        ax.set_yticks([])
        ax.grid(visible=False)
        patches = []
        for color in (CAME, TREATED):
            patch = StepPatch(np.zeros(_BINS), np.arange(_BINS + 1), fill=True, alpha=0.4)
            patch.set_color(color)
            patches.append(self.live(ax.add_patch(patch)))
        return ax, patches

    def show(self, came, treated, runs, *, layers, touching, rates, missing="training is not run"):
        """Put a patient into the picture.

        Parameters
        ----------
        came, treated : Traces
            `treated` is None without a treatment.
        runs : dict of str to (ndarray or dict) or None
            "came" and "treated" → losses (steps, draws), or with `rates` multiple → losses.
        layers : (int, int) or None
            First and last layer chosen; those beyond the network do not count. None for all.
        touching : bool
            Whether the treatment touches these layers only.
        rates : bool
        missing : str
            Why there are no runs, if there are none.
        """
        depth = came.forward.shape[1]
        x = np.arange(1, depth + 1)
        states = {"came": came, "treated": treated}
        for name, (ax, lines) in self.traces.items():
            seen = []
            for state, traces in states.items():
                pairs = [(state, None)]
                if traces is not None and name == "spread":
                    pairs = [(state, traces.over_units), (f"{state}, inputs", traces.over_inputs)]
                elif traces is not None:
                    pairs = [(state, getattr(traces, name))]
                elif name == "spread":
                    pairs.append((f"{state}, inputs", None))
                for key, values in pairs:
                    lines[key].set_data(*_many(x, values))
                    seen += [] if values is None else [values.ravel()]
            self.limits(ax, x=(0.5, depth + 0.5), y=_span(np.concatenate(seen)))
            chosen = layers is not None and name == "forward"
            end = f"(chosen: {layers[0]} to {layers[1]})" if chosen else f"by {came.place}"
            self.title(ax, f"{_TRACES[name]} {end}")
        # no shade where all layers are chosen
        low, high = (1, 0) if layers is None else (min(l, depth) for l in layers)
        self.shade.set_xy((low - 0.5, 0))
        self.shade.set_width(high - low + 1)
        self.shade.set_facecolor(TREATED if touching else GREY)
        self._histograms(states)
        self._losses(runs, rates, missing)

    def _histograms(self, states):
        depth = len(states["came"].h)
        shown = sorted({1, (depth + 1) // 2, depth})
        for (ax, patches), l in zip(self.histograms, shown, strict=True):
            # the first layer's range would hide the last: each panel has its own, as it came
            h = states["came"].h[l - 1]
            low, high = _range(h)
            for patch, traces in zip(patches, states.values(), strict=True):
                shares = np.zeros(_BINS)
                if traces is not None:
                    shares = np.minimum(histogram(traces.h[l - 1], low, high, _BINS), 0.299)
                patch.set_data(shares, np.linspace(low, high, _BINS + 1))
            self.limits(ax, x=(low, high), y=(0, 0.3))
            self.ticks(ax, [low, high], [_end(low), _end(high)])
            for label, side in zip(ax.get_xticklabels(), ("left", "right"), strict=True):
                label.set_horizontalalignment(side)
            self.title(ax, f"{states['came'].place} {l}")

    def _losses(self, runs, rates, missing):
        runs = runs or {}
        most = max((len(r) for r in runs.values() if not isinstance(r, dict)), default=100)
        for state, line in self.runs.items():
            line.set_data(*_many(*_curves(runs.get(state), rates)))
            line.set_marker("o" if rates else "")
            line.set_markersize(3)
        if rates:
            places = np.log10(MULTIPLES)
            self.limits(self.loss, x=(places[0] - 0.2, places[-1] + 0.2), y=(0, TOP + 0.06))
            self.ticks(self.loss, places, [f"×{m:g}" for m in MULTIPLES])
            self.title(self.loss, f"loss by rate{_DASHES}" if runs else f"loss: {missing}")
        else:
            self.limits(self.loss, x=(0, most), y=(0, TOP + 0.06))
            fifths = np.linspace(0, most, 6).round().astype(int)
            self.ticks(self.loss, fifths, [str(step) for step in fifths])
            self.title(self.loss, f"loss by step{_DASHES}" if runs else f"loss: {missing}")


def _curves(losses, rates):
    """What is plotted of losses: x, and values of shape (draws, points)."""
    if losses is None:
        return np.zeros(0), None
    with np.errstate(invalid="ignore"):
        if rates:
            ends = np.array([run[-WINDOW:].mean(axis=0) for run in losses.values()])
            return np.log10(MULTIPLES), _cut(ends.T)
        pieces = losses[: len(losses) // 10 * 10].reshape(-1, 10, losses.shape[1]).mean(axis=1)
        return np.arange(len(pieces)) * 10 + 5, _cut(pieces.T)


def _cut(values):
    return np.minimum(np.nan_to_num(values, nan=TOP, posinf=TOP), TOP)


def _many(x, values):
    """Several curves as one, with gaps between them."""
    if values is None:
        return [], []
    gap = np.full((len(values), 1), np.nan)
    good = np.where(np.isfinite(values) & (values > 0), values, np.nan)
    return np.tile([*x, np.nan], len(values)), np.hstack([good, gap]).ravel()


def _span(values):
    """Whole steps of two decades around what is shown."""
    values = values[np.isfinite(values) & (values > 1e-20) & (values < 1e40)]
    if not len(values):
        return 0.1, 10.0
    low, high = np.floor(np.log10(values.min()) / 2), np.ceil(np.log10(values.max()) / 2)
    return 10.0 ** (2 * low), 10.0 ** (2 * max(high, low + 1))


def _end(value):
    """An end of a histogram: 70000 and 0.00003 in full, so that no power of ten is cut off."""
    plain = value == 0 or 1e-5 <= abs(value) < 1e6
    return np.format_float_positional(value, precision=9, trim="-") if plain else f"{value:.0e}"


def _range(h):
    """Ends of a histogram: what holds nearly all of h, to one digit."""
    h = h[np.isfinite(h)]
    low, high = np.percentile(h, [0.2, 99.8]) if h.size else (0.0, 1.0)
    reach = max(abs(low), abs(high), 1e-30)
    unit = 10.0 ** np.floor(np.log10(reach))
    low, high = np.floor(low / unit) * unit, np.ceil(high / unit) * unit
    return float(low), float(max(high, low + unit))
