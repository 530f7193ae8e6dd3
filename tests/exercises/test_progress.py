"""Progress through a lesson: what the checks said last."""

import sys
from dataclasses import replace

import lessons
import pytest
from corpus import RIGHT, WRONG, answer

import initcourse as ic
from answer_checks import check as engine
from initcourse.exercises.progress import LESSONS, Progress


@pytest.fixture(autouse=True)
def _fresh_kernel(monkeypatch):
    monkeypatch.setattr(engine, "LAST_VERDICTS", {})
    # the face's `progress` is the function; the module is found by its name
    module = sys.modules["initcourse.exercises.progress"]
    monkeypatch.setattr(module, "LAST_VERDICTS", engine.LAST_VERDICTS)


def test_a_lessons_list_is_that_of_its_notebook_and_its_cell_comes_last():
    assert list(LESSONS) == [path.stem[:2] for path in lessons.NOTEBOOKS]
    for number, path in zip(LESSONS, lessons.NOTEBOOKS, strict=True):
        assert list(LESSONS[number]) == list(lessons.exercises(path))
        sources = [source for _, source, kind in lessons.cells(path) if kind == "code"]
        assert sources[-1] == f'ic.exercises.progress("{number}")'


def lesson_of(name):
    return next(number for number, asked in LESSONS.items() if name in asked)


@pytest.mark.parametrize("number", LESSONS)
def test_nothing_is_answered_at_first(number):
    names = [f"not answered   {name}" for name in LESSONS[number]]
    assert all(getattr(ic.exercises, name).hint() for name in LESSONS[number])
    head, *rows = repr(ic.exercises.progress(number)).splitlines()
    assert rows == names and head.startswith(f"0 of {len(names)} exercise")


def test_the_last_check_counts():
    lesson = lesson_of("he_normal")

    def said(code):
        ic.exercises.he_normal.check(answer("he_normal", code))
        return ic.exercises.progress(lesson).verdicts["he_normal"]

    right, wrong = RIGHT["he_normal"][0], WRONG["he_normal"][0][0]
    assert [said(code) for code in (wrong, right, wrong, "...", right)] == [
        False, True, False, None, True,
    ]  # fmt: skip
    assert {n: ic.exercises.progress(n).right for n in LESSONS} == {n: n == lesson for n in LESSONS}


def test_a_hint_and_another_exercise_of_the_same_name_change_nothing():
    ic.exercises.share_left.check(0.5**10)
    ic.exercises.share_left.hint()
    replace(ic.exercises.share_left).check(7)
    assert ic.exercises.progress(lesson_of("share_left")).right == 1


def test_progress_is_shown_in_words_and_colours():
    shown = Progress({"a": True, "b<": False, "c": None})
    assert repr(shown).splitlines() == [
        "1 of 3 exercises right.", "right          a", "not yet right  b<", "not answered   c",
    ]  # fmt: skip
    marked = shown._repr_html_()
    assert "<b>1 of 3 exercises right.</b>" in marked and "<code>b&lt;</code>: not yet" in marked
    assert [marked.count(color) for color in engine.COLORS.values()] == [1, 1, 1]


def test_an_unknown_lesson_is_named_at_the_door():
    for lesson in ("4", 4, "99", "04_he"):
        with pytest.raises(ValueError, match="lesson must be one of '00'"):
            ic.exercises.progress(lesson)
