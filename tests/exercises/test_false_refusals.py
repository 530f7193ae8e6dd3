"""How often chance refuses a right answer: calculated from the bounds that the checks use.

A check that draws compares averages of N numbers with bounds. For an average of N independent Y
with mean below 0, Chernoff's bound holds for every t > 0:

    P(mean of Y > 0) ≤ E[exp(tY)]^N,

so the smallest value over t is a probability that is not exceeded: no normal approximation. The
expectation is an integral over one standard Gaussian or uniform number, on a grid.

========================  =========  ==========================  =======================
check                     N          statistic                   limit
========================  =========  ==========================  =======================
he_normal,                54 000     mean / standard error       ±6
xavier_uniform            54 000     mean of W² / variance       1 ± 0.045
                          35 000     the same, second size       1 ± 0.06
                          54 000     kurtosis                    3 ± 0.169 or 1.8 ± 0.2
                          54 000     equal weights in float32    1 %
recurrent_matrix          none       singular values             rounding only
init_std, by the          200 000    mean of φ(z)²               2 % of its root
learner's own draws
all others                none       fixed cases, fixed seeds    deterministic
========================  =========  ==========================  =======================

A right answer to one of the first two is refused with a probability below 1e-7, so a learner who
answers everything rightly expects fewer than 1e-6 false refusals in the whole course. The seeds of
the checks are fixed besides: what is accepted once is accepted always.
"""

import math

import numpy as np
import pytest

import initcourse as ic
from initcourse.exercises import check_initializer as check

N, OTHER = check.N, check.OTHER_IN * check.OTHER_OUT
_Z = np.linspace(-9.5, 9.5, 8001)
_MIDDLES = (np.arange(8000) + 0.5) / 4000 - 1
#: name → (values of one number of variance 1, their weights, probability of a value beyond them)
DRAWS = {
    "normal": (_Z, np.exp(-(_Z**2) / 2) / math.sqrt(2 * math.pi) * (_Z[1] - _Z[0]),
               math.erfc(9.5 / math.sqrt(2))),
    "uniform": (math.sqrt(3) * _MIDDLES, np.full(8000, 1 / 8000), 0.0),
}  # fmt: skip


def chance(y, weights, n):
    """Chernoff's bound on the chance that the mean of n values with E[y] < 0 is above 0."""
    assert weights @ y < 0
    best = 0.0
    for t in np.geomspace(1e-4, 30, 500) / np.abs(y).max():
        with np.errstate(over="ignore"):
            best = min(best, n * math.log(weights @ np.exp(t * y)))
    return math.exp(best)


def refused(draw):
    """Bounds on the chances of the ways in which a right draw can be refused."""
    z, p, beyond = DRAWS[draw]
    band, other = check.VARIANCE_BAND, check.OTHER_VARIANCE_BAND
    # |mean| > limit·√(measured/N) while measured > (1 − band)·variance
    far = check.MEAN_LIMIT * math.sqrt((1 - band) / N)
    chances = {
        "mean": 2 * chance(z - far, p, N),
        "variance above": chance(z**2 - (1 + band), p, N),
        "variance below": chance((1 - band) - z**2, p, N),
        "second size above": chance(z**2 - (1 + other), p, OTHER),
        "second size below": chance((1 - other) - z**2, p, OTHER),
    }
    # With m2 = 1 + d: m2² ≥ 1 + 2d, and m2² ≤ 1 + 2d + band² while the variance is accepted. So
    # m4 > k·m2² implies mean(z⁴ − 2k·z² + k) > 0, and m4 < k·m2² implies mean(−z⁴ + …) > 0.
    kurtosis, limit = {
        "normal": (3, check.KURTOSIS_LIMIT),
        "uniform": (1.8, check.UNIFORM_KURTOSIS_LIMIT),
    }[draw]
    high, low = kurtosis + limit, kurtosis - limit
    chances["kurtosis above"] = chance(z**4 - 2 * high * z**2 + high, p, N)
    chances["kurtosis below"] = chance(2 * low * z**2 - low * (1 - band**2) - z**4, p, N)
    chances["beyond the grid"] = (N + OTHER) * beyond
    return chances


@pytest.mark.parametrize("draw", DRAWS)
def test_a_right_initializer_is_refused_less_than_once_in_ten_million(draw):
    chances = refused(draw)
    assert sum(chances.values()) < 1e-7, chances
    assert chances["mean"] > 0.5 * sum(chances.values())  # the others are far below


def test_float32_draws_are_distinct_enough():
    # 2²³ values at least: the number of equal pairs has mean N²/2/2²³ = 174, and 1 % of N is 540.
    # Poisson tail, Chernoff: exp(−mean)·(e·mean/k)^k
    mean, k = N**2 / 2 / 2**23, (1 - check.MANY) * N
    assert -mean + k * (1 + math.log(mean / k)) < math.log(1e-30)


def test_a_mean_over_200_000_draws_is_near_enough_for_init_std():
    exercise = ic.exercises.init_std
    z, p, _ = DRAWS["normal"]
    total = 0.0
    for phi, _ in exercise.cases:
        second = phi(z) ** 2 / (p @ phi(z) ** 2)
        # the answer is 1/√(mean), accepted within rtol: the mean within (1 ± rtol)^∓2
        above, below = (1 - exercise.rtol) ** -2, (1 + exercise.rtol) ** -2
        total += chance(second - above, p, 200_000) + chance(below - second, p, 200_000)
    assert total < 1e-9


def test_the_bound_is_a_bound_and_not_a_loose_one():
    # for the mean of N Gaussians the tail is known: Chernoff's bound is 5 to 15 times above it
    z, p, _ = DRAWS["normal"]
    for sigmas in (3, 5):
        exact = math.erfc(sigmas / math.sqrt(2)) / 2
        assert 1 < chance(z - sigmas / math.sqrt(1000), p, 1000) / exact < 20


def test_the_bounds_see_the_slips():
    # The nearest slip in variance is more than 19 % away, 4 times the band.
    for name in ("he_normal", "xavier_uniform"):
        exercise = getattr(ic.exercises, name)
        right = exercise.variance(check.N_IN, check.N_OUT)
        for slip in exercise.slips:
            wrong = exercise.variance(check.N_IN, check.N_OUT, code=slip)
            assert abs(wrong / right - 1) > 4 * check.VARIANCE_BAND
