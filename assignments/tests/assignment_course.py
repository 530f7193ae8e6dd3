"""The assignments' course: submissions for it, and how both graders mark them in this process.

What `plainly` and `nearby` run are the submissions of these tests alone, which do no harm. Kernels
and sandboxes take seconds; test_assignment_cycle.py holds that they give the same marks.
"""

import contextlib
import io
import textwrap
import traceback
from dataclasses import dataclass
from pathlib import Path

import nbformat
from checks import A1, A2, A3, A4
from checks.variants import MODEL, numbers_of
from nbformat.v4 import new_output

from safe_grading.book import grade_id, officials
from safe_grading.marking import mark
from safe_grading.near import NearSession
from safe_grading.personal import personal
from safe_grading.repair import Original, repair

ROOT = Path(__file__).resolve().parents[2]
NAMES = {
    "A1": "A1_signals",
    "A2": "A2_xavier_and_he",
    "A3": "A3_shapes",
    "A4": "A4_your_activation",
}
MODULES = {"A1": A1, "A2": A2, "A3": A3, "A4": A4}
#: By assignment, the numbers of its source.
MINE = {name: numbers_of(module, MODEL) for name, module in MODULES.items()}
#: Points of the tests; another 5 are given by hand for the written answer.
AUTOGRADED = 15
STUB = "...  # your answer"


def read(folder, name):
    """Return an assignment's notebook below a folder of source, release or submissions."""
    return nbformat.read(folder / name / f"{NAMES[name]}.ipynb", as_version=4)


def solutions(name, by_hand=True):
    """Grade id → the source's answer; without the written one, which is graded by hand, if not."""
    found = {}
    for cell in read(ROOT / "assignments" / "source", name).cells:
        if grade_id(cell) == "student":
            continue  # it asks for the name
        if "### BEGIN SOLUTION" in cell.source:
            inside = cell.source.split("### BEGIN SOLUTION\n")[1].split("### END SOLUTION")[0]
            found[grade_id(cell)] = textwrap.dedent(inside.rstrip(" ")).rstrip("\n")
        elif by_hand and cell.metadata.get("nbgrader", {}).get("solution"):
            found[grade_id(cell)] = cell.source
    return found


def submission(released, answers, above=""):
    """Fill answers, by grade id, into a copy of a released notebook; `above` is put above one."""
    nb = nbformat.from_dict(released)
    left = dict(answers)
    for cell in nb.cells:
        answer = left.pop(grade_id(cell), None)
        if answer is None:
            continue
        if cell.cell_type == "markdown":
            cell.source = answer
        else:
            (line,) = [line for line in cell.source.split("\n") if line.endswith(STUB)]
            indented = textwrap.indent(answer.strip("\n"), line.split(".")[0])
            cell.source, above = above + cell.source.replace(line, indented), ""
    assert not left, f"no cell for {sorted(left)}"
    return nb


def submit(folder, student, name, answers):
    """Put a submission where nbgrader looks for it."""
    path = folder / "submitted" / student / name / f"{NAMES[name]}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(submission(read(folder / "release", name), answers), path)


def marks(api, name, student):
    """Grade id → the points of its test; and the score in the gradebook."""
    with api.gradebook as gradebook:
        submitted = gradebook.find_submission(name, student)
        grades = [grade for notebook in submitted.notebooks for grade in notebook.grades]
        return {grade.name: grade.auto_score for grade in grades}, submitted.score


@dataclass(frozen=True)
class Paper:
    """An assignment as it was handed out."""

    name: str
    released: dict
    original: Original


def paper_of(api, folder, name, student=MODEL):
    """Return an assignment of a released course, as it is marked for a student."""
    handed_out = personal(api.config, name, student, officials(api.config, name))
    original = handed_out[NAMES[name]]
    return Paper(name, read(folder / "release", name), original)


def cells_of(paper, answers, above=""):
    """Return a submission's cells, put in order and ready to be marked."""
    handed_in = submission(paper.released, answers, above).cells
    cells, words = repair([(c.cell_type, c.source, grade_id(c)) for c in handed_in], paper.original)
    assert words == []
    # cells without a grade id only print in these assignments, one of them for two seconds
    return [cell for cell in cells if cell["kind"] != "student" or cell["metadata"]]


def nearby(cells):
    """Return the outputs by cell where the answers are behind the pipe."""
    return mark(cells, NearSession())[0]


def plainly(cells):
    """Return the outputs by cell where everything runs in one namespace."""
    namespace = {"__name__": "__main__"}
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    return {cell["id"]: list(run(cell["source"], namespace)) for cell in code}


def run(source, namespace):
    """Run a cell in this process; yield its outputs as a kernel would make them."""
    out, problem = io.StringIO(), None
    with contextlib.redirect_stdout(out):
        try:
            exec(compile(source, "<cell>", "exec"), namespace)
        except Exception as raised:
            problem = raised
    if out.getvalue():
        yield new_output("stream", name="stdout", text=out.getvalue())
    if problem is not None:
        name = type(problem).__name__
        lines = traceback.format_exception(problem)
        yield new_output("error", ename=name, evalue=str(problem), traceback=lines)


def marked(grader, paper, answers, above=""):
    """Grade id → what a failing test says; and the points of the tests that pass."""
    cells = cells_of(paper, answers, above)
    outputs, said, points = grader(cells), {}, 0
    for cell in (cell for cell in cells if cell["kind"] == "test"):
        errors = [o for o in outputs[cell["id"]] if o["output_type"] == "error"]
        test = cell["metadata"]["nbgrader"]
        if errors:
            said[test["grade_id"]] = f"{errors[0]['ename']}: {errors[0]['evalue']}"
        else:
            points += test["points"]
    return said, points
