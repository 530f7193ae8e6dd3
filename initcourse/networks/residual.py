"""A residual network: each block adds a branch to the stream that passes through it.

    stream⁰ = x W_in + b_in
    streamˡ = streamˡ⁻¹ + α · branchˡ(streamˡ⁻¹)                l = 1 … L
    output  = streamᴸ W_out + b_out

A branch is φ(h W₁ + b₁) W₂ + b₂ ("two layers") or φ(h W + b) ("one layer", which ends in φ).
Backward, the gradient of the stream passes each block along the same two ways:

    ∂/∂streamˡ⁻¹ = ∂/∂streamˡ + α · (the gradient that comes through branchˡ)

Source: He, Zhang, Ren, Sun (2016), "Identity mappings in deep residual networks", section 2.
"""

from dataclasses import dataclass, field

import numpy as np

from initcourse._validate import generator, number, one_of, whole
from initcourse.activations import identity
from initcourse.initializers import lecun_normal
from initcourse.networks.base import Gradients, Signals, transposed
from initcourse.networks.mlp import MLP

#: Layers in a branch.
BRANCHES = {"two layers": 2, "one layer": 1}


@dataclass
class ResidualSignals(Signals):
    """`Signals` of all layers, and stream[l] for l = 0 … L, the signal between the blocks.

    h[k] is what layer k + 1 reads, so that ∂loss/∂Wᵏ = hᵏ⁻¹ᵀ δᵏ as in any network.
    """

    stream: list[np.ndarray]


@dataclass
class ResidualGradients(Gradients):
    """`Gradients` of all layers, and stream[l] = ∂loss/∂streamˡ for l = 0 … L."""

    stream: list[np.ndarray] = field(default_factory=list)


class ResidualMLP(MLP):
    """A residual network of dense layers.

    Parameters
    ----------
    weights : list of ndarray
        W_in, the branches' matrices from block 1 to L, W_out; each ``(fan_in, fan_out)`` or
        ``(networks, fan_in, fan_out)``.
    activation, output, biases
        As for `MLP`; φ stands inside the branches.
    alpha : float
        α, the factor on every branch.
    branch : {"two layers", "one layer"}

    Raises
    ------
    ValueError
        If the matrices do not make whole blocks, or shapes do not fit.

    Examples
    --------
    >>> from initcourse import he_normal, relu
    >>> net = ResidualMLP.create([8, 30, 3], he_normal, relu, blocks=4, alpha=0.5, rng=0)
    >>> signals = net.forward(np.ones((5, 8)))
    >>> len(net.weights), len(signals.stream), signals.stream[4].shape, signals.output.shape
    (10, 5, (5, 30), (5, 3))
    """

    options = ("alpha", "branch")
    gradients = ResidualGradients

    def __init__(self, weights, activation, *, alpha=1.0, branch="two layers", **options):
        super().__init__(weights, activation, **options)
        self.branch = one_of("branch", branch, tuple(BRANCHES))
        # a float of Python leaves float32 arrays float32
        self.alpha = float(number("alpha", alpha, positive=False))
        inside, layers = len(self.weights) - 2, BRANCHES[branch]
        if inside < layers or inside % layers:
            raise ValueError(
                f"a network needs W_in, {layers} matrices for each block, and W_out: "
                f"{len(self.weights)} matrices do not make whole blocks of {branch!r}"
            )
        streams = self.widths[1:-1:layers]
        if len(set(streams)) > 1:
            raise ValueError(f"every block must leave the stream's width, got widths {streams}")

    @classmethod
    def create(
        cls, widths, init, activation, *, blocks, alpha=1.0, branch="two layers", last_init=None,
        rng=None, **options,
    ):  # fmt: skip
        """Build a network of the given `blocks`; its biases are 0.

        Parameters
        ----------
        widths : sequence of three int
            Inputs, width of the stream, outputs.
        init, last_init : callable
            Draw the branches' matrices, ``init((fan_in, fan_out), rng=rng)``; `last_init` the
            second one of a branch of two layers (default: as `init`). W_in and W_out have no φ
            before them and are drawn from N(0, 1/n_in).
        activation, alpha, branch, options
            As for the class.
        blocks : int
        rng : None, int or numpy.random.Generator
        """
        if len(widths := list(widths)) != 3:
            raise ValueError(f"widths must name inputs, stream and outputs, got {widths!r}")
        rng, (n_in, n, n_out) = generator(rng), widths
        inits = [init, last_init or init][: BRANCHES[one_of("branch", branch, tuple(BRANCHES))]]
        weights = [lecun_normal((n_in, n), rng=rng)]
        for _ in range(whole("blocks", blocks)):
            weights += [draw((n, n), rng=rng) for draw in inits]
        weights.append(lecun_normal((n, n_out), rng=rng))
        return cls(weights, activation, alpha=alpha, branch=branch, **options)

    @property
    def blocks(self):
        """L, the number of blocks."""
        return (len(self.weights) - 2) // BRANCHES[self.branch]

    def _forward(self, x):
        z, h = [x], [x]

        def layer(phi):
            k = len(z) - 1
            z.append(h[-1] @ self.weights[k] + self.biases[k][..., None, :])
            h.append(phi(z[-1]))

        layer(identity)
        stream = [h[-1]]
        for _ in range(self.blocks):
            layer(self.activations[0])
            if self.branch == "two layers":
                layer(identity)
            h[-1] = stream[-1] + self.alpha * h[-1]  # what the next block reads
            stream.append(h[-1])
        layer(self.activations[-1])
        return ResidualSignals(z, h, stream)

    def _backward(self, found, signals, grad_output, to_input, to_weights):
        z, h, K = signals.z, signals.h, len(self.weights)
        phi, last = self.activations[0], self.activations[-1]

        def below(k, delta_k):
            """Keep δᵏ and the gradients of Wᵏ and bᵏ; return ∂loss/∂hᵏ⁻¹ by way of layer k."""
            found.delta[k] = delta_k
            if to_weights:
                found.add_layer(k, h[k - 1], delta_k)
            return delta_k @ transposed(self.weights[k - 1])

        stream = [below(K, grad_output * last.derivative(z[K], h[K]))]
        for k in range(K - 1, 1, -BRANCHES[self.branch]):
            g = self.alpha * stream[-1]
            if self.branch == "two layers":
                g, k = below(k, g), k - 1
            stream.append(stream[-1] + below(k, g * phi.dphi(z[k])))
        to_x = below(1, stream[-1])
        if to_input:
            found.delta[0] = to_x
        found.stream = stream[::-1]
