"""Answers to every exercise of the course, right and wrong, as learners type them.

RIGHT is {exercise: [code]}, WRONG is {exercise: [(code, words that its reply must hold)]}. The code
is a value, or else the body of the function that the lesson asks for; a body that is an expression
is what it returns. Where it says SEED it is run with many seeds.
"""

import itertools
import math
from fractions import Fraction

import lessons
import numpy as np

import initcourse as ic

from . import lessons_00_02, lessons_03_04, lessons_05_08, lessons_09_10, lessons_11_12

_PARTS = (lessons_00_02, lessons_03_04, lessons_05_08, lessons_09_10, lessons_11_12)
RIGHT = {name: answers for part in _PARTS for name, answers in part.RIGHT.items()}
WRONG = {name: answers for part in _PARTS for name, answers in part.WRONG.items()}
#: {exercise: parameters as the lesson writes them, None if it asks for a value}
PARAMETERS = lessons.parameters()


def answer(name, code, seed=0):
    """Return what the learner hands to the check: a value, or a function."""
    namespace = {"np": np, "math": math, "Fraction": Fraction, "itertools": itertools, "ic": ic}
    namespace["SEED"] = seed
    if PARAMETERS[name] is None:
        return eval(code, namespace)
    function = getattr(ic.exercises, name).name
    body = code.strip().splitlines()
    if len(body) == 1 and not code.startswith("return"):
        body = [f"return {code}"]
    exec("\n    ".join([f"def {function}({PARAMETERS[name]}):", *body]), namespace)
    return namespace[function]


def check(name, code, seed=0):
    """Return the verdict on an answer."""
    return getattr(ic.exercises, name).check(answer(name, code, seed))
