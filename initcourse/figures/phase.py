"""The still figures of lesson 12: correlation by layer, and trained accuracy in the phase plane."""

import numpy as np
from matplotlib import rc_context
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator

from initcourse.figures.style import BLACK, BLUE, RC, RED, new_figure


@rc_context(RC)
def correlation_by_layer(panels):
    """Draw the correlation of two inputs by layer: a line a network, theory, 95 % band.

    Parameters
    ----------
    panels : dict of str to (ndarray of shape (networks, layers), ndarray of shape (layers,), pair)
        Title → measurements, theory, and the two ends of the band, for layers 1, 2, …

    Returns
    -------
    Picture
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
def phase_maps(sigma_w2, depths, maps, line):
    """Draw trained accuracy over depth and σ_w², one map for each width and budget.

    Parameters
    ----------
    sigma_w2 : sequence of float, rising
    depths : sequence of int, rising
    maps : dict of str to dict of str to ndarray of shape (len(sigma_w2), len(depths))
        A row's label → a map's title → accuracies from 0 to 1.
    line : (ndarray, ndarray)
        Depths and σ_w² of the curve that the theory draws; the same in every map.

    Returns
    -------
    Picture
    """
    columns = max(map(len, maps.values()))
    shape = {"nrows": len(maps), "ncols": columns, "sharex": True, "sharey": True}
    figure, axes = new_figure(8.4, 0.7 + 2.2 * len(maps), squeeze=False, **shape)
    gap = min(np.diff(np.log(sigma_w2)))  # a square reaches half way to its nearest neighbour
    half_high, half_wide = np.exp(0.48 * gap), 0.48 * min(np.diff(depths))
    colors = ScalarMappable(Normalize(0, 1), cmap="cividis")
    for row, (label, titled) in zip(axes, maps.items(), strict=True):
        row[0].set_ylabel(f"{label}\nσ_w²")
        for ax, (title, accuracy) in zip(row, titled.items(), strict=True):
            for (i, j), value in np.ndenumerate(accuracy):
                low, high = sigma_w2[i] / half_high, sigma_w2[i] * half_high
                place = (depths[j] - half_wide, low), 2 * half_wide, high - low
                ax.add_patch(Rectangle(*place, color=colors.to_rgba(value), lw=0))
            ax.plot(*line, color=RED, lw=2, label="6 ξ_c")
            ax.set(yscale="log", title=title, xlim=(0, 1.5 * depths[-1]), xticks=depths)
            ax.grid(visible=False)
            ax.set_yticks(sigma_w2, [f"{value:g}" for value in sigma_w2])
            ax.yaxis.set_minor_locator(NullLocator())
    for ax in axes[-1]:
        ax.set_xlabel("depth")
    figure.colorbar(colors, ax=axes, label="training accuracy, median", pad=0.02)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center")
    return figure
