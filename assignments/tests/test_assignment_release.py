"""The release: what the source gives, byte for byte, without solutions."""

import re

import pytest
import release
from assignment_course import MINE, NAMES, ROOT, STUB, read, solutions
from checks import checks

from answer_checks.check import CodeExercise
from safe_grading.book import grade_id

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
SOURCE, RELEASED = ROOT / "assignments" / "source", ROOT / "assignments" / "release"
each = pytest.mark.parametrize("name", NAMES)
BOTH = ("__init__.py", "sealed.py")


def test_the_committed_release_is_what_the_source_gives(released):
    new = release.contents(released / "release")
    assert new == release.contents(RELEASED)
    notebooks = {f"{a}/{n}.ipynb" for a, n in NAMES.items()}
    own = {f"{a}/checks/{n}" for a in NAMES for n in (*BOTH, f"{a}.jsonl")}
    kinds = {f"{a}/checks/{a}_kinds.py" for a in ("A1", "A3", "A4")}
    assert {path.as_posix() for path in new} == notebooks | own | kinds


@each
def test_the_release_holds_no_solution(name):
    text = (RELEASED / name / f"{NAMES[name]}.ipynb").read_text(encoding="utf-8")
    for word in ("BEGIN", "END SOLUTION", "HIDDEN TESTS", "hidden_cases", "{{"):
        assert word not in text
    cells, answers = read(RELEASED, name).cells, solutions(name)
    lines = {line.strip() for cell in cells for line in cell.source.split("\n")}
    for answer in answers.values():
        kept = [line for line in map(str.strip, answer.split("\n")) if line in lines]
        assert kept in ([], ["return weights, biases"]), kept
    # the name's, and without the written answer's
    assert sum(cell.source.count(STUB) for cell in cells) == len(answers)


@each
def test_no_released_file_has_what_the_checks_must_not_tell(name):
    text = b"".join(release.contents(RELEASED / name).values()).decode()
    checked = checks(name, MINE[name])
    for exercise in [*checked.exercises.values(), *checked.hidden.values()]:
        if isinstance(exercise, CodeExercise):
            told = {exercise.solution, exercise.praise, *exercise.slips, *exercise.slips.values()}
            long = [rf"(?<!\w){re.escape(words)}(?!\w)" for words in told if len(words) > 4]
            assert not [words for words in long if re.search(words, text)]


@each
def test_points_and_cells(name):
    """20 points, 5 of them by hand; hidden tests; every answer is tested."""
    source, nb = read(SOURCE, name), read(RELEASED, name)
    known = [(grade_id(c), c.metadata.get("nbgrader", {})) for c in nb.cells]
    points = {cell: graded["points"] for cell, graded in known if graded.get("grade")}
    by_hand = [cell for cell in points if cell.startswith("answer-")]
    assert sum(points.values()) == 20 and [points[cell] for cell in by_hand] == [5]
    assert sum(cell.startswith("hidden-") for cell in points) >= 2
    tested = {cell.removeprefix("test-") for cell in points if cell.startswith("test-")}
    assert tested == solutions(name, by_hand=False).keys()
    assert [grade_id(cell) for cell in source.cells] == [grade_id(cell) for cell in nb.cells]
