"""Numbers as the sentences under the pictures write them."""

import numpy as np

from initcourse.propagation import HUGE, TINY


def format_strength(value):
    """Return a strength with two digits, or in words where a number would mislead.

    >>> format_strength(0.1234), format_strength(1e-200)
    ('0.12', 'vanished')
    """
    if np.isnan(value):
        return "lost: the signal exploded"
    if value > HUGE:
        return "exploded"
    if value == 0:
        return "0: no signal"
    if value < TINY:
        return "vanished"
    return f"{value:.2g}"


def format_inside_band(value, low, high):
    """Return whether a measurement lies in its 95 % band; nothing if one of the three is lost.

    >>> format_inside_band(1.0, 0.5, 0.9)
    ', outside its 95 % band'
    """
    if not np.isfinite([value, low, high]).all():
        return ""
    return f", {'inside' if low <= value <= high else 'outside'} its 95 % band"


def format_ends(forward, backward, predictions):
    """Return how strong the signal ends in the last layer and the gradient in the first.

    Parameters
    ----------
    forward, backward : ndarray
        Measured strengths of layers 0 … L, and of layers 1 … L.
    predictions : (PredictionWithBand, PredictionWithBand) or None
        None for weights that are not random.
    """
    up, down = predictions or (None, None)
    return (
        f"Layer {len(backward)}: <b>forward {format_strength(forward[-1])}</b>"
        f"{_format_theory(forward, up, -1)}; layer 1: "
        f"<b>backward {format_strength(backward[0])}</b>{_format_theory(backward, down, 0)}"
    )


def _format_theory(measured, predicted, layer):
    if predicted is None:
        return " (no theory: these weights are not random)"
    value, theory = measured[layer], predicted.theory[layer]
    if not TINY < value < HUGE or not np.isfinite(theory):
        return ""
    place = format_inside_band(value, predicted.low[layer], predicted.high[layer])
    return f" (theory {theory:.2g}{place})"
