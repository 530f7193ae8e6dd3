"""What the test cells of the assignments call: a test passes, or raises the answer's sentence.

The teacher's folder has a module with the right answers of each assignment. A student's copy has
its numbers sealed instead (`sealed.py`), in a folder of the same name beside the notebook.
"""

import importlib
import importlib.util
from dataclasses import replace
from pathlib import Path

from initcourse.exercises.check import CodeExercise


def checks(assignment, seed):
    """Return the checks of an assignment, as "A1", for the numbers that belong to a seed."""
    module = f"{__name__}.{assignment}"
    if importlib.util.find_spec(module):
        return importlib.import_module(module).checks(seed)
    from checks.sealed import read

    return Practice(read(Path(__file__).parent, assignment, seed))


class Checks:
    """The checks of one assignment, for marks.

    Parameters
    ----------
    exercises : iterable of Exercise
        Each is found by the name of what the student writes.
    hidden : dict of str to Exercise
        What `mark_hidden` asks, by the same names.
    numbers : dict
        What the exercises' code may use by name: the numbers that a seed draws.
    """

    def __init__(self, exercises, hidden=None, numbers=None):
        self.exercises = {it.name: _given(it, numbers or {}) for it in exercises}
        self.hidden = {name: _given(it, numbers or {}) for name, it in (hidden or {}).items()}

    def mark(self, name, answer):
        """Print the verdict on a right answer, raise it on any other.

        Parameters
        ----------
        name : str
        answer : object
            What the student wrote: a number, a text or a function.

        Raises
        ------
        AssertionError
            If the answer is wrong or missing. Its message is the verdict's sentence.
        ValueError
            If there is no such exercise.
        """
        _mark(self.exercises, name, answer)

    def mark_hidden(self, name, answer):
        """Do the same with arguments, or by an exercise, that students do not see."""
        _mark(self.hidden, name, answer)


class Practice(Checks):
    """The checks of a student's copy."""

    def mark_hidden(self, name, answer):
        """Say that nothing is tested here."""
        print(f"{name} is called with other arguments when this is graded.")


def _given(exercise, numbers):
    if not isinstance(exercise, CodeExercise):
        return exercise
    return replace(exercise, given={**exercise.given, **numbers})


def _mark(exercises, name, answer):
    if name not in exercises:
        raise ValueError(f"name must be one of {sorted(exercises)}, got {name!r}")
    verdict = exercises[name].check(answer)
    if verdict.right is not True:
        raise failure(repr(verdict))
    print(verdict)


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
