"""A convolutional network that keeps every layer's signal and gradient.

Forward, for l = 1 … L, with h⁰ = x:        zˡ = unroll(hˡ⁻¹) Wˡ + bˡ,   hˡ = φ(zˡ)
Backward, with δˡ = ∂loss/∂zˡ:              δˡ⁻¹ = roll(δˡ Wˡᵀ) ∘ φ′(zˡ⁻¹)
                                            ∂loss/∂Wˡ = unroll(hˡ⁻¹)ᵀ δˡ

where `unroll` writes every patch of an image as a row, and `roll` adds a patch's entries up at
the pixels that they came from (`initcourse.unrolling`). Images are ``(batch, height, width,
channels)``. An optional leading axis holds several networks of one shape, as in
`initcourse.network`.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from initcourse.activations import identity
from initcourse.arguments import generator, one_of, whole
from initcourse.network import Gradients, Signals, biases_of, require_activations
from initcourse.unrolling import PADDINGS, as_matrix, roll, unroll


@dataclass
class ConvSignals(Signals):
    """`Signals` of a convolutional network; h of a convolution is (batch, height, width, channels).

    rows[l−1] is the matrix that meets Wˡ: h[l−1] unrolled, or what the dense layer reads.
    """

    rows: list[np.ndarray]


class ConvNet:
    """Convolutions, and a dense layer on top that reads all numbers of the last image.

    Parameters
    ----------
    weights : list of ndarray
        Kernels ``(k, k, c_in, c_out)``; the last may be a dense layer's ``(fan_in, fan_out)``.
    activation : Activation
        φ of all layers but the last.
    output : Activation
        φ of the last layer; the identity unless said otherwise.
    biases : list of ndarray, optional
        bˡ, shape ``(c_out,)``; zero by default.
    strides : int or list of int
        Of all convolutions, or of each.
    padding : {"zero", "circular"}

    Raises
    ------
    ValueError
        If a shape does not fit its neighbour, or an argument is none of the above.

    Examples
    --------
    >>> from initcourse import he_normal, relu
    >>> net = ConvNet.create(
    ...     [1, 16, 32], he_normal, relu, image=(8, 6), outputs=10, strides=[1, 2], rng=0
    ... )
    >>> signals = net.forward(np.ones((5, 8, 6, 1)))
    >>> [h.shape for h in signals.h]
    [(5, 8, 6, 1), (5, 8, 6, 16), (5, 4, 3, 32), (5, 10)]
    >>> net.backward(signals, np.ones((5, 10))).weights[1].shape
    (3, 3, 16, 32)
    """

    def __init__(
        self, weights, activation, *, output=identity, biases=None, strides=1, padding="zero"
    ):
        self.weights = list(weights)
        lead = np.ndim(self.weights[0]) - 4 if self.weights else -1
        kernels = [W for W in self.weights if np.ndim(W) == lead + 4]
        dense = [np.ndim(W) - lead for W in self.weights[len(kernels) :]]
        if lead not in (0, 1) or dense not in ([], [2]):
            shapes = [np.shape(W) for W in self.weights]
            raise ValueError(f"weights must be kernels, then at most one matrix, got {shapes}")
        for below, above in pairwise(kernels):
            if below.shape[-1] != above.shape[-2]:
                raise ValueError(f"shapes do not fit: {below.shape} is followed by {above.shape}")
        require_activations(activation, output)
        self.biases = biases_of([as_matrix(W) for W in self.weights], biases, "one per channel")
        self.strides = [strides] * len(kernels) if np.ndim(strides) == 0 else list(strides)
        if len(self.strides) != len(kernels):
            raise ValueError(f"{len(kernels)} kernels need as many strides, got {strides!r}")
        self.padding = one_of("padding", padding, PADDINGS)
        self.activations = [activation] * (len(self.weights) - 1) + [output]

    @classmethod
    def create(
        cls, channels, init, activation, *, size=3, image=None, outputs=None, strides=1,
        rng=None, **options,
    ):  # fmt: skip
        """Build a network with the given channels (input first) and size × size kernels.

        `init` is called once a layer as ``init((size, size, c_in, c_out), rng=rng)``. `outputs`,
        with the (height, width) of the input as `image`, adds a dense layer drawn by the same
        `init`. `options` go to the class.
        """
        rng, channels = generator(rng), [whole("a number of channels", c) for c in channels]
        if len(channels) < 2:
            raise ValueError(f"channels must name at least input and output, got {channels!r}")
        weights = [init((size, size, *pair), rng=rng) for pair in pairwise(channels)]
        if outputs is not None:
            if image is None:
                raise ValueError("a dense layer needs image=(height, width) of the input, got None")
            steps = [strides] * len(weights) if np.ndim(strides) == 0 else strides
            height, width = (_shrunk(n, steps) for n in image)
            weights.append(init((height * width * channels[-1], outputs), rng=rng))
        return cls(weights, activation, strides=strides, **options)

    def forward(self, x):
        """Push images x, (batch, height, width, c⁰), through the network; return `ConvSignals`."""
        c = self.weights[0].shape[-2]
        if np.ndim(x) < 4 or x.shape[-1] != c:
            raise ValueError(f"x must have shape (batch, height, width, {c}), got {np.shape(x)}")
        z, h, rows = [x], [x], []
        with np.errstate(over="ignore", invalid="ignore"):
            for l, (W, b, phi) in enumerate(
                zip(self.weights, self.biases, self.activations, strict=True)
            ):
                if l < len(self.strides):
                    patches = unroll(h[-1], W.shape[-4:-2], **self._way(l))
                    rows.append(_rows(patches))
                else:
                    rows.append(h[-1].reshape(*h[-1].shape[:-3], -1))
                z.append(rows[-1] @ as_matrix(W))
                z[-1] += b[..., None, :]
                if l < len(self.strides):
                    z[-1] = z[-1].reshape(*z[-1].shape[:-2], *patches.shape[-4:-1], -1)
                h.append(phi(z[-1]))
        return ConvSignals(z, h, rows)

    def backward(self, signals, grad_output, *, to_input=True, out=None):
        """Push ∂loss/∂hᴸ, of the output's shape, back; return `Gradients`, as `MLP.backward`."""
        top = signals.output.shape
        if np.shape(grad_output) != top:
            raise ValueError(f"grad_output must have shape {top}, got {np.shape(grad_output)}")
        L, h = len(self.weights), signals.h
        delta, phis = [None] * (L + 1), [identity, *self.activations]
        parameters = self.weights, self.biases
        grad_W, grad_b = out or [[np.empty_like(a) for a in kind] for kind in parameters]
        with np.errstate(over="ignore", invalid="ignore"):
            delta[L] = grad_output * phis[L].slope(signals.z[L], h[L])
            for l in range(L, 0, -1):
                W, is_kernel = self.weights[l - 1], l <= len(self.strides)
                delta_rows = _rows(delta[l]) if is_kernel else delta[l]
                grad = signals.rows[l - 1].swapaxes(-1, -2) @ delta_rows
                grad_W[l - 1][...] = grad.reshape(W.shape)
                grad_b[l - 1][...] = delta_rows.sum(axis=-2)
                if l > 1 or to_input:
                    below, shape = delta_rows @ as_matrix(W).swapaxes(-1, -2), h[l - 1].shape[-3:]
                    if is_kernel:
                        patches = below.reshape(*delta[l].shape[:-1], -1)
                        below = roll(patches, shape, W.shape[-4:-2], **self._way(l - 1))
                    else:
                        below = below.reshape(*below.shape[:-1], *shape)
                    delta[l - 1] = below * phis[l - 1].slope(signals.z[l - 1], h[l - 1])
        return Gradients(delta, grad_W, grad_b)

    def _way(self, l):
        return {"stride": self.strides[l], "padding": self.padding}


def _rows(h):
    """Batch, height and width as one axis."""
    return h.reshape(*h.shape[:-4], -1, h.shape[-1])


def _shrunk(n, strides):
    """A side of n pixels after layers with these strides."""
    for stride in strides:
        n = -(-n // stride)
    return n
