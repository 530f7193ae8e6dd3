"""A convolutional network that keeps every layer's signal and gradient.

Forward, for l = 1 … L, with h⁰ = x:        zˡ = im2col(hˡ⁻¹) Wˡ + bˡ,   hˡ = φ(zˡ)
Backward, with δˡ = ∂loss/∂zˡ:              δˡ⁻¹ = col2im(δˡ Wˡᵀ) ∘ φ′(zˡ⁻¹)
                                            ∂loss/∂Wˡ = im2col(hˡ⁻¹)ᵀ δˡ

where `im2col` writes every patch of an image as a row, and `col2im` adds a patch's entries up at
the pixels that they came from (`initcourse.networks.im2col`). Images are ``(batch, height, width,
channels)``. An optional leading axis holds several networks of one shape, as in
`initcourse.networks.mlp`.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from initcourse._validate import one_of, whole
from initcourse.networks.base import Network, Signals, require_chain, transposed
from initcourse.networks.im2col import PADDINGS, as_matrix, col2im, im2col


@dataclass
class ConvSignals(Signals):
    """`Signals` of a convolutional network; h of a convolution is (batch, height, width, channels).

    rows[l−1] is the matrix that meets Wˡ: h[l−1] unrolled, or what the dense layer reads.
    """

    rows: list[np.ndarray]


class ConvNet(Network):
    """Convolutions, and a dense layer on top that reads all numbers of the last image.

    Parameters
    ----------
    weights : list of ndarray
        Kernels ``(k, k, c_in, c_out)``; the last may be a dense layer's ``(fan_in, fan_out)``.
    activation, output, biases
        As for `MLP`; a bias has shape ``(c_out,)``.
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

    options = ("strides", "padding")
    input_axes = ("batch", "height", "width")

    def __init__(self, weights, activation, *, strides=1, padding="zero", **options):
        super().__init__(weights, activation, **options)
        kernels = sum(np.ndim(W) >= 4 for W in self.weights)
        self.strides = (strides,) * kernels if np.ndim(strides) == 0 else tuple(strides)
        if len(self.strides) != kernels:
            raise ValueError(f"{kernels} kernels need as many strides, got {strides!r}")
        self.padding = one_of("padding", padding, PADDINGS)

    def _require_weights(self):
        lead = np.ndim(self.weights[0]) - 4 if self.weights else -1
        kernels = [W for W in self.weights if np.ndim(W) == lead + 4]
        dense = [np.ndim(W) - lead for W in self.weights[len(kernels) :]]
        if lead not in (0, 1) or dense not in ([], [2]):
            shapes = [np.shape(W) for W in self.weights]
            raise ValueError(f"weights must be kernels, then at most one matrix, got {shapes}")
        require_chain(kernels)

    def _matrices(self):
        return [as_matrix(W) for W in self.weights]

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
        channels = [whole("a number of channels", c) for c in channels]
        if len(channels) < 2:
            raise ValueError(f"channels must name at least input and output, got {channels!r}")
        shapes = [(size, size, *pair) for pair in pairwise(channels)]
        if outputs is not None:
            if image is None:
                raise ValueError("a dense layer needs image=(height, width) of the input, got None")
            steps = [strides] * len(shapes) if np.ndim(strides) == 0 else strides
            height, width = (_shrunk(n, steps) for n in image)
            shapes.append((height * width * channels[-1], outputs))
        return cls.draw(shapes, init, activation, rng=rng, strides=strides, **options)

    def _forward(self, x):
        z, h, rows = [x], [x], []
        for l, (W, b, phi) in enumerate(
            zip(self.weights, self.biases, self.activations, strict=True)
        ):
            if l < len(self.strides):
                patches = im2col(h[-1], W.shape[-4:-2], **self._way(l))
                rows.append(_rows(patches))
            else:
                rows.append(h[-1].reshape(*h[-1].shape[:-3], -1))
            z.append(rows[-1] @ as_matrix(W))
            z[-1] += b[..., None, :]
            if l < len(self.strides):
                z[-1] = z[-1].reshape(*z[-1].shape[:-2], *patches.shape[-4:-1], -1)
            h.append(phi(z[-1]))
        return ConvSignals(z, h, rows)

    def _backward(self, found, signals, grad_output, to_input, to_weights):
        z, h, delta, from_above = signals.z, signals.h, found.delta, grad_output
        for l in range(len(self.weights), 0, -1):
            delta[l] = from_above * self.activations[l - 1].derivative(z[l], h[l])
            W, is_kernel = self.weights[l - 1], l <= len(self.strides)
            delta_rows = _rows(delta[l]) if is_kernel else delta[l]
            if to_weights:
                dW = transposed(signals.rows[l - 1]) @ delta_rows
                found.weights[l - 1] = dW.reshape(W.shape)
                found.biases[l - 1] = delta_rows.sum(axis=-2)
            if l > 1 or to_input:
                below, shape = delta_rows @ transposed(as_matrix(W)), h[l - 1].shape[-3:]
                if is_kernel:
                    patches = below.reshape(*delta[l].shape[:-1], -1)
                    from_above = col2im(patches, shape, W.shape[-4:-2], **self._way(l - 1))
                else:
                    from_above = below.reshape(*below.shape[:-1], *shape)
        if to_input:
            delta[0] = from_above

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
