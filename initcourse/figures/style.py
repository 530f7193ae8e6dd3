"""The house style: one colour, marker and line style for each rule."""

import io

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

#: Colours that stay apart for the colour-blind (Okabe and Ito, 2008).
BLUE, GREEN, RED, PINK, ORANGE = "#0072B2", "#009E73", "#D55E00", "#CC79A7", "#E69F00"
SKY, YELLOW, BLACK, GREY = "#56B4E9", "#B8A500", "#000000", "#666666"
INDIGO, BROWN = "#4B2E83", "#7B4B2A"

#: rule label → (colour, marker, line style), the same in every figure.
RULE_STYLE = {
    "zeros": (BLACK, "x", ":"),
    "constant 1/n": (GREY, "+", ":"),
    "N(0, 0.01²)": (PINK, "v", "-."),
    "N(0, 1)": (ORANGE, "^", "-."),
    "U(±1/√n)": (YELLOW, "P", "--"),
    "Xavier 1/n": (BLUE, "o", "-"),
    "1/n_out": (SKY, "<", "--"),
    "Glorot 2/(n_in+n_out)": (GREEN, "s", "-"),
    "Glorot uniform": (BROWN, "D", "--"),
    "He 2/n": (RED, "^", "-"),
    "orthogonal": (INDIGO, "h", "-"),
}

RC = {
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
}

# Above axes, ticks and spines: what a live figure redraws is drawn last.
LIVE = 3.0


class Picture(Figure):
    """A Figure that a notebook shows by itself, without pyplot's global state.

    Figures are 80 dpi when shown, so that a notebook's stored pictures stay small.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        FigureCanvasAgg(self)

    def _repr_png_(self):
        buffer = io.BytesIO()
        with rc_context(RC):
            self.savefig(buffer, format="png", dpi=80, facecolor="white")
        return buffer.getvalue()


def new_figure(width=8.4, height=3.4, **subplots):
    """Return (figure, axes) in the house style; `subplots` go to `Figure.subplots`.

    >>> figure, ax = new_figure()
    >>> figure.get_size_inches()
    array([8.4, 3.4])
    """
    with rc_context(RC):
        figure = Picture(figsize=(width, height), dpi=100, layout="constrained")
        return figure, figure.subplots(**subplots)


def positive_or_nan(values):
    """Return values as a logarithmic axis can show them: NaN for 0, inf and what is below 0."""
    return np.where((values > 0) & np.isfinite(values), values, np.nan)
