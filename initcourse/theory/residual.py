"""What a residual network does to its stream: theory, and the band of a finite width.

One block, stream h of n units with m = mean(h²), branch b(h), h ← h + α b:

    m ← m + 2α·mean(h b) + α²·mean(b²)

"two layers", b = φ(hW₁)W₂: W₂ has mean zero, so mean(h b) = 0 on average, and

    m ← m + α² σ₂² E[φ(√q z)²],   q = σ₁² m      with σ₁² = n·Var W₁, σ₂² = n·Var W₂.

For ReLU this is a factor 1 + α² σ₁²σ₂²/2: ×2 with 2/n and 1/n, ×3 with 2/n twice (α = 1).

"one layer", b = φ(hW): b is independent of h, but neither needs mean zero. With μ = mean(h)

    m ← m + 2α μ E[φ] + α² E[φ²],     μ ← μ + α E[φ]      (moments at √q z, q = σ₁² m).

For ReLU, He's 2/n and α = 1 the first block doubles m, since μ = 0; as μ grows the factor rises
to 2.90. With α = 1/√L the mean adds up over the blocks, and m grows like ¼·exp(2√(L/π)).

Backward each block multiplies the gradient's mean square by 1 + α²χ, χ = σ₁²σ₂² E[φ′²] (σ₂ = 1
for one layer).

The band follows the variance of m (and μ) over draws, to first order in 1/n: given h, b has
independent entries, so mean(h b) and mean(b²) stray by the usual 1/√n. Sources: He et al. (2016),
"Identity mappings in deep residual networks"; Hanin and Rolnick (2018), "How to start training",
section 3, for the spread that stays bounded when Σα² does.
"""

from typing import NamedTuple

import numpy as np

from initcourse._validate import number, one_of, whole
from initcourse.networks.residual import BRANCHES
from initcourse.theory.finite_width import PredictionWithBand, with_band
from initcourse.theory.mean_field import QUADRATURE_NODES, QUADRATURE_WEIGHTS

#: How α depends on the number of blocks L.
ALPHAS = {"1": lambda L: 1.0, "1/√L": lambda L: L**-0.5, "1/L": lambda L: 1.0 / L}


def predict_residual(activation, branch, blocks, width, *, sigma_w2, alpha=1.0, m0=1.0, mean0=0.0):
    """Predict mean(stream²) of one input, and of the gradient of a random readout, N(0, 1).

    Parameters
    ----------
    activation : Activation
    branch : {"two layers", "one layer"}
    blocks, width : int
        L and n.
    sigma_w2 : (float, float) or float
        n·Var W₁ and n·Var W₂ of two layers; n·Var W of one.
    alpha : float
        α, the same for every block.
    m0, mean0 : float
        mean(h²) and mean(h) of the stream before the first block.

    Returns
    -------
    (PredictionWithBand, PredictionWithBand)
        Forward and backward for stream⁰ … streamᴸ. The gradient of one layer has no band (NaN):
        at finite width its mean is amplified as the stream's is, and no Gaussian describes that.

    Examples
    --------
    >>> from initcourse import relu
    >>> forward, backward = predict_residual(relu, "two layers", 3, 100, sigma_w2=(2, 1))
    >>> forward.theory.round(3), backward.theory.round(3)
    (array([1., 2., 4., 8.]), array([8., 4., 2., 1.]))
    >>> forward, _ = predict_residual(relu, "one layer", 3, 100, sigma_w2=2)
    >>> (forward.theory[1:] / forward.theory[:-1]).round(2)
    array([2.  , 2.45, 2.69])
    """
    one_of("branch", branch, tuple(BRANCHES))
    L, n = whole("blocks", blocks), whole("width", width)
    alpha = number("alpha", alpha, positive=False)
    m, mu = number("m0", m0), number("mean0", mean0, positive=False)
    first, second = (sigma_w2, 1.0) if branch == "one layer" else sigma_w2
    number("sigma_w2", first)
    if second != 0:  # a branch may begin as zero
        number("sigma_w2", second)
    block = _one_layer if branch == "one layer" else _two_layers

    ms, v, cov, steps = [m], [0.0], np.zeros((2, 2)), []  # cov of (m, μ) over draws
    for _ in range(L):
        steps.append(step := block(activation, m, mu, alpha, first, second, n))
        # noise is proportional to m², and E[m²] = m² + Var m
        cov = step.J @ cov @ step.J.T + step.noise * (1 + cov[0, 0] / m**2)
        m, mu = step.next
        ms.append(m)
        v.append(np.log1p(cov[0, 0] / m**2))
    forward = _with_band(np.array(ms), np.array(v))

    back = np.cumprod([1.0, *(step.factor_back for step in reversed(steps))])[::-1]
    if branch == "one layer":
        return forward, PredictionWithBand(back, *np.full((2, L + 1), np.nan))
    # ln of the backward factor is a straight line in ln m, of slope t. From the top down: its
    # variance, and its covariance with ln m below, on which every block above depends.
    v_back, from_m = np.zeros(L + 1), 0.0  # from_m: d ln(backward above) / d ln m
    for k in range(L - 1, -1, -1):
        passed = steps[k].J[0, 0] * ms[k] / ms[k + 1]
        t, below = steps[k].log_slope, passed * from_m
        v_back[k] = v_back[k + 1] + (t**2 + 2 * t * below) * v[k] + steps[k].noise_back
        from_m = t + below
    return forward, _with_band(back, v_back)


class _Block(NamedTuple):
    """What one block does."""

    next: tuple  # (m, μ) after it
    J: np.ndarray  # their derivatives by (m, μ) before it
    noise: np.ndarray  # the covariance that its draw adds
    factor_back: float  # on the gradient's mean square
    # of two layers, the variance of its logarithm, and d ln factor_back / d ln m
    noise_back: float = np.nan
    log_slope: float = np.nan


def _moments(activation, q):
    """Return E b, E b², …, E φ′² and E φ′⁴ for b = φ(√q u), and their derivatives by q, by name."""
    u = QUADRATURE_NODES
    b, slope = activation.phi(np.sqrt(q) * u), activation.dphi(np.sqrt(q) * u)
    values = {"b": b, "b2": b**2, "b3": b**3, "b4": b**4, "s2": slope**2, "s4": slope**4}
    # as in `map_slope`: the Gaussian density is differentiated
    rules = QUADRATURE_WEIGHTS, QUADRATURE_WEIGHTS * (u**2 - 1) / (2 * q)
    return [{name: float(value @ rule) for name, value in values.items()} for rule in rules]


def _two_layers(phi, m, mu, alpha, sigma1_2, sigma2_2, n):
    e, by_q = _moments(phi, sigma1_2 * m)
    f = sigma2_2 * e["b2"]  # E b², b Gaussian given the inner layer
    kappa = e["b4"] / e["b2"] ** 2 - 1
    noise = 4 * alpha**2 * m * f / n + alpha**4 * f**2 * (2 + kappa) / n
    share = alpha**2 * sigma1_2 * sigma2_2
    J = np.diag([1 + share * by_q["b2"], 1.0])
    # δ is a Gaussian times φ′, and a Gaussian's fourth moment is 3
    gain, kappa = share * e["s2"], 3 * e["s4"] / max(e["s2"], 1e-150) ** 2 - 1
    noise_back = (4 * gain / n + gain**2 * (2 + kappa) / n) / (1 + gain) ** 2
    log_slope = share * by_q["s2"] * sigma1_2 * m / (1 + gain)
    back = 1 + gain, np.log1p(noise_back), log_slope
    return _Block((m + alpha**2 * f, mu), J, np.diag([noise, 0.0]), *back)


def _one_layer(phi, m, mu, alpha, sigma_w2, _, n):
    e, by_q = _moments(phi, sigma_w2 * m)
    var, both = e["b2"] - e["b"] ** 2, e["b3"] - e["b"] * e["b2"]  # Var b, Cov(b, b²)
    m_next = m + 2 * alpha * mu * e["b"] + alpha**2 * e["b2"]
    J = np.array([
        [1 + sigma_w2 * (2 * alpha * mu * by_q["b"] + alpha**2 * by_q["b2"]), 2 * alpha * e["b"]],
        [sigma_w2 * alpha * by_q["b"], 1.0],
    ])  # fmt: skip
    mm = 4 * alpha**2 * m * var + 4 * alpha**3 * mu * both + alpha**4 * (e["b4"] - e["b2"] ** 2)
    mmu = 2 * alpha**2 * mu * var + alpha**3 * both
    noise = np.array([[mm, mmu], [mmu, alpha**2 * var]]) / n
    return _Block((m_next, mu + alpha * e["b"]), J, noise, 1 + alpha**2 * sigma_w2 * e["s2"])


def _with_band(theory, v):
    # the mean is the theory, so the logarithm's mean lies v/2 lower; float32 rounds
    return with_band(np.log(theory), np.log(theory) - v / 2, v, rounding=1e-6)
