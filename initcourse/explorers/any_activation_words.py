"""What the explorer of any activation says: where strength, gradient and correlation end."""

import html
from functools import lru_cache

import numpy as np

from initcourse import theory
from initcourse.explorers.signals import named
from initcourse.phase import critical_pair, map_slope
from initcourse.propagation import HUGE, TINY


def sentence(phi, points, predicted, measured):
    """Return what the picture says: the fixed points, then the ends of the three curves."""
    L = len(measured["c"])
    parts = [
        f"{html.escape(phi.name)}: {about(points, predicted['q'])}",
        f"Layer {L}: <b>forward {named(measured['forward'][-1])}</b>"
        + _beside(measured["forward"], predicted["forward"], -1)
        + f"; layer 1: <b>backward {named(measured['backward'][0])}</b>"
        + _beside(measured["backward"], predicted["backward"], 0)
        + f"; <b>correlation {_number(measured['c'][0])} → {_number(measured['c'][-1])}</b> "
        f"(theory {_number(predicted['c'][0])} → {_number(predicted['c'][-1])}"
        + _in_band(measured["c"][-1], *(end[-1] for end in predicted["c band"]))
        + ").",
    ]
    return " ".join(parts)


def about(points, q):
    """Return what the fixed points say about deep layers, when the theory's strengths are q."""
    if points and np.isnan(points[0].q):
        return "<b>every q is a fixed point</b>: the strength stays what it is, and χ = 1."
    stable = [point for point in points if point.stable]
    unstable = [point for point in points if not point.stable and point.q > 0]
    if stable and stable[-1].q > 0:
        # between two unstable points all strengths go to the stable one
        floor = max((point for point in unstable if point.q < q[-1]), key=_q, default=None)
        goal = min((p for p in stable if floor is None or p.q > floor.q), key=_q, default=None)
        if goal is None:
            return (
                f"<b>the strength grows without end</b>: it starts above q* = {floor.q:.3g}, "
                f"unstable (slope {floor.slope:.3g}). Below that it would go to "
                f"{stable[-1].q:.3g}."
            )
        if goal.q == 0:
            return (
                f"<b>the signal dies</b>: it starts below q* = {unstable[0].q:.3g}, "
                f"unstable (slope {unstable[0].slope:.3g}). Above that it would go to "
                f"{stable[-1].q:.3g}."
            )
        chi = goal.chi
        words = f"the strength goes to <b>q* = {goal.q:.3g}</b>, where χ = {chi:.3g}: "
        if goal.slope > 0.95 and not abs(q[-1] - goal.q) < 0.2 * goal.q:
            return words + f"slowly (slope {goal.slope:.3f}); layer {len(q)} is not there yet."
        if abs(chi - 1) < 0.005:
            return words + "the edge of chaos."
        if chi > 1:
            return words + "chaotic, the gradient grows downwards and like inputs part."
        return words + "ordered, the gradient shrinks downwards and inputs become alike."
    if unstable:
        q = unstable[-1].q
        return (
            f"<b>no strength is held.</b> q* = {q:.3g} is unstable (slope "
            f"{unstable[-1].slope:.3g}): from below signals die, from above they explode."
        )
    if stable:
        return f"<b>every signal dies</b>: q* = 0, where χ = {stable[-1].chi:.3g}."
    return "<b>every signal grows</b>: there is no q* in reach."


@lru_cache(maxsize=32)
def keeping(phi):
    """Return what the two variances would have to be to hold q = 1."""
    sigma_w2 = theory.gain(phi) ** 2
    slope = map_slope(phi, 1.0, sigma_w2)
    words = f"To keep q = 1: σ_w² = {sigma_w2:.3g} (slope {slope:.3g}); "
    sigma_w2, sigma_b2 = critical_pair(phi)
    if abs(sigma_b2) < 1e-9:
        return words + "χ is 1 then, too."
    if sigma_b2 < 0:
        return words + "with χ = 1 as well no bias can do it."
    slope = map_slope(phi, 1.0, sigma_w2)
    return words + f"with χ = 1: σ_w² = {sigma_w2:.3g}, σ_b² = {sigma_b2:.2g} (slope {slope:.3g})."


def _q(point):
    return point.q


def _number(c):
    return f"{c:.2f}" if np.isfinite(c) else "lost"


def _beside(measured, walk, layer):
    value, expected = measured[layer], walk.theory[layer]
    if not TINY < value < HUGE or not np.isfinite(expected):
        return ""
    return f" (theory {expected:.2g}{_in_band(value, walk.low[layer], walk.high[layer])})"


def _in_band(value, low, high):
    if not np.isfinite([value, low, high]).all():
        return ""
    # a float32 network knows a correlation next to 1 to some 1e-6
    inside = low <= value <= high or min(low, value) > 1 - 1e-5
    return f", {'inside' if inside else 'outside'} its 95 % band"
