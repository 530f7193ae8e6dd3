"""Records of a PyTorch network: every operation with a weight is seen, in a module or not."""

import copy

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

from init_audit.collect import run_on_torch

_CONV = {f"conv{d}d": "input weight bias stride padding dilation groups" for d in (1, 2, 3)}
_TRANSPOSED = {
    f"conv_transpose{d}d": "input weight bias stride padding output_padding groups"
    for d in (1, 2, 3)
}
#: Operations with a weight, by kind, and their arguments.
_ARGUMENTS = {
    "dense": {
        "linear": "input weight bias", "addmm": "bias input weight", "__rmatmul__": "weight input",
        **dict.fromkeys(("matmul", "__matmul__", "mm"), "input weight"),
    },
    "conv": _CONV | _TRANSPOSED,
    "embedding": {"embedding": "input weight"},
    "norm": dict.fromkeys(
        ("layer_norm", "batch_norm", "group_norm", "instance_norm", "rms_norm"), "input"),
    "recurrent": dict.fromkeys(("lstm", "gru", "rnn_tanh", "rnn_relu"), "input hx weights"),
    "attention": {"multi_head_attention_forward": "input key value size heads weight bias "
                  "bias_k bias_v zero dropout out_weight out_bias"},
}  # fmt: skip


def from_torch(model, xs, rng):
    """Return (layers, output, names of unread weights). The network itself is copied."""
    model = copy.deepcopy(model).eval()  # no dropout
    for module in model.modules():
        if "BatchNorm" in type(module).__name__:
            module.train()  # as in the first step of a training
    for p in model.parameters():
        p.requires_grad_(True)
    xs = [_tensor(a) for a in xs]

    def run(tape):
        with _Watch(model, tape):
            return model(*xs)

    tape, layers, output = run_on_torch(run, rng)
    names = [name for name, p in model.named_parameters() if p.ndim > 1]
    for layer in layers:
        layer.name = layer.name.removesuffix(".weight")
        if layer.kind == "conv" or (layer.kind == "norm" and layer.z.ndim > 3):
            layer.h, layer.z, layer.dz = (
                a if a is None or a.ndim < 3 else np.moveaxis(a, 1, -1)
                for a in (layer.h, layer.z, layer.dz)
            )
    return layers, output, [name for name in names if name not in tape.read]


def _tensor(a):
    a = a.detach().clone() if isinstance(a, torch.Tensor) else torch.from_numpy(np.array(a))
    return a.to(torch.get_default_dtype()) if a.is_floating_point() else a.long()


class _Watch(TorchFunctionMode):
    """Lets every operation that reads a signal and a weight go through the tape."""

    def __init__(self, model, tape):
        super().__init__()
        self.tape = tape
        self.weights = {id(p): (name, p) for name, p in model.named_parameters()}

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs, name = kwargs or {}, getattr(func, "__name__", "")
        kind = next((k for k, known in _ARGUMENTS.items() if name in known), None)
        if kind is not None:
            given = dict(zip(_ARGUMENTS[kind][name].split(), args, strict=False)) | kwargs
            weights = self._weights(kind, name, given)
            if weights is not None:
                return self.tape.layer(
                    lambda: func(*args, **kwargs), given["input"], kind, weights,
                    name=None if weights else name, groups=given.get("groups", 1),
                )  # fmt: skip
        out = func(*args, **kwargs)
        if self._is_view(args, out):  # W.T and the like are still that weight
            self.weights[id(out)] = self.weights[id(args[0])][0], out
        return out

    def _is_view(self, args, out):
        return (
            isinstance(out, torch.Tensor) and len(args) and id(args[0]) in self.weights
            and out.ndim == 2 and out.data_ptr() == args[0].data_ptr()
        )  # fmt: skip

    def _weights(self, kind, name, given):
        """Return the tape's list of (path, kernel, bias), or None if it is not a layer."""
        W, b = given.get("weight"), given.get("bias")
        if kind == "norm":
            return []
        if kind == "recurrent":
            return [self._weight(p, axes=(1, 0)) for p in given["weights"] if p.ndim == 2]
        if kind == "attention":
            pairs = ((W, b), (given.get("out_weight"), given.get("out_bias")))
            return [self._weight(V, c, (1, 0)) for V, c in pairs if V is not None]
        if kind == "dense" and name != "linear":  # h @ W: is the one a weight, and the other not?
            known = id(W) in self.weights and id(given["input"]) not in self.weights
            return [self._weight(W, b)] if known else None
        if kind == "conv":  # (k, k, in, out), as in the course
            channels = (0, 1) if "transpose" in name else (1, 0)
            return [self._weight(W, b, (*range(2, W.ndim), *channels))]
        return [self._weight(W, b, (1, 0) if kind == "dense" else (0, 1))]

    def _weight(self, W, b=None, axes=(0, 1)):
        name = self.weights.get(id(W), (f"layer {len(self.tape.calls)}",))[0]
        W, b = (a if a is None else a.detach().clone() for a in (W, b))
        return name, W.permute(axes), b
