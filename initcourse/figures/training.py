"""What training brought: losses, curves against steps, tables of accuracies."""

import numpy as np
from matplotlib import rc_context

from initcourse.figures.style import BLACK, BLUE, RC, RED, RULE_STYLE, logarithmic, new_figure


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
        level = ax.axhline(guessing, color=BLACK, lw=0.8, ls=":")
        ax.set(xlabel="step", title=title, ylim=(0, 1.15 * guessing))
    axes[0, 0].set_ylabel("loss")
    figure.legend([level], ["guessing: ln 10"], loc="outside lower center")
    return figure


@rc_context(RC)
def against_steps(curves, *, ylabel, yscale="linear"):
    """Draw one quantity against training steps, a thin line for each seed.

    `curves` is a dict of label → (steps (times,), values (times, seeds)); a label that is a rule's
    gets its colour and dash. `yscale` is "linear" or "log".
    """
    figure, ax = new_figure(6.0, 3.4)
    for label, (steps, values) in curves.items():
        color, _, dash = RULE_STYLE.get(label, (BLUE, "", "-"))
        lines = ax.plot(steps, values, color=color, ls=dash, lw=1.2)
        lines[0].set_label(label)
    ax.set(xlabel="step", ylabel=ylabel)
    if yscale == "log":
        logarithmic(ax.yaxis)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=len(curves))
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
def phase_maps(sigma_w2, depths, maps, limits):
    """Draw trained accuracy over depth and σ_w², one map for each width and budget.

    `sigma_w2` and `depths` rise. `maps` is a dict of row label → dict of title → accuracies of
    shape (len(sigma_w2), len(depths)). `limits` holds for each σ_w² the theory's depth; a line
    runs between the squares below it and beyond.
    """
    columns = max(map(len, maps.values()))
    shape = {"nrows": len(maps), "ncols": columns, "sharex": True, "sharey": True}
    figure, axes = new_figure(8.4, 0.7 + 2.3 * len(maps), squeeze=False, **shape)
    ends = np.repeat([np.sum(np.less(depths, limit)) - 0.5 for limit in limits], 2)
    edges = np.repeat(np.arange(len(sigma_w2) + 1) - 0.5, 2)[1:-1]
    for row, (label, titled) in zip(axes, maps.items(), strict=True):
        row[0].set_ylabel(f"{label}\nσ_w²")
        for ax, (title, accuracy) in zip(row, titled.items(), strict=True):
            ax.imshow(accuracy, cmap="cividis", vmin=0, vmax=1, aspect="auto", origin="lower")
            for (i, j), value in np.ndenumerate(accuracy):
                color = BLACK if value > 0.55 else "white"
                ax.text(j, i, f"{value:.2f}", ha="center", va="center", color=color, fontsize=8)
            ax.plot(ends, edges, color=RED, lw=3, label="6 ξ_c", clip_on=False)
            ax.set(title=title)
            ax.set_xticks(range(len(depths)), depths)
            ax.set_yticks(range(len(sigma_w2)), [f"{value:g}" for value in sigma_w2])
            ax.tick_params(length=0)
            ax.grid(visible=False)
    for ax in axes[-1]:
        ax.set_xlabel("depth")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center")
    return figure
