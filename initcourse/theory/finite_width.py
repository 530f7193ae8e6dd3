"""How far a network of finite width strays from the theory: the band around its curve.

Take one input. With Gaussian weights, and given the layer below, the n values z of a layer are
independent Gaussians of one variance q. So m = mean(h²) is an average of n terms, φ(z)², with mean
E[φ²] and relative variance

    κ/n,   κ = E[φ⁴]/E[φ²]² − 1          (5 for ReLU, 2 for a linear layer),

and the next layer starts from the m that came out: u = ln m walks at random. For ReLU, where
ln E[φ²] is u plus a constant, its variance is 5 Σ 1/n to first order.

Backwards mean(δ²) is an average of n terms as well, g²φ′(z)², where g, what arrives from above, is
Gaussian and independent of z. It walks at random too, from the top down; but its steps depend on
the q that the forward walk left in each layer, so that one needs mean and variance of both walks,
and their covariance. `predict_strengths` follows them, and its comments are the rest of the
derivation; on a first reading what it promises is enough. Good for widths from about 24 units.

Sources: Hanin and Rolnick (2018), "How to start training: the effect of initialization and
architecture", for the sum of 1/n; Hanin and Nica (2020), "Products of many large random
matrices and gradients in deep neural networks", for the Gaussian walk of the logarithm.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from initcourse._validate import require_variance
from initcourse.theory.mean_field import QUADRATURE_NODES, QUADRATURE_WEIGHTS

#: Half width of a 95 % interval, in standard deviations.
Z95 = 1.959964
# Seven points and shares that stand for a standard Gaussian, exact up to degree 13. An eighth, at
# this index and of no share, is for the u of infinite width.
_INFINITE = 7
_POINTS, _SHARES = (np.append(part, 0.0) for part in np.polynomial.hermite_e.hermegauss(7))
_SHARES /= _SHARES.sum()
# ln q at which moments are tabulated: dense where activations bend, sparse where they are straight.
_LN_Q = np.concatenate(
    [np.arange(-110, -12, 2.0), np.arange(-12, 16, 0.01), np.arange(16, 111, 2.0)]
)


@dataclass
class PredictionWithBand:
    """One quantity layer by layer: theory, and the 95 % band over draws of the weights.

    The band lies about the mean of the logarithm, mostly below ln theory, for E[ln m] < ln E[m].

    Attributes
    ----------
    theory : ndarray, shape (layers,)
        Value at infinite width.
    low, high : ndarray, shape (layers,)
        At each layer, 95 of 100 draws of the weights fall between them.
    log_variance : ndarray, shape (layers,), or None
        Predicted variance, over draws, of the quantity's natural logarithm, where it has one.
    """

    theory: np.ndarray
    low: np.ndarray
    high: np.ndarray
    log_variance: np.ndarray | None = None


def predict_from_averages(ln_theory, relative_variance, *, from_top=False):
    """Predict a quantity that each layer turns into an average of its own.

    The simplest walk: given the layer before, the average has the given relative variance, and its
    logarithm takes one step. The steps are independent; they add up from layer to layer.

    `ln_theory` is the logarithm of the quantity at infinite width, shape (layers,) as the relative
    variances. With `from_top` the last layer is the first step, as for a gradient.

    >>> predict_from_averages(np.zeros(3), np.full(3, 0.01)).log_variance.round(2)
    array([0.01, 0.02, 0.03])
    >>> predict_from_averages(np.zeros(3), np.full(3, 0.01), from_top=True).log_variance.round(2)
    array([0.03, 0.02, 0.01])
    """
    add_up = _from_top if from_top else np.cumsum
    shift, v = _ln_of_average(np.asarray(relative_variance))
    return with_band(ln_theory, ln_theory + add_up(shift), add_up(v))


def with_band(ln_theory, mu, v, rounding=1e-9):
    """Return the prediction of a quantity whose logarithm has mean mu and variance v, over draws.

    The band is at least as wide as rounding, which moves what no draw can move.
    """
    half = Z95 * np.sqrt(np.maximum(v, 0)) + rounding
    with np.errstate(over="ignore"):
        return PredictionWithBand(np.exp(ln_theory), np.exp(mu - half), np.exp(mu + half), v)


def _ln_of_average(relative_variance):
    """Mean and variance of ln(average), the average of positive terms taken as gamma distributed.

    First terms of digamma(k) − ln k and trigamma(k), with shape k = 1/relative variance.
    """
    r = np.maximum(relative_variance, 0)
    return -r * (1 / 2 + r / 12), r * (1 + r * (1 / 2 + r / 6))


def _from_top(per_layer):
    return np.cumsum(per_layer[::-1])[::-1]


class _Average(NamedTuple):
    """An average over units of φ(z)² forwards, of g²φ′(z)² backwards, at some values of q.

    f is φ or φ′. Each field has the shape of those values: (8,) or (L, 8), or that of a table.
    """

    ln_mean: np.ndarray  # ln E[f²]
    kappa: np.ndarray  # relative variance of one term
    slope: np.ndarray  # d ln E[f²] / d ln q
    bend: np.ndarray  # q² times the second derivative of E[f²] by q, relative to E[f²]

    def step(self, n, lost, lost_g=0.0):
        """Return mean and variance of the logarithm of this average over n units.

        Independent Gaussians are a vector of fixed length times a random length, whose square has
        the relative variance 2/n. Along it the average moves, in relative terms, by `slope` times
        the relative change of q, and by `bend`/2 times the square of that: so the random length
        adds 2·slope²/n to the variance and bend/n to the mean. Orthogonal weights lack the share
        `lost` of it. They lack `lost_g` of the same for g, where slope is 1 and bend 0.
        """
        shift, noise = _ln_of_average((self.kappa - 2 * lost * self.slope**2 - 2 * lost_g) / n)
        return self.ln_mean - lost * self.bend / n + shift, noise


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
    require_variance("bias_variance", bias_variance)
    of_phi, of_dphi, of_both = _tables(activation)
    ln_sigma_w2 = np.log(n[:-1] * var_W)
    ln_sigma_b2 = np.log(bias_variance) if bias_variance else -np.inf
    up, down = _lost_spread(n) if orthogonal else np.zeros((2, L))

    # The forward walk: u = ln m has mean mu and variance v, and is ln_m at infinite width. One step
    # is u ← F(u) + ε; its mean and variance are averages of F and Var ε over the u below.
    ln_m, mu, v = np.full(L + 1, np.log(m0)), np.full(L + 1, np.log(m0)), np.zeros(L + 1)
    ln_q, dF = np.empty((2, L, len(_POINTS)))
    for l in range(L):
        u = mu[l] + np.sqrt(v[l]) * _POINTS
        u[_INFINITE] = ln_m[l]
        ln_q[l] = np.logaddexp(u + ln_sigma_w2[l], ln_sigma_b2)
        average = _look_up(of_phi, ln_q[l])
        F, noise = average.step(n[l + 1], up[l])
        ln_m[l + 1], mu[l + 1] = average.ln_mean[_INFINITE], _SHARES @ F
        dF[l] = F - mu[l + 1]
        v[l + 1] = _SHARES @ (dF[l] ** 2 + noise)

    # What φ′ lets through of the gradient's power, in logarithms, is B(u) + η: all layers at once.
    phi_here, dphi_here = _look_up(of_phi, ln_q), _look_up(of_dphi, ln_q)
    n_out, lost, lost_g = n[1:, None], up[:, None], down[:, None]
    B, noise_back = dphi_here.step(n_out, lost, lost_g)
    mean_B = B @ _SHARES
    dB = B - mean_B[:, None]
    # η and ε come from the same z
    noise_both = np.interp(ln_q, _LN_Q, of_both) - 2 * lost * phi_here.slope * dphi_here.slope
    own, common = (dB**2 + noise_back) @ _SHARES, (dF * dB + noise_both / n_out) @ _SHARES
    v_back = _variance_of_sums(_fitted_slope(dF, v[:-1]), _fitted_slope(dB, v[:-1]), own, common)

    # δˡ gathers nˡ⁺¹·Var Wˡ⁺¹ from every layer above it.
    gather = np.append(np.log(n[2:] * var_W[1:]), 0.0)
    wide, mean = (_from_top(part + gather) for part in (dphi_here.ln_mean[:, _INFINITE], mean_B))
    return with_band(ln_m, mu, v), with_band(wide, mean, v_back)


def _fitted_slope(values, v):
    """Return the slope of the straight line in u, of variance v, that fits values at points."""
    std = np.sqrt(v)
    return np.divide((values * _POINTS) @ _SHARES, std, where=std > 0, out=np.zeros(len(v)))


def _variance_of_sums(F_slope, B_slope, own, common):
    """Return the variance of S, the sum of what the layers l … L let through, for every l.

    A layer makes u into F(u) + ε and adds B(u) + η to S. With F and B as straight lines in u, and

        own = Var(B(u) + η),    common = Cov(F(u) + ε, B(u) + η),

    that is  Var S ← Var S + 2·B_slope·Cov(S, u) + own,   Cov(S, u) ← F_slope·Cov(S, u) + common.
    """
    V, C = np.zeros((2, len(own)))  # Var S and Cov(S, u), of the sums that begin in each layer
    for l in range(len(own)):
        V[: l + 1] += 2 * B_slope[l] * C[: l + 1] + own[l]
        C[: l + 1] = F_slope[l] * C[: l + 1] + common[l]
    return V


def _lost_spread(n):
    """Shares of the length's spread that orthogonal matrices remove, upwards and downwards.

    All of it where the layer widens; where it narrows, a random part of the vector is cut off.
    """
    shares = np.minimum(1, n[1:] / n[:-1])
    return shares, np.append(np.minimum(1, n[1:-1] / n[2:]), 0)


def _look_up(table, ln_q):
    """Return the `_Average` at any ln q: straight lines between the table's rows, and beyond."""
    found = _Average(*(np.interp(ln_q, _LN_Q, column) for column in table))
    beyond = ln_q - np.minimum(np.maximum(ln_q, _LN_Q[0]), _LN_Q[-1])  # np.clip is slow
    return found._replace(ln_mean=found.ln_mean + beyond * found.slope)


@lru_cache(maxsize=32)
def _tables(activation):
    """Return on the grid of ln q the `_Average` of φ and of φ′, and the terms' covariance."""
    z, p = np.exp(_LN_Q / 2)[:, None] * QUADRATURE_NODES, QUADRATURE_WEIGHTS
    # Where φ is flat to the last digit, E[φ′²] counts as 1e-150 instead of 0. Where φ overflows
    # there is no moment: NaN, and no prediction.
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        phi2, dphi2 = activation.phi(z) ** 2, activation.dphi(z) ** 2
        of_phi = _table(phi2, 1)
        of_dphi = _table(dphi2, 3)  # a Gaussian's E[g⁴] is 3 E[g²]²
        covariance = (phi2 * dphi2) @ p / np.exp(of_phi.ln_mean + of_dphi.ln_mean) - 1
    return of_phi, of_dphi, covariance


def _table(f2, g4):
    """Return the `_Average` on the grid, from f² at the nodes and g's fourth moment."""
    mean = np.maximum(f2 @ QUADRATURE_WEIGHTS, 1e-150)
    kappa = g4 * (f2**2 @ QUADRATURE_WEIGHTS) / mean**2 - 1
    slope = np.gradient(np.log(mean), _LN_Q)
    bend = slope**2 - slope + np.gradient(slope, _LN_Q)
    return _Average(np.log(mean), kappa, slope, bend)
