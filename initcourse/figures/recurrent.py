"""The still figure of recurrent networks: many draws, by time step."""

import numpy as np
from matplotlib import rc_context

from initcourse.figures.style import BLACK, BLUE, RC, new_figure


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
