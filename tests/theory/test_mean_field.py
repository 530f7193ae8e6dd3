"""The theory gives the known numbers, and agrees with independent ways to compute them."""

import math

import numpy as np
import pytest

from initcourse import Activation, identity, leaky_relu, relu, scaled_tanh, selu, sigmoid, tanh
from initcourse.activations import centred_sigmoid
from initcourse.initializers import TRUNCATED_STD
from initcourse.theory import criticality
from initcourse.theory import mean_field as theory


def without_slopes(phi):
    """The same function, integrated instead of in closed form."""
    return Activation(phi.name, phi.phi, phi.dphi)


def by_trapezoid(f, q, steps=240_000):
    """E[f(√q z)] on 240 000 equal steps: a second opinion, sharing no code with the library."""
    z = np.linspace(-12, 12, steps + 1)
    return 24 / steps * (f(np.sqrt(q) * z) @ np.exp(-(z**2) / 2)) / np.sqrt(2 * np.pi)


# --- golden numbers


@pytest.mark.parametrize(
    ("phi", "sigma_w2", "q_star", "chi"),
    [
        (tanh, (5 / 3) ** 2, 1.17848, 1.20983), (tanh, 2.0, 0.61796, 1.10553),
        (scaled_tanh, 1.0, 0.38244, 1.01925), (selu, 1.0, 1.0, 1.07157),
        (sigmoid, 1.0, 0.26469, 0.05572), (sigmoid, 2.0, 0.55529, 0.10098),
        (sigmoid, 12.8, 4.53498, 0.35381), (sigmoid, 16.0, 5.85540, 0.39888),
    ],
    ids=lambda x: getattr(x, "name", None),
)  # fmt: skip
def test_fixed_points_and_what_a_layer_does_to_the_gradient_there(phi, sigma_w2, q_star, chi):
    q = criticality.fixed_point(phi, sigma_w2)
    assert q == pytest.approx(q_star, abs=6e-6)
    assert theory.chi(phi, q, sigma_w2) == pytest.approx(chi, abs=6e-6)
    assert theory.moment_map(phi, q, sigma_w2) == pytest.approx(q, rel=1e-12)


def test_sigmoid_is_critical_only_when_saturated():
    def chi(sigma_w2):
        return theory.chi(sigmoid, criticality.fixed_point(sigmoid, sigma_w2), sigma_w2)

    assert chi(102.9) < 1 < chi(103.1)
    assert criticality.fixed_point(sigmoid, 103.0) == pytest.approx(45.6, abs=0.05)


def test_gains_that_keep_the_second_moment():
    assert theory.gain(relu) == pytest.approx(np.sqrt(2), rel=1e-15)
    assert theory.gain(tanh) == pytest.approx(1.5925, abs=5e-5)
    assert theory.gain(identity) == 1
    assert theory.gain(leaky_relu(0.25)) ** 2 == pytest.approx(1.882, abs=5e-4)
    assert theory.gain(leaky_relu(0.5)) ** 2 == pytest.approx(1.6, rel=1e-15)
    q = 3.7
    assert theory.moment_map(tanh, q, theory.gain(tanh, q) ** 2) == pytest.approx(q, rel=1e-14)


def test_relu_at_1_over_n_loses_half_its_power_a_layer():
    halves = theory.trajectory(relu, 1.0, 1.0, depth=31)
    np.testing.assert_allclose(halves, 0.5 ** np.arange(31.0))
    assert halves[-1] == pytest.approx(9.3e-10, rel=2e-3)
    assert theory.trajectory(relu, 0.7, 2.0, depth=50) == pytest.approx(np.full(50, 0.7))


def test_critical_tanh_decays_as_a_power_law_and_not_exponentially():
    q = theory.trajectory(tanh, 1.0, 1.0, depth=100)
    l = np.array([10, 30, 100])
    np.testing.assert_allclose(2 * l * q[l - 1], [1.16, 1.07, 1.02], atol=6e-3)


def test_centred_sigmoid_is_critical_at_gain_4():
    q = theory.trajectory(centred_sigmoid, 1.0, 16.0, depth=31)
    np.testing.assert_allclose(q[[1, 5, 10, 30]], [0.69, 0.30, 0.18, 0.065], atol=6e-3)
    assert theory.chi(centred_sigmoid, 0.0, 16.0) == pytest.approx(1, rel=1e-13)


def test_truncated_std():
    p = np.exp(-2.0) / np.sqrt(2 * np.pi)  # the normal density at 2
    mass = math.erf(np.sqrt(2))
    assert TRUNCATED_STD == 0.8796256610342398
    assert TRUNCATED_STD == pytest.approx(np.sqrt(1 - 4 * p / mass), abs=1e-14)


# --- accuracy, against independent computations


def test_the_rule_integrates_gaussian_moments():
    # hermgauss, taken as it comes, gives E[1] = 1.77
    for power, moment in ((0, 1), (1, 0), (2, 1), (3, 0), (4, 3), (6, 15), (8, 105)):
        assert theory.gaussian_mean(lambda z, p=power: z**p) == pytest.approx(moment, abs=1e-10)


@pytest.mark.parametrize("q", [1e-6, 0.1, 1.0, 5.0, 45.6, 1e3, 1e4, 1e6])
@pytest.mark.parametrize("phi", [tanh, sigmoid, scaled_tanh], ids=lambda phi: phi.name)
def test_smooth_activations_against_a_fine_trapezoid_also_when_saturated(phi, q):
    mean, second, slope = (
        by_trapezoid(f, q) for f in (phi.phi, lambda z: phi(z) ** 2, lambda z: phi.dphi(z) ** 2)
    )
    assert theory.mean(phi, q) == pytest.approx(mean, abs=1e-12)
    assert theory.second_moment(phi, q) == pytest.approx(second, rel=1e-12)
    assert theory.slope_moment(phi, q) == pytest.approx(slope, rel=1e-12)
    assert theory.variance(phi, q) == pytest.approx(second - mean**2, rel=1e-9)


@pytest.mark.parametrize("q", [0.01, 1.0, 300.0])
@pytest.mark.parametrize("phi", [relu, identity, leaky_relu(0.1)], ids=lambda phi: phi.name)
def test_closed_forms_agree_with_the_integral(phi, q):
    integrated = without_slopes(phi)
    for moment in (theory.mean, theory.second_moment, theory.variance, theory.slope_moment):
        assert moment(phi, q) == pytest.approx(moment(integrated, q), rel=1e-12, abs=1e-12)


# --- fixed points at the ends, arrays, bad input


def test_where_signals_die_explode_or_stay():
    assert criticality.fixed_point(tanh, 0.9) == 0
    assert criticality.fixed_point(tanh, 1.0) == 0
    assert criticality.fixed_point(relu, 1.9) == 0
    assert criticality.fixed_point(relu, 2.1) == np.inf
    assert np.isnan(criticality.fixed_point(relu, 2.0))
    assert criticality.fixed_point(relu, 2.0, sigma_b2=0.1) == np.inf
    assert criticality.fixed_point(relu, 1.0, sigma_b2=0.1) == pytest.approx(0.2)


def test_a_bounded_activation_never_explodes():
    assert criticality.fixed_point(tanh, 1e8) == pytest.approx(1e8, rel=1e-3)


def test_the_fixed_point_is_where_the_trajectory_goes():
    for start in (0.01, 30.0):
        q = theory.trajectory(tanh, start, 2.0, depth=200, sigma_b2=0.1)
        assert q[-1] == pytest.approx(criticality.fixed_point(tanh, 2.0, 0.1), rel=1e-9)


@pytest.mark.parametrize("phi", [tanh, relu], ids=lambda phi: phi.name)
def test_moments_take_arrays_of_q(phi):
    q = np.array([[0.5, 1.0, 2.0], [0.0, 4.0, 9.0]])
    for moment in (theory.mean, theory.second_moment, theory.variance, theory.slope_moment):
        one_by_one = [[moment(phi, x) for x in row] for row in q.tolist()]
        for given in (q, q.tolist()):
            np.testing.assert_allclose(moment(phi, given), one_by_one, rtol=1e-13, atol=1e-15)
