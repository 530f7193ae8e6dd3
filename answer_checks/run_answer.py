"""Running what a learner wrote, and reading what it returns."""

import inspect
import math
from copy import deepcopy

import numpy as np

_TOO_MANY = 10**7


class Complaint(Exception):
    """The sentence that says why there is no result; `right` as in `Verdict`."""

    def __init__(self, text, right=False):
        super().__init__(text)
        self.text, self.right = text, right


def call(function, case, name, advice=""):
    """Return what the function gives for a copy of `case`, as an array of floats.

    `advice` is said with an exception that wrong shapes or arguments raise.

    Raises
    ------
    Complaint
        If there is no such array.
    """
    return read(
        result_of(function, case, name, advice), f"{name}({format_arguments(case)})", "give numbers"
    )


def result_of(function, case, name, advice=""):
    """Return what the function gives for a copy of `case`, whatever it is; raise as `call` does."""
    called = f"{name}({format_arguments(case)})"
    arguments = _copied(case)
    if not _takes(function, arguments):
        raise Complaint(
            f"It is called as {called}, so it must take {len(case)} parameter"
            f"{'s' if len(case) > 1 else ''}; yours takes another number of them."
        )
    try:
        result = function(*arguments)
    except KeyboardInterrupt:
        raise Complaint(f"{called} was interrupted. Does a loop in it never end?") from None
    except (Exception, SystemExit) as problem:
        advice = advice if advice and isinstance(problem, (TypeError, ValueError)) else ""
        advice = advice or "Try that call by itself."
        raise Complaint(f"{called} stopped with {format_exception(problem)}. {advice}") from None
    if not _alike(arguments, case):
        raise Complaint(
            f"{name} changes what it is given, so whoever calls it loses it. "
            "Work on a copy, or write h = h * 2 instead of h *= 2."
        )
    if result is None or result is ...:
        raise Complaint(f"{name} returns nothing so far: write its return line.", right=None)
    return result


def function_from(code, name, parameters, **given):
    """Return the function `name` whose body is `code`; a body of one line is what it returns.

    Parameters
    ----------
    code, name, parameters : str
        Text of the course's own, never of a learner's.
    given
        What the code may use besides np and math, by name.

    Examples
    --------
    >>> function_from("n * var_w", "factor", "n, var_w")(100, 0.02)
    2.0
    """
    body = code.strip().splitlines()
    if len(body) == 1 and not body[0].startswith("return"):
        body = [f"return {body[0]}"]
    names = {"np": np, "math": math, **given}
    exec("\n    ".join([f"def {name}({parameters}):", *body]), names)
    return names[name]


class GlobalState:
    """NumPy's global generator, put into a state of its own for a while.

    `used` says afterwards whether anybody drew from it or seeded it meanwhile.
    """

    def __enter__(self):
        self._kept = np.random.get_state()  # noqa: NPY002 - to see whether it is used
        np.random.seed(2**31 - 1)  # noqa: NPY002
        self._before = self._now()
        return self

    def __exit__(self, *_problem):
        self.used = self._now() != self._before
        np.random.set_state(self._kept)  # noqa: NPY002

    @staticmethod
    def _now():
        _, key, position, *_ = np.random.get_state()  # noqa: NPY002
        return key.tobytes(), position


def read(value, who, wanted):
    """Return the value as a new array of floats, or raise a `Complaint`."""
    kind = type(value).__name__
    if callable(value):
        raise Complaint(f"{who} should {wanted}; this is a function or class. Call it first.")
    try:
        return numbers(value)
    except ValueError:
        raise Complaint(
            f"{who} should {wanted}; this is a {kind} whose parts have different lengths."
        ) from None
    except (TypeError, OverflowError):
        reason = f"this is of type {kind}."
        if hasattr(value, "__next__"):
            reason = f"this is a {kind}, which computes nothing yet. Wrap it in list(...)."
        elif isinstance(value, int) and not isinstance(value, bool):
            reason = "this whole number is larger than any float. Was ** applied to a **?"
        elif isinstance(value, (complex, np.complexfloating)):
            reason = "this one is complex: was a root taken of a negative number?"
        elif isinstance(value, (list, tuple, np.ndarray)):
            reason = f"this {kind} holds something else."
        raise Complaint(f"{who} should {wanted}; {reason}") from None


def numbers(value):
    """Return the value as a new array of floats, or raise TypeError, ValueError, OverflowError."""
    array = np.asarray(value)
    if array.size > _TOO_MANY:
        raise MemoryError(f"{array.size} numbers")
    if array.dtype.kind == "O":
        # float() would read "3" and take None for NaN
        strange = (str, bytes, bool, np.bool_, complex, np.complexfloating, type(None))
        if any(isinstance(item, strange) for item in array.flat):
            raise TypeError
    elif array.dtype.kind not in "iuf":
        raise TypeError
    return array.astype(float)


def _takes(function, arguments):
    try:
        return bool(inspect.signature(function).bind(*arguments))
    except Exception as problem:  # built-in functions do not tell
        return not isinstance(problem, TypeError)


def _copied(case):
    # a random generator is passed on as it is: two calls must draw different numbers
    return [a if isinstance(a, np.random.Generator) else deepcopy(a) for a in case]


def _alike(one, other):
    if isinstance(other, (list, tuple)):
        return (
            isinstance(one, (list, tuple))
            and len(one) == len(other)
            and all(_alike(a, b) for a, b in zip(one, other, strict=True))
        )
    # of one type first: NumPy 2.0.0 and 2.1.0 fail on a number beside a text
    return one is other or (type(one) is type(other) and np.array_equal(one, other))


def format_arguments(case):
    """Return the arguments as they are told to the learner."""

    def word(value):
        if isinstance(value, np.ndarray):
            return f"array of shape {value.shape}"
        if isinstance(value, list) and value and isinstance(value[0], np.ndarray):
            return f"list of {len(value)} arrays"
        return "rng" if isinstance(value, np.random.Generator) else repr(value)

    return ", ".join(word(value) for value in case)


def format_exception(problem):
    """Return an exception's name and the first line of its message."""
    try:
        message = str(problem).strip().splitlines()
    except Exception:  # its __str__ is the learner's too
        message = []
    return type(problem).__name__ + (f": {message[0][:160].rstrip('.')}" if message else "")
