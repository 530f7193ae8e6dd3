"""What a class answered in the lessons, as a table by exercise and by misconception.

    python assignments/progress_table.py FOLDER > table.csv

FOLDER holds the learners' files `progress.jsonl`, each under a name or in a folder of its own. Of
a file that is damaged the lines that can be read count.
"""

import argparse
import csv
import re
import sys
from collections import Counter, namedtuple
from pathlib import Path

from answer_checks import record
from initcourse.exercises.lessons import LESSONS

TABLE = Path(__file__).resolve().parent / "misconceptions.md"
HEAD = ("by", "lesson", "name", "asked in", "learners", "right", "wrong", "once wrong", "told most")

#: One line of the table in misconceptions.md.
Row = namedtuple("Row", "number misconception heading notebook lesson kind asked answer reply test")
LINE = re.compile(
    r"\| (\d+) \| (.+?) \| \[(.+?)\]\(\.\./notebooks/(\S+?)\) "
    r"\| (\d\d), (question|exercise): (.+?) \| (.+?) \| (.+?) \| `(.+?)` \|"
)


def misconceptions():
    """Return the lines of misconceptions.md, as a list of `Row`."""
    lines = re.findall(r"^\| \d.*$", TABLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [Row(*LINE.fullmatch(line).groups()) for line in lines]


def table(learners):
    """Return the rows below `HEAD`.

    Parameters
    ----------
    learners : list of list of Event
        What each learner answered, oldest first.
    """
    rows = []
    for lesson, exercises in LESSONS.items():
        for name in exercises:
            attempts = [_events(events, "exercise", name) for events in learners]
            rows.append(("exercise", lesson, name, "", *_counts(attempts, lambda e: not e.right)))
    for row in misconceptions():
        asked = row.asked.strip("`")
        attempts = [_events(events, row.kind, asked) for events in learners]
        counts = _counts(attempts, lambda event, row=row: _holds(event, row))
        name = f"{row.number} {row.misconception}"
        rows.append(("misconception", row.lesson, name, asked, *counts))
    return rows


def _events(events, kind, name):
    return [event for event in events if (event.kind, event.name) == (kind, name)]


def _holds(event, row):
    """Return whether an answer shows the misconception of a row."""
    if row.kind == "question":
        return event.answer == row.answer
    return not event.right and row.reply in event.said


def _counts(attempts, wrong):
    """Return how many answered, are right and wrong at last, were once wrong; and the reply."""
    attempts = [events for events in attempts if events]
    said = Counter(text for events in attempts for text in {e.said for e in events if wrong(e)})
    return (
        len(attempts),
        sum(events[-1].right is True for events in attempts),
        sum(wrong(events[-1]) for events in attempts),
        sum(any(map(wrong, events)) for events in attempts),
        said.most_common(1)[0][0] if said else "",
    )


def defused(cell):
    """Return a cell that no spreadsheet takes for a formula.

    >>> defused("=1+1"), defused(7), defused("2/n")
    ("'=1+1", 7, '2/n')
    """
    risky = isinstance(cell, str) and cell.lstrip()[:1] in ("=", "+", "-", "@")
    return f"'{cell}" if risky else cell


def main(arguments=None):
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    paths = sorted(folder.rglob("*.jsonl"))
    learners = []
    for path in paths:
        events, broken = record.read(path)
        learners.append(events)
        if broken or not events:
            print(f"{path}: {len(events)} answers, {broken} damaged lines", file=sys.stderr)
    if not paths:
        print(f"no file *.jsonl in {folder}", file=sys.stderr)
        return 1
    sys.stdout.reconfigure(encoding="utf-8-sig", newline="")  # spreadsheets look for the mark
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerows([map(defused, row) for row in (HEAD, *table(learners))])
    return 0


if __name__ == "__main__":
    sys.exit(main())
