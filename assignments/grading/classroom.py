"""A whole class: a process for each submission, a few at a time, and the gradebook."""

import json
import logging
import multiprocessing
import os
import re
import shutil
import tempfile
import time
from pathlib import Path

from grading.sandbox import probe
from grading.submission import grade_submission
from grading.summary import Progress, Row, write

_NAME = re.compile(r"[\w.@+-]{1,100}")
_MARGIN = 60  # seconds beyond the submission's own limits until its process is ended


def students_of(course, assignment, wanted=()):
    """Return the names of the students who handed in, and those that cannot be used."""
    submitted = Path(course, "submitted")
    folders = sorted(submitted.iterdir()) if submitted.is_dir() else []
    found = [f.name for f in folders if os.path.lexists(f / assignment)]
    found = [name for name in found if not wanted or name in wanted]
    return [n for n in found if _NAME.fullmatch(n)], [n for n in found if not _NAME.fullmatch(n)]


def grade_class(course, assignment, limits, wanted=(), jobs=2, stream=None):
    """Grade everybody's submission of an assignment.

    Parameters
    ----------
    course : path
        The folder with nbgrader_config.py.
    assignment : str
    limits : Limits
    wanted : collection of str
        Only these students; everybody if it is empty.
    jobs : int
        How many submissions run at a time.
    stream : file, optional
        Where progress is shown; stderr if not given.

    Returns
    -------
    rows : list of Row
    paths : tuple
        The summary as CSV and as Markdown.

    Raises
    ------
    NoSandbox, CourseError
    """
    from grading.book import Book, CourseError, officials, open_course

    course = Path(course).resolve()
    private = [str(course)]
    config = open_course(course)
    notebooks = officials(config, assignment)
    probe(limits, private)
    students, strange = students_of(course, assignment, wanted)
    if set(wanted) - set(students):
        missing = ", ".join(sorted(set(wanted) - set(students)))
        raise CourseError(f"No submission of {assignment} under this name: {missing}.")
    if not students:
        raise CourseError(f"Nobody has handed in {assignment}: submitted/*/{assignment} is empty.")
    log = logging.getLogger("grading")
    log.setLevel(logging.CRITICAL)
    progress, rows = Progress(len(students), stream), [_nameless(name) for name in strange]
    with tempfile.TemporaryDirectory(prefix="grading-") as temporary:
        book = Book(config, assignment, Path(temporary, "staging"))
        runs = run_all(course, assignment, students, notebooks, limits, jobs, temporary, progress)
        for student, graded in runs:
            row = _enter(book, course / "submitted" / student / assignment, student, graded)
            rows.append(row)
            progress.finished(row)
    progress.close()
    return rows, write(rows, course / "summary", assignment)


def _nameless(folder):
    """Return the line of the summary for a folder whose name nbgrader or a table could misread."""
    shown = "".join(c if c.isalnum() or c in " ._'" else "?" for c in folder[:60])
    return Row(shown, None, None, False, ("no name of a student: not graded",), 0.0)


def run_all(course, assignment, students, notebooks, limits, jobs, temporary, progress):
    """Run every submission in a process of its own; yield student and result as they finish."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core for each submission
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", "grading.submission", "initcourse.exercises"])
    most = (limits.total_seconds + limits.start_seconds + _MARGIN) * len(notebooks)
    waiting, running = list(students), {}

    def fill():
        while waiting and len(running) < jobs:
            student = waiting.pop(0)
            result = Path(temporary, f"{len(waiting)}.json")
            folder = str(course / "submitted" / student / assignment)
            work = (folder, notebooks, limits, [str(course)], str(result))
            process = context.Process(target=grade_submission, args=work)
            process.start()
            running[student] = process, result, time.monotonic()

    try:
        fill()
        while running:
            time.sleep(0.05)
            progress.tick(running)
            finished = []
            for student, (process, result, started) in list(running.items()):
                late = time.monotonic() - started > most
                if late or not process.is_alive():
                    process.kill()  # its sandbox dies with it
                    process.join()
                    finished.append((student, result))
                    del running[student]
            fill()  # the next ones run while these are entered
            for student, result in finished:
                yield student, _read(result)
    finally:
        for process, _, _ in running.values():
            process.kill()
            process.join()


def _read(result):
    return json.loads(result.read_text()) if result.exists() else None


def _enter(book, submitted, student, graded):
    """Enter a submission into the gradebook and return its line of the summary."""
    if graded is None:
        words = ("the process that marks it ended or hung: look at it by hand",)
        return Row(student, None, None, False, words, 0.0)
    words = [word for notebook in graded["notebooks"].values() for word in notebook["words"]]
    note = "; ".join(word for word in words if not word.startswith("look:"))
    try:
        points, of, waiting = book.enter(student, submitted, graded["notebooks"], note)
    except Exception as problem:  # one student's trouble must not end the class; it is told
        words.append(f"nbgrader could not enter it ({type(problem).__name__}): look at it by hand")
        return Row(student, None, None, False, tuple(words), graded["seconds"])
    finally:
        shutil.rmtree(book.staging / student, ignore_errors=True)
    return Row(student, points, of, waiting, tuple(words), graded["seconds"])
