"""What README and CONTRIBUTING promise of a lesson: its length, its exercises, its minutes."""

import re
from pathlib import Path

import lessons
import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
each_lesson = pytest.mark.parametrize("path", lessons.NOTEBOOKS, ids=lambda path: path.stem[:2])


@each_lesson
def test_a_lesson_is_short_enough_for_45_minutes(path):
    cells = lessons.cells(path)
    words = sum(len(source.split()) for _, source, kind in cells if kind == "markdown")
    assert words <= 1800
    assert sum(kind == "code" for _, _, kind in cells) <= 25


@each_lesson
def test_a_lesson_has_three_exercises_but_for_the_first_which_shows_how_they_work(path):
    assert len(lessons.exercises(path)) >= (1 if path.stem.startswith("00") else 3)


@each_lesson
def test_the_map_says_the_minutes_that_the_lessons_head_says(path):
    head = lessons.cells(path)[0][1]
    written = re.search(r"^\| \*\*Time\*\* \| (\d+) minutes(?:, .*)? \|$", head, re.MULTILINE)
    minutes = int(written[1])
    assert minutes <= 45
    assert re.search(rf"\(notebooks/{path.name}\) \| {minutes} min \|", README)
