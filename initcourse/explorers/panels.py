"""What live figures are made of: curves over layers with theory and band, histograms, legends."""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, StepPatch
from matplotlib.ticker import MaxNLocator, NullLocator

from initcourse.figures.style import BLACK, BLUE, GREEN, GREY, positive_or_nan

#: A loss axis ends here; a loss above it, or one that is no number, is drawn at the top.
TOP = 3.5
_BLOCK = 1 << 15  # numbers counted at a time: they stay in the processor's cache
# How far a logarithmic axis reaches below and above 1, narrowest first.
_REACHES = (1e1, 1e3, 1e6, 1e12, 1e18, 1e33)
#: For low panels, where every second power has its label: 1 is among them.
EVEN_REACHES = tuple(10.0 ** np.arange(2, 35, 2))


def layer_axes(picture, rectangle, title="", *, log=True, **look):
    """Return axes with whole numbers along x; upwards logarithmic, unless `log` is False."""
    ax = picture.axes(rectangle, title, **look)
    if log:
        ax.set_yscale("log")
        ax.yaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 2.5, 5, 10]))
    return ax


class LayerCurve:
    """One network by layer: theory as a line with its 95 % band, measurements as dots."""

    def __init__(self, picture, ax, color=BLUE, *, dots=BLACK, marker="o", style="-"):
        self.band = picture.add_area(ax, color, alpha=0.22)
        self.line = picture.add_line(ax, color=color, ls=style, lw=1.6)
        self.dots = picture.add_dots(ax, dots, marker=marker)

    def put(self, layers, measured, predicted, color=None):
        """Show arrays of layers and measurements and a `PredictionWithBand` or None.

        Returned is all that is seen: what limits have to hold.
        """
        if color is not None:
            self.line.set_color(color)
            self.band.set_facecolor(color)
        self.dots.set_data(layers, positive_or_nan(measured))
        self.dots.set_markersize(4 if len(layers) <= 31 else 2.5)  # theory stays visible between
        if predicted is None:
            self.line.set_data([], [])
            self.band.set_data([0, 1], [1, 1], [1, 1])
            return measured
        theory, ends = predicted.theory, (predicted.low, predicted.high)
        known = np.isfinite(ends).all(axis=0)  # else the band is the line
        seen = theory, *(np.where(known, end, theory) for end in ends)
        theory, low, high = np.clip(np.nan_to_num(seen, nan=1e300), 1e-300, 1e300)
        self.line.set_data(layers, theory)
        self.band.set_data(layers, low, high)
        return np.concatenate([measured, theory, low, high])


class LayerPanel(LayerCurve):
    """A `LayerCurve` on axes of its own, as `layer_axes` makes them."""

    def __init__(self, picture, rectangle, title="", **axes):
        self.picture, self.ax = picture, layer_axes(picture, rectangle, title, **axes)
        super().__init__(picture, self.ax)

    def show(self, layers, measured, predicted, color=None):
        """As `put`, and move the limits."""
        seen = self.put(layers, measured, predicted, color)
        self.picture.limits(self.ax, x=(-0.4, layers[-1] + 0.4), y=log_limits(seen))


def add_both_ways(picture, places, **axes):
    """Add the panels `forward` and `backward` to a picture."""
    titles = "forward: mean h²", "backward: mean δ²"
    picture.forward, picture.backward = (
        LayerPanel(picture, *pair, **axes) for pair in zip(places, titles, strict=True)
    )


def show_both_ways(picture, forward, backward, theory, color=None):
    """Show strengths in a picture's panels `forward`, from layer 0 on, and `backward`, from 1.

    `theory` is a pair of `PredictionWithBand`, or None.
    """
    up, down = theory or (None, None)
    picture.forward.show(np.arange(len(forward)), forward, up, color)
    picture.backward.show(np.arange(1, len(backward) + 1), backward, down, color)


def add_activation(picture, ax):
    """Add the lines of φ, black, and of φ′, green and dashed; return them."""
    phi = picture.add_line(ax, color=BLACK, lw=1.8)
    return phi, picture.add_line(ax, color=GREEN, lw=1.3, ls="--")


class HistogramPanel:
    """Histograms of values, one over the other; a spike is cut so that the rest stays visible.

    There is one for each of `colors`; `top` is the largest share of values that is shown.
    """

    def __init__(self, picture, rectangle, bins, top, colors=(GREY,), alpha=0.55):
        self.picture, self.bins, self.top = picture, bins, top
        self.ax = ax = picture.axes(rectangle, small=True)
        ax.set_yticks([])
        ax.grid(visible=False)
        ax.locator_params(axis="x", nbins=3)
        patches = [StepPatch(np.zeros(bins), np.arange(bins + 1), fill=True) for _ in colors]
        self.patches = [picture.live(ax.add_patch(patch)) for patch in patches]
        for patch, color in zip(self.patches, colors, strict=True):
            patch.set(color=color, alpha=alpha)

    def show(self, title, low, high, *values, color=None):
        """Show arrays, or None for no histogram, between `low` and `high`."""
        for patch, array in zip(self.patches, values, strict=True):
            shares = np.zeros(self.bins)
            if array is not None:
                shares = np.minimum(histogram(array, low, high, self.bins), self.top - 0.001)
            patch.set_data(shares, np.linspace(low, high, self.bins + 1))
            if color is not None:
                patch.set_color(color)
        self.picture.limits(self.ax, x=(low, high), y=(0, self.top))
        self.picture.title(self.ax, title)


def histogram(h, low, high, bins):
    """Return the share of entries in each of `bins` equal bins; the end bins hold what is beyond.

    NaN counts as beyond the upper end.

    >>> histogram(np.array([-9.0, 0.1, 0.2, 9.0]), -1, 1, 4)
    array([0.25, 0.  , 0.5 , 0.25])
    """
    flat, counts = h.ravel(), 0
    # clip and truncate, block after block: several times faster than np.histogram
    for start in range(0, flat.size, _BLOCK):
        with np.errstate(over="ignore"):
            position = (flat[start : start + _BLOCK] - low) * (bins / (high - low))
        np.fmin(position, bins - 1, out=position)  # fmin takes the number, not NaN
        np.maximum(position, 0, out=position)
        counts += np.bincount(position.astype(np.intp), minlength=bins)
    return counts / h.size


def signal_range(activation):
    """Return the ends between which values of h are looked for."""
    return activation.bounds or (-3.0, 3.0)


def show_histograms(panels, h, layers, activation, color):
    """Show one panel for each of a few layers, at most as many as there are panels."""
    low, high = signal_range(activation)
    margin = 0.04 * (high - low)
    for k, panel in enumerate(panels):
        panel.picture.visible(panel.ax, k < len(layers))
    for panel, l in zip(panels, layers, strict=False):
        panel.show(f"layer {l}", low - margin, high + margin, h[l], color=color)


def log_limits(values, reaches=_REACHES):
    """Return limits of a logarithmic axis; each end is one of a few, so that it rarely moves.

    >>> log_limits(np.array([0.02, 0.5, 0.0, np.inf]))
    (0.001, 10.0)
    """
    values = np.clip(values[np.isfinite(values) & (values > 0)], 1e-300, 1e300)
    ends = (1 / values.min(), values.max()) if len(values) else (1.0, 1.0)
    below, above = (first_above(reaches, end) for end in ends)
    return 1 / below, above


def first_above(ends, value):
    """Return the first of the rising `ends` that reaches a value, or the last: an axis' few ends.

    >>> first_above((1, 5, 20), 3), first_above((1, 5, 20), 99)
    (5, 20)
    """
    return next((end for end in ends if value <= end), ends[-1])


def cut_off(losses):
    """Return losses as a loss axis shows them, none above TOP."""
    return np.minimum(np.nan_to_num(losses, nan=TOP, posinf=TOP), TOP)


def lines_with_gaps(x, values):
    """Return x and y of several curves, shape (curves, points), as one line with gaps."""
    gap = np.full((len(values), 1), np.nan)
    return np.tile([*x, np.nan], len(values)), np.hstack([values, gap]).ravel()


def theory_keys(color=GREY):
    """Return label → handle for a legend; grey where the curves' own colour changes."""
    return {
        "theory": line_key(color),
        "95 % band": Patch(facecolor=color, alpha=0.25),
        "measured": line_key(BLACK, ls="none", marker="o", ms=4),
    }


def line_key(color, **style):
    """Return a legend's handle for a line."""
    return Line2D([], [], color=color, **style)


def legend(picture, keys, **place):
    """Write a legend below the axes, from label → handle."""
    style = {"loc": "lower center", "ncols": len(keys), "fontsize": 9, "handlelength": 1.4}
    picture.figure.legend(list(keys.values()), list(keys), frameon=False, **{**style, **place})
