"""A Gaussian pushed through φ and φ′: mean, variance and second moment as areas."""

import numpy as np

from initcourse import theory
from initcourse.activations import ACTIVATIONS
from initcourse.explorers.base import Explorer, choice, log_slider, slider
from initcourse.figures.activation import ActivationFigure


class ActivationExplorer(Explorer):
    """z ~ N(0, q) enters φ. Areas show E[φ], E[φ²] and E[φ′²]; n sampled units measure them."""

    def make_controls(self):
        """Activation, standard deviation of z, number of sampled units, seed."""
        return {
            "activation": choice("activation", ACTIVATIONS, "ReLU"),
            "std": log_slider("std of z", 1.0, -3.3, 3.3),
            "n": slider("units n", 500, 20, 2000, 20),
            "seed": slider("seed", 0, 0, 199),
        }

    def build(self):
        """Four panels of areas, and a panel that compares."""
        return ActivationFigure()

    def show(self, activation, std, n, seed):
        """Integrate, sample, and say what φ does to the signal and to the gradient."""
        phi, q = ACTIVATIONS[activation], std**2
        z = std * np.random.default_rng(seed).standard_normal(n)
        h, slope = phi(z), phi.dphi(z)
        predicted = {
            "mean": float(theory.mean(phi, q)),
            "second": float(theory.second_moment(phi, q)),
            "slope": float(theory.slope_moment(phi, q)),
        }
        fourth = theory.gaussian_mean(lambda z: phi(z) ** 4, q)
        slope_fourth = theory.gaussian_mean(lambda z: phi.dphi(z) ** 4, q)
        band = {
            "second": half_width(fourth, predicted["second"], n),
            "slope": half_width(slope_fourth, predicted["slope"], n),
        }
        measured = {"mean": h.mean(), "second": (h**2).mean(), "slope": (slope**2).mean()}
        self.picture.show(phi, std, predicted, band, measured)
        variance = predicted["second"] - predicted["mean"] ** 2
        return (
            f"<b>E[φ²] = {predicted['second']:.3g}</b> = mean² {predicted['mean'] ** 2:.3g} + "
            f"variance {variance:.3g}: φ passes on {predicted['second'] / q:.3g} of "
            f"E[z²] = {q:.3g}. "
            f"E[φ′²] = {predicted['slope']:.3g}. Measured on {n} units: {measured['second']:.3g} "
            f"(band ± {band['second']:.2g}) and {measured['slope']:.3g} (± {band['slope']:.2g})."
        )


def half_width(fourth, second, n):
    """Return half the 95 % band of a mean of n squares, from E[·⁴] and E[·²]."""
    variance = fourth - second**2
    # all squares alike, as the slopes of a straight line: what is left is rounding
    return 1.96 * np.sqrt(variance / n) if variance > 1e-12 * second**2 else 0.0
