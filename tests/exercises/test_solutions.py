"""The notebooks' exercises: each starts unanswered, and its worked solution is accepted."""

import re

import numpy as np
import pytest
from corpus import EXERCISES
from lessons import NOTEBOOKS, SOLUTION, cells, checked, python_of

import initcourse as ic


def pairs(path):
    """Return (source of an exercise cell, tags, source and kind of the cell after it)."""
    after = [*cells(path)[1:], (set(), "", "")]
    rows = zip(cells(path), after, strict=True)
    return [(source, *following) for (tags, source, _), following in rows if "exercise" in tags]


def solution_names(tags):
    return [tag.removeprefix(SOLUTION) for tag in tags if tag.startswith(SOLUTION)]


each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@each_notebook
def test_exercise_starts_unanswered_and_checks_what_it_asks_for(path):
    assert pairs(path)
    for source, *_ in pairs(path):
        exercise = EXERCISES[checked(source)]
        *body, last = source.strip().splitlines()
        assert last == f"ic.exercises.{checked(source)}.check({exercise.name})"
        namespace = {"np": np, "ic": ic}
        exec("\n".join(body), namespace)
        verdict = eval(last, namespace)
        assert verdict.right is None
        assert repr(verdict).startswith("Not answered yet.") and exercise.name in verdict.text


@each_notebook
def test_exercise_is_followed_by_its_folded_solution_which_is_accepted(path):
    for source, tags, solution, kind in pairs(path):
        assert solution_names(tags) == [checked(source)] and kind == "markdown"
        assert solution.startswith("<details>") and solution.rstrip().endswith("</details>")
        exercise, namespace = EXERCISES[checked(source)], {"np": np, "ic": ic}
        exec(python_of(solution), namespace)
        verdict = exercise.check(namespace[exercise.name])
        assert verdict.right is True, (checked(source), verdict)
        asked = re.findall(r"^def \w+\(.*?\)", source, flags=re.MULTILINE)
        assert [line for line in asked if line not in solution] == []


def test_every_exercise_of_the_package_and_its_solution_stand_in_one_notebook():
    asked = []
    for path in NOTEBOOKS:
        names = [checked(source) for source, *_ in pairs(path)]
        assert [name for tags, _, _ in cells(path) for name in solution_names(tags)] == names
        asked += names
    assert asked == list(EXERCISES)
