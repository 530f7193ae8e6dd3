"""What the cells of the assignments call: for a student's numbers, and to test answers.

The teacher's folder has a module with the right answers of each assignment. A student's copy has
them sealed instead (`sealed.py`), in a folder of the same name beside the notebook.
"""

import getpass
import importlib
import importlib.util
import os
import unicodedata
from pathlib import Path


def numbers(assignment, student):
    """Return a student's numbers of an assignment, as "A1", by name, and print them.

    In the teacher's folder they are those of the source, whoever asks.

    Raises
    ------
    ValueError
        If the release knows nobody of that name.
    """
    module = _teachers(assignment)
    if module:
        from checks.variants import MODEL, numbers_of

        mine = numbers_of(module, MODEL)
    else:
        from checks.sealed import numbers_of

        mine = numbers_of(Path(__file__).parent, assignment, spell(_name(student)))
    print("\n".join(f"{name} = {value!r}" for name, value in mine.items()))
    return mine


def checks(assignment, mine):
    """Return the checks of an assignment for somebody's numbers."""
    module = _teachers(assignment)
    if module:
        return module.checks(mine)
    from checks.sealed import read

    return Practice(read(Path(__file__).parent, assignment, mine))


def spell(name):
    """Return the one spelling of a student's name: small letters, single spaces.

    >>> spell(" Kim  Lee ")
    'kim lee'
    """
    return unicodedata.normalize("NFC", " ".join(name.split())).casefold()


def _teachers(assignment):
    module = f"{__name__}.{assignment}"
    return importlib.import_module(module) if importlib.util.find_spec(module) else None


def _name(student):
    """Return the name that was typed; on a hub that of the account, as nbgrader hands in by it."""
    if isinstance(student, str) and student.strip():
        return student
    if "JUPYTERHUB_USER" not in os.environ:
        raise ValueError('Type your name in the cell above, as in student = "kim".')
    account = getpass.getuser()
    return os.environ["JUPYTERHUB_USER"] if account == "jovyan" else account


class Practice:
    """The checks of a student's copy.

    Parameters
    ----------
    exercises : iterable of Exercise
        Each is found by the name of what the student writes.
    """

    def __init__(self, exercises):
        self.exercises = {exercise.name: exercise for exercise in exercises}

    def mark(self, name, answer):
        """Print the verdict on a right answer, raise it on any other.

        Parameters
        ----------
        name : str
        answer : object
            What the student wrote: a number, a text or a function.

        Raises
        ------
        Feedback
            If the answer is wrong or missing. Its message is the verdict's sentence.
        ValueError
            If there is no such exercise.
        """
        self._mark(self.exercises, name, answer)

    def mark_hidden(self, name, answer):
        """Say that nothing is tested here."""
        print(f"{name} is called with other arguments when this is graded.")

    def said(self, exercise, verdict):
        """Return the sentence of a verdict that is not "right"."""
        return repr(verdict)

    def _mark(self, exercises, name, answer):
        if name not in exercises:
            raise ValueError(f"name must be one of {sorted(exercises)}, got {name!r}")
        verdict = exercises[name].check(answer)
        if verdict.right is not True:
            raise Feedback(self.said(exercises[name], verdict))
        print(verdict)


class Feedback(AssertionError):
    """What a failing test says to the student; a notebook shows the sentence alone.

    The lines that raised it are the course's, not the student's. Without them the sentence comes
    first, also where Validate has little room. Safe grading's feedback shows what is of this name.
    """

    def _render_traceback_(self):  # IPython asks for it
        return [str(self)]
