"""A small nbgrader course, and submissions for it."""

import json

import nbformat
from nbgrader.apps import NbGraderAPI

from safe_grading.book import grade_id, open_course
from safe_grading.marking import mark
from safe_grading.near import NearSession
from safe_grading.repair import repair

SECRET = "three-blind-mice"
CONFIG = """
import os
import sysconfig

os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
c = get_config()
c.CourseDirectory.course_id = "small"
c.CourseDirectory.root = os.path.dirname(os.path.abspath(__file__))
c.SafeGrading.hidden = ["answers.py"]

from nbgrader.converters import Autograde
from safe_grading.plain import Reader, Repair

c.Autograde.sanitize_preprocessors = [Repair, *Autograde.sanitize_preprocessors.default()]
c.Autograde.exporter_class = Reader
"""
#: A module beside the notebook, which tests import.
ANSWERS = f"""
# {SECRET}
GUESS = 12
"""
#: The cells: name, kind and points, then the text. With the 3 points given by hand they are 13.
SOURCE = f"""\
## given given
import numpy as np

factor = 3
## strength solution
def strength(x):
    ### BEGIN SOLUTION
    return np.mean(x**2)
    ### END SOLUTION
## test-strength test 2
x = np.array([1.0, 2.0])
assert np.isclose(strength(x), 2.5), 'mean'
## test-strength-hidden test 3
### BEGIN HIDDEN TESTS
# {SECRET}
x = np.arange(4.0)
assert np.isclose(strength(x), 3.5), 'the mean, not the sum'
assert (x == np.arange(4.0)).all(), 'x is changed'
### END HIDDEN TESTS
## draw solution
def draw(n, rng):
    ### BEGIN SOLUTION
    return factor * rng.standard_normal(n)
    ### END SOLUTION
## test-draw test 2
assert np.shape(draw(5, np.random.default_rng(0))) == (5,), 'n numbers are asked for'
## test-draw-hidden test 2
### BEGIN HIDDEN TESTS
# {SECRET}
rng = np.random.default_rng(1)
one, two = draw(4000, rng), draw(4000, rng)
assert 2.5 < np.std(one) < 3.5, 'the std is not factor'
assert not np.allclose(one, two), 'the same numbers twice'
### END HIDDEN TESTS
## guess solution
guess = (
    ### BEGIN SOLUTION
    12
    ### END SOLUTION
)
## test-guess test 1
assert np.isfinite(guess), 'a number'
### BEGIN HIDDEN TESTS
# {SECRET}
import answers
assert guess == answers.GUESS, 'twelve'
### END HIDDEN TESTS
## - text
Why is that so?
## why manual 3
Because of {SECRET}."""
STRENGTH = "def strength(x):\n    return np.mean(x**2)"
DRAW = "def draw(n, rng):\n    return factor * rng.standard_normal(n)"
GUESS = "guess = 12"
WRONG = {
    "strength": "def strength(x):\n    return -1.0",
    "draw": "def draw(n, rng):\n    return 0.0",
    "guess": "guess = 11",
}


def make_course(folder):
    """Write the course into `folder` and let nbgrader generate its release."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": kernel})
    for part in SOURCE.removeprefix("## ").split("\n## "):
        head, source = part.split("\n", 1)
        name, kind, *points = head.split()
        words = kind in ("manual", "text")
        make = nbformat.v4.new_markdown_cell if words else nbformat.v4.new_code_cell
        notebook.cells.append(cell := make(source, id=f"c{len(notebook.cells)}"))
        if kind == "text":
            continue
        cell.metadata["nbgrader"] = {
            "grade": bool(points),
            "grade_id": name,
            "locked": kind in ("given", "test"),
            "schema_version": 3,
            "solution": kind in ("solution", "manual"),
            "task": False,
        }
        cell.metadata["nbgrader"] |= {"points": int(*points)} if points else {}
    (folder / "source" / "T1").mkdir(parents=True)
    (folder / "source" / "T1" / "answers.py").write_text(ANSWERS)
    (folder / "nbgrader_config.py").write_text(CONFIG)
    nbformat.write(notebook, folder / "source" / "T1" / "task.ipynb")
    done = api_of(folder).generate_assignment("T1")
    assert done["success"], done["log"]


def api_of(course):
    """Return nbgrader's API for a course."""
    return NbGraderAPI(config=open_course(course))


def answered(course, **answers):
    """Return the release with answers put in: those given, the right ones elsewhere.

    `extra` is code put into a cell of its own before the others.
    """
    extra = answers.pop("extra", None)
    texts = {"strength": STRENGTH, "draw": DRAW, "guess": GUESS, "why": "So it is."} | answers
    notebook = nbformat.read(course / "release" / "T1" / "task.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = texts.get(grade_id(cell), cell["source"])
    if extra is not None:
        notebook.cells.insert(1, code(extra))
    return notebook


def code(source):
    """Return a code cell without nbgrader's metadata."""
    return nbformat.v4.new_code_cell(source, id="extra")


def hand_in(course, student, content):
    """Put a submission into its folder: a notebook, or the bytes of a file."""
    folder = course / "submitted" / student / "T1"
    folder.mkdir(parents=True)
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    (folder / "task.ipynb").write_bytes(content)


def near(notebook, original):
    """Return a submission's points and words, marked in this process without a sandbox."""
    handed_in = [(c.cell_type, c.source, grade_id(c)) for c in notebook.cells]
    cells, words = repair(handed_in, original)
    outputs, problems = mark(cells, NearSession())
    return points(cells, outputs), words + problems


def points(cells, outputs):
    """Return what the tests are worth whose outputs hold no error."""
    passed = [
        cell["metadata"]["nbgrader"]["points"]
        for cell in cells
        if cell["kind"] == "test"
        and all(output["output_type"] != "error" for output in outputs[cell["id"]])
    ]
    return sum(passed)
