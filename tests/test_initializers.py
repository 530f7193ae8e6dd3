"""Each initializer draws what it says, and each known way to get it wrong is caught."""

import re
from functools import partial

import numpy as np
import pytest
from distribution import Z, failures
from wrong_initializers import SLIPS

import initcourse
from initcourse import initializers as init

DENSE, KERNEL = (300, 100), (5, 5, 30, 40)
# Written out, so that a wrong compute_fans cannot hide behind itself.
FANS = {DENSE: (300, 100), KERNEL: (750, 1000)}
DRAWS = [getattr(init, f"{name}_{kind}")
         for name in ("lecun", "xavier", "he") for kind in ("normal", "uniform")]  # fmt: skip


def divisor(mode, shape):
    n_in, n_out = FANS[shape]
    return {"fan_in": n_in, "fan_out": n_out, "fan_avg": (n_in + n_out) / 2}[mode]


# --- the distribution


@pytest.mark.parametrize("shape", [DENSE, KERNEL])
@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg"])
@pytest.mark.parametrize("distribution", ["normal", "uniform", "truncated_normal"])
def test_variance_scaling_draws_its_distribution_with_variance_scale_over_fan(
    distribution, mode, shape
):
    def draw(shape, rng):
        return init.variance_scaling(
            shape, scale=1.7, mode=mode, distribution=distribution, rng=rng
        )

    assert failures(draw, 1.7 / divisor(mode, shape), distribution, shape) == ""


@pytest.mark.parametrize("shape", [DENSE, KERNEL])
@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg"])
@pytest.mark.parametrize("draw", DRAWS, ids=lambda f: f.__name__)
def test_a_named_rule_follows_its_formula_in_every_mode(draw, mode, shape):
    scale = 2 if draw in (init.he_normal, init.he_uniform) else 1
    distribution = draw.__name__.split("_")[1]
    variance = scale / divisor(mode, shape)
    assert failures(lambda s, rng: draw(s, mode=mode, rng=rng), variance, distribution, shape) == ""


@pytest.mark.parametrize(
    ("draw", "variance"),
    [
        (init.lecun_normal, 1 / 300), (init.lecun_uniform, 1 / 300),
        (init.xavier_normal, 2 / 400), (init.xavier_uniform, 2 / 400),
        (init.he_normal, 2 / 300), (init.he_uniform, 2 / 300),
        (partial(init.he_normal, a=0.5), 1.6 / 300), (partial(init.he_uniform, a=0.5), 1.6 / 300),
        (partial(init.xavier_normal, gain=5 / 3), 25 / 9 * 2 / 400),
        (partial(init.xavier_uniform, gain=5 / 3), 25 / 9 * 2 / 400),
        (partial(init.normal, std=0.2), 0.04), (partial(init.uniform, bound=0.3), 0.03),
        (init.normal, 1e-4), (init.uniform, 0.05**2 / 3),
    ],
    ids=lambda x: re.sub(" at 0x[0-9a-f]+", "", str(x)),
)  # fmt: skip
def test_defaults_and_gains_give_the_textbook_variance(draw, variance):
    name = getattr(draw, "func", draw).__name__
    distribution = "uniform" if "uniform" in name else "normal"
    assert failures(lambda s, rng: draw(s, rng=rng), variance, distribution) == ""


@pytest.mark.parametrize("distribution", ["normal", "uniform", "truncated_normal"])
def test_float32_weights_are_float32_and_distributed_alike(distribution):
    def draw(shape, rng):
        return init.variance_scaling(shape, distribution=distribution, rng=rng, dtype=np.float32)

    assert failures(draw, 1 / 300, distribution, dtype=np.float32) == ""


@pytest.mark.parametrize("slip", SLIPS)
def test_the_battery_catches_each_known_slip(slip):
    draw, meant, letters = SLIPS[slip]
    assert set(letters) <= set(failures(draw, **meant))


# --- constants


def test_zeros_and_constant_are_one_value():
    assert (init.zeros((3, 2)) == np.zeros((3, 2))).all()
    assert (init.constant((4, 3)) == 0.25).all()
    assert (init.constant((3, 3, 2, 5)) == 1 / 18).all()
    assert (init.constant((4, 3), value=-7) == -7.0).all()
    assert init.zeros((3, 2), dtype=np.float32).dtype == np.float32
    assert init.constant((3, 2), value=1, dtype=np.float32).dtype == np.float32


# --- orthogonal


@pytest.mark.parametrize("shape", [(60, 20), (20, 60), (3, 3, 8, 16), (3, 3, 2, 40), (7, 1)])
def test_orthogonal_has_orthonormal_rows_or_columns(shape):
    W = init.orthogonal(shape, gain=1.5, rng=0)
    assert W.shape == shape
    W = W.reshape(-1, shape[-1]) / 1.5
    W = W if W.shape[0] >= W.shape[1] else W.T
    np.testing.assert_allclose(W.T @ W, np.eye(W.shape[1]), atol=1e-13)


def mean_trace(draw, n=8, draws=400):
    """Mean trace over draws, in standard errors: a Haar matrix's trace has mean 0, variance 1."""
    rng = np.random.default_rng(0)
    return np.mean([np.trace(draw((n, n), rng)) for _ in range(draws)]) * np.sqrt(draws)


def test_orthogonal_is_uniform_over_rotations_and_not_biased_in_sign():
    assert abs(mean_trace(lambda shape, rng: init.orthogonal(shape, rng=rng))) < Z


def test_the_sign_check_catches_bare_qr():
    assert mean_trace(lambda shape, rng: np.linalg.qr(rng.standard_normal(shape))[0]) < -4 * Z


def test_orthogonal_takes_its_randomness_from_rng_and_its_dtype_as_asked():
    a, b, c = (init.orthogonal((9, 4), rng=seed, dtype=np.float32) for seed in (0, 0, 1))
    assert a.dtype == np.float32
    assert (a == b).all() and not (a == c).any()


# --- names, seeds, fans


def test_kaiming_and_glorot_are_the_same_functions_under_their_other_names():
    assert initcourse.kaiming_normal is initcourse.he_normal
    assert initcourse.kaiming_uniform is initcourse.he_uniform
    assert initcourse.glorot_normal is initcourse.xavier_normal
    assert initcourse.glorot_uniform is initcourse.xavier_uniform


def test_xavier_in_mode_fan_in_is_lecun():
    xavier = init.xavier_normal(DENSE, mode="fan_in", rng=5)
    assert (xavier == init.lecun_normal(DENSE, rng=5)).all()


def test_a_seed_and_a_generator_made_from_it_draw_the_same():
    from_seed = init.he_normal((5, 3), rng=7)
    assert (from_seed == init.he_normal((5, 3), rng=np.random.default_rng(7))).all()


def test_without_rng_every_call_differs():
    assert not (init.he_normal((5, 3)) == init.he_normal((5, 3))).any()


@pytest.mark.parametrize(
    ("shape", "fans"),
    [
        ((300, 100), (300, 100)),
        ((3, 3, 16, 32), (144, 288)),
        ((5, 3, 4), (15, 20)),
        ((1, 2, 3, 4, 5), (24, 30)),
        ([7, 2], (7, 2)),
    ],
    ids=str,
)
def test_fans_count_the_connections_of_dense_layers_and_kernels(shape, fans):
    assert init.compute_fans(shape) == fans
    assert init.he_normal(shape, rng=0).shape == tuple(shape)


# --- bad input: the error names the value and what is allowed

EVERY = [init.zeros, init.constant, init.normal, init.uniform, init.orthogonal, *DRAWS]
BAD_SHAPES = [
    ((3, -2), r"every axis of \(3, -2\) must be a whole number of at least 1, got -2"),
    ((0, 2), "at least 1, got 0"), ((0, 3, 2, 8), "at least 1, got 0"),
    ((3.0, 2), "at least 1, got 3.0"), ((True, 2), "at least 1, got True"),
    ((5,), r"at least two axes .*got \(5,\)"), ((), r"at least two axes .*got \(\)"),
    (5, "at least two axes .*got 5"), (None, "at least two axes .*got None"),
    ("ab", "at least two axes .*got 'ab'"),
]  # fmt: skip


@pytest.mark.parametrize("draw", EVERY, ids=lambda f: f.__name__)
def test_a_bad_shape_dtype_or_rng_is_refused_by_every_initializer(draw):
    for shape, says in BAD_SHAPES:
        with pytest.raises(ValueError, match=says):
            draw(shape)
    with pytest.raises(ValueError, match=r"dtype must be a floating type such as .*got"):
        draw((3, 2), dtype=int)
    if draw not in (init.zeros, init.constant):
        with pytest.raises(TypeError, match=r"rng must be None, .*Generator, got 'abc'"):
            draw((3, 2), rng="abc")
