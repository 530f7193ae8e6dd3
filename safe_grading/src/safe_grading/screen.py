"""Reading a submission without trusting it, and making of it a notebook that can be marked.

Only the text of cells and their grade ids are taken from what was handed in. Everything else,
and every locked cell, comes from the gradebook.
"""

import json
import os
import re
import stat
import unicodedata

from safe_grading.repair import repair

# Without `page.words_only` their conversion takes quadratic time: 22 s for 90,000 times `\(`.
_WORDS_OF_ONE = 40_000  # characters of one text ...
_WORDS = 100_000  # ... and of all texts that are not the teacher's


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
    return read_opened(handle, most)


def read_opened(handle, most):
    """Return the contents of a file that is open, if it is an ordinary one; and words as above."""
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):  # a folder cannot even be made a file of Python's
        os.close(handle)
        return None, "no ordinary file"
    with os.fdopen(handle, "rb") as file:
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
    name = name if isinstance(name, str) else None
    return kind if kind in ("code", "markdown") else "raw", source, name


def rebuild(cells, original):
    """Return what `repair` makes of the cells, with text that the teacher's browser may show."""
    rebuilt, words = repair(cells, original)
    official = {cell.source for cell in original.officials}
    room, cut = _WORDS, 0
    for cell in rebuilt:
        if cell["kind"] == "text" and cell["source"] not in official:
            text = harmless(cell["source"])
            cell["source"] = text[: min(room, _WORDS_OF_ONE)]
            room -= len(cell["source"])
            cut += len(cell["source"]) < len(text)
    if cut:
        words.append(f"{cut} text{'s' if cut > 1 else ''} too long, the rest left out")
    return rebuilt, words


def _is_control(character):
    return unicodedata.category(character) in ("Cc", "Cf")


def harmless(markdown):
    """Return the text without HTML, links or pictures: a space turns each of them into text.

    A link may hold a script, in Markdown as in a formula, and it would run as the teacher. What
    does not print goes first: who converts the text drops some of it, and `\\hr<NUL>ef` is a link.
    """
    markdown = "".join(c for c in markdown if c in "\n\t\u200c\u200d" or not _is_control(c))
    tag, entity, link = r"<(?=[A-Za-z/!?])", r"&(?=#|\w+;)", r"\](?=[(:\[])"
    macro = r"\\(?=(?:href|csname|mmlToken|require)\b)"
    for dangerous in (tag, entity, link, macro):
        markdown = re.sub(dangerous, lambda match: match[0] + " ", markdown)
    return markdown
