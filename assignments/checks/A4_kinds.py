"""How assignment A4 looks at a pair of numbers, and at a network: does it keep its signals?"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from answer_checks.check import Exercise, FunctionExercise, Verdict
from answer_checks.run_answer import Complaint, numbers, result_of
from initcourse.activations import Activation
from initcourse.data.samples import unit_noise
from initcourse.networks.mlp import MLP
from initcourse.theory.mean_field import second_moment

LAYERS, WIDTH, NETWORKS = 30, 100, 20


def activation(a, b, c):
    """Return φ(z) = a·tanh(b·z + c), which neither a table nor a framework has."""

    def dphi(z):
        return a * b * (1 - np.tanh(b * z + c) ** 2)

    return Activation("φ", lambda z: a * np.tanh(b * z + c), dphi)


@dataclass(frozen=True, kw_only=True)
class PairExercise(FunctionExercise):
    """The answer is a pair of numbers; it is compared as a function without arguments is."""

    parameters: str = ""
    cases: tuple = ((),)

    def judge(self, answer):
        """Compare both numbers."""
        if callable(answer):
            raise Complaint(f"{self.name} should be two numbers; this is a function.")
        return super().judge(lambda: answer)

    def _describe_difference(self, results, expected):
        if results[0].shape != (2,):
            return f"Two numbers are asked for; this has shape {results[0].shape}."
        wrong = ["σ_w²", "σ_b²"][int(self._close(results[0], expected[0])[0])]
        return f"{wrong} is not right."


@dataclass(frozen=True, kw_only=True)
class NetworkExercise(Exercise):
    """The answer is a function (widths, rng) → weights, biases of a network with this φ."""

    a: float
    b: float
    c: float
    name: str = "initial"
    hint_text: str = "Var W = σ_w²/n_in and Var b = σ_b², with the critical pair."

    @cached_property
    def phi(self):
        """The activation, one object for all layers."""
        return activation(self.a, self.b, self.c)

    def drawn(self, answer, widths, rng):
        """Return the weights and biases that it draws, as float arrays of the right shapes."""
        advice = "It returns weights, biases: two lists."
        result = result_of(answer, (list(widths), rng), self.name, advice)
        if not isinstance(result, (tuple, list)) or len(result) != 2:
            raise Complaint("Return two lists: the weights, and the biases.")
        shapes = [tuple(pairwise(widths)), tuple((n,) for n in widths[1:])]
        parts = []
        for kind, wanted, arrays in zip(("weight matrices", "biases"), shapes, result, strict=True):
            try:
                arrays = [numbers(array) for array in arrays]
            except (TypeError, ValueError):
                raise Complaint(f"The {kind} should be a list of arrays of numbers.") from None
            if tuple(array.shape for array in arrays) != wanted:
                got = [array.shape for array in arrays][:3]
                raise Complaint(
                    f"For widths {widths[:3]} … the {kind} should be {len(wanted)} arrays, the "
                    f"first of shape {wanted[0]}; the first of yours have {got}."
                )
            if not all(np.isfinite(array).all() for array in arrays):
                raise Complaint(f"Some {kind} are NaN or infinite.")
            parts.append(arrays)
        return parts


class SignalExercise(NetworkExercise):
    """Signal and gradient must last.

    Judged by medians over 20 networks, whose logarithms vary by .45 (signal) and .9 (gradient):
    the margins, ln 1.8 and ln 4, are about 5 standard errors. The seeds are fixed besides.
    """

    def judge(self, answer):
        """Push inputs of strength E[φ²] through 20 networks, and gradients back."""
        self.callable(answer)
        widths = [25, *[WIDTH] * LAYERS]
        rng = np.random.default_rng(1)
        networks = [self.drawn(answer, widths, rng) for _ in range(NETWORKS)]
        if np.array_equal(networks[0][0][0], networks[1][0][0]):
            raise Complaint("Every call draws the same weights: use rng, and seed nothing inside.")
        x = np.sqrt(second_moment(self.phi)) * unit_noise(10, widths[0], rng=2)
        delta = np.random.default_rng(3).standard_normal((10, WIDTH))
        rows = []
        for weights, biases in networks:
            net = MLP(weights, self.phi, biases=biases)
            signals = net.forward(x)
            gradients = net.backward(signals, delta).delta
            rows.append(
                [np.mean(signals.z[l] ** 2) for l in (1, 10, 20, 30)]
                + [np.mean(gradients[1] ** 2) / np.mean(gradients[LAYERS] ** 2)]
            )
        *strengths, gradient = np.median(rows, axis=0)
        for layer, q in zip((1, 10, 20, 30), strengths, strict=True):
            if not 1 / 1.8 < q < 1.8:
                raise Complaint(f"The strength of z is {q:.2g} in layer {layer}; it should stay 1.")
        if not 1 / 4 < gradient < 4:
            raise Complaint(
                f"The signal lasts, but the gradient's strength is multiplied by {gradient:.2g} on "
                "its way down through 30 layers; it should stay."
            )
        return Verdict(True, "Signal and gradient last through 30 layers.")
