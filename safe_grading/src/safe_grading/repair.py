"""Making of a submission a notebook that can be marked: which cell is which, and what counts.

Editors copy a cell's grade id when it is split or copied, and lose it; students move cells and
write beside the place. Both graders, nbgrader's and the safe one, mark what is made here.
"""

import ast
import io
import math
import re
import textwrap
import tokenize
import warnings
from dataclasses import dataclass

_LETTERS = 40  # so many in the comments and texts of a code cell may be a written answer
FOUND = "**From the grading:** this cell held no answer. Found elsewhere in the notebook:"


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

    @property
    def written(self):
        """Whether it is for an answer in words, graded by hand."""
        return self.kind == "text" and not self.locked and self.metadata["grade"]

    def is_blank(self, source):
        """Return whether a student's text of this cell answers nothing."""
        return _bare(source) in ("", _bare(self.source))

    def is_edited(self, cell_type, source):
        """Return whether this is not the cell that was handed out."""
        texts = [_bare(text) for text in (self.source, self.released) if text is not None]
        return cell_type != self.cell_type or _bare(source) not in texts


@dataclass(frozen=True)
class Original:
    """A notebook as it was handed out."""

    officials: list  # in their order
    lines: frozenset = frozenset()  # `lines_of` all its cells


def repair(cells, original):
    """Return the cells in which every locked one is the gradebook's, and words about changes.

    Parameters
    ----------
    cells : list of tuple, or None
        Cell type, source and grade id (or None) of each cell that was handed in.
    original : Original

    Returns
    -------
    cells : list of dict
        With `id`, `number`, `kind`, `cell_type`, `source`, `metadata` and `place`: where the
        cell stood in what was handed in, None where it did not.
    words : list of str
    """
    handed_in, cells = cells is not None, cells or []
    officials = original.officials
    copies = {official.name: _copies(cells, official) for official in officials}
    counting = _counting(copies, officials)
    found = _found_elsewhere(cells, counting, original)
    counted = {counting[o.name]: o for o in officials if o.name in counting}
    rebuilt = []
    for place, (cell_type, source, name) in enumerate(cells):
        if place in counted:
            official = counted[place]
            rebuilt.append(_official(official, found.get(official.name, source), place))
        elif place in copies.get(name, (place,)):
            rebuilt.append(_loose(cell_type, source, place))
    lost = [o for o in officials if o.name not in counting]
    # what is given is needed from the start; what tests can run after everything
    first = [_official(o, o.source) for o in lost if o.kind == "given"]
    last = [_official(o, found.get(o.name, o.source)) for o in lost if o.metadata["grade"]]
    rebuilt = [*first, *rebuilt, *last]
    for number, cell in enumerate(rebuilt, 1):
        cell |= {"id": f"cell-{number}", "number": number}
    return rebuilt, _changes(cells, counted, lost, found) if handed_in else []


def _copies(cells, official):
    """Return where the copies of a cell stand; of blank answers one, and only if all are blank."""
    found = [place for place, (_, _, name) in enumerate(cells) if name == official.name]
    filled = [p for p in found if official.locked or not official.is_blank(cells[p][1])]
    return filled or found[-1:]


def _counting(copies, officials):
    """Return where the copy that counts stands, by the cell's name: the last one.

    A test counts only below the answers that precede it in the release (and below the tests
    between), and what is given only above all that follows it: elsewhere, a test would not see
    what it sees in the release.
    """
    counting = {name: places[-1] for name, places in copies.items() if places}
    answered = tested = -1
    for official in officials:
        place = counting.get(official.name)
        if place is None:
            continue
        if official.kind == "student":
            answered, tested = max(answered, copies[official.name][0]), -1
        elif official.kind == "test" and place < max(answered, tested):
            del counting[official.name]
        elif official.kind == "test":
            tested = place
    needed = math.inf  # from here on
    for official in reversed(officials):
        places = copies[official.name]
        if official.kind == "given":
            counting.pop(official.name, None)
            counting.update((official.name, place) for place in places if place < needed)
        if official.kind == "student":
            needed = min([needed, *places])
        elif official.kind != "text":
            needed = min(needed, counting.get(official.name, needed))
    return counting


def _found_elsewhere(cells, counting, original):
    """Return what stands for each written answer that is blank, by its name.

    It is the student's text from all other cells, as Markdown; or the answer's text as handed out.
    """
    written = [official for official in original.officials if official.written]
    filled = {
        counting[official.name]
        for official in written
        if official.name in counting and not official.is_blank(cells[counting[official.name]][1])
    }
    own = [
        _own_text(cell_type, source, original.lines)
        for place, (cell_type, source, _) in enumerate(cells)
        if place not in filled
    ]
    text = "\n\n".join(part for part in own if part)
    blank = [official for official in written if counting.get(official.name) not in filled]
    return {o.name: f"{FOUND}\n\n{text}" if text else o.source for o in blank}


def _own_text(cell_type, source, known):
    """Return what a student wrote in a cell, if it may be an answer in words; or an empty text."""
    text = _prose(source) if cell_type == "code" else source
    lines = [line for line in text.splitlines() if not line.strip() or line.strip() not in known]
    text = "\n".join(lines).strip("\n")
    if sum(map(str.isalnum, text)) < (_LETTERS if cell_type == "code" else 1):
        return ""
    return textwrap.indent(text, "    ") if cell_type == "code" else text


def lines_of(cell_type, source):
    """Return the lines of a cell and, of code, of its comments and texts too."""
    text = f"{source}\n{_prose(source)}" if cell_type == "code" else source
    return {line.strip() for line in text.splitlines()}


def _prose(code):
    """Return the comments and texts in a cell of code; all of it if it is no Python."""
    code = re.sub(r"^[ \t]*[%!].*", "", code, flags=re.MULTILINE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's, about the student's code
            ast.parse(code)
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError):
        return code
    code_types = (tokenize.NAME, tokenize.NUMBER, tokenize.OP)
    return "\n".join(token.string for token in tokens if token.type not in code_types)


def _bare(text):
    """Return a text without what editors change: line ends, spaces and lines at the end."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


def _official(official, source, place=None):
    source = official.source if official.locked else source
    metadata = {"nbgrader": official.metadata}
    return _row(official.kind, official.cell_type, source, metadata, place)


def _loose(cell_type, source, place):
    if cell_type == "code":
        return _row("student", "code", source, {}, place)
    return _row("text", "markdown", source, {}, place)


def _row(kind, cell_type, source, metadata, place):
    return {
        "kind": kind,
        "cell_type": cell_type,
        "source": source,
        "metadata": metadata,
        "place": place,
    }


def _changes(cells, counted, lost, found):
    """Return in a few words what was changed."""
    names = [name for _, _, name in cells]
    edited = [o for place, o in counted.items() if o.locked and o.is_edited(*cells[place][:2])]
    back = [o for o in lost if o.kind == "given" or o.metadata["grade"]]
    missing = [o for o in back if o.name not in names]
    repeated = [o for o in [*counted.values(), *back] if names.count(o.name) > 1]
    words = [
        (len(edited), "locked cell", "edited, restored"),
        (len(back) - len(missing), "locked cell", "moved, put back"),
        (len(missing), "cell", "missing, put back"),
        (len(repeated), "cell", "copied or split"),
    ]
    words = [f"{n} {what}{'s' if n > 1 else ''} {done}" for n, what, done in words if n]
    if any(text.startswith(FOUND) for text in found.values()):
        words.append("written answer found elsewhere, copied into its cell")
    return words
