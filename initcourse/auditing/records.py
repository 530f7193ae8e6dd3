"""One record a layer, the same whatever framework the network comes from, and what links them.

A collector (`from_torch`, `from_keras`, `from_flax`, `from_course`) runs a network once and
returns its layers in the order in which they computed. Which φ stands between two of them, and
where a stream is added, is read off the numbers: h of the one against z of the other. So it does
not matter how the network was written.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from initcourse.activations import (
    Activation,
    gelu,
    identity,
    leaky_relu,
    relu,
    selu,
    sigmoid,
    silu,
    softplus,
    tanh,
)


def _gelu_by_tanh(z):
    return 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))


_ELU = Activation(
    "ELU",
    lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    lambda z: np.exp(np.minimum(z, 0)),
)
_FITS = [
    (phi, phi.phi)
    for phi in (identity, relu, tanh, sigmoid, silu, _ELU, selu, softplus,
                *(leaky_relu(a) for a in (0.01, 0.1, 0.2, 0.3, 0.05, 0.25)))
]  # fmt: skip
_FITS += [(gelu, gelu.phi), (gelu, _gelu_by_tanh)]
_READ = 512  # numbers of a signal that are compared


@dataclass
class Layer:
    """What one layer is, and what it did to one batch.

    Attributes
    ----------
    name, kind : str
        kind is "dense", "conv", "embedding", "recurrent" or "norm".
    h, z : ndarray
        What it read, and what it gave before φ; of a norm too.
    W : ndarray or None
        ``(..., fan_in, fan_out)``, the kernel's places first; None for a norm.
    b : ndarray or None
    dz, dh : ndarray or None
        ∂loss/∂z and ∂loss/∂h for a random readout of the output; None if not known.
    groups : int
    phi : Activation or None
        What follows; None if no known function turns z into what a later layer reads.
    adds : bool
        Whether z is a branch that was added to a stream.
    normed : bool
        Whether a norm reads z.
    """

    name: str
    kind: str
    h: np.ndarray
    z: np.ndarray
    W: np.ndarray | None = None
    b: np.ndarray | None = None
    dz: np.ndarray | None = None
    dh: np.ndarray | None = None
    groups: int = 1
    phi: Activation | None = None
    adds: bool = False
    normed: bool = False
    source: str | None = None

    @property
    def fans(self):
        """n_in and n_out, k² times the channels for a convolution."""
        places = int(np.prod(self.W.shape[:-2]))
        return places * self.W.shape[-2], places * self.W.shape[-1] // self.groups

    @property
    def sigma_w2(self):
        """n_in·Var W, the mean counted as part of it."""
        return self.fans[0] * power(self.W)


def power(a):
    """Return mean(a²) in float64; NaN for None or nothing."""
    if a is None or np.size(a) == 0:
        return np.nan
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.mean(np.square(np.asarray(a, dtype=float))))


def link(layers):
    """Fill in each layer's φ, and whether it is added to a stream or normalised."""
    for j, reader in enumerate(layers):
        if not np.issubdtype(reader.h.dtype, np.floating):
            continue  # an embedding reads whole numbers
        h, before = _sample(reader.h), [k for k in layers[:j] if k.z.size == reader.h.size]
        for layer in reversed(before):
            phi = _phi_between(_sample(layer.z), h)
            if phi is None:
                continue
            if reader.kind == "norm" and phi is identity:
                layer.normed = True
            layer.phi, reader.source = layer.phi or phi, layer.name
            break
        else:
            _link_sum(reader, h, before)
    weighted = [layer for layer in layers if layer.kind != "norm"]
    for layer, after in pairwise(weighted):
        if layer.phi in (None, identity) and not layer.adds:
            layer.phi = _phi_after_norm(layer, layers, after) or layer.phi


def _sample(a):
    flat = np.asarray(a).ravel()
    return flat[:: max(1, flat.size // _READ)].astype(float)


def _phi_between(z, h):
    """Return the known φ with φ(z) = h, or None."""
    if not np.isfinite(z).all() or not np.isfinite(h).all() or z.shape != h.shape or not z.any():
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        for phi, f in _FITS:
            if np.allclose(f(z), h, rtol=1e-3, atol=1e-4 * np.abs(h).max()):
                return phi
    return None


def _link_sum(reader, h, before):
    """Find the branch z, and what it was added to, with h = φ(stream + α·z)."""
    streams = [_sample(a) for k in before[-12:] for a in (k.h, k.z) if a.size == reader.h.size]
    for layer in reversed(before[-4:]):
        z = _sample(layer.z)
        for stream in streams:
            for f in (identity.phi, relu.phi):
                rest = h - stream if f is identity.phi else h[h > 0] - stream[h > 0]
                branch = z if f is identity.phi else z[h > 0]
                if not (branch @ branch > 0 and rest @ rest > 0):
                    continue
                alpha = float(rest @ branch / (branch @ branch))
                if np.allclose(f(stream + alpha * z), h, rtol=1e-3, atol=1e-3 * np.abs(h).max()):
                    layer.adds = True
                    return


def _phi_after_norm(layer, layers, after):
    """Return φ between a layer and the next where a norm or a pooling stands between, or None."""
    last = layers[layers.index(after) - 1]
    if last.kind == "norm" and last.phi:
        return last.phi
    if layer.z.min() < 0 <= after.h.min():
        return relu if (after.h == 0).any() or after.h.max() > 1 else sigmoid
    return None
