"""Each activation is its formula, its derivative is its derivative, and dtypes are kept."""

import numpy as np
import pytest

from initcourse import ACTIVATIONS, identity, leaky_relu, relu, sigmoid, tanh
from initcourse.activations import MORE_ACTIVATIONS, centred_sigmoid, scaled_tanh

EVERY = {
    phi.name: phi
    for phi in (*ACTIVATIONS.values(), *MORE_ACTIVATIONS.values(), leaky_relu(-0.3),
                centred_sigmoid, scaled_tanh)
}.values()  # fmt: skip
ALL = pytest.mark.parametrize("phi", EVERY, ids=lambda p: p.name)
Z = np.array([-30.0, -5.0, -1.0, -0.1, 0.1, 1.0, 5.0, 30.0])


@pytest.mark.parametrize(
    ("phi", "formula"),
    [
        (identity, lambda z: z),
        (sigmoid, lambda z: 1 / (1 + np.exp(-z))),
        (tanh, lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))),
        (relu, lambda z: (z + abs(z)) / 2),
        (leaky_relu(0.1), lambda z: 0.55 * z + 0.45 * abs(z)),
        (centred_sigmoid, lambda z: 1 / (1 + np.exp(-z)) - 0.5),
        (scaled_tanh, lambda z: 1.7159 * (1 - 2 / (np.exp(4 * z / 3) + 1))),
    ],
    ids=lambda x: getattr(x, "name", ""),
)
def test_values_are_the_textbook_formula(phi, formula):
    np.testing.assert_allclose(phi(Z), formula(Z), rtol=1e-13, atol=1e-15)


@ALL
def test_the_derivative_is_the_slope_of_the_function(phi):
    z, step = Z[1:-1], 1e-6
    slope = (phi(z + step) - phi(z - step)) / (2 * step)
    np.testing.assert_allclose(phi.dphi(z), slope, rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(phi.derivative(z, phi(z)), slope, rtol=1e-5, atol=1e-9)
    if phi.dphi_of_h:
        np.testing.assert_allclose(phi.dphi_of_h(phi(Z)), phi.dphi(Z), rtol=1e-9, atol=1e-15)
        assert phi.dphi_of_h(np.float32([[0.1, 0.2]])).dtype == np.float32


def test_which_activations_know_their_slope_from_h():
    assert [phi for phi in EVERY if phi.dphi_of_h] == [phi for phi in EVERY if phi.bounds]


def test_the_centred_sigmoid_is_the_sigmoid_less_a_half():
    np.testing.assert_allclose(centred_sigmoid(Z), sigmoid(Z) - 0.5, rtol=1e-12)
    np.testing.assert_allclose(centred_sigmoid.dphi(Z), sigmoid.dphi(Z), rtol=1e-9, atol=1e-15)
    assert centred_sigmoid(np.zeros(1)) == 0 and centred_sigmoid.dphi(np.zeros(1)) == 0.25


def test_lecuns_tanh_passes_through_plus_and_minus_one():
    np.testing.assert_allclose(scaled_tanh(np.array([-1.0, 0.0, 1.0])), [-1, 0, 1], atol=1e-4)


@ALL
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shape_dtype_and_argument_stay_as_they_are(phi, dtype):
    z = np.linspace(-2, 2, 30, dtype=dtype).reshape(2, 3, 5)
    before = z.copy()
    for f in (phi, phi.dphi):
        assert f(z).shape == z.shape and f(z).dtype == dtype
        assert f(np.array(0.5, dtype)).shape == ()
    assert np.array_equal(z, before)


@ALL
def test_slopes_and_bounds_are_what_they_say(phi):
    z = np.array([-40.0, 40.0])
    if phi.slopes:
        assert tuple(phi.dphi(z)) == phi.slopes
        np.testing.assert_allclose(phi(z), z * phi.slopes)
    if phi.bounds:
        np.testing.assert_allclose(phi(z), phi.bounds, atol=1e-12)
    assert phi.slopes is None or phi.bounds is None
    assert phi.slopes or phi.bounds or phi.name in MORE_ACTIVATIONS


@ALL
def test_no_argument_is_too_large_and_nan_stays_nan(phi):
    # pytest turns any warning into an error here
    z = np.array([-1e300, -800.0, 800.0, 1e300])
    assert np.isfinite(phi(z)).all() and np.isfinite(phi.dphi(z)).all()
    assert np.isnan(phi(np.array([np.nan]))).all()


def test_leaky_relu_takes_integers_and_float64_slopes():
    assert leaky_relu(0.1)(np.array([-2, 3])).tolist() == [-0.2, 3.0]
    assert leaky_relu(0.1).dphi(np.array([-2, 3])).tolist() == [0.1, 1.0]
    assert leaky_relu(np.float64(0.1))(np.ones(2, dtype=np.float32)).dtype == np.float32


def test_relu_has_slope_zero_at_zero():
    assert relu.dphi(np.array([0.0, -0.0])).tolist() == [0.0, 0.0]


def test_menus_find_each_activation_under_its_name():
    assert list(ACTIVATIONS) == ["tanh", "ReLU", "sigmoid", "identity", "leaky ReLU 0.1"]
    assert all(phi.name == name for name, phi in ACTIVATIONS.items())
