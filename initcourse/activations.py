"""Activation functions φ with their derivatives φ′, elementwise and in the dtype they are given."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from initcourse.arguments import number


@dataclass(frozen=True)
class Activation:
    """An activation function φ and its derivative φ′.

    Attributes
    ----------
    name : str
        The name shown in menus and legends.
    phi, dphi : callable
        φ and φ′: array of any shape in, array of the same shape and dtype out.
    slopes : (float, float), optional
        For the activations that are two straight lines meeting at 0: the slope
        left and right of it. The theory is then exact instead of integrated.
    bounds : (float, float), optional
        The values φ approaches at −∞ and +∞, where it saturates.

    Examples
    --------
    >>> tanh(np.array([0.0, 1.0])).round(4)
    array([0.    , 0.7616])
    >>> relu.dphi(np.array([-1.0, 2.0]))
    array([0., 1.])
    """

    name: str
    phi: Callable[[np.ndarray], np.ndarray]
    dphi: Callable[[np.ndarray], np.ndarray]
    slopes: tuple[float, float] | None = None
    bounds: tuple[float, float] | None = None

    def __call__(self, z):
        """Return φ(z), elementwise."""
        return self.phi(z)


def _sigmoid(z):
    # 1/(1 + e^−z) written with tanh, which cannot overflow.
    return 0.5 * (1 + np.tanh(0.5 * z))


def _sigmoid_slope(z):
    s = _sigmoid(z)
    return s * (1 - s)


def _relu_slope(z):
    # The slope at 0 itself is taken as 0, as in PyTorch and JAX.
    return (z > 0).astype(np.asarray(z).dtype)


identity = Activation("identity", lambda z: z, np.ones_like, slopes=(1.0, 1.0))
sigmoid = Activation("sigmoid", _sigmoid, _sigmoid_slope, bounds=(0.0, 1.0))
tanh = Activation("tanh", np.tanh, lambda z: 1 - np.tanh(z) ** 2, bounds=(-1.0, 1.0))
relu = Activation("ReLU", lambda z: np.maximum(z, 0), _relu_slope, slopes=(0.0, 1.0))


def leaky_relu(a=0.01):
    """Return the leaky ReLU with slope `a` left of zero: φ(z) = z for z > 0, else a·z.

    Parameters
    ----------
    a : float
        Slope for negative z; finite. 0 gives ReLU, 1 the identity.

    Returns
    -------
    Activation

    References
    ----------
    He, Zhang, Ren, Sun (2015), "Delving Deep into Rectifiers", section 2.1.

    Examples
    --------
    >>> leaky_relu(0.1)(np.array([-2.0, 3.0]))
    array([-0.2,  3. ])
    """
    a = float(number("the slope a", a, positive=False))  # a float leaves float32 arrays float32

    def phi(z):
        return np.where(z > 0, z, a * z)

    def dphi(z):
        return np.where(z > 0, 1.0, a).astype(np.result_type(z, a))

    return Activation(f"leaky ReLU {a:g}", phi, dphi, slopes=(a, 1.0))


#: The activations of the laboratories, by the name that menus show.
ACTIVATIONS = {phi.name: phi for phi in (tanh, relu, sigmoid, identity, leaky_relu(0.1))}
