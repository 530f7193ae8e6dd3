"""Initializers as they are got wrong: each is one slip, its name says which.

Every function takes (shape, rng) and is meant to do what stands beside it.
"""

import numpy as np

TANH_GAIN = 5 / 3
N_IN, N_OUT = 300, 100
HE = {"variance": 2 / N_IN}
GLOROT = {"variance": 2 / (N_IN + N_OUT), "distribution": "uniform"}
CUT = {**HE, "distribution": "truncated_normal"}
KERNEL = {"variance": 2 / (25 * 30), "shape": (5, 5, 30, 40)}


def normal(std):
    return lambda s, rng: std(*s) * rng.standard_normal(s)


def uniform(bound):
    return lambda s, rng: rng.uniform(-bound(*s), bound(*s), s)


def truncated_and_not_widened(shape, rng):
    W = rng.standard_normal(shape)
    while (outside := abs(W) > 2).any():
        W[outside] = rng.standard_normal(outside.sum())
    return np.sqrt(2 / shape[0]) * W


def global_state(shape, rng):
    return np.sqrt(2 / shape[0]) * np.random.standard_normal(shape)  # noqa: NPY002


def seeded_global_state(shape, rng):
    np.random.seed(0)  # noqa: NPY002
    return global_state(shape, rng)


he = normal(lambda i, o: np.sqrt(2 / i))

#: slip → (function, what it was meant to draw, letters: the battery must give all of them)
SLIPS = {
    "He, 2/n as std": (normal(lambda i, o: 2 / i), HE, "V"),
    "LeCun, 1/n as std": (normal(lambda i, o: 1 / i), {"variance": 1 / N_IN}, "V"),
    "He, n outside the root": (normal(lambda i, o: np.sqrt(2) / i), HE, "V"),
    "He, fan_out": (normal(lambda i, o: np.sqrt(2 / o)), HE, "V"),
    "Glorot, fan_in only": (uniform(lambda i, o: np.sqrt(3 / i)), GLOROT, "VB"),
    "Glorot, without its 2": (uniform(lambda i, o: np.sqrt(3 / (i + o))), GLOROT, "VB"),
    "Glorot, std as bound": (uniform(lambda i, o: np.sqrt(2 / (i + o))), GLOROT, "VB"),
    "Glorot, 6 outside": (uniform(lambda i, o: np.sqrt(6) / (i + o)), GLOROT, "VB"),
    "He, rand for randn": (lambda s, rng: np.sqrt(2 / s[0]) * rng.random(s), HE, "VM"),
    "Glorot, normal": (normal(lambda i, o: np.sqrt(2 / (i + o))), GLOROT, "B"),
    "He, uniform": (uniform(lambda i, o: np.sqrt(6 / i)), HE, "K"),
    "tanh gain on the variance": (
        normal(lambda i, o: np.sqrt(TANH_GAIN / i)), {"variance": TANH_GAIN**2 / N_IN}, "V"),
    "truncated, not widened": (truncated_and_not_widened, CUT, "VB"),
    "truncated for He": (truncated_and_not_widened, HE, "VK"),
    "He, transposed": (lambda s, rng: he(s, rng).T, HE, "S"),
    "He, flat": (lambda s, rng: he(s, rng).ravel(), HE, "S"),
    "He, global state": (global_state, HE, "R"),
    "He, own generator": (lambda s, rng: he(s, np.random.default_rng(0)), HE, "RL"),
    "He, seeds the global state": (seeded_global_state, HE, "RL"),
    "He, one row for all": (lambda s, rng: np.broadcast_to(he(s, rng)[0], s), HE, "U"),
    "He, in integers": (lambda s, rng: (2 // s[0]) * he(s, rng).astype(int), HE, "VU"),
    "He, a mean of a hundredth": (lambda s, rng: 0.01 + he(s, rng), HE, "M"),
    "leaky He, a not squared": (
        normal(lambda i, o: np.sqrt(2 / 1.5 / i)), {"variance": 2 / 1.25 / N_IN}, "V"),
    "He, without the kernel size": (normal(lambda k, l, i, o: np.sqrt(2 / i)), KERNEL, "V"),
}  # fmt: skip
