"""Run a network once, whatever framework it is written in, and return its `Layer` records.

An adapter (`from_torch`, `from_keras`, `from_flax`) lets every layer go through a `Tape`. No
framework is imported unless the network is one of its own.
"""

from contextlib import ExitStack, contextmanager
from functools import partial
from importlib import import_module

import numpy as np

from init_audit.layers import Layer
from initcourse.networks import MLP

_ADAPTERS = {"keras": "from_keras", "torch": "from_torch", "flax": "from_flax"}


def collect(model, x, rng):
    """Return (layers, output, names of weights that no known layer read) of one forward pass.

    The gradient of the output times a random readout goes back, for each layer's dz. The model
    stays as it is. Raises ValueError if it is of no known kind.
    """
    if isinstance(model, MLP):
        return *from_course(model, x, rng), []
    linen = isinstance(model, tuple) and len(model) == 2
    bases = [kind.__module__ for kind in type(model[0] if linen else model).__mro__]
    for framework, adapter in _ADAPTERS.items():  # a Keras model on PyTorch is both: Keras first
        if any(base.startswith(f"{framework}.") for base in bases):
            run = getattr(import_module(f"init_audit.{adapter}"), adapter)
            return run(model, x if isinstance(x, tuple) else (x,), rng)
    raise ValueError(
        "audit takes an initcourse MLP or ResidualMLP, a PyTorch module, a Keras model, a Flax nnx "
        f"module or a pair (Flax linen module, its variables), got {type(model).__name__}"
    )


def from_course(net, x, rng):
    """Return (layers, output) of one of the course's networks of dense layers."""
    signals = net.forward(np.asarray(x, dtype=float))
    delta = net.backward(signals, rng.standard_normal(signals.output.shape), to_weights=False).delta
    parts = zip(signals.h[:-1], signals.z[1:], net.weights, net.biases, delta[1:], strict=True)
    layers = [
        Layer(f"layer {l}", "dense", h, z, W, b, dz=dz)
        for l, (h, z, W, b, dz) in enumerate(parts, start=1)
    ]
    layers[-1].phi = net.activations[-1]
    return layers, signals.output


class Tape:
    """Records the layers of a network while it runs, and adds a nudge of 0 to each one's z.

    The gradient by the nudge is ∂loss/∂z. `keep(a)` is what to store of a signal, `nudge(k, z)`
    what to add to call k's; `trace()` says in which of JAX's traces we are.
    """

    def __init__(self, keep, nudge, trace=lambda: None):
        self.keep, self.nudge, self.trace, self.start = keep, nudge, trace, trace()
        self.signals, self.calls, self.read, self.inside = [], [], set(), False

    def listens(self):
        """Return whether a layer is to be recorded: not within another, nor in a scan or remat."""
        return not self.inside and self.trace() == self.start

    def layer(self, call, h, kind, weights, *, name=None, groups=1, stride=1):
        """Call a layer, record it, and return what it gives.

        `weights` is a list of (path of the parameter, kernel (places…, in, out), bias), empty for a
        norm; without a name the layer is called by the path. `stride` is that of a transposed
        convolution, one number or one for each axis.
        """
        self.inside, read = True, self.keep(h)  # before the call: it may be in place
        try:
            out = call()
        finally:
            self.inside = False
        z, *rest = out if isinstance(out, tuple) else (out,)
        z = z + self.nudge(len(self.calls), z)
        self.signals.append((read, self.keep(z)))
        found = [] if weights else [Layer(name, kind)]
        for path, kernel, b in weights:
            kernel, b = (a if a is None else np.asarray(a) for a in (kernel, b))
            places, matrix = int(np.prod(kernel.shape[:-2])), kernel.reshape(-1, kernel.shape[-1])
            read = 1 / np.prod(np.broadcast_to(stride, kernel.ndim - 2))
            found.append(Layer(name or path, kind, None, None, matrix, b, places, groups, read))
            self.read.add(path)
        self.calls.append(found)
        return (z, *rest) if isinstance(out, tuple) else z

    def records(self, signals, gradients):
        """Return the layers, with the signals and gradients of their calls, as arrays."""
        for layers, (h, z), dz in zip(self.calls, signals, gradients, strict=True):
            for layer in layers:
                layer.h, layer.z, layer.dz = (None if a is None else np.asarray(a)
                                              for a in (h, z, dz))  # fmt: skip
        return [layer for layers in self.calls for layer in layers]


@contextmanager
def watched(classes, watch):
    """Let every call of a layer of these classes be `watch(call, layer, *args, **kwargs)`."""

    def replaced(plain):
        def called(self, *args, **kwargs):
            return watch(partial(plain, self), self, *args, **kwargs)

        return called

    with ExitStack() as stack:
        for kind in classes:
            stack.callback(setattr, kind, "__call__", kind.__call__)
            kind.__call__ = replaced(kind.__call__)
        yield


def main_output(output):
    """Return the tensor among what a network gives: the first, or its logits."""
    while isinstance(output, tuple | list):
        output = output[0]
    return getattr(output, "logits", output)


def run_on_torch(run, rng):
    """Return (tape, layers, output) of `run(tape)`, a network on PyTorch."""
    import torch

    nudges = []

    def nudge(_, z):
        nudges.append(torch.zeros_like(z, requires_grad=True))
        return nudges[-1]

    tape = Tape(lambda a: a.detach().clone(), nudge)
    output = main_output(run(tape))
    readout = torch.from_numpy(rng.standard_normal(tuple(output.shape))).to(output)
    total = (output * readout).sum()
    gradients = torch.autograd.grad(total, nudges, allow_unused=True) if nudges else ()
    return tape, tape.records(tape.signals, gradients), output.detach().numpy()


def run_on_jax(run, rng):
    """Return (tape, layers, output) of `run(tape)`, a network on JAX."""
    import jax
    import jax.numpy as jnp
    from jax.extend.core import get_opaque_trace_state

    tapes = []

    def forward(nudge):
        tapes.append(Tape(lambda a: a, nudge, lambda: get_opaque_trace_state(convention="flax")))
        return main_output(run(tapes[-1])), tapes[-1].signals

    def loss(nudges):
        output, signals = forward(lambda k, _: nudges[k])
        return jnp.sum(output * readout), (output, signals)

    shape, signals = jax.eval_shape(lambda: forward(lambda _, z: jnp.zeros_like(z)))
    readout = jnp.asarray(rng.standard_normal(shape.shape), shape.dtype)
    nudges = [jnp.zeros(z.shape, z.dtype) for _, z in signals]
    gradients, (output, signals) = jax.jit(jax.grad(loss, has_aux=True))(nudges)
    return tapes[-1], tapes[-1].records(signals, gradients), np.asarray(output)
