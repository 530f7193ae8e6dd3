"""Initializers as they are got wrong: each function is one slip, its name says which.

Every function takes (shape, rng) and is meant to do what its `MEANT` entry says.
"""

import numpy as np

TANH_GAIN = 5 / 3


def he_with_2_over_n_as_std(shape, rng):
    return (2 / shape[0]) * rng.standard_normal(shape)


def lecun_with_1_over_n_as_std(shape, rng):
    return (1 / shape[0]) * rng.standard_normal(shape)


def he_with_n_outside_the_root(shape, rng):
    return (np.sqrt(2) / shape[0]) * rng.standard_normal(shape)


def he_with_fan_out(shape, rng):
    return np.sqrt(2 / shape[1]) * rng.standard_normal(shape)


def glorot_with_fan_in_only(shape, rng):
    bound = np.sqrt(3 / shape[0])
    return rng.uniform(-bound, bound, shape)


def glorot_without_its_2(shape, rng):
    bound = np.sqrt(3 / (shape[0] + shape[1]))
    return rng.uniform(-bound, bound, shape)


def glorot_with_the_std_as_bound(shape, rng):
    bound = np.sqrt(2 / (shape[0] + shape[1]))
    return rng.uniform(-bound, bound, shape)


def glorot_with_6_outside_its_fraction(shape, rng):
    bound = np.sqrt(6) / (shape[0] + shape[1])
    return rng.uniform(-bound, bound, shape)


def he_with_rand_for_randn(shape, rng):
    return np.sqrt(2 / shape[0]) * rng.random(shape)


def glorot_normal_for_uniform(shape, rng):
    return np.sqrt(2 / (shape[0] + shape[1])) * rng.standard_normal(shape)


def he_uniform_for_normal(shape, rng):
    bound = np.sqrt(6 / shape[0])
    return rng.uniform(-bound, bound, shape)


def tanh_gain_on_the_variance(shape, rng):
    return np.sqrt(TANH_GAIN / shape[0]) * rng.standard_normal(shape)


def he_truncated_and_not_widened(shape, rng):
    W = rng.standard_normal(shape)
    while (outside := abs(W) > 2).any():
        W[outside] = rng.standard_normal(outside.sum())
    return np.sqrt(2 / shape[0]) * W


def he_transposed(shape, rng):
    return np.sqrt(2 / shape[0]) * rng.standard_normal(shape[::-1])


def he_flat(shape, rng):
    return np.sqrt(2 / shape[0]) * rng.standard_normal(shape[0] * shape[1])


def he_from_the_global_state(shape, rng):
    return np.sqrt(2 / shape[0]) * np.random.standard_normal(shape)  # noqa: NPY002


def he_with_its_own_generator(shape, rng):
    return np.sqrt(2 / shape[0]) * np.random.default_rng(0).standard_normal(shape)


def he_that_seeds_the_global_state(shape, rng):
    np.random.seed(0)  # noqa: NPY002
    return np.sqrt(2 / shape[0]) * np.random.standard_normal(shape)  # noqa: NPY002


def he_with_one_row_for_all(shape, rng):
    row = np.sqrt(2 / shape[0]) * rng.standard_normal(shape[1])
    return np.broadcast_to(row, shape)


def he_in_integers(shape, rng):
    return (2 // shape[0]) * rng.standard_normal(shape).astype(int)


def he_with_a_mean_of_a_hundredth(shape, rng):
    return 0.01 + np.sqrt(2 / shape[0]) * rng.standard_normal(shape)


def leaky_he_with_a_not_squared(shape, rng):
    return np.sqrt(2 / (1 + 0.5) / shape[0]) * rng.standard_normal(shape)


def conv_he_without_the_kernel_size(shape, rng):
    return np.sqrt(2 / shape[2]) * rng.standard_normal(shape)


N_IN, N_OUT = 300, 100
HE = {"variance": 2 / N_IN}
GLOROT = {"variance": 2 / (N_IN + N_OUT), "distribution": "uniform"}

#: (slip, what it was meant to draw, letters of which the battery must give at least one each)
SLIPS = [
    (he_with_2_over_n_as_std, HE, "V"),
    (lecun_with_1_over_n_as_std, {"variance": 1 / N_IN}, "V"),
    (he_with_n_outside_the_root, HE, "V"),
    (he_with_fan_out, HE, "V"),
    (glorot_with_fan_in_only, GLOROT, "VB"),
    (glorot_without_its_2, GLOROT, "VB"),
    (glorot_with_the_std_as_bound, GLOROT, "VB"),
    (glorot_with_6_outside_its_fraction, GLOROT, "VB"),
    (he_with_rand_for_randn, HE, "VM"),
    (glorot_normal_for_uniform, GLOROT, "B"),
    (he_uniform_for_normal, HE, "K"),
    (tanh_gain_on_the_variance, {"variance": TANH_GAIN**2 / N_IN}, "V"),
    (he_truncated_and_not_widened, {**HE, "distribution": "truncated_normal"}, "VB"),
    (he_truncated_and_not_widened, HE, "VK"),
    (he_transposed, HE, "S"),
    (he_flat, HE, "S"),
    (he_from_the_global_state, HE, "R"),
    (he_with_its_own_generator, HE, "RL"),
    (he_that_seeds_the_global_state, HE, "RL"),
    (he_with_one_row_for_all, HE, "U"),
    (he_in_integers, HE, "VU"),
    (he_with_a_mean_of_a_hundredth, HE, "M"),
    (leaky_he_with_a_not_squared, {"variance": 2 / 1.25 / N_IN}, "V"),
    (
        conv_he_without_the_kernel_size,
        {"variance": 2 / (25 * 30), "shape": (5, 5, 30, 40)},
        "V",
    ),
]
