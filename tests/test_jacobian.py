"""The Jacobian's singular values against finite differences and closed forms."""

import numpy as np
import pytest

from initcourse import MLP, he_normal, identity, lecun_normal, orthogonal, relu, tanh
from initcourse.propagation import singular_values


@pytest.mark.parametrize("phi", [tanh, relu, identity], ids=lambda phi: phi.name)
def test_they_are_those_of_a_jacobian_by_finite_differences(phi):
    net = MLP.create([6, 9, 4, 7], he_normal, phi, output=phi, rng=0)
    x, step = np.random.default_rng(1).standard_normal((1, 6)), 1e-6
    shifted = np.concatenate([x + step * np.eye(6), x - step * np.eye(6)])
    for l, values in enumerate(singular_values(net, x), start=1):
        h = net.forward(shifted).h[l]
        J = (h[:6] - h[6:]) / (2 * step)
        np.testing.assert_allclose(values, np.linalg.svd(J, compute_uv=False), atol=1e-8)


def test_orthogonal_linear_layers_stretch_nothing_at_any_depth():
    net = MLP.create([30] * 61, orthogonal, identity, rng=0)
    values = singular_values(net, np.ones((1, 30)), [1, 20, 60])
    assert len(values) == 3
    np.testing.assert_allclose(values, 1, rtol=1e-12)


def test_gaussian_linear_layers_keep_the_mean_square_and_spread_the_rest():
    # Mean over 60 draws of tr JᵀJ/n: each has relative std about √(2L)/n = .08 (Wishart products);
    # standard error .011, five of them
    ends = []
    for seed in range(60):
        net = MLP.create([40] * 6, lecun_normal, identity, rng=seed)
        ends.append(singular_values(net, np.ones((1, 40)), [5])[0])
    assert np.mean(np.square(ends)) == pytest.approx(1, abs=0.055)
    assert np.median(ends) < 0.6 and np.max(ends) > 2


def test_from_the_layer_on_in_which_the_signal_explodes_they_are_nan():
    weights = [
        W * scale
        for W, scale in zip(
            MLP.create([5, 7, 6, 4], he_normal, relu, rng=0).weights,
            (1e200, 1e150, 1.0),
            strict=True,
        )
    ]
    first, second, third = singular_values(MLP(weights, relu), np.ones((1, 5)))
    assert np.isfinite(first).all()
    assert np.isnan(second).all() and second.shape == (5,)
    assert np.isnan(third).all() and third.shape == (4,)
