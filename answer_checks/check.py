"""How an answer is checked: run it, compare it, and name the slip if it is a known one."""

import html
import warnings
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from answer_checks import record
from answer_checks.run_answer import (
    Complaint,
    call,
    format_arguments,
    format_exception,
    function_from,
    numbers,
    read,
)

#: How right, wrong and open look.
COLORS = {True: "#009E73", False: "#D55E00", None: "#666666"}


@dataclass(frozen=True)
class Verdict:
    """What a check answers: whether it is right (None: not answered yet), and a sentence."""

    right: bool | None
    text: str
    label: str = ""

    def __repr__(self):
        return f"{self._mark()} {self.text}"

    def _mark(self):
        marks = {True: "Right.", False: "Not yet.", None: "Not answered yet."}
        return self.label or marks[self.right]

    def _repr_html_(self):
        return (
            f'<div style="border-left:5px solid {COLORS[self.right]};padding:.35em .8em">'
            f"<b>{self._mark()}</b> {html.escape(self.text)}</div>"
        )


#: What each exercise's last check said, in this kernel: by id, as `Verdict.right`.
LAST_VERDICTS = {}


class Exercise:
    """Name, hint and check. A check never raises: it answers with a `Verdict`."""

    name: str
    hint_text: str
    #: (lesson, name of its variable) of an exercise of a course.
    place = None

    def hint(self):
        """Return the hint."""
        return Verdict(None, self.hint_text, label="Hint:")

    def check(self, answer):
        """Judge an answer and say what is wrong with it.

        Returns
        -------
        Verdict
        """
        verdict = self._verdict(answer)
        LAST_VERDICTS[id(self)] = verdict.right
        if self.place and verdict.right is not None:
            lesson, name = self.place
            record.keep("exercise", name, verdict.right, verdict.text, lesson=lesson)
        return verdict

    def _verdict(self, answer):
        if answer is ... or answer is None:
            return Verdict(None, f"Replace the ... in {self.name}, then run the cell again.")
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                return self.judge(answer)
        except Complaint as complaint:
            return Verdict(complaint.right, complaint.text)
        except (Exception, SystemExit, KeyboardInterrupt) as problem:
            # a strange object can fail anywhere, even in a comparison
            return Verdict(False, f"The answer could not be read ({format_exception(problem)}).")

    def judge(self, answer):
        """Judge an answer that is neither missing nor None."""
        raise NotImplementedError

    def callable(self, answer):
        """Raise a `Complaint` about an answer that is no function."""
        if not callable(answer):
            raise Complaint(
                f"{self.name} should be a function, handed to check without calling it; "
                f"this is of type {type(answer).__name__}."
            )


def read_table(table):
    """Return a table of answers as a list of [code, sentence]; see `CodeExercise.table`."""
    start, _, rows = table.strip("\n").rpartition("\n\n")
    found, code = [], []
    for line in rows.splitlines():
        written, _, words = line.partition("# ")
        if written.strip():
            code.append(written.rstrip())
        if words and code:
            if start:
                one_line = len(code) == 1 and not code[0].startswith("return")
                code = [start, f"return {code[0]}"] if one_line else [start, *code]
            found.append(["\n".join(code), words])
            code = []
        elif words:
            found[-1][1] += f" {words}"
    return found


def exercises_in(names, lesson=""):
    """Return {name: exercise} of a module's names, in the order in which they are defined.

    From now on an exercise that says no name has that of its variable, and one of a lesson its
    `place`.
    """
    found = {name: it for name, it in names.items() if isinstance(it, Exercise)}
    for name, exercise in found.items():  # they are frozen for everybody else
        object.__setattr__(exercise, "place", (lesson, name) if lesson else None)
        if not exercise.name:
            object.__setattr__(exercise, "name", name)
    return found


@dataclass(frozen=True, kw_only=True)
class CodeExercise(Exercise):
    """An exercise whose right answer and known slips are a learner's code, as text.

    Attributes
    ----------
    name : str
        What the learner defines; needed where it is not the name of the exercise's variable.
    solution : str
        The right answer.
    slips : dict of str to str
        Wrong answer → the sentence that it gets. The first one that fits is told.
    given : dict
        What the code may use besides np and math, by name.
    by_case : bool
        Whether a kind of exercise is judged case by case.
    """

    by_case = False
    name: str = ""
    solution: str
    hint_text: str
    praise: str
    slips: dict = field(default_factory=dict)
    given: dict = field(default_factory=dict)

    @classmethod
    def table(cls, parameters="", **attributes):
        """Return a function that makes an exercise of a table of answers.

        A row is an answer, #, and the sentence that it gets, and may take several lines. The first
        row is right; the last, `...`, stands for any other answer: its sentence is the hint. Lines
        above a blank one stand at the top of every answer.

        >>> tripled = FunctionExercise.table("x", cases=((2,),), name="tripled")('''
        ... 3 * x  # Yes.
        ... x**3  # This multiplies x by itself. Three times x is
        ...     # asked for.
        ... ...  # Add x to itself.
        ... ''')
        >>> tripled.check(lambda x: x * x * x)
        Not yet. This multiplies x by itself. Three times x is asked for.
        """
        if parameters:
            attributes["parameters"] = parameters

        def make(rows):
            (solution, praise), *slips, (rest, hint) = read_table(rows)
            if not rest.endswith("...") or len(dict(slips)) < len(slips):
                raise ValueError("the last answer of a table is ..., and none stands there twice")
            told = {"praise": praise, "slips": dict(slips), "hint_text": hint}
            return cls(solution=solution, **told, **attributes)

        return make

    def candidates(self, found, case=None):
        """Yield the numbers of the right code, then of each slip, with the sentence they get.

        Parameters
        ----------
        found : list of arrays
            The answer's own numbers. They do not matter here; numbers that are kept sealed open
            only to numbers near them.
        case : tuple, optional
            In an exercise that is judged case by case.
        """
        for code, sentence in {self.solution: self.praise, **self.slips}.items():
            yield self.expected(code, case), sentence

    def expected(self, code, case):
        """Return the numbers that an answer written as text gives, as a list of arrays."""
        raise NotImplementedError

    def verdict_on(self, found, same, describe):
        """Return the verdict on numbers: that of the first candidate that is the same.

        Parameters
        ----------
        found : list of arrays
        same, describe : callable
            same(found, wanted) returns whether they agree; describe(found, right) says how they
            differ where no candidate agrees.
        """
        right = None
        for wanted, sentence in self.candidates(found):
            if same(found, wanted):
                return Verdict(right is None, sentence)
            right = wanted if right is None else right
        return Verdict(False, f"{describe(found, right)} {self.hint_text}")


@dataclass(frozen=True, kw_only=True)
class ValueExercise(CodeExercise):
    """The answer is one number. A slip may use `right`, the right one."""

    rtol: float = 0.01

    @cached_property
    def value(self):
        """The right number."""
        return self.number_from(self.solution)

    def number_from(self, code, **given):
        """Return the number that an answer written as text is."""
        return float(function_from(code, self.name, "", **self.given, **given)())

    def expected(self, code, case):
        """Return the number of an answer written as text."""
        right = self.value
        return [right if code == self.solution else self.number_from(code, right=right)]

    def judge(self, answer):
        """Compare one number."""
        number = read(answer, "The answer", "be a number")
        if number.size != 1:
            return Verdict(False, f"One number is asked for; this has shape {number.shape}.")
        number = float(number.reshape(()))
        if np.isnan(number):
            return Verdict(False, "The answer is NaN: somewhere 0/0 or ∞ − ∞ was computed.")
        return self.verdict_on([number], self._same, self._describe_difference)

    def _same(self, found, others):
        return np.isclose(found[0], others[0], rtol=self.rtol, atol=0)

    def _describe_difference(self, found, right):
        return f"{found[0]:.4g} is {describe_ratio(found[0], right[0], roughly=True)}"


@dataclass(frozen=True, kw_only=True)
class FunctionExercise(CodeExercise):
    """The answer is a function; it is called on `cases` and compared with the solution.

    `solution` and `slips` are bodies of functions of `parameters`; one line is what is returned.
    """

    parameters: str
    cases: tuple
    rtol: float = 1e-5  # what float32 needs

    def function_from(self, code):
        """Return the function that an answer written as text is."""
        return function_from(code, self.name, self.parameters, **self.given)

    def judge(self, answer):
        """Call the function on every case and compare all results."""
        self.callable(answer)
        return self.verdict_on(self._called(answer), self._same, self._describe_difference)

    def expected(self, code, case):
        """Return what an answer written as text gives in every case."""
        function = self.function_from(code)
        return [numbers(function(*deepcopy(case))) for case in self.cases]

    def _called(self, answer):
        results = []
        for case in self.cases:
            try:
                results.append(call(answer, case, self.name, self.hint_text))
            except Complaint as complaint:
                if complaint.right is None and results:
                    raise Complaint(
                        f"{self.name}({format_arguments(case)}) returns nothing, though other "
                        "calls do: which way through the function ends without a return?"
                    ) from None
                raise
        return results

    def _same(self, results, others):
        return all(
            result.shape == other.shape and self._close(result, other).all()
            for result, other in zip(results, others, strict=True)
        )

    def _close(self, result, other):
        # in an array, small entries have the rounding errors of the large ones
        largest = np.max(np.abs(other), initial=0, where=np.isfinite(other))
        return np.isclose(result, other, rtol=self.rtol, atol=max(1e-12, 1e-6 * largest))

    def _describe_difference(self, results, expected):
        for case, result, right in zip(self.cases, results, expected, strict=True):
            called = f"{self.name}({format_arguments(case)})"
            if result.shape != right.shape:
                shape, asked = _describe_shape(result), _describe_shape(right)
                return f"{called} gives {shape}; asked for is {asked}."
            if np.isnan(result).any():
                return f"{called} contains NaN: 0/0, ∞ − ∞ or √ of a negative."
            wrong = ~self._close(result, right)
            if wrong.any():
                place = tuple(int(i) for i in np.argwhere(wrong)[0])
                number = float(result[place])
                how = describe_ratio(number, float(right[place]))
                if result.ndim == 0:
                    return f"{called} gives {number:.4g}, which is {how}"
                at = ", ".join(str(i) for i in place)
                return (
                    f"{called} is wrong in {wrong.sum()} of {right.size} places. "
                    f"At [{at}] it has {number:.4g}, which is {how}"
                )
        raise AssertionError("no case differs")


def describe_ratio(number, right, *, roughly=False):
    """Say how far a result is from the right one; that is NaN where it stays sealed.

    Where the right one is a number that is asked for, say it `roughly`: the ratio gives it away.
    """
    if not np.isfinite(number):
        return "not finite: was something divided by 0?"
    if right == 0 or number == 0 or np.isnan(right):
        return "not it."
    ratio = number / right
    if ratio < 0:
        return "of the wrong sign."
    much, off = max(ratio, 1 / ratio), 100 * abs(ratio - 1)
    if off < 5:
        return f"off by {'less than 5' if roughly else f'{off:.2g}'} %: was something rounded?"
    times = f"{much:.3g} times "
    if roughly:
        times = "" if much < 3 else "several times " if much < 10 else "more than ten times "
    return f"{times}too {'large' if ratio > 1 else 'small'}."


def _describe_shape(array):
    return f"an array or list of shape {array.shape}" if array.ndim else "one number"
