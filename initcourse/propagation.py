"""Signals and gradients measured layer by layer, and set beside the theory.

Arrays of a layer are ``(batch, units)``. Strengths are means over the units for the first input of
a batch, spreads and shares are over the whole batch.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from initcourse._validate import generator, one_of, square
from initcourse.data.samples import unit_noise
from initcourse.networks.base import Signals
from initcourse.networks.mlp import MLP
from initcourse.rules import RULES, layer_variances
from initcourse.theory.finite_width import predict_strengths

#: Strengths beyond these are called vanished and exploded: float32 is near its ends (10^±38).
TINY, HUGE = 1e-30, 1e30


def mean_square(h):
    """Return mean(h²) over all entries; inf, without a warning, if the signal has exploded.

    >>> mean_square(np.array([[1.0, -2.0, 2.0]]))
    3.0
    """
    flat = h.ravel()
    with np.errstate(over="ignore", invalid="ignore"):
        mean = float(flat @ flat) / flat.size
    return mean if np.isfinite(mean) else np.inf


def std_over_units(h):
    """Return how much the units differ for a given input: std over units, averaged over inputs."""
    with np.errstate(over="ignore", invalid="ignore"):
        return float(h.std(axis=-1).mean())


def std_over_inputs(h):
    """Return how much a unit differs between inputs: std over the batch, averaged over units.

    When it vanishes the network no longer sees its input, whatever the histogram looks like.

    >>> h = np.array([[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]])
    >>> std_over_units(h).__round__(2), std_over_inputs(h)
    (0.82, 0.0)
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return float(h.std(axis=-2).mean())


def saturated_fraction(h, activation):
    """Return the share of h within 5 % of φ's half range of one of its ends: |h| > .95 for tanh.

    0 for an unbounded φ.

    >>> from initcourse import tanh
    >>> saturated_fraction(np.array([[0.2, 0.99, -0.99, 0.0]]), tanh)
    0.5
    """
    if activation.bounds is None:
        return 0.0
    low, high = activation.bounds
    edge = 0.05 * (high - low) / 2
    return float(((h < low + edge) | (h > high - edge)).mean())


def dead_fraction(h):
    """Return the share of units that are 0 for every input of the batch.

    >>> dead_fraction(np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 2.0]])).__round__(2)
    0.33
    """
    return float((h == 0).all(axis=-2).mean())


@dataclass
class Propagation:
    """One network, measured and predicted.

    Attributes
    ----------
    forward : ndarray, shape (L + 1,)
        mean((hˡ)²) over units, l = 0 … L, for the first input of the batch.
    backward : ndarray, shape (L,)
        mean((δˡ)²) over units, l = 1 … L, for that input; all NaN if the signal
        exploded in any layer.
    theory : (PredictionWithBand, PredictionWithBand) or None
        Forward and backward prediction with band, so that theory[0].theory is the forward curve;
        None for weights that are not random.
    signals : Signals
        z and h of the whole batch.
    """

    forward: np.ndarray
    backward: np.ndarray
    theory: tuple | None
    signals: Signals


class _ScaledMLP(MLP):
    """An `MLP` with the weights `scale`·W: its sums are multiplied, and no matrix is copied."""

    def _product(self, signal, W):
        return self.scale * (signal @ W)


def propagate(rule, activation, weights, x, readout, *, scale=1.0):
    """Run a batch forward and one input's gradient backward, predict both; return a `Propagation`.

    Parameters
    ----------
    rule : Rule
        Where the weights come from; the prediction is made from it.
    activation : Activation
        φ of every layer, the last one included.
    weights : list of ndarray
        Wˡ, shape (nˡ⁻¹, nˡ), before scaling.
    x : ndarray, shape (batch, n⁰)
    readout : ndarray, shape (nᴸ,)
        ∂loss/∂hᴸ, drawn from N(0, 1): the loss is readout · hᴸ.
    scale : float
        Multiplies every weight.
    """
    square("scale", scale, positive=False)  # raises, if weights times it have no variance
    net = _ScaledMLP(weights, activation, output=activation)
    net.scale = float(scale)
    signals = net.forward(x)
    forward, backward = measure_strengths(net, signals, readout)
    theory = None
    if rule.variance is not None and scale != 0:
        theory = predict_strengths(
            activation, net.widths, layer_variances(rule, net.widths, scale),
            m0=forward[0], orthogonal=rule.orthogonal,
        )  # fmt: skip
    return Propagation(forward, backward, theory, signals)


def measure_strengths(net, signals, readout, dtype=None):
    """Return mean((hˡ)²), l = 0 … L, and mean((δˡ)²), l = 1 … L, for the first input of a batch.

    The gradient is that of the readout; it is all NaN if the signal exploded in any layer. `dtype`
    is the one in which the squares are taken, if not the network's.
    """
    one = Signals([z[:1] for z in signals.z], [h[:1] for h in signals.h])
    delta = net.backward(one, readout[None, :], to_input=False, to_weights=False).delta[1:]
    forward, backward = (
        np.array([mean_square(a.astype(dtype or a.dtype, copy=False)) for a in layers])
        for layers in (one.h, delta)
    )
    if not np.isfinite(forward).all():
        # φ′ of a signal that is inf or NaN is no derivative of anything.
        backward[:] = np.nan
    return forward, backward


def simulate(rule, activation, widths, *, rng=None, x=None, scale=1.0):
    """Draw a network and its readout, and `propagate` through it.

    Parameters
    ----------
    rule : str
        A key of `initcourse.rules.RULES`.
    widths : sequence of int
        n⁰ … nᴸ.
    rng : None, int or numpy.random.Generator
    x : ndarray, shape (batch, n⁰), optional
        The inputs; one input of Gaussian noise with mean(x²) = 1 if not given.
    activation, scale
        As for `propagate`.

    Examples
    --------
    >>> from initcourse import relu
    >>> run = simulate("he", relu, [50] * 11, rng=0)
    >>> run.forward.shape, run.theory[0].theory[-1].round(6)
    ((11,), np.float64(1.0))
    """
    rule = RULES[one_of("rule", rule, tuple(RULES))]
    rng = generator(rng)
    x = unit_noise(1, widths[0], rng=rng) if x is None else x
    weights = [rule.draw(shape, rng=rng) for shape in pairwise(widths)]
    readout = rng.standard_normal(widths[-1])
    return propagate(rule, activation, weights, x, readout, scale=scale)


def spreads(signals):
    """Return std over units and std over inputs of every layer, two arrays of shape (L + 1,).

    Inputs that differ by no more than rounding count as equal: 0.

    >>> from initcourse import sigmoid, unit_digits
    >>> units, inputs = spreads(simulate("xavier", sigmoid, [64] * 9, rng=0,
    ...                                  x=unit_digits(50)).signals)
    >>> bool(units[-1] > 0.1), bool(inputs[-1] < 1e-4)
    (True, True)
    """
    with np.errstate(over="ignore", invalid="ignore"):
        units = np.array([std_over_units(h) for h in signals.h])
        inputs = np.array([std_over_inputs(h) for h in signals.h])
        rounding = 4 * np.array([np.finfo(h.dtype).eps * np.abs(h).max() for h in signals.h])
        return units, np.where(inputs <= rounding, 0.0, inputs)  # NaN stays


def shares(signals, activation):
    """Return what the units of each layer l = 1 … L do: name → array of shape (L,).

    saturated: share of h at the ends of φ's range; linear: share of z where φ′ is within a
    tenth of its largest value (for ReLU: above 0); dead: share of units that are 0 for every
    input.
    """
    steepest = activation.dphi(np.linspace(-4.0, 4.0, 801)).max()
    rows = np.full((len(signals.z) - 1, 3), np.nan)  # exploded: these words mean nothing
    for row, z, h in zip(rows, signals.z[1:], signals.h[1:], strict=True):
        if np.isfinite(h).all():
            linear = (activation.dphi(z) >= 0.9 * steepest).mean()
            row[:] = saturated_fraction(h, activation), linear, dead_fraction(h)
    return dict(zip(("saturated", "linear", "dead"), rows.T, strict=True))


def singular_values(net, x, layers=None):
    """Return the singular values of ∂hˡ/∂h⁰, largest first: an array of min(n⁰, nˡ) a layer.

    Values below about 10⁻¹⁵ of the largest are rounding, and come out as about that. From the layer
    on in which the signal explodes they are NaN.

    Parameters
    ----------
    net : MLP
        One network; its layers may differ in width.
    x : ndarray, shape (1, n⁰)
        One input: else a ValueError.
    layers : sequence of int, optional
        For which l; all of 1 … L if not given.

    Examples
    --------
    >>> from initcourse import MLP, identity, orthogonal
    >>> net = MLP.create([20] * 31, orthogonal, identity, rng=0)
    >>> values = singular_values(net, np.ones((1, 20)))
    >>> len(values), float(values[-1].min().round(6)), float(values[-1].max().round(6))
    (30, 1.0, 1.0)
    """
    if np.shape(x) != (1, net.widths[0]):
        raise ValueError(f"x must be one input of shape (1, {net.widths[0]}), got {np.shape(x)}")
    signals = net.forward(x)
    layers = range(1, len(net.weights) + 1) if layers is None else layers
    J, found = np.eye(net.widths[0]), {}
    with np.errstate(over="ignore", invalid="ignore"):
        for l, (W, phi) in enumerate(zip(net.weights, net.activations, strict=True), start=1):
            J = (J @ W) * phi.derivative(signals.z[l], signals.h[l])
            if l in layers:
                whole = np.isfinite(J).all()
                none = np.full(min(J.shape), np.nan)
                found[l] = np.linalg.svd(J, compute_uv=False) if whole else none
    return [found[l] for l in layers]
