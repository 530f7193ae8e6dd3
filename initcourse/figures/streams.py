"""The still figure of residual streams: one thin line for each draw, over the theory."""

import numpy as np
from matplotlib import rc_context

from initcourse.figures.style import BLACK, BLUE, RC, new_figure


@rc_context(RC)
def streams(panels, *, xlabel="branch", ylabel="mean stream²"):
    """Draw how a stream grows, panel by panel on one linear vertical axis each.

    Parameters
    ----------
    panels : dict of str to (ndarray of shape (draws, places), ndarray of shape (places,))
        Title → measurements, and theory.

    Returns
    -------
    Picture
    """
    figure, axes = new_figure(8.4, 3.2, ncols=len(panels), squeeze=False)
    for ax, (title, (measured, theory)) in zip(axes[0], panels.items(), strict=True):
        places = np.arange(len(theory))
        ax.plot(places, theory, color=BLUE, lw=2.2, label="theory")
        ax.plot(places, measured.T, color=BLACK, lw=0.6, alpha=0.6)
        ax.plot([], [], color=BLACK, lw=0.8, label="one draw each")
        ax.set(xlabel=xlabel, title=title, ylim=(0, None))
    axes[0, 0].set_ylabel(ylabel)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure
