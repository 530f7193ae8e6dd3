"""The whole way with nbgrader as a teacher goes it, for all four assignments, through kernels.

Release, fetch, submit, collect, autograde, marks, feedback, CSV, Validate.
"""

import csv
import html
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from assignment_course import AUTOGRADED, NAMES, marks, release, solutions, submission, submit
from nbgrader.apps import NbGraderAPI
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeFetchAssignment, ExchangeSubmit
from nbgrader.validator import Validator
from traitlets.config import Config
from wrong_activation import WRONG as WRONG_4
from wrong_shapes import WRONG as WRONG_3
from wrong_signals import WRONG as WRONG_1
from wrong_xavier import WRONG as WRONG_2

#: One wrong submission of each; test_assignment_marks.py grades the others the light way.
SLIPS = {
    "A1": WRONG_1["three_slips"],
    "A2": WRONG_2["half_repaired"],
    "A3": WRONG_3["closed_form"],
    "A4": WRONG_4["gain_for_pair"],
}
#: nbgrader's use of SQLAlchemy, and a kernel's of its sockets; nothing of ours is silenced.
pytestmark = [
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:jupyter_client"),
]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Every assignment released, handed in by three students, collected and autograded."""
    folder = tmp_path_factory.mktemp("course")
    release.copy_course(folder)
    api = release.generate(folder)
    for name in NAMES:
        for student, answers in answers_of(name).items():
            submit(folder, student, name, answers)
        done = api.autograde(name, "*")
        assert done["success"], done["log"]
    return folder, api


def answers_of(name):
    right = solutions(name)
    tests = {cell: answer for cell, answer in right.items() if not cell.startswith("answer-")}
    return {"perfect": right, "empty": {}, "slip": {**tests, **SLIPS[name].answers}}


@pytest.mark.parametrize("name", NAMES)
def test_marks(course, name):
    _, api = course
    full, score = marks(api, name, "perfect")
    assert score == AUTOGRADED
    assert marks(api, name, "empty")[1] == 0
    points, score = marks(api, name, "slip")
    assert score == SLIPS[name].points
    lost = {cell for cell, got in points.items() if full[cell] is not None and got != full[cell]}
    assert lost == SLIPS[name].loses


@pytest.mark.parametrize("name", NAMES)
def test_feedback_names_the_slip(course, name):
    folder, api = course
    done = api.generate_feedback(name, "slip")
    assert done["success"], done["log"]
    page = (folder / "feedback" / "slip" / name / f"{NAMES[name]}.html").read_text("utf-8")
    assert SLIPS[name].says in html.unescape(page)
    assert f"Score: {float(SLIPS[name].points)} / 20.0" in page


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
    assert len(rows) == 12
    assert {row["max_score"] for row in rows.values()} == {"20.0"}
    assert float(rows["perfect", "A1"]["score"]) == AUTOGRADED + 4
    for name in NAMES:
        assert float(rows["slip", name]["score"]) == SLIPS[name].points
        assert float(rows["empty", name]["score"]) == 0


def test_validate_tells_an_unanswered_notebook_from_an_answered_one(course, tmp_path):
    """What a student sees of JupyterLab's Validate button, before handing in."""
    folder, _ = course
    path = folder / "release" / "A1" / f"{NAMES['A1']}.ipynb"
    result = Validator().validate(str(path))
    errors = [failed["error"] for failed in result["failed"]]
    # six visible tests, and the written answer; what is hidden cannot fail here
    texts = [html.unescape(re.sub("<[^>]*>", "", error)) for error in errors]
    assert sum("AssertionError: Not answered yet." in text for text in texts) == 6
    assert len(errors) == 7
    answered = tmp_path / path.name
    nbformat.write(submission(nbformat.read(path, as_version=4), solutions("A1")), answered)
    assert not Validator().validate(str(answered)).get("failed")


@pytest.mark.skipif(sys.platform == "win32", reason="nbgrader has no exchange on Windows")
def test_release_fetch_submit_and_collect(tmp_path):
    """Through the exchange folder, as in a class on one server."""
    teacher, student, exchange = (tmp_path / name for name in ("teacher", "student", "exchange"))
    for folder in (teacher, student, exchange):
        folder.mkdir()
    exchange.chmod(0o777)
    release.copy_course(teacher)
    shared = Config()
    shared.Exchange.root = str(exchange)
    shared.Exchange.cache = str(tmp_path / "cache")
    shared.Exchange.assignment_dir = str(student)
    shared.CourseDirectory.course_id = "initcourse"
    config = release.generate(teacher, ["A1"]).config
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
    nbformat.write(submission(nbformat.read(fetched, as_version=4), solutions("A1")), fetched)
    do(ExchangeSubmit)
    done = api.collect("A1")
    assert done["success"], done["log"]
    collected = teacher / "submitted" / "ada" / "A1" / fetched.name
    assert collected.read_bytes() == fetched.read_bytes()
    assert [path.name for path in Path(fetched.parent).iterdir()] == [fetched.name]
    assert os.listdir(exchange) == ["initcourse"]
