"""The whole way with nbgrader as a teacher goes it, through kernels.

Release, fetch, submit, collect, autograde, marks, feedback. test_teachers_guide.py has the CSV, the
browser's tests press Validate.
"""

import html
import os
import shutil
import sys

import nbformat
import pytest
import release
from assignment_course import AUTOGRADED, NAMES, marks, read, solutions, submission, submit
from checks import sealed
from nbgrader.apps import NbGraderAPI
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeFetchAssignment, ExchangeSubmit
from personal import numbers_for
from traitlets.config import Config
from wrong_answers import WRONG

#: test_assignment_marks.py has the others, and A2 to A4, without kernels; their sources run in some
#: when pytest runs assignments/source.
SLIP = WRONG["A1"]["three_slips"]
#: nbgrader's use of SQLAlchemy, and a kernel's of its sockets; nothing of ours is silenced.
pytestmark = [
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:jupyter_client"),
]


@pytest.fixture(scope="module")
def course(released, tmp_path_factory):
    """A1 handed in with a slip and perfect, both autograded."""
    folder = shutil.copytree(released, tmp_path_factory.mktemp("cycle") / "course")
    (folder / "students.txt").write_text("perfect\nslip\n")
    api = release.open_course(folder)
    submit(folder, "perfect", "A1", solutions("A1"))
    submit(folder, "slip", "A1", solutions("A1", by_hand=False) | SLIP.answers)
    done = api.autograde("A1", "*")
    assert done["success"], done["log"]
    return folder, api


def test_marks_and_feedback_that_names_the_slip(course):
    folder, api = course
    assert marks(api, "A1", "perfect")[1] == AUTOGRADED
    points, score = marks(api, "A1", "slip")
    assert score == SLIP.points
    by_hand = {cell for cell in points if cell.startswith("answer-")}
    assert {cell for cell, got in points.items() if got == 0} - by_hand == SLIP.loses
    done = api.generate_feedback("A1", "slip")
    assert done["success"], done["log"]
    page = (folder / "feedback" / "slip" / "A1" / f"{NAMES['A1']}.html").read_text("utf-8")
    assert SLIP.says in html.unescape(page)
    assert f"Score: {float(SLIP.points)} / 20.0" in page


def test_a_mark_by_hand_is_added(course):
    _, api = course
    with api.gradebook as gradebook:
        grade = gradebook.find_grade("answer-one_draw", NAMES["A1"], "A1", "perfect")
        assert grade.needs_manual_grade and grade.max_score == 5
        grade.manual_score = 4
        gradebook.db.commit()
    assert marks(api, "A1", "perfect")[1] == AUTOGRADED + 4


@pytest.mark.skipif(sys.platform == "win32", reason="nbgrader has no exchange on Windows")
def test_release_fetch_submit_and_collect(released, tmp_path):
    """Through the exchange folder, as in a class on one server; fetched again it is the same."""
    student, exchange = tmp_path / "student", tmp_path / "exchange"
    teacher = shutil.copytree(released, tmp_path / "teacher")
    (teacher / "students.txt").write_text("ada\nbob\n")
    release.generate(teacher, ["A1"])
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
    config.ExchangeCollect.check_owner = False  # ada has no account here
    api = NbGraderAPI(config=config)
    done = api.release_assignment("A1")
    assert done["success"], done["log"]

    def do(action):
        place = CourseDirectory(config=shared, assignment_id="A1", student_id="ada")
        action(coursedir=place, authenticator=Authenticator(), config=shared).start()

    do(ExchangeFetchAssignment)
    fetched = student / "A1" / f"{NAMES['A1']}.ipynb"
    assert fetched.read_bytes() == (teacher / "release" / "A1" / fetched.name).read_bytes()
    before = release.contents(student)
    assert sealed.numbers_of(fetched.parent / "checks", "A1", "ada") == numbers_for(
        teacher, "A1", "ada"
    )
    shutil.rmtree(fetched.parent)
    # as for somebody who comes later
    release.generate(teacher, ["A1"])
    done = api.release_assignment("A1")
    assert done["success"], done["log"]
    do(ExchangeFetchAssignment)
    assert release.contents(student) == before
    nbformat.write(submission(read(student, "A1"), solutions("A1")), fetched)
    do(ExchangeSubmit)
    done = api.collect("A1")
    assert done["success"], done["log"]
    collected = teacher / "submitted" / "ada" / "A1" / fetched.name
    assert collected.read_bytes() == fetched.read_bytes()
    assert {path.name for path in fetched.parent.iterdir()} == {fetched.name, "checks"}
    assert os.listdir(exchange) == ["initcourse"]
