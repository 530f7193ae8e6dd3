"""Reading a submission without trusting it, and making of it a notebook that can be marked.

Only the text of cells and their grade ids are taken from what was handed in. Everything else,
and every locked cell, comes from the gradebook.
"""

import json
import os
import re
import stat
from dataclasses import dataclass


@dataclass(frozen=True)
class Official:
    """A cell that the gradebook knows."""

    name: str
    cell_type: str
    locked: bool
    source: str
    metadata: dict
    released: str | None = None  # as the student got it: without the hidden tests

    @property
    def kind(self):
        """What `marking.mark` does with it."""
        if self.cell_type != "code":
            return "text"
        if not self.locked:
            return "student"
        return "test" if self.metadata["grade"] else "given"


def read_file(path, most):
    """Return the contents of a regular file, and words about why not (or None).

    Links are not followed, neither in place of the file nor of the two folders above it (the
    student's and the assignment's), and nothing that could block is opened.
    """
    if path.parent.is_symlink() or path.parent.parent.is_symlink():
        return None, "a link or no file"
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None, "not handed in"
    except OSError:
        return None, "a link or no file"
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return None, "no ordinary file"
        if status.st_size > most:
            return None, f"too large ({status.st_size / 2**20:.0f} MB)"
        return file.read(most + 1)[:most], None


def read_notebook(path, limits):
    """Return the cells of a submitted file as (cell type, source, grade id), and words.

    The cells are None where the file cannot be used.
    """
    content, problem = read_file(path, limits.notebook)
    if problem:
        return None, [problem]
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None, ["not a notebook"]
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or notebook.get("nbformat") != 4:
        return None, ["not a notebook"]
    if len(cells) > limits.cells:
        return None, [f"too large ({len(cells)} cells)"]
    read = [_cell(cell) for cell in cells if isinstance(cell, dict)]
    if sum(len(source) for _, source, _ in read) > limits.source:
        return None, ["too large (text)"]
    words = []
    language = _at(notebook, "metadata", "kernelspec", "language")
    language = language or _at(notebook, "metadata", "language_info", "name")
    if isinstance(language, str) and not language.lower().startswith(("python", "ipython")):
        words.append("another kernel, run as Python")
    return read, words


def _at(thing, *keys):
    for key in keys:
        thing = thing.get(key) if isinstance(thing, dict) else None
    return thing


def _cell(cell):
    source = cell.get("source")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    source = source if isinstance(source, str) else ""
    source = source.encode("utf-8", "replace").decode()  # half characters cannot be stored
    kind = cell.get("cell_type")
    name = _at(cell, "metadata", "nbgrader", "grade_id")
    return kind if kind in ("code", "markdown") else "raw", source, name


def rebuild(cells, officials):
    """Return the cells in which every locked one is the gradebook's, and words about changes.

    Parameters
    ----------
    cells : list of tuple, or None
        As `read_notebook` returns them.
    officials : list of Official
        In the order of the released notebook.

    Returns
    -------
    cells : list of dict
        With `id`, `number`, `kind`, `cell_type`, `source` and `metadata`.
    words : list of str
    """
    known = {official.name: official for official in officials}
    seen, edited, repeated, rebuilt = set(), [], [], []
    for cell_type, source, name in reversed(cells or []):
        official = known.get(name) if isinstance(name, str) else None
        if official is not None and name in seen:
            repeated.append(name)
            official = None
        if official is None:
            kind = "student" if cell_type == "code" else "text"
            # nothing that comes from outside may be HTML in the teacher's browser
            source = source if cell_type == "code" else harmless(source)
            rebuilt.append(_row(kind, "code" if kind == "student" else "markdown", source, {}))
            continue
        seen.add(name)
        if official.locked:
            known_text = (official.source, official.released)
            if source not in known_text or cell_type != official.cell_type:
                edited.append(name)
            source = official.source
        elif official.cell_type != "code" and source != official.source:
            source = harmless(source)
        rebuilt.append(_official(official, source))
    rebuilt.reverse()
    missing = [official for official in officials if official.name not in seen]
    # what is given is needed from the start; what tests can run after everything
    given = [official for official in missing if official.kind == "given"]
    graded = [official for official in missing if official.metadata["grade"]]
    rebuilt = [
        *(_official(official, official.source) for official in given),
        *rebuilt,
        *(_official(official, official.source) for official in graded),
    ]
    for number, cell in enumerate(rebuilt, 1):
        cell |= {"id": f"cell-{number}", "number": number}
    words = []
    if edited:
        words.append(f"{_count(edited, 'locked cell')} edited, restored")
    if cells is not None and given + graded:
        words.append(f"{_count(given + graded, 'cell')} missing, put back")
    if repeated:
        words.append(f"{_count(repeated, 'grade id')} repeated, last one kept")
    return rebuilt, words


def _row(kind, cell_type, source, metadata):
    return {"kind": kind, "cell_type": cell_type, "source": source, "metadata": metadata}


def _official(official, source):
    metadata = {"nbgrader": official.metadata}
    return _row(official.kind, official.cell_type, source, metadata)


def _count(names, what):
    return f"{len(names)} {what}{'s' if len(names) > 1 else ''}"


def harmless(markdown):
    """Return the text without HTML, links or pictures: a space turns each of them into text.

    A link may hold a script, in Markdown as in a formula, and it would run as the teacher.
    """
    tag, entity, link = r"<(?=[A-Za-z/!?])", r"&(?=#|\w+;)", r"\](?=[(:\[])"
    macro = r"\\(?=(?:href|csname|mmlToken|require)\b)"
    for dangerous in (tag, entity, link, macro):
        markdown = re.sub(dangerous, lambda match: match[0] + " ", markdown)
    return markdown
