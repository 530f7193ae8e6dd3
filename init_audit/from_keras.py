"""Records of a Keras 3 network, on JAX or PyTorch."""

from functools import partial

import keras
import numpy as np

from init_audit.collect import run_on_jax, run_on_torch, watched

_BASES = {"Embedding": "embedding", "Dense": "dense", "EinsumDense": "dense", "BaseConv": "conv",
          "BaseConvTranspose": "conv", "BaseDepthwiseConv": "conv", "RNN": "recurrent"}  # fmt: skip
_WEIGHTS = {"embedding": ["embeddings"], "recurrent": ["kernel", "recurrent_kernel"],
            "dense": ["kernel"], "conv": ["kernel"]}  # fmt: skip


def from_keras(model, xs, rng):
    """Return (layers, output, names of unread weights)."""
    backend = {"jax": run_on_jax, "torch": run_on_torch}.get(keras.backend.backend())
    if backend is None:
        raise ValueError(f"audit runs Keras on jax or torch, not on {keras.backend.backend()}")
    xs = [keras.ops.convert_to_tensor(a) for a in xs]
    call = partial(model, xs[0] if len(xs) == 1 else xs)
    if not model.built:
        call()

    def run(tape):  # running statistics stay as they are
        with keras.StatelessScope(), watched([keras.Layer], partial(_through, tape)):
            return call()

    tape, layers, output = backend(run, rng)
    names = [v.path for v in model.trainable_variables if len(v.shape) > 1]
    return layers, output, [name for name in names if name not in tape.read]


def _through(tape, call, layer, *args, **kwargs):
    """Let a layer go through the tape, its activation after it."""
    kind, weights = _weights(layer) if tape.listens() and layer.built and args else (None, [])
    if kind is None:
        return call(*args, **kwargs)
    if kind == "norm" and "Batch" in type(layer).__name__:
        kwargs["training"] = True  # as in the first step of a training
    phi = getattr(layer, "activation", None) if kind in ("dense", "conv") else None
    depthwise = "Depthwise" in type(layer).__name__
    if phi is not None:
        layer.activation = keras.activations.linear
    try:
        z = tape.layer(
            lambda: call(*args, **kwargs), args[0], kind, weights,
            name=layer.name if len(weights) < 2 else None,
            groups=layer.kernel.shape[-2] if depthwise else getattr(layer, "groups", 1),
            stride=layer.strides if "Transpose" in type(layer).__name__ else 1,
        )  # fmt: skip
    finally:
        if phi is not None:
            layer.activation = phi
    return z if phi is None else phi(z)


def _weights(layer):
    """Return a layer's kind and the tape's list of (path, kernel, bias); (None, []) if unknown."""
    name = type(layer).__name__
    if "Normalization" in name:
        return "norm", []
    kind = next((_BASES[b.__name__] for b in type(layer).__mro__ if b.__name__ in _BASES), None)
    holder = getattr(layer, "cell", layer)
    held = [getattr(holder, weight, None) for weight in _WEIGHTS.get(kind, ())]
    if kind is None or any(v is None for v in held):
        return None, []
    b = getattr(layer, "bias", None) if kind in ("dense", "conv") else None

    def kernel(W):
        if "EinsumDense" in name and W.ndim > 2:  # heads
            return W.reshape(-1, int(np.prod(layer.full_output_shape[-2:])))
        if "Depthwise" in name:
            return W.reshape(*W.shape[:-2], 1, -1)
        return W.swapaxes(-1, -2) if "Transpose" in name else W

    b = None if b is None else keras.ops.convert_to_numpy(b.value)
    return kind, [(v.path, kernel(keras.ops.convert_to_numpy(v.value)), b) for v in held]
