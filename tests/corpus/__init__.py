"""Answers to the course's exercises as learners type them, besides those of the exercises.

RIGHT is {exercise: [code]}, WRONG is {exercise: [(code, words that its reply must hold)]}. The code
is a value, or else the body of the function that the lesson asks for; a body that is an expression
is what it returns. Where it says SEED it is run with many seeds.

WRONG holds every slip of an exercise in another spelling than the exercise does: so two sentences
that are exchanged are noticed.
"""

import itertools
from fractions import Fraction
from importlib import import_module
from pathlib import Path

import lessons
import numpy as np

import initcourse as ic
from answer_checks.run_answer import function_from
from initcourse.exercises.lessons import LESSONS

_FILES = sorted(Path(__file__).parent.glob("lesson*.py"))
_PARTS = [import_module(f"corpus.{path.stem}") for path in _FILES]
RIGHT = {name: answers for part in _PARTS for name, answers in part.RIGHT.items()}
WRONG = {name: answers for part in _PARTS for name, answers in part.WRONG.items()}
#: {name: exercise} of all lessons
EXERCISES = {name: it for exercises in LESSONS.values() for name, it in exercises.items()}
#: {exercise: parameters as the lesson writes them, None if it asks for a value}
PARAMETERS = lessons.parameters()


def answer(name, code, seed=0, **given):
    """Return what the learner hands to the check: a value, or a function."""
    given = {"Fraction": Fraction, "itertools": itertools, "ic": ic, "SEED": seed, **given}
    parameters = PARAMETERS[name]
    function = function_from(code, EXERCISES[name].name, parameters or "", **given)
    return function if parameters else function()


def check(name, code, seed=0):
    """Return the verdict on an answer."""
    return EXERCISES[name].check(answer(name, code, seed))


def slip(name, code):
    """Return the answer that makes a slip of the exercise, as its own code says it."""
    exercise = EXERCISES[name]
    if hasattr(exercise, "factor"):
        code = f"({code}) * np.linalg.qr(rng.standard_normal((n, n)))[0]"
    elif code.startswith("std = "):
        code += "\nreturn std * rng.standard_normal((n_in, n_out))"
    elif code.startswith("b = "):
        code += "\nreturn rng.uniform(-b, b, (n_in, n_out))"
    return answer(name, code, **exercise.given, right=getattr(exercise, "value", None))


class Pandas:
    """Like a Series: converts to an array, compares elementwise, refuses to be true or false."""

    def __init__(self, values):
        self.values = np.asarray(values)

    def __array__(self, dtype=None, copy=None):
        return self.values.astype(dtype or self.values.dtype)

    def __eq__(self, other):
        return self.values == other

    def __bool__(self):
        raise ValueError("The truth value of a Pandas is ambiguous.")

    __hash__ = None
