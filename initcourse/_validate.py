"""Errors at the door: wrong arguments raise here, naming the value and what is allowed."""

import numpy as np


def number(name, value, *, positive=True):
    """Return `value` if it is a finite (and positive) number; else raise ValueError."""
    if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
        # turned away: NaN, and whole numbers beyond all floats
        if abs(value) <= float(np.finfo(float).max) and (value > 0 or not positive):
            return value
    raise ValueError(f"{name} must be a {'positive ' * positive}finite number, got {value!r}")


def square(name, value, *, positive=True):
    """Return `value` squared; raise ValueError as `number` does, or if its square is no float."""
    squared = float(number(name, value, positive=positive)) * float(value)
    if np.isfinite(squared) and (squared > 0 or not positive):
        return squared
    raise ValueError(
        f"{name} must have a square that is a {'positive ' * positive}finite float, got {value!r}"
    )


def require_variance(name, value):
    """Return `value` if it is a finite number, zero or positive; else raise ValueError."""
    if number(name, value, positive=False) >= 0:
        return value
    raise ValueError(f"{name}, a variance, must be zero or positive, got {value!r}")


def whole(name, value, *, least=1, most=None):
    """Return `value` as an int if it is a whole number in this range; else raise ValueError."""
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        if least <= value <= (value if most is None else most):
            return int(value)
    limit = f"of at least {least}" if most is None else f"from {least} to {most}"
    raise ValueError(f"{name} must be a whole number {limit}, got {value!r}")


def one_of(name, value, choices):
    """Return `value` if it is one of the choices; else raise ValueError."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")
    return value


def floating(dtype):
    """Return `dtype` if it is a floating type; else raise ValueError."""
    try:
        if np.issubdtype(np.dtype(dtype), np.floating):
            return np.dtype(dtype)
    except TypeError:
        pass
    raise ValueError(f"dtype must be a floating type such as float64 or float32, got {dtype!r}")


def generator(rng):
    """Return `numpy.random.default_rng(rng)`; raise TypeError if it cannot be one."""
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError):
        allowed = "None, a non-negative int or a numpy.random.Generator"
        raise TypeError(f"rng must be {allowed}, got {rng!r}") from None
