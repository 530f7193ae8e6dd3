"""Random numbers layer by layer: one more layer leaves the others alone."""

import numpy as np


def draw_layers(seed, shapes, draw=None, dtype=np.float64):
    """Return a generator for what stands outside the layers, and an array for each layer.

    Each comes from a stream of its own, as ``draw(shape, rng=..., dtype=...)``, the standard normal
    if not given. Keep them and rescale: a slider then draws nothing.

    >>> _, few = draw_layers(3, [(4, 5)] * 2)
    >>> _, more = draw_layers(3, [(4, 5)] * 5)
    >>> np.array_equal(few[1], more[1])
    True
    """
    outside, *streams = np.random.default_rng(seed).spawn(len(shapes) + 1)
    draw = draw or standard_normal
    return outside, [draw(s, rng=rng, dtype=dtype) for s, rng in zip(shapes, streams, strict=True)]


def standard_normal(shape, *, rng, dtype):
    """Return independent draws of variance 1."""
    return rng.standard_normal(shape, dtype=dtype)
