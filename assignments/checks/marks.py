"""The checks for marks: hidden tests too, and sentences that name the slip and never a value."""

import builtins
import importlib
import inspect
import re
from dataclasses import replace
from functools import cache

from answer_checks.check import CodeExercise, Verdict
from checks import Practice


class Checks(Practice):
    """The checks of one assignment, for marks.

    Parameters
    ----------
    exercises : iterable of Exercise
        As in `Practice`.
    hidden : dict of str to Exercise
        What `mark_hidden` asks, by the same names.
    given : dict
        What the exercises' code may use by name: a student's numbers.
    """

    def __init__(self, exercises, hidden=None, given=None):
        super().__init__(_given(exercise, given or {}) for exercise in exercises)
        self.hidden = {name: _given(it, given or {}) for name, it in (hidden or {}).items()}

    def mark_hidden(self, name, answer):
        """Do what `mark` does with arguments, or by an exercise, that students do not see."""
        self._mark(self.hidden, name, answer)

    def said(self, exercise, verdict):
        """Return a sentence without what a test or an answer has put into it.

        It may have been made of a test's arguments, of right values, and of what the student's code
        has made of them: a message of an exception tells as much as it wants. So only sentences
        pass that stand as they are in the course's code. For others there is the kind of
        exception, or else the hint.
        """
        name = exercise.name
        kind = re.match(rf"{name}\(.*?\) stopped with (\w+)", verdict.text, re.DOTALL)
        if verdict.right is None:
            return f"Not answered yet. Replace the ... in {name}."
        if verdict.text in {*getattr(exercise, "slips", {}).values(), *_texts(type(exercise))}:
            return repr(verdict)
        if kind:
            known = isinstance(getattr(builtins, kind[1], None), type)
            words = f"{name} stopped with {kind[1] if known else 'an exception'}."
            return repr(Verdict(False, words))
        return repr(Verdict(False, f"{name} is not right. {exercise.hint_text}"))


def _given(exercise, given):
    if not isinstance(exercise, CodeExercise):
        return exercise
    return replace(exercise, given={**exercise.given, **given})


@cache
def _texts(kind):
    """Return every text that stands in the modules of a class and of those that it is made of."""
    modules = {parent.__module__ for parent in kind.__mro__} | {"answer_checks.run_answer"}
    modules = {
        name for name in modules if name.split(".")[0] in ("checks", "initcourse", "answer_checks")
    }
    sources = [inspect.getsource(importlib.import_module(name)) for name in modules]
    return {text for source in sources for text in _constants(compile(source, "", "exec"))}


def _constants(code):
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
        elif hasattr(constant, "co_consts"):
            yield from _constants(constant)
