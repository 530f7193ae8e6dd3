"""What the teacher sees: a bar while the class is graded, and a table of what happened."""

import csv
import shutil
import sys
import time
from dataclasses import dataclass


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
            self.stream.write("\r\x1b[K")
        width = len(str(self.total))
        line = f"[{self.done:{width}}/{self.total}] {row.student}: {row.marks}, {row.happened}\n"
        self.stream.write(line)
        self.stream.flush()

    def tick(self, running):
        """Redraw the bar; `running` are the students under way."""
        if not self.live:
            return
        room = 24
        full = room * self.done // max(self.total, 1)
        seconds = time.monotonic() - self.started
        bar = "█" * full + "░" * (room - full)
        line = f"{bar} {self.done}/{self.total} {seconds:.0f} s  {', '.join(running)}"
        self.stream.write("\r\x1b[K" + line[: shutil.get_terminal_size().columns - 1])
        self.stream.flush()

    def close(self):
        """Take the bar away."""
        if self.live:
            self.stream.write("\r\x1b[K")
            self.stream.flush()


def write(rows, folder, assignment):
    """Write the table as CSV and as Markdown; return the two paths."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = sorted(rows, key=lambda row: row.student)
    table, text = folder / f"{assignment}.csv", folder / f"{assignment}.md"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["student", "points", "of", "by_hand", "what_happened", "seconds"])
        for row in rows:
            points = "" if row.points is None else f"{row.points:g}"
            of = "" if row.of is None else f"{row.of:g}"
            hand = "to do" if row.waiting else ""
            what = "; ".join(row.words)
            writer.writerow([row.student, points, of, hand, what, f"{row.seconds:.1f}"])
    lines = [f"# {assignment}: what happened", "", "| student | points | what happened |"]
    lines += ["|---|---|---|"]
    lines += [f"| {row.student} | {row.marks} | {row.happened} |" for row in rows]
    text.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return table, text
