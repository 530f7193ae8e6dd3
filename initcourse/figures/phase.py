"""The still figures of lesson 12: correlation by layer, and trained accuracy in the phase plane."""

import numpy as np
from matplotlib import rc_context

from initcourse.figures.style import BLACK, BLUE, RC, RED, new_figure


@rc_context(RC)
def correlation_by_layer(panels):
    """Draw the correlation of two inputs by layer: a line a network, theory, 95 % band.

    `panels` is a dict of title → (measurements of shape (networks, layers), theory (layers,), the
    two ends of the band), for layers 1, 2, …
    """
    figure, axes = new_figure(8.4, 3.0, ncols=len(panels), sharey=True, squeeze=False)
    for ax, (title, (measured, theory, band)) in zip(axes[0], panels.items(), strict=True):
        layers = np.arange(1, len(theory) + 1)
        ax.fill_between(layers, *band, color=BLUE, alpha=0.22, lw=0, label="95 % band")
        ax.plot(layers, measured.T, color=BLACK, lw=0.6, alpha=0.4)
        ax.plot([], [], color=BLACK, lw=0.8, label="one network each")
        ax.plot(layers, theory, color=BLUE, lw=2, label="theory")
        ax.set(xlabel="layer", title=title, ylim=(-0.25, 1.05))
    axes[0, 0].set_ylabel("correlation c")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
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
