"""The still figures of the lessons: theory is a line with its band, measurements are dots."""

import numpy as np
from matplotlib import rc_context
from matplotlib.ticker import LogLocator, NullFormatter

from initcourse.figures.style import BLACK, BLUE, RC, RED, RULE_STYLE, new_figure, positive_or_nan

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
        ax.set(yscale="log", xlabel="layer")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(runs))
    return figure


@rc_context(RC)
def draws(panels, *, ylabel="mean h²"):
    """Draw many draws of the same network, one thin line each, over theory and band.

    `panels` is a dict of title → (measurements of shape (draws, layers), `PredictionWithBand` or
    None); they share their vertical axis and end at the same layer. A title that is a rule's label
    gets the rule's colour.
    """
    figure, axes = new_figure(8.4, 3.2, ncols=len(panels), sharey=True, squeeze=False)
    end = max(measured.shape[1] for measured, _ in panels.values())
    for ax, (title, (measured, predicted)) in zip(axes[0], panels.items(), strict=True):
        color = RULE_STYLE.get(title, (BLUE,))[0]
        layers = np.arange(end - measured.shape[1], end)
        ax.plot(layers, measured.T, color=BLACK, lw=0.5, alpha=0.25)
        ax.plot([], [], color=BLACK, lw=0.8, label="one draw each")
        if predicted:
            band = {"color": color, "alpha": 0.3, "lw": 0, "label": "95 % band"}
            ax.fill_between(layers, predicted.low, predicted.high, **band)
            ax.plot(layers, predicted.theory, color=color, label="infinite width")
        ax.set(yscale="log", xlabel="layer", title=title)
    axes[0, 0].set_ylabel(ylabel)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


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
        ax.set(yscale="log", xlabel="layer", title=title, xticks=layers)
    figure.legend(
        *axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(rules)
    )
    return figure


@rc_context(RC)
def losses(curves):
    """Draw training losses on the ten digits, a thin line for each seed, means over ten steps.

    `curves` is a dict of title → (rule's label for the colour, losses of shape (steps, seeds)).
    """
    guessing = np.log(10)
    figure, axes = new_figure(8.4, 2.9, ncols=len(curves), sharey=True, squeeze=False)
    for ax, (title, (name, loss)) in zip(axes[0], curves.items(), strict=True):
        means = loss[: len(loss) // 10 * 10].reshape(-1, 10, loss.shape[1]).mean(axis=1)
        ax.plot(10 * np.arange(len(means)) + 5, means, color=RULE_STYLE[name][0], lw=1)
        ax.axhline(guessing, color=BLACK, lw=0.8, ls=":")
        ax.set(xlabel="step", title=title, ylim=(0, 1.15 * guessing))
    axes[0, 0].text(0, guessing + 0.05, "guessing", fontsize=8.5)
    axes[0, 0].set_ylabel("loss")
    return figure


@rc_context(RC)
def accuracy_table(tables, rows):
    """Draw accuracies as tables of coloured cells with their numbers in them.

    `tables` is a dict of title → (names of columns, accuracies of shape (rows, columns, 3), from 0
    to 1: lowest, median, highest); where the ends are NaN the cell holds the median alone. `rows`
    are the rows' names.
    """
    figure, axes = new_figure(8.4, 0.5 + 0.46 * len(rows), ncols=len(tables), squeeze=False)
    for k, (ax, (title, (columns, values))) in enumerate(zip(axes[0], tables.items(), strict=True)):
        ax.imshow(values[..., 1], cmap="cividis", vmin=0, vmax=1, aspect="auto")
        for i, j in np.ndindex(values.shape[:2]):
            low, median, high = values[i, j]
            look = {"ha": "center", "color": BLACK if median > 0.55 else "white"}
            if np.isnan(low):
                ax.text(j, i, f"{median:.2f}", va="center", fontsize=8.5, **look)
            else:
                ax.text(j, i + 0.06, f"{median:.2f}", va="bottom", fontsize=8.5, **look)
                span = "–".join(f"{end:.2f}".removeprefix("0") for end in (low, high))
                ax.text(j, i + 0.08, span, va="top", fontsize=8, **look)
        ax.set_title(title)
        ax.set_xticks(range(len(columns)), columns)
        ax.set_yticks(range(len(rows)), rows if k == 0 else [""] * len(rows))
        ax.tick_params(length=0)
        ax.grid(visible=False)
    return figure


@rc_context(RC)
def against_steps(curves, *, ylabel, yscale="linear"):
    """Draw one quantity against training steps, a thin line for each seed.

    `curves` is a dict of label → (steps (times,), values (times, seeds)); a label that is a rule's
    gets its colour. `yscale` is "linear" or "log".
    """
    figure, ax = new_figure(6.0, 3.4)
    for label, (steps, values) in curves.items():
        color = RULE_STYLE.get(label, (BLUE,))[0]
        lines = ax.plot(steps, values, color=color, lw=1)
        lines[0].set_label(label)
    ax.set(xlabel="step", ylabel=ylabel, yscale=yscale)
    if yscale == "log":
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_minor_formatter(NullFormatter())
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=len(curves))
    return figure


@rc_context(RC)
def streams(panels):
    """Draw how a stream grows, panel by panel on one linear vertical axis each.

    `panels` is a dict of title → (measurements of shape (draws, places), theory (places,)).
    """
    figure, axes = new_figure(8.4, 3.2, ncols=len(panels), squeeze=False)
    for ax, (title, (measured, theory)) in zip(axes[0], panels.items(), strict=True):
        places = np.arange(len(theory))
        ax.plot(places, theory, color=BLUE, lw=2.2, label="theory")
        ax.plot(places, measured.T, color=BLACK, lw=0.6, alpha=0.6)
        ax.plot([], [], color=BLACK, lw=0.8, label="one draw each")
        ax.set(xlabel="branch", title=title, ylim=(0, None))
    axes[0, 0].set_ylabel("mean stream²")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


@rc_context(RC)
def batches(layers):
    """Draw the values of layers for a whole batch: a row an input, a column a unit.

    Parameters
    ----------
    layers : dict of str to ndarray of shape (inputs, units)
        Title → h. The panels share their colours.

    Returns
    -------
    Picture
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


@rc_context(RC)
def cobwebs(maps, *, start, layers):
    """Draw maps of one number to the next, and the steps that repeated layers take on them.

    Parameters
    ----------
    maps : dict of str to callable
        Title → the map, an array of values to an array of the next ones.
    start : float
        The value in layer 1.
    layers : int
        How many layers the cobweb follows.

    Returns
    -------
    Picture
    """
    figure, axes = new_figure(8.4, 3.6, ncols=len(maps), squeeze=False)
    for ax, (title, step) in zip(axes[0], maps.items(), strict=True):
        path = [start]
        for _ in range(layers - 1):
            path.append(float(step(np.array([path[-1]]))[0]))
        end = 1.1 * max(path)
        values = np.linspace(0, end, 200)
        ax.plot(values, step(values), color=BLUE, label="the map")
        ax.plot([0, end], [0, end], color=BLACK, ls="--", lw=1, label="unchanged")
        corners = np.repeat(path, 2)
        ax.plot(corners[:-1], corners[1:], color=RED, lw=1, label="layer after layer")
        ax.set(title=title, xlabel="q in one layer", ylabel="q in the next", aspect="equal")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure
