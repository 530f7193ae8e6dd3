"""What all networks of the course share: checked arguments, `stack`, signals that may overflow.

A network is a subclass of `Network` with two methods of its own:

    _forward(x)         returns the `Signals` of a batch
    _backward(found, signals, grad_output, to_input, to_weights)    fills the `Gradients` in `found`

Then `stack` computes many at once, `training.train` moves it and `lsuv` scales it. One whose
weights are no chain of matrices says so in `_require_weights` and `_matrices`; one with arguments
of its own names them in `options`, and one with further gradients
names their class in `gradients`.
"""

from copy import copy
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from initcourse._validate import generator
from initcourse.activations import Activation, identity


@dataclass
class Signals:
    """What the forward pass leaves behind: z[l] and h[l] for l = 0 … L, with z[0] = h[0] = x."""

    z: list[np.ndarray]
    h: list[np.ndarray]

    @property
    def output(self):
        """h[L], the network's output."""
        return self.h[-1]


@dataclass
class Gradients:
    """What the backward pass leaves behind.

    delta[l] = ∂loss/∂z[l] for l = 0 … L (delta[0] is the gradient of the input, or None);
    weights[l−1] = ∂loss/∂Wˡ and biases[l−1] = ∂loss/∂bˡ, or None.
    """

    delta: list[np.ndarray]
    weights: list[np.ndarray]
    biases: list[np.ndarray]

    def add_layer(self, l, h, delta):
        """Put in ∂loss/∂Wˡ = hᵀδ and ∂loss/∂bˡ = Σδ (over the batch), for zˡ = h Wˡ + bˡ."""
        self.weights[l - 1] = transposed(h) @ delta
        # delta.sum(axis=-2), which takes NumPy two to four times as long for a stack
        self.biases[l - 1] = np.ones_like(delta, shape=delta.shape[-2]) @ delta


class Network:
    """A network: one of its weights, biases and activations for each layer.

    Attributes
    ----------
    weights, biases : list of ndarray
    activations : list of Activation
    options : tuple of str
        Its own keyword arguments, kept as attributes: what `stack` has to hand on.
    gradients : type
        What `backward` returns; what `_backward` is given to fill.
    input_axes : tuple of str
        Axes of an input before the last one, which has as many numbers as the first weight reads.
    """

    options = ()
    gradients = Gradients
    input_axes = ("batch",)

    def __init__(self, weights, activation, *, output=identity, biases=None):
        self.weights = list(weights)
        self._require_weights()
        for phi in (activation, output):
            if not isinstance(phi, Activation):
                raise ValueError(f"an activation must be an Activation, got {phi!r}")
        rows = [W[..., 0, :] for W in self._matrices()]  # shaped as the biases are
        self.biases = [np.zeros_like(row) for row in rows] if biases is None else list(biases)
        units, shapes = [row.shape[-1] for row in rows], [np.shape(b) for b in self.biases]
        if [shape[-1:] for shape in shapes] != [(n,) for n in units]:
            raise ValueError(f"biases must be one per unit, {units}, got shapes {shapes}")
        self.activations = [activation] * (len(rows) - 1) + [output]

    def _require_weights(self):
        """Raise ValueError unless the weights make a network."""
        require_chain(self.weights)

    def _matrices(self):
        """Return the weights, as matrices, that have a bias for each of their columns."""
        return self.weights

    @classmethod
    def draw(cls, shapes, init, activation, *, rng=None, **options):
        """Build a network with weights ``init(shape, rng=rng)`` one after another, and biases 0."""
        rng = generator(rng)
        return cls([init(shape, rng=rng) for shape in shapes], activation, **options)

    @classmethod
    def stack(cls, networks, *, dtype=None):
        """Return copies of networks of one shape as one that computes all of them at once.

        The weights get a leading axis, ``(networks, fan_in, fan_out)``, and the dtype, if given.

        Raises
        ------
        ValueError
            If one is of another class than this, or differs in more than its numbers.
        """
        networks = list(networks)
        kinds = sorted({type(net).__name__ for net in networks if type(net) is not cls})
        if kinds or not networks:
            given = " and ".join(kinds) or "nothing"
            raise ValueError(f"{cls.__name__}.stack takes networks of that class, got {given}")
        together = copy(networks[0])
        for kind in ("weights", "biases"):
            layers = zip(*(getattr(net, kind) for net in networks), strict=True)
            setattr(together, kind, [np.stack(a).astype(dtype or a[0].dtype) for a in layers])
        for name in ("activations", *cls.options):
            values = [getattr(net, name) for net in networks]
            if any(value != values[0] for value in values):
                shown = " and ".join(sorted({str(value) for value in values}))
                raise ValueError(f"networks of one stack must have the same {name}, got {shown}")
        return together

    def forward(self, x, **start):
        """Push a batch x through the network; return its `Signals`, of the network's own kind.

        `start` is the state that a recurrent network begins with.
        """
        x, n = np.asarray(x), self.weights[0].shape[-2]
        if x.ndim <= len(self.input_axes) or x.shape[-1] != n:
            wanted = f"({', '.join(self.input_axes)}, {n})"
            raise ValueError(f"x must have shape {wanted}, got {x.shape}")
        # A signal that overflows becomes inf, then NaN: shown as exploded, not warned about.
        with np.errstate(over="ignore", invalid="ignore"):
            return self._forward(x, **start)

    def backward(self, signals, grad_output, *, to_input=True, to_weights=True):
        """Push ∂loss/∂output, of the output's shape, back; return `Gradients`.

        `signals` is what `forward` returned. Where δ of the input, or the gradients of weights and
        biases, are not wanted, `to_input` and `to_weights` save time.
        """
        # of a stack (lead is 1) one gradient may be for all networks
        shape, lead = signals.output.shape, self.biases[0].ndim - 1
        if np.shape(grad_output) not in (shape, shape[lead:]):
            raise ValueError(f"grad_output must have shape {shape}, got {np.shape(grad_output)}")
        found = self.gradients(*([None] * len(a) for a in (signals.z, self.weights, self.biases)))
        with np.errstate(over="ignore", invalid="ignore"):
            self._backward(found, signals, grad_output, to_input, to_weights)
        return found


def require_chain(weights):
    """Raise ValueError unless each weight array reads what the one before it writes."""
    if not weights:
        raise ValueError("a network needs at least one weight matrix, got none")
    for W in weights:
        if np.ndim(W) < 2:
            raise ValueError(f"a weight matrix needs two axes, got shape {np.shape(W)}")
    for below, above in pairwise(weights):
        if below.shape[-1] != above.shape[-2]:
            raise ValueError(f"shapes do not fit: {below.shape} is followed by {above.shape}")


def transposed(matrix):
    """Return the matrix, or each of a stack, with rows and columns exchanged; a view."""
    return matrix.swapaxes(-1, -2)
