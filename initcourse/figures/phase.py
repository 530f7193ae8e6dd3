"""The still figures of lesson 12: correlation by layer, and trained accuracy in the phase plane."""

import numpy as np
from matplotlib import rc_context
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
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
def phase_map(sigma_w2, depths, accuracy, line):
    """Draw trained accuracy over depth and σ_w²: a square for each network, median and range.

    Parameters
    ----------
    sigma_w2 : sequence of float, rising
    depths : sequence of int, rising
    accuracy : ndarray, shape (len(sigma_w2), len(depths), seeds)
    line : (ndarray, ndarray)
        Depths and σ_w² of the curve that the theory draws.

    Returns
    -------
    Picture
    """
    figure, ax = new_figure(8.4, 4.6)
    gap = min(np.diff(np.log(sigma_w2)))  # a square reaches half way to its nearest neighbour
    half_high, half_wide = np.exp(0.48 * gap), 0.48 * min(np.diff(depths))
    colors = ScalarMappable(Normalize(0, 1), cmap="cividis")
    for (i, j), median in np.ndenumerate(np.median(accuracy, axis=-1)):
        low, high = sigma_w2[i] / half_high, sigma_w2[i] * half_high
        place = (depths[j] - half_wide, low), 2 * half_wide, high - low
        ax.add_patch(Rectangle(*place, color=colors.to_rgba(median), lw=0))
        text = f"{median:.2f}\n{accuracy[i, j].min():.2f}–{accuracy[i, j].max():.2f}"
        color = BLACK if median > 0.55 else "white"
        style = {"ha": "center", "va": "center", "color": color, "fontsize": 8, "zorder": 4}
        # a rim in the square's own colour: readable where the curve runs through
        rim = [withStroke(linewidth=3, foreground=colors.to_rgba(median))]
        ax.text(depths[j], sigma_w2[i], text, path_effects=rim, **style)
    ax.plot(*line, color=RED, lw=2.5, label="6 ξ_c")
    ax.set(yscale="log", xlabel="depth", ylabel="σ_w²", xlim=(0, 1.75 * depths[-1]))
    ax.set_yticks(sigma_w2, [f"{value:g}" for value in sigma_w2])
    ax.yaxis.set_minor_locator(NullLocator())
    figure.colorbar(colors, ax=ax, label="training accuracy, median of the seeds", pad=0.02)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center")
    return figure
