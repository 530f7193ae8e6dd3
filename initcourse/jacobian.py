"""The singular values of a network's Jacobian: how much it stretches each direction.

    Jˡ = ∂hˡ/∂h⁰ = W¹ D¹ W² D² … Wˡ Dˡ,      D = diag(φ′(z))

A row vector of small changes in the input leaves layer l as change @ Jˡ. The mean square of the
singular values is what signals and gradients see on average; their spread is what an average
hides. Source: Saxe, McClelland, Ganguli (2014), "Exact solutions to the nonlinear dynamics of
learning in deep linear neural networks", section 3; Pennington, Schoenholz, Ganguli (2017),
"Resurrecting the sigmoid in deep learning through dynamical isometry", section 2.
"""

import numpy as np


def singular_values(net, x, layers=None):
    """Return the singular values of ∂hˡ/∂h⁰ at one input, largest first.

    Values below about 10⁻¹⁵ of the largest are rounding, and come out as about that.

    Parameters
    ----------
    net : MLP
        One network; its layers may differ in width.
    x : ndarray, shape (1, n⁰)
    layers : sequence of int, optional
        For which l; all of 1 … L if not given.

    Returns
    -------
    list of ndarray
        One array of min(n⁰, nˡ) numbers for each layer asked for.

    Raises
    ------
    ValueError
        If x is not one input.

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
            J = (J @ W) * phi.slope(signals.z[l], signals.h[l])
            if l in layers:
                found[l] = np.linalg.svd(J, compute_uv=False)
    return [found[l] for l in layers]
