"""The still figures of convolutions: matrices as coloured grids."""

from matplotlib import rc_context

from initcourse.figures.style import RC, new_figure


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
