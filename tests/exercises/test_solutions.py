"""The notebooks' exercises: each starts unanswered, and its worked solution is accepted."""

import re

import numpy as np
import pytest
from lessons import NOTEBOOKS, SOLUTION, cells, checked, python_of

import initcourse as ic


def solution_names(tags):
    return [tag.removeprefix(SOLUTION) for tag in tags if tag.startswith(SOLUTION)]


def pairs():
    """(notebook, source of an exercise cell, tags and source of the cell after it)."""
    for path in NOTEBOOKS:
        after = [*cells(path)[1:], (set(), "", "")]
        for (tags, source, _), (next_tags, next_source, next_kind) in zip(
            cells(path), after, strict=True
        ):
            if "exercise" in tags:
                yield pytest.param(
                    source, next_tags, next_source, next_kind, id=f"{path.stem}-{checked(source)}"
                )


each_exercise = pytest.mark.parametrize(("source", "tags", "solution", "kind"), list(pairs()))


def test_there_are_notebooks_with_exercises():
    assert len(NOTEBOOKS) >= 5
    assert all(any("exercise" in tags for tags, _, _ in cells(path)) for path in NOTEBOOKS)


@each_exercise
def test_exercise_is_followed_by_its_folded_solution(source, tags, solution, kind):
    assert solution_names(tags) == [checked(source)]
    assert kind == "markdown"
    assert solution.startswith("<details>") and solution.rstrip().endswith("</details>")


@each_exercise
def test_exercise_cell_checks_what_it_asks_for_and_starts_unanswered(source, tags, solution, kind):
    exercise = getattr(ic.exercises, checked(source))
    *body, last = source.strip().splitlines()
    assert last == f"ic.exercises.{checked(source)}.check({exercise.name})"
    namespace = {"np": np, "ic": ic}
    exec("\n".join(body), namespace)
    verdict = eval(last, namespace)
    assert verdict.right is None
    assert repr(verdict).startswith("Not answered yet.")
    assert exercise.name in verdict.text


@each_exercise
def test_worked_solution_is_accepted(source, tags, solution, kind):
    exercise = getattr(ic.exercises, checked(source))
    namespace = {"np": np, "ic": ic}
    exec(python_of(solution), namespace)
    verdict = exercise.check(namespace[exercise.name])
    assert verdict.right is True, verdict


@each_exercise
def test_solution_defines_the_function_with_the_parameters_asked_for(source, tags, solution, kind):
    asked = re.findall(r"^def \w+\(.*?\)", source, flags=re.MULTILINE)
    assert [line for line in asked if line not in solution] == []


def test_no_solution_stands_without_its_exercise():
    for path in NOTEBOOKS:
        solved = [name for tags, _, _ in cells(path) for name in solution_names(tags)]
        asked = [checked(source) for tags, source, _ in cells(path) if "exercise" in tags]
        assert solved == asked
        assert len(set(solved)) == len(solved)


def test_every_exercise_of_the_package_stands_in_one_notebook():
    asked = [
        checked(source)
        for path in NOTEBOOKS
        for tags, source, _ in cells(path)
        if "exercise" in tags
    ]
    made = [name for name, value in vars(ic.exercises).items() if hasattr(value, "hint_text")]
    made = [name for name in made if not isinstance(getattr(ic.exercises, name), type)]
    assert sorted(asked) == sorted(made)
