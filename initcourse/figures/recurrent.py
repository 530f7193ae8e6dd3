"""The live figure of the recurrent explorer, and the still figure of many draws by time step."""

import numpy as np
from matplotlib import rc_context
from matplotlib.ticker import NullLocator

from initcourse.figures.live import LiveFigure
from initcourse.figures.style import BLACK, BLUE, GREY, RC, RED, new_figure

_SPANS = (1e2, 1e4, 1e8, 1e16, 1e32, 1e64)


class RecurrentFigure(LiveFigure):
    """State and gradient by time step, many draws, and the eigenvalues of one of them."""

    def __init__(self):
        super().__init__(8.4, 4.3)
        self.forward = self._strength([0.075, 0.61, 0.5, 0.32], "state: mean h² by time step")
        self.backward = self._strength([0.075, 0.16, 0.5, 0.32], "gradient: mean δ² by time step")
        self.backward[0].set_xlabel("step t")
        labels = "very wide network", "other draws", "this seed"
        self.figure.legend(
            self.forward[1:], labels, loc="lower left", ncols=3, bbox_to_anchor=(0.1, -0.015),
            frameon=False, fontsize=9, handlelength=1.6,
        )  # fmt: skip
        ax = self.axes([0.65, 0.16, 0.33, 0.33 * 8.4 / 4.3])
        ax.set_title("eigenvalues λ of U, this seed", loc="left", fontsize=10)
        ax.set(xlim=(-2.1, 2.1), ylim=(-2.1, 2.1), xlabel="Re λ")
        ax.text(-2.0, 1.75, "Im λ", fontsize=9.5)
        angle = np.linspace(0, 2 * np.pi, 200)
        ax.plot(np.cos(angle), np.sin(angle), color=GREY, lw=1)
        ax.text(-2.0, -2.0, "grey: |λ| = 1", fontsize=8.5, color=GREY)
        ax.text(2.0, -2.0, "dashed: ρ(U)", fontsize=8.5, color=RED, ha="right")
        (self.radius,) = ax.plot([], [], color=RED, lw=1, ls="--")
        (self.values,) = ax.plot([], [], ls="none", marker="o", ms=3, color=BLACK)
        self.live(self.radius), self.live(self.values)
        self.circle = np.array([np.cos(angle), np.sin(angle)])

    def _strength(self, rectangle, title):
        ax = self.axes(rectangle)
        ax.set_yscale("log")
        ax.yaxis.set_minor_locator(NullLocator())
        ax.set_title(title, loc="left", fontsize=10)
        (many,) = ax.plot([], [], lw=0.5, color=GREY, alpha=0.6)
        (line,) = ax.plot([], [], lw=1.6, color=BLUE)
        (dots,) = ax.plot([], [], ls="none", marker="o", ms=3.5, color=BLACK)
        self.live(many)
        return ax, self.live(line), many, self.live(dots)

    def show(self, forward, backward, predicted, values):
        """Put draws of shape (draws, steps), the first of which is the seed's, into the picture."""
        for side, (artists, draws) in enumerate(
            zip((self.forward, self.backward), (forward, backward), strict=True)
        ):
            ax, line, many, dots = artists
            steps = np.arange(side, side + draws.shape[1])
            broken = np.hstack([_seen(draws[1:]), np.full((len(draws) - 1, 1), np.nan)])
            many.set_data(np.tile(np.append(steps, np.nan), len(draws) - 1), broken.ravel())
            some = slice(None, None, -(-draws.shape[1] // 25))  # the line stays visible
            dots.set_data(steps[some], _seen(draws[0])[some])
            if predicted is None:
                line.set_data([], [])
            else:
                line.set_data(steps, _seen(predicted[side]))
            seen = _seen(draws)[np.isfinite(_seen(draws))]
            reach = max(seen.max(), 1 / seen.min()) if len(seen) else 1.0
            span = next((s for s in _SPANS if reach <= s), _SPANS[-1])
            last = backward.shape[1]
            self.limits(ax, x=(-0.02 * last, 1.02 * last), y=(1 / span, span))
        self.radius.set_data(*(abs(values).max() * self.circle))
        self.values.set_data(values.real, values.imag)


def _seen(strengths):
    return np.where((strengths > 1e-300) & np.isfinite(strengths), strengths, np.nan)


@rc_context(RC)
def by_time_step(panels, *, span):
    """Draw log₁₀ of the gradient's length, relative to step T, a thin line for each draw.

    Parameters
    ----------
    panels : dict of str to (ndarray of shape (draws, steps + 1), ndarray of shape (steps + 1,))
        Title → measurements, for steps 0 … T, and the theory of a very wide network.
    span : float
        The vertical axes run from −span to span.

    Returns
    -------
    Picture
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
