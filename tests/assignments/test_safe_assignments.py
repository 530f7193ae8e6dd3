"""The assignments A1 to A4 under safe grading: the marks that their authors worked out by hand.

Every other wrong submission goes through the marking of the safe command with both ends of the
pipe in this process (`NearSession`), three of each assignment through sandboxes and the gradebook.
"""

import io
import os
import shutil

import pytest
from assignment_course import AUTOGRADED, NAMES, marks, release, run, solutions, submit
from grading.book import officials, open_course
from grading.classroom import grade_class
from grading.limits import Limits
from grading.marking import mark
from grading.near import NearSession
from grading.sandbox import NoSandbox, probe
from grading.screen import read_notebook, rebuild
from right_answers import IMPORTS, RIGHT, right_submissions
from test_assignment_marks import WRONG

SECRET = "submission_secret.txt"

#: nbgrader's use of SQLAlchemy; nothing of ours is silenced.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


@pytest.fixture(scope="module", params=NAMES)
def course(request, tmp_path_factory):
    """An assignment, its course in a folder, and nbgrader's API for it."""
    name, folder = request.param, tmp_path_factory.mktemp(request.param)
    release.copy_course(folder)
    return name, folder, release.generate(folder, [name])


def answers_of(name):
    """Return the right answers, without the one that is graded by hand."""
    return {key: text for key, text in solutions(name).items() if not key.startswith("answer-")}


def handed_in(name, folder, student, answers, above=""):
    """Return the cells of a submission as both graders run them: locked ones are restored."""
    submit(folder, student, name, answers, above)
    path = folder / "submitted" / student / name / f"{NAMES[name]}.ipynb"
    cells, words = read_notebook(path, Limits())
    cells, changes = rebuild(cells, officials(open_course(folder), name)[NAMES[name]])
    assert words == changes == []
    # cells without a grade id only print in these assignments, one of them for two seconds
    shutil.rmtree(folder / "submitted")
    return [cell for cell in cells if cell["kind"] != "student" or cell["metadata"]]


def said(cells, outputs):
    """Return what each test cell says; nothing if it passes."""
    return {
        cell["metadata"]["nbgrader"]["grade_id"]: " ".join(
            f"{output['ename']}: {output['evalue']}"
            for output in outputs[cell["id"]]
            if output["output_type"] == "error"
        )
        for cell in cells
        if cell["kind"] == "test"
    }


def marked_nearby(*submission):
    """Return what the test cells say when the answers are behind the pipe."""
    cells = handed_in(*submission)
    outputs, _ = mark(cells, NearSession())
    return said(cells, outputs)


def marked_plainly(*submission):
    """Return what the test cells say where everything runs in one namespace."""
    cells, namespace = handed_in(*submission), {"__name__": "__main__"}
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    return said(cells, {cell["id"]: list(run(cell["source"], namespace)) for cell in code})


def test_the_points_worked_out_by_hand(course):
    name, folder, _ = course
    right = answers_of(name)
    assert set(marked_nearby(name, folder, "perfect", right).values()) == {""}
    assert all(marked_nearby(name, folder, "empty", {}).values())
    for student, slip in list(WRONG[name].items())[::2]:
        told = marked_nearby(name, folder, student, {**right, **slip.answers})
        assert {grade_id for grade_id, words in told.items() if words} == slip.loses, student
        assert slip.says in " ".join(told.values()), (student, told)


def test_right_answers_in_every_style_get_all(course):
    """In both graders."""
    name, folder, _ = course
    answered = {cell for cell in solutions(name) if not cell.startswith("answer-")}
    assert RIGHT[name].keys() == answered and min(map(len, RIGHT[name].values())) >= 3
    for student, answers in right_submissions(name).items():
        for marked in (marked_plainly, marked_nearby):
            told = marked(name, folder, student, answers, IMPORTS)
            assert set(told.values()) == {""}, (marked.__name__, student, told)


def test_the_same_in_sandboxes(course):
    try:
        probe(Limits(), [])
    except NoSandbox as problem:
        pytest.fail(str(problem)) if os.environ.get("CI") else pytest.skip(str(problem))
    name, folder, api = course
    right = answers_of(name)
    student, slip = next(iter(WRONG[name].items()))
    submit(folder, "perfect", name, right)
    submit(folder, "empty", name, {})
    submit(folder, student, name, {**right, **slip.answers})
    wanted = ["perfect", "empty", student]
    secrets = {who: folder / "submitted" / who / name / SECRET for who in ("perfect", student)}
    secrets["perfect"].write_text("5ec2e7" * 20)
    secrets[student].symlink_to(folder / "gradebook.db")
    rows, _ = grade_class(folder, name, Limits(), wanted, stream=io.StringIO())
    points = {row.student: row.points for row in rows}
    assert points == {"perfect": AUTOGRADED, "empty": 0, student: slip.points}
    assert all(not word.startswith("look:") for row in rows for word in row.words)
    lost = {grade_id for grade_id, got in marks(api, name, student)[0].items() if got == 0}
    assert lost - {g for g in lost if g.startswith("answer-")} == slip.loses
    # what nbgrader needs to hand the feedback back: the student's secret, or else a new one
    found = {who: folder / "autograded" / who / name for who in secrets}
    assert (found["perfect"] / SECRET).read_text() == "5ec2e7" * 20
    assert len((found[student] / SECRET).read_text()) == 128
    assert all((path / "timestamp.txt").is_file() for path in found.values())
