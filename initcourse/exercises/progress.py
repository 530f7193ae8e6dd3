"""How far a learner is in a lesson: what the checks of its exercises said last."""

import html
from dataclasses import dataclass

from initcourse._validate import one_of
from initcourse.exercises.check import COLORS, LAST_VERDICTS
from initcourse.exercises.lessons import LESSONS

_WORDS = {True: "right", False: "not yet right", None: "not answered"}


@dataclass(frozen=True, repr=False)
class Progress:
    """What the last checks of a lesson said.

    Attributes
    ----------
    verdicts : dict of str to (bool or None)
        For each exercise, by the name that the learner defines: right, not yet right, or None
        for not answered.
    """

    verdicts: dict

    @property
    def right(self):
        """How many are right."""
        return sum(value is True for value in self.verdicts.values())

    def __repr__(self):
        rows = [f"{_WORDS[value]:14s} {name}" for name, value in self.verdicts.items()]
        return "\n".join([self._summary(), *rows])

    def _summary(self):
        count = len(self.verdicts)
        return f"{self.right} of {count} exercise{'s' * (count > 1)} right."

    def _repr_html_(self):
        rows = "".join(
            f'<br><span style="color:{COLORS[value]}">●</span> '
            f"<code>{html.escape(name)}</code>: {_WORDS[value]}"
            for name, value in self.verdicts.items()
        )
        return f'<div style="padding:.35em .8em"><b>{self._summary()}</b>{rows}</div>'


def progress(lesson):
    """Return how far the learner is in a lesson, since the kernel was started.

    Parameters
    ----------
    lesson : str
        A key of `LESSONS`, as "04".

    Returns
    -------
    Progress

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
    asked = LESSONS[one_of("lesson", lesson, tuple(LESSONS))].values()
    return Progress({exercise.name: LAST_VERDICTS.get(id(exercise)) for exercise in asked})
