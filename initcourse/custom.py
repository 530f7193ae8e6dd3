"""An activation of your own: from a Python function, or from a formula that somebody types.

`activation_from` tries what it is given on a few hundred numbers before it lets it in. What no
theory of this course could treat is refused with an `ActivationProblem`, whose message is a
sentence that says what to change.
"""

import difflib
import math
import warnings

import numpy as np

from initcourse import activations
from initcourse.activation_trial import (
    ActivationProblem,
    compare,
    integrate,
    look_for_jumps,
    try_out,
)
from initcourse.activations import Activation

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


def activation_from(given, dphi=None, name=None):
    """Return what is given as an `Activation`, or say in a sentence why it can be none.

    Parameters
    ----------
    given : callable, str or Activation
        φ as a function of an array, or as a formula in x such as ``"x * tanh(exp(x))"``.
    dphi : callable, optional
        φ′; a central difference (φ(z + ε) − φ(z − ε))/2ε if not given.
    name : str, optional
        Shown in figures; the formula, or the function's own name, if not given.

    Returns
    -------
    Activation

    Raises
    ------
    ActivationProblem
        If φ fails, mixes its inputs, is NaN, overflows within two layers, jumps, is infinitely
        steep, is constant, or bends too sharply; or if dphi is not its derivative.

    Notes
    -----
    A formula is run as Python, in this process, with the few names in `NAMES`. That is a
    convenience and no sandbox: type only what you would type into a cell.

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
    initcourse.activation_trial.ActivationProblem: φ jumps near x = 0, from -1 to 1. ...
    """
    if isinstance(given, Activation):
        return given
    if isinstance(given, str):
        f, name = _from_text(given), name or given.strip()
    elif callable(given):
        if isinstance(given, np.vectorize) and given.otypes is None:
            raise ActivationProblem(
                "np.vectorize takes its type from the first number that comes out, which may be "
                "a whole one. Give it that type: np.vectorize(f, otypes=[float])."
            )
        own = getattr(given, "__name__", "φ")
        f, name = given, name or ("φ" if own == "<lambda>" else own)
    else:
        raise ActivationProblem(
            f"An activation is a function or a formula in x; this is of type "
            f"{type(given).__name__}."
        )
    try_out(f)
    phi = _quiet(f)

    def difference(z):
        z = np.asarray(z)
        at = z.astype(float)  # in float32 the two values would agree to their last digit
        step = _STEP * np.maximum(1.0, abs(at))
        return ((phi(at + step) - phi(at - step)) / (2 * step)).astype(z.dtype)

    look_for_jumps(phi)
    integrate(phi, difference)
    if dphi is not None:
        compare(dphi, difference)
    return Activation(name, phi, _quiet(dphi) if dphi else difference, slopes=_two_slopes(phi))


def _two_slopes(phi):
    """Return the slopes left and right of 0 if φ is two straight lines that meet there."""
    x = np.geomspace(1e-6, 1e6, 97)
    left, right = -phi(np.array([-1.0]))[0], phi(np.array([1.0]))[0]
    lines = np.concatenate([-left * x, right * x])
    if phi(np.zeros(1))[0] == 0 and np.allclose(
        phi(np.concatenate([-x, x])), lines, rtol=1e-9, atol=0
    ):
        return float(left), float(right)
    return None


def _quiet(f):
    """Return f without warnings about overflow, in the dtype of its argument."""

    def phi(z):
        z = np.asarray(z)
        with np.errstate(all="ignore"):
            return np.asarray(f(z)).astype(z.dtype, copy=False)

    return phi


# --- a typed formula


def _from_text(text):
    """Return the formula as a function of x."""
    text = text.strip()
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
    unknown = [n for n in code.co_names if n not in NAMES and not _is_attribute(n, text)]
    unknown = [n for n in unknown if n not in ("x", "z")]
    if unknown:
        near = difflib.get_close_matches(unknown[0], NAMES, n=2)
        meant = f" Did you mean {' or '.join(near)}?" if near else " The variable is called x."
        raise ActivationProblem(f"The name {unknown[0]} is not known here.{meant}")

    def f(x):
        value = eval(code, {**NAMES, "x": x, "z": x})
        return value(x) if callable(value) else value  # `tanh`, or a lambda

    return f


def _is_attribute(name, text):
    return f".{name}" in text
