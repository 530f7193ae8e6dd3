"""The release: what the source gives, byte for byte, without solutions; and its variants."""

import re

import nbformat
import numpy as np
import pytest
from assignment_course import (
    AUTOGRADED,
    NAMES,
    ROOT,
    STUB,
    grade_id,
    lightly,
    marks,
    release,
    solutions,
    submit,
)

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
RELEASED = ROOT / "assignments" / "release"


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory):
    """Folder → its release, for the configured seed, and for another."""
    folders = {}
    for seed in (None, 2):
        folders[seed] = tmp_path_factory.mktemp(f"seed_{seed}")
        release.copy_course(folders[seed])
        release.generate(folders[seed], seed=seed)
    return folders


def notebook(folder, name):
    return nbformat.read(folder / name / f"{NAMES[name]}.ipynb", as_version=4)


def test_the_committed_release_is_what_the_source_gives(regenerated):
    new = release.contents(regenerated[None] / "release")
    assert new == release.contents(RELEASED)
    assert sorted(str(path.as_posix()) for path in new) == [
        f"{a}/{n}.ipynb" for a, n in NAMES.items()
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_release_holds_no_solution(name):
    text = (RELEASED / name / f"{NAMES[name]}.ipynb").read_text(encoding="utf-8")
    for word in ("BEGIN", "END SOLUTION", "HIDDEN TESTS", "hidden_cases", "{{"):
        assert word not in text
    lines = {
        line.strip() for cell in notebook(RELEASED, name).cells for line in cell.source.split("\n")
    }
    answers = solutions(name)
    for answer in answers.values():
        kept = [line for line in map(str.strip, answer.split("\n")) if line in lines]
        assert kept in ([], ["return weights, biases"]), kept
    assert (
        sum(cell.source.count(STUB) for cell in notebook(RELEASED, name).cells) == len(answers) - 1
    )


@pytest.mark.parametrize("name", NAMES)
def test_points_and_cells(name):
    """20 points, 5 of them by hand; hidden tests; every answer is tested."""
    nb = notebook(RELEASED, name)
    points = {grade_id(c): c.metadata.nbgrader["points"] for c in nb.cells if is_graded(c)}
    by_hand = [cell for cell in points if cell.startswith("answer-")]
    assert sum(points.values()) == 20 and [points[cell] for cell in by_hand] == [5]
    assert sum(cell.startswith("hidden-") for cell in points) >= 2
    written = {cell for cell in solutions(name) if not cell.startswith("answer-")}
    assert {cell.removeprefix("test-") for cell in points if cell.startswith("test-")} == written
    source = notebook(ROOT / "assignments" / "source", name)
    assert [grade_id(cell) for cell in source.cells] == [grade_id(cell) for cell in nb.cells]
    # the numbers stand in the source as its seed makes them
    assert numbers(source) == numbers(nb)


def is_graded(cell):
    return cell.metadata.get("nbgrader", {}).get("grade", False)


def numbers(nb):
    (cell,) = [cell for cell in nb.cells if grade_id(cell) == "numbers"]
    return cell.source


@pytest.mark.parametrize("name", NAMES)
def test_another_seed_changes_the_numbers_and_the_grading_stays_right(name, regenerated):
    folder = regenerated[2]
    one, two = notebook(RELEASED, name), notebook(folder / "release", name)
    assert numbers(one) != numbers(two)
    texts = [[c.source for c in nb.cells if c.cell_type == "markdown"] for nb in (one, two)]
    assert texts[0] != texts[1]
    seeds = {seed for cell in two.cells for seed in re.findall(r"seed=(\d+)", cell.source)}
    assert seeds == {"2"}

    # the same formulas are right for both; numbers worked out for the other variant are wrong
    api = lightly(release.open_course(folder, seed=2))
    right, typed = solutions(name), numbers_of(name)
    assert typed
    submit(folder, "formulas", name, right)
    submit(folder, "other_numbers", name, {**right, **typed})
    done = api.autograde(name, "*")
    assert done["success"], done["log"]
    full, score = marks(api, name, "formulas")
    assert score == AUTOGRADED
    points, _ = marks(api, name, "other_numbers")
    lost = {cell for cell, got in points.items() if got != full[cell]}
    assert {f"test-{cell}" for cell in typed} <= lost
    if name != "A4":  # there, the network is drawn with one of the numbers
        assert {f"test-{cell}" for cell in typed} == lost


def numbers_of(name):
    """Answers that are numbers, typed as they come out of the source for its own seed."""
    namespace = {}
    for cell in notebook(ROOT / "assignments" / "source", name).cells:
        own = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and own and not own["grade"]:
            exec(cell.source, namespace)
    return {
        cell: repr(np.asarray(namespace[cell]).tolist())
        for cell in solutions(name)
        if not cell.startswith("answer-") and not callable(namespace[cell])
    }
