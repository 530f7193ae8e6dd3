"""Marks of submissions: perfect, empty, and wrong in one way each.

Through nbgrader, except that the cells run in this process (`LightExecute`).
"""

import pytest
from assignment_course import (
    AUTOGRADED,
    NAMES,
    graded,
    lightly,
    marks,
    release,
    said,
    solutions,
    submit,
)
from wrong_activation import WRONG as WRONG_4
from wrong_shapes import WRONG as WRONG_3
from wrong_signals import WRONG as WRONG_1
from wrong_xavier import WRONG as WRONG_2

WRONG = {"A1": WRONG_1, "A2": WRONG_2, "A3": WRONG_3, "A4": WRONG_4}
#: nbgrader's use of SQLAlchemy; nothing of ours is silenced.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


@pytest.fixture(scope="module", params=NAMES)
def course(request, tmp_path_factory):
    """A folder in which every submission of one assignment is graded."""
    name, folder = request.param, tmp_path_factory.mktemp(request.param)
    release.copy_course(folder)
    api = lightly(release.generate(folder, [name]))
    right = solutions(name)
    submit(folder, "perfect", name, right)
    submit(folder, "empty", name, {})
    manual = next(grade_id for grade_id in right if grade_id.startswith("answer-"))
    tests = {grade_id: answer for grade_id, answer in right.items() if grade_id != manual}
    for student, slip in WRONG[name].items():
        submit(folder, student, name, {**tests, **slip.answers})
    done = api.autograde(name, "*")
    assert done["success"], done["log"]
    return name, folder, api


def test_perfect_gets_all_and_empty_nothing(course):
    name, _, api = course
    points, score = marks(api, name, "perfect")
    assert score == AUTOGRADED
    # the written answer waits for the teacher
    assert [grade_id for grade_id, got in points.items() if got is None] == [
        grade_id for grade_id in points if grade_id.startswith("answer-")
    ]
    points, score = marks(api, name, "empty")
    assert score == 0
    assert set(points.values()) == {0}


def test_each_wrong_submission_gets_the_points_worked_out_by_hand(course):
    name, _, api = course
    full, _ = marks(api, name, "perfect")
    assert len(WRONG[name]) >= 10
    for student, slip in WRONG[name].items():
        points, score = marks(api, name, student)
        lost = {grade_id for grade_id, got in points.items() if got != full[grade_id]}
        lost -= {grade_id for grade_id in points if grade_id.startswith("answer-")}
        assert lost == slip.loses, (student, slip.why)
        assert all(points[grade_id] == 0 for grade_id in lost), student
        assert score == slip.points, (student, slip.why)


def test_a_failing_test_names_the_slip(course):
    name, folder, _ = course
    for student, slip in WRONG[name].items():
        cells = graded(folder, student, name)
        sentences = [said(cells[grade_id]) for grade_id in slip.loses]
        assert any(slip.says in sentence for sentence in sentences), (student, sentences)


def test_an_unanswered_test_says_so(course):
    name, folder, _ = course
    for grade_id, cell in graded(folder, "empty", name).items():
        if grade_id and grade_id.startswith(("test-", "hidden-")):
            assert said(cell).startswith("AssertionError: Not answered yet."), (
                grade_id,
                said(cell),
            )
