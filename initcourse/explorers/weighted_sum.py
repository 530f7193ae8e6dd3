"""The weighted sum of n inputs against its predicted distribution."""

from functools import lru_cache

import numpy as np

from initcourse import weighted_sum as theory
from initcourse.explorers.base import Explorer, log_slider, slider
from initcourse.figures.weighted_sum import WeightedSumFigure

DRAWS, NEURONS, MOST = 4000, 300, 512


class WeightedSumExplorer(Explorer):
    """z = Σ wᵢxᵢ over fresh draws of weights and inputs, and for neurons that keep their weights.

    Inputs have variance 1, mean µ, and correlation ρ between any two of them.
    """

    def make_controls(self):
        """Number of inputs, weight variance, input mean and correlation, seed."""
        return {
            "n": slider("inputs n", 64, 1, MOST),
            "var_w": log_slider("Var w", 1 / 64, -10, 3.3, step=0.1),
            "mean": slider("input mean µ", 0.0, -2.0, 2.0, 0.1),
            "correlation": slider("input correlation ρ", 0.0, 0.0, 1.0, 0.05),
            "seed": slider("seed", 0, 0, 199),
        }

    def build(self):
        """Distribution of z on the left, spread between neurons on the right."""
        return WeightedSumFigure()

    def show(self, n, var_w, mean, correlation, seed):
        """Draw the sums and compare their mean square with n·Var w·E[x²]."""
        z, neurons = measure(n, var_w, mean, correlation, seed)
        predicted = theory.power(n, var_w, mean)
        spread = theory.relative_spread(n, mean, correlation)
        # z | x is Gaussian, so E[z⁴] = 3·(Var w)²·E[(Σx²)²]
        error = predicted * np.sqrt((3 * (1 + spread) - 1) / DRAWS)
        measured = np.mean(z**2)
        edges = self.picture.edges(np.sqrt(predicted))
        chances = np.diff(theory.distribution(edges, n, var_w, mean, correlation))
        self.picture.show(z, edges, np.clip(chances, 0, 1), np.sqrt(predicted), neurons / predicted)
        inside = "inside" if abs(measured - predicted) < 1.96 * error else "outside"
        differ = np.sqrt(theory.neuron_spread(n, mean, correlation))
        return (
            f"<b>mean z² = {measured:.3g}</b> over {DRAWS} draws; predicted n·Var w·E[x²] = "
            f"{predicted:.3g} ± {1.96 * error:.2g} (measured {inside}). With Var x in place of "
            f"E[x²] one would expect {n * var_w:.3g}. Units that keep their weights differ "
            f"from each other by {differ:.0%} (theory)."
        )


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
