"""Somebody hostile, with the installed package and the release, looks for the answers.

Every task whose answer is a number, or a pair of them, is tried. What is not tried cannot be
prevented, and assignments/README.md says so: to try numbers one after another until one is right,
and to compute the answer as the lessons teach it.
"""

import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from assignment_course import MINE, NAMES, ROOT, read
from checks import A4_kinds, Practice, checks, sealed

from answer_checks.check import ValueExercise
from answer_checks.run_answer import function_from
from safe_grading.book import grade_id

RELEASED = ROOT / "assignments" / "release"
KINDS = (ValueExercise, A4_kinds.PairExercise)
TASKS = [
    (name, task)
    for name in NAMES
    for task, exercise in checks(name, MINE[name]).exercises.items()
    if isinstance(exercise, KINDS)
]
each_task = pytest.mark.parametrize(("name", "task"), TASKS)


def is_right(name, task, number):
    """Return whether a number is one of the answer's, within what the check accepts."""
    exercise = checks(name, MINE[name]).exercises[task]
    right = np.ravel(exercise.expected(exercise.solution, None)[0])
    return np.isclose(number, right, rtol=exercise.rtol, atol=0).any()


def of_student(name):
    """Return the checks of a student's copy."""
    return Practice(sealed.read(RELEASED / name / "checks", name, MINE[name]))


def floats_in(value):
    """Yield every number in nested data."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, (list, tuple, set)):
        for part in value:
            yield from floats_in(part)
    elif isinstance(value, (int, float)):
        yield float(value)


def test_all_tasks_with_a_number_are_tried():
    assert len(TASKS) == 11 and len({name for name, _ in TASKS}) == 4


@each_task
def test_no_attribute_of_a_students_check_is_the_answer(name, task):
    exercise = of_student(name).exercises[task]
    assert not any(is_right(name, task, number) for number in floats_in(vars(exercise)))
    for question in ("value", "solution", "right"):
        with pytest.raises((AttributeError, SyntaxError, TypeError, ValueError)):
            float(getattr(exercise, question))
    for seals in getattr(exercise, "seals", []):
        for seal in seals:
            wants = [np.full(shape, 1e-7) for shape in seal["shapes"]]
            (numbers, *_), text = sealed.Seal(**seal).open(wants)
            assert np.isnan(numbers).all() and text is None


@each_task
def test_no_text_that_is_released_or_installed_for_it_computes_the_answer(name, task):
    """Whatever stands in quotes, or to the right of =, is computed with the notebook's numbers."""
    released = [*RELEASED.glob(f"{name}/*.ipynb"), *RELEASED.glob(f"{name}/checks/*.py")]
    lines = (RELEASED / name / "checks" / f"{name}.jsonl").read_text("utf-8").splitlines()
    (own,) = [line for line in lines if json.loads(line).get("name") == task]
    texts = [own, *(path.read_text("utf-8") for path in released)]
    found = [code for code, number in computed(texts, name) if is_right(name, task, number)]
    assert not found
    exercise = checks(name, MINE[name]).exercises[task]
    right = np.ravel(exercise.expected(exercise.solution, None)[0])[0]
    planted = computed([f"answer = {float(right)!r}"], name)
    assert any(is_right(name, task, number) for _, number in planted)


def computed(texts, name):
    """Yield what stands in quotes or to the right of = in texts, with the number that it is."""
    given = numbers_of(name)
    for code in {code for text in texts for code in re.findall(r"""["'=]([^"'=\\]{3,})""", text)}:
        try:
            yield code, float(function_from(code, "tried", "", **given)())
        except (Exception, SystemExit):
            continue


def numbers_of(name):
    """Return the names that the notebook gives."""
    names = {**MINE[name]}
    for cell in read(RELEASED, name).cells:
        if grade_id(cell) in ("imports", "activation"):
            exec(cell.source, names)
    return {key: value for key, value in names.items() if key != "__builtins__"}


def test_from_the_students_folder_no_door_leads_to_the_answers():
    """In an interpreter of its own, where the package is installed and the release is at hand."""
    doors = [
        "checks.variants",
        "checks.marks",
        "personal",
        "initcourse.exercises.assignment_1",
        "grading",
    ]
    code = f"""
import importlib.util, os, sys
for name in {list(NAMES)}:
    os.chdir({str(RELEASED)!r} + "/" + name)
    for module in [m for m in sys.modules if m.split(".")[0] == "checks"]:
        del sys.modules[module]
    from checks import checks, numbers
    mine = numbers(name, "model")
    for door in [f"checks.{{name}}", *{doors}]:
        try:
            print(importlib.util.find_spec(door))
        except ModuleNotFoundError:
            print(None)
    print(type(checks(name, mine)).__name__)
"""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=RELEASED,
        env=environment,
        capture_output=True,
        text=True,
    )
    one = [*["None"] * (1 + len(doors)), "Practice"]
    said = [line for line in done.stdout.splitlines() if " = " not in line]
    assert said == one * len(NAMES), done.stderr


def test_what_cannot_be_prevented_is_what_the_guide_says():
    """Some hundreds of numbers, one after another, find an answer by its check."""
    exercise = of_student("A1").exercises["strength_z"]
    tried = np.geomspace(1e-3, 1e3, 700)
    right = [number for number in tried if exercise.check(number).right]
    assert right and all(is_right("A1", "strength_z", number) for number in right)
    guide = (ROOT / "assignments" / "README.md").read_text("utf-8")
    assert "one number after another" in guide
