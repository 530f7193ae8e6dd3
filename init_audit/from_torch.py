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
        "einsum": "equation input weight",
        **dict.fromkeys(("matmul", "__matmul__", "mm", "bmm"), "input weight"),
        "baddbmm": "bias input weight",
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
            if name == "einsum" and id(given["input"]) in self.weights:
                given |= {"input": given.get("weight"), "weight": given["input"], "turned": True}
            weights = self._weights(kind, name, given)
            if weights is not None:
                return self.tape.layer(
                    lambda: func(*args, **kwargs), given["input"], kind, weights,
                    name=None if weights else name, groups=given.get("groups", 1),
                    stride=given.get("stride", 1) if "transpose" in name else 1,
                )  # fmt: skip
        out = func(*args, **kwargs)
        if self._is_view(args, out):  # W.T and the like are still that weight
            self.weights[id(out)] = self.weights[id(args[0])][0], out
        return out

    def _is_view(self, args, out):
        return (
            isinstance(out, torch.Tensor) and len(args) and id(args[0]) in self.weights
            and out.ndim == 2 and out.data_ptr() == args[0].data_ptr()
            and out.numel() == args[0].numel()
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
            if id(W) not in self.weights or id(given["input"]) in self.weights:
                return None
            if name in ("bmm", "baddbmm"):  # a matrix for each member of a stack
                given["equation"] = "eni,eij->enj"
            if "equation" in given:
                return self._of_einsum(W, given)
            return [self._weight(W, b)] if W.ndim == 2 else None
        if kind == "conv":  # (k, k, in, out), as in the course
            turned = "transpose" in name
            axes = (*range(2, W.ndim), *((0, 1) if turned else (1, 0)))
            return [self._weight(W, b, axes, given.get("groups", 1) if turned else 1)]
        return [self._weight(W, b, (1, 0) if kind == "dense" else (0, 1))]

    def _of_einsum(self, W, given):
        """Return the weight that a sum over indices of h reads; what it keeps of h is a group."""
        terms, _, out = given["equation"].replace(" ", "").replace(".", "").partition("->")
        h, own = terms.split(",")[:: -1 if "turned" in given else 1]
        shared = [k for k, index in enumerate(own) if index in h and index in out]
        summed = [k for k, index in enumerate(own) if index in h and index not in out]
        units = [k for k, index in enumerate(own) if index not in h and index in out]
        if not (out and summed and units) or len(shared + summed + units) < W.ndim:
            return None
        given["groups"] = int(np.prod([W.shape[k] for k in shared]))
        name, W, _ = self._weight(W, axes=(*summed, *shared, *units))
        return [(name, W.flatten(0, len(summed) - 1).flatten(1), None)]

    def _weight(self, W, b=None, axes=(0, 1), groups=1):
        name = self.weights.get(id(W), (f"layer {len(self.tape.calls)}",))[0]
        W, b = (a if a is None else a.detach().clone() for a in (W, b))
        # of groups (in, out/groups) → (in/groups, out)
        W = W.permute(axes).unflatten(-2, (groups, -1)).transpose(-3, -2).flatten(-2)
        return name, W, b
