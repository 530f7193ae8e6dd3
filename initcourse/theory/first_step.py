"""What Adam's first step does to the z of each layer, by width.

The step moves every weight by its rate, ΔW = −η sign(G). For one input G = hᵀδ, so in a ReLU
network zⱼ changes by two parts:

    its own layer's step    −η sign(δⱼ) Σ|hᵢ|           n terms of one sign: they add like n
    what comes from below   Σ Δhᵢ Wᵢⱼ                   Δhᵢ is aligned with the weights behind it

With g = δⱼ over its standard deviation the change of an active unit is −(c sign(g) + d g) + noise,
and c, d and the noise's variance follow from those of the layer below. For wide layers and a small
rate.

Source: Yang and Hu et al. (2022), "Tensor programs V", arXiv 2203.03466, appendix J, for the
powers of n; the constants for ReLU are worked out here.
"""

from itertools import pairwise

import numpy as np

from initcourse._validate import one_of, whole

#: How weights and rates follow the width.
SCALINGS = ("standard", "µP")
_ABS = np.sqrt(2 / np.pi)  # E|g|


def width_scaling(kind, widths, base=64):
    """Return Var W and the factor on Adam's rate for each layer of a ReLU network.

    "standard" is He's 2/n_in, for the last layer 1/n_in, and one rate for all. "µP" (Yang and Hu
    et al. 2022, table 3) multiplies the rate of every layer but the first by base/n_in, and the
    variance of the last. At n_in = base the two are the same.

    >>> [v.round(6).tolist() for v in width_scaling("µP", [64, 256, 256, 10])]
    [[0.03125, 0.007812, 0.000977], [1.0, 0.25, 0.25]]
    """
    n_in = np.array([whole("a width", n) for n in widths[:-1]])
    variances, factors = 2 / n_in, np.ones(len(n_in))
    variances[-1] /= 2
    if one_of("kind", kind, SCALINGS) == "µP":
        factors[1:] = whole("base", base) / n_in[1:]
        variances[-1] *= factors[-1]
    return variances, factors


def predict_first_step(widths, variances, rates, x):
    """Return the root mean square change of each layer's z after Adam's first step.

    Parameters
    ----------
    widths : sequence of int
        Units in each layer, input first; the hidden ones ReLU, the last one logits.
    variances, rates : sequence of float
        Var W and η of each layer.
    x : ndarray, shape (n⁰,)
        The one input of the step.

    Examples
    --------
    >>> variances, factors = width_scaling("standard", widths := [50, 4096, 4096, 10])
    >>> predict_first_step(widths, variances, 0.001 * factors, np.ones(50)).round(2)
    array([ 0.04,  1.66, 20.59])
    """
    fans = list(pairwise(widths))
    # One input: Σ|hᵢ|, and Σhᵢ², which gives the next layer's q.
    total, squares = np.abs(x).sum(), np.sum(np.square(x))
    pushed = moved = 0.0  # E[|g| · size of Δh] over active units, and E[Δh²] over all of them
    changes = []
    for l, ((n_in, n_out), var, rate) in enumerate(zip(fans, variances, rates, strict=True)):
        last = l == len(fans) - 1
        active = n_out if last else n_out / 2
        c, noise = rate * total, var * n_in * moved * (1 - 1 / n_out)  # d's direction is taken out
        d = n_in / 2 * pushed * np.sqrt(var / active)
        # Logits: δ = softmax − one-hot at equal chances, so that E|g| is not a Gaussian's.
        abs_g = 2 * np.sqrt(1 - 1 / n_out) / np.sqrt(n_out) if last else _ABS
        aligned = c**2 + 2 * c * d * abs_g + d**2
        changes.append(np.sqrt(active / n_out * aligned + noise))
        pushed, moved = c * _ABS + d, (aligned + noise) / 2
        q = var * squares
        total, squares = n_out * np.sqrt(q / (2 * np.pi)), n_out * q / 2
    return np.array(changes)
