"""nbgrader's side: what its gradebook knows, and its Autograde fed with outputs made elsewhere."""

import contextlib
import json
import logging
import re
import secrets
import shutil
import sqlite3
import sys
import warnings
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from nbgrader.utils import parse_utc
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config, PyFileConfigLoader

from safe_grading.repair import Official, Original, lines_of
from safe_grading.screen import read_file
from safe_grading.transaction import CourseError, explain, one_transaction, replaced

_PATIENCE = 20  # seconds to wait while another program writes into the gradebook
_NOTE = "from-the-grading"  # the id of the note's cell


def open_course(folder):
    """Return the settings of the course in `folder`.

    Raises
    ------
    CourseError
    """
    if not Path(folder, "nbgrader_config.py").is_file():
        raise CourseError(f"{folder} holds no nbgrader_config.py, so it is no nbgrader course.")
    config = PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()
    config.CourseDirectory.root = str(Path(folder).resolve())
    return config


def _file(course):
    """Return where the gradebook lies."""
    url = make_url(course.db_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise CourseError("Safe grading needs a gradebook in a file, as nbgrader makes it.")
    return Path(course.root, url.database)


@contextlib.contextmanager
def _reading(config, assignment):
    """Open the gradebook; yield the course, the gradebook and its entry of the assignment.

    It is opened for writing, so that nobody is graded in vain.
    """
    course = CourseDirectory(config=config)
    file = _file(course)
    try:
        if not file.exists():
            raise MissingEntry
        with one_transaction(file, _PATIENCE), Gradebook(course.db_url, course.course_id) as book:
            yield course, book, book.find_assignment(assignment)
    except MissingEntry:
        raise CourseError(
            f"The gradebook knows no {assignment}. "
            f"Run `nbgrader generate_assignment {assignment}` in the course folder first."
        ) from None
    except (sqlite3.Error, SQLAlchemyError) as problem:
        raise CourseError(f"{file.name}: {explain(problem) or problem}.") from problem


def known_marks(config, assignment):
    """Return points, of how many, and whether answers wait, of every student in the gradebook.

    It is None for those who have no entry for this assignment.

    Raises
    ------
    CourseError
    """
    with _reading(config, assignment) as (_, book, entry):
        marks = dict.fromkeys(student.id for student in book.students)
        for one in entry.submissions:
            marks[one.student_id] = one.score, one.max_score, one.needs_manual_grade
        return marks


def officials(config, assignment):
    """Return what was handed out: notebook name, then its `Original`.

    Raises
    ------
    CourseError
        If the assignment has not been generated, or the gradebook cannot be used.
    """
    with _reading(config, assignment) as (course, _, entry):
        found = {}
        for notebook in entry.notebooks:
            points = {cell.name: cell.max_score for cell in notebook.grade_cells}
            tasks = {cell.name: cell.max_score for cell in notebook.task_cells}
            solutions = {cell.name for cell in notebook.solution_cells}
            source, release = (
                _cells(Path(course.format_path(step, ".", assignment), f"{notebook.name}.ipynb"))
                for step in (course.source_directory, course.release_directory)
            )
            released = {name: text for _, text, name in release}
            cells = [
                _official(cell, points, solutions, tasks, released.get(cell.name))
                for cell in notebook.source_cells
            ]
            # the gradebook keeps no order
            place = {name: i for i, (_, _, name) in enumerate(source)}
            cells.sort(key=lambda cell, place=place: place.get(cell.name, len(place)))
            lines = frozenset().union(*(lines_of(kind, text) for kind, text, _ in release))
            found[notebook.name] = Original(cells, lines)
    return found


def _official(cell, points, solutions, tasks, released):
    metadata = {
        "grade": cell.name in points,
        "grade_id": cell.name,
        "locked": cell.locked,
        "schema_version": 3,
        "solution": cell.name in solutions,
        "task": cell.name in tasks,
        "cell_type": cell.cell_type,
        "checksum": cell.checksum,
    }
    if cell.name in points or cell.name in tasks:
        metadata["points"] = {**tasks, **points}[cell.name]
    return Official(cell.name, cell.cell_type, cell.locked, cell.source, metadata, released)


def _cells(path):
    """Return cell type, text and grade id (or None) of every cell of a notebook."""
    if not path.is_file():
        raise CourseError(f"{path} is missing; `nbgrader generate_assignment` makes the release.")
    notebook = nbformat.read(path, as_version=4)
    return [(cell.cell_type, cell.source, grade_id(cell)) for cell in notebook.cells]


def grade_id(cell):
    """Return the id by which nbgrader knows a cell of a notebook, or None."""
    nbgrader = cell.metadata.get("nbgrader")
    name = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return name if isinstance(name, str) else None


class Book:
    """Enters submissions, one after another, as `nbgrader autograde` would."""

    def __init__(self, config, assignment, staging, stop=False):
        course = CourseDirectory(config=config)
        self.assignment, self.staging, self.stop = assignment, Path(staging), stop
        self.file, self.patience = _file(course), _PATIENCE
        self.autograded = Path(course.format_path(course.autograded_directory, ".", "."))
        config = Config(config)
        config.Autograde.pop("sanitize_preprocessors", None)  # `rebuild` has done that
        # nbgrader reads what was made of the submission, never what was handed in, and what it
        # writes is put into its place when all of it is there
        config.CourseDirectory.submitted_directory = str(self.staging / "submitted")
        config.CourseDirectory.autograded_directory = str(self.staging / "autograded")
        config.CourseDirectory.assignment_id = assignment
        self.config = config

    def enter(self, student, submitted, notebooks, note):
        """Turn a submission's outputs into points in the gradebook: all of them, or none.

        Parameters
        ----------
        student : str
        submitted : Path
            The folder that was handed in; only its time stamp and secret are read.
        notebooks : dict
            Notebook name: what `submission.grade_submission` wrote about it.
        note : str
            For the student, put above the notebook; may be empty.

        Returns
        -------
        points, of : float
        waiting : bool
            Whether answers wait to be graded by hand.

        Raises
        ------
        NotEntered
        """
        self.config.CourseDirectory.student_id = student
        course, log = CourseDirectory(config=self.config), _Log()
        place = self.autograded / student / self.assignment
        made = Path(course.format_path(course.autograded_directory, student, self.assignment))
        try:
            self._stage(student, submitted, notebooks, note)
            with one_transaction(self.file, self.patience, self.stop) as commit:
                with Gradebook(course.db_url, course.course_id) as gradebook:
                    done = self._graded_by_hand(gradebook, student)
                self._autograde(course, notebooks, log)
                (made / "timestamp.txt").touch()  # else release_feedback stops for the class
                with Gradebook(course.db_url, course.course_id) as gradebook:
                    entry = gradebook.find_submission(self.assignment, student)
                    _untick(entry, done, place, made)
                    gradebook.db.commit()
                    result = entry.score, entry.max_score, entry.needs_manual_grade
                with replaced(place, made):
                    commit()
        except Exception as problem:
            self.patience = 1  # who comes next does not wait as long again
            cause = log.problem or problem
            known = explain(cause) or f"{type(cause).__name__}, look at it by hand"
            raise NotEntered(known) from problem
        finally:
            shutil.rmtree(self.staging, ignore_errors=True)
        self.patience = _PATIENCE
        return result

    def _stage(self, student, submitted, notebooks, note):
        """Write what nbgrader is to read in the submission's place."""
        folder = self.staging / "submitted" / student / self.assignment
        folder.mkdir(parents=True)
        stamp = time_stamp(submitted / "timestamp.txt")
        if stamp:
            (folder / "timestamp.txt").write_text(stamp)
        (folder / "submission_secret.txt").write_text(_secret(submitted / "submission_secret.txt"))
        for name, graded in notebooks.items():
            nbformat.write(as_notebook(graded["cells"], note), folder / f"{name}.ipynb")

    def _autograde(self, course, notebooks, log):
        converter = Autograde(coursedir=course, config=self.config, log=log)
        converter.force = True
        outputs = {name: graded["outputs"] for name, graded in notebooks.items()}
        insert = type("Insert", (Insert,), {"made": outputs})
        steps = [insert if step is Execute else step for step in converter.autograde_preprocessors]
        converter.autograde_preprocessors = steps
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbgrader's and SQLAlchemy's, about themselves
            converter.start()

    def _graded_by_hand(self, gradebook, student):
        """Return the cells with points given by hand and no tick: pairs of notebook and cell."""
        try:
            entry = gradebook.find_submission(self.assignment, student)
        except MissingEntry:
            return set()
        return {
            (notebook.name, grade.name)
            for notebook in entry.notebooks
            for grade in notebook.grades
            if grade.manual_score is not None and not grade.needs_manual_grade
        }


class NotEntered(Exception):
    """Why a submission is not in the gradebook, in a sentence."""


class _Log(logging.Logger):
    """Says nothing and keeps the exception that nbgrader logs and replaces by another."""

    def __init__(self):
        super().__init__("grading")
        self.problem = None

    def handle(self, record):
        """Keep the exception."""
        self.problem = sys.exc_info()[1] or self.problem


def _untick(entry, done, before, now):
    """Take nbgrader's ticks from what was graded by hand, where the answer has not changed."""
    for notebook in entry.notebooks:
        paths = [folder / f"{notebook.name}.ipynb" for folder in (before, now)]
        if not paths[0].is_file():
            continue
        old, new = (json.loads(path.read_text(encoding="utf-8"))["cells"] for path in paths)
        for grade in notebook.grades:
            same = judged(old, grade.name) == judged(new, grade.name)
            if same and (notebook.name, grade.name) in done:
                grade.needs_manual_grade = False


def judged(cells, name):
    """Return the texts to which the points of a cell were given by hand.

    These are, for an answer, its own and those of cells of the student's making, where more of
    the answer may stand; for a test, all code; for a task, everything.
    """
    cells = [cell for cell in cells if cell.get("id") != _NOTE]
    names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells]
    texts = list(zip(names, cells, strict=True))
    if name not in names:
        return []
    own = cells[names.index(name)]
    if own["metadata"]["nbgrader"]["solution"]:
        texts = [(other, cell) for other, cell in texts if other in (name, None)]
    elif own["cell_type"] == "code":
        texts = [(other, cell) for other, cell in texts if cell["cell_type"] == "code"]
    return [(other, "".join(cell["source"])) for other, cell in texts]


class Insert(NbGraderPreprocessor):
    """Stands where nbgrader runs a notebook: it puts in the outputs made in the sandbox."""

    made = None

    def preprocess(self, nb, resources):
        """Put the outputs into the cells with their ids."""
        outputs = self.made[resources["nbgrader"]["notebook"]]
        for number, cell in enumerate(nb.cells, 1):
            if cell.cell_type != "code":
                continue
            cell.execution_count = number
            cell.outputs = [nbformat.from_dict(output) for output in outputs.get(cell.id, [])]
            untested = cell.id not in outputs and cell.metadata.get("nbgrader", {}).get("grade")
            if untested and not cell.metadata.nbgrader.get("solution"):
                # an empty output would count as passed
                words = "This could not be tested."
                cell.outputs = [nbformat.v4.new_output("error", ename="Stopped", evalue=words)]
                cell.outputs[0].traceback = [f"Stopped: {words}"]
        return nb, resources


def as_notebook(cells, note):
    """Return `repair`ed cells as a notebook, with a note above them (which may be empty)."""
    notebook = nbformat.v4.new_notebook()
    notebook.metadata.kernelspec = {
        "name": "python3",
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
    }
    if note:
        text = f"**From the grading:** {note}"
        notebook.cells.append(nbformat.v4.new_markdown_cell(text, id=_NOTE))
    makers = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    for cell in cells:
        made = makers[cell["cell_type"]](cell["source"], id=cell["id"])
        made.metadata.update(nbformat.from_dict(cell["metadata"]))
        notebook.cells.append(made)
    return notebook


def time_stamp(path):
    """Return the time stamp of a submission, or None where it is none."""
    content, problem = read_file(path, 100)
    if problem:
        return None
    try:
        text = content.decode("ascii").strip()
        parse_utc(text)
    except (ValueError, OverflowError):
        return None
    return text


def _secret(path):
    """Return the secret by which nbgrader's exchange finds a student's feedback.

    One that the exchange has not written is replaced, so that nobody's is missing.
    """
    content, problem = read_file(path, 200)
    if problem or not re.fullmatch(rb"[0-9a-f]{32,}", content):
        return secrets.token_hex(64)
    return content.decode("ascii")
