"""What a very wide network does: the mean-field theory of signals and gradients.

In a wide layer every zˡ is Gaussian with mean 0 and variance q = E[(zˡ)²]. The network's strength
mean(h²) is E[φ(√q z)²], with z ~ N(0, 1) from here on; and from layer to layer

    q  → σ_w² E[φ(√q z)²] + σ_b²         the moment map
    χ  = σ_w² E[φ′(√q z)²]               what a layer does to the gradient's power

with σ_w² = n·Var W, for layers of one width n. Source: Poole et al. (2016), "Exponential
expressivity in deep neural networks through transient chaos", section 2; Schoenholz et al.
(2017), "Deep information propagation"; for ReLU, He et al. (2015), section 2.2.
"""

import numpy as np

from initcourse._validate import number, whole

# Gauss–Legendre panels on [−12, 12], crowding towards 0: that is where ReLU has its kink and
# where tanh(√q z) is steep when q is large. Gauss–Hermite misses both (its 40 nodes are wrong
# by .07 for E[tanh²] at q = 45).
_EDGES = np.array([0.0, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 12.0])


def _gaussian_rule():
    t, w = np.polynomial.legendre.leggauss(32)
    a, b = _EDGES[:-1, None], _EDGES[1:, None]
    z, weight = ((a + b) / 2 + (b - a) / 2 * t).ravel(), ((b - a) / 2 * w).ravel()
    z, weight = np.concatenate([-z[::-1], z]), np.concatenate([weight[::-1], weight])
    return z, weight * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)


#: Nodes z and weights p with E[f(z)] = Σ p·f(z) for z ~ N(0, 1).
QUADRATURE_NODES, QUADRATURE_WEIGHTS = _gaussian_rule()


def gaussian_mean(f, q=1.0):
    """Return E[f(√q z)] for z ~ N(0, 1), in the shape of q; a negative q or NaN is a ValueError.

    f is an elementwise function of an array; smooth, or with a kink at 0.

    >>> round(gaussian_mean(lambda z: z**4), 10)
    3.0
    >>> round(gaussian_mean(np.tanh, 2.0), 10) == 0
    True
    """
    z = np.sqrt(_require_variances("q", q))[..., None] * QUADRATURE_NODES
    mean = f(z) @ QUADRATURE_WEIGHTS
    return float(mean) if mean.ndim == 0 else mean


def mean(activation, q=1.0):
    """Return E[φ(√q z)]: .3989 for ReLU, ½ for the sigmoid, 0 for tanh (at q = 1)."""
    if activation.slopes:
        left, right = activation.slopes
        return (right - left) * np.sqrt(_require_variances("q", q) / (2 * np.pi))[()]
    return gaussian_mean(activation.phi, q)


def second_moment(activation, q=1.0):
    """Return E[φ(√q z)²], the strength that reaches the next layer.

    >>> from initcourse import relu, tanh
    >>> second_moment(relu), round(second_moment(tanh), 8)
    (0.5, 0.39429449)
    """
    if activation.slopes:
        left, right = activation.slopes
        q = _require_variances("q", q)
        return (left**2 + right**2) / 2 * (q if q.ndim else q.item())
    return gaussian_mean(lambda z: activation.phi(z) ** 2, q)


def variance(activation, q=1.0):
    """Return Var φ(√q z). For ReLU it is .341·q, where the second moment is q/2.

    >>> from initcourse import relu
    >>> round(float(variance(relu)), 8)
    0.34084506
    """
    return second_moment(activation, q) - mean(activation, q) ** 2


def slope_moment(activation, q=1.0):
    """Return E[φ′(√q z)²], the share of the gradient's power that passes φ.

    >>> from initcourse import relu, tanh
    >>> float(slope_moment(relu)), round(slope_moment(tanh), 8)
    (0.5, 0.4644029)
    """
    if activation.slopes:
        left, right = activation.slopes
        return (left**2 + right**2) / 2 * np.ones_like(_require_variances("q", q))[()]
    return gaussian_mean(lambda z: activation.dphi(z) ** 2, q)


def moment_map(activation, q, sigma_w2, sigma_b2=0.0):
    """Return the next layer's q: σ_w² E[φ(√q z)²] + σ_b².

    >>> from initcourse import relu
    >>> moment_map(relu, 3.0, sigma_w2=2.0)
    3.0
    """
    _require_variances("sigma_b2", sigma_b2)
    return sigma_w2 * second_moment(activation, q) + sigma_b2


def chi(activation, q, sigma_w2):
    """Return χ = σ_w² E[φ′²]: the factor on the gradient's mean square in one layer.

    >>> from initcourse import relu
    >>> float(chi(relu, 1.0, sigma_w2=1.0))
    0.5
    """
    return sigma_w2 * slope_moment(activation, q)


def trajectory(activation, q, sigma_w2, depth, sigma_b2=0.0):
    """Return q¹ … q^depth, shape (depth,), starting from q¹ = q.

    >>> from initcourse import tanh
    >>> trajectory(tanh, 1.0, 1.0, depth=3).round(4)
    array([1.    , 0.3943, 0.2365])
    """
    qs = [float(q)]
    for _ in range(whole("depth", depth) - 1):
        qs.append(moment_map(activation, qs[-1], sigma_w2, sigma_b2))
    return np.array(qs)


def gain(activation, q=1.0):
    """Return the factor on the weights' std 1/√n for which moment_map(φ, q, gain²) = q, q a number.

    √2 for ReLU, 1.5925 for tanh at q = 1. (PyTorch's 5/3 for tanh is another choice.)

    >>> from initcourse import relu, tanh
    >>> round(float(gain(relu)), 4), round(float(gain(tanh)), 4)
    (1.4142, 1.5925)
    """
    number("q", q)
    return np.sqrt(q / second_moment(activation, q))


def _require_variances(name, value):
    """Return the value as an array of floats; raise ValueError if one is negative or NaN."""
    variance = np.asarray(value, dtype=float)
    if not (variance >= 0).all():
        raise ValueError(f"{name}, a variance, must be zero or positive, got {value!r}")
    return variance
