"""The still figures of lesson 10: correlation by layer, and trained accuracy in the phase plane."""

import numpy as np
from matplotlib import rc_context

from initcourse.figures.style import BLACK, BLUE, RC, RED, new_figure


@rc_context(RC)
def correlation_by_layer(panels):
    """Draw the correlation of two inputs by layer, one thin line a network, over the theory.

    Parameters
    ----------
    panels : dict of str to (ndarray of shape (draws, layers), ndarray of shape (layers,))
        Title → measurements and theory, for layers 1, 2, …

    Returns
    -------
    Picture
    """
    figure, axes = new_figure(8.4, 3.0, ncols=len(panels), sharey=True, squeeze=False)
    for ax, (title, (measured, theory)) in zip(axes[0], panels.items(), strict=True):
        layers = np.arange(1, len(theory) + 1)
        ax.plot(layers, measured.T, color=BLACK, lw=0.6, alpha=0.4)
        ax.plot([], [], color=BLACK, lw=0.8, label="one network each")
        ax.plot(layers, theory, color=BLUE, lw=2, label="theory")
        ax.set(xlabel="layer", title=title, ylim=(-0.25, 1.05))
    axes[0, 0].set_ylabel("correlation c")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


@rc_context(RC)
def phase_map(sigma_w2, depths, accuracy, line):
    """Draw trained accuracy over depth and σ_w²: a square for each network, median and range.

    Parameters
    ----------
    sigma_w2 : sequence of float
    depths : sequence of int
    accuracy : ndarray, shape (len(sigma_w2), len(depths), seeds)
    line : (ndarray, ndarray)
        Depths and σ_w² of the curve that the theory draws.

    Returns
    -------
    Picture
    """
    figure, ax = new_figure(8.4, 4.6)
    rows, columns = np.arange(len(sigma_w2)), np.arange(len(depths))
    median = np.median(accuracy, axis=-1)
    image = ax.imshow(median, cmap="cividis", vmin=0, vmax=1, aspect="auto", origin="lower")
    for i, j in np.ndindex(median.shape):
        color = BLACK if median[i, j] > 0.55 else "white"
        low, high = accuracy[i, j].min(), accuracy[i, j].max()
        text = f"{median[i, j]:.2f}\n{low:.2f} to {high:.2f}"
        ax.text(j, i, text, ha="center", va="center", color=color, fontsize=8.5)
    # the cells stand at whole numbers; the curve is placed between them on log scales
    x = np.interp(np.log(line[0]), np.log(depths), columns, left=-1, right=len(columns))
    beyond = line[0] > depths[-1]
    slope = 1 / np.log(depths[-1] / depths[-2])
    x = np.where(beyond, columns[-1] + slope * np.log(line[0] / depths[-1]), x)
    y = np.interp(np.log(line[1]), np.log(sigma_w2), rows)
    ax.plot(x, y, color=RED, lw=2.5, label="6 ξ_c")
    ax.set(xlim=(-0.5, len(depths) - 0.5), ylim=(-0.5, len(rows) - 0.5))
    ax.set_xticks(columns, [str(depth) for depth in depths])
    ax.set_yticks(rows, [f"{value:g}" for value in sigma_w2])
    ax.set(xlabel="depth", ylabel="σ_w²")
    ax.tick_params(length=0)
    ax.grid(visible=False)
    figure.colorbar(image, ax=ax, label="training accuracy, median of the seeds", pad=0.02)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center")
    return figure
