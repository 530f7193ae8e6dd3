"""A whole class: a process for each submission, a few at a time, and the gradebook."""

import json
import math
import multiprocessing
import os
import re
import signal
import tempfile
import time
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path

from safe_grading.cgroup import why_none
from safe_grading.course import Course
from safe_grading.limits import Limits
from safe_grading.look import imported
from safe_grading.names import is_name, show, spell
from safe_grading.sandbox import probe
from safe_grading.submission import grade_submission
from safe_grading.summary import NOT_REACHED, Progress, Row, Summary
from safe_grading.transaction import CourseError, explain

_MARGIN = 60  # seconds beyond the submission's own limits until its process is ended
_SOCKET_FOLDER = 70  # bytes: a socket's path has 103 (macOS; Linux 107), its own name takes 32


def students_of(course, assignment, known=()):
    """Return who handed in, and a line of the summary for each folder that cannot be graded.

    A name whose accents are stored in another way than the gradebook has it (macOS takes the
    letters apart) gets the gradebook's folder; there nbgrader looks for it, too.
    """
    submitted = Path(course, "submitted")
    folders = sorted(submitted.iterdir()) if submitted.is_dir() else []
    found = [folder for folder in folders if os.path.lexists(folder / assignment)]
    spellings = {spell(name): name for name in known}
    students, strange = [], []
    for folder in found:
        student = spellings.get(spell(folder.name), spell(folder.name))
        if not is_name(student):
            strange.append(_unusable(folder.name, "no name of a student: not graded"))
        elif student == folder.name or _move(folder / assignment, submitted / student):
            students.append(student)
        else:
            strange.append(_unusable(folder.name, "two folders of this name: keep one"))
    return students, strange


def _move(handed_in, folder):
    """Move what was handed in into another folder, unless there is such a thing already."""
    if os.path.lexists(folder / handed_in.name):
        return False
    folder.mkdir(exist_ok=True)
    handed_in.rename(folder / handed_in.name)
    if not any(handed_in.parent.iterdir()):
        handed_in.parent.rmdir()
    return True


def _unusable(folder, words):
    return Row(show(folder), None, None, False, (words,), 0.0)


def grade_class(course, assignment, limits, wanted=(), jobs=2, stream=None, stop=False):
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
    stop : Stop, optional
        When it is true, what is being entered is entered, and nothing more.

    Returns
    -------
    rows : list of Row
        Of those who were to be graded, and of the folders that cannot be.
    paths : tuple
        The summary of the class as CSV and as Markdown.

    Raises
    ------
    NoSandbox, CourseError
    """
    from safe_grading.book import Book, known_marks, officials, open_course
    from safe_grading.personal import personal
    from safe_grading.settings import read_settings

    course = Path(course).resolve()
    config = open_course(course)
    notebooks = officials(config, assignment)
    settings = read_settings(config, assignment)
    probe(limits, settings)
    marks = known_marks(config, assignment)
    rows = []
    try:
        here, strange = students_of(course, assignment, marks)
        own = {}
        for student in here:
            try:
                own[student] = personal(config, assignment, student, notebooks)
            except ValueError as problem:
                strange.append(_unusable(student, f"{problem}: not graded"))
        here = list(own)
        students = _chosen(assignment, here, wanted)
        summary = Summary(course / "summary", assignment, marks, here, strange)
        summary.expect(students)
        summary.write()  # whatever happens, it says who is left
        with tempfile.TemporaryDirectory(prefix="grading-") as temporary:
            book = Book(config, assignment, Path(temporary, "staging"), stop)
            work = Work(course, assignment, settings, notebooks, limits, temporary, own)
            progress = Progress(len(students), stream)
            if why := why_none(limits):
                progress.say(f"No cgroup ({why}): memory is looked at ten times a second.\n")
            for student, graded in run_all(work, students, jobs, progress, stop):
                rows.append(_enter(book, work.folder(student), student, graded))
                summary.put(rows[-1])
                summary.write()
                progress.finished(rows[-1])
            progress.close()
    except OSError as problem:  # a full disk, a folder that is read-only
        raise CourseError(f"Stopped: {explain(problem) or problem}.") from problem
    left = set(students) - {row.student for row in rows}
    rows += [Row(student, None, None, False, (NOT_REACHED,), 0.0) for student in sorted(left)]
    return rows + ([] if wanted else strange), (summary.table, summary.text)


def _chosen(assignment, here, wanted):
    """Return the students to be graded, or raise why there are none."""
    wanted = {spell(name) for name in wanted}
    chosen = [name for name in here if not wanted or spell(name) in wanted]
    missing = wanted - {spell(name) for name in here}
    if missing:
        names = ", ".join(sorted(missing))
        raise CourseError(f"No submission of {assignment} under this name: {names}.")
    if not chosen:
        raise CourseError(f"Nobody has handed in {assignment}: submitted/*/{assignment} is empty.")
    return chosen


@dataclass(frozen=True)
class Work:
    """What is to be done with every submission."""

    course: Path
    assignment: str
    settings: Course
    notebooks: dict
    limits: Limits
    temporary: str
    own: dict  # the notebooks of each student

    def folder(self, student):
        """Return what a student handed in."""
        return self.course / "submitted" / student / self.assignment

    def trusted_imports(self):
        """Return the modules that locked cells import, which every marking process needs."""
        officials = [o for notebook in self.notebooks.values() for o in notebook.officials]
        return sorted(imported(o.source for o in officials if o.kind in ("given", "test")))

    def start(self, context, student, result):
        """Start the process that grades a submission."""
        folder = str(self.folder(student))
        given = (folder, self.own[student], self.limits, self.settings, str(result))
        process = context.Process(target=grade_submission, args=given)
        process.start()
        return process


def run_all(work, students, jobs, progress, stop=False):
    """Run every submission in a process of its own; yield student and result as they finish."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core for each submission
    # a check compiled now would lie in its package, where sandboxes see it
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    context = _context(work.trusted_imports())
    limits = work.limits
    most = (limits.total_seconds + limits.start_seconds + _MARGIN) * len(work.notebooks)
    waiting, running = list(students), {}

    def fill():
        while waiting and len(running) < jobs and not stop:
            student = waiting.pop(0)
            result = Path(work.temporary, f"{len(waiting)}.json")
            process = work.start(context, student, result)
            running[student] = process, result, time.monotonic()

    try:
        fill()
        while running and not stop:
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
                if stop:  # which may have reached the process before it reached this one
                    return
                yield student, _read(result)
    finally:
        for process, _, _ in running.values():
            process.kill()
            process.join()


def _context(modules):
    """Return what starts processes, which Ctrl-C does not reach: it is for this one alone."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", "safe_grading.submission", *modules])
    before, folder = signal.signal(signal.SIGINT, signal.SIG_IGN), tempfile.gettempdir()
    if len(os.fsencode(folder)) > _SOCKET_FOLDER:
        tempfile.tempdir = "/tmp"
    try:
        forkserver.ensure_running()
    finally:
        tempfile.tempdir = folder
        signal.signal(signal.SIGINT, before)
    return context


def _read(result):
    return json.loads(result.read_text()) if result.exists() else None


def words_for_student(notebook):
    """Return what the student may read of the words about a notebook.

    A cell below a test may know what a hidden test has called a function with, and the kinds of
    exceptions in some hundred of them would carry that into the feedback.
    """
    tests = [cell["number"] for cell in notebook["cells"] if cell["kind"] == "test"]
    for word in notebook["words"]:
        place = re.search(r" in cell (\d+)", word)
        below = place and int(place[1]) > min(tests, default=math.inf)
        if not below and not word.startswith("look:"):
            yield word


def _enter(book, submitted, student, graded):
    """Enter a submission into the gradebook and return its line of the summary."""
    from safe_grading.book import NotEntered

    if graded is None:
        words = ("the process that marks it ended or hung: look at it by hand",)
        return Row(student, None, None, False, words, 0.0)
    words = [word for notebook in graded["notebooks"].values() for word in notebook["words"]]
    note = "; ".join(
        word for each in graded["notebooks"].values() for word in words_for_student(each)
    )
    try:
        points, of, waiting = book.enter(student, submitted, graded["notebooks"], note)
    except NotEntered as problem:  # one student's trouble must not end the class; it is told
        words.append(f"not entered: {problem}")
        return Row(student, None, None, False, tuple(words), graded["seconds"])
    return Row(student, points, of, waiting, tuple(words), graded["seconds"])
