"""The assignments' course in a temporary folder: submissions for it, and a light way to run them.

nbgrader runs a submission in a kernel, which takes seconds. `LightExecute` runs its cells in
this process instead and leaves the same outputs; everything else is nbgrader's. It is for the
submissions of these tests alone, which do no harm. test_assignment_cycle.py runs through kernels,
and holds that both ways give the same marks.
"""

import contextlib
import importlib.util
import io
import textwrap
import traceback
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute

ROOT = Path(__file__).resolve().parents[2]
NAMES = {
    "A1": "A1_signals",
    "A2": "A2_xavier_and_he",
    "A3": "A3_shapes",
    "A4": "A4_your_activation",
}
#: Points of the tests; another 5 are given by hand for the written answer.
AUTOGRADED = 15
STUB = "...  # your answer"

_spec = importlib.util.spec_from_file_location("release_tool", ROOT / "assignments" / "release.py")
release = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(release)


@dataclass(frozen=True)
class Wrong:
    """One wrong submission, all else in it right.

    Attributes
    ----------
    why : str
        What the student did, and which tests fail for it.
    answers : dict
        Grade id of the answer's cell → what stands there instead of the solution.
    points : int
        Of the 15: worked out by hand, before the submission was ever graded.
    loses : set of str
        Grade ids of the tests that fail.
    says : str
        Part of the sentence that the student reads.
    """

    why: str
    answers: dict
    points: int
    loses: frozenset
    says: str


def wrong(why, points, loses, says, **answers):
    return Wrong(why, answers, points, frozenset(loses.split()), says)


def grade_id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def solutions(name):
    """Grade id → what stands between BEGIN and END SOLUTION in the source."""
    path = ROOT / "assignments" / "source" / name / f"{NAMES[name]}.ipynb"
    found = {}
    for cell in nbformat.read(path, as_version=4).cells:
        if "### BEGIN SOLUTION" in cell.source:
            inside = cell.source.split("### BEGIN SOLUTION\n")[1].split("### END SOLUTION")[0]
            found[grade_id(cell)] = textwrap.dedent(inside.rstrip(" ")).rstrip("\n")
        elif cell.metadata.get("nbgrader", {}).get("solution"):
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


def submit(folder, student, name, answers, above=""):
    """Put a submission where nbgrader looks for it."""
    path = folder / "submitted" / student / name / f"{NAMES[name]}.ipynb"
    path.parent.mkdir(parents=True)
    released = nbformat.read(folder / "release" / name / path.name, as_version=4)
    nbformat.write(submission(released, answers, above), path)


def marks(api, name, student):
    """Grade id → the test's points; what a failing test said; the score in the gradebook."""
    with api.gradebook as gradebook:
        submitted = gradebook.find_submission(name, student)
        grades = [grade for notebook in submitted.notebooks for grade in notebook.grades]
        return {grade.name: grade.auto_score for grade in grades}, submitted.score


class LightExecute(Execute):
    """Run the cells in this process, in a namespace of their own.

    Cells without a grade id are left out: in these assignments they only print.
    """

    def preprocess(self, nb, resources, km=None):
        namespace = {"__name__": "__main__"}
        cells = [cell for cell in nb.cells if cell.cell_type == "code" and self.runs(cell)]
        for count, cell in enumerate(cells, start=1):
            cell.execution_count, cell.outputs = count, list(run(cell.source, namespace))
        return nb, resources

    def runs(self, cell):
        return grade_id(cell)


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


def lightly(api, execute=LightExecute):
    """Make nbgrader's API run submissions by `LightExecute`, or another class."""
    from nbgrader.converters import Autograde

    steps = Autograde.autograde_preprocessors.default()
    api.config.Autograde.autograde_preprocessors = [
        execute if step is Execute else step for step in steps
    ]
    return api


def graded(folder, student, name):
    """The autograded notebook: grade id → its cell."""
    path = folder / "autograded" / student / name / f"{NAMES[name]}.ipynb"
    return {grade_id(cell): cell for cell in nbformat.read(path, as_version=4).cells}


def said(cell):
    """What a cell's error says, without the colours."""
    errors = [output for output in cell.outputs if output.output_type == "error"]
    return " ".join(f"{error.ename}: {error.evalue}" for error in errors)
