"""LSUV: weights whose scale is read off the data, layer by layer, instead of derived.

    for each layer:  run a batch up to it;  W ← W/std(z)   until Var z = 1

Source: Mishkin and Matas (2016), "All you need is a good init", section 3 and algorithm 1. They
begin with orthogonal weights; any weights of a fair size will do.
"""

from copy import copy

# How far from 1 a variance may stay, and divisions per layer at most.
_TOLERANCE, _TRIES = 0.01, 10


def lsuv(net, x):
    """Return a copy of the network in which every layer's z has variance 1 on the batch x.

    Returned with it is the list of stds that the layers' z had at the first look. The variance is
    taken over batch and units together. A layer without bias is linear in W, so one division is
    enough for it; with a bias it takes a few.

    Parameters
    ----------
    net : Network
        Of any class whose `forward` returns z of each of its `weights`.
    x : ndarray, shape (batch, n⁰)

    Raises
    ------
    ValueError
        If a layer's z are all equal, or not finite: there is nothing to divide by.

    Examples
    --------
    >>> from initcourse import MLP, orthogonal, tanh, unit_digits
    >>> net = MLP.create([64, 40, 30, 10], orthogonal, tanh, rng=0)
    >>> scaled, found = lsuv(net, unit_digits(100))
    >>> [round(float(z.var()), 6) for z in scaled.forward(unit_digits(100)).z[1:]]
    [1.0, 1.0, 1.0]
    """
    net, found = copy(net), []
    net.weights = list(net.weights)
    for l in range(len(net.weights)):
        for attempt in range(_TRIES):
            z = net.forward(x).z[l + 1]
            std = float(z.std())
            if attempt == 0:
                found.append(std)
            if not 0 < std < float("inf"):
                raise ValueError(f"layer {l + 1}: its z have std {std}, which cannot be divided by")
            if abs(std**2 - 1) < _TOLERANCE and attempt > 0:
                break
            net.weights[l] = net.weights[l] / std
    return net, found
