"""Honest but untidy submissions: both graders give the same marks, those worked out beforehand.

Both run the cells in this process: nbgrader by `LightExecute`, the safe way by `NearSession`.
Everything else, from the file to the gradebook, is as in a class.
"""

import copy

import pytest
import release
from assignment_course import NAMES, read, run, solutions, submission
from grading.book import Book, officials, open_course
from grading.limits import Limits
from grading.marking import mark
from grading.near import NearSession
from grading.screen import read_notebook, rebuild
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute
from untidy_class import UNTIDY, Sheet

#: nbgrader's use of SQLAlchemy; nothing of ours is silenced.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


ASSIGNMENTS = sorted({name for name, *_ in UNTIDY.values()})
PRINTING = ("compare(", "share_left(", "losses(")  # cells without points, for seconds


class LightExecute(Execute):
    """Runs the cells in this process, in a namespace of their own: a kernel takes seconds."""

    def preprocess(self, nb, resources, km=None):
        namespace = {"__name__": "__main__"}
        code = [cell for cell in nb.cells if cell.cell_type == "code"]
        for count, cell in enumerate(filter(runs, code), start=1):
            cell.execution_count, cell.outputs = count, list(run(cell.source, namespace))
        return nb, resources


def runs(cell):
    """Return whether a cell is run: not one that only prints, and for seconds."""
    return not any(call in cell["source"] for call in PRINTING)


def answers(name):
    """Return the right answers, without the one whose tests take long."""
    return {key: text for key, text in solutions(name).items() if key != "measured_strengths"}


def hand_in(folder):
    """Put every student's submission into the course."""
    released, answered = {}, {}
    for name in ASSIGNMENTS:
        released[name] = read(folder / "release", name)
        answered[name] = submission(released[name], answers(name))
    for student, (name, _, _, untidy) in UNTIDY.items():
        sheet = Sheet(copy.deepcopy(answered[name]), released[name])
        untidy(sheet)
        path = folder / "submitted" / student / name / f"{NAMES[name]}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(sheet.saved())


def marks(api):
    """Student → score, whether the teacher must look, and every cell's points."""
    with api.gradebook as gradebook:
        return {
            entry.student_id: (
                entry.score,
                entry.needs_manual_grade,
                {grade.name: grade.auto_score for grade in entry.notebooks[0].grades},
            )
            for name in ASSIGNMENTS
            for entry in gradebook.assignment_submissions(name)
        }


def enter_safely(book, submitted, student, original):
    """Mark a submission as the safe command does, and enter it into the gradebook."""
    notebook = NAMES[book.assignment]
    cells, words = read_notebook(submitted / f"{notebook}.ipynb", Limits())
    assert words == []
    cells, words = rebuild(cells, original)
    outputs, _ = mark(list(filter(runs, cells)), NearSession())
    graded = {notebook: {"cells": cells, "outputs": outputs}}
    book.enter(student, submitted, graded, "; ".join(words))


def test_both_graders_give_the_marks_worked_out_beforehand(tmp_path):
    release.copy_course(tmp_path)
    api = release.generate(tmp_path, ASSIGNMENTS)
    steps = Autograde.autograde_preprocessors.default()
    api.config.Autograde.autograde_preprocessors = [
        LightExecute if step is Execute else step for step in steps
    ]
    hand_in(tmp_path)
    for name in ASSIGNMENTS:
        done = api.autograde(name, "*")
        assert done["success"], done["log"]
    plain = marks(api)
    assert {student: mark[:2] for student, mark in plain.items()} == {
        student: (points, by_hand) for student, (_, points, by_hand, _) in UNTIDY.items()
    }
    for name in ASSIGNMENTS:
        config = open_course(tmp_path)
        original = officials(config, name)[NAMES[name]]
        book = Book(config, name, tmp_path / "staging")
        for student, (assignment, *_) in UNTIDY.items():
            if assignment == name:
                enter_safely(book, tmp_path / "submitted" / student / name, student, original)
    assert marks(api) == plain


def test_a_submission_is_repaired_once_though_the_command_merges_its_settings_twice(tmp_path):
    release.copy_course(tmp_path)
    config = open_course(tmp_path)
    config.merge(open_course(tmp_path))
    steps = [step.__name__ for step in Autograde(config=config).sanitize_preprocessors]
    assert steps.count("Repair") == 1 and steps[0] == "Repair"
