"""nbgrader's side: what its gradebook knows, and its Autograde fed with outputs made elsewhere."""

import json
import logging
import re
import secrets
import warnings
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from nbgrader.utils import parse_utc
from traitlets.config import Config, PyFileConfigLoader

from grading.screen import Official, read_file


class CourseError(Exception):
    """Why the course cannot be graded, in a sentence."""


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


def officials(config, assignment):
    """Return the cells that the gradebook knows: notebook name, then list of `Official`.

    Raises
    ------
    CourseError
        If the assignment has not been generated.
    """
    course = CourseDirectory(config=config)
    with Gradebook(course.db_url, course.course_id) as gradebook:
        try:
            notebooks = gradebook.find_assignment(assignment).notebooks
        except MissingEntry:
            raise CourseError(
                f"The gradebook knows no {assignment}. "
                f"Run `nbgrader generate_assignment {assignment}` in the course folder first."
            ) from None
        found = {}
        for notebook in notebooks:
            points = {cell.name: cell.max_score for cell in notebook.grade_cells}
            tasks = {cell.name: cell.max_score for cell in notebook.task_cells}
            solutions = {cell.name for cell in notebook.solution_cells}
            source, release = (
                _texts(Path(course.format_path(step, ".", assignment), f"{notebook.name}.ipynb"))
                for step in (course.source_directory, course.release_directory)
            )
            cells = [
                _official(cell, points, solutions, tasks, release.get(cell.name))
                for cell in notebook.source_cells
            ]
            # the gradebook keeps no order
            place = {name: i for i, name in enumerate(source)}
            cells.sort(key=lambda cell, place=place: place.get(cell.name, len(place)))
            found[notebook.name] = cells
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


def _texts(path):
    """Return the text of every cell with a grade id, in the notebook's order."""
    if not path.is_file():
        raise CourseError(f"{path} is missing; `nbgrader generate_assignment` makes the release.")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    named = [(cell["metadata"].get("nbgrader", {}).get("grade_id"), cell) for cell in cells]
    return {name: "".join(cell["source"]) for name, cell in named if name}


class Book:
    """Enters submissions, one after another, as `nbgrader autograde` would."""

    def __init__(self, config, assignment, staging):
        self.assignment, self.staging = assignment, Path(staging)
        config = Config(config)
        # nbgrader reads what was made of the submission, never what was handed in
        config.CourseDirectory.submitted_directory = str(self.staging)
        config.CourseDirectory.assignment_id = assignment
        self.config = config
        self.course = CourseDirectory(config=config)
        self.log = logging.getLogger("grading")

    def enter(self, student, submitted, notebooks, note):
        """Turn a submission's outputs into points in the gradebook.

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
        """
        folder = self.staging / student / self.assignment
        folder.mkdir(parents=True)
        stamp = _time_stamp(submitted / "timestamp.txt")
        if stamp:
            (folder / "timestamp.txt").write_text(stamp)
        (folder / "submission_secret.txt").write_text(_secret(submitted / "submission_secret.txt"))
        outputs = {}
        for name, graded in notebooks.items():
            notebook = _as_notebook(graded["cells"], note)
            outputs[name] = graded["outputs"]
            nbformat.write(notebook, folder / f"{name}.ipynb")
        self.config.CourseDirectory.student_id = student
        course = CourseDirectory(config=self.config)
        converter = Autograde(coursedir=course, config=self.config, log=self.log)
        converter.force = True
        insert = type("Insert", (Insert,), {"made": outputs})
        steps = [insert if step is Execute else step for step in converter.autograde_preprocessors]
        converter.autograde_preprocessors = steps
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbgrader's and SQLAlchemy's, about themselves
            converter.start()
        graded = Path(course.format_path(course.autograded_directory, student, self.assignment))
        (graded / "timestamp.txt").touch()  # without one, release_feedback stops for the class
        with Gradebook(course.db_url, course.course_id) as gradebook:
            entry = gradebook.find_submission(self.assignment, student)
            return entry.score, entry.max_score, entry.needs_manual_grade


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


def _as_notebook(cells, note):
    notebook = nbformat.v4.new_notebook()
    notebook.metadata.kernelspec = {
        "name": "python3",
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
    }
    if note:
        text = f"**From the grading:** {note}"
        notebook.cells.append(nbformat.v4.new_markdown_cell(text, id="from-the-grading"))
    makers = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    for cell in cells:
        made = makers[cell["cell_type"]](cell["source"], id=cell["id"])
        made.metadata.update(nbformat.from_dict(cell["metadata"]))
        notebook.cells.append(made)
    return notebook


def _time_stamp(path):
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
