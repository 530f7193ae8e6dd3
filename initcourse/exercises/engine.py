"""How an answer is checked: run it, compare it, and name the slip if it is a known one."""

import html
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from numbers import Number

import numpy as np


@dataclass(frozen=True)
class Verdict:
    """What a check answers: whether it is right (None: not answered yet), and a sentence."""

    right: bool | None
    text: str

    def __repr__(self):
        return f"{self._mark()} {self.text}"

    def _mark(self):
        return {True: "Right.", False: "Not yet.", None: "Not answered yet."}[self.right]

    def _repr_html_(self):
        color = {True: "#009E73", False: "#D55E00", None: "#666666"}[self.right]
        return (
            f'<div style="border-left:5px solid {color};padding:.35em .8em">'
            f"<b>{self._mark()}</b> {html.escape(self.text)}</div>"
        )


class Exercise:
    """Name, hint and check. A check never raises: it answers with a `Verdict`."""

    name: str
    hint_text: str

    def hint(self):
        """Return the hint."""
        return Verdict(None, "Hint: " + self.hint_text)

    def check(self, answer):
        """Judge an answer and say what is wrong with it.

        Returns
        -------
        Verdict
        """
        if answer is ... or answer is None:
            return Verdict(None, f"Replace the ... in {self.name}, then run the cell again.")
        try:
            return self.judge(answer)
        except Exception as problem:  # a strange object can fail anywhere, even in a comparison
            return Verdict(False, f"The answer could not be read ({_told(problem)}).")

    def judge(self, answer):
        """Judge an answer that is neither missing nor None."""
        raise NotImplementedError


@dataclass(frozen=True)
class ValueExercise(Exercise):
    """The answer is one number.

    `slips` holds pairs (wrong value, sentence).
    """

    name: str
    value: float
    hint_text: str
    praise: str
    slips: tuple = ()
    rtol: float = 0.01

    def judge(self, answer):
        """Compare one number."""
        number, complaint = _as_array(answer, "The answer")
        if complaint:
            return complaint
        if number.size != 1:
            return Verdict(False, f"One number is asked for; this has shape {number.shape}.")
        number = float(number.reshape(()))
        if np.isnan(number):
            return Verdict(False, "The answer is NaN: somewhere 0/0 or ∞ − ∞ was computed.")
        if np.isclose(number, self.value, rtol=self.rtol, atol=0):
            return Verdict(True, self.praise)
        for wrong, sentence in self.slips:
            if np.isclose(number, wrong, rtol=self.rtol, atol=0):
                return Verdict(False, sentence)
        return Verdict(False, f"{number:.4g} is {_off(number, self.value)}. {self.hint_text}")


@dataclass(frozen=True)
class FunctionExercise(Exercise):
    """The answer is a function; it is called on `cases` and compared with `solution`.

    `slips` holds pairs (wrong function, sentence).
    """

    name: str
    solution: Callable
    cases: tuple
    hint_text: str
    praise: str
    slips: tuple = ()
    rtol: float = 1e-6

    def judge(self, answer):
        """Call the function on every case and compare all results."""
        if not callable(answer):
            return Verdict(
                False, f"{self.name} should be a function; this is a {type(answer).__name__}."
            )
        results = []
        for case in self.cases:
            result, complaint = call(answer, case, self.name)
            if complaint:
                return complaint
            results.append(result)
        expected = [_array(self.solution(*deepcopy(case))) for case in self.cases]
        if self._same(results, expected):
            return Verdict(True, self.praise)
        for wrong, sentence in self.slips:
            slipped = [_attempt(wrong, case) for case in self.cases]
            if self._same(results, slipped):
                return Verdict(False, sentence)
        return self._where(results, expected)

    def _same(self, results, others):
        return all(
            other is not None
            and result.shape == other.shape
            and np.allclose(result, other, rtol=self.rtol, atol=1e-12)
            for result, other in zip(results, others, strict=True)
        )

    def _where(self, results, expected):
        for case, result, right in zip(self.cases, results, expected, strict=True):
            called = f"{self.name}({_short(case)})"
            if result.shape != right.shape:
                return Verdict(
                    False,
                    f"{called} has shape {result.shape}, expected is {right.shape}. "
                    f"{self.hint_text}",
                )
            if np.isnan(result).any():
                return Verdict(False, f"{called} contains NaN: 0/0, ∞ − ∞ or √ of a negative.")
            if not np.allclose(result, right, rtol=self.rtol, atol=1e-12):
                if result.ndim == 0:
                    told = (
                        f"gives {float(result):.4g}, which is {_off(float(result), float(right))}"
                    )
                else:
                    told = (
                        f"is wrong in {np.sum(~np.isclose(result, right))} of {right.size} places"
                    )
                return Verdict(False, f"{called} {told}. {self.hint_text}")
        raise AssertionError("no case differs")


def call(function, case, name):
    """Return (result as an array, None), or (None, the Verdict that says why there is none)."""
    arguments = _copied(case)
    try:
        with np.errstate(all="ignore"):
            result = function(*arguments)
    except (Exception, SystemExit) as problem:
        return None, Verdict(
            False, f"{name}({_short(case)}) stopped with {_told(problem)}. Try that call by itself."
        )
    if not _unchanged(arguments, case):
        return None, Verdict(
            False,
            f"{name} gives a result but also changes the array it was given. "
            "Work on a copy, or write h = h * 2 instead of h *= 2.",
        )
    if result is None or result is ...:
        return None, Verdict(None, f"{name} returns nothing so far: write its return line.")
    return _as_array(result, f"{name}({_short(case)})")


def _as_array(value, who):
    if callable(value):
        return None, Verdict(False, f"{who} is a function; call it, and return what it gives.")
    try:
        array = _array(value)
    except (TypeError, ValueError):
        kind = type(value).__name__
        return None, Verdict(False, f"{who} should be made of numbers; this is a {kind}.")
    return array, None


def _array(value):
    if isinstance(value, (str, bytes, bool, np.bool_, dict, set)):
        raise TypeError(value)
    if isinstance(value, Number) and isinstance(value, complex):
        raise TypeError(value)
    return np.asarray(value, dtype=float)


def _copied(case):
    # a random generator is passed on as it is: two calls must draw different numbers
    return [a if isinstance(a, np.random.Generator) else deepcopy(a) for a in case]


def _attempt(function, case):
    try:
        with np.errstate(all="ignore"):
            return _array(function(*deepcopy(case)))
    except Exception:  # a slip that does not even run on a case is not the learner's slip
        return None


def _unchanged(after, before):
    return all(
        np.array_equal(a, b)
        for one, other in zip(after, before, strict=True)
        if isinstance(other, (np.ndarray, list))
        for a, b in zip(one, other, strict=False)
    ) and all(
        len(one) == len(other)
        for one, other in zip(after, before, strict=True)
        if isinstance(other, list)
    )


def _off(number, right):
    if right == 0 or number == 0 or np.sign(number) != np.sign(right) or not np.isfinite(number):
        return "not it"
    ratio = number / right
    return f"{ratio:.3g} times too large" if ratio > 1 else f"{1 / ratio:.3g} times too small"


def _short(case):
    def told(value):
        if isinstance(value, np.ndarray):
            return f"array of shape {value.shape}"
        if isinstance(value, list) and value and isinstance(value[0], np.ndarray):
            return f"list of {len(value)} arrays"
        return repr(value)

    return ", ".join(told(value) for value in case)


def _told(problem):
    message = str(problem).splitlines()
    return type(problem).__name__ + (f": {message[0]}" if message else "")
