"""Two inputs through one network: how their correlation c goes from layer to layer.

With u₁ = √q z₁ and u₂ = √q (c z₁ + √(1−c²) z₂), two Gaussians of variance q and correlation c,

    c′ = (σ_w² E[φ(u₁) φ(u₂)] + σ_b²) / q′             the correlation map

and its slope at q* is χ_c = σ_w² E[φ′(u₁) φ′(u₂)], which at c = 1 is the gradient's χ.

Sources: Poole et al. (2016), "Exponential expressivity in deep neural networks through transient
chaos", section 2; Schoenholz et al. (2017), "Deep information propagation", sections 3 and 4; for
ReLU, Cho and Saul (2009), "Kernel methods for deep learning", section 2.
"""

import numpy as np

from initcourse._validate import number, require_variance, whole
from initcourse.theory import mean_field as theory
from initcourse.theory.criticality import fixed_point, halve
from initcourse.theory.finite_width import Z95

_TERMS = 100


def _hermite_rule():
    """Return nodes z, and rows p·h₀ … p·h_K of Hermite polynomials times quadrature weights.

    The polynomials are scaled to E[h_k²] = 1. Panels of width 1 resolve all of them.
    """
    t, w = np.polynomial.legendre.leggauss(16)
    z = np.concatenate([a + (1 + t) / 2 for a in range(-12, 12)])
    rows = [np.tile(w / 2, 24) * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)]
    rows.append(z * rows[0])
    for k in range(1, _TERMS):
        rows.append((z * rows[k] - np.sqrt(k) * rows[k - 1]) / np.sqrt(k + 1))
    return z, np.array(rows)


_Z, _HERMITE = _hermite_rule()


def joint_mean(f, q, c):
    """Return E[f(u₁) f(u₂)] for two Gaussians of variance q and correlation c.

    Expand f(√q z) = Σ aₖ hₖ(z) in Hermite polynomials of unit length. Only equal orders are
    correlated, E[hₖ(z₁) hₗ(z₂)] = cᵏ if k = l, else 0; so the double integral is Σ aₖ² cᵏ.

    Daniely, Frostig and Singer (2016), "Toward deeper understanding of neural networks: the power
    of initialization and a dual view on expressivity", section 4.

    The result has the shape of c. A negative q, or a c outside of [−1, 1], is a ValueError.

    >>> round(joint_mean(lambda u: u, q=2.0, c=0.3), 6)
    0.6
    """
    c = _correlation(c)
    squares = (_HERMITE @ f(np.sqrt(require_variance("q", q)) * _Z)) ** 2
    # what all higher orders hold goes to the last one, so that c = 1 is exact
    squares[-1] += max(theory.gaussian_mean(lambda u: f(u) ** 2, q) - squares.sum(), 0.0)
    mean = np.polynomial.polynomial.polyval(c, squares)
    return mean if np.ndim(mean) else float(mean)


def correlation_map(activation, c, q, sigma_w2, sigma_b2=0.0):
    """Return the next layer's correlation c′, for two inputs that both have q.

    Exact for an activation of two straight lines; for ReLU with σ_w² = 2 it is
    (√(1−c²) + c (π − arccos c))/π.

    >>> from initcourse import relu
    >>> round(float(correlation_map(relu, 0.0, 1.0, 2.0)), 6) == round(1 / np.pi, 6)
    True
    """
    if activation.slopes:
        c, (a, b) = _correlation(c), activation.slopes
        product = q * ((a * a + b * b) * _relu_pair(c) - 2 * a * b * _relu_pair(-c))
    else:
        product = joint_mean(activation.phi, q, c)
    with np.errstate(invalid="ignore"):  # NaN where no signal is left
        next_q = np.float64(theory.moment_map(activation, q, sigma_w2, sigma_b2))
        return (sigma_w2 * product + sigma_b2) / next_q


def correlation_slope(activation, c, q, sigma_w2):
    """Return χ_c = σ_w² E[φ′(u₁) φ′(u₂)], the slope of the correlation map where q′ = q.

    >>> from initcourse import tanh
    >>> at_one = correlation_slope(tanh, 1.0, 1.0, 2.0)
    >>> round(at_one, 6) == round(theory.chi(tanh, 1.0, 2.0), 6)
    True
    """
    if activation.slopes:
        (a, b), angle = activation.slopes, np.arccos(_correlation(c))
        mean = ((a * a + b * b) * (np.pi - angle) + 2 * a * b * angle) / (2 * np.pi)
        return sigma_w2 * mean[()]
    return sigma_w2 * joint_mean(activation.dphi, q, c)


def correlations(activation, c, q, sigma_w2, depth, sigma_b2=0.0):
    """Return c¹ … c^depth, shape (depth,), starting from c¹ = c and q¹ = q.

    >>> from initcourse import relu
    >>> correlations(relu, 0.0, 1.0, 2.0, depth=4).round(3)
    array([0.   , 0.318, 0.494, 0.605])
    """
    cs, qs = [float(c)], theory.trajectory(activation, q, sigma_w2, depth, sigma_b2)
    for q in qs[:-1]:
        step = float(correlation_map(activation, cs[-1], q, sigma_w2, sigma_b2))
        cs.append(min(max(step, -1.0), 1.0))  # rounding may lead past the end
    return np.array(cs)


def correlation_fixed_point(activation, q, sigma_w2, sigma_b2=0.0):
    """Return the stable c* at a fixed point q: 1 in the ordered phase, below 1 in the chaotic one.

    >>> from initcourse import tanh
    >>> from initcourse.theory import fixed_point
    >>> q = fixed_point(tanh, 3.0, 0.05)
    >>> round(correlation_fixed_point(tanh, q, 3.0, 0.05), 4)
    0.2993
    """
    if theory.chi(activation, q, sigma_w2) <= 1 + 1e-9:
        return 1.0
    # The map is a power series in c with coefficients ≥ 0: above c* it lies below the diagonal.
    return halve(
        0.0, 1.0, lambda c: correlation_map(activation, c, q, sigma_w2, sigma_b2) > c, times=40
    )


def depth_scale(activation, sigma_w2, sigma_b2=0.0):
    """Return ξ_c = −1/ln χ_c, layers after which a deviation from c* has fallen to 1/e.

    At the highest stable fixed point; in the ordered phase it is the gradient's scale as well.
    Networks were found to train down to about 6 ξ_c layers: Schoenholz et al. (2017), section 5.

    Raises
    ------
    ValueError
        If there is no stable fixed point above 0.

    Examples
    --------
    >>> from initcourse import tanh
    >>> [round(6 * depth_scale(tanh, sigma_w2, 0.05), 1) for sigma_w2 in (0.8, 4.0)]
    [13.8, 41.9]
    """
    q = fixed_point(activation, sigma_w2, sigma_b2)
    if not 0 < q < np.inf:
        at = f"σ_w² = {sigma_w2:g}, σ_b² = {sigma_b2:g}"
        raise ValueError(f"{activation.name} has no stable fixed point above 0 at {at}")
    c = correlation_fixed_point(activation, q, sigma_w2, sigma_b2)
    chi_c = correlation_slope(activation, c, q, sigma_w2)
    return float(1 / abs(np.log(chi_c)))


def _relu_pair(c):
    """E[relu(z₁) relu(z₂)] for standard Gaussians of correlation c."""
    return (np.sqrt(1 - c * c) + c * (np.pi - np.arccos(c))) / (2 * np.pi)


def _correlation(value):
    c = np.asarray(value, dtype=float)
    if not (abs(c) <= 1).all():
        raise ValueError(f"c, a correlation, must lie from -1 to 1, got {value!r}")
    return c


# atanh(c) is infinite at 1; networks in float32 know c to about this.
_NEXT_TO_1 = 1 - 1e-6


def draw_correlations(activation, c, q, sigma_w2, depth, width, sigma_b2=0.0, *, draws, rng):
    """Draw the correlation of two inputs by layer, in networks of finite width.

    Parameters
    ----------
    activation : Activation
    c, q : float
        With this correlation and variance the z of layer 1 are drawn.
    sigma_w2, sigma_b2 : float
        n·Var W, positive, and Var b.
    depth, width : int
        Layers, and units of each.
    draws : int
        Number of networks.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (draws, depth)
        Mean z₁z₂ over the root of mean z₁² · mean z₂²; NaN where no signal is left.

    Examples
    --------
    >>> from initcourse import tanh
    >>> rng = np.random.default_rng(0)
    >>> draw_correlations(tanh, 0.5, 1.0, 2.0, depth=30, width=100, draws=50, rng=rng).shape
    (50, 30)
    """
    depth, width, draws = whole("depth", depth), whole("width", width), whole("draws", draws)
    number("q", q), number("sigma_w2", sigma_w2), require_variance("sigma_b2", sigma_b2)
    _correlation(number("c", c, positive=False))
    # of every network: the two variances and the correlation of the pairs to come
    q_1, q_2, c = (np.full((draws, 1), float(value)) for value in (q, q, c))
    found = np.empty((draws, depth))
    with np.errstate(all="ignore"):  # where a signal dies or explodes: NaN
        for l in range(depth):
            one, other = rng.standard_normal((2, draws, width))
            z_1 = np.sqrt(q_1) * one
            z_2 = np.sqrt(q_2) * (c * one + np.sqrt(np.maximum(1 - c * c, 0)) * other)
            found[:, l] = _cosine(*_products(z_1, z_2))[:, 0]
            products = _products(activation(z_1), activation(z_2))
            q_1, q_2, product = (sigma_w2 * mean + sigma_b2 for mean in products)
            c = _cosine(q_1, q_2, product)
    return found


def _products(a, b):
    """Mean a², b² and ab over the units."""
    return (np.mean(product, axis=-1, keepdims=True) for product in (a * a, b * b, a * b))


def _cosine(q_1, q_2, product):
    return product / np.sqrt(q_1) / np.sqrt(q_2)


def correlation_band(drawn):
    """Return the ends of a 95 % band around drawn correlations, two arrays of shape (depth,).

    The spread of atanh(c) is nearly Gaussian, so that some 50 draws tell where 95 of 100 lie.

    >>> low, high = correlation_band(np.array([[0.1], [0.2], [0.3], [0.4]]))
    >>> low.round(2), high.round(2)
    (array([-0.01]), array([0.49]))
    """
    fisher = np.arctanh(np.clip(drawn, -_NEXT_TO_1, _NEXT_TO_1))
    center, half = fisher.mean(axis=0), Z95 * fisher.std(axis=0, ddof=1)
    return np.tanh(center - half), np.tanh(center + half)
