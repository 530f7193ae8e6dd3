"""Marks of A1 to A4: right answers in every style, wrong ones with the points worked out by hand.

Right ones are marked as nbgrader's own grading does and as the safe command does, the wrong ones
by the two in turn; both run in this process. test_assignment_class.py goes through sandboxes.
"""

import checks
import pytest
import release
from assignment_course import (
    AUTOGRADED,
    MINE,
    NAMES,
    marked,
    nearby,
    paper_of,
    plainly,
    solutions,
)
from checks import A4, sealed
from right_answers import IMPORTS, RIGHT, quick_solutions, right_submissions
from wrong_answers import WRONG

GRADERS = (plainly, nearby)
PREDICTIONS = ("predicted_factor", "predicted_backward", "predicted_share")

#: nbgrader's use of SQLAlchemy; nothing of ours is silenced.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


@pytest.fixture(params=NAMES)
def paper(request, released):
    return paper_of(release.open_course(released), released, request.param)


@pytest.fixture
def at_home(paper, released, monkeypatch):
    """A function that runs a submission's cells with what a student has of the checks."""
    folder = released / "release" / paper.name / "checks"
    own = sealed.read(folder, paper.name, MINE[paper.name])

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


@pytest.mark.parametrize("grader", GRADERS)
def test_numbers_put_in_the_place_of_ones_own_earn_nothing(grader, released):
    paper = paper_of(release.open_course(released), released, "A1")
    answers = {"strength_z": "2 * n * var_w * (var_x + mean_x**2)"}  # of somebody with twice the n
    other = "mine = {**mine, 'n': 2 * n}\n"
    said, points = marked(grader, paper, quick_solutions("A1") | answers, other)
    assert said.keys() == {"test-strength_z"} and points == AUTOGRADED - 2


def test_without_answers_every_test_says_so(paper):
    tests = [o.name for o in paper.original.officials if o.kind == "test"]
    for grader in GRADERS:
        said, points = marked(grader, paper, {})
        assert points == 0 and said.keys() == {*tests}
        for words in said.values():
            assert words.startswith("Feedback: Not answered yet."), words


def test_wrong_answers_get_the_points_worked_out_by_hand_and_their_sentence(paper, at_home):
    right = quick_solutions(paper.name)
    assert len(WRONG[paper.name]) >= 10
    for i, (student, slip) in enumerate(WRONG[paper.name].items()):
        said, points = marked(GRADERS[i % 2], paper, right | slip.answers)
        assert (said.keys(), points) == (slip.loses, slip.points), (student, said)
        assert slip.says in " ".join(said.values()), (student, said)
        # at home nothing is known of hidden tests and predictions; a known slip is said alike
        kept = {test for test in said if test.startswith("hidden-") and "Not yet." in said[test]}
        kept |= {f"test-{name}" for name in PREDICTIONS if student != "no_prediction"}
        own = at_home(right | slip.answers)
        assert own.keys() == said.keys() - kept, student
        assert slip.at_home in " ".join(own.values()), (student, own)
        for test, words in own.items():
            vague = " is not right. " in said[test] or " stopped with " in said[test]
            assert vague or words.startswith(said[test].rstrip(".")), (student, words, said[test])
