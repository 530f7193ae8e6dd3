"""Feedback that tells nothing of hidden tests, and yet a sentence for each lost point.

nbgrader's shows every test whole, and what it printed and raised. In what a student's own code
prints after a hidden test the test's arguments may stand, too, in the message of an exception
likewise. So all outputs are left out but one sentence of each test that was not passed.
"""

from nbformat.v4 import new_output
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor
from nbgrader.utils import is_grade, is_locked, is_solution

from safe_grading.marking import asked_for
from safe_grading.proxies import is_exception

#: Exceptions that say nothing but what a test or the grading means for the student.
TOLD = ("Feedback", "Stopped")


class Discreet(NbGraderPreprocessor):
    """Leaves out of a graded notebook what its student shall not read."""

    def preprocess(self, nb, resources):
        """Clear each cell; a test that lost points says why."""
        clear = ClearHiddenTests(config=self.config)
        for cell in nb.cells:
            if is_locked(cell):
                clear._remove_hidden_test_region(cell)
            if cell.cell_type == "code":
                test = is_grade(cell) and not is_solution(cell)
                words = sentence(cell) if test and _lost(cell.metadata.nbgrader) else None
                cell.outputs = [new_output("stream", text=words)] if words else []
        return nb, resources


def _lost(graded):
    return graded.get("score", 0) < graded.get("points", 0)


def sentence(cell):
    """Return what a student may read about a test that was not passed."""
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if not errors:
        return "This test gave not all of its points."
    name, words = errors[0].ename, errors[0].evalue
    if name in TOLD:
        return words
    if name == "KeyboardInterrupt":
        return "This could not be tested: it ran too long."
    for missing in asked_for(cell.source):
        if words == f"name '{missing}' is not defined":
            return f"{missing} is not defined."
    if name != "AssertionError" and is_exception(name):
        return f"This test stopped with {name}."
    return "This test was not passed."
