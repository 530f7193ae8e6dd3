"""One record a layer, the same whatever framework the network comes from, and what links them.

Which φ stands between two layers, and where a stream is added, is read off the numbers: what the
one reads against the z of the other. So it does not matter how the network was written.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from initcourse import activations
from initcourse.activations import Activation, identity, leaky_relu, relu, sigmoid, sine, tanh
from initcourse.theory import gain

_ELU = Activation("ELU", lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
                  lambda z: np.exp(np.minimum(z, 0)))  # fmt: skip
_GELU_BY_TANH = Activation(
    "GELU", lambda z: 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))),
    activations.gelu.dphi,
)  # fmt: skip
_KNOWN = (identity, relu, tanh, sigmoid, sine, activations.silu, _ELU, activations.selu,
          activations.softplus, activations.gelu, _GELU_BY_TANH,
          *(leaky_relu(a) for a in (0.01, 0.1, 0.2, 0.3, 0.05, 0.25)))  # fmt: skip
_READ = 512  # numbers of a signal that are compared


@dataclass(eq=False)
class Layer:
    """What one layer is, and what it did to one batch.

    Attributes
    ----------
    name, kind : str
        kind is "dense", "conv", "embedding", "norm", or "recurrent" or "attention" for one of the
        weights of such a layer.
    h, z : ndarray
        What it read, and what it gave before φ, channels last.
    W : ndarray of shape (fan_in, units), or None for a norm
    b : ndarray or None
    places, groups : int
        k² of a convolution; groups of its channels.
    read : float
        The part of W's fan_in that a unit reads: 1/stride² where a convolution is transposed.
    dz : ndarray
        ∂(output · readout)/∂z, the readout N(0, 1).
    phi : Activation or None
        What follows; None if no known function turns z into what a later layer reads.
    scale : float
        A factor before φ, as the ω₀ of sin(ω₀ z): the later layer reads φ(scale · z).
    adds, normed : bool
        Whether z is a branch that was added to a stream; whether a norm reads it.
    source : str or None
        The layer whose φ(z) it reads.
    """

    name: str
    kind: str
    h: np.ndarray | None = None
    z: np.ndarray | None = None
    W: np.ndarray | None = None
    b: np.ndarray | None = None
    places: int = 1
    groups: int = 1
    read: float = 1
    dz: np.ndarray | None = None
    phi: Activation | None = None
    scale: float = 1.0
    adds: bool = False
    normed: bool = False
    source: str | None = None

    @property
    def fans(self):
        """n_in and n_out, k² times the channels for a convolution."""
        return self.read * self.W.shape[0], self.places * self.W.shape[1] // self.groups

    @property
    def sigma_w2(self):
        """n_in·Var W of what φ is given, the mean counted as part of it."""
        return self.fans[0] * power(self.W) * self.scale**2

    @property
    def wanted(self):
        """The n·Var W that keeps mean h² through φ: 2 for ReLU, 1 for the identity and tanh."""
        if self.phi is None:
            return 1.0
        if self.phi.bounds:
            return 1.0 if self.phi is tanh else 4.0
        return float(gain(self.phi)) ** 2

    @property
    def ratio(self):
        """`sigma_w2` as a multiple of what φ asks for."""
        return self.sigma_w2 / self.wanted

    @property
    def orthogonal(self):
        """Whether rows or columns are orthogonal and of one length, as no independent draw is."""
        W = np.asarray(self.W, dtype=float)
        gram = W @ W.T if W.shape[0] < W.shape[1] else W.T @ W
        return np.allclose(gram, gram[0, 0] * np.eye(len(gram)), atol=1e-3 * abs(gram[0, 0]))

    @property
    def output(self):
        """φ(scale · z), or z where φ is not known."""
        return self.phi(self.scale * self.z) if self.phi else self.z


def power(a):
    """Return mean(a²) in float64; NaN for None or nothing."""
    if a is None or np.size(a) == 0:
        return np.nan
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.mean(np.square(np.asarray(a, dtype=float))))


def link(layers):
    """Fill in each layer's φ, and whether it is added to a stream or normalised."""
    sums = []
    for j, reader in enumerate(layers):
        if not np.issubdtype(reader.h.dtype, np.floating):
            continue  # an embedding reads whole numbers
        h, before = _sample(reader.h), [k for k in layers[:j] if k.z.size == reader.h.size]
        for layer in reversed(before):
            phi, scale = _phi_between(_sample(layer.z), h)
            if phi is None:
                continue
            layer.normed |= reader.kind == "norm" and phi is identity
            if layer.phi is None:
                layer.phi, layer.scale = phi, scale
            reader.source = layer.name
            break
        else:
            _link_sum(reader, h, before, sums)
    weighted = [layer for layer in layers if layer.W is not None]
    for layer, after in pairwise(weighted):
        if layer.phi in (None, identity) and not layer.adds:
            layer.phi = _phi_before(layers[layers.index(after) - 1], layer, after) or layer.phi


def _sample(a):
    flat = np.asarray(a).ravel()
    return flat[:: max(1, flat.size // _READ)].astype(float)


def _phi_between(z, h):
    """Return the known φ and the scale with φ(scale · z) = h, or (None, 1)."""
    if z.shape != h.shape or not (np.isfinite(z).all() and np.isfinite(h).all() and z.any()):
        return None, 1.0
    with np.errstate(all="ignore"):
        near = 1e-4 * np.abs(h).max()
        for phi in _KNOWN:
            if np.allclose(phi(z), h, rtol=1e-3, atol=near):
                return phi, 1.0
        # right of 0 these can be inverted; at the least z a sine is still in its first quarter
        least = np.where(z > 0, z, np.inf).argmin()
        for phi in _KNOWN:
            inverse = {tanh: np.arctanh, sine: np.arcsin}.get(phi, identity if phi.slopes else None)
            scale = inverse(h[least]) / z[least] if inverse else np.nan
            if scale > 0 and np.allclose(phi(scale * z), h, rtol=1e-3, atol=10 * near):
                return phi, float(scale)
    return None, 1.0


def _link_sum(reader, h, before, sums):
    """Find the branch z, and what it was added to, with h = φ(stream + α·z), φ ReLU or nothing.

    `sums` gets (size, stream + α·z): behind a ReLU no layer has read it, and the next adds to it.
    """
    streams = [s for size, s in reversed(sums[-4:]) if size == reader.h.size]
    streams += [_sample(a) for k in before[-12:] for a in (k.h, k.z) if a.size == reader.h.size]
    for layer in reversed(before[-4:]):
        z = _sample(layer.z)
        for stream in streams:
            for phi, seen in ((identity, slice(None)), (relu, h > 0)):
                rest, branch = (h - stream)[seen], z[seen]
                if not (branch @ branch > 0 and rest @ rest > 0):
                    continue
                alpha = float(rest @ branch / (branch @ branch))
                if np.allclose(phi(stream + alpha * z), h, rtol=1e-3, atol=1e-3 * np.abs(h).max()):
                    layer.adds = True
                    sums.append((reader.h.size, stream + alpha * z))
                    return


def _phi_before(last, layer, after):
    """Return φ between a layer and the next where a norm or a pooling stands between, or None."""
    if last.kind == "norm" and last.phi:
        return last.phi
    if layer.z.min() < 0 <= after.h.min():
        return relu if (after.h == 0).any() or after.h.max() > 1 else sigmoid
    return None
