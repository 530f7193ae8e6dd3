"""Exercises of lesson 05, the sigmoid laboratory."""

import numpy as np

from initcourse.exercises.check import FunctionExercise, ValueExercise

_drawn = np.random.default_rng(5).standard_normal

centring_bias = FunctionExercise(
    name="centring_bias",
    parameters="W",
    solution="-0.5 * W.sum(axis=0)",
    cases=((_drawn((4, 3)),), (_drawn((2, 6)),)),
    hint_text="Unit j receives ½·W[i, j] from every unit i below: add up column j.",
    praise="Each unit gives back what the ½ of the layer below sends it.",
    slips={
        "0.5 * np.sum(W, axis=0)": "The sign: the bias takes the offset away, so it is −½ΣW.",
        "-sum(W)": "Each unit below sends ½, not 1: a factor ½ is missing.",
        "-W.sum(1) / 2": "This adds up rows. W is used as h @ W, so what unit j receives stands "
        "in column j.",
        "-0.5 * np.mean(W, axis=0)": "What comes in is the sum over units below, not the mean.",
        "-np.sum(W) / 2": "Each unit has its own bias: sum over axis 0 only.",
        "-0.5 * np.ones(W.shape[1])": "The ½ comes through the weights: what arrives at unit j is "
        "½·ΣW[i, j].",
        "-W / 2": "Add up over the units below: one bias for each column.",
    },
)

critical_sigma_w2 = ValueExercise(
    name="critical_sigma_w2",
    solution="16",
    hint_text="A small signal is multiplied by φ′(0)²·σ_w² per layer.",
    praise="(¼)²·16 = 1: gain 4, as the old rule says, but for the centred sigmoid.",
    slips={
        "1 / 0.25": "4 is the gain, which multiplies the std. σ_w² is its square.",
        "0.25**2": "This is φ′(0)²; σ_w² must make up for it.",
        "1": "That is right for tanh, whose slope at 0 is 1. Here it is ¼.",
        "2": "That is ReLU's value. Use the slope at 0, ¼.",
        "1 / 4": "This is the slope φ′(0).",
        "12.8": "12.8 is Kumar's value for the plain sigmoid, whose mean is ½. Here it is 0.",
        "8**2": "64 is gain 8. Slope ¼ times which gain is 1?",
        "103": "103 belongs to the plain sigmoid. Without its mean much less is enough.",
    },
)
