"""Honest but untidy submissions: both graders give the marks worked out beforehand."""

import contextlib
import io

import nbformat
import pytest
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute
from small_course import answered, api_of, hand_in, points
from untidy import UNTIDY, Sheet

from safe_grading.book import open_course
from safe_grading.limits import Limits
from safe_grading.marking import mark
from safe_grading.near import NearSession
from safe_grading.screen import read_notebook, rebuild

#: nbgrader's use of SQLAlchemy; nothing of ours is silenced.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


def saved(course, name):
    """Return the file that an untidy student hands in."""
    sheet = Sheet(
        answered(course), nbformat.read(course / "release" / "T1" / "task.ipynb", as_version=4)
    )
    UNTIDY[name][2](sheet)
    return sheet.saved()


def plainly(cells):
    """Return the outputs by cell where everything runs in one namespace, as in a kernel."""
    namespace, outputs = {"__name__": "__main__"}, {}
    for cell in cells:
        if cell["cell_type"] == "code":
            outputs[cell["id"]] = list(run(cell["source"], namespace))
    return outputs


def run(source, namespace):
    """Run a cell; yield an error's output if there is one."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(source, "<cell>", "exec"), namespace)
    except Exception as problem:
        name = type(problem).__name__
        yield nbformat.v4.new_output("error", ename=name, evalue=str(problem), traceback=[name])


@pytest.mark.parametrize("name", UNTIDY)
def test_marked_here_and_there(name, small_course, original, tmp_path):
    worth, waiting, _ = UNTIDY[name]
    (tmp_path / "task.ipynb").write_bytes(saved(small_course, name))
    cells, words = read_notebook(tmp_path / "task.ipynb", Limits())
    assert words == []
    cells, _ = rebuild(cells, original)
    assert points(cells, mark(cells, NearSession())[0]) == worth
    assert points(cells, plainly(cells)) == worth
    (why,) = (o for o in original.officials if o.name == "why")
    (answer,) = (c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == "why")
    assert (not why.is_blank(answer["source"])) is waiting


class LightExecute(Execute):
    """Runs the cells in this process, in a namespace of their own: a kernel takes seconds."""

    def preprocess(self, nb, resources, km=None):
        outputs = plainly(nb.cells)
        for count, cell in enumerate((c for c in nb.cells if c.cell_type == "code"), 1):
            cell.execution_count, cell.outputs = count, outputs[cell.id]
        return nb, resources


def test_nbgraders_own_grading_repairs_them_too(course, original):
    api = api_of(course)
    steps = Autograde.autograde_preprocessors.default()
    api.config.Autograde.autograde_preprocessors = [
        LightExecute if step is Execute else step for step in steps
    ]
    students = ["saves_in_vs_code", "loses_all_metadata", "splits_everything", "saves_in_colab"]
    for name in students:
        hand_in(course, name, saved(course, name))
    done = api.autograde("T1", "*")
    assert done["success"], done["log"]
    with api.gradebook as book:
        for name in students:
            entry = book.find_submission("T1", name)
            assert (entry.score, entry.needs_manual_grade) == UNTIDY[name][:2], name


def test_a_submission_is_repaired_once_though_the_command_merges_its_settings_twice(course):
    config = open_course(course)
    config.merge(open_course(course))
    steps = [step.__name__ for step in Autograde(config=config).sanitize_preprocessors]
    assert steps.count("Repair") == 1 and steps[0] == "Repair"
