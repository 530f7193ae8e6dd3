"""How far a learner is in a lesson: what the checks of its exercises said last."""

import html
from dataclasses import dataclass

from initcourse import exercises
from initcourse._validate import one_of
from initcourse.exercises.check import COLORS, SAID

#: Lesson → its exercises, in order.
LESSONS = {
    "00": ("share_left",),
    "01": ("distinct_units", "factor_per_layer"),
    "02": ("strength_of_sum", "strengths", "weight_std"),
    "03": ("delta_below", "taper_factor", "xavier_uniform"),
    "04": ("relu_moments", "he_normal", "torch_factor"),
    "05": ("centring_bias", "critical_sigma_w2"),
    "06": ("layers_until",),
    "07": ("band_factor",),
    "08": ("steps_to",),
    "09": ("conv_std", "wrong_fan_factor", "recurrent_matrix"),
    "10": ("init_std", "trainable_depth", "critical_pair"),
    "11": ("block_factor", "branch_scale", "lsuv_step", "flax_factor"),
    "12": ("patient_1", "patient_2", "patient_3", "patient_4", "patient_5", "patient_6"),
}
_WORDS = {True: "right", False: "not yet right", None: "not answered"}


@dataclass(frozen=True, repr=False)
class Progress:
    """What the last checks of a lesson said.

    Attributes
    ----------
    standing : dict of str to (bool or None)
        For each exercise, by the name that the learner defines: right, not yet right, or None
        for not answered.
    """

    standing: dict

    @property
    def right(self):
        """How many are right."""
        return sum(value is True for value in self.standing.values())

    def __repr__(self):
        rows = [f"{_WORDS[value]:14s} {name}" for name, value in self.standing.items()]
        return "\n".join([self._summary(), *rows])

    def _summary(self):
        count = len(self.standing)
        return f"{self.right} of {count} exercise{'s' * (count > 1)} right."

    def _repr_html_(self):
        rows = "".join(
            f'<br><span style="color:{COLORS[value]}">●</span> '
            f"<code>{html.escape(name)}</code>: {_WORDS[value]}"
            for name, value in self.standing.items()
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
    made = (getattr(exercises, name) for name in LESSONS[one_of("lesson", lesson, tuple(LESSONS))])
    return Progress({exercise.name: SAID.get(id(exercise)) for exercise in made})
