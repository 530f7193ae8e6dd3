"""An activation of your own: from a Python function, or from a formula that somebody types.

`activation_from` tries what it is given on a few hundred numbers before it lets it in. What no
theory of this course could treat is refused with an `ActivationProblem`, whose message is a
sentence that says what to change.
"""

import difflib
import inspect
import math
import warnings
from functools import lru_cache

import numpy as np

from initcourse import activations
from initcourse.activations import Activation
from initcourse.theory.mean_field import gaussian_mean

#: φ must be finite on [−REACH, REACH]: twelve standard deviations of a signal with q = 10.
REACH = 40.0


class ActivationProblem(ValueError):
    """What was given is no activation that the theory can treat; the message says why."""


def try_out(f):
    """Call f in all the ways in which a network will; raise what is wrong."""
    x = np.concatenate([np.linspace(-REACH, REACH, 161), np.linspace(-3.1, 3.3, 64), [1e-9]])
    y = _call(f, x)
    for wrong, why in (
        (np.isnan(y), "not a number: was a root or a logarithm taken of a negative number, or 0 "
         "divided by 0? φ must have a value for every real x."),
        (np.isinf(y), "infinite: it divides by 0 there, or overflows. Keep what goes into exp or "
         "a power small, with np.minimum or np.clip."),
    ):  # fmt: skip
        if wrong.any():
            raise ActivationProblem(f"φ({min(x[wrong], key=abs):.3g}) is {why}")
    if not np.isfinite(_call(f, y)).all():
        raise ActivationProblem(
            f"φ grows too fast: |φ| reaches {abs(y).max():.0e} for |x| ≤ {REACH:g}, and the "
            "next layer's φ of that is no finite number. Bound it, with np.clip or tanh."
        )
    if np.ptp(y) <= 1e-12 * max(1.0, abs(y).max()):
        raise ActivationProblem(
            f"φ is constant, {y[0]:.3g} for every x: nothing of the input comes through."
        )
    if not np.array_equal(_call(f, x), y):
        raise ActivationProblem(
            "φ gives other numbers when it is called again with the same x: it must not be random."
        )
    parts = [*_call(f, x[40:90]), *_call(f, x[:20].reshape(4, 5)).ravel()]
    if not np.allclose(parts, [*y[40:90], *y[:20]], rtol=1e-9, atol=1e-12):
        raise ActivationProblem(
            "φ of one number depends on the others beside it. It must treat each number by "
            "itself, so it can hold no sum, mean, maximum or softmax over the array."
        )


def _call(f, x):
    """Return f(x) as floats of the shape of x; raise what is wrong with it."""
    given = x.copy()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            y = f(given)
    except (Exception, SystemExit) as problem:
        raise ActivationProblem(_why(f, problem)) from None
    if not np.array_equal(given, x):
        raise ActivationProblem(
            "φ changes the array that it is given. Work on a new one: x = x * 2, not x *= 2."
        )
    try:
        y = np.asarray(y)
    except Exception:  # such as a list of rows of several lengths
        y = np.asarray(None)
    if y.dtype.kind not in "fiub":
        kind = "complex numbers" if y.dtype.kind == "c" else f"something of type {y.dtype}"
        raise ActivationProblem(f"φ must return real numbers; it returns {kind}.")
    if y.shape == () and np.isfinite(y):
        raise ActivationProblem(
            f"φ of an array of shape {x.shape} is one number, {float(y):.3g}. If it is meant "
            "to be constant: nothing of the input comes through. Else it must return one "
            "number for each that it is given."
        )
    if y.shape != x.shape:
        raise ActivationProblem(
            f"φ of an array of shape {x.shape} must have the same shape; it has {y.shape}."
        )
    return y.astype(float)


def _why(f, problem):
    """Say why a call on an array failed, and what helps."""
    message = (str(problem).strip().splitlines() or [""])[0].split(". ")[0][:120].rstrip(".")
    told = f"{type(problem).__name__}: {message}"
    if "bitwise_xor" in message or "unsupported operand type(s) for ^" in message:
        return "In Python a power is written **, as in x**2; ^ is something else."
    try:
        inspect.signature(f).bind(np.zeros(1))
    except TypeError:
        return "φ must be a function of one argument, the array x."
    except ValueError:
        pass  # built-in functions do not tell
    try:
        one_by_one = all(np.ndim(f(x)) == 0 for x in (-1.5, 0.5))
    except Exception:
        one_by_one = False
    if one_by_one:
        return (
            f"φ takes one number, not an array ({told}). Write it with NumPy: np.where instead of "
            "if, np.maximum instead of max, np.exp instead of math.exp. Or hand over "
            "np.vectorize(f, otypes=[float]), which is slower."
        )
    return f"φ of an array stopped with {told}."


def look_for_jumps(phi):
    """Look closer and closer at the largest steps: what does not shrink is a jump."""
    edges = np.linspace(-12.0, 12.0, 4802) + 1e-4 * math.pi
    steps = np.diff(phi(edges))
    # a smooth φ has steps between those of its neighbours: 24 places where it is least so
    start = 1 + np.argsort(abs(steps[1:-1] - (steps[:-2] + steps[2:]) / 2))[-24:]
    low, high, largest = edges[start - 1], edges[np.minimum(start + 2, len(edges) - 1)], []
    for _ in range(13):
        x = np.linspace(low, high, 17)  # sixteen steps in each of the 24 places
        step = abs(np.diff(phi(x), axis=0))
        k = np.argmax(step, axis=0)
        largest.append(step.max(axis=0))
        where = np.arange(len(start))  # the largest step with its two neighbours: 16/3 closer
        low, high = x[np.maximum(k - 1, 0), where], x[np.minimum(k + 2, 16), where]
    # Steps are 3.5 million times narrower now than nine looks ago, and as much smaller where φ
    # has a slope; at a jump they are as large as then, and where φ is like √|x| 1900 times smaller.
    seen = largest[-1] > 1e-9 * (1 + abs(steps).max())
    shrunk = np.where(seen, largest[-1] / np.maximum(largest[3], 1e-300), 0.0)
    jumps = np.flatnonzero(shrunk > 0.3)
    if len(jumps):
        k = jumps[np.argmin(abs(low[jumps]))]  # of several the one nearest to 0
        ends = phi(np.array([low[k], high[k]]))
        raise ActivationProblem(
            f"φ jumps near x = {round(low[k], 3) + 0:g}, from {ends[0]:.3g} to {ends[1]:.3g}. No "
            "derivative can see a jump, so the gradient would be wrong. Put a steep slope in its "
            "place, such as np.tanh(10 * x)."
        )
    if shrunk.max() > 1.5e-4:
        at = low[np.argmax(shrunk)]
        raise ActivationProblem(
            f"φ is infinitely steep near x = {round(at, 3) + 0:g}, so E[φ′²], the gradient's "
            "share, has no finite value. Round the corner off."
        )


def integrate(phi, dphi):
    """Make sure that the Gaussian integrals of the theory come out right."""
    z = np.linspace(-12, 12, 16_001) + 1e-5
    p = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * (z[1] - z[0])
    for f, tolerance in ((phi, 0.02), (dphi, 0.25)):
        fine, ours = np.sum(f(z) ** 2 * p), gaussian_mean(lambda z, f=f: f(z) ** 2)
        if abs(fine - ours) > tolerance * fine:
            raise ActivationProblem(
                "φ bends or wiggles too sharply for the grid on which the integrals are "
                "computed. Stretch it, as in tanh(x / 10)."
            )


_STEP = 1e-5  # of the numerical derivative: its error is then about 1e-10

_NUMPY = (
    "abs arccos arcsin arctan arctanh arcsinh cbrt ceil clip cos cosh e exp exp2 expm1 floor "
    "heaviside log log1p log2 logaddexp maximum minimum pi round sign sin sinc sinh sqrt square "
    "tan tanh where"
).split()
#: What a typed formula may use besides x.
NAMES = {name: getattr(np, name) for name in _NUMPY} | {
    "np": np, "math": math, "max": max, "min": min, "erf": activations.erf,
    "sigmoid": activations.sigmoid.phi, "relu": activations.relu.phi,
    "softplus": activations.softplus.phi, "gelu": activations.gelu.phi,
}  # fmt: skip


def activation_from(given, *, name=None):
    """Return what is given as an `Activation`, or say in a sentence why it can be none.

    Its derivative is the central difference (φ(z + ε) − φ(z − ε))/2ε.

    Parameters
    ----------
    given : callable, str or Activation
        φ as a function of an array, or as a formula in x such as ``"x * tanh(exp(x))"``. A
        formula is run as Python, in this process, with the few names in `NAMES`. That is a
        convenience and no sandbox: type only what you would type into a cell.
    name : str, optional
        Shown in figures; the formula, or the function's own name, if not given.

    Raises
    ------
    ActivationProblem
        If φ fails, mixes its inputs, is NaN, overflows within two layers, jumps, is infinitely
        steep, is constant, or bends too sharply.

    Examples
    --------
    >>> mish = activation_from("x * tanh(log1p(exp(x)))")
    >>> mish(np.array([-1.0, 1.0])).round(4)
    array([-0.3034,  0.8651])
    >>> mish.dphi(np.array([0.0])).round(6)
    array([0.6])
    >>> activation_from("sign(x)")
    Traceback (most recent call last):
    ...
    initcourse.custom_activation.ActivationProblem: φ jumps near x = 0, from -1 to 1. ...
    """
    if isinstance(given, Activation):
        return given
    if isinstance(given, str):
        return _from_formula(given.strip(), name)
    if not callable(given):
        raise ActivationProblem(
            f"An activation is a function or a formula in x; this is of type "
            f"{type(given).__name__}."
        )
    if isinstance(given, np.vectorize) and given.otypes is None:
        raise ActivationProblem(
            "np.vectorize takes its type from the first number that comes out, which may be "
            "a whole one. Give it that type: np.vectorize(f, otypes=[float])."
        )
    own = getattr(given, "__name__", "φ")
    return _from_function(given, name or ("φ" if own == "<lambda>" else own))


@lru_cache(maxsize=32)  # a formula that is typed again is the same activation: they can be stacked
def _from_formula(text, name):
    return _from_function(_parsed(text), name or text)


@np.errstate(all="ignore")
def _from_function(f, name):
    try_out(f)
    phi = _quiet(f)

    def dphi(z):
        z = np.asarray(z)
        at = z.astype(float)  # in float32 the two values would agree to their last digit
        step = _STEP * np.maximum(1.0, abs(at))
        return ((phi(at + step) - phi(at - step)) / (2 * step)).astype(z.dtype)

    look_for_jumps(phi)
    integrate(phi, dphi)
    return Activation(name, phi, dphi, slopes=_two_slopes(phi))


def _two_slopes(phi):
    """Return the slopes left and right of 0 if φ is two straight lines that meet there."""
    x = np.geomspace(1e-6, 1e6, 97)
    left, right = -phi(np.array([-1.0]))[0], phi(np.array([1.0]))[0]
    lines = np.concatenate([-left * x, [0], right * x])
    straight = np.allclose(phi(np.concatenate([-x, [0], x])), lines, rtol=1e-9, atol=0)
    return (float(left), float(right)) if straight else None


def _quiet(f):
    """Return f without warnings about overflow, in the dtype of its argument."""

    def phi(z):
        z = np.asarray(z)
        with np.errstate(all="ignore"):
            return np.asarray(f(z)).astype(z.dtype, copy=False)

    return phi


def _parsed(text):
    """Return a formula as a function of x."""
    if not text:
        raise ActivationProblem("Type a formula in x, such as x * tanh(x).")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code = compile(text, "<formula>", "eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError) as problem:
        hint = " Type the right-hand side alone." if "=" in text else ""
        message = getattr(problem, "msg", str(problem) or "too long")
        raise ActivationProblem(f"This is not Python: {message}.{hint}") from None
    known = {*NAMES, "x", "z"}
    unknown = [name for name in code.co_names if name not in known and f".{name}" not in text]
    if unknown:
        near = difflib.get_close_matches(unknown[0], NAMES, n=2)
        meant = f" Did you mean {' or '.join(near)}?" if near else " The variable is called x."
        raise ActivationProblem(f"The name {unknown[0]} is not known here.{meant}")

    def f(x):
        value = eval(code, {**NAMES, "x": x, "z": x})
        return value(x) if callable(value) else value  # `tanh`, or a lambda

    return f
