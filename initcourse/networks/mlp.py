"""A multilayer perceptron that keeps every layer's signal and gradient.

Forward, for l = 1 … L, with h⁰ = x:        zˡ = hˡ⁻¹ Wˡ + bˡ,   hˡ = φ(zˡ)
Backward, with δˡ = ∂loss/∂zˡ:              δˡ⁻¹ = (δˡ Wˡᵀ) ∘ φ′(zˡ⁻¹)
                                            ∂loss/∂Wˡ = hˡ⁻¹ᵀ δˡ

Arrays are ``(batch, units)``. An optional leading axis holds several networks of one shape, which
then compute together: weights ``(networks, fan_in, fan_out)``. An x without it is for all.
"""

from itertools import pairwise

from initcourse.networks.base import Network, Signals, transposed


class MLP(Network):
    """A feed-forward network of dense layers.

    Parameters
    ----------
    weights : list of ndarray
        Wˡ, shape ``(fan_in, fan_out)``, or ``(networks, fan_in, fan_out)``.
    activation : Activation
        φ of the hidden layers.
    output : Activation
        φ of the last layer; the identity unless said otherwise.
    biases : list of ndarray, optional
        bˡ, shape ``(fan_out,)`` or ``(networks, fan_out)``; zero by default.

    Raises
    ------
    ValueError
        If there is no layer, or two neighbouring shapes do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from initcourse import he_normal, relu
    >>> net = MLP.create([8, 32, 3], he_normal, relu, rng=0)
    >>> signals = net.forward(np.ones((5, 8)))
    >>> [h.shape for h in signals.h]
    [(5, 8), (5, 32), (5, 3)]
    >>> net.backward(signals, np.ones((5, 3))).weights[0].shape
    (8, 32)
    """

    @classmethod
    def create(cls, widths, init, activation, *, rng=None, **options):
        """Build a network of the given widths (input first, output last), drawn by `init`.

        `init` is called once a layer as ``init((fan_in, fan_out), rng=rng)``; the biases are 0.
        `options`, such as `output`, go to the class.
        """
        if len(widths := list(widths)) < 2:
            raise ValueError(f"widths must name at least an input and an output, got {widths!r}")
        return cls.draw(pairwise(widths), init, activation, rng=rng, **options)

    @property
    def widths(self):
        """Units in each layer, input first."""
        return [self.weights[0].shape[-2], *(W.shape[-1] for W in self.weights)]

    def _product(self, signal, W):
        """Return what the weights make of a signal; `propagation` multiplies it by a scale."""
        return signal @ W

    def _forward(self, x):
        z, h = [x], [x]
        for W, b, phi in zip(self.weights, self.biases, self.activations, strict=True):
            z.append(self._product(h[-1], W))
            z[-1] += b[..., None, :]
            h.append(phi(z[-1]))
        return Signals(z, h)

    def _backward(self, found, signals, grad_output, to_input, to_weights):
        z, h, delta, from_above = signals.z, signals.h, found.delta, grad_output
        for l in range(len(self.weights), 0, -1):
            delta[l] = from_above * self.activations[l - 1].derivative(z[l], h[l])
            if to_weights:
                found.add_layer(l, h[l - 1], delta[l])
            if l > 1 or to_input:
                from_above = self._product(delta[l], transposed(self.weights[l - 1]))
        if to_input:
            delta[0] = from_above
