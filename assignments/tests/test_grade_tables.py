"""Marks as Moodle and Canvas read them, from a gradebook as grading leaves it."""

import csv
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import grade_tables
import pytest
from nbgrader.api import Gradebook

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

#: Points by the tests and by hand; None is an answer that waits.
POINTS = {
    ("A1", "kim"): (15, 3.5),
    ("A1", "lee"): (7, None),
    ("A2", "kim"): (0, 0),
    ("A2", "=cmd|' /C calc'!A0"): (9, 1),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A course folder with a gradebook of two assignments and four students."""
    folder = tmp_path_factory.mktemp("course")
    with pytest.MonkeyPatch.context() as patch:
        # nbgrader calls alembic by its bare name
        scripts = sysconfig.get_path("scripts")
        patch.setenv("PATH", os.pathsep.join([scripts, os.environ["PATH"]]))
        with Gradebook(f"sqlite:///{folder}/gradebook.db", "c") as book:
            fill(book)
    return folder


def fill(book):
    for name in ("kim", "lee", "max", "=cmd|' /C calc'!A0"):
        book.add_student(name)
    for assignment in ("A1", "A2"):
        book.add_assignment(assignment)
        book.add_notebook("n", assignment)
        book.add_grade_cell("test", "n", assignment, max_score=15, cell_type="code")
        book.add_grade_cell("answer", "n", assignment, max_score=5, cell_type="markdown")
    for (assignment, student), (tests, hand) in POINTS.items():
        book.add_submission(assignment, student)
        test, answer = (book.find_grade(g, "n", assignment, student) for g in ("test", "answer"))
        test.auto_score, test.needs_manual_grade = tests, False
        answer.manual_score, answer.needs_manual_grade = hand, hand is None
    book.db.commit()


@pytest.fixture
def course(folder, monkeypatch):
    monkeypatch.chdir(folder)
    yield folder
    (folder / "logins.csv").unlink(missing_ok=True)


def export(kind, **options):
    """Export the gradebook in this folder; return the table's rows."""
    exporter = getattr(grade_tables, kind)(**options)
    with Gradebook("sqlite:///gradebook.db", "c") as book:
        exporter.export(book)
    return rows_of(Path(f"{kind.lower()}.csv"))


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_the_command_of_the_guide(course):
    """Moodle gets names and points."""
    shutil.copy(grade_tables.__file__, ".")
    command = [sys.executable, "-m", "nbgrader", "export", "--course=c"]
    command += ["--exporter=grade_tables.Moodle", "--to=marks.csv"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert rows_of(Path("marks.csv")) == [
        ["username", "A1", "A2"],
        ["'=cmd|' /C calc'!A0", "", "10"],
        ["kim", "18.5", "0"],  # 0 is a mark
        ["lee", "", ""],
        ["max", "", ""],
    ]
    # an answer that waits is no 7, and it is said; nothing handed in is no 0
    assert "A1 of lee waits to be graded by hand" in done.stderr
    assert "max" not in done.stderr


def test_canvas_gets_its_own_columns(course):
    rows = export("Canvas", assignment=["A1"])
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "A1"]
    assert rows[1] == ["    Points Possible", "", "", "", "", "20"]
    assert rows[3] == ["kim", "", "", "kim", "", "18.5"]
    assert len({len(row) for row in rows}) == 1


def test_names_there_differ(course):
    (course / "logins.csv").write_text("kim,kim@school.example\n lee , +49\n\n", encoding="utf-8")
    rows = export("Moodle")
    assert ["kim@school.example", "18.5", "0"] in rows and ["'+49", "", ""] in rows


@pytest.mark.parametrize("text", ["kim\n", "kim,a,b\n"])
def test_a_line_that_is_no_pair_is_refused(tmp_path, text):
    (tmp_path / "logins.csv").write_text(text)
    with pytest.raises(ValueError, match="not two columns"):
        grade_tables.logins(tmp_path / "logins.csv")


def test_a_penalty_is_taken_off_and_no_mark_is_below_nothing(course):
    exporter = grade_tables.Moodle()
    with Gradebook("sqlite:///gradebook.db", "c") as book:
        kim, low = (book.find_submission(a, "kim") for a in ("A1", "A2"))
        kim.late_submission_penalty, low.late_submission_penalty = 2.5, 1
        assert [exporter.mark(book, a, "kim") for a in ("A1", "A2")] == ["16", "0"]
