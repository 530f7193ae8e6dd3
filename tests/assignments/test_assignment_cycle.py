"""The whole way with nbgrader as a teacher goes it, through kernels.

Release, fetch, submit, collect, autograde, marks, feedback, CSV, Validate.
"""

import csv
import html
import os
import shutil
import subprocess
import sys

import nbformat
import pytest
import release
from assignment_course import AUTOGRADED, NAMES, marks, read, solutions, submission, submit
from nbgrader.apps import NbGraderAPI
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeFetchAssignment, ExchangeSubmit
from nbgrader.validator import Validator
from traitlets.config import Config
from wrong_answers import WRONG

#: test_assignment_marks.py has the others, without kernels; the sources of A3 and A4 run in some
#: when pytest runs assignments/source.
SLIPS = {"A1": WRONG["A1"]["three_slips"], "A2": WRONG["A2"]["half_repaired"]}
#: nbgrader's use of SQLAlchemy, and a kernel's of its sockets; nothing of ours is silenced.
pytestmark = [
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:jupyter_client"),
]


@pytest.fixture(scope="module")
def course(released, tmp_path_factory):
    """A1 and A2 handed in with a slip, A1 perfect and empty besides; all autograded."""
    folder = shutil.copytree(released, tmp_path_factory.mktemp("cycle") / "course")
    api = release.open_course(folder)
    submit(folder, "perfect", "A1", solutions("A1"))
    submit(folder, "empty", "A1", {})
    for name, slip in SLIPS.items():
        submit(folder, "slip", name, solutions(name, by_hand=False) | slip.answers)
        done = api.autograde(name, "*")
        assert done["success"], done["log"]
    return folder, api


def test_marks_and_feedback_that_names_the_slip(course):
    folder, api = course
    assert marks(api, "A1", "perfect")[1] == AUTOGRADED
    assert marks(api, "A1", "empty")[1] == 0
    for name, slip in SLIPS.items():
        points, score = marks(api, name, "slip")
        assert score == slip.points
        by_hand = {cell for cell in points if cell.startswith("answer-")}
        assert {cell for cell, got in points.items() if got == 0} - by_hand == slip.loses
        done = api.generate_feedback(name, "slip")
        assert done["success"], done["log"]
        page = (folder / "feedback" / "slip" / name / f"{NAMES[name]}.html").read_text("utf-8")
        assert slip.says in html.unescape(page)
        assert f"Score: {float(slip.points)} / 20.0" in page


def test_a_mark_by_hand_and_the_csv(course):
    folder, api = course
    with api.gradebook as gradebook:
        grade = gradebook.find_grade("answer-one_draw", NAMES["A1"], "A1", "perfect")
        assert grade.needs_manual_grade and grade.max_score == 5
        grade.manual_score = 4
        gradebook.db.commit()
    program = [sys.executable, "-m", "nbgrader", "export", "--to", "marks.csv"]
    done = subprocess.run(program, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with (folder / "marks.csv").open(encoding="utf-8") as file:
        rows = {(row["student_id"], row["assignment"]): row for row in csv.DictReader(file)}
    assert {row["max_score"] for row in rows.values()} == {"20.0"}
    scores = {key: float(row["score"]) for key, row in rows.items() if row["score"]}
    slips = {("slip", name): slip.points for name, slip in SLIPS.items()}
    assert scores.items() >= {("perfect", "A1"): AUTOGRADED + 4, **slips}.items()


def test_validate_passes_right_answers(released, tmp_path, monkeypatch):
    """JupyterLab's Validate button; the browser's tests press it on an unanswered notebook."""
    monkeypatch.delenv("PYTHONPATH")  # else the kernel would find the teacher's checks
    shutil.copytree(released / "release" / "A1", tmp_path, dirs_exist_ok=True)
    answered = tmp_path / "A1_signals.ipynb"
    nbformat.write(submission(read(released / "release", "A1"), solutions("A1")), answered)
    assert not Validator().validate(str(answered)).get("failed")


@pytest.mark.skipif(sys.platform == "win32", reason="nbgrader has no exchange on Windows")
def test_release_fetch_submit_and_collect(released, tmp_path):
    """Through the exchange folder, as in a class on one server."""
    student, exchange = tmp_path / "student", tmp_path / "exchange"
    teacher = shutil.copytree(released, tmp_path / "teacher")
    student.mkdir()
    exchange.mkdir()
    exchange.chmod(0o777)
    shared = Config()
    shared.Exchange.root = str(exchange)
    shared.Exchange.cache = str(tmp_path / "cache")
    shared.Exchange.assignment_dir = str(student)
    shared.CourseDirectory.course_id = "initcourse"
    config = release.open_course(teacher).config
    config.merge(shared)
    api = NbGraderAPI(config=config)
    done = api.release_assignment("A1")
    assert done["success"], done["log"]

    def do(action):
        place = CourseDirectory(config=shared, assignment_id="A1", student_id="ada")
        action(coursedir=place, authenticator=Authenticator(), config=shared).start()

    do(ExchangeFetchAssignment)
    fetched = student / "A1" / f"{NAMES['A1']}.ipynb"
    assert fetched.read_bytes() == (teacher / "release" / "A1" / fetched.name).read_bytes()
    nbformat.write(submission(read(student, "A1"), solutions("A1")), fetched)
    do(ExchangeSubmit)
    done = api.collect("A1")
    assert done["success"], done["log"]
    collected = teacher / "submitted" / "ada" / "A1" / fetched.name
    assert collected.read_bytes() == fetched.read_bytes()
    assert {path.name for path in fetched.parent.iterdir()} == {fetched.name, "checks"}
    assert os.listdir(exchange) == ["initcourse"]
