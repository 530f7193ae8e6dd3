"""The six patients of lesson 18: a diagnosis and a prescription each."""

from dataclasses import dataclass
from functools import cached_property

from answer_checks.check import Exercise, Verdict
from initcourse import clinic

#: The seed of lesson 18's ward.
WARD = 12


@dataclass(frozen=True)
class PatientExercise(Exercise):
    """The answer is a pair: a diagnosis, and a treatment or a list of them.

    Parameters
    ----------
    number : int
        Place in the ward, from 1.
    seed : int
        Which ward.
    files : bool
        Whether it is one of case files.
    """

    number: int
    hint_text: str
    seed: int = WARD
    files: bool = False

    @property
    def name(self):
        """The name under which the lesson asks for the answer."""
        return f"answer_{self.number}"

    @cached_property
    def patient(self):
        """The `Patient`."""
        return clinic.ward(self.seed, self.files)[self.number - 1]

    def judge(self, answer):
        """Hold the diagnosis against the traces and train after the prescription."""
        try:
            report = clinic.examine(self.patient, answer)
        except ValueError as problem:
            text = str(problem).strip()
            return Verdict(False, text if text[-1] in ".?" else text + ".")
        parts = (report.diagnosis, report.cure)
        right = False if False in parts else None if None in parts else True
        return Verdict(right, repr(report))


patient_1, patient_2, patient_3, patient_4, patient_5, patient_6 = (
    PatientExercise(number, hint)
    for number, hint in enumerate(
        (
            "By how much does mean h² grow in each layer, and which number on the chart is that?",
            "What is std over units, and in which layers does it say something special?",
            "Are the traces before the first step ill at all? Order the test of rates.",
            "Around which value does h lie, and what is left of the differences between inputs?",
            "The strength grows by the same factor in every layer. Weights multiply it squared.",
            "What does a block multiply the strength by, if its branch is as strong as He's "
            "weights make it, and how many blocks are there?",
        ),
        start=1,
    )
)
