"""Where a network of any φ stands: fixed points of its moment map, and the edge of chaos.

    q′ = σ_w² E[φ(√q z)²] + σ_b²          has fixed points q*; one is stable if |dq′/dq| < 1
    χ  = σ_w² E[φ′(√q z)²]                the gradient's factor; χ = 1 at q* is the edge of chaos

Sources: Poole et al. (2016), "Exponential expressivity in deep neural networks through transient
chaos", section 2; Schoenholz et al. (2017), "Deep information propagation", section 3.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from initcourse._validate import number, require_variance
from initcourse.theory.mean_field import chi, gaussian_mean, moment_map, second_moment, slope_moment

# Where fixed points are looked for; q = 0 is looked at by itself.
_GRID = np.geomspace(1e-9, 1e9, 541)


@dataclass(frozen=True)
class FixedPoint:
    """A fixed point q* of the moment map.

    `slope` is dq′/dq at q*: below 1 a disturbed signal returns, above 1 it goes away. `chi` is the
    factor on the gradient's mean square in one layer.
    """

    q: float
    slope: float
    chi: float

    @property
    def stable(self):
        """Whether signals near q* go to it.

        A slope is never below −½ there: in `map_slope`, z² − 1 ≥ −1 and σ_w² E[φ²] ≤ q*.
        """
        return self.slope < 1


def halve(low, high, is_below, times=60):
    """Return the place between low and high up to which `is_below` holds.

    >>> halve(0.0, 4.0, lambda x: x * x < 2).__round__(6)
    1.414214
    """
    for _ in range(times):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return float((low + high) / 2)


def map_slope(activation, q, sigma_w2):
    """Return dq′/dq = σ_w² E[φ(√q z)² (z² − 1)]/2q, the slope of the moment map; q > 0.

    Differentiating the Gaussian density instead of φ² brings in the factor (z² − 1)/2q.

    >>> from initcourse import tanh
    >>> round(map_slope(tanh, 1.0, 1.0), 4)
    0.1818
    """
    number("q", q)
    moment = gaussian_mean(lambda x: activation.phi(x) ** 2 * (x**2 / q - 1), q)
    return sigma_w2 * moment / (2 * q)


def fixed_points(activation, sigma_w2, sigma_b2=0.0):
    """Return all fixed points of the moment map up to q = 10⁹, or to overflow, lowest first.

    Stable and unstable `FixedPoint`s in turn; none if every signal grows past the end. For a φ
    that is two straight lines there is one at most, of q = NaN if every q is fixed (ReLU at
    σ_w² = 2 without bias). σ_w² = n·Var W is positive, and σ_b² = Var b not negative: else a
    ValueError.

    >>> from initcourse.activations import gelu
    >>> [(round(p.q, 3), p.stable) for p in fixed_points(gelu, 2.2)]
    [(0.0, True), (1.722, False)]
    """
    number("sigma_w2", sigma_w2), require_variance("sigma_b2", sigma_b2)
    if activation.slopes:
        factor = float(chi(activation, 1.0, sigma_w2))
        every_q = np.isclose(factor, 1, rtol=1e-12, atol=0)
        if factor > 1 or every_q:
            return (FixedPoint(np.nan, 1.0, 1.0),) if every_q and sigma_b2 == 0 else ()
        return (FixedPoint(sigma_b2 / (1 - factor), factor, factor),)

    def grows(q):
        return moment_map(activation, q, sigma_w2, sigma_b2) > q

    found = []
    if sigma_b2 == 0 and activation.phi(np.zeros(1))[0] == 0:
        at_zero = float(chi(activation, 0.0, sigma_w2))
        # on the edge the next order decides: growing or shrinking just above 0
        if abs(at_zero - 1) < 1e-6:
            at_zero = np.nextafter(1.0, 2.0 if grows(_GRID[0]) else 0.0)
        found.append(FixedPoint(0.0, at_zero, at_zero))
    moments = _second_moments(activation)
    up = sigma_w2 * moments + sigma_b2 - _GRID[: len(moments)] > 0
    for k in np.flatnonzero(up[:-1] != up[1:]):
        q = halve(_GRID[k], _GRID[k + 1], lambda q, up=up[k]: grows(q) == up, times=45)
        slope, factor = map_slope(activation, q, sigma_w2), chi(activation, q, sigma_w2)
        found.append(FixedPoint(q, float(slope), float(factor)))
    return tuple(found)


def fixed_point(activation, sigma_w2, sigma_b2=0.0):
    """Return the largest stable q* of `fixed_points`; inf if there is none, for signals explode.

    It is 0 if signals die, and NaN if every q is a fixed point.

    >>> from initcourse import sigmoid, tanh
    >>> round(fixed_point(tanh, (5 / 3) ** 2), 5), round(fixed_point(sigmoid, 1.0), 5)
    (1.17848, 0.26469)
    """
    points = fixed_points(activation, sigma_w2, sigma_b2)
    return next((p.q for p in points[::-1] if p.stable or np.isnan(p.q)), np.inf)


@lru_cache(maxsize=32)
def _second_moments(activation):
    """E[φ²] on the grid, up to where φ overflows."""
    with np.errstate(all="ignore"):
        moments = second_moment(activation, _GRID)
    overflows = ~np.isfinite(moments)
    return moments[: np.argmax(overflows)] if overflows.any() else moments


def critical_pair(activation, q=1.0):
    """Return (σ_w², σ_b²) that make q a fixed point with χ = 1.

    σ_w² = 1/E[φ′²] lets the gradient's strength pass unchanged; σ_b² = q − σ_w² E[φ²] then fills
    up the signal. It can come out negative: no bias can do that, and φ must be centred first.

    >>> from initcourse import tanh
    >>> sigma_w2, sigma_b2 = critical_pair(tanh)
    >>> round(sigma_w2, 4), round(sigma_b2, 4)
    (2.1533, 0.151)
    """
    number("q", q)
    sigma_w2 = 1 / slope_moment(activation, q)
    return float(sigma_w2), float(q - sigma_w2 * second_moment(activation, q))


def critical_sigma_w2(activation, sigma_b2):
    """Return the σ_w² at which a network with this σ_b² stands on the edge of chaos.

    For a φ such that `critical_pair` has a larger σ_b² for a larger q, as tanh. A ValueError if
    σ_b² is negative, or no q up to 10⁴ has such a σ_w².

    >>> from initcourse import tanh
    >>> [round(critical_sigma_w2(tanh, sigma_b2), 3) for sigma_b2 in (0, 0.05, 0.5)]
    [1.0, 1.761, 2.843]
    """

    def falls_short(q):
        return critical_pair(activation, q)[1] < sigma_b2

    require_variance("sigma_b2", sigma_b2)
    if falls_short(1e4):
        raise ValueError(f"no critical σ_w² for sigma_b2 = {sigma_b2!r} and φ = {activation.name}")
    return critical_pair(activation, halve(0.0, 1e4, falls_short, times=100))[0]
