"""Checks that name the slip, predictions and concept questions.

Every exercise of `lessons` stands here under its name, as `ic.exercises.he_normal`.
"""

from answer_checks.check import Exercise, FunctionExercise, ValueExercise, Verdict
from initcourse.exercises.check_initializer import InitializerExercise
from initcourse.exercises.lessons import LESSONS
from initcourse.exercises.lessons.lesson_18 import PatientExercise
from initcourse.exercises.prediction import Prediction, Question
from initcourse.exercises.progress import progress

_EXERCISES = {name: it for exercises in LESSONS.values() for name, it in exercises.items()}
globals().update(_EXERCISES)

_KINDS = (Exercise, FunctionExercise, InitializerExercise, PatientExercise, ValueExercise)
__all__ = [it.__name__ for it in (*_KINDS, Prediction, Question, Verdict, progress)]
__all__ += _EXERCISES


def __dir__():
    return __all__
