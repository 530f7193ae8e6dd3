"""Checks of assignment A4 on a whole network: does it keep its signals, and does it learn?"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from initcourse.activations import Activation
from initcourse.data.samples import load_digits, unit_noise
from initcourse.exercises.check import Exercise, Verdict
from initcourse.exercises.run_answer import Complaint, numbers, result_of
from initcourse.networks.mlp import MLP
from initcourse.theory.mean_field import second_moment
from initcourse.training.loop import train

LAYERS, WIDTH, NETWORKS = 30, 100, 20


def drawn(answer, name, widths, rng):
    """Return the weights and biases that the answer draws, as float arrays of the right shapes."""
    result = result_of(answer, (list(widths), rng), name, "It returns weights, biases: two lists.")
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        raise Complaint(f"{name} returns two lists: the weights, and the biases.")
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
                f"For widths {widths[:3]} … the {kind} should be {len(wanted)} arrays, the first "
                f"of shape {wanted[0]}; the first of yours have {got}."
            )
        if not all(np.isfinite(array).all() for array in arrays):
            raise Complaint(f"Some {kind} are NaN or infinite.")
        parts.append(arrays)
    return parts


@dataclass(frozen=True)
class SignalExercise(Exercise):
    """The answer is a function (widths, rng) → weights, biases; signal and gradient must last.

    Judged by medians over 20 networks, whose logarithms vary by .45 (signal) and .9 (gradient):
    the margins, ln 1.8 and ln 4, are about 5 standard errors. The seeds are fixed besides.
    """

    phi: Activation
    name: str = "initial"
    hint_text: str = "Var W = σ_w²/n_in and Var b = σ_b², with the critical pair."
    praise: str = "Signal and gradient last through 30 layers."

    def judge(self, answer):
        """Push inputs of strength E[φ²] through 20 networks, and gradients back."""
        self.callable(answer)
        widths = [25, *[WIDTH] * LAYERS]
        rng = np.random.default_rng(1)
        networks = [drawn(answer, self.name, widths, rng) for _ in range(NETWORKS)]
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
        return Verdict(True, self.praise)


@dataclass(frozen=True)
class TrainingExercise(Exercise):
    """The same answer, by whether a network of 30 layers learns the digits from it.

    Guessing has loss ln 10 = 2.30; critical weights end near 1.1 in every draw.
    """

    phi: Activation
    name: str = "initial_trains"
    hint_text: str = "Var W = σ_w²/n_in and Var b = σ_b², with the critical pair."
    praise: str = "Three networks of 30 layers learn the digits from it."

    def judge(self, answer):
        """Train three networks for 150 steps of SGD."""
        self.callable(answer)
        widths, digits = [64, *[64] * (LAYERS - 1), 10], load_digits()
        networks = []
        for seed in range(3):
            weights, biases = drawn(answer, "initial", widths, np.random.default_rng(seed))
            networks.append(MLP(weights, self.phi, biases=biases))
        net = MLP.stack(networks)
        x = np.sqrt(second_moment(self.phi)) * digits.x_train
        steps = train(net, x, digits.y_train, learning_rate=0.02, steps=150, batch=32, rng=0)
        last = np.mean([step.loss for step in steps][-10:], axis=0)
        if not (last < 1.8).all():
            losses = ", ".join(f"{loss:.1f}" for loss in last)
            raise Complaint(
                f"After 150 steps the loss of three networks is {losses}; guessing has 2.3."
            )
        return Verdict(True, self.praise)
