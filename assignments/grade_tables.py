"""Marks as Moodle and Canvas read them; typed in the course folder.

    nbgrader export --exporter=grade_tables.Moodle --to=moodle.csv
    nbgrader export --exporter=grade_tables.Canvas --to=canvas.csv

One line for each student of the gradebook, one column for each assignment that was graded. A cell
is empty, which both leave alone, where nothing was handed in or an answer waits to be graded by
hand. `logins.csv`, if there is one, has a NAME of the course and that person's name there in each
line, for those whose two names differ.

Moodle (grade/import/csv) asks which column tells the students apart and which is which grade, and
refuses the whole table if it does not know one of the students. Canvas (gradebook_importer.rb)
takes the first columns by their place, then a column for each assignment by its name, and knows a
student by the login where ID is empty.
"""

import csv
from pathlib import Path

from nbgrader.api import MissingEntry
from nbgrader.plugins import ExportPlugin

from safe_grading.summary import no_formula

LOGINS = "logins.csv"


class Table(ExportPlugin):
    """What both tables are made of."""

    def export(self, gradebook):
        """Write the table; say which answers still wait."""
        graded = gradebook.assignments
        wanted = [a for a in graded if a.name in (self.assignment or [a.name])]
        students = sorted(student.id for student in gradebook.students)
        marks = {s: [self.mark(gradebook, a.name, s) for a in wanted] for s in students}
        names = logins(Path(LOGINS))
        rows = self.rows([(names.get(s, s), marks[s]) for s in students], wanted)
        path = Path(self.to or f"{type(self).__name__.lower()}.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([[no_formula(cell) for cell in row] for row in rows])
        self.log.info("%d students in %s", len(students), path)

    def mark(self, gradebook, assignment, student):
        """Return the points as text, empty where there are none yet."""
        try:
            submission = gradebook.find_submission(assignment, student)
        except MissingEntry:
            return ""
        if submission.needs_manual_grade:
            self.log.warning("%s of %s waits to be graded by hand: left out", assignment, student)
            return ""
        return f"{max(0.0, submission.score - submission.late_submission_penalty):g}"


class Moodle(Table):
    """Columns that Moodle lets the teacher map: the user's name, then each assignment."""

    def rows(self, marks, assignments):
        """Return the heading and a row for each student."""
        yield ["username", *(a.name for a in assignments)]
        yield from ([name, *points] for name, points in marks)


class Canvas(Table):
    """Canvas's own columns, in their places, and its line of the points that can be had."""

    def rows(self, marks, assignments):
        """Return the heading, the line of points possible, and a row for each student."""
        first = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
        yield [*first, *(a.name for a in assignments)]
        yield ["    Points Possible", "", "", "", "", *(f"{a.max_score:g}" for a in assignments)]
        yield from ([name, "", "", name, "", *points] for name, points in marks)


def logins(path):
    """Return NAME in the course → name in Moodle or Canvas, of the lines of a file if it is there.

    Raises
    ------
    ValueError
        If a line has not two columns.
    """
    if not path.exists():
        return {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        lines = [[cell.strip() for cell in line] for line in csv.reader(file) if line]
    bad = [line for line in lines if len(line) != 2]
    if bad:
        raise ValueError(f"{path}: not two columns in {bad[0]}")
    return dict(lines)
