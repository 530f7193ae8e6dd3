"""Every misconception of the course is exposed by an experiment and caught by a check or question.

The table in assignments/misconceptions.md is the list: each row is tried here as a learner who
holds the misconception would try it.
"""

import re

import lessons
import pytest
from corpus import check
from progress_table import misconceptions

import initcourse as ic
from initcourse.explorers.base import as_html

NOTEBOOKS = {path.stem[:2]: path for path in lessons.NOTEBOOKS}


ROWS = misconceptions()
each_row = pytest.mark.parametrize("row", ROWS, ids=[row.test.split("[")[1][:-1] for row in ROWS])


def questions(path):
    """The concept questions of a notebook, by their text."""
    made = [
        eval(source, {"ic": ic})
        for _, source, kind in lessons.cells(path)
        if kind == "code" and source.startswith("ic.exercises.Question(")
    ]
    return {question.question: question for question in made}


def section(path, heading):
    """Sources of the code cells between a heading and the next one."""
    found, inside = [], False
    for _, source, kind in lessons.cells(path):
        heads = re.findall(r"^#+ (.*)$", source, flags=re.MULTILINE) if kind == "markdown" else []
        if heads:
            inside = heading in heads
        elif inside and kind == "code":
            found.append(source)
    return found


def test_the_table_has_all_misconceptions_in_order():
    numbers = [int(row.number) for row in ROWS]
    assert sorted(set(numbers)) == list(range(1, 20)) and numbers == sorted(numbers)
    for row in ROWS:
        assert re.fullmatch(rf"test_who_holds_it_is_told_why_not\[{row.number}[a-z]?\]", row.test)
    assert len({row.test for row in ROWS}) == len(ROWS)


def test_each_experiment_stands_in_the_notebook():
    for row in ROWS:
        path = NOTEBOOKS[row.notebook[:2]]
        assert path.name == row.notebook
        assert row.heading in lessons.headings(path)
        assert any("ic." in source or "rng" in source for source in section(path, row.heading))


@each_row
def test_who_holds_it_is_told_why_not(row):
    if row.kind == "question":
        question = questions(NOTEBOOKS[row.lesson])[row.asked]
        assert row.answer != question.right
        question.choice.value = row.answer
        assert question.line.value == as_html(f"<b>Not so.</b> {row.reply}")
        question.choice.value = question.right
        assert "<b>Right.</b>" in question.line.value
    else:
        name = row.asked.strip("`")
        assert name in lessons.exercises(NOTEBOOKS[row.lesson])
        verdict = check(name, row.answer.strip("`"))
        assert verdict.right is False
        assert row.reply in verdict.text
