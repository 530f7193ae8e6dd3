"""Records of a Flax network: an nnx module, or a linen module with its variables."""

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen, nnx

from init_audit.collect import run_on_jax, watched

_KINDS = {**dict.fromkeys(("Linear", "LinearGeneral", "Dense", "DenseGeneral"), "dense"),
          "Conv": "conv", "ConvTranspose": "conv", "Embed": "embedding",
          **dict.fromkeys(("LayerNorm", "BatchNorm", "GroupNorm", "RMSNorm", "InstanceNorm"),
                          "norm")}  # fmt: skip
_CLASSES = [getattr(face, name) for face in (linen, nnx) for name in _KINDS if hasattr(face, name)]


def from_flax(model, xs, rng):
    """Return (layers, output, names of unread weights). The network itself stays as it is."""
    xs, linen_form = [jnp.asarray(a) for a in xs], isinstance(model, tuple)
    if linen_form:
        module, variables = model
        parameters = variables["params"]
    else:
        graph, state = nnx.split(model)
        parameters = nnx.to_pure_dict(nnx.state(model, nnx.Param))
    held = {
        "/".join(str(key.key) for key in path): np.asarray(a)
        for path, a in jax.tree_util.tree_leaves_with_path(parameters)
    }

    def run(tape):
        if linen_form:
            with watched(_CLASSES, _through(tape, held, lambda own: own.path, "/")):
                return module.apply(variables, *xs, mutable=["batch_stats"])[0]
        net = nnx.merge(graph, state, copy=True)
        net.eval()  # no dropout
        paths = {id(own): [str(key) for key in path] for path, own in nnx.iter_modules(net)}
        with watched(_CLASSES, _through(tape, held, lambda own: paths[id(own)], ".")):
            return net(*xs)

    tape, layers, output = run_on_jax(run, rng)
    return layers, output, [p for p, a in held.items() if a.ndim > 1 and p not in tape.read]


def _through(tape, held, path_of, separator):
    """Return what lets a layer go through the tape; `held` are the weights by their paths."""

    def watch(call, own, h, *args, **kwargs):
        kind = _KINDS.get(type(own).__name__)
        if kind is None or not tape.listens():
            return call(h, *args, **kwargs)
        if type(own).__name__ == "BatchNorm":
            # as in the first step of a training; linen takes it in one place only
            kwargs.pop("use_running_average", None)
            object.__setattr__(own, "use_running_average", False)
        turned = "Transpose" in type(own).__name__
        path = "/".join([*path_of(own), "embedding" if kind == "embedding" else "kernel"])
        weights = []
        if kind != "norm":
            W, b = held[path], held.get(path.replace("/kernel", "/bias"))
            if kind == "dense" and W.ndim > 2:  # heads: (d, heads, size) or (heads, size, d)
                axes = len(own.axis) if isinstance(own.axis, tuple) else 1
                W, b = W.reshape(np.prod(W.shape[:axes]), -1), None if b is None else b.ravel()
            if turned and own.transpose_kernel:
                W = W.swapaxes(-1, -2)
            weights = [(path, W, b)]
        return tape.layer(
            lambda: call(h, *args, **kwargs), h, kind, weights, name=separator.join(path_of(own)),
            groups=getattr(own, "feature_group_count", 1) if kind == "conv" else 1,
            stride=own.strides or 1 if turned else 1,
        )  # fmt: skip

    return watch
