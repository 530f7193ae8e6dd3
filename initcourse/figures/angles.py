"""Two inputs as arrows: which units are on for both, off for both, or tell them apart."""

import numpy as np
from matplotlib import rc_context
from matplotlib.patches import Wedge

from initcourse.figures.style import BLACK, GREEN, GREY, ORANGE, RC, new_figure


@rc_context(RC)
def two_inputs(cosines):
    """Draw two inputs in the plane that they span, over the units' directions in it.

    A unit whose weights point into a wedge is on for both inputs, off for both, or on for one.

    Parameters
    ----------
    cosines : dict of str to float
        Panel title → cosine of the angle between the inputs.

    Returns
    -------
    Picture
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
