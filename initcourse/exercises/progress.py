"""How far a learner is: what the checks of the exercises said last, today or on an earlier day."""

import html
from dataclasses import dataclass, field

from answer_checks import record
from answer_checks.check import COLORS, LAST_VERDICTS
from initcourse._validate import one_of
from initcourse.exercises.lessons import LESSONS

_WORDS = {True: "right", False: "not yet right", None: "not answered"}


@dataclass(frozen=True, repr=False)
class Progress:
    """What the last checks of a lesson said.

    Attributes
    ----------
    verdicts : dict of str to (bool or None)
        For each exercise, by its name in `ic.exercises`, which has the hint: right, not yet
        right, or None for not answered.
    days : dict of str to str
        The date of each verdict that is not this kernel's, by the same names.
    """

    verdicts: dict
    days: dict = field(default_factory=dict)

    @property
    def right(self):
        """How many are right."""
        return sum(value is True for value in self.verdicts.values())

    def __repr__(self):
        rows = [f"{words:14s} {name}{since}" for _, words, name, since in self._rows()]
        return "\n".join([self._summary(), *rows])

    def _rows(self):
        for name, value in self.verdicts.items():
            since = f" ({self.days[name]})" if name in self.days else ""
            yield value, _WORDS[value], name, since

    def _summary(self):
        count = len(self.verdicts)
        return f"{self.right} of {count} exercise{'s' * (count > 1)} right."

    def _repr_html_(self):
        rows = "".join(
            f'<br><span style="color:{COLORS[value]}">●</span> '
            f"<code>{html.escape(name)}</code>: {words}{html.escape(since)}"
            for value, words, name, since in self._rows()
        )
        return f'<div style="padding:.35em .8em"><b>{self._summary()}</b>{rows}</div>'


class CourseProgress(dict):
    """{lesson: (exercises right, of all, questions right, of those answered, predictions, day)}."""

    def _rows(self):
        yield "lesson", "exercises right", "questions right", "predictions", "last on"
        for lesson, (right, of, good, answered, predictions, day) in self.items():
            yield lesson, f"{right} of {of}", f"{good} of {answered}", str(predictions), day

    def __repr__(self):
        return "\n".join("{:7} {:16} {:16} {:12} {}".format(*row).rstrip() for row in self._rows())

    def _repr_html_(self):
        rows = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in self._rows())
        return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def progress(lesson=None):
    """Return how far the learner is, in a lesson or in the whole course.

    It counts what was answered since the kernel was started, and what the file `progress.jsonl`
    beside the notebook holds from earlier days. Who deletes that file begins anew.

    Parameters
    ----------
    lesson : str, optional
        A key of `LESSONS`, as "04"; all of them, as one table, if not given.

    Returns
    -------
    Progress or CourseProgress

    Examples
    --------
    >>> from initcourse.exercises import progress, share_left
    >>> verdict = share_left.check(1 / 1024)
    >>> progress("00")
    1 of 1 exercise right.
    right          share_left
    >>> verdict = share_left.check(...)
    >>> progress("00").right
    0
    """
    kept = record.last()
    if lesson is not None:
        return _of_lesson(one_of("lesson", lesson, tuple(LESSONS)), kept)
    return CourseProgress({lesson: _course_row(lesson, kept) for lesson in LESSONS})


def _of_lesson(lesson, kept):
    verdicts, days = {}, {}
    for name, exercise in LESSONS[lesson].items():
        now, earlier = LAST_VERDICTS.get(id(exercise)), kept.get(("exercise", name))
        verdicts[name] = now
        if earlier and now is None:
            verdicts[name], days[name] = earlier.right, earlier.when[:10]
    return Progress(verdicts, days)


def _course_row(lesson, kept):
    done = _of_lesson(lesson, kept)
    here = [event for event in kept.values() if event.lesson == lesson]
    questions = [event.right is True for event in here if event.kind == "question"]
    predictions = sum(event.kind == "prediction" for event in here)
    day = max((event.when[:10] for event in here), default="")
    return done.right, len(done.verdicts), sum(questions), len(questions), predictions, day
