"""The independent path for every gradient: differences of the loss, entry by entry."""

import numpy as np


def central_difference(loss, array, step=1e-6):
    """d loss / d array, entry by entry, changing the array in place and back."""
    slope = np.empty_like(array)
    for i in np.ndindex(array.shape):
        kept = array[i]
        array[i] = kept + step
        above = loss()
        array[i] = kept - step
        slope[i] = (above - loss()) / (2 * step)
        array[i] = kept
    return slope


def relative_error(found, expected):
    """The largest difference, as a share of the largest entry."""
    return np.abs(found - expected).max() / np.abs(expected).max()
