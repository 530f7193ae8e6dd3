"""Optimizers: what is subtracted from the parameters θ, given their gradient g.

    SGD        θ ← θ − η g
    momentum   v ← β v + g,                        θ ← θ − η v
    Adam       m ← β₁ m + (1−β₁) g,  s ← β₂ s + (1−β₂) g²,  θ ← θ − η m̂ / (√ŝ + ε)

Sources: Polyak (1964) for momentum; Kingma and Ba (2015), "Adam", algorithm 1.
"""

import numpy as np


class SGD:
    """Plain gradient descent: the update is η g."""

    def __init__(self, rate):
        self.rate = rate

    def update(self, g):
        """Return what is subtracted from θ, written over g, which has the shape of θ."""
        return np.multiply(self.rate, g, out=g)


class Momentum:
    """Heavy-ball momentum: v ← β v + g, the update is η v."""

    def __init__(self, rate, beta=0.9):
        self.rate, self.beta, self.v = rate, beta, None

    def update(self, g):
        """Return what is subtracted from θ, written over g, which has the shape of θ."""
        if self.v is None:
            self.v = np.zeros_like(g)
        self.v *= self.beta
        self.v += g
        return np.multiply(self.rate, self.v, out=g)


class Adam:
    """Adam: the mean gradient, divided by its own root mean square."""

    def __init__(self, rate, beta1=0.9, beta2=0.999, eps=1e-8):
        self.rate, self.beta1, self.beta2, self.eps = rate, beta1, beta2, eps
        self.m, self.s, self.t = 0.0, 0.0, 0

    def update(self, g):
        """Return what is subtracted from θ; g has the shape of θ."""
        self.t += 1
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.s = self.beta2 * self.s + (1 - self.beta2) * g**2
        m_hat = self.m / (1 - self.beta1**self.t)
        s_hat = self.s / (1 - self.beta2**self.t)
        return self.rate * m_hat / (np.sqrt(s_hat) + self.eps)


#: The optimisers by the name that menus show.
OPTIMIZERS = {"SGD": SGD, "momentum": Momentum, "Adam": Adam}
