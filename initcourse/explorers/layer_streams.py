"""Random numbers layer by layer: one more layer leaves the others alone."""

import numpy as np


def layer_streams(seed, depth):
    """Return a generator for what stands outside the layers, and one for each layer.

    Draw weights of unit variance from them, keep them, and rescale: a slider then draws nothing.

    >>> _, few = layer_streams(3, 2)
    >>> _, more = layer_streams(3, 5)
    >>> bool(few[1].normal() == more[1].normal())
    True
    """
    outside, *layers = np.random.default_rng(seed).spawn(depth + 1)
    return outside, layers
