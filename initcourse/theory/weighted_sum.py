"""The weighted sum z = Σ wᵢxᵢ of n inputs: its second moment and its whole distribution.

The weights are independent N(0, Var w). The inputs are Gaussian with variance 1, mean µ and
correlation ρ between any two of them; µ and ρ are there to be blamed: they change the shape of
the distribution, but not E[z²] = n·Var w·E[x²].
"""

import numpy as np

from initcourse._validate import number, whole


def power(n, var_w, mean=0.0):
    """Return E[z²] = n·Var(w)·E[x²], with E[x²] = 1 + µ².

    >>> power(100, 0.01, mean=1.0)
    2.0
    """
    return whole("n", n) * number("var_w", var_w) * (1 + mean**2)


def relative_spread(n, mean=0.0, correlation=0.0):
    """Return Var(Σx²)/E[Σx²]²: how much the strength of the inputs varies from input to input.

    It falls like 2/n for independent inputs and stays at 2ρ² for correlated ones (µ = 0).

    >>> relative_spread(1000).__round__(4), relative_spread(1000, correlation=0.5).__round__(2)
    (0.002, 0.5)
    """
    a, total = _eigenvalues(n, correlation), n * (1 + mean**2)
    variance = 2 * ((n - 1) * a[0] ** 2 + a[1] ** 2) + 4 * mean**2 * n * a[1]
    return variance / total**2


def neuron_spread(n, mean=0.0, correlation=0.0):
    """Return Var(E_x[z²])/E[z²]²: how much one neuron, its weights kept, differs from another.

    >>> neuron_spread(1000).__round__(4), neuron_spread(1000, correlation=0.5).__round__(2)
    (0.002, 0.5)
    """
    one, common = 1 - correlation, correlation + mean**2
    trace_of_square = n * (one**2 + 2 * one * common) + (n * common) ** 2
    return 2 * trace_of_square / (n * (1 + mean**2)) ** 2


def distribution(z, n, var_w, mean=0.0, correlation=0.0):
    """Return P(sum ≤ z), shape of z, by inverting the characteristic function.

    Given the inputs, the sum is N(0, Var w·Σx²), and the Laplace transform of Σx² is known
    for correlated Gaussians: E[e^{−aΣx²}] = Π (1 + 2aλᵢ)^{−½} · e^{−a n µ²/(1 + 2aλ)}, with λᵢ
    the eigenvalues of the inputs' covariance and λ = 1 − ρ + nρ the one along (1, …, 1).
    The integral is cut off: errors stay below 2·10⁻⁴ for n = 1 or ρ = 1, below 2·10⁻⁶ otherwise.

    >>> distribution(np.array([-50.0, 0.0, 50.0]), 10, 0.1).round(3)
    array([0. , 0.5, 1. ])
    """
    low, high = _eigenvalues(n, correlation)
    sigma = np.sqrt(power(n, var_w, mean))
    step = 0.05 / sigma
    t = step * (np.arange(4000) + 0.5)
    a = t**2 * var_w / 2
    ln_phi = -0.5 * ((n - 1) * np.log1p(2 * a * low) + np.log1p(2 * a * high))
    phi = np.exp(ln_phi - a * n * mean**2 / (1 + 2 * a * high))
    # Gil-Pelaez: F(z) = ½ + (1/π) ∫ φ(t) sin(tz)/t dt
    return 0.5 + step / np.pi * (np.sin(np.multiply.outer(z, t)) @ (phi / t))


def _eigenvalues(n, correlation):
    # of the covariance (1 − ρ)I + ρ11ᵀ: n − 1 times the first, once the second
    return 1 - correlation, 1 - correlation + n * correlation
