"""How far a network of finite width strays from the theory: the band around its curve.

Take one input. With Gaussian weights, and given the layer below, the n values z of a layer are
independent Gaussians, so m = mean(h²) is an average of n terms. Its relative variance is

    κ/n,   κ = E[φ⁴]/E[φ²]² − 1          (5 for ReLU, 2 for a linear layer),

and the next layer starts from the m that came out. So u = ln m walks at random,

    uˡ = F(uˡ⁻¹) + ε,      F(u) = ln E[φ²] at ln q = u + ln σ_w²,     Var ε ≈ κ/n,

and what φ′ lets through of the gradient's power adds up along the way, Sˡ = Sˡ⁻¹ + B(uˡ⁻¹) + η.
`predict` follows mean and variance of both, and their covariance: η and ε come from the same z.
For ReLU the variance of ln m is 5 Σ 1/n to first order. Good for widths from about 24 units.

Sources: Hanin and Rolnick (2018), "How to start training: the effect of initialization and
architecture", for the sum of 1/n; Hanin and Nica (2020), "Products of many large random
matrices and gradients in deep neural networks", for the Gaussian walk of the logarithm.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from initcourse.theory import NODES, WEIGHTS

# Half width of a 95 % interval, in standard deviations.
_Z95 = 1.959964
# Seven points and weights that stand for a standard Gaussian: exact up to degree 13.
_XI, _P = np.polynomial.hermite_e.hermegauss(7)
_P = _P / _P.sum()
# ln q at which moments are tabulated: dense where activations bend, sparse where they are straight.
_X = np.concatenate([np.arange(-110, -12, 2.0), np.arange(-12, 16, 0.01), np.arange(16, 111, 2.0)])


@dataclass
class Walk:
    """One quantity layer by layer: theory, and the 95 % band over draws of the weights.

    Attributes
    ----------
    theory : ndarray, shape (layers,)
        Value at infinite width.
    low, high : ndarray, shape (layers,)
        At each layer, 95 of 100 draws of the weights fall between them.
    log_variance : ndarray, shape (layers,)
        Predicted variance, over draws, of the quantity's natural logarithm.
    """

    theory: np.ndarray
    low: np.ndarray
    high: np.ndarray
    log_variance: np.ndarray


def predict(activation, widths, weight_variances, *, m0=1.0, orthogonal=False, bias_variance=0.0):
    """Predict mean(hˡ²) and mean(δˡ²) of one input, in a network whose layers all end in φ.

    The gradient enters at the top as that of a random readout, ∂loss/∂hᴸ ~ N(0, 1).

    Parameters
    ----------
    activation : Activation
    widths : sequence of int, length L + 1
        n⁰ … nᴸ.
    weight_variances : sequence of float, length L
        Var Wˡ; positive.
    m0 : float
        mean(x²) of the input; positive.
    orthogonal : bool
        Whether the weights are orthogonal instead of independent. A matrix that keeps
        lengths adds no spread of its own.
    bias_variance : float
        σ_b², the variance of the biases of every layer.

    Returns
    -------
    (Walk, Walk)
        Forward mean(hˡ²) for l = 0 … L, and backward mean(δˡ²) for l = 1 … L.

    Raises
    ------
    ValueError
        If the lengths disagree or a number is not positive and finite.

    Examples
    --------
    >>> from initcourse import relu
    >>> forward, backward = predict(relu, [100] * 31, [2 / 100] * 30)
    >>> forward.theory[-1].round(6), forward.log_variance[-1].round(2)
    (np.float64(1.0), np.float64(1.54))
    """
    n, var_W = np.asarray(widths, dtype=float), np.asarray(weight_variances, dtype=float)
    L = len(n) - 1
    if len(var_W) != L or L < 1:
        raise ValueError(f"{len(n)} widths need {len(n) - 1} weight variances, got {len(var_W)}")
    for name, value in (("widths", n), ("weight_variances", var_W), ("m0", np.asarray(m0))):
        if not (np.isfinite(value).all() and (value > 0).all()):
            raise ValueError(f"{name} must be positive and finite, got {value!r}")
    moments = _moments(activation)
    ln_sigma_w2 = np.log(n[:-1] * var_W)
    ln_sigma_b2 = np.log(bias_variance) if bias_variance else -np.inf

    ln_m, ln_pass = np.full(L + 1, np.log(m0)), np.zeros(L)
    mu, v = ln_m.copy(), np.zeros(L + 1)
    # For S summed from layer j up to l, all j at once: variance V, covariance C with ln m.
    mean_B, V, C = np.zeros(L), np.zeros(L), np.zeros(L)
    for l in range(L):
        ln_q = np.logaddexp(ln_m[l] + ln_sigma_w2[l], ln_sigma_b2)
        ln_m[l + 1], ln_pass[l] = moments("forward", ln_q), moments("backward", ln_q)

        x = mu[l] + np.sqrt(v[l]) * _XI + ln_sigma_w2[l]
        x = np.logaddexp(x, ln_sigma_b2)  # seven places where ln q may be
        up, down = _kept_lengths(n, l) if orthogonal else (0, 0)
        step = _step(moments, x, n[l + 1], up, down)
        mu[l + 1], mean_B[l] = _P @ step.F, _P @ step.B
        dF, dB = step.F - mu[l + 1], step.B - mean_B[l]
        v[l + 1] = _P @ (dF**2 + step.noise)
        # F and B as straight lines in ln m: regression slopes over the seven places
        s, t = ((_P @ (d * _XI)) / np.sqrt(v[l]) if v[l] > 0 else 0.0 for d in (dF, dB))
        begun = np.arange(L) <= l
        V = np.where(begun, V + 2 * t * C + _P @ (dB**2 + step.noise_back), 0)
        C = np.where(begun, s * C + _P @ (dF * dB + step.noise_both), 0)

    # δˡ gathers nˡ⁺¹·Var Wˡ⁺¹ from every layer above it.
    gather = np.append(np.log(n[2:] * var_W[1:]), 0.0)
    backward = _walk(_from_top(ln_pass + gather), _from_top(mean_B + gather), V)
    return _walk(ln_m, mu, v), backward


class _Step(NamedTuple):
    """One layer, given ln q: means of ln m and of the gradient's share, and their noise."""

    F: np.ndarray
    B: np.ndarray
    noise: np.ndarray
    noise_back: np.ndarray
    noise_both: np.ndarray


def _step(moments, x, n, up, down):
    F, B = moments("forward", x), moments("backward", x)
    kappa, kappa_back, both = (moments(name, x) for name in ("kappa", "kappa_back", "both"))
    if up:
        # Orthogonal weights: |z| is fixed, so the spread that |z| would cause is missing.
        slope, slope_back = moments("slope", x), moments("slope_back", x)
        kappa, both = kappa - 2 * up * slope**2, both - 2 * up * slope * slope_back
        kappa_back = kappa_back - 2 * up * slope_back**2 - 2 * down
        F, B = F - up * moments("bend", x) / n, B - up * moments("bend_back", x) / n
    shift, noise = _ln_of_average(kappa / n)
    shift_back, noise_back = _ln_of_average(kappa_back / n)
    return _Step(F + shift, B + shift_back, noise, noise_back, both / n)


def _kept_lengths(n, l):
    """Shares of the length's spread that an orthogonal matrix removes, upwards and downwards.

    All of it where the layer widens; where it narrows, a random part of the vector is cut off.
    """
    down = min(1, n[l + 1] / n[l + 2]) if l + 2 < len(n) else 0
    return min(1, n[l + 1] / n[l]), down


def walk_of_averages(ln_theory, relative_variance, *, from_top=False):
    """Return the `Walk` of a quantity that each layer turns into an average of its own.

    Given the layer before, the average has the given relative variance, and its logarithm takes
    one step. The steps are independent; they add up from layer to layer.

    Parameters
    ----------
    ln_theory : ndarray, shape (layers,)
        Logarithm of the quantity at infinite width.
    relative_variance : ndarray, shape (layers,)
    from_top : bool
        Whether the last layer is the first step, as for a gradient.

    Examples
    --------
    >>> walk_of_averages(np.zeros(3), np.full(3, 0.01)).log_variance.round(2)
    array([0.01, 0.02, 0.03])
    >>> walk_of_averages(np.zeros(3), np.full(3, 0.01), from_top=True).log_variance.round(2)
    array([0.03, 0.02, 0.01])
    """
    add_up = _from_top if from_top else np.cumsum
    shift, v = _ln_of_average(np.asarray(relative_variance))
    return _walk(ln_theory, ln_theory + add_up(shift), add_up(v))


def _ln_of_average(relative_variance):
    """Mean and variance of ln(average), the average of positive terms taken as gamma distributed.

    First terms of digamma(k) − ln k and trigamma(k), with shape k = 1/relative variance.
    """
    r = np.maximum(relative_variance, 0)
    return -r / 2 - r**2 / 12, r + r**2 / 2 + r**3 / 6


def _from_top(per_layer):
    return np.cumsum(per_layer[::-1])[::-1]


def _walk(ln_theory, mu, v):
    # rounding alone moves a quantity that no draw can move
    half = _Z95 * np.sqrt(v) + 1e-9
    with np.errstate(over="ignore"):
        return Walk(np.exp(ln_theory), np.exp(mu - half), np.exp(mu + half), v)


@lru_cache(maxsize=32)
def _moments(activation):
    """Return a function (name, ln q) that looks up a Gaussian moment of φ."""
    z = np.exp(_X / 2)[:, None] * NODES
    # Where φ is flat to the last digit, E[φ′²] counts as 1e-150 instead of 0. Where φ overflows
    # there is no moment: NaN, and no prediction.
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        return _table(activation.phi(z) ** 2, activation.dphi(z) ** 2)


def _table(f2, df2):
    m, s = np.maximum(f2 @ WEIGHTS, 1e-150), np.maximum(df2 @ WEIGHTS, 1e-150)
    rows = {
        "forward": np.log(m),  # ln E[φ²]
        "backward": np.log(s),  # ln E[φ′²]
        "kappa": f2**2 @ WEIGHTS / m**2 - 1,
        # δ is a Gaussian times φ′, and a Gaussian's fourth moment is 3
        "kappa_back": 3 * (df2**2 @ WEIGHTS) / s**2 - 1,
        "both": (f2 * df2) @ WEIGHTS / (m * s) - 1,
    }
    ends = {"forward": "", "backward": "_back"}
    for name, end in ends.items():
        rows["slope" + end] = slope = np.gradient(rows[name], _X)  # d ln / d ln q
        # q² times the moment's second derivative, relative to the moment
        rows["bend" + end] = slope**2 - slope + np.gradient(slope, _X)

    def look_up(name, ln_q):
        value = np.interp(ln_q, _X, rows[name])
        if name in ("forward", "backward"):  # straight on beyond the table, where others are flat
            beyond = ln_q - np.clip(ln_q, _X[0], _X[-1])
            value = value + beyond * np.interp(ln_q, _X, rows["slope" + ends[name]])
        return value

    return look_up
