"""The still figures of recurrent networks: many draws by time step, and matrices as ellipses."""

import numpy as np
from matplotlib import rc_context

from initcourse.figures.style import BLACK, BLUE, GREEN, GREY, RC, RED, new_figure


@rc_context(RC)
def by_time_step(panels, *, span):
    """Draw log₁₀ of the gradient's length, relative to step T, a thin line for each draw.

    `panels` is a dict of title → (measurements of shape (draws, T + 1), theory of a very wide
    network (T + 1,)), for steps 0 … T. The vertical axes run from −span to span.
    """
    figure, axes = new_figure(8.4, 3.0, ncols=len(panels), sharey=True, squeeze=False)
    for ax, (title, (measured, wide)) in zip(axes[0], panels.items(), strict=True):
        steps = np.arange(measured.shape[1])
        ax.plot(steps, measured.T, color=BLACK, lw=0.5, alpha=0.35)
        ax.plot([], [], color=BLACK, lw=0.8, label="one draw each")
        ax.plot(steps, wide, color=BLUE, label="very wide network")
        ax.set(xlabel="step t", title=title, ylim=(-span, span))
    axes[0, 0].set_ylabel(r"$\log_{10}\;|\delta_t|\,/\,|\delta_T|$")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


@rc_context(RC)
def ellipses(panels):
    """Draw what 2 × 2 matrices make of the circle of all h of length 1, and of one h on it.

    Parameters
    ----------
    panels : dict of str to ndarray of shape (2, 2)
        Title → U.

    Returns
    -------
    Picture
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
