"""The perceptron with batch or layer normalisation before every hidden φ.

    ẑ = (s − mean s)/std s,   s = hW,   z = ẑ + b,   h = φ(z)

Batch normalisation takes mean and std over the inputs, for each unit; layer normalisation over
the units, for each input. Sources: Ioffe and Szegedy (2015), "Batch normalization", section 3;
Ba, Kiros, Hinton (2016), "Layer normalization", section 3. The learned scale is left out, and
a batch is always normalised by its own statistics, also when the network is only evaluated.
"""

from dataclasses import dataclass

import numpy as np

from initcourse.activations import identity
from initcourse.arguments import one_of
from initcourse.network import MLP, Gradients, Signals

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

    def __init__(self, weights, activation, *, output=identity, biases=None, over="batch"):
        super().__init__(weights, activation, output=output, biases=biases)
        self.over = one_of("over", over, tuple(AXES))

    def forward(self, x):
        """Push a batch x of shape (batch, n⁰) through the network; return its signals."""
        axis, last = AXES[self.over], len(self.weights) - 1
        z, h, z_hat, std = [x], [x], [None], [None]
        with np.errstate(over="ignore", invalid="ignore"):
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

    def layers(self, x):
        """Yield zˡ, hˡ for l = 1 … L."""
        signals = self.forward(x)
        yield from zip(signals.z[1:], signals.h[1:], strict=True)

    def backward(self, signals, grad_output, *, to_input=True, out=None):
        """Push ∂loss/∂hᴸ back; return `Gradients`, with δ = ∂loss/∂z after normalisation."""
        axis, L = AXES[self.over], len(self.weights)
        delta = [None] * (L + 1)
        grad_W, grad_b = out or ([None] * L, [None] * L)
        phis = [identity, *self.activations]
        with np.errstate(over="ignore", invalid="ignore"):
            delta[L] = grad_output * phis[L].slope(signals.z[L], signals.h[L])
            for l in range(L, 0, -1):
                grad_b[l - 1] = delta[l].sum(axis=-2, out=grad_b[l - 1])
                below = delta[l]
                if l < L:
                    # what would shift or stretch s is undone by the normalisation
                    z_hat = signals.z_hat[l]
                    stretch = (below * z_hat).mean(axis=axis, keepdims=True)
                    below = below - below.mean(axis=axis, keepdims=True) - z_hat * stretch
                    below = below / signals.std[l]
                h_T, W_T = signals.h[l - 1].swapaxes(-1, -2), self.weights[l - 1].swapaxes(-1, -2)
                grad_W[l - 1] = np.matmul(h_T, below, out=grad_W[l - 1])
                if l > 1 or to_input:
                    delta[l - 1] = below @ W_T
                    delta[l - 1] *= phis[l - 1].slope(signals.z[l - 1], signals.h[l - 1])
        return Gradients(delta, grad_W, grad_b)
