"""Theory of convolutional ReLU networks: what zero padding takes at the border, layer by layer.

Give every pixel p a second moment of its own. In a network of many channels

    E[z(p)²] = Var W · c_in · Σ_taps E[h(p + tap)²],

summed over the taps that lie inside the image (all of them, with circular padding): a convolution
of the map of second moments with a kernel of ones. The same holds for E[z(p) z(p′)] of two pixels,
and backwards for δ. For ReLU every map follows exactly from the one before (Cho and Saul).

The band. Given the layer below, the c channels of a layer are independent, so the mean of h² over
pixels and channels is an average of c terms, each a mean over pixels. Its relative variance is

    κ/c,    κ = mean over p, p′ of E[h(p)² h(p′)²] / (mean over p of E[h(p)²])² − 1,

less than one unit's 5 as long as pixels differ. As in `finite_width`, the logarithm
walks at random with these steps. Good from about 8 channels and for kernels from 3 × 3.

Sources: Cho and Saul (2009), "Kernel methods for deep learning", section 2.1, for the Gaussian
means; Xiao et al. (2018), "Dynamical isometry and a mean field theory of CNNs", section 2, for
the recursion between pixels, with circular padding.
"""

import numpy as np

from initcourse._validate import one_of
from initcourse.networks.im2col import PADDINGS
from initcourse.theory.finite_width import predict_from_averages


def tap_sum(K, k, padding):
    """Return Σ_taps K(p + tap, p′ + tap), with K of shape (height, width, height, width).

    The last two axes may have length 1, for a map of single pixels.
    """
    m, mode = k // 2, "wrap" if one_of("padding", padding, PADDINGS) == "circular" else "constant"
    pairs = K.shape[2] > 1 or K.shape[3] > 1
    for axes in ((0, 2), (1, 3)) if pairs else ((0,), (1,)):  # a square of taps is a row of rows
        padded = np.pad(K, [(m * (axis in axes),) * 2 for axis in range(4)], mode=mode)
        parts = (
            [slice(t, t + n) if axis in axes else slice(n) for axis, n in enumerate(K.shape)]
            for t in range(k)
        )
        K = sum(padded[tuple(part)] for part in parts)
    return K


def predict_convolutional(x, k, channels, weight_variances, *, padding="zero"):
    """Predict mean(hˡ²) and mean(δˡ²) of one image in a network of convolutions that end in ReLU.

    The gradient enters at the top as that of a random readout, ∂loss/∂hᴸ ~ N(0, 1).

    Parameters
    ----------
    x : ndarray, shape (height, width, channels[0])
    k : int
        Size of the kernels.
    channels : sequence of int, length L + 1
    weight_variances : sequence of float, length L
    padding : {"zero", "circular"}

    Returns
    -------
    forward, backward : PredictionWithBand
        For l = 0 … L and for l = 1 … L, as `finite_width.predict_strengths`.
    maps : ndarray, shape (L + 1, height, width)
        E[hˡ(p)²] of every pixel.

    Raises
    ------
    ValueError
        If the numbers of channels and weight variances, or the channels of x, disagree.

    Examples
    --------
    >>> x, variances = np.ones((8, 8, 1)), [2 / 9, 2 / 288]
    >>> forward, _, maps = predict_convolutional(x, 3, [1, 32, 32], variances)
    >>> forward.theory.round(4)
    array([1.    , 0.8403, 0.7415])
    >>> maps[1, 0, :3].round(4)  # a corner has 4 of 9 taps, an edge 6
    array([0.4444, 0.6667, 0.6667])
    """
    L = len(weight_variances)
    if len(channels) != L + 1 or np.shape(x)[-1:] != (channels[0],):
        raise ValueError(
            f"{L} weight variances need {L + 1} channels, the first that of x, got {channels} "
            f"and x of shape {np.shape(x)}"
        )
    x = np.asarray(x, dtype=float)
    image, n = x.shape[:2], x.shape[0] * x.shape[1]
    K = np.einsum("ijc,klc->ijkl", x, x) / channels[0]  # E[h(p) h(p′)]
    maps, slopes, spread = [_diagonal(K)], [], [0.0]
    for l in range(L):
        gather = weight_variances[l] * channels[l]
        K, squares, slope = _relu_means(gather * tap_sum(K, k, padding))
        maps.append(_diagonal(K))
        slopes.append(slope)
        spread.append(_relative_variance(squares, maps[-1], channels[l + 1]))
    forward = predict_from_averages(np.log(np.mean(maps, axis=(1, 2))), spread)

    G, by_chance = np.eye(n).reshape(*image, *image), np.zeros((*image, *image))
    ln_m, spread, apart = np.empty(L), np.empty(L), 1 - G
    for l in range(L - 1, -1, -1):
        # δ is a Gaussian times φ′; G is E[g(p) g(p′)] of that Gaussian
        S, own = slopes[l], _outer(_diagonal(G))
        D = G * S
        ln_m[l] = np.log(_diagonal(D).mean())
        squares = (own + 2 * (G**2 + by_chance)) * S
        spread[l] = _relative_variance(squares, _diagonal(D), channels[l + 1])
        gather = weight_variances[l] * channels[l + 1]
        G = gather * tap_sum(D, k, padding)
        # what two pixels share by chance, in an average over channels[l] products of Gaussians
        by_chance = gather**2 * tap_sum(by_chance * S**2, k, padding)
        by_chance += (_outer(_diagonal(G)) + G**2) * apart / channels[l]
    backward = predict_from_averages(ln_m, spread, from_top=True)
    return forward, backward, np.array(maps)


def _relative_variance(squares, own, c):
    """κ/c, of the mean over pixels and c channels."""
    return (squares.mean() / own.mean() ** 2 - 1) / c


def _relu_means(C):
    """E[φφ′], E[φ²φ′²] and E[slope slope′] of ReLU for pairs of Gaussians with covariance C."""
    scale = np.sqrt(_outer(_diagonal(C)))
    cosine = np.clip(np.divide(C, scale, out=np.zeros_like(C), where=scale > 0), -1, 1)
    sine, rest = np.sqrt(1 - cosine**2), np.pi - np.arccos(cosine)
    product = scale * (sine + rest * cosine) / (2 * np.pi)
    squares = scale**2 * (3 * sine * cosine + rest * (1 + 2 * cosine**2)) / (2 * np.pi)
    return product, squares, rest / (2 * np.pi)


def _outer(own):
    """own(p) own(p′) for a map of pixels."""
    return np.multiply.outer(own, own)


def _diagonal(K):
    """K(p, p), a map of pixels."""
    return np.einsum("ijij->ij", K)
