"""The weighted sum of n inputs against its predicted distribution."""

from functools import lru_cache

import numpy as np

from initcourse.explorers.base import Explorer, log_slider, slider
from initcourse.explorers.live_figure import LiveFigure
from initcourse.explorers.panels import first_above, legend
from initcourse.figures.style import BLACK, BLUE, RED
from initcourse.theory import weighted_sum as theory

_BINS = 40
# Half widths of the z axis, and tops of the chance axis: steps, so that they change rarely.
_REACH = (0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)
_TOPS = (0.06, 0.12, 0.25, 0.5, 1.02)
_OWN_EDGES = np.linspace(0, 4, 33)
DRAWS, NEURONS, MOST = 4000, 300, 512


def measure(n, var_w, mean, correlation, seed):
    """Return DRAWS sums with fresh weights and inputs, and E[z²] of NEURONS fixed neurons."""
    w, x, common = _standard_draws(seed)
    x = mean + np.sqrt(correlation) * common + np.sqrt(1 - correlation) * x[:, :n]
    w = np.sqrt(var_w) * w[:, :n]
    z = np.einsum("ij,ij->i", w, x)
    kept = w[:NEURONS]
    own = (1 - correlation) * (kept**2).sum(1) + (correlation + mean**2) * kept.sum(1) ** 2
    return z, own


@lru_cache(maxsize=2)
def _standard_draws(seed):
    rng = np.random.default_rng(seed)
    w, x = (rng.standard_normal((DRAWS, MOST), dtype=np.float32) for _ in range(2))
    return w, x, rng.standard_normal((DRAWS, 1), dtype=np.float32)


class WeightedSumExplorer(Explorer):
    """z = Σ wᵢxᵢ over fresh draws of weights and inputs, and for neurons that keep their weights.

    Inputs have variance 1, mean µ, and correlation ρ between any two of them.
    """

    def make_controls(self):
        return {
            "n": slider("inputs n", 64, 1, MOST),
            "var_w": log_slider("Var w", 1 / 64, -10, 3.3, step=0.1),
            "mean": slider("input mean µ", 0.0, -2.0, 2.0, 0.1),
            "correlation": slider("input correlation ρ", 0.0, 0.0, 1.0, 0.05),
            "seed": slider("seed", 0, 0, 199),
        }

    def make_picture(self):
        picture = LiveFigure(8.4, 3.7)
        picture.z = z = picture.axes(
            [0.075, 0.235, 0.54, 0.68], "all draws: fresh weights, fresh inputs",
            xlabel="z = Σ wx", ylabel="share of draws in a bin",
        )  # fmt: skip
        picture.band = picture.add_area(z, BLUE, alpha=0.25)
        picture.exact = picture.add_line(z, color=BLUE, lw=1.6)
        picture.gauss = picture.add_line(z, color=RED, lw=1.3, ls="--")
        picture.dots = picture.add_dots(z, BLACK, ms=3.5)
        keys = {
            "exact": picture.exact, "95 % band": picture.band,
            "Gaussian, same E[z²]": picture.gauss, "measured": picture.dots,
        }  # fmt: skip
        legend(picture, keys, loc="lower left", bbox_to_anchor=(0.06, -0.01), handlelength=1.6)
        picture.own = own = picture.axes(
            [0.685, 0.235, 0.295, 0.68], "300 units that keep their weights",
            xlabel="E[z²] of a unit ÷ mean over units", ylim=(0, 0.5), xlim=(0, 4),
        )  # fmt: skip
        own.axvline(1, color=BLUE, lw=1.6)
        picture.neurons = picture.live(own.stairs(np.zeros(32), _OWN_EDGES, color=BLACK))
        return picture

    def show(self, n, var_w, mean, correlation, seed):
        z, neurons = measure(n, var_w, mean, correlation, seed)
        predicted = theory.power(n, var_w, mean)
        spread = theory.relative_spread(n, mean, correlation)
        # z | x is Gaussian, so E[z⁴] = 3·(Var w)²·E[(Σx²)²]
        error = predicted * np.sqrt((3 * (1 + spread) - 1) / DRAWS)
        measured = np.mean(z**2)
        sigma = np.sqrt(predicted)
        reach = first_above(_REACH, 3.2 * sigma)
        edges = np.linspace(-reach, reach, _BINS + 2)
        chances = np.diff(theory.distribution(edges, n, var_w, mean, correlation))
        self._draw_sums(z, edges, np.clip(chances, 0, 1), sigma)
        shares = np.histogram(np.minimum(neurons / predicted, 3.999), _OWN_EDGES)[0] / NEURONS
        self.picture.neurons.set_data(shares)
        self.picture.limits(self.picture.own, y=(0, 0.5 if shares.max() < 0.48 else 1.02))
        inside = "inside" if abs(measured - predicted) < 1.96 * error else "outside"
        differ = np.sqrt(theory.neuron_spread(n, mean, correlation))
        return (
            f"<b>mean z² = {measured:.3g}</b> over {DRAWS} draws; predicted n·Var w·E[x²] = "
            f"{predicted:.3g} ± {1.96 * error:.2g} (measured {inside}). With Var x in place of "
            f"E[x²] one would expect {n * var_w:.3g}. Units that keep their weights differ "
            f"from each other by {differ:.0%} (theory)."
        )

    def _draw_sums(self, z, edges, chances, sigma):
        picture, middle = self.picture, (edges[1:] + edges[:-1]) / 2
        share = np.histogram(z, edges)[0] / DRAWS
        half = 1.96 * np.sqrt(chances * (1 - chances) / DRAWS)
        gauss = np.exp(-((middle / sigma) ** 2) / 2) / np.sqrt(2 * np.pi) / sigma
        picture.band.set_data(middle, np.maximum(chances - half, 0), chances + half)
        picture.exact.set_data(middle, chances)
        picture.gauss.set_data(middle, gauss * (edges[1] - edges[0]))
        picture.dots.set_data(middle, share)
        top = first_above(_TOPS, 1.05 * max(share.max(), chances.max()))
        picture.limits(picture.z, x=(edges[0], edges[-1]), y=(0, top))
