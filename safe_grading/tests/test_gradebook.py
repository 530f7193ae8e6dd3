"""Safe grading once more: one late student, an interruption, a gradebook that cannot be written."""

import contextlib
import csv
import errno
import itertools
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import unicodedata
from pathlib import Path
from unittest import mock

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin
from small_course import DRAW, answered, api_of, code, hand_in
from sqlalchemy import event
from sqlalchemy.engine import Engine

from safe_grading import book as book_module
from safe_grading.book import Book, judged, known_marks, officials, open_course
from safe_grading.classroom import _enter, students_of
from safe_grading.limits import Limits
from safe_grading.names import is_name, show, spell
from safe_grading.screen import read_notebook, rebuild
from safe_grading.stop import Stop
from safe_grading.summary import EARLIER, GONE, NOT_REACHED, Row, Summary
from safe_grading.transaction import CourseError, explain

#: nbgrader's use of SQLAlchemy; nothing of ours is silenced.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


def write(course, student, **answers):
    """Put a student's notebook in the place of an earlier one."""
    shutil.rmtree(course / "submitted" / student, ignore_errors=True)
    hand_in(course, student, answered(course, **answers))


@contextlib.contextmanager
def at_every_statement(act):
    """Call a function before every statement that the gradebook gets."""
    event.listen(Engine, "before_cursor_execute", act)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", act)


def enter(course, student, stop=False, act=lambda *_: None):
    """Enter a submission as if every test in it had passed; return its line of the summary."""
    config = open_course(course)
    folder = course / "submitted" / student / "T1"
    cells, words = read_notebook(folder / "task.ipynb", Limits())
    rebuilt, _ = rebuild(cells, officials(config, "T1")["task"])
    outputs = {cell["id"]: [] for cell in rebuilt}
    graded = {"cells": rebuilt, "outputs": outputs, "words": words}
    book = Book(config, "T1", course.parent / "staging", stop)
    with at_every_statement(act):
        return _enter(book, folder, student, {"notebooks": {"task": graded}, "seconds": 1.0})


def by_hand(course, student, cell, points):
    """Give points as Formgrader does."""
    with grades(course) as book:
        grade = book.find_grade(cell, "task", "T1", student)
        grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()


def grades(course):
    return Gradebook(f"sqlite:///{course / 'gradebook.db'}", "small")


def ticks(course, student):
    """Return the cells that Formgrader asks the teacher to look at."""
    with grades(course) as book:
        (notebook,) = book.find_submission("T1", student).notebooks
        return {grade.name for grade in notebook.grades if grade.needs_manual_grade}


def test_a_tick_means_that_what_was_graded_by_hand_has_changed(course):
    write(course, "kim")
    assert enter(course, "kim").waiting
    enter(course, "kim")
    assert ticks(course, "kim") == {"why"}  # not yet graded by hand: a tick remains
    by_hand(course, "kim", "why", 2)
    row = enter(course, "kim")
    assert (row.points, row.waiting, ticks(course, "kim")) == (12, False, set())
    write(course, "kim", strength="strength = max")  # another answer
    assert (enter(course, "kim").points, ticks(course, "kim")) == (12, set())
    write(course, "kim", why="So it is not.")
    assert (enter(course, "kim").points, ticks(course, "kim")) == (12, {"why"})
    write(course, "kim")  # nobody has looked since, so the tick stays
    enter(course, "kim")
    assert ticks(course, "kim") == {"why"}


def test_points_beside_a_test_are_looked_at_again_when_code_changes(course):
    write(course, "lee")
    enter(course, "lee")
    by_hand(course, "lee", "why", 3)
    by_hand(course, "lee", "test-draw", 0)
    with grades(course) as book:
        book.find_grade("test-draw", "task", "T1", "lee").extra_credit = 1
        book.find_comment("why", "task", "T1", "lee").manual_comment = "Well put."
        book.db.commit()
    assert (enter(course, "lee").points, ticks(course, "lee")) == (12, set())
    with grades(course) as book:
        assert book.find_comment("why", "task", "T1", "lee").comment == "Well put."
    write(course, "lee", draw=f"{DRAW}  # shorter")
    assert (enter(course, "lee").points, ticks(course, "lee")) == (12, {"test-draw"})


def test_an_answer_that_goes_on_in_another_cell_has_changed(small_course):
    answer = answered(small_course).cells
    for kind in ("markdown", "code"):
        longer = [*answer, code("# more of it") | {"cell_type": kind}]
        assert judged(longer, "why") != judged(answer, "why") == judged([*answer], "why")


def read(summary):
    with summary.table.open(newline="", encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_the_summary_is_of_the_class_whoever_is_graded(tmp_path):
    def summary(marks, here, *graded, expected=()):
        made = Summary(tmp_path, "T1", marks, here)
        made.expect(expected)
        for name, points in graded:
            made.put(Row(name, points, points and 13.0, False, ("look: x",), 0.5))
        made.write()
        return {n: (row["points"], row["what_happened"]) for n, row in read(made).items()}

    class_ = {"ann": (5.0, 13.0, True), "bob": (4.0, 13.0, True)}
    assert summary({}, ["ann", "bob"], ("ann", 5.0), ("bob", 4.0)) == {
        "ann": ("5", "look: x"),
        "bob": ("4", "look: x"),
    }
    # one late; ann was graded by hand since; somebody else has handed in, too
    marks = class_ | {"ann": (8.0, 13.0, False)}
    assert summary(marks, ["ann", "bob", "cem", "dan"], ("cem", 3.0)) == {
        "ann": ("8", "look: x"),
        "bob": ("4", "look: x"),
        "cem": ("3", "look: x"),
        "dan": ("", NOT_REACHED),
    }
    # bob's folder is removed and comes back; bob could not be graded now, and ann was not reached
    assert summary(class_, ["ann"], ("ann", 6.0))["bob"] == ("4", f"look: x; {GONE}")
    after = summary(class_, ["ann", "bob"], ("bob", None), expected=["ann", "bob"])
    assert after["bob"] == ("4", f"look: x; {EARLIER}")
    assert after["ann"] == ("5", f"{NOT_REACHED}; {EARLIER}")
    assert summary({}, [], expected=[]) == {}  # a gradebook made anew


def test_another_table_in_the_place_of_the_summary_is_left_alone(tmp_path):
    (tmp_path / "T1.csv").write_text("student;points\nann;5\n")
    with pytest.raises(CourseError, match="no table of this command"):
        Summary(tmp_path, "T1", {}, ["ann"])


def test_no_cell_of_the_summary_is_a_formula(tmp_path):
    rows = [Row("-kim", None, None, False, ("=1+1",), 0.0), Row("@x", None, None, False, (), 0.0)]
    made = Summary(tmp_path, "T1", {}, [], rows)
    made.write()
    assert [row["what_happened"] for row in read(made).values()] == ["'=1+1", ""]
    assert list(read(made)) == ["'-kim", "'@x"]


NFD = unicodedata.normalize("NFD", "J\u00fcrgen M\u00fcller")
NAMES = (
    f"kim|J\u00fcrgen M\u00fcller|{NFD}|O'Brien|D\u2019Arcy|'t Hooft|Anne-Marie_2.b@x+y|"
    "\u0915\u094d\u0937\u093f\u0924\u093f\u091c \u0936\u0930\u094d\u092e\u093e|"
    "\u0645\u062d\u0645\u062f|\u5c71\u7530\u3000\u592a\u90ce|\uae40\ucca0\uc218|"
    "\u1100\u1175\u11b7|\u0645\u06cc\u200c\u0646\u0627|Paral\u00b7lel (2)"
).split("|")
STRANGE = [
    "a" * 101,
    *(
        ';.hidden;-rf;=1+1;+1;@x;\uff1dA1;\u2212x; a;a ;a\u00a0;a,b;a"b;a|b;a`b;a*;[ab];a?;a#b;50%;'
        "a\\b;a/b;<b>;a&b;$a;a\nb;a\x1b[2J;a\u202eb;a\u200bb;a\u2028b;a\udcffb;\u0301a"
    ).split(";"),
]


def test_names_of_people_are_names_and_what_could_be_misread_is_none():
    for name in NAMES:
        assert is_name(name) and is_name(spell(name)) and show(name) == name
    for name in STRANGE:
        assert not is_name(name), ascii(name)
        assert not set(show(name)) & set('|`<"\n\x1b\u202e\u200b\u2028\udcff')


def test_two_spellings_of_a_name_are_one_student(tmp_path):
    composed, apart = spell("J\u00fcrgen"), unicodedata.normalize("NFD", "J\u00fcrgen")

    def folders(*names):
        shutil.rmtree(tmp_path / "submitted", ignore_errors=True)
        for name in names:
            (tmp_path / "submitted" / name).mkdir(parents=True)

    def found(*known):
        students, strange = students_of(tmp_path, "T1", known)
        return students, [row.words for row in strange], os.listdir(tmp_path / "submitted")

    folders(f"{apart}/T1")
    assert found() == ([composed], [], [composed])
    assert found(apart) == ([apart], [], [apart])  # as the gradebook knows it
    folders(f"{apart}/T1", f"{apart}/T2", f"{composed}/T2")
    students, strange, _ = found()
    assert students == [composed] and not strange
    folders(f"{apart}/T1", f"{composed}/T1")
    students, strange, _ = found()
    assert students == [composed] and strange == [("two folders of this name: keep one",)]


def test_a_name_goes_through_to_feedback_and_export(course, monkeypatch):
    name = "J\u00fcrgen O'Brien \u0915\u094d\u0937\u093f\u0924\u093f\u091c"
    write(course, name)
    assert enter(course, name).points == 10
    done = api_of(course).generate_feedback("T1")
    assert done["success"], done["log"]
    assert [page.parents[1].name for page in course.glob("feedback/*/T1/*.html")] == [name]
    monkeypatch.chdir(course)
    with grades(course) as book:
        CsvExportPlugin().export(book)
    with open("grades.csv", encoding="utf-8") as file:
        assert [(r["student_id"], r["score"]) for r in csv.DictReader(file)] == [(name, "10.0")]


def marks(course):
    """Return points in the gradebook and the graded notebook, by student."""
    found = known_marks(open_course(course), "T1")
    paths = {s: course / "autograded" / s / "T1" / "task.ipynb" for s in found}
    return {s: (found[s] and found[s][0], p.exists() and p.read_bytes()) for s, p in paths.items()}


def test_signals_at_every_step_of_an_entry_leave_it_whole(course):
    write(course, "kim")
    numbers = itertools.cycle([signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
    steps = []

    def ask_to_end(*_):
        steps.append(next(numbers))
        signal.raise_signal(steps[-1])

    with Stop() as stop:
        row = enter(course, "kim", stop, ask_to_end)
    assert len(steps) > 20 and stop.number == signal.SIGTERM
    assert row.points == marks(course)["kim"][0] == 10


def test_what_fails_at_a_step_leaves_the_earlier_mark(course, monkeypatch):
    write(course, "kim")
    enter(course, "kim")
    by_hand(course, "kim", "why", 2)
    before = marks(course)
    write(course, "kim", why="Now it is longer.")
    monkeypatch.setattr(book_module, "_PATIENCE", 0.3)

    def entered(at=0):
        steps = itertools.count(1)

        def fail(*_):
            if at == next(steps):
                raise sqlite3.OperationalError("here")

        row = enter(course, "kim", act=fail)
        assert row.points is None and "not entered: " in row.happened
        assert marks(course) == before and ticks(course, "kim") == set()
        return row.happened

    for at in (1, 15, 30):
        assert "OperationalError" in entered(at)
    with monkeypatch.context() as patch:
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "here")
        patch.setattr(shutil, "copytree", mock.Mock(side_effect=full))
        assert "No space left on device (here)" in entered()
    with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as reader:
        reader.execute("BEGIN")  # who reads keeps others from committing
        reader.execute("SELECT * FROM grade").fetchall()
        assert "close Formgrader" in entered()
    assert enter(course, "kim").points == 12 and ticks(course, "kim") == {"why"}


def test_a_locked_gradebook_is_waited_for_and_told(course, monkeypatch):
    write(course, "kim")
    monkeypatch.setattr(book_module, "_PATIENCE", 0.3)
    # Formgrader in the middle of saving
    other = sqlite3.connect(course / "gradebook.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(CourseError, match=r"gradebook.db: another program .* close Formgrader"):
        known_marks(open_course(course), "T1")
    monkeypatch.setattr(book_module, "_PATIENCE", 20)
    threading.Timer(0.5, other.rollback).start()
    assert enter(course, "kim").points == 10
    other.close()


def of_another_version(file):
    with contextlib.closing(sqlite3.connect(file)) as book:
        book.execute("ALTER TABLE assignment DROP COLUMN duedate")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda file: file.write_text("no gradebook " * 400), "damaged: put back your last copy"),
        (of_another_version, "another version of nbgrader: copy the file, run `nbgrader db upg"),
        (lambda file: file.unlink(), "knows no T1"),
        (lambda file: file.unlink() or file.mkdir(), "read-only: make it writable"),
    ],
)
def test_a_gradebook_that_cannot_be_used_is_told(course, damage, says):
    damage(course / "gradebook.db")
    with pytest.raises(CourseError, match=says):
        known_marks(open_course(course), "T1")


def test_read_only_and_full_are_told_apart(tmp_path):
    file = tmp_path / "some.db"
    with contextlib.closing(sqlite3.connect(file)) as book:
        book.execute("CREATE TABLE t (x)")
        book.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.Error) as full:
            book.execute("INSERT INTO t VALUES (zeroblob(100000))")
        book.rollback()
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as book:
        with pytest.raises(sqlite3.Error) as read_only:
            book.execute("INSERT INTO t VALUES (1)")
    assert "disk is full" in explain(full.value)
    assert "gradebook is read-only" in explain(read_only.value)


#: Runs the command, and sends signals inside an entry.
DRIVER = """
import os, signal, sys, time
from pathlib import Path
from safe_grading import book
from safe_grading.__main__ import main
from safe_grading.sandbox import descendants

# as in a terminal: what a shell has started in the background ignores it, and hands that on
signal.signal(signal.SIGINT, signal.default_int_handler)

def send():
    until = time.monotonic() + 20  # the others have begun by then
    others = ()
    while len(others) <= 4 and time.monotonic() < until:
        others = descendants(os.getpid()).keys() - {{os.getpid()}}
    Path({noted!r}).write_text(" ".join(map(str, others)))
    for _ in range(2):
        os.killpg(0, {number}) if {number} == signal.SIGINT else os.kill(os.getpid(), {number})

replaced = book.replaced
book.replaced = lambda *given: send() or replaced(*given)
sys.exit(main(["T1", "--course", {course!r}, "--jobs", "2"]))
"""


def is_running(pid):
    """Return whether there is such a process, and not only its exit code."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_ended_run_says_who_is_left_and_leaves_nothing_behind(course, tmp_path, number):
    write(course, "ann")
    write(course, "ben", draw="while True:\n    pass")
    write(course, "cem", draw="while True:\n    pass")
    # The folder's path is longer than a socket's may be, as a temporary folder of macOS can be.
    noted, temporary = tmp_path / "pids", tmp_path / ("temporary" * 12)
    temporary.mkdir()
    script = DRIVER.format(noted=str(noted), number=int(number), course=str(course))
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=120,
        start_new_session=True,
        env=os.environ | {"TMPDIR": str(temporary)},
    )
    assert noted.exists(), done.stderr
    pids = noted.read_text().split()
    assert len(pids) > 4  # the server, processes that mark, and their sandboxes
    until = time.monotonic() + 10
    while any(map(is_running, pids)) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(map(is_running, pids))
    assert "Traceback" not in done.stderr, done.stderr
    rows = read(Summary(course / "summary", "T1", {}, []))
    assert rows["ben"]["what_happened"] == rows["cem"]["what_happened"] == NOT_REACHED
    if number == signal.SIGKILL:
        assert done.returncode == -number
        assert rows["ann"]["what_happened"] == NOT_REACHED and marks(course) == {}
        assert enter(course, "ann").points == 10
        return
    assert done.returncode == 128 + number
    said = done.stderr.splitlines()[-1]
    assert "): 1 graded, 2 not reached; " in said and "Grade again" in said and not done.stdout
    assert not any(temporary.iterdir())
    assert rows["ann"]["points"] == "10" and marks(course)["ann"][0] == 10
