"""Checks of a learner's answer that name the slip, for any course; see its README.md."""

from answer_checks.check import (
    CodeExercise,
    Exercise,
    FunctionExercise,
    ValueExercise,
    Verdict,
    exercises_in,
)
from answer_checks.run_answer import Complaint
