"""The house style: one colour, marker and line style for each rule."""

import io

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatterMathtext, LogLocator, NullLocator
from PIL import Image

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

#: WCAG 2.2, 1.4.3: the contrast that text needs on its ground.
READABLE = 4.5

# Above axes, ticks and spines: what a live figure redraws is drawn last.
LIVE = 3.0


class Picture(Figure):
    """A Figure that a notebook shows by itself, without pyplot's global state.

    It has 160 dots an inch and is shown at 80, for fine screens. With a palette of 256 colours it
    is no larger than one of 80 dots without, so that a notebook's stored pictures stay small.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        FigureCanvasAgg(self)

    def _repr_png_(self):
        buffer, small = io.BytesIO(), io.BytesIO()
        with rc_context(RC):
            self.savefig(buffer, format="png", dpi=160, facecolor="white")
        picture = Image.open(buffer).convert("RGB")
        palette = picture.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        palette.save(small, "PNG", optimize=True)
        width, height = picture.size
        return small.getvalue(), {"width": width // 2, "height": height // 2}


def new_figure(width=8.4, height=3.4, **subplots):
    """Return (figure, axes) in the house style; `subplots` go to `Figure.subplots`.

    >>> figure, ax = new_figure()
    >>> figure.get_size_inches()
    array([8.4, 3.4])
    """
    with rc_context(RC):
        figure = Picture(figsize=(width, height), dpi=100, layout="constrained")
        return figure, figure.subplots(**subplots)


def contrast(color, ground="white"):
    """Return the contrast ratio of two colours, from 1 to 21.

    References
    ----------
    W3C, "Web Content Accessibility Guidelines 2.2", definitions of relative luminance and contrast.

    >>> contrast("black"), round(contrast(ORANGE), 2)
    (21.0, 2.25)
    """
    rgb = np.array([to_rgb(color), to_rgb(ground)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    low, high = sorted((linear @ [0.2126, 0.7152, 0.0722]).tolist())
    return (high + 0.05) / (low + 0.05)


def text_color(color):
    """Return a colour as text in it has to be: darker, if need be, until it can be read on white.

    >>> text_color(BLUE) == to_rgb(BLUE), contrast(text_color(ORANGE)) > READABLE
    (True, True)
    """
    rgb = np.array(to_rgb(color))
    while contrast(rgb) < READABLE:
        rgb = 0.98 * rgb
    return tuple(rgb.tolist())


class DecadeLocator(LogLocator):
    """Ticks at 1 and at whole steps of 1, 2, 3, 5, 10, 20, … powers of ten from it.

    Where there are at most two powers of ten, 2 and 5 times each of them have ticks, too.
    """

    def tick_values(self, vmin, vmax):
        """Return the ticks between two positive numbers."""
        low, high = np.log10(sorted((vmin, vmax)))
        room = np.clip(self.axis.get_tick_space(), 2, 9) if self.axis else 9
        powers = np.arange(np.ceil(low - 1e-9), np.floor(high + 1e-9) + 1)
        if len(powers) <= 2:
            more = np.outer(10.0 ** np.arange(np.floor(low), high + 1), (1, 2, 5)).ravel()
            more = more[(more >= 10 ** (low - 1e-9)) & (more <= 10 ** (high + 1e-9))]
            if len(powers) < 2 or len(more) <= room:
                return more
        steps = (m * 10**e for e in range(4) for m in (1, 2, 3, 5))
        return next(10.0**t for s in steps if len(t := powers[powers % s == 0]) <= room)


class _DecadeFormatter(LogFormatterMathtext):
    """Powers of ten, or plain numbers where there are others between them."""

    def set_locs(self, locs):
        super().set_locs(locs)
        powers = np.log10(locs)
        self._plain = not np.allclose(powers, np.round(powers))

    def __call__(self, x, pos=None):
        return f"{x:g}" if self._plain else super().__call__(x, pos)


def logarithmic(axis):
    """Make an axis logarithmic, such as ``ax.yaxis``, with ticks as `DecadeLocator` says."""
    axis.axes.set(**{f"{axis.axis_name}scale": "log"})
    axis.set_major_locator(DecadeLocator())
    axis.set_major_formatter(_DecadeFormatter())
    axis.set_minor_locator(NullLocator())


def positive_or_nan(values):
    """Return values as a logarithmic axis can show them: NaN for 0, inf and what is below 0."""
    return np.where((values > 0) & np.isfinite(values), values, np.nan)
