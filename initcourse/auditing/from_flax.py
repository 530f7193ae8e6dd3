"""Records of a Flax network: an nnx module, or a linen module with its variables."""

import math
from contextlib import ExitStack, contextmanager
from functools import partial

import jax.numpy as jnp
from flax import linen, nnx

from initcourse.auditing.collect import jax_records

_KINDS = {"Linear": "dense", "LinearGeneral": "dense", "Dense": "dense", "DenseGeneral": "dense",
          "Conv": "conv", "ConvTranspose": "conv", "Embed": "embedding",
          "LayerNorm": "norm", "BatchNorm": "norm", "GroupNorm": "norm", "RMSNorm": "norm",
          "InstanceNorm": "norm"}  # fmt: skip


def from_flax(model, x, rng):
    """Return (layers, output). The network itself is copied and stays as it is."""
    xs = tuple(jnp.asarray(a) for a in (x if isinstance(x, tuple) else (x,)))
    if isinstance(model, tuple):
        run = _linen_run(*model)
    else:
        graph, state = nnx.split(model)

        def run(tape, xs):
            net = nnx.merge(graph, state, copy=True)
            net.eval()  # no dropout
            for _, module in nnx.iter_modules(net):
                if isinstance(module, nnx.BatchNorm):
                    module.use_running_average = False  # as in the first step of a training
            names = {id(m): ".".join(map(str, path)) for path, m in nnx.iter_modules(net)}
            with _watched(tape, names):
                return net(*xs)

    return jax_records(run, xs, rng)


def _parts(module, kind, kernel, bias):
    """Return W as a matrix or kernel, b, and groups."""
    if kind == "norm":
        return {}
    W = kernel
    if kind == "dense" and W.ndim > 2:  # heads: (d, heads, size) or (heads, size, d)
        axis = module.axis if isinstance(module.axis, tuple) else (module.axis,)
        n_in = math.prod(W.shape[: len(axis)])
        W, bias = W.reshape(n_in, -1), None if bias is None else bias.reshape(-1)
    groups = getattr(module, "feature_group_count", 1)
    return {"W": W, "b": bias, "groups": groups if kind == "conv" else 1}


@contextmanager
def _watched(tape, names):
    """Let every layer of nnx go through the tape."""

    def watch(kind_of, kind):
        plain = kind_of.__call__

        def watched(self, h, *args, **kwargs):
            kernel = getattr(self, "embedding" if kind == "embedding" else "kernel", None)
            bias = getattr(self, "bias", None) if kind != "embedding" else None
            value = [None if p is None else p[...] for p in (kernel, bias)]
            name, parts = names.get(id(self), kind), _parts(self, kind, *value)
            call = partial(plain, self)
            return tape.layer(lambda h: call(h, *args, **kwargs), h, name, kind, **parts)

        kind_of.__call__ = watched
        stack.callback(setattr, kind_of, "__call__", plain)

    with ExitStack() as stack:
        for name, kind in _KINDS.items():
            if hasattr(nnx, name):
                watch(getattr(nnx, name), kind)
        yield


def _linen_run(module, variables):
    def run(tape, xs):
        def watch(call, args, kwargs, context):
            kind = _KINDS.get(type(context.module).__name__)
            if kind is None or context.method_name != "__call__":
                return call(*args, **kwargs)
            own = context.module
            if type(own).__name__ == "BatchNorm":
                kwargs = {**kwargs, "use_running_average": False}
            held = own.variables.get("params", {})
            kernel = held.get("embedding" if kind == "embedding" else "kernel")
            return tape.layer(lambda h: call(h, *args[1:], **kwargs), args[0],
                              "/".join(own.path), kind,
                              **_parts(own, kind, kernel, held.get("bias")))  # fmt: skip

        with linen.intercept_methods(watch):
            return module.apply(variables, *xs, mutable=["batch_stats"])[0]

    return run
