"""The initialization rules that the course compares, each under one name everywhere."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from initcourse import initializers as init


@dataclass(frozen=True)
class Rule:
    """A named rule for the initial weights.

    Attributes
    ----------
    label : str
        The rule, as menus and legends show it.
    draw : callable
        ``draw(shape, rng=..., dtype=...)`` returns the weights.
    variance : callable or None
        ``variance(n_in, n_out)`` is Var W; None where weights are not random.
    orthogonal : bool
        Whether the matrix is orthogonal, so that its entries are not independent.

    Examples
    --------
    >>> RULES["he"].variance(100, 50)
    0.02
    >>> RULES["he"].draw((100, 50), rng=0).shape
    (100, 50)
    """

    label: str
    draw: Callable
    variance: Callable[[int, int], float] | None
    orthogonal: bool = False


def _glorot_variance(n_in, n_out):
    return 2 / (n_in + n_out)


#: Every rule of the course, by the key that one types. A label has its colour in
#: `figures.style.RULE_STYLE`.
RULES = {
    "zeros": Rule("zeros", init.zeros, None),
    "constant": Rule("constant 1/n", init.constant, None),
    "small_normal": Rule("N(0, 0.01²)", partial(init.normal, std=0.01), lambda n_in, n_out: 1e-4),
    "unit_normal": Rule("N(0, 1)", partial(init.normal, std=1.0), lambda n_in, n_out: 1.0),
    "torch_default": Rule(
        "U(±1/√n)",
        partial(init.variance_scaling, scale=1 / 3, distribution="uniform"),
        lambda n_in, n_out: 1 / (3 * n_in),
    ),
    # LeCun's draw, under the name that many texts and Caffe give it; `initializers.xavier_*`
    # is Glorot's, as in the paper
    "xavier": Rule("Xavier 1/n", init.lecun_normal, lambda n_in, n_out: 1 / n_in),
    "glorot": Rule("Glorot 2/(n_in+n_out)", init.xavier_normal, _glorot_variance),
    "glorot_uniform": Rule("Glorot uniform", init.xavier_uniform, _glorot_variance),
    "he": Rule("He 2/n", init.he_normal, lambda n_in, n_out: 2 / n_in),
    "orthogonal": Rule(
        "orthogonal", init.orthogonal, lambda n_in, n_out: 1 / max(n_in, n_out), orthogonal=True
    ),
}

#: The three answers to "which fan?", each the same normal draw with another variance.
FAN_RULES = {
    "xavier": RULES["xavier"],
    "fan_out": Rule(
        "1/n_out", partial(init.lecun_normal, mode="fan_out"), lambda n_in, n_out: 1 / n_out
    ),
    "glorot": RULES["glorot"],
}


def layer_variances(rule, widths, scale=1.0):
    """Return Var Wˡ of each layer, stds multiplied by `scale`, for a rule that has a variance.

    >>> layer_variances(RULES["xavier"], [50, 20, 10]).round(3)
    array([0.02, 0.05])
    """
    return np.array([scale**2 * rule.variance(*fans) for fans in pairwise(widths)])
