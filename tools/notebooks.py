"""Run the course's notebooks and store them in one normal form.

    python tools/notebooks.py              run and rewrite every notebook of the course, and
                                           the assignments' sources
    python tools/notebooks.py FILE ...     only these
    python tools/notebooks.py --check      run nothing, write nothing: say what is wrong

A notebook in normal form holds what a reader needs and nothing that changes from
one machine or one run to the next: no kernel version, timings, widget state or
random cell ids. Pictures are the exception; their bytes differ between machines.
"""

import argparse
import os
import re
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
PLACES = ("notebooks/*.ipynb", "assignments/source/*/*.ipynb")
CHECKS = ROOT / "assignments"  # the folder of the package with the assignments' checks
CELL_TIMEOUT = 120  # seconds
MAX_BYTES = 500_000
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# What makes a sentence stand in for a dead widget, and its picture, which is stored already.
STAND_IN = re.compile(
    r'<style class="initcourse-stand-in">[^<]*</style>|<img class="initcourse-still"[^>]*>'
)
METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}


def execute(nb, folder):
    """Run all cells of `nb` in place, in a fresh kernel of this Python, inside `folder`.

    Raises `nbclient.exceptions.CellExecutionError` when a cell fails that is not
    tagged raises-exception, and `CellTimeoutError` when one takes too long.
    """
    import matplotlib.font_manager  # noqa: F401  its first import on a machine prints a message
    from nbclient import NotebookClient

    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(CHECKS)}
    environment["ANSWER_CHECKS_RECORD"] = "off"  # what is stored is nobody's progress
    environment.pop("MPLBACKEND", None)  # it would keep figures out of the outputs
    NotebookClient(
        nb,
        kernel_name="python3",
        timeout=CELL_TIMEOUT,
        store_widget_state=False,
        resources={"metadata": {"path": str(folder)}},
    ).execute(env=environment)


def normalise(nb, name):
    """Return a copy of `nb` in normal form; `name` is the file's name without its suffix.

    Cell ids come from the notebook's number and the cell's position: 02-017.
    A widget leaves its text and its picture, not the view: nobody has the model
    that the view asks for, so JupyterLab and GitHub would show an error for it.
    """
    prefix = re.match(r"\d+", name)
    prefix = prefix.group() if prefix else re.sub(r"[^a-zA-Z0-9_-]", "-", name)[:40]
    cells, count = [], 0
    for position, cell in enumerate(nb.cells):
        new = {
            "cell_type": cell.cell_type,
            "id": f"{prefix}-{position:03d}",
            "metadata": _cell_metadata(cell.metadata),
            "source": cell.source,
        }
        if "attachments" in cell:
            new["attachments"] = cell.attachments
        if cell.cell_type == "code":
            executed = cell.get("execution_count") is not None
            count += executed
            new["execution_count"] = count if executed else None
            new["outputs"] = _outputs(cell.outputs, new["execution_count"])
        cells.append(new)
    return nbformat.from_dict(
        {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    )


def _cell_metadata(metadata):
    """Keep the tags, whether the source is folded away, and what nbgrader reads."""
    kept = {}
    if metadata.get("nbgrader"):
        kept["nbgrader"] = dict(sorted(metadata["nbgrader"].items()))
    if metadata.get("tags"):
        kept["tags"] = sorted(set(metadata["tags"]))
    if metadata.get("jupyter", {}).get("source_hidden"):
        kept["jupyter"] = {"source_hidden": True}
    return kept


def _outputs(outputs, execution_count):
    """Join split streams, drop widget views and stand-ins, number results like their cell."""
    new = []
    for output in outputs:
        output = nbformat.from_dict(output)  # a copy
        if output.output_type == "stream":
            last = new[-1] if new else {}
            if last.get("output_type") == "stream" and last.name == output.name:
                last.text += output.text
                continue
        if "data" in output:
            output.data.pop(WIDGET_VIEW, None)
            output.metadata = {k: v for k, v in output.metadata.items() if k in output.data}
            if not output.data:
                continue
            if "text/html" in output.data:
                output.data["text/html"] = STAND_IN.sub("", output.data["text/html"])
        if output.output_type == "execute_result":
            output.execution_count = execution_count
        new.append(output)
    return new


def to_text(nb):
    """The file's text: JSON with indentation 1, letters as they are, a newline at the end."""
    return nbformat.writes(nb, version=4, indent=1, ensure_ascii=False).rstrip("\n") + "\n"


def problems(path):
    """What is wrong with the notebook file at `path`, as a list of sentences."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8")
        nb = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
        version = (nb.nbformat, nb.nbformat_minor)
        if version < (4, 5):
            return [f"is nbformat {version[0]}.{version[1]}, not 4.5"]
        nbformat.validate(nb)
    except (ValueError, AttributeError, nbformat.ValidationError) as error:
        return [f"is not a valid notebook: {str(error).splitlines()[0]}"]

    found = []
    if len(raw) > MAX_BYTES:
        found.append(f"is {len(raw) / 1000:.0f} KB, more than {MAX_BYTES // 1000} KB")
    if "widgets" in nb.metadata:
        found.append("holds widget state")
    for position, cell in enumerate(nb.cells):
        if cell.cell_type == "code":
            found += [f"cell {position} {what}" for what in _cell_problems(cell)]
    counts = [c.execution_count for c in nb.cells if c.cell_type == "code" and c.execution_count]
    if counts != list(range(1, len(counts) + 1)):
        found.append(f"was not run once from top to bottom: its counts are {counts}")
    normal = to_text(normalise(nb, path.stem))
    if text != normal:
        found.append(f"is not normalised{_first_difference(text, normal)}")
    return found


def _cell_problems(cell):
    if not cell.source.strip():
        yield "is an empty code cell"
    elif cell.execution_count is None:
        yield "was not executed"
    for output in cell.outputs:
        if output.output_type == "error" and "raises-exception" not in cell.metadata.get(
            "tags", []
        ):
            yield f"stores an error: {output.ename}: {output.evalue}"
        if output.output_type == "stream" and output.name == "stderr":
            yield f"prints to stderr: {output.text.strip()[:80]!r}"
        if WIDGET_VIEW in output.get("data", {}):
            yield "stores a widget view"


def _first_difference(text, normal):
    lines, wanted = text.split("\n"), normal.split("\n")
    for number, (line, want) in enumerate(zip(lines, wanted, strict=False), start=1):
        if line != want:
            return f": line {number} is {line.strip()[:60]!r}, not {want.strip()[:60]!r}"
    return f": it has {len(lines)} lines, not {len(wanted)}"


def run(path):
    """Execute and normalise the notebook file at `path`; return what stays wrong."""
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    nb = nbformat.read(path, as_version=4)
    try:
        execute(nb, path.resolve().parent)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        return [f"does not run, the file is unchanged:\n{error}"]
    path.write_text(to_text(normalise(nb, path.stem)), encoding="utf-8", newline="\n")
    return problems(path)


def main(arguments=None):
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, help="default: all")
    parser.add_argument("--check", action="store_true", help="only say what is wrong")
    options = parser.parse_args(arguments)

    files = options.files or [path for place in PLACES for path in sorted(ROOT.glob(place))]
    wrong = [] if files else [f"no notebook in {ROOT}"]
    for path in files:
        try:
            found = problems(path) if options.check else run(path)
        except OSError as error:
            found = [f"cannot be read or written: {error}"]
        wrong += [f"{path.name} {what}" for what in found]
        print(path.name, "not good" if found else "good", flush=True)
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong and options.check:
        print("`python tools/notebooks.py` runs and normalises the notebooks.", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
