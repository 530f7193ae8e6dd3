"""Fixed points, the edge of chaos and the correlation map, each against another way to it."""

import math

import numpy as np
import pytest

from initcourse import leaky_relu, relu, sigmoid, tanh
from initcourse.activations import gelu, identity, selu, silu, sine, softplus
from initcourse.custom_activation import activation_from
from initcourse.theory import correlation
from initcourse.theory import criticality as phase
from initcourse.theory import mean_field as theory
from initcourse.theory.criticality import FixedPoint

SMOOTH = (tanh, sigmoid, gelu, silu, softplus, sine)
H = 1 / 12
GRID = np.arange(-9, 9 + H / 2, H)
P = H * np.exp(-(GRID**2) / 2) / np.sqrt(2 * np.pi)


def double_sum(f, q, c):
    """E[f(u₁) f(u₂)] as a plain sum over a square grid."""
    u1, u2 = GRID[:, None], c * GRID[:, None] + np.sqrt(1 - c * c) * GRID
    return float(P @ (f(np.sqrt(q) * u1) * f(np.sqrt(q) * u2)) @ P)


# --- fixed points


@pytest.mark.parametrize("phi", SMOOTH, ids=lambda phi: phi.name)
@pytest.mark.parametrize("q", [0.05, 1.0, 7.0])
def test_slope_of_the_moment_map_against_finite_differences(phi, q):
    step = 1e-4 * q
    above, below = (theory.moment_map(phi, q + s, 1.7, 0.2) for s in (step, -step))
    assert phase.map_slope(phi, q, 1.7) == pytest.approx(
        (above - below) / (2 * step), rel=1e-6, abs=1e-9
    )


@pytest.mark.parametrize(
    ("phi", "sigma_w2", "sigma_b2", "expected"),
    [
        (tanh, 1.0, 0.0, [(0.0, True)]),
        (tanh, 0.9, 0.0, [(0.0, True)]),
        (tanh, 25 / 9, 0.0, [(0.0, False), (1.17848, True)]),
        (sigmoid, 64.0, 0.0, [(27.38, True)]),
        (selu, 1.0, 0.0, [(0.0, False), (1.0, True)]),
        (selu, 9 / 16, 0.0, [(0.0, False), (0.02303, True)]),
        (softplus, 2.1, 0.0, []),
        (activation_from("x**2"), 0.5, 0.0, [(0.0, True), (2 / 3, False)]),  # q′ = 3 σ_w² q²
    ],
)
def test_fixed_points(phi, sigma_w2, sigma_b2, expected):
    points = phase.fixed_points(phi, sigma_w2, sigma_b2)
    assert [point.stable for point in points] == [stable for _, stable in expected]
    assert [point.q for point in points] == pytest.approx([q for q, _ in expected], rel=1e-3)
    for point in points:
        assert theory.moment_map(phi, point.q, sigma_w2, sigma_b2) == pytest.approx(
            point.q, abs=1e-9
        )
        assert point.chi == pytest.approx(theory.chi(phi, point.q, sigma_w2), abs=1e-6)
    if points and points[-1].stable:
        assert phase.fixed_point(phi, sigma_w2, sigma_b2) == pytest.approx(points[-1].q, abs=1e-6)


def test_gains_slope_is_above_1_for_gelu_and_silu_and_below_for_bounded_ones():
    slopes = {
        phi: phase.map_slope(phi, 1.0, theory.gain(phi) ** 2) for phi in (*SMOOTH, relu, selu)
    }
    assert slopes[gelu] == pytest.approx(1.1441, abs=1e-4)
    assert slopes[silu] == pytest.approx(1.1726, abs=1e-4)
    assert slopes[relu] == pytest.approx(1, abs=1e-12)
    assert max(slopes[phi] for phi in (tanh, sigmoid, sine, softplus, selu)) < 0.8


def test_an_activation_that_overflows_has_fixed_points_without_warnings(recwarn):
    phi = activation_from("log1p(exp(x))")
    ours, exact = phase.fixed_points(phi, 1.0), phase.fixed_points(softplus, 1.0)
    assert [p.q for p in ours] == pytest.approx([p.q for p in exact], rel=1e-9)
    assert not recwarn.list


# --- the edge of chaos


@pytest.mark.parametrize(
    ("sigma_b2", "sigma_w2"),
    [(0, 1.0), (0.001, 1.189), (0.01, 1.424), (0.05, 1.761), (0.1, 1.986), (0.5, 2.843)],
)
def test_critical_line_of_tanh(sigma_b2, sigma_w2):
    edge = phase.critical_sigma_w2(tanh, sigma_b2)
    assert round(edge, 3) == sigma_w2
    if sigma_b2:
        q = phase.fixed_point(tanh, edge, sigma_b2)
        assert theory.chi(tanh, q, edge) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("phi", [tanh, sine, gelu, selu], ids=lambda phi: phi.name)
def test_critical_pair_is_a_fixed_point_with_chi_1(phi):
    for q in (0.5, 1.0, 4.0):
        sigma_w2, sigma_b2 = phase.critical_pair(phi, q)
        assert sigma_b2 > 0
        assert theory.chi(phi, q, sigma_w2) == pytest.approx(1, abs=1e-12)
        assert theory.moment_map(phi, q, sigma_w2, sigma_b2) == pytest.approx(q, abs=1e-12)


def test_softplus_needs_centring():
    assert phase.critical_pair(softplus)[1] < -2
    a = theory.mean(softplus)
    sigma_w2, sigma_b2 = phase.critical_pair(activation_from(lambda x: np.logaddexp(0, x) - a))
    assert sigma_b2 == pytest.approx(0.0745, abs=1e-4) and sigma_w2 == pytest.approx(3.4086, 1e-4)


# --- correlation


@pytest.mark.parametrize("phi", SMOOTH, ids=lambda phi: phi.name)
@pytest.mark.parametrize("q", [0.3, 1.0, 5.0])
def test_joint_mean_against_a_double_sum(phi, q):
    c = np.array([-0.8, -0.1, 0.0, 0.4, 0.9, 1.0])
    for f in (phi.phi, phi.dphi):
        assert correlation.joint_mean(f, q, c) == pytest.approx(
            [double_sum(f, q, one) for one in c], abs=1e-7
        )
    assert isinstance(correlation.joint_mean(phi.phi, q, 0.4), float)


def test_joint_mean_of_a_corner_is_good_to_a_few_digits():
    c = np.linspace(-1, 1, 21)
    exact = (np.sqrt(1 - c**2) + c * (np.pi - np.arccos(c))) / (2 * np.pi)
    assert correlation.joint_mean(relu.phi, 1.0, c) == pytest.approx(exact, abs=2e-4)
    assert correlation.joint_mean(relu.phi, 1.0, 1.0) == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize("phi", [relu, identity, leaky_relu(0.3), leaky_relu(-0.5)])
def test_straight_lines_have_closed_forms(phi):
    """Against a quarter million pairs: standard errors of about .002 and .004, bars at six."""
    rng = np.random.default_rng(1)
    z1, z2 = rng.standard_normal((2, 250_000))
    for c in (-0.6, 0.2, 0.8):
        u1, u2 = np.sqrt(3) * z1, np.sqrt(3) * (c * z1 + np.sqrt(1 - c * c) * z2)
        second = theory.second_moment(phi, 3.0)
        drawn = np.mean(phi(u1) * phi(u2)) / second
        assert correlation.correlation_map(phi, c, 3.0, 2.0) == pytest.approx(drawn, abs=0.025)
        slope = 2 * np.mean(phi.dphi(u1) * phi.dphi(u2))
        assert correlation.correlation_slope(phi, c, 3.0, 2.0) == pytest.approx(slope, abs=0.025)


def test_relu_under_he_has_the_arc_cosine_map():
    c = np.linspace(-1, 1, 9)
    arc = (np.sqrt(1 - c**2) + c * (np.pi - np.arccos(c))) / np.pi
    assert correlation.correlation_map(relu, c, 0.7, 2.0) == pytest.approx(arc, abs=1e-14)


def test_relus_correlation_goes_to_1_by_a_power_law():
    c = correlation.correlations(relu, 0.0, 1.0, 2.0, depth=201)
    ratios = [(1 - c[l]) * 2 * l**2 / (9 * np.pi**2) for l in (30, 100, 200)]
    assert np.round(ratios, 2).tolist() == [0.57, 0.81, 0.89]


@pytest.mark.parametrize("phi", SMOOTH, ids=lambda phi: phi.name)
def test_slope_of_the_correlation_map_against_finite_differences(phi):
    point = next(p for p in phase.fixed_points(phi, 1.5, 0.3) if p.q > 0)
    for c in (0.1, 0.7):
        above, below = (
            correlation.correlation_map(phi, c + s, point.q, 1.5, 0.3) for s in (1e-5, -1e-5)
        )
        slope = correlation.correlation_slope(phi, c, point.q, 1.5)
        assert slope == pytest.approx((above - below) / 2e-5, rel=1e-6)
    assert correlation.correlation_slope(phi, 1.0, point.q, 1.5) == pytest.approx(point.chi)
    # c = 1 is a fixed point
    assert correlation.correlation_map(phi, 1.0, point.q, 1.5, 0.3) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(("sigma_w2", "sigma_b2"), [(3.0, 0.05), (2.5, 0.05), (4.0, 0.3)])
def test_c_star_is_where_iterating_leads(sigma_w2, sigma_b2):
    q = phase.fixed_point(tanh, sigma_w2, sigma_b2)
    c_star = correlation.correlation_fixed_point(tanh, q, sigma_w2, sigma_b2)
    for start in (0.0, 0.99):
        c = correlation.correlations(tanh, start, q, sigma_w2, 500, sigma_b2)[-1]
        assert c == pytest.approx(c_star, abs=1e-6)


def test_c_star_is_1_in_the_ordered_phase():
    q = phase.fixed_point(tanh, 1.2, 0.05)
    assert correlation.correlation_fixed_point(tanh, q, 1.2, 0.05) == 1


# --- depth scales


def test_six_xi_c_of_tanh():
    """Golden numbers: sigma_b² = .05; at 1.76, next to the edge, it is tens of thousands."""
    golden = {0.4: 5.7, 0.8: 13.8, 1.0: 21.8, 1.25: 40.8, 1.5: 94.7, 2.0: 151, 2.5: 71, 3.0: 54,
              4.0: 42, 5.0: 36}  # fmt: skip
    for sigma_w2, depth in golden.items():
        ours = 6 * correlation.depth_scale(tanh, sigma_w2, 0.05)
        assert ours == pytest.approx(depth, abs=0.06 if depth < 100 and depth % 1 else 0.5)
    assert 6 * correlation.depth_scale(tanh, 1.76, 0.05) > 1e4


def test_the_depth_scale_is_that_of_deviations_and_in_the_ordered_phase_the_gradients():
    for sigma_w2 in (1.2, 3.0):
        q, xi = (
            phase.fixed_point(tanh, sigma_w2, 0.05),
            correlation.depth_scale(tanh, sigma_w2, 0.05),
        )
        c = correlation.correlation_fixed_point(tanh, q, sigma_w2, 0.05)
        off = abs(correlation.correlations(tanh, c - 0.001, q, sigma_w2, 6, 0.05) - c)
        assert math.log(off[0] / off[5]) / 5 == pytest.approx(1 / xi, rel=1e-2)
        chi = theory.chi(tanh, q, sigma_w2)
        assert (xi == pytest.approx(1 / abs(math.log(chi)))) == (chi < 1)


# --- wrong arguments are named at the door


def test_a_fixed_point_says_whether_it_is_stable():
    assert FixedPoint(1.0, 0.9, 1.2).stable and not FixedPoint(1.0, 1.1, 0.9).stable
