"""Locked cells that differ from student to student, for nbgrader's grading."""

from dataclasses import replace

from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_locked

from safe_grading.settings import SafeGrading


def personal(config, assignment, student, notebooks):
    """Return what was handed out with a student's own text in the locked cells.

    Parameters
    ----------
    config : Config
    assignment, student : str
    notebooks : dict of str to Original
    """
    own = SafeGrading(config=config).personal
    if own is None:
        return notebooks
    text = own(assignment, student)
    return {
        name: replace(
            original,
            officials=[
                replace(cell, source=text(cell.source)) if cell.locked else cell
                for cell in original.officials
            ],
        )
        for name, original in notebooks.items()
    }


class Personal(NbGraderPreprocessor):
    """Gives locked cells the student's text, after nbgrader has restored everybody's."""

    def preprocess(self, nb, resources):
        """Put it into each locked cell."""
        own, about = SafeGrading(config=self.config).personal, resources["nbgrader"]
        if own is not None:
            text = own(about["assignment"], about["student"])
            for cell in nb.cells:
                if is_locked(cell):
                    cell.source = text(cell.source)
        return nb, resources
