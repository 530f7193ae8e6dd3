"""Exercises of lesson 13, very deep networks."""

import numpy as np

from answer_checks.check import FunctionExercise

_RNG = np.random.default_rng(13)
_LAYERS = tuple(
    (_RNG.standard_normal(shape), _RNG.standard_normal(shape[1])) for shape in ((3, 5), (6, 2))
)

layer_jacobian = FunctionExercise.table("W, z", cases=_LAYERS)("""
W * (1 - np.tanh(z) ** 2)  # Column j gets φ′(z_j). Where a unit is saturated, its column is nearly
    # 0.
W  # That is ∂z/∂x. h = tanh z: the chain rule multiplies by tanh′(z_j).
W * np.tanh(z)  # This multiplies by φ(z); the chain rule asks for φ′(z) = 1 − tanh².
W * (1 - np.tanh(z))  # tanh′ is 1 − tanh², with the square.
W * (1 - z**2)  # tanh′ is 1 − tanh(z)²: the square is that of h, not of z.
(W * (1 - np.tanh(z) ** 2)).T  # This is the transpose: row i belongs to input i, column j to unit
    # j.
1 - np.tanh(z) ** 2  # This is φ′ alone, one number a unit. It multiplies W's columns.
np.tanh(z)  # This is the layer's output h. Asked for is how it changes with x.
W @ (1 - np.tanh(z) ** 2)  # @ sums over the units. Each column keeps its own number: *.
W / np.cosh(z)  # tanh′ is 1/cosh²: the square is missing.
...  # J_ij = W_ij φ′(z_j): column j of W is multiplied by one number, which is it?
""")

direction_factor = FunctionExercise.table(
    "k, n, L", cases=((32, 64, 30), (3, 10, 4), (1, 20, 7), (50, 100, 1))
)("""
((n - k + 1) / n) ** (L / 2)  # For k = n/2 it is about 2^(−L/2): half of all directions are crushed
    # more than that.
((n - k + 1) / n) ** L  # That is the mean square. A singular value multiplies a length: take the
    # root.
((n - k + 1) / n) ** 0.5  # That is one layer. L of them multiply.
((n - k) / n) ** (L / 2)  # One too many is taken: the first direction has all n dimensions, the
    # k-th n − k + 1.
((k - 1) / n) ** (L / 2)  # That is what is taken away; asked for is what is kept.
((n - k + 1) / n) ** (L * 2)  # The root halves the power: L/2.
L * ((n - k + 1) / n) ** 0.5  # Layers multiply, they do not add.
1 - L * (k - 1) / (2 * n)  # This is the first term of a series, good while it stays near 1. Layers
    # multiply.
2 ** (-L / 2)  # That is the middle direction, k = n/2. Asked for is any k.
...  # One layer keeps (n − k + 1)/n of the mean square. Then L of them, then the root.
""")

looks_linear = FunctionExercise.table(
    "W", cases=tuple((_RNG.standard_normal(shape),) for shape in ((2, 3), (4, 2)))
)("""
np.block([[W, -W], [-W, W]])  # ReLU(a)W − ReLU(−a)W = aW, and its negative at the right: nothing is
    # lost.
np.block([[W, W], [W, W]])  # This reads ReLU(a) + ReLU(−a), which is |a|. The sign of a is lost.
np.block([[W, -W], [W, -W]])  # This reads ReLU(a) + ReLU(−a), which is |a|: ReLU(−a) must enter
    # with a minus.
np.block([[W, W], [-W, -W]])  # Both halves are aW here. The right half must be −aW, or its ReLU
    # drops what the left one drops.
np.block([[W, 0 * W], [0 * W, W]])  # This sends the two ReLUs through W one by one: the left half
    # is ReLU(a)W, and not aW.
np.block([[-W, W], [W, -W]])  # The signs are exchanged: this makes (−aW, aW).
np.block([[W, -W], [-W, W]]) / 2  # No ½: only one of ReLU(a) and ReLU(−a) is not 0.
np.block([[W, -W], [-W, W]]) * np.sqrt(2)  # No √2: a pair loses nothing, so nothing is to be made
    # up for.
np.hstack([W, -W])  # This reads a itself, as the first layer does. The later ones read the pair,
    # twice as many rows.
np.vstack([W, -W])  # This makes aW alone. The next pair needs −aW, too.
...  # Rows belong to what is read, ReLU(a) first. Which block turns ReLU(−a) into its part of aW?
""")
