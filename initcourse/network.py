"""A multilayer perceptron that keeps every layer's signal and gradient.

Forward, for l = 1 … L, with h⁰ = x:        zˡ = hˡ⁻¹ Wˡ + bˡ,   hˡ = φ(zˡ)
Backward, with δˡ = ∂loss/∂zˡ:              δˡ⁻¹ = (δˡ Wˡᵀ) ∘ φ′(zˡ⁻¹)
                                            ∂loss/∂Wˡ = hˡ⁻¹ᵀ δˡ

Arrays are ``(batch, units)``. An optional leading axis holds several networks of one
shape, which then compute together: weights ``(networks, fan_in, fan_out)``.
"""

import itertools
from dataclasses import dataclass

import numpy as np

from initcourse.activations import Activation, identity
from initcourse.arguments import generator


@dataclass
class Signals:
    """What the forward pass leaves behind: z[l] and h[l] for l = 0 … L.

    Layer 0 is the input, z[0] = h[0] = x.
    """

    z: list[np.ndarray]
    h: list[np.ndarray]

    @property
    def output(self):
        """h[L], the network's output."""
        return self.h[-1]


@dataclass
class Gradients:
    """What the backward pass leaves behind.

    delta[l] = ∂loss/∂z[l] for l = 0 … L (delta[0] is the gradient of the input, or None);
    weights[l−1] = ∂loss/∂Wˡ and biases[l−1] = ∂loss/∂bˡ.
    """

    delta: list[np.ndarray]
    weights: list[np.ndarray]
    biases: list[np.ndarray]


class MLP:
    """A feed-forward network of dense layers.

    Parameters
    ----------
    weights : list of ndarray
        Wˡ, shape ``(fan_in, fan_out)``, or ``(networks, fan_in, fan_out)``.
    activation : Activation
        φ of the hidden layers.
    output : Activation
        φ of the last layer; the identity unless said otherwise.
    biases : list of ndarray, optional
        bˡ, shape ``(fan_out,)`` or ``(networks, fan_out)``; zero by default.

    Raises
    ------
    ValueError
        If there is no layer, or two neighbouring shapes do not fit.

    Examples
    --------
    >>> from initcourse import he_normal, relu
    >>> net = MLP.create([8, 32, 3], he_normal, relu, rng=0)
    >>> x = np.ones((5, 8))
    >>> signals = net.forward(x)
    >>> [h.shape for h in signals.h]
    [(5, 8), (5, 32), (5, 3)]
    >>> gradients = net.backward(signals, np.ones((5, 3)))
    >>> gradients.weights[0].shape
    (8, 32)
    """

    def __init__(self, weights, activation, *, output=identity, biases=None):
        self.weights = list(weights)
        if not self.weights:
            raise ValueError("a network needs at least one weight matrix, got none")
        for W in self.weights:
            if np.ndim(W) < 2:
                raise ValueError(f"a weight matrix needs two axes, got shape {np.shape(W)}")
        for below, above in zip(self.weights, self.weights[1:], strict=False):
            if below.shape[-1] != above.shape[-2]:
                raise ValueError(f"shapes do not fit: {below.shape} is followed by {above.shape}")
        require_activations(activation, output)
        self.biases = biases_of(self.weights, biases)
        self.activations = [activation] * (len(self.weights) - 1) + [output]

    @classmethod
    def create(cls, widths, init, activation, *, output=identity, rng=None):
        """Build a network of the given widths (input first, output last), drawn by `init`.

        `init` is called once a layer as ``init((fan_in, fan_out), rng=rng)``; the biases are 0.
        """
        widths = list(widths)
        if len(widths) < 2:
            raise ValueError(f"widths must name at least an input and an output, got {widths!r}")
        rng = generator(rng)
        shapes = itertools.pairwise(widths)
        return cls([init(shape, rng=rng) for shape in shapes], activation, output=output)

    @classmethod
    def stack(cls, networks, *, dtype=None, **options):
        """Return copies of networks of one shape as one `MLP` that computes all of them at once.

        The weights get a leading axis: ``(networks, fan_in, fan_out)``; `options` go to the class.
        """
        first = networks[0]
        weights, biases = (
            [np.stack(layer).astype(dtype or layer[0].dtype) for layer in zip(*kind, strict=True)]
            for kind in ([net.weights for net in networks], [net.biases for net in networks])
        )
        phi, output = first.activations[0], first.activations[-1]
        return cls(weights, phi, output=output, biases=biases, **options)

    @property
    def widths(self):
        """Units in each layer, input first."""
        return [self.weights[0].shape[-2], *(W.shape[-1] for W in self.weights)]

    def forward(self, x):
        """Push a batch x of shape (batch, n⁰) through the network; return its `Signals`."""
        require_columns("x", x, self.widths[0])
        z, h = [x], [x]
        # A signal that overflows becomes inf, then NaN: shown as exploded, not warned about.
        with np.errstate(over="ignore", invalid="ignore"):
            for layer in zip(self.weights, self.biases, self.activations, strict=True):
                z_l, h_l = _step(h[-1], *layer)
                z.append(z_l)
                h.append(h_l)
        return Signals(z, h)

    def layers(self, x):
        """Yield zˡ, hˡ for l = 1 … L, one layer after another, and keep none of them.

        For statistics of large networks: memory that is used again is several times faster.
        """
        require_columns("x", x, self.widths[0])
        h = x
        for layer in zip(self.weights, self.biases, self.activations, strict=True):
            with np.errstate(over="ignore", invalid="ignore"):
                z, h = _step(h, *layer)
            yield z, h

    def backward(self, signals, grad_output, *, to_input=True, out=None):
        """Push ∂loss/∂hᴸ, shape (batch, nᴸ), back through the network; return its `Gradients`.

        Training saves time by leaving out the gradient of the input (`to_input`), and by having
        those of weights and biases written into arrays that exist already (`out`, two lists);
        then no δ is kept: memory that is used again at once is still in the processor's cache.
        """
        require_columns("grad_output", grad_output, self.widths[-1])
        L = len(self.weights)
        delta = [None] * (L + 1)
        grad_W, grad_b = out or ([None] * L, [None] * L)
        phis = [identity, *self.activations]
        with np.errstate(over="ignore", invalid="ignore"):
            delta[L] = grad_output * phis[L].slope(signals.z[L], signals.h[L])
            ones = np.ones_like(delta[L], shape=delta[L].shape[-2])
            for l in range(L, 0, -1):
                h_T, W_T = signals.h[l - 1].swapaxes(-1, -2), self.weights[l - 1].swapaxes(-1, -2)
                grad_W[l - 1] = np.matmul(h_T, delta[l], out=grad_W[l - 1])
                # the sum over the batch
                grad_b[l - 1] = np.matmul(ones, delta[l], out=grad_b[l - 1])
                if l > 1 or to_input:
                    delta[l - 1] = delta[l] @ W_T
                    delta[l - 1] *= phis[l - 1].slope(signals.z[l - 1], signals.h[l - 1])
                if out:
                    delta[l] = None
        return Gradients(delta, grad_W, grad_b)


def _step(h, W, b, phi):
    z = h @ W
    z += b[..., None, :]
    return z, phi(z)


def require_activations(*phis):
    """Raise ValueError unless every φ is an `Activation`; for all networks' doors."""
    for phi in phis:
        if not isinstance(phi, Activation):
            raise ValueError(f"an activation must be an Activation, got {phi!r}")


def biases_of(matrices, biases=None, wanted="one per unit"):
    """Return a list of biases, zeros if None, one for each column of each of the matrices.

    The ValueError for others says what is `wanted`.
    """
    if biases is None:
        return [np.zeros_like(W[..., 0, :]) for W in matrices]
    biases, units = list(biases), [W.shape[-1] for W in matrices]
    if [np.shape(b)[-1:] for b in biases] != [(n,) for n in units]:
        shapes = [np.shape(b) for b in biases]
        raise ValueError(f"biases must be {wanted}, {units}, got shapes {shapes}")
    return biases


def require_columns(name, array, n):
    if np.ndim(array) < 2 or array.shape[-1] != n:
        raise ValueError(f"{name} must have shape (batch, {n}), got {np.shape(array)}")
