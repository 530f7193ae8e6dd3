"""What a random initializer must satisfy, as eight statistical tests on the weights it draws."""

import numpy as np

#: A normal variable lies beyond ±6.2 once in 1.8 billion times.
Z = 6.2
#: E[w⁴]/E[w²]² of each distribution; for the truncated one by integrating over [−2, 2].
KURTOSIS = {"normal": 3.0, "uniform": 1.8, "truncated_normal": 2.36558}
#: Largest |w| in standard deviations, and the density of |w|/largest just below 1.
EDGE = {"uniform": (np.sqrt(3), 1.0), "truncated_normal": (2 / 0.8796256610342398, 0.22625)}


def failures(init, variance, distribution="normal", shape=(300, 100), dtype=np.float64):
    """Return the letters of the tests that ``init(shape, rng)`` fails; "" if it passes them all.

    ========  ==========================================================================
    V         mean(w²) is `variance`
    M         the mean is 0
    B         the largest |w| reaches the edge of a bounded distribution, and not beyond
    K         the kurtosis is that of `distribution`
    U         the entries are distinct (float32: all but 1 %)
    R         only `rng` decides: same seed, same weights; another seed or a second call
              on one generator, other weights; NumPy's global state is left alone
    L         two calls on one generator are uncorrelated
    S, D      the shape and the dtype are those asked for
    ========  ==========================================================================

    Sample size N = 30 000 weights a draw for (300, 100) and for (5, 5, 30, 40).

    False positives. V, M, L are normal to within 2 % of a standard error at this N, with
    standard errors √((kurtosis − 1)/N)·variance, √(variance/N), 1/√N; limit 6.2 of them:
    6e-10 each, below 1e-9 with the skewness of V. K: 8 of its standard errors √(24/N),
    below 1e-9 with its skewness. B: the largest of N entries falls short of edge·(1 − 22/(N·f)),
    f the density at the edge, with probability e⁻²² = 3e-10. U, R, S, D cannot fail by chance.
    Together below 5e-9 a call; a run of the test suite makes fewer than 200 calls, so a
    correct library fails it for one set of seeds in a million (family rate < 1e-6).

    Misses. Each wrong version in wrong_initializers.py is more than 15 standard errors off,
    or off with certainty.
    """
    rng = np.random.default_rng(20260101)
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    W, second = init(shape, rng), init(shape, rng)
    failed = ""
    if W.shape != shape:
        failed += "S"
    if W.dtype != dtype:
        failed += "D"

    w, N = W.astype(float).ravel(), W.size
    failed += moment_failures(w, variance, distribution)
    if len(np.unique(w)) < (N if dtype == np.float64 else 0.99 * N):
        failed += "U"

    same, again = init(shape, np.random.default_rng(1)), init(shape, np.random.default_rng(1))
    other = init(shape, np.random.default_rng(2))
    untouched = np.array_equal(np.random.get_state()[1], state)  # noqa: NPY002
    if (
        not np.array_equal(same, again)
        or np.array_equal(same, other)
        or np.array_equal(W, second)
        or not untouched
    ):
        failed += "R"
    w, v = W.astype(float).ravel(), second.astype(float).ravel()
    if not abs(_correlation(w, v)) * np.sqrt(N) < Z:
        failed += "L"
    return failed


def moment_failures(w, variance, distribution):
    """Return which of V, M, B and K the weights fail, as above."""
    w, N, kurtosis = np.ravel(w).astype(float), np.size(w), KURTOSIS[distribution]
    failed = ""
    if abs(np.mean(w**2) / variance - 1) > Z * np.sqrt((kurtosis - 1) / N):
        failed += "V"
    if abs(w.mean()) > Z * np.sqrt(variance / N):
        failed += "M"
    if distribution in EDGE:
        edge, density = EDGE[distribution]
        largest = abs(w).max() / (edge * np.sqrt(variance))
        if not 1 - 22 / (density * N) < largest <= 1 + 1e-6:  # 1e-6: float32 rounds
            failed += "B"
    with np.errstate(invalid="ignore", divide="ignore"):  # a constant has no kurtosis: it fails
        if not abs(np.mean((w - w.mean()) ** 4) / w.var() ** 2 - kurtosis) < 8 * np.sqrt(24 / N):
            failed += "K"
    return failed


def _correlation(a, b):
    a, b = a - a.mean(), b - b.mean()
    with np.errstate(invalid="ignore", divide="ignore"):
        return a @ b / np.sqrt((a @ a) * (b @ b))
