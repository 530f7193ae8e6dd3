"""The lessons as the tests read them: cells, exercises, worked solutions."""

import json
import re
from pathlib import Path

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("[0-9]*.ipynb"))
SOLUTION = "solution-"


def cells(path):
    """Return (tags, source, type) of every cell."""
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [
        (set(cell["metadata"].get("tags", [])), "".join(cell["source"]), cell["cell_type"])
        for cell in found
    ]


def trains(path):
    """Return whether a notebook's cells train networks."""
    train = re.compile(r"ic\.(train|sweep|race)\(|\.verify\(")
    return any(train.search(source) for _, source, kind in cells(path) if kind == "code")


def checked(source):
    """Return the name under which an exercise cell calls its check."""
    names = re.findall(r"ic\.exercises\.(\w+)\.check\(", source)
    assert len(names) == 1, f"an exercise cell checks one exercise, this one {names}:\n{source}"
    return names[0]


def exercises(path):
    """Return {name: source of its cell} of a notebook's exercises, in order."""
    return {checked(source): source for tags, source, _ in cells(path) if "exercise" in tags}


def solutions(path):
    """Return {name: Python code of its worked solution}."""
    return {
        tag.removeprefix(SOLUTION): python_of(source)
        for tags, source, _ in cells(path)
        for tag in tags
        if tag.startswith(SOLUTION)
    }


def python_of(source):
    """Return the Python code of a Markdown cell."""
    blocks = re.findall(r"^```python\n(.*?)^```", source, flags=re.MULTILINE | re.DOTALL)
    assert blocks, f"no Python code in the solution:\n{source}"
    return "\n".join(blocks)


def headings(path):
    """Return the headings of a notebook, without their #."""
    text = "\n".join(source for _, source, kind in cells(path) if kind == "markdown")
    return re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)


def parameters():
    """Return {exercise: parameters as its notebook writes them, None if it asks for a value}."""
    asked = {}
    for path in NOTEBOOKS:
        for name, source in exercises(path).items():
            written = re.findall(r"^def \w+\((.*?)\)", source, flags=re.MULTILINE)
            asked[name] = written[0] if written else None
    return asked
