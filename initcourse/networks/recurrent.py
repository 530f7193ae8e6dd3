"""A recurrent network that keeps the signal and the gradient of every time step.

Forward, for t = 1 … T, from h₀ = 0:        z_t = x_t W + h_{t−1} U + b,   h_t = φ(z_t)
                                            output = φ_out(h_T V + c)
Backward, with δ_t = ∂loss/∂z_t:            δ_{t−1} = (δ_t Uᵀ) ∘ φ′(z_{t−1})
                                            ∂loss/∂U = Σ_t h_{t−1}ᵀ δ_t,   ∂loss/∂W = Σ_t x_tᵀ δ_t

The same U at every step: that is all that sets it apart from a perceptron of T layers. Source:
Werbos (1990), "Backpropagation through time: what it does and how to do it".

Sequences are ``(batch, steps, inputs)``. An optional leading axis holds several networks of one
shape, as in `initcourse.networks.mlp`.
"""

from dataclasses import dataclass

import numpy as np

from initcourse._validate import generator
from initcourse.networks.base import Network, Signals, transposed


@dataclass
class RecurrentSignals(Signals):
    """`Signals` by time step: z[t] and h[t] for t = 0 … T, then z[T+1], h[T+1] of the output.

    z[0] = h[0] is the start; x_rows, shape (T·batch, inputs), is the input, step after step.
    """

    x_rows: np.ndarray


class RecurrentNet(Network):
    """A plain recurrent network whose last state is read by a dense layer.

    `forward` takes sequences, (batch, steps, inputs), and may be given `start`, h₀ of shape
    (batch, n), which is 0 otherwise. `backward` returns delta[t] for t = 1 … T, delta[T + 1] of
    the dense layer, and delta[0] = ∂loss/∂h₀. (∂loss/∂x_t is delta[t] Wᵀ.)

    Parameters
    ----------
    weights : list of three ndarrays
        W (inputs, n), U (n, n) and V (n, outputs); with a leading axis, several networks.
    activation, output, biases
        As for `MLP`: φ of the state and of the dense layer, and b (n,) and c (outputs,).

    Raises
    ------
    ValueError
        If the shapes do not fit, or an activation is none.

    Examples
    --------
    >>> from initcourse import lecun_normal, orthogonal, tanh
    >>> net = RecurrentNet.create(2, 16, 10, lecun_normal, tanh, recurrent=orthogonal, rng=0)
    >>> signals = net.forward(np.ones((5, 30, 2)))
    >>> len(signals.h), signals.h[30].shape, signals.output.shape
    (32, (5, 16), (5, 10))
    >>> gradients = net.backward(signals, np.ones((5, 10)))
    >>> gradients.delta[1].shape, [dW.shape for dW in gradients.weights]
    ((5, 16), [(2, 16), (16, 16), (16, 10)])
    """

    input_axes = ("batch", "steps")

    def _require_weights(self):
        shapes = [np.shape(W)[-2:] for W in self.weights]
        if len(shapes) == 3 and all(len(shape) == 2 for shape in shapes):
            (_, n), square, (into_V, _) = shapes
            if square == (n, n) and into_V == n:
                return
        wanted = "W (inputs, n), U (n, n) and V (n, outputs)"
        raise ValueError(f"weights must be {wanted}, got shapes {shapes}")

    def _matrices(self):
        return self.weights[1:]

    @classmethod
    def create(cls, inputs, n, outputs, init, activation, *, recurrent=None, rng=None, **options):
        """Build a network of n units; `init` draws W and V, and U unless `recurrent` does.

        Both are called as ``init((fan_in, fan_out), rng=rng)``; the biases are 0. `options`, such
        as `output`, go to the class.
        """
        rng = generator(rng)
        W, V = init((inputs, n), rng=rng), init((n, outputs), rng=rng)
        U = (recurrent or init)((n, n), rng=rng)
        return cls([W, U, V], activation, **options)

    def _forward(self, x, start=None):
        (W, U, V), (b, c), (phi, phi_out) = self.weights, self.biases, self.activations
        *lead, batch, T, inputs = x.shape
        first = np.zeros((*b.shape[:-1], batch, b.shape[-1]), W.dtype)
        first = first if start is None else first + start
        z, h = [first], [first]
        x_rows = x.swapaxes(-3, -2).reshape(*lead, T * batch, inputs)  # step by step
        s = x_rows @ W + b[..., None, :]  # what does not wait for the step before
        s = s.reshape(*s.shape[:-2], T, batch, -1)
        for t in range(1, T + 1):
            z.append(h[-1] @ U)
            z[-1] += s[..., t - 1, :, :]
            h.append(phi(z[-1]))
        z.append(h[-1] @ V + c[..., None, :])
        h.append(phi_out(z[-1]))
        return RecurrentSignals(z, h, x_rows)

    def _backward(self, found, signals, grad_output, to_input, to_weights):
        (_, U, V), (phi, phi_out) = self.weights, self.activations
        z, h, T, delta = signals.z, signals.h, len(signals.h) - 2, found.delta
        delta[T + 1] = grad_output * phi_out.derivative(z[T + 1], h[T + 1])
        delta[T] = (delta[T + 1] @ transposed(V)) * phi.derivative(z[T], h[T])
        for t in range(T - 1, 0, -1):
            delta[t] = delta[t + 1] @ transposed(U)
            delta[t] *= phi.derivative(z[t], h[t])
        if to_input:
            delta[0] = delta[1] @ transposed(U)
        if to_weights:
            # all steps below each other: one product is the sum over steps and batch
            before = np.concatenate(h[:T], axis=-2)
            rows = np.concatenate(delta[1 : T + 1], axis=-2)
            found.weights[:] = [
                transposed(signals.x_rows) @ rows,
                transposed(before) @ rows,
                transposed(h[T]) @ delta[T + 1],
            ]
            found.biases[:] = rows.sum(axis=-2), delta[T + 1].sum(axis=-2)


def spectral_radius(U):
    """Return the largest |λ| over the eigenvalues of a square matrix: how fast its powers grow.

    >>> spectral_radius(np.array([[0.0, 2.0], [-2.0, 0.0]])).round(6)
    np.float64(2.0)
    """
    if np.ndim(U) != 2 or len(U) != np.shape(U)[1]:
        raise ValueError(f"U must be a square matrix, got shape {np.shape(U)}")
    return np.abs(np.linalg.eigvals(U)).max()
