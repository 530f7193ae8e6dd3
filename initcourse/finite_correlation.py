"""What finite width does to the correlation of two inputs: drawn, exactly and cheaply.

Given the layer below, the n pairs (z₁, z₂) of a layer are independent Gaussian pairs, and all that
they know of it are three means over its units:

    σ_w² mean(h₁²) + σ_b²,   σ_w² mean(h₂²) + σ_b²,   σ_w² mean(h₁h₂) + σ_b²

are their variances and their covariance. So a layer of a random network takes n pairs instead of
n² weights, and nothing is approximated. At infinite width the means are Gaussian integrals, and
this is the correlation map of `initcourse.correlation`.
"""

import numpy as np

from initcourse.arguments import number, whole

# Half width of a 95 % interval, in standard deviations.
_Z95 = 1.959964
# atanh(c) is infinite at 1; networks in float32 know c to about this.
_NEXT_TO_1 = 1 - 1e-6


def draw(activation, c, q, sigma_w2, depth, width, sigma_b2=0.0, *, draws, rng):
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

    Raises
    ------
    ValueError
        If c is outside of [−1, 1], a variance negative, or a count no whole number above 0.

    Examples
    --------
    >>> from initcourse import tanh
    >>> rng = np.random.default_rng(0)
    >>> c = draw(tanh, 0.5, 1.0, 2.0, depth=30, width=100, sigma_b2=0.05, draws=50, rng=rng)
    >>> c.shape, bool(c[:, 0].std() < c[:, 29].std())
    ((50, 30), True)
    """
    depth, width, draws = whole("depth", depth), whole("width", width), whole("draws", draws)
    number("q", q), number("sigma_w2", sigma_w2)
    if number("sigma_b2", sigma_b2, positive=False) < 0:
        raise ValueError(f"sigma_b2, a variance, must be zero or positive, got {sigma_b2!r}")
    if abs(number("c", c, positive=False)) > 1:
        raise ValueError(f"c, a correlation, must lie from -1 to 1, got {c!r}")
    # of every network: the two variances and the correlation of the pairs to come
    q_1, q_2, c = (np.full((draws, 1), float(value)) for value in (q, q, c))
    found = np.empty((draws, depth))
    with np.errstate(all="ignore"):  # where a signal dies or explodes: NaN
        for l in range(depth):
            one, other = rng.standard_normal((2, draws, width))
            z_1 = np.sqrt(q_1) * one
            z_2 = np.sqrt(q_2) * (c * one + np.sqrt(np.maximum(1 - c * c, 0)) * other)
            found[:, l] = (_mean(z_1 * z_2) / _rms(z_1) / _rms(z_2))[:, 0]
            h_1, h_2 = activation(z_1), activation(z_2)
            q_1, q_2, product = (
                sigma_w2 * _mean(a * b) + sigma_b2 for a, b in ((h_1, h_1), (h_2, h_2), (h_1, h_2))
            )
            c = product / np.sqrt(q_1) / np.sqrt(q_2)
    return found


def _mean(values):
    return values.mean(axis=-1, keepdims=True)


def _rms(z):
    return np.sqrt(_mean(z**2))


def band(drawn):
    """Return the ends of a 95 % band around drawn correlations, two arrays of shape (depth,).

    The spread of atanh(c) is nearly Gaussian, so that some 50 draws tell where 95 of 100 lie.

    >>> low, high = band(np.array([[0.1], [0.2], [0.3], [0.4]]))
    >>> low.round(2), high.round(2)
    (array([-0.01]), array([0.49]))
    """
    fisher = np.arctanh(np.clip(drawn, -_NEXT_TO_1, _NEXT_TO_1))
    center, half = fisher.mean(axis=0), _Z95 * fisher.std(axis=0, ddof=1)
    return np.tanh(center - half), np.tanh(center + half)
