"""What the teacher sees: a bar while the class is graded, and a table of what happened."""

import csv
import io
import shutil
import sys
import time
from dataclasses import dataclass

from safe_grading.transaction import CourseError

NOT_REACHED = "not reached by the last run"
EARLIER = "the points are of an earlier run"
GONE = "no longer in submitted/"
_COLUMNS = ["student", "points", "of", "by_hand", "what_happened", "seconds"]


@dataclass(frozen=True)
class Row:
    """One student's line in the summary."""

    student: str
    points: float | None
    of: float | None
    waiting: bool
    words: tuple
    seconds: float

    @property
    def marks(self):
        """Return the points as text."""
        return "not graded" if self.points is None else f"{self.points:g}/{self.of:g}"

    @property
    def happened(self):
        """Return the words as one text."""
        hand = ("graded by hand: to do",) if self.waiting else ()
        return "; ".join(self.words + hand) or "nothing unusual"


class Progress:
    """A bar over the class: redrawn in a terminal, a line for each student elsewhere."""

    def __init__(self, total, stream=None):
        self.total, self.done = total, 0
        self.stream = stream or sys.stderr
        self.started = time.monotonic()
        self.live = self.stream.isatty()

    def finished(self, row):
        """Tell that a student is done."""
        self.done += 1
        if self.live:
            self.say("\r\x1b[K")
        width = len(str(self.total))
        line = f"[{self.done:{width}}/{self.total}] {row.student}: {row.marks}, {row.happened}\n"
        self.say(line)

    def tick(self, running):
        """Redraw the bar; `running` are the students under way."""
        if not self.live:
            return
        room = 24
        full = room * self.done // max(self.total, 1)
        seconds = time.monotonic() - self.started
        bar = "█" * full + "░" * (room - full)
        line = f"{bar} {self.done}/{self.total} {seconds:.0f} s  {', '.join(running)}"
        self.say("\r\x1b[K" + line[: shutil.get_terminal_size().columns - 1])

    def close(self):
        """Take the bar away."""
        if self.live:
            self.say("\r\x1b[K")

    def say(self, text):
        """Show a text as it is."""
        try:
            self.stream.write(text)
            self.stream.flush()
        except OSError:  # the terminal or the pipe is gone: nobody watches any more
            self.stream = io.StringIO()


class Summary:
    """The table of the class: whoever is graded now, and the others as they are.

    Points are the gradebook's. The words on what happened are of the student's last run; they are
    read from the table that is there.

    Parameters
    ----------
    folder : Path
    assignment : str
    marks : dict
        As `book.known_marks` returns them.
    here : collection of str
        Who has handed in.
    strange : list of Row
        Folders that are not graded.
    """

    def __init__(self, folder, assignment, marks, here, strange=()):
        self.table, self.text = folder / f"{assignment}.csv", folder / f"{assignment}.md"
        self.marks = {student: mark for student, mark in marks.items() if mark}
        self.strange = list(strange)
        told = _read(self.table)
        self.rows = {}
        for student in {*here, *self.marks}:
            words, seconds = told.get(student, ("" if student in self.marks else NOT_REACHED, 0.0))
            words = [word for word in words.split("; ") if word not in ("", GONE)]
            words += [] if student in here else [GONE]
            mark = self.marks.get(student, (None, None, False))
            self.rows[student] = Row(student, *mark, tuple(words), seconds)

    def expect(self, students):
        """Say that these are not graded yet; until `put` they keep their earlier points."""
        for student in students:
            self.put(Row(student, None, None, False, (NOT_REACHED,), 0.0))

    def put(self, row):
        """Take in what happened to a student now."""
        if row.points is None and row.student in self.marks:
            mark = self.marks[row.student]
            row = Row(row.student, *mark, (*row.words, EARLIER), row.seconds)
        self.rows[row.student] = row

    def write(self):
        """Write the table as CSV and as Markdown, each at once; return the two paths.

        Raises
        ------
        OSError
        """
        rows = sorted([*self.rows.values(), *self.strange], key=lambda row: row.student)
        lines = io.StringIO()
        writer = csv.writer(lines)
        writer.writerow(_COLUMNS)
        for row in rows:
            numbers = ["" if n is None else f"{n:g}" for n in (row.points, row.of)]
            hand = "to do" if row.waiting else ""
            what = "; ".join(row.words)
            cells = [row.student, *numbers, hand, what, f"{row.seconds:.1f}"]
            writer.writerow([no_formula(cell) for cell in cells])
        text = [f"# {self.text.stem}: what happened", "", "| student | points | what happened |"]
        text += ["|---|---|---|"]
        text += [f"| {row.student} | {row.marks} | {row.happened} |" for row in rows]
        self.table.parent.mkdir(parents=True, exist_ok=True)
        _replace(self.table, lines.getvalue())
        _replace(self.text, "\n".join(text) + "\n")
        return self.table, self.text


def no_formula(cell):
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _replace(path, text):
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="")
    part.replace(path)


def _read(table):
    """Return words and seconds by student from a table written before.

    Raises
    ------
    CourseError
        If it is another table.
    """
    if not table.exists():
        return {}
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    if not rows or rows[0] != _COLUMNS or any(len(row) != len(_COLUMNS) for row in rows):
        raise CourseError(f"{table} is no table of this command: give it another name.")
    return {row[0]: (row[4], float(row[5])) for row in rows[1:]}
