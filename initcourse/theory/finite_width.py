"""How far a network of finite width strays from the theory: the band around its curve.

Take one input. With Gaussian weights, and given the layer below, the n values z of a layer are
independent Gaussians, so m = mean(h²) is an average of n terms. Its relative variance is

    κ/n,   κ = E[φ⁴]/E[φ²]² − 1          (5 for ReLU, 2 for a linear layer),

and the next layer starts from the m that came out. So u = ln m walks at random,

    uˡ = F(uˡ⁻¹) + ε,      F(u) = ln E[φ²] at ln q = u + ln σ_w²,     Var ε ≈ κ/n,

and what φ′ lets through of the gradient's power adds up along the way: its logarithm is
Sˡ = Sˡ⁻¹ + B(uˡ⁻¹) + η, with B = ln E[φ′²] and noise η.
`predict_strengths` follows mean and variance of both, and their covariance: η and ε come from
the same z.
For ReLU the variance of ln m is 5 Σ 1/n to first order. Good for widths from about 24 units.

What `predict_strengths` promises is all that the rest of the library needs of this module: on a
first reading the steps of the derivation can wait.

Sources: Hanin and Rolnick (2018), "How to start training: the effect of initialization and
architecture", for the sum of 1/n; Hanin and Nica (2020), "Products of many large random
matrices and gradients in deep neural networks", for the Gaussian walk of the logarithm.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from initcourse._validate import variance
from initcourse.theory.mean_field import QUADRATURE_NODES, QUADRATURE_WEIGHTS

#: Half width of a 95 % interval, in standard deviations.
Z95 = 1.959964
# Seven points and weights that stand for a standard Gaussian: exact up to degree 13.
_PLACES, _SHARES = np.polynomial.hermite_e.hermegauss(7)
_SHARES = _SHARES / _SHARES.sum()
# ln q at which moments are tabulated: dense where activations bend, sparse where they are straight.
_LN_Q = np.concatenate(
    [np.arange(-110, -12, 2.0), np.arange(-12, 16, 0.01), np.arange(16, 111, 2.0)]
)


@dataclass
class PredictionWithBand:
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


def predict_strengths(
    activation, widths, weight_variances, *, m0=1.0, orthogonal=False, bias_variance=0.0
):
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
    (PredictionWithBand, PredictionWithBand)
        Forward mean(hˡ²) for l = 0 … L, and backward mean(δˡ²) for l = 1 … L.

    Raises
    ------
    ValueError
        If the lengths disagree or a number is not as it must be, or not finite.

    Examples
    --------
    >>> from initcourse import relu
    >>> forward, backward = predict_strengths(relu, [100] * 31, [2 / 100] * 30)
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
    variance("bias_variance", bias_variance)
    look_up = _moments(activation)
    ln_sigma_w2 = np.log(n[:-1] * var_W)
    ln_sigma_b2 = np.log(bias_variance) if bias_variance else -np.inf

    up, down = _lost_spread(n) if orthogonal else np.zeros((2, L))
    # Upwards, one layer after another: ln q at the seven places where it may be, and then the one
    # where it is at infinite width.
    ln_m, mu, v = np.full(L + 1, np.log(m0)), np.full(L + 1, np.log(m0)), np.zeros(L + 1)
    ln_q, found, dF = np.empty(8), np.empty((L, 8, 9)), np.empty((L, 7))
    for l in range(L):
        ln_q[:7], ln_q[7] = mu[l] + np.sqrt(v[l]) * _PLACES, ln_m[l]
        found[l] = look_up(np.logaddexp(ln_q + ln_sigma_w2[l], ln_sigma_b2))
        F, noise = _step(_Moments(*found[l, :7].T), n[l + 1], up[l])
        ln_m[l + 1], mu[l + 1] = found[l, 7, 0], _SHARES @ F
        dF[l] = F - mu[l + 1]
        v[l + 1] = _SHARES @ (dF[l] ** 2 + noise)

    # What each layer adds to S, all layers at once.
    moments = _Moments(*np.moveaxis(found[:, :7], 2, 0))
    B, noise_back, noise_both = _step_back(moments, *(x[:, None] for x in (n[1:], up, down)))
    mean_B = B @ _SHARES
    dB = B - mean_B[:, None]
    # F and B as straight lines in ln m: regression slopes over the seven places
    spread = np.sqrt(v[:-1])
    s, t = (
        np.divide((d * _PLACES) @ _SHARES, spread, where=spread > 0, out=np.zeros(L))
        for d in (dF, dB)
    )
    own, shared = (dB**2 + noise_back) @ _SHARES, (dF * dB + noise_both) @ _SHARES
    # For S summed from layer j up to l, all j at once: variance V, covariance C with ln m.
    V, C = np.zeros(L), np.zeros(L)
    for l in range(L):
        V[: l + 1] += 2 * t[l] * C[: l + 1] + own[l]
        C[: l + 1] = s[l] * C[: l + 1] + shared[l]

    # δˡ gathers nˡ⁺¹·Var Wˡ⁺¹ from every layer above it.
    gather = np.append(np.log(n[2:] * var_W[1:]), 0.0)
    backward = _with_band(_from_top(found[:, 7, 1] + gather), _from_top(mean_B + gather), V)
    return _with_band(ln_m, mu, v), backward


class _Moments(NamedTuple):
    """Gaussian moments of φ at some ln q, each an array over these; in the order of `_table`."""

    forward: np.ndarray  # ln E[φ²]
    backward: np.ndarray  # ln E[φ′²]
    kappa: np.ndarray
    kappa_back: np.ndarray
    both: np.ndarray
    slope: np.ndarray  # d ln E[φ²] / d ln q
    slope_back: np.ndarray
    bend: np.ndarray  # q² times the moment's second derivative, relative to the moment
    bend_back: np.ndarray


def _step(moments, n, up):
    """One layer of n units, given ln q: mean and variance of the ln m that comes out."""
    F, kappa = moments.forward, moments.kappa
    if up:
        # Orthogonal weights: |z| is fixed, so the spread that |z| would cause is missing.
        F, kappa = F - up * moments.bend / n, kappa - 2 * up * moments.slope**2
    shift, noise = _ln_of_average(kappa / n)
    return F + shift, noise


def _step_back(moments, n, up, down):
    """The gradient's share: its mean and variance, and its covariance with ln m."""
    slope = moments.slope_back
    B = moments.backward - up * moments.bend_back / n
    kappa = moments.kappa_back - 2 * up * slope**2 - 2 * down
    shift, noise = _ln_of_average(kappa / n)
    return B + shift, noise, (moments.both - 2 * up * moments.slope * slope) / n


def _lost_spread(n):
    """Shares of the length's spread that orthogonal matrices remove, upwards and downwards.

    All of it where the layer widens; where it narrows, a random part of the vector is cut off.
    """
    shares = np.minimum(1, n[1:] / n[:-1])
    return shares, np.append(np.minimum(1, n[1:-1] / n[2:]), 0)


def predict_from_averages(ln_theory, relative_variance, *, from_top=False):
    """Predict a quantity that each layer turns into an average of its own.

    Given the layer before, the average has the given relative variance, and its logarithm takes
    one step. The steps are independent; they add up from layer to layer.

    `ln_theory` is the logarithm of the quantity at infinite width, shape (layers,) as the relative
    variances. With `from_top` the last layer is the first step, as for a gradient.

    >>> predict_from_averages(np.zeros(3), np.full(3, 0.01)).log_variance.round(2)
    array([0.01, 0.02, 0.03])
    >>> predict_from_averages(np.zeros(3), np.full(3, 0.01), from_top=True).log_variance.round(2)
    array([0.03, 0.02, 0.01])
    """
    add_up = _from_top if from_top else np.cumsum
    shift, v = _ln_of_average(np.asarray(relative_variance))
    return _with_band(ln_theory, ln_theory + add_up(shift), add_up(v))


def _ln_of_average(relative_variance):
    """Mean and variance of ln(average), the average of positive terms taken as gamma distributed.

    First terms of digamma(k) − ln k and trigamma(k), with shape k = 1/relative variance.
    """
    r = np.maximum(relative_variance, 0)
    return -r * (1 / 2 + r / 12), r * (1 + r * (1 / 2 + r / 6))


def _from_top(per_layer):
    return np.cumsum(per_layer[::-1])[::-1]


def _with_band(ln_theory, mu, v):
    # rounding alone moves a quantity that no draw can move
    half = Z95 * np.sqrt(v) + 1e-9
    with np.errstate(over="ignore"):
        return PredictionWithBand(np.exp(ln_theory), np.exp(mu - half), np.exp(mu + half), v)


@lru_cache(maxsize=32)
def _moments(activation):
    """Return a function from an array of ln q to all `_Moments` of φ there, one a column."""
    z = np.exp(_LN_Q / 2)[:, None] * QUADRATURE_NODES
    # Where φ is flat to the last digit, E[φ′²] counts as 1e-150 instead of 0. Where φ overflows
    # there is no moment: NaN, and no prediction.
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        table = _table(activation.phi(z) ** 2, activation.dphi(z) ** 2)
        steps = np.diff(table, axis=0) / np.diff(_LN_Q)[:, None]

    def look_up(ln_q):
        at = np.minimum(np.maximum(ln_q, _LN_Q[0]), _LN_Q[-1])
        k = np.minimum(_LN_Q.searchsorted(at, side="right") - 1, len(_LN_Q) - 2)
        found = table.take(k, axis=0) + steps.take(k, axis=0) * (at - _LN_Q.take(k))[:, None]
        # straight on beyond the table, where all but the two logarithms are flat
        found[:, :2] += (ln_q - at)[:, None] * found[:, 5:7]
        return found

    return look_up


def _table(f2, df2):
    """Return all `_Moments`, a row for each point of the grid, from φ² and φ′² at the nodes."""
    p = QUADRATURE_WEIGHTS
    m, s = np.maximum(f2 @ p, 1e-150), np.maximum(df2 @ p, 1e-150)
    logs = np.log([m, s])
    slopes = np.gradient(logs, _LN_Q, axis=1)
    return np.column_stack([
        *logs,
        f2**2 @ p / m**2 - 1,
        3 * (df2**2 @ p) / s**2 - 1,  # δ is a Gaussian times φ′, and a Gaussian's E[g⁴] is 3
        (f2 * df2) @ p / (m * s) - 1,
        *slopes,
        *(slopes**2 - slopes + np.gradient(slopes, _LN_Q, axis=1)),
    ])  # fmt: skip
