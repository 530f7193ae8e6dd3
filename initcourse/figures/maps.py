"""Maps and matrices: what they make of a number, of a circle and of two inputs."""

import numpy as np
from matplotlib import rc_context
from matplotlib.patches import Wedge

from initcourse.figures.style import BLACK, BLUE, GREEN, GREY, ORANGE, RC, RED, new_figure


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


@rc_context(RC)
def matrices(panels):
    """Draw matrices, a dict of title → matrix: zero is white, positive purple, negative orange."""
    figure, axes = new_figure(8.4, 3.6, ncols=len(panels), squeeze=False)
    for ax, (title, M) in zip(axes[0], panels.items(), strict=True):
        reach = abs(M).max()
        ax.imshow(M, cmap="PuOr", vmin=-reach, vmax=reach, interpolation="nearest")
        ax.set_title(title)
        ax.set(xlabel=f"{M.shape[1]} columns", ylabel=f"{M.shape[0]} rows", xticks=[], yticks=[])
        ax.grid(visible=False)
    return figure


@rc_context(RC)
def ellipses(panels):
    """Draw what 2 × 2 matrices make of the circle of all h of length 1, and of one h on it.

    Parameters
    ----------
    panels : dict of str to ndarray of shape (2, 2)
        Title → U.
    """
    figure, axes = new_figure(8.4, 3.2, ncols=len(panels), sharex=True, sharey=True, squeeze=False)
    angle = np.linspace(0, 2 * np.pi, 200)
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    for ax, (title, U) in zip(axes[0], panels.items(), strict=True):
        for points, color, label in ((circle, GREY, "h"), (circle @ U, BLUE, "h U")):
            ax.plot(*points.T, color=color, label=label)
            ax.plot(*points[30], "o", color=color)
        _, singular, directions = np.linalg.svd(U)
        for s, way in zip(singular, directions, strict=True):
            ax.plot(*np.outer([0, s], way).T, color=GREEN, lw=2.2, label="half-axes")
        values, vectors = np.linalg.eig(U.T)  # v U = λv
        if np.isreal(values).all():
            for v in vectors.T:
                ax.axline((0, 0), tuple(v), color=RED, lw=1, ls="--", label="not turned")
        ax.set(title=title, aspect="equal", xlim=(-1.8, 1.8), ylim=(-1.4, 1.4))
    handles, labels = axes[0, 0].get_legend_handles_labels()
    once = dict(zip(labels, handles, strict=True))
    figure.legend(once.values(), once, loc="outside lower center", ncols=4)
    return figure


@rc_context(RC)
def two_inputs(cosines):
    """Draw two inputs in the plane that they span, over the units' directions in it.

    A unit whose weights point into a wedge is on for both inputs, off for both, or on for one.

    Parameters
    ----------
    cosines : dict of str to float
        Panel title → cosine of the angle between the inputs.
    """
    figure, axes = new_figure(8.4, 2.3, ncols=len(cosines), squeeze=False)
    for ax, (title, cosine) in zip(axes[0], cosines.items(), strict=True):
        apart = np.degrees(np.arccos(cosine))
        for label, color, middle, width in (
            ("on for both", GREEN, 90, 180 - apart),
            ("off for both", GREY, 270, 180 - apart),
            ("on for one", ORANGE, 0, apart),
            ("", ORANGE, 180, apart),
        ):
            ends = middle - width / 2, middle + width / 2
            ax.add_patch(Wedge((0, 0), 1, *ends, color=color, alpha=0.45, lw=0, label=label))
        for angle in np.radians([90 - apart / 2, 90 + apart / 2]):
            tip = 1.15 * np.cos(angle), 1.15 * np.sin(angle)
            ax.annotate("", tip, (0, 0), arrowprops={"arrowstyle": "-|>", "color": BLACK})
        ax.set(xlim=(-1.2, 1.2), ylim=(-1.05, 1.25), aspect="equal", title=title)
        ax.set_axis_off()
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure
