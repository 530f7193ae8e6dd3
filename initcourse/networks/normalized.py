"""The perceptron with batch or layer normalisation before every hidden φ.

    ẑ = (s − mean s)/std s,   s = hW,   z = ẑ + b,   h = φ(z)

Batch normalisation takes mean and std over the inputs, for each unit; layer normalisation over
the units, for each input. Sources: Ioffe and Szegedy (2015), "Batch normalization", section 3;
Ba, Kiros, Hinton (2016), "Layer normalization", section 3. The learned scale is left out, and
a batch is always normalised by its own statistics, also when the network is only evaluated.
"""

from dataclasses import dataclass

import numpy as np

from initcourse._validate import one_of
from initcourse.networks.base import Signals, transposed
from initcourse.networks.mlp import MLP

#: The axis of (batch, units) over which mean and std are taken.
AXES = {"batch": -2, "layer": -1}
_EPS = 1e-5


@dataclass
class NormalizedSignals(Signals):
    """`Signals` with the normalised sums z_hat[l] and the stds that they were divided by."""

    z_hat: list[np.ndarray]
    std: list[np.ndarray]


class NormalizedMLP(MLP):
    """An `MLP` whose hidden layers normalise hW before the bias is added.

    `Gradients` of its backward pass hold δ = ∂loss/∂z, after normalisation.

    Parameters
    ----------
    weights, activation, output, biases
        As for `MLP`.
    over : {"batch", "layer"}

    Examples
    --------
    >>> from initcourse import he_normal, relu
    >>> net = NormalizedMLP.create([8, 30, 3], he_normal, relu, rng=0)
    >>> x = np.random.default_rng(1).standard_normal((50, 8))
    >>> net.forward(x).z[1].std(axis=0).round(1).min()
    np.float64(1.0)
    """

    options = ("over",)

    def __init__(self, weights, activation, *, over="batch", **options):
        super().__init__(weights, activation, **options)
        self.over = one_of("over", over, tuple(AXES))

    def _forward(self, x):
        axis, last = AXES[self.over], len(self.weights) - 1
        z, h, z_hat, std = [x], [x], [None], [None]
        for l, (W, b) in enumerate(zip(self.weights, self.biases, strict=True)):
            s = h[-1] @ W
            if l < last:
                s = s - s.mean(axis=axis, keepdims=True)
                std.append(np.sqrt((s * s).mean(axis=axis, keepdims=True) + _EPS))
                s = s / std[-1]
            z_hat.append(s)
            z.append(s + b[..., None, :])
            h.append(self.activations[l](z[-1]))
        return NormalizedSignals(z, h, z_hat, std)

    def _backward(self, found, signals, grad_output, to_input, to_weights):
        z, h, delta, from_above = signals.z, signals.h, found.delta, grad_output
        axis, L = AXES[self.over], len(self.weights)
        for l in range(L, 0, -1):
            delta[l] = below = from_above * self.activations[l - 1].derivative(z[l], h[l])
            if l < L:
                # what would shift or stretch s is undone by the normalisation
                z_hat = signals.z_hat[l]
                stretch = (below * z_hat).mean(axis=axis, keepdims=True)
                below = below - below.mean(axis=axis, keepdims=True) - z_hat * stretch
                below = below / signals.std[l]
            if to_weights:
                # W is read before the normalisation, b is added after it
                found.weights[l - 1] = transposed(h[l - 1]) @ below
                found.biases[l - 1] = delta[l].sum(axis=-2)
            if l > 1 or to_input:
                from_above = below @ transposed(self.weights[l - 1])
        if to_input:
            delta[0] = from_above
