"""The release: what the source gives, byte for byte, without solutions; and its variants."""

import re

import numpy as np
import pytest
import release
from assignment_course import (
    AUTOGRADED,
    NAMES,
    ROOT,
    STUB,
    marked,
    paper_of,
    plainly,
    read,
    solutions,
)
from checks import checks
from right_answers import quick_solutions

from initcourse.exercises.check import CodeExercise
from safe_grading.book import grade_id

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
SOURCE, RELEASED = ROOT / "assignments" / "source", ROOT / "assignments" / "release"
each = pytest.mark.parametrize("name", NAMES)
BOTH = ("__init__.py", "sealed.py")


@pytest.fixture(scope="module")
def another(tmp_path_factory):
    """The course released for another seed, and nbgrader's API for it."""
    folder = tmp_path_factory.mktemp("seed_2")
    release.copy_course(folder)
    return folder, release.generate(folder, seed=2)


def numbers(nb):
    (cell,) = [cell for cell in nb.cells if grade_id(cell) == "numbers"]
    return cell.source


def test_the_committed_release_is_what_the_source_gives(released):
    new = release.contents(released / "release")
    assert new == release.contents(RELEASED)
    notebooks = {f"{a}/{n}.ipynb" for a, n in NAMES.items()}
    own = {f"{a}/checks/{n}" for a in NAMES for n in (*BOTH, f"{a}_1.jsonl")}
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
    assert sum(cell.source.count(STUB) for cell in cells) == len(answers) - 1


@each
def test_no_released_file_has_what_the_checks_must_not_tell(name):
    text = "".join(path.read_text("utf-8") for path in RELEASED.rglob(f"{name}/**/*.*"))
    checked = checks(name, 1)
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
    # the numbers stand in the source as its seed makes them
    assert numbers(source) == numbers(nb)


@each
def test_another_seed_changes_the_numbers_and_the_grading_stays_right(name, another):
    folder, api = another
    one, two = read(RELEASED, name), read(folder / "release", name)
    assert numbers(one) != numbers(two)
    texts = [[c.source for c in nb.cells if c.cell_type == "markdown"] for nb in (one, two)]
    assert texts[0] != texts[1]
    seeds = {seed for cell in two.cells for seed in re.findall(r"seed=(\d+)", cell.source)}
    assert seeds == {"2"}

    # the same formulas are right for both; numbers worked out for the other variant are wrong
    paper, right, typed = paper_of(api, folder, name), quick_solutions(name), numbers_of(name)
    assert typed
    assert marked(plainly, paper, right) == ({}, AUTOGRADED)
    lost, _ = marked(plainly, paper, right | typed)
    assert {f"test-{cell}" for cell in typed} <= lost.keys()
    if name != "A4":  # there, the network is drawn with one of the numbers
        assert {f"test-{cell}" for cell in typed} == lost.keys()


def numbers_of(name):
    """Return the answers that are numbers, typed as the source has them for its own seed."""
    namespace = {}
    for cell in read(SOURCE, name).cells:
        own = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and own and not own["grade"]:
            exec(cell.source, namespace)
    answers = {cell: namespace[cell] for cell in solutions(name, by_hand=False)}
    return {c: repr(np.asarray(a).tolist()) for c, a in answers.items() if not callable(a)}
