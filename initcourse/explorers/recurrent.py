"""The gradient of a recurrent network by time step, and the spectrum of its matrix."""

from functools import lru_cache

import numpy as np

from initcourse.activations import ACTIVATIONS
from initcourse.explorers.base import Explorer, choice, slider
from initcourse.explorers.live_figure import LiveFigure
from initcourse.explorers.panels import layer_axes, legend, lines_with_gaps, log_limits
from initcourse.explorers.sentences import format_strength
from initcourse.figures.style import BLACK, BLUE, GREY, RED, positive_or_nan
from initcourse.initializers import lecun_normal, orthogonal
from initcourse.networks.recurrent import RecurrentNet
from initcourse.theory import mean_field as theory

#: How U is drawn, before it is scaled.
MATRICES = {
    "Gaussian, 1/n": lecun_normal,
    "orthogonal": orthogonal,
    "identity": lambda shape, rng: np.eye(*shape),
}
#: Networks shown at once: the one of the seed, and others drawn in the same way.
DRAWS = 20
_REACHES = (1e2, 1e4, 1e8, 1e16, 1e32, 1e64)
_PHIS = ("identity", "tanh", "ReLU")
_ANGLES = np.linspace(0, 2 * np.pi, 200)
_CIRCLE = np.array([np.cos(_ANGLES), np.sin(_ANGLES)])


def wide(phi, sigma_w2, drive2, T):
    """Return the infinitely wide E[h_t²] for t = 0 … T and E[δ_t²] for t = 1 … T.

    For a fixed T the same U at every step makes no difference to one step's strength there:
    Segadlo et al. (2022), "Unified field theoretical approach to deep and recurrent neuronal
    networks". (They treat the signal; a test compares the gradient.)
    """
    q = theory.trajectory(phi, sigma_w2 + drive2, sigma_w2, T, drive2)
    slopes = theory.slope_moment(phi, q)
    factors = np.append(slopes[:-1] * sigma_w2, slopes[-1])
    return np.append(1.0, theory.second_moment(phi, q)), np.cumprod(factors[::-1])[::-1]


@lru_cache(maxsize=4)
def draw(matrix, T, n, seed):
    """Return U, start, input and readout of DRAWS networks, the one of the seed first."""
    seeds = seed, *range(10_000, 10_000 + DRAWS - 1)
    matrices, others = zip(*(np.random.default_rng(s).spawn(2) for s in seeds), strict=True)
    U = np.array([MATRICES[matrix]((n, n), rng=rng) for rng in matrices])
    start, readout = np.array([[rng.standard_normal((1, n)) for rng in others] for _ in range(2)])
    return U, start, others[0].standard_normal((1, T, n)), readout


@lru_cache(maxsize=16)
def eigenvalues(matrix, n, seed):
    """Return the eigenvalues of the seed's U before scaling."""
    return np.linalg.eigvals(draw(matrix, 10, n, seed)[0][0])


def _add_side(picture, bottom, title, label=""):
    ax = layer_axes(picture, [0.075, bottom, 0.5, 0.32], title, xlabel=label)
    many = picture.add_line(ax, lw=0.5, color=GREY, alpha=0.6)
    line = picture.add_line(ax, lw=1.6, color=BLUE)
    return ax, line, many, picture.add_dots(ax, BLACK, ms=3.5)


class RecurrentExplorer(Explorer):
    """A state h that meets the same matrix at every step: gradient by step, and eigenvalues.

    The state starts from N(0, 1); at each step noise of the given strength is added to z, which
    stands for the input. The gradient is that of a random readout of the last state.
    """

    def make_controls(self):
        return {
            "matrix": choice("U", MATRICES),
            "scale": slider("scale × U", 1.0, 0.5, 1.5, 0.01),
            "activation": choice("activation", _PHIS),
            "length": slider("steps T", 100, 10, 150, 5),
            "width": slider("units n", 96, 16, 96, 16),
            "drive": slider("input's std", 0.0, 0.0, 1.0, 0.1),
            "seed": slider("seed", 0, 0, 199),
        }

    def make_picture(self):
        picture = LiveFigure(8.4, 4.3)
        picture.forward = _add_side(picture, 0.61, "state: mean h² by time step")
        picture.backward = _add_side(picture, 0.16, "gradient: mean δ² by time step", "step t")
        labels = "very wide network", "other draws", "this seed"
        keys = dict(zip(labels, picture.forward[1:], strict=True))
        legend(picture, keys, loc="lower left", bbox_to_anchor=(0.1, -0.015), handlelength=1.6)
        ax = picture.axes([0.65, 0.16, 0.33, 0.33 * 8.4 / 4.3], "eigenvalues λ of U, this seed")
        ax.set(xlim=(-2.1, 2.1), ylim=(-2.1, 2.1), xlabel="Re λ")
        ax.text(-2.0, 1.75, "Im λ", fontsize=9.5)
        ax.plot(*_CIRCLE, color=GREY, lw=1)
        ax.text(-2.0, -2.0, "grey: |λ| = 1", fontsize=8.5, color=GREY)
        ax.text(2.0, -2.0, "dashed: ρ(U)", fontsize=8.5, color=RED, ha="right")
        picture.radius = picture.add_line(ax, color=RED, lw=1, ls="--")
        picture.values = picture.add_dots(ax, BLACK, ms=3)
        return picture

    def show(self, matrix, scale, activation, length, width, drive, seed):
        phi = ACTIVATIONS[activation]
        U, start, x, readout = draw(matrix, length, width, seed)
        eye = np.eye(width)
        stack = [np.broadcast_to(W, (DRAWS, width, width)) for W in (drive * eye, scale * U, eye)]
        net = RecurrentNet(stack, phi)
        signals = net.forward(x, start=start)
        delta = net.backward(signals, readout).delta
        with np.errstate(over="ignore", invalid="ignore"):
            forward, backward = (
                np.array([(a**2).mean(axis=(-2, -1)) for a in steps]).T
                for steps in (signals.h[: length + 1], delta[1 : length + 1])
            )
        # a linear network with scale × identity is exact: it needs no random U
        random = matrix != "identity" or activation == "identity"
        predicted = wide(phi, scale**2, drive**2, length) if random else None
        values = scale * eigenvalues(matrix, width, seed)
        self._draw(self.picture.forward, forward, predicted and predicted[0], 0, length)
        self._draw(self.picture.backward, backward, predicted and predicted[1], 1, length)
        self.picture.radius.set_data(*(abs(values).max() * _CIRCLE))
        self.picture.values.set_data(values.real, values.imag)
        low, high = (format_strength(end(backward[:, 0])) for end in (np.min, np.max))
        others = f"from {low} to {high}" if low != high else "the same"
        theory_says = "no theory, since U is not random"
        if predicted:
            theory_says = f"very wide network {format_strength(predicted[1][0])}"
        return (
            f"Gradient at step 1: <b>{format_strength(backward[0, 0])}</b> "
            f"({others} in all {DRAWS} draws; {theory_says}). "
            f"State at step {length}: {format_strength(forward[0, -1])}. "
            f"<b>Spectral radius {abs(values).max():.3g}</b>. No band: every step has the same U."
        )

    def _draw(self, panel, draws, predicted, start, length):
        """Put draws of shape (draws, steps), the first of which is the seed's, into a panel."""
        ax, line, many, dots = panel
        steps, seen = np.arange(start, length + 1), positive_or_nan(draws)
        many.set_data(*lines_with_gaps(steps, seen[1:]))
        some = slice(None, None, -(-len(steps) // 25))  # the line stays visible
        dots.set_data(steps[some], seen[0][some])
        line.set_data(*([], []) if predicted is None else (steps, positive_or_nan(predicted)))
        y = log_limits(np.append(seen, 1 / seen), _REACHES)  # 1 stays in the middle
        self.picture.limits(ax, x=(-0.02 * length, 1.02 * length), y=y)
