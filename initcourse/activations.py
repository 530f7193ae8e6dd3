"""Activation functions φ with their derivatives φ′, elementwise and in the dtype they are given."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from initcourse._validate import number


@dataclass(frozen=True, repr=False)
class Activation:
    """An activation function φ and its derivative φ′.

    Attributes
    ----------
    name : str
        The name shown in menus and legends.
    phi, dphi : callable
        φ and φ′: array of any shape in, array of the same shape and dtype out.
    slopes : (float, float), optional
        (left, right) of 0, if φ is two straight lines that meet there. The mean-field theory
        then uses its exact formulas instead of `phi`.
    bounds : (float, float), optional
        The values φ approaches at −∞ and +∞, where it saturates, and has reached at ±40. Who has
        them has `dphi_of_h`, too.
    dphi_of_h : callable, optional
        φ′ as a function of h = φ(z), which saves computing φ once more: see `derivative`.

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
    dphi_of_h: Callable[[np.ndarray], np.ndarray] | None = None

    def __call__(self, z):
        """Return φ(z), elementwise."""
        return self.phi(z)

    def __repr__(self):
        return self.name

    def derivative(self, z, h):
        """Return φ′(z), where h = φ(z) is known already."""
        return self.dphi(z) if self.dphi_of_h is None else self.dphi_of_h(h)


def _saturating(name, phi, dphi_of_h, bounds):
    """Return the Activation of a φ whose derivative is a function of h = φ(z)."""
    return Activation(name, phi, lambda z: dphi_of_h(phi(z)), bounds=bounds, dphi_of_h=dphi_of_h)


def _sigmoid(z):
    # 1/(1 + e^−z) written with tanh, which cannot overflow.
    return 0.5 * (1 + np.tanh(0.5 * z))


sigmoid = _saturating("sigmoid", _sigmoid, lambda h: h * (1 - h), (0.0, 1.0))
tanh = _saturating("tanh", np.tanh, lambda h: 1 - h * h, (-1.0, 1.0))

#: σ(z) − ½ = ½ tanh(z/2): a sigmoid network whose biases are −½ΣW computes exactly with this.
centred_sigmoid = _saturating(
    "sigmoid − ½", lambda z: 0.5 * np.tanh(0.5 * z), lambda h: 0.25 - h * h, (-0.5, 0.5)
)

#: LeCun's 1.7159 tanh(2z/3), with φ(±1) = ±1: LeCun et al. (1998), "Efficient BackProp", §4.4.
scaled_tanh = _saturating(
    "1.7159 tanh(2z/3)",
    lambda z: 1.7159 * np.tanh(2 / 3 * z),
    lambda h: 1.7159 * 2 / 3 * (1 - (h / 1.7159) ** 2),
    (-1.7159, 1.7159),
)

identity = Activation("identity", lambda z: z, np.ones_like, slopes=(1.0, 1.0))
# ReLU's slope at 0 itself is taken as 0, as in PyTorch and JAX.
relu = Activation(
    "ReLU",
    lambda z: np.maximum(z, 0),
    lambda z: (z > 0).astype(np.asarray(z).dtype),
    slopes=(0.0, 1.0),
)


def leaky_relu(a=0.01):
    """Return the leaky ReLU with slope `a` left of zero: φ(z) = z for z > 0, else a·z.

    `a` is finite; 0 gives ReLU, 1 the identity. He, Zhang, Ren, Sun (2015), "Delving Deep into
    Rectifiers", section 2.1.

    >>> leaky_relu(0.1)(np.array([-2.0, 3.0]))
    array([-0.2,  3. ])
    """
    # a float leaves float32 arrays float32
    return _leaky_relu(float(number("the slope a", a, positive=False)))


@cache  # one object for each slope: networks with the same slope can be stacked
def _leaky_relu(a):
    return Activation(
        f"leaky ReLU {a:g}",
        lambda z: np.where(z > 0, z, a * z),
        lambda z: np.where(z > 0, 1.0, a).astype(np.result_type(z, a)),
        slopes=(a, 1.0),
    )


#: What most explorers, the race and the clinic offer, by the name that menus show.
ACTIVATIONS = {phi.name: phi for phi in (tanh, relu, sigmoid, identity, leaky_relu(0.1))}


# --- activations of later networks: for lesson 11, and for whoever builds one of these


def erf(z):
    """Return the error function of every number of an array, in its dtype, to full precision.

    >>> erf(np.array([0.0, 1.0])).round(6)
    array([0.      , 0.842701])
    """
    z = np.asarray(z)
    values = np.frompyfunc(math.erf, 1, 1)(z)  # one number at a time
    return np.asarray(values, dtype=z.dtype if z.dtype.kind == "f" else float)[()]


def _normal_cdf(z):
    return 0.5 * (1 + erf(z * (1 / math.sqrt(2))))


def _gelu_slope(z):
    # Φ(z) + z·p(z), with the standard normal's density p/√(2π), 0 beyond 40
    p = np.exp(-0.5 * np.clip(z, -40, 40) ** 2)
    return _normal_cdf(z) + z * p * (1 / math.sqrt(2 * math.pi))


def _silu_slope(z):
    s = _sigmoid(z)
    return s + z * s * (1 - s)


#: z·Φ(z), exact (PyTorch's default; Flax's is an approximation by tanh): Hendrycks and Gimpel
#: (2016), "Gaussian Error Linear Units (GELUs)".
gelu = Activation("GELU", lambda z: z * _normal_cdf(z), _gelu_slope)

#: z·σ(z), also called Swish: Elfwing, Uchibe and Doya (2018), "Sigmoid-weighted linear units".
silu = Activation("SiLU", lambda z: z * _sigmoid(z), _silu_slope)

#: ln(1 + eᶻ), a ReLU without a corner; its derivative is the sigmoid.
softplus = Activation("softplus", lambda z: np.maximum(z, 0) + np.log1p(np.exp(-abs(z))), _sigmoid)

_LAMBDA, _ALPHA = 1.0507009873554805, 1.6732632423543772

#: λz for z > 0, else λα(eᶻ − 1), with λ and α chosen so that a standard Gaussian leaves with
#: mean 0 and variance 1: Klambauer et al. (2017), "Self-Normalizing Neural Networks", section 2.
selu = Activation(
    "SELU",
    lambda z: _LAMBDA * np.where(z > 0, z, _ALPHA * np.expm1(np.minimum(z, 0))),
    lambda z: _LAMBDA * np.where(z > 0, 1, _ALPHA * np.exp(np.minimum(z, 0))),
)

#: sin z: bounded like tanh, but not monotone.
sine = Activation("sine", np.sin, np.cos)

#: What lesson 11's menu offers, by name.
MORE_ACTIVATIONS = {
    phi.name: phi for phi in (gelu, silu, softplus, selu, sine, scaled_tanh, tanh, sigmoid, relu)
}
