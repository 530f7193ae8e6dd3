"""Layer by layer: theory is a line with its band, measurements are dots or thin lines."""

import numpy as np
from matplotlib import rc_context
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from initcourse.figures.style import (
    BLACK,
    BLUE,
    GREY,
    RC,
    RULE_STYLE,
    logarithmic,
    new_figure,
    positive_or_nan,
)

_SIDES = ("forward: mean h²", "backward: mean δ²")


@rc_context(RC)
def by_layer(runs):
    """Draw forward and backward strength by layer, from a dict of rule's label → `Propagation`."""
    figure, axes = new_figure(8.4, 3.3, ncols=2)
    for side, ax in enumerate(axes):
        ax.set_title(_SIDES[side])
        for name, run in runs.items():
            color, marker, style = RULE_STYLE[name]
            measured = (run.forward, run.backward)[side]
            layers = np.arange(side, side + len(measured))
            if run.theory:
                band, look = run.theory[side], {"color": color, "alpha": 0.18, "lw": 0}
                ax.fill_between(layers, band.low, band.high, **look)
                ax.plot(layers, band.theory, color=color, ls=style)
            ax.plot(layers, positive_or_nan(measured), marker, color=color, ms=4, label=name)
        logarithmic(ax.yaxis)
        ax.set_xlabel("layer")
    keys = _keys_of(axes[0])
    if any(run.theory for run in runs.values()):
        keys |= _theory_keys([GREY])
    return _with_legend(figure, keys)


def _keys_of(ax):
    """Return label → handle of what is labelled in axes."""
    handles, labels = ax.get_legend_handles_labels()
    return dict(zip(labels, handles, strict=True))


def _theory_keys(colors, name="theory"):
    """Return label → handles, one in each colour, for a theory's line and band."""
    lines = tuple(Line2D([], [], color=color) for color in colors)
    return {name: lines, "95 % band": tuple(Patch(fc=c, alpha=0.3, lw=0) for c in colors)}


def _with_legend(figure, keys):
    """Return the figure with a legend below its axes, from label → handle."""
    style = {"loc": "outside lower center", "ncols": len(keys)}
    side_by_side = {tuple: HandlerTuple(ndivide=None, pad=0.3)}
    figure.legend(keys.values(), keys, handler_map=side_by_side, **style)
    return figure


@rc_context(RC)
def draws(panels, *, first=0, sharey=True, yscale="log", ylabel="mean h²", **axis):
    """Draw many draws of the same network, one thin line each, over theory and band.

    Parameters
    ----------
    panels : dict
        Title → (measurements of shape (draws, layers), prediction): a `PredictionWithBand`, the
        theory alone, shape (layers,), or None. A title that is a rule's label gets its colour.
    first : int
        The number of the longest panel's first layer; all panels end at the same layer.
    sharey : bool
    yscale, ylabel, **axis
        As for `Axes.set`, of every panel: xlabel, ylim and so on.
    """
    figure, axes = new_figure(8.4, 3.2, ncols=len(panels), sharey=sharey, squeeze=False)
    end = first + max(measured.shape[1] for measured, _ in panels.values())
    for ax, (title, (measured, predicted)) in zip(axes[0], panels.items(), strict=True):
        color = RULE_STYLE.get(title, (BLUE,))[0]
        layers = np.arange(end - measured.shape[1], end)
        ax.plot(layers, measured.T, color=BLACK, lw=0.5, alpha=np.clip(5 / len(measured), 0.25, 1))
        if hasattr(predicted, "low"):
            band = {"color": color, "alpha": 0.3, "lw": 0}
            ax.fill_between(layers, predicted.low, predicted.high, **band)
        if predicted is not None:
            theory = getattr(predicted, "theory", predicted)
            ax.plot(layers, theory, color=color)
        if yscale == "log":
            logarithmic(ax.yaxis)
        ax.set(**{"xlabel": "layer", "title": title, **axis})
    axes[0, 0].set_ylabel(ylabel)
    keys = {"one draw each": Line2D([], [], color=BLACK, lw=0.8)}
    colors = dict.fromkeys(RULE_STYLE.get(title, (BLUE,))[0] for title in panels)
    theory = _theory_keys(colors, "infinite width")
    predictions = [predicted for _, predicted in panels.values() if predicted is not None]
    if not any(hasattr(predicted, "low") for predicted in predictions):
        del theory["95 % band"]
    return _with_legend(figure, keys | theory if predictions else keys)


@rc_context(RC)
def seeds_by_layer(panels):
    """Draw means over seeds with their spread, one colour for each rule, over the theory.

    `panels` is a dict of title → rule's label → (measurements of shape (seeds, layers), theory),
    for layers 1, 2, …; the whiskers reach two standard deviations between seeds.
    """
    figure, axes = new_figure(8.4, 3.3, ncols=len(panels))
    for ax, (title, rules) in zip(axes, panels.items(), strict=True):
        for name, (measured, theory) in rules.items():
            color, marker, style = RULE_STYLE[name]
            layers = np.arange(1, len(theory) + 1)
            ax.plot(layers, theory, color=color, ls=style)
            ax.errorbar(
                layers, measured.mean(axis=0), 2 * measured.std(axis=0), fmt=marker, color=color,
                ms=5, capsize=3, label=name,
            )  # fmt: skip
        logarithmic(ax.yaxis)
        ax.set(xlabel="layer", title=title, xticks=layers)
    return _with_legend(figure, _keys_of(axes[0]) | {"theory": Line2D([], [], color=GREY)})


@rc_context(RC)
def batches(layers):
    """Draw the values of layers for a whole batch: a row an input, a column a unit.

    Parameters
    ----------
    layers : dict of str to ndarray of shape (inputs, units)
        Title → h. The panels share their colours.
    """
    figure, axes = new_figure(8.4, 2.9, ncols=len(layers), sharey=True, squeeze=False)
    low, high = min(map(np.min, layers.values())), max(map(np.max, layers.values()))
    for ax, (title, h) in zip(axes[0], layers.items(), strict=True):
        image = ax.imshow(h, vmin=low, vmax=high, cmap="cividis", aspect="auto")
        ax.set(title=title, xlabel="unit →  std over units")
        ax.grid(visible=False)
    axes[0, 0].set_ylabel("input ↓\nstd over inputs")
    figure.colorbar(image, ax=axes, label="h", pad=0.02)
    return figure
