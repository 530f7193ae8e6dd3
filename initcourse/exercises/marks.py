"""Turning checks into marks: a test cell of an assignment passes, or raises the sentence.

Each assignment has a module of checks, `assignment_1` to `assignment_4`, in which
`checks(seed)` returns them for the numbers that belong to a seed; see assignments/README.md.
"""

from dataclasses import replace

import numpy as np

from initcourse.exercises.check import CodeExercise
from initcourse.exercises.run_answer import Complaint, read


class Checks:
    """The checks of one assignment, by name.

    Parameters
    ----------
    *exercises : Exercise
        Each is found by the name of what the student writes.
    **numbers
        What the exercises' code may use by name: the numbers that a seed draws.

    Examples
    --------
    >>> from initcourse.exercises import weight_std
    >>> checks = Checks(weight_std)
    >>> checks.mark("weight_std", lambda n: n**-0.5)
    Right. 1/√n is the standard deviation, and 1/n the variance.
    >>> checks.mark("weight_std", lambda n: 1 / n)
    Traceback (most recent call last):
    ...
    AssertionError: Not yet. You returned the variance 1/n; the standard deviation is its root.
    """

    def __init__(self, *exercises, **numbers):
        self.exercises = {exercise.name: _given(exercise, numbers) for exercise in exercises}

    def mark(self, name, answer, *, cases=None):
        """Print the verdict on a right answer, raise it on any other.

        Parameters
        ----------
        name : str
        answer : object
            What the student wrote: a number, a text or a function.
        cases : tuple, optional
            What to call a function with, instead of the exercise's own cases.

        Raises
        ------
        AssertionError
            If the answer is wrong or missing. Its message is the verdict's sentence.
        ValueError
            If there is no such exercise.
        """
        exercise = self._named(name)
        verdict = (replace(exercise, cases=cases) if cases else exercise).check(answer)
        if verdict.right is not True:
            raise failure(repr(verdict))
        print(verdict)

    def answered(self, name, answer):
        """Raise unless the answer is one finite number; say nothing about its value.

        This is what a student sees of a prediction's test: it is for committing oneself.

        Raises
        ------
        AssertionError
        """
        self._named(name)
        if answer is ... or answer is None:
            raise failure(f"Not answered yet. Replace the ... in {name} by a number.")
        try:
            number = read(answer, name, "be a number")
        except Complaint as complaint:
            raise failure(f"Not yet. {complaint.text}") from None
        if number.size != 1 or not np.isfinite(number).all():
            raise failure(f"Not yet. {name} should be one finite number, not {answer!r}.")
        print(f"{name} is a number. Whether it is the right one is tested when this is graded.")

    def _named(self, name):
        if name not in self.exercises:
            raise ValueError(f"name must be one of {sorted(self.exercises)}, got {name!r}")
        return self.exercises[name]


def _given(exercise, numbers):
    if not isinstance(exercise, CodeExercise):
        return exercise
    return replace(exercise, given={**exercise.given, **numbers})


def failure(sentence):
    """Return an AssertionError of which a notebook shows the sentence alone.

    The lines that raised it are the course's, not the student's. Without them the sentence comes
    first, also where Validate has little room.

    Examples
    --------
    >>> failure("Not yet.")._render_traceback_()
    ['AssertionError: Not yet.']
    """
    error = AssertionError(sentence)
    error._render_traceback_ = lambda: [f"AssertionError: {sentence}"]  # IPython asks for it
    return error


def turn(seed, options):
    """Return the option whose turn it is: seeds next to each other get different ones.

    Raises
    ------
    ValueError
        If the seed is no whole number.

    Examples
    --------
    >>> [turn(seed, ["a", "b", "c"]) for seed in (1, 2, 3)]
    ['b', 'c', 'a']
    """
    if not isinstance(seed, int):
        raise ValueError(f"seed must be a whole number, got {seed!r}")
    return options[seed % len(options)]
