"""Marks of A1 to A4: right answers in every style, wrong ones with the points worked out by hand.

Right ones are marked as nbgrader's own grading does and as the safe command does, the wrong ones
by the two in turn; both run in this process. A few go through sandboxes and the gradebook.
"""

import io
import re
import shutil

import checks
import pytest
import release
from assignment_course import (
    AUTOGRADED,
    NAMES,
    marked,
    marks,
    nearby,
    paper_of,
    plainly,
    solutions,
    submit,
)
from checks import A4, sealed
from right_answers import IMPORTS, RIGHT, quick_solutions, right_submissions
from wrong_answers import WRONG

from safe_grading.classroom import grade_class
from safe_grading.limits import Limits

GRADERS = (plainly, nearby)
PREDICTIONS = ("predicted_factor", "predicted_backward", "predicted_share")
SECRET = "submission_secret.txt"

#: nbgrader's use of SQLAlchemy; nothing of ours is silenced.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


@pytest.fixture(params=NAMES)
def paper(request, released):
    return paper_of(release.open_course(released), released, request.param)


@pytest.fixture
def at_home(paper, released, monkeypatch):
    """A function that runs a submission's cells with what a student has of the checks."""
    own = sealed.read(released / "release" / paper.name / "checks", paper.name, 1)

    def said(*answers):
        with monkeypatch.context() as patch:
            patch.setattr(checks, "checks", lambda *_, **__: checks.Practice(own))
            return marked(plainly, paper, *answers)[0]

    return said


@pytest.fixture(scope="module", autouse=True)
def trained_once():
    """Training is not done again from the same weights: both graders end with the same losses."""
    known, train = {}, A4.train

    def remembered(net, x, y, **settings):
        key = b"".join(array.tobytes() for array in (*net.weights, *net.biases, x))
        if key not in known:
            known[key] = list(train(net, x, y, **settings))
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(A4, "train", remembered)
        yield


def test_right_answers_in_every_style_get_all(paper, at_home):
    answered = solutions(paper.name, by_hand=False)
    assert RIGHT[paper.name].keys() == answered.keys()
    assert min(map(len, RIGHT[paper.name].values())) >= 3
    for student, answers in right_submissions(paper.name).items():
        for grader in GRADERS:
            said, points = marked(grader, paper, answers, IMPORTS)
            assert said == {} and points == AUTOGRADED, (grader.__name__, student, said)
    assert at_home(answers, IMPORTS) == {}


def test_without_answers_every_test_says_so(paper):
    tests = [o.name for o in paper.original.officials if o.kind == "test"]
    for grader in GRADERS:
        said, points = marked(grader, paper, {})
        assert points == 0 and said.keys() == {*tests}
        for words in said.values():
            assert words.startswith("AssertionError: Not answered yet."), words


def test_wrong_answers_get_the_points_worked_out_by_hand_and_their_sentence(paper, at_home):
    right = quick_solutions(paper.name)
    assert len(WRONG[paper.name]) >= 10
    for i, (student, slip) in enumerate(WRONG[paper.name].items()):
        said, points = marked(GRADERS[i % 2], paper, right | slip.answers)
        assert (said.keys(), points) == (slip.loses, slip.points), (student, said)
        assert slip.says in " ".join(said.values()), (student, said)
        # at home nothing is known of hidden tests and predictions, and all else is said alike
        kept = {test for test in said if test.startswith("hidden-") and "Not yet." in said[test]}
        kept |= {f"test-{name}" for name in PREDICTIONS if student != "no_prediction"}
        known = {test: without_ratio(said[test]) for test in said.keys() - kept}
        assert at_home(right | slip.answers) == known, student


def without_ratio(words):
    """Return a sentence as a student's copy says it, which does not know the right number."""
    return re.sub(r"(\S+ (than ten )?times )?too (large|small)\.", "not it.", words)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_in_sandboxes(name, released, tmp_path, sandboxes):
    """Right answers to all, a slip in A1; the guide's test has an empty submission, too."""
    folder = shutil.copytree(released, tmp_path / "course")
    right = quick_solutions(name)
    slips = dict(list(WRONG[name].items())[: name == "A1"])
    submit(folder, "perfect", name, right)
    secrets = {student: folder / "submitted" / student / name / SECRET for student in slips}
    for student, slip in slips.items():
        submit(folder, student, name, right | slip.answers)
        secrets[student].symlink_to(folder / "gradebook.db")
    perfect = folder / "submitted" / "perfect" / name / SECRET
    perfect.write_text("5ec2e7" * 20)
    rows, _ = grade_class(folder, name, Limits(), stream=io.StringIO())
    points = {row.student: row.points for row in rows}
    assert points == {"perfect": AUTOGRADED} | {who: slip.points for who, slip in slips.items()}
    assert all(not word.startswith("look:") for row in rows for word in row.words)
    for student, slip in slips.items():
        got, _ = marks(release.open_course(folder), name, student)
        assert {g for g in got if got[g] == 0 and not g.startswith("answer-")} == slip.loses
    # what nbgrader needs to hand the feedback back: the student's secret, or else a new one
    found = {who: folder / "autograded" / who / name for who in points}
    assert (found["perfect"] / SECRET).read_text() == "5ec2e7" * 20
    assert all(len((found[student] / SECRET).read_text()) == 128 for student in slips)
    assert all((path / "timestamp.txt").is_file() for path in found.values())
