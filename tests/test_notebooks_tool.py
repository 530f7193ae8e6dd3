"""tools/notebooks.py on tiny notebooks, good and bad; then on every notebook of the course."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parent.parent
COURSE = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("assignments/source/*/*.ipynb")])

_spec = importlib.util.spec_from_file_location("notebooks_tool", ROOT / "tools" / "notebooks.py")
tool = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tool)


@pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)
def test_notebook_of_the_course_is_normalised_and_folds_what_holds_an_answer(path):
    assert tool.problems(path) == []
    for cell in nbformat.read(path, as_version=4).cells:
        if "exercises.Question(" in cell.source or "exercises.Prediction(" in cell.source:
            assert cell.metadata.get("jupyter") == {"source_hidden": True}, cell.source[:80]


def good():
    """A notebook as the tool would leave it."""
    cells = [
        new_markdown_cell("# Σ"),
        new_code_cell("1 + 1", execution_count=1, outputs=[result("2", 1)]),
        new_code_cell("x = 1", execution_count=2, metadata={"jupyter": {"source_hidden": True}}),
    ]
    return tool.normalise(new_notebook(cells=cells), "07_good")


def result(text, count, **more):
    return new_output("execute_result", {"text/plain": text, **more}, execution_count=count)


def save(folder, nb, name="07_good"):
    path = folder / f"{name}.ipynb"
    path.write_text(tool.to_text(nb), encoding="utf-8", newline="\n")
    return path


def test_a_good_notebook_has_no_problems(tmp_path):
    path = save(tmp_path, good())
    assert tool.problems(path) == []
    assert tool.main(["--check", str(path)]) == 0
    assert "Σ" in path.read_text(encoding="utf-8")


def cell(k, **new):
    return lambda nb: nb.cells[k].update(new)


def output(*outputs):
    return cell(2, outputs=[new_output(kind, **more) for kind, more in outputs])


def out_of_order(nb):
    nb.cells[1].execution_count, nb.cells[2].execution_count = 2, 1


STREAM = [("stream", {"name": "stdout", "text": text}) for text in "ab"]
STATE = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
TIMES = {"execution": {"iopub.status.busy": "2026-01-01T00:00:00Z"}}


@pytest.mark.parametrize(
    "spoil, sentence",
    [
        (cell(1, execution_count=None, outputs=[]), "cell 1 was not executed"),
        (output(("error", {"ename": "NameError", "evalue": "x", "traceback": []})),
         "cell 2 stores an error: NameError"),
        (output(("stream", {"name": "stderr", "text": "Warning: deprecated"})),
         "cell 2 prints to stderr: 'Warning: deprecated'"),
        (cell(1, outputs=[result("VBox()", 1, **{tool.WIDGET_VIEW: {"model_id": "a"}})]),
         "cell 1 stores a widget view"),
        (lambda nb: nb.metadata.update(widgets=STATE), "holds widget state"),
        (cell(2, source="\n"), "cell 2 is an empty code cell"),
        (cell(0, source="x" * 500_000), "more than 500 KB"),
        (out_of_order, "was not run once from top to bottom: its counts are [2, 1]"),
        (cell(0, id="8f2c1a90"), "8f2c1a90"),
        (lambda nb: nb.metadata.language_info.update(version="3.12.1"), "is not normalised"),
        (cell(1, metadata=TIMES), "is not normalised"), (output(*STREAM), "is not normalised"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)  # fmt: skip
def test_each_fault_is_named(tmp_path, capsys, spoil, sentence):
    nb = good()
    spoil(nb)
    path = save(tmp_path, nb)
    before = path.read_bytes()
    assert tool.main(["--check", str(path)]) == 1
    assert sentence in capsys.readouterr().err
    assert path.read_bytes() == before


def test_layout_of_the_file_is_part_of_the_normal_form(tmp_path):
    path = save(tmp_path, good())
    text = path.read_text(encoding="utf-8")
    for bad in (text + "\n", text.rstrip("\n"), json.dumps(good()), text.replace("Σ", "\\u03a3")):
        path.write_text(bad, encoding="utf-8", newline="\n")
        assert any("is not normalised" in what for what in tool.problems(path))


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff", b'{"nbformat": 4}'])
def test_a_file_that_is_no_notebook_is_named(tmp_path, content):
    path = tmp_path / "bad.ipynb"
    path.write_bytes(content)
    assert len(tool.problems(path)) == 1
    assert tool.main(["--check", str(path), str(tmp_path / "absent.ipynb")]) == 1


def test_an_expected_error_is_allowed():
    cell = new_code_cell("1 / 0", execution_count=1, metadata={"tags": ["raises-exception"]})
    cell.outputs = [new_output("error", ename="ZeroDivisionError", evalue="", traceback=[])]
    assert list(tool._cell_problems(cell)) == []


def test_normalising_twice_changes_nothing():
    once = good()
    assert tool.to_text(tool.normalise(once, "07_good")) == tool.to_text(once)


WIDGET = """\
import base64
import ipywidgets

class Explorer(ipywidgets.VBox):
    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        picture = base64.b64encode(b"picture").decode()
        return {**bundle, "text/plain": "30 layers", "image/png": picture}

Explorer()"""


def test_running_executes_and_normalises(tmp_path, monkeypatch):
    """One kernel for all of it: a widget, the working directory, the environment."""
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    monkeypatch.setenv("MPLBACKEND", "agg")
    cells = [
        new_code_cell(WIDGET),
        new_code_cell("import os, pathlib\nprint(pathlib.Path('here.txt').exists())"),
        new_code_cell(
            "print(os.environ['OPENBLAS_NUM_THREADS'], os.environ['MPLBACKEND'])",
            metadata={"collapsed": True},
        ),
    ]
    (tmp_path / "here.txt").touch()
    path = tmp_path / "03_tiny.ipynb"
    nbformat.write(new_notebook(cells=cells), path)

    assert tool.main([str(path)]) == 0
    nb = nbformat.read(path, as_version=4)
    assert [cell.id for cell in nb.cells] == ["03-000", "03-001", "03-002"]
    assert nb.cells[0].outputs[0].data == {
        "text/plain": "30 layers",
        "image/png": "cGljdHVyZQ==",
    }
    assert nb.cells[1].outputs[0].text == "True\n"
    assert nb.cells[2].outputs[0].text.startswith("1 module://matplotlib_inline")
    assert nb.metadata == tool.METADATA


def test_a_notebook_that_fails_is_left_as_it_was(tmp_path, capsys):
    path = tmp_path / "04_fails.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("1 / 0")]), path)
    before = path.read_bytes()
    assert tool.main([str(path)]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert path.read_bytes() == before


@pytest.mark.parametrize("stored, passes", [("30 layers", True), ("31 layers", False)])
def test_nbval_compares_a_widget_by_its_text(tmp_path, stored, passes):
    """The stored output lacks the widget view; nbval must still look at the rest."""
    cell = new_code_cell(WIDGET, execution_count=1)
    cell.outputs = [result(stored, 1, **{"image/png": "b3RoZXI="})]
    path = save(tmp_path, tool.normalise(new_notebook(cells=[cell]), "05_widget"), "05_widget")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", str(path)]
    done = subprocess.run(
        [*command, f"--rootdir={tmp_path}"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode == 0) is passes, done.stdout + done.stderr
    if not passes:
        assert "mismatch 'text/plain'" in done.stdout
