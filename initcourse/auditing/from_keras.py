"""Records of a Keras 3 network, on JAX or PyTorch."""

from contextlib import contextmanager

import keras
import numpy as np

from initcourse.auditing.collect import Tape, jax_records


def from_keras(model, x, rng):
    """Return (layers, output). Running statistics are put back after the run."""
    xs = tuple(keras.ops.convert_to_tensor(a) for a in (x if isinstance(x, tuple) else (x,)))
    if not model.built:
        model(xs[0] if len(xs) == 1 else xs)
    before = [(v, np.array(keras.ops.convert_to_numpy(v.value))) for v in model.variables]

    def run(tape, xs):
        with _watched(tape):
            return model(xs[0] if len(xs) == 1 else xs)

    try:
        return (jax_records if keras.backend.backend() == "jax" else _torch_records)(run, xs, rng)
    finally:
        for v, value in before:
            v.assign(value)


def _torch_records(run, x, rng):
    import torch

    if keras.backend.backend() != "torch":
        raise ValueError(f"audit runs Keras on jax or torch, not on {keras.backend.backend()}")
    tape = Tape()
    output = run(tape, x)

    def zero(a):
        return torch.zeros_like(a, requires_grad=True) if a.is_floating_point() else None

    nudges = [(zero(h), zero(z)) for h, z, *_ in tape.layers]
    flat = [a for pair in nudges for a in pair if a is not None]
    readout = torch.from_numpy(rng.standard_normal(tuple(output.shape))).to(output)
    loss = (run(Tape(nudges), x) * readout).sum()
    found = iter(torch.autograd.grad(loss, flat, allow_unused=True))
    gradients = [tuple(None if a is None else next(found) for a in pair) for pair in nudges]
    return tape.records(lambda a: a.detach().numpy(), gradients), output.detach().numpy()


def _kind(layer):
    name = type(layer).__name__
    bases = {kind.__name__ for kind in type(layer).__mro__}
    if "Normalization" in name:
        return "norm"
    if "Embedding" in bases:
        return "embedding"
    if bases & {"Dense", "EinsumDense"}:
        return "dense"
    if bases & {"BaseConv", "BaseConvTranspose", "BaseDepthwiseConv"}:
        return "conv"
    return "recurrent" if "RNN" in bases else None


@contextmanager
def _watched(tape):
    """Let every layer of Keras go through the tape."""
    plain = keras.Layer.__call__

    def watched(self, *args, **kwargs):
        kind = _kind(self)
        if kind is None or tape.inside or not self.built:
            return plain(self, *args, **kwargs)
        if kind == "norm" and "Batch" in type(self).__name__:
            kwargs["training"] = True  # as in the first step of a training
        phi = getattr(self, "activation", None) if kind in ("dense", "conv") else None
        if phi is not None:
            self.activation = keras.activations.linear
        try:
            z = tape.layer(lambda h: plain(self, h, *args[1:], **kwargs), args[0],
                           self.name, kind, **_parts(self, kind))  # fmt: skip
        finally:
            if phi is not None:
                self.activation = phi
        return z if phi is None else phi(z)

    keras.Layer.__call__ = watched
    try:
        yield
    finally:
        keras.Layer.__call__ = plain


def _parts(layer, kind):
    if kind == "norm":
        return {}
    if kind == "embedding":
        return {"W": layer.embeddings.value}
    if kind == "recurrent":
        return {"W": layer.cell.recurrent_kernel.value}
    W, b = layer.kernel.value, getattr(layer, "bias", None)
    if type(layer).__name__ == "EinsumDense":
        n_in = int(
            np.prod([n for n in layer.kernel.shape]) // np.prod(layer.full_output_shape[-2:])
        )
        W = W.reshape((n_in, -1)) if W.ndim > 2 else W
    if "Transpose" in type(layer).__name__:
        W = W.swapaxes(-1, -2)
    return {"W": W, "b": None if b is None else b.value, "groups": getattr(layer, "groups", 1)}
