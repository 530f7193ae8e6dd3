"""Weight initializers: plain functions from a shape to a new array of random weights.

A dense weight matrix has shape ``(fan_in, fan_out)`` and acts as ``h @ W``. A convolution
kernel has shape ``(k, k, channels_in, channels_out)``. **PyTorch stores the transpose.**

Every variance rule is one line on top of `variance_scaling`: Var W = scale / fan.
"""

import math

import numpy as np

from initcourse._validate import floating, generator, number, one_of, square, whole

#: Standard deviation of a standard normal truncated to [−2, 2].
TRUNCATED_STD = 0.8796256610342398


def compute_fans(shape):
    """Return (fan_in, fan_out): how many connections enter and leave a unit.

    A dense layer has the shape ``(fan_in, fan_out)``. For a convolution the kernel's sizes, any
    number of them, come first, ``(k, k, channels_in, channels_out)``: its fan_in is
    k·k·channels_in, its fan_out k·k·channels_out. He et al. (2015), section 2.2. A shape with fewer
    than two axes, or with one that is no positive integer, is a ValueError.

    >>> compute_fans((3, 3, 16, 32))
    (144, 288)
    """
    if not isinstance(shape, (tuple, list)) or len(shape) < 2:
        raise ValueError(f"shape must have at least two axes (fan_in, fan_out), got {shape!r}")
    *kernel, n_in, n_out = (whole(f"every axis of {tuple(shape)}", n) for n in shape)
    return math.prod(kernel) * n_in, math.prod(kernel) * n_out


def variance_scaling(
    shape, *, scale=1.0, mode="fan_in", distribution="normal", rng=None, dtype=np.float64
):
    """Draw weights with mean 0 and variance scale / fan.

    Parameters
    ----------
    shape : tuple of int
        ``(fan_in, fan_out)``, or a convolution kernel's shape; see `compute_fans`.
    scale : float
        Numerator of the variance; positive. A gain multiplies the *standard deviation*,
        so scale = gain².
    mode : {"fan_in", "fan_out", "fan_avg"}
        Which fan divides; "fan_avg" is (fan_in + fan_out) / 2.
    distribution : {"normal", "uniform", "truncated_normal"}
        "truncated_normal" redraws beyond two standard deviations, then widens what is left so
        that the variance is still scale / fan.
    rng : None, int or numpy.random.Generator
    dtype : numpy dtype
        A floating type.

    Raises
    ------
    ValueError, TypeError
        On an argument that is none of these; TypeError for the rng.

    References
    ----------
    He et al. (2015), section 2.2; Glorot and Bengio (2010), section 4.2.1.

    Examples
    --------
    >>> W = variance_scaling((400, 300), scale=2.0, rng=0)
    >>> W.shape, round(float(W.var() * 400), 1)
    ((400, 300), 2.0)
    """
    fan_in, fan_out = compute_fans(shape)
    fans = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
    std = np.sqrt(number("scale", scale) / fans[one_of("mode", mode, tuple(fans))])
    if distribution == "uniform":  # U(−b, b) has variance b²/3
        return uniform(shape, bound=np.sqrt(3) * std, rng=rng, dtype=dtype)
    if distribution == "truncated_normal":
        return _truncated_normal(shape, std / TRUNCATED_STD, rng, dtype)
    one_of("distribution", distribution, ("normal", "uniform", "truncated_normal"))
    return normal(shape, std=std, rng=rng, dtype=dtype)


def zeros(shape, *, rng=None, dtype=np.float64):
    """Return zeros; `rng` is accepted, and ignored, so that every initializer is called alike.

    >>> zeros((2, 3)).sum()
    np.float64(0.0)
    """
    return constant(shape, value=0.0, dtype=dtype)


def constant(shape, *, value=None, rng=None, dtype=np.float64):
    """Return one value everywhere; by default 1/fan_in, so that a layer returns its input's mean.

    >>> constant((2, 3))
    array([[0.5, 0.5, 0.5],
           [0.5, 0.5, 0.5]])
    """
    fan_in, _ = compute_fans(shape)
    value = number("value", 1 / fan_in if value is None else value, positive=False)
    return np.full(shape, value, dtype=floating(dtype))


def normal(shape, *, std=0.01, rng=None, dtype=np.float64):
    """Draw from N(0, std²), whatever the fans; `std` is the standard deviation, not the variance.

    >>> normal((300, 200), std=0.5, rng=0).std().round(1)
    np.float64(0.5)
    """
    compute_fans(shape)
    W = number("std", std) * generator(rng).standard_normal(shape)
    return W.astype(floating(dtype), copy=False)


def uniform(shape, *, bound=0.05, rng=None, dtype=np.float64):
    """Draw from U(−bound, bound), whose variance is bound²/3, whatever the fans.

    >>> bool(abs(uniform((300, 200), bound=0.5, rng=0)).max() <= 0.5)
    True
    """
    compute_fans(shape)
    b = number("bound", bound)
    return generator(rng).uniform(-b, b, shape).astype(floating(dtype), copy=False)


def lecun_normal(shape, *, mode="fan_in", rng=None, dtype=np.float64):
    """Draw from N(0, 1/n_in): LeCun, Bottou, Orr, Müller (1998), "Efficient BackProp", §4.6.

    >>> lecun_normal((400, 300), rng=0).std().round(2)
    np.float64(0.05)
    """
    return variance_scaling(shape, mode=mode, rng=rng, dtype=dtype)


def lecun_uniform(shape, *, mode="fan_in", rng=None, dtype=np.float64):
    """Draw from U(±√(3/n_in)), which has variance 1/n_in: LeCun et al. (1998), §4.6.

    >>> abs(lecun_uniform((300, 200), rng=0)).max().round(2)
    np.float64(0.1)
    """
    return variance_scaling(shape, mode=mode, distribution="uniform", rng=rng, dtype=dtype)


def xavier_normal(shape, *, gain=1.0, mode="fan_avg", rng=None, dtype=np.float64):
    """Draw from N(0, gain² · 2/(n_in + n_out)): Glorot and Bengio (2010), section 4.2.1.

    mode="fan_in" is the 1/n that many texts, and Caffe, call Xavier, and so does `RULES["xavier"]`.

    >>> xavier_normal((500, 300), rng=0).std().round(2)
    np.float64(0.05)
    """
    return variance_scaling(shape, scale=square("gain", gain), mode=mode, rng=rng, dtype=dtype)


def xavier_uniform(shape, *, gain=1.0, mode="fan_avg", rng=None, dtype=np.float64):
    """Draw from U(±gain·√(6/(n_in + n_out))), which has the variance of `xavier_normal`.

    Glorot and Bengio (2010), section 4.2.1: their "normalized initialization".

    >>> abs(xavier_uniform((400, 200), rng=0)).max().round(2)
    np.float64(0.1)
    """
    how = {"mode": mode, "distribution": "uniform", "rng": rng, "dtype": dtype}
    return variance_scaling(shape, scale=square("gain", gain), **how)


def he_normal(shape, *, a=0.0, mode="fan_in", rng=None, dtype=np.float64):
    """Draw from N(0, 2/((1 + a²)·n_in)), for ReLU or leaky ReLU of slope `a`.

    He, Zhang, Ren, Sun (2015), section 2.2.

    >>> he_normal((800, 100), rng=0).std().round(2)
    np.float64(0.05)
    """
    scale = 2 / (1 + square("a", a, positive=False))
    return variance_scaling(shape, scale=scale, mode=mode, rng=rng, dtype=dtype)


def he_uniform(shape, *, a=0.0, mode="fan_in", rng=None, dtype=np.float64):
    """Draw from U(±√(6/((1 + a²)·n_in))): `he_normal`'s variance, uniformly.

    >>> abs(he_uniform((600, 200), rng=0)).max().round(2)
    np.float64(0.1)
    """
    how = {"mode": mode, "distribution": "uniform", "rng": rng, "dtype": dtype}
    return variance_scaling(shape, scale=2 / (1 + square("a", a, positive=False)), **how)


def orthogonal(shape, *, gain=1.0, rng=None, dtype=np.float64):
    """Draw a random matrix with orthonormal rows or columns (the fewer of the two), times `gain`.

    All singular values equal `gain`; a square one has Var W = gain²/n. A kernel is flattened to
    (fan_in, channels_out). Saxe, McClelland, Ganguli (2014), "Exact solutions to the nonlinear
    dynamics of learning in deep linear neural networks", section 3.

    >>> W = orthogonal((5, 3), rng=0)
    >>> bool(np.allclose(W.T @ W, np.eye(3)))
    True
    """
    (rows, _), columns = compute_fans(shape), shape[-1]
    tall = (max(rows, columns), min(rows, columns))
    Q, R = np.linalg.qr(generator(rng).standard_normal(tall))
    # QR leaves the signs to the algorithm; with R's diagonal positive, Q is uniformly distributed.
    Q *= np.sign(np.diag(R))
    W = number("gain", gain) * (Q if rows >= columns else Q.T).reshape(shape)
    return W.astype(floating(dtype), copy=False)


glorot_normal, glorot_uniform = xavier_normal, xavier_uniform
kaiming_normal, kaiming_uniform = he_normal, he_uniform


def _truncated_normal(shape, std, rng, dtype):
    rng = generator(rng)
    W = rng.standard_normal(shape)
    while (outside := np.abs(W) > 2).any():
        W[outside] = rng.standard_normal(int(outside.sum()))
    return (std * W).astype(floating(dtype), copy=False)
