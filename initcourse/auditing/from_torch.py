"""Records of a PyTorch network: every operation with a weight is seen, in a module or not."""

import copy

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

from initcourse.auditing.records import Layer

_NORMS = {"layer_norm", "batch_norm", "group_norm", "instance_norm", "rms_norm"}
_DENSE = {"linear", "matmul", "__matmul__", "mm", "addmm", "__rmatmul__"}
_CONV = {"conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"}
_CELLS = {"lstm", "gru", "rnn_tanh", "rnn_relu"}


def from_torch(model, x, rng):
    """Return (layers, output). The network itself is copied and stays as it is."""
    model = copy.deepcopy(model).eval()  # no dropout
    for module in model.modules():
        if "BatchNorm" in type(module).__name__:
            module.train()  # as in the first step of a training
    for p in model.parameters():
        p.requires_grad_(True)
    xs = [_tensor(a) for a in (x if isinstance(x, tuple) else (x,))]
    with _Watch(model) as watch:
        output = model(*xs)
    output = output[0] if isinstance(output, tuple) else getattr(output, "logits", output)
    readout = torch.from_numpy(rng.standard_normal(tuple(output.shape))).to(output)
    wanted = [p for p in model.parameters()] + [a for a in xs if a.requires_grad]
    torch.autograd.grad((output * readout).sum(), wanted, allow_unused=True)
    return watch.layers, output.detach().numpy()


def _tensor(a):
    a = a.detach().clone() if isinstance(a, torch.Tensor) else torch.from_numpy(np.array(a))
    if a.dtype == torch.float64:
        a = a.to(torch.get_default_dtype())
    return a.requires_grad_(True) if a.is_floating_point() else a.long()


class _Watch(TorchFunctionMode):
    """Keeps a `Layer` of every operation that reads a signal and a weight."""

    def __init__(self, model):
        super().__init__()
        self.weights = {id(p): (name, p) for name, p in model.named_parameters()}
        self.layers = []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs, name = kwargs or {}, getattr(func, "__name__", "")
        kept = args[0].detach().clone() if name in _NORMS else None
        out = func(*args, **kwargs)
        if name in _DENSE:
            self._dense(name, args, kwargs, out)
        elif name in _CONV:
            self._conv(name, args, kwargs, out)
        elif name == "embedding":
            W = args[1] if len(args) > 1 else kwargs["weight"]
            self._add("embedding", args[0], out, W, None)
        elif name in _NORMS:
            self._add("norm", args[0], out, None, None, kept=kept)
        elif name in _CELLS:
            for p in (p for p in args[2] if id(p) in self.weights and p.ndim == 2):
                self._add("recurrent", args[0], out[0], p.T, None, name=self.weights[id(p)][0])
        elif name == "multi_head_attention_forward":
            self._attention(args)
        elif self._is_view(args, out):
            # W.T and the like are still that weight
            self.weights[id(out)] = self.weights[id(args[0])][0], out
        return out

    def _is_view(self, args, out):
        return (
            isinstance(out, torch.Tensor) and len(args) and id(args[0]) in self.weights
            and out.ndim == 2 and out.data_ptr() == args[0].data_ptr()
        )  # fmt: skip

    def _dense(self, name, args, kwargs, out):
        if name == "linear":
            W = args[1] if len(args) > 1 else kwargs["weight"]
            b = args[2] if len(args) > 2 else kwargs.get("bias")
            self._add("dense", args[0], out, W.T, b, name=self._name(W))
            return
        b, h, W = args if name == "addmm" else (None, *args[:2])
        h, W = (W, h) if name == "__rmatmul__" else (h, W)
        if id(W) in self.weights and id(h) not in self.weights:
            self._add("dense", h, out, W, b, name=self._name(W))

    def _conv(self, name, args, kwargs, out):
        h, K = args[:2]
        b = args[2] if len(args) > 2 else kwargs.get("bias")
        groups = args[7 if "transpose" in name else 6] if len(args) > 6 else kwargs.get("groups", 1)
        channels = (0, 1) if "transpose" in name else (1, 0)
        kernel = K.permute(*range(2, K.ndim), *channels)  # (k, k, in, out), as in the course
        self._add("conv", h, out, kernel, b, name=self._name(K), groups=groups)

    def _attention(self, args):
        query, W, b = args[0], args[5], args[6]
        if W is not None:
            z = torch.nn.functional.linear(query, W, b)
            self._add("dense", query, z, W.T, b, name=self._name(W))

    def _name(self, W):
        return self.weights.get(id(W), ("",))[0].removesuffix(".weight")

    def _add(self, kind, h, z, W, b, *, name=None, kept=None, groups=1):
        # channels stand second: to the end
        channels = kind == "conv" or (kind == "norm" and z.ndim > 3)

        def array(a):
            return None if a is None else a.detach().numpy().copy()

        def signal(a):
            a = array(a)
            return np.moveaxis(a, 1, -1) if channels and a.ndim > 2 else a

        if name is None:
            name = self._name(W) if W is not None else kind
        h_kept = signal(h if kept is None else kept)
        layer = Layer(name or f"layer {len(self.layers)}", kind, h_kept,
                      signal(z), array(W), array(b), groups=groups)  # fmt: skip
        for a, attribute in ((h, "dh"), (z, "dz")):
            if a.requires_grad:
                a.register_hook(lambda g, at=attribute: setattr(layer, at, signal(g)))
        self.layers.append(layer)
