"""The clinic: a diagnosis is held against the traces, a prescription against a training run.

An answer is a pair (diagnosis, prescription): one of the patient's `menu`, and one treatment or a
list of them. Each is worth a mark.
"""

import html
from dataclasses import dataclass

import numpy as np

from initcourse.clinic.patients import DRAWS, ENOUGH
from initcourse.clinic.symptoms import contradiction, sign
from initcourse.clinic.treatments import prescribed


@dataclass(frozen=True, repr=False)
class Report:
    """What became of an answer: is the diagnosis right, and the cure? None if not answered yet."""

    diagnosis: bool | None
    cure: bool | None
    text: str

    @property
    def marks(self):
        """One for the diagnosis, one for the cure."""
        return int(self.diagnosis is True) + int(self.cure is True)

    def __repr__(self):
        return f"{self.text} {self.marks} of 2 marks."

    def _repr_html_(self):
        return f'<div style="padding:.35em .8em">{html.escape(repr(self))}</div>'


def examine(patient, answer):
    """Judge an answer, the diagnosis by the illness, the cure by training; return a `Report`.

    An answer is a pair (diagnosis, treatment or sequence of treatments); an ``...`` in its place,
    or in that of a part, is not answered yet. What is none is a ValueError that says so.
    """
    if answer is ... or answer is None:
        return Report(None, None, "Not answered yet.")
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        raise ValueError("An answer is a pair: (diagnosis, prescription).")
    named, of_diagnosis = _diagnosed(patient, answer[0])
    cured, of_cure = _treated(patient, answer[1])
    return Report(named, cured, f"{of_diagnosis} {of_cure}")


def _diagnosed(patient, diagnosis):
    if diagnosis is ... or diagnosis is None:
        return None, "No diagnosis yet."
    menu = {name.lower(): name for name in patient.menu}
    if not isinstance(diagnosis, str) or diagnosis.strip().lower() not in menu:
        names = ", ".join(f'"{name}"' for name in patient.menu)
        raise ValueError(f"The diagnosis is one of {names}; this is {str(diagnosis)[:60]!r}.")
    diagnosis = menu[diagnosis.strip().lower()]
    if diagnosis == patient._illness:
        return True, "The diagnosis is right."
    against = contradiction(patient, diagnosis) or "Another illness fits the traces better."
    return False, f"The diagnosis is wrong. {against}"


def _treated(patient, prescription):
    if prescription is ... or prescription is None:
        return None, "No prescription yet."
    treatments = prescribed(prescription)
    if not treatments:
        raise ValueError("A prescription is a treatment, or a list of at least one.")
    outcome = patient.verify(treatments)
    if outcome.cured:
        return True, f"The prescription works: {outcome}."
    if not np.all(outcome.gone):
        after = f"Not reached: {outcome.goal}."
    elif left := sign(patient.trace(treatments)):
        after = f"Before the first step, {left}, with this treatment."
    else:
        after = (
            "With this treatment the traces before the first step are level: the learning rate is "
            "the suspect that is left."
        )
    return False, f"The prescription does not work: {outcome}; {ENOUGH} of {DRAWS} must. {after}"


class ScoreCard(dict):
    """The reports on a ward, name of the patient → `Report`, and the sum of their marks."""

    @property
    def marks(self):
        """The sum of all marks."""
        return sum(report.marks for report in self.values())

    def __repr__(self):
        words = {True: "1", False: "0", None: "-"}
        rows = [f"{'':12s} diagnosis  cure"]
        for name, report in self.items():
            rows.append(f"{name:12s} {words[report.diagnosis]:>9s}  {words[report.cure]:>4s}")
        return "\n".join([*rows, f"{self.marks} of {2 * len(self)} marks"])


def score(patients, answers):
    """Examine an answer for each patient, in their order; return a `ScoreCard`.

    An answer is as for `examine`; one that is missing or cannot be read gets no mark.

    >>> from initcourse.clinic import ward
    >>> score(ward(0)[:1], [...]).marks
    0
    """
    if len(patients) != len(answers):
        raise ValueError(f"{len(patients)} patients need as many answers, got {len(answers)}")
    card = ScoreCard()
    for patient, answer in zip(patients, answers, strict=True):
        try:
            card[patient.name] = examine(patient, answer)
        except ValueError as problem:
            card[patient.name] = Report(False, False, str(problem))
    return card
