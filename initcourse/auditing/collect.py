"""Run a network once, whatever framework it is written in, and return its `Layer` records.

No framework is imported unless the network is one of its own.
"""

import numpy as np

from initcourse.auditing.records import Layer
from initcourse.networks import MLP
from initcourse.networks.base import transposed


def framework_of(model):
    """Return "course", "torch", "keras", "nnx" or "linen"; raise ValueError for anything else."""
    if isinstance(model, tuple) and len(model) == 2:
        model = model[0]
    bases = [kind.__module__ for kind in type(model).__mro__]
    if isinstance(model, MLP):
        return "course"
    for framework, prefix in (("keras", "keras."), ("torch", "torch."), ("nnx", "flax.nnx"),
                              ("linen", "flax.linen")):  # fmt: skip
        if any(base.startswith(prefix) for base in bases):
            return framework
    raise ValueError(
        "audit takes an initcourse MLP or ResidualMLP, a PyTorch module, a Keras model, a Flax nnx "
        f"module or a pair (Flax linen module, its variables), got {type(model).__name__}"
    )


def collect(model, x, rng):
    """Return (layers, output) of one forward and one backward pass of a random readout."""
    framework = framework_of(model)
    if framework == "course":
        return from_course(model, x, rng)
    if framework == "torch":
        from initcourse.auditing.from_torch import from_torch as run
    elif framework == "keras":
        from initcourse.auditing.from_keras import from_keras as run
    else:
        from initcourse.auditing.from_flax import from_flax as run
    return run(model, x, rng)


def from_course(net, x, rng):
    """Return the records of one of the course's networks of dense layers."""
    signals = net.forward(np.asarray(x, dtype=float))
    delta = net.backward(signals, rng.standard_normal(signals.output.shape), to_weights=False).delta
    parts = zip(net.weights, net.biases, signals.h[:-1], signals.z[1:], delta[1:], strict=True)
    layers = [
        Layer(f"layer {l}", "dense", h, z, W, b, dz, dz @ transposed(W))
        for l, (W, b, h, z, dz) in enumerate(parts, start=1)
    ]
    layers[-1].phi = net.activations[-1]
    return layers, signals.output


class Tape:
    """Records layers while a network of JAX or Keras runs, and adds `nudges` to what they read.

    The gradient by a nudge of 0 is ∂loss/∂h, or ∂loss/∂z.
    """

    def __init__(self, nudges=None):
        self.layers, self.nudges, self.inside = [], nudges, False

    def layer(self, call, h, name, kind, **parts):
        """Call a layer, record what it reads and gives, and return what it gives."""
        if self.inside:
            return call(h)
        self.inside = True
        try:
            nudge = self.nudges[len(self.layers)] if self.nudges else (None, None)
            h = h if nudge[0] is None else h + nudge[0]
            z = call(h)
            z = z if nudge[1] is None else z + nudge[1]
        finally:
            self.inside = False
        self.layers.append((h, z, name, kind, parts))
        return z

    def records(self, to_numpy, gradients):
        """Return the layers as `Layer`, with their gradients."""
        found = []
        for (h, z, name, kind, parts), (dh, dz) in zip(self.layers, gradients, strict=True):
            parts = {k: to_numpy(v) if k in "Wb" and v is not None else v for k, v in parts.items()}
            h, z, dh, dz = (None if a is None else to_numpy(a) for a in (h, z, dh, dz))
            found.append(Layer(name, kind, h, z, dh=dh, dz=dz, **parts))
        return found


def jax_records(run, x, rng):
    """Return (layers, output) of `run(tape, x)`, a network on JAX."""
    import jax
    import jax.numpy as jnp

    tape = Tape()
    output = run(tape, x)
    readout = jnp.asarray(rng.standard_normal(output.shape), output.dtype)

    def zero(a):
        return jnp.zeros_like(a) if jnp.issubdtype(a.dtype, jnp.floating) else None

    nudges = [(zero(h), zero(z)) for h, z, *_ in tape.layers]
    gradients = jax.grad(lambda nudges: jnp.sum(run(Tape(nudges), x) * readout))(nudges)
    return tape.records(np.asarray, gradients), np.asarray(output)
