"""Grade a class's submissions of an assignment, each in a sandbox of its own.

    safe-grade A1
    safe-grade A1 --students kim lee --cell-seconds 10

It is typed in the course folder. Everybody in submitted/ is graded, and nbgrader's gradebook gets
the points: Formgrader, feedback and export go on from there. summary/A1.csv and summary/A1.md say
what happened to whom: the whole class, whoever is graded now. Ctrl-C ends it when the submission
being entered is entered.
"""

import argparse
import contextlib
import os
import sys

from safe_grading.classroom import grade_class
from safe_grading.limits import MB, Limits
from safe_grading.sandbox import NoSandbox
from safe_grading.stop import Stop
from safe_grading.summary import NOT_REACHED
from safe_grading.transaction import CourseError


def main(arguments=None):
    """Command line; returns the exit code.

    It is 1 if somebody could not be graded, 2 if nobody could, and 128 more than the number of
    the signal that ended it.
    """
    sys.stdout.reconfigure(errors="replace")  # a name in letters that a terminal lacks
    with Stop() as stop:
        code = grade(_options(arguments), stop)
    return 128 + stop.number if stop else code


def _options(arguments):
    usual = Limits()
    parser = argparse.ArgumentParser("safe-grade", description=__doc__.splitlines()[0])
    parser.add_argument("assignment", help="its name, as A1")
    parser.add_argument("--students", nargs="+", default=[], metavar="NAME", help="only these")
    parser.add_argument("--course", default=".", help="the folder with nbgrader_config.py")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="at a time; one a core")
    parser.add_argument(
        "--cell-seconds",
        type=float,
        default=usual.cell_seconds,
        help=f"for one cell (usual: {usual.cell_seconds:g})",
    )
    parser.add_argument(
        "--total-seconds",
        type=float,
        default=usual.total_seconds,
        help=f"for one submission (usual: {usual.total_seconds:g})",
    )
    parser.add_argument(
        "--memory",
        type=int,
        default=usual.memory // MB,
        metavar="MB",
        help=f"for one submission (usual: {usual.memory // MB} MB)",
    )
    options = parser.parse_args(arguments)
    for name in ("jobs", "cell_seconds", "total_seconds", "memory"):
        if getattr(options, name) <= 0:
            parser.error(f"--{name.replace('_', '-')} must be positive")
    return options


def grade(options, stop):
    """Grade, print what happened, and return the exit code where no signal came."""
    limits = Limits(
        cell_seconds=options.cell_seconds,
        total_seconds=options.total_seconds,
        memory=options.memory * MB,
    )
    try:
        rows, paths = grade_class(
            options.course, options.assignment, limits, options.students, options.jobs, stop=stop
        )
    except (NoSandbox, CourseError) as problem:
        _say(problem)
        return 2
    unusual = [row for row in rows if row.words]
    graded = sum(row.points is not None for row in rows)
    left = sum(NOT_REACHED in row.words for row in rows)
    if stop:
        words = f"Stopped ({stop.words}): {graded} graded, {left} not reached"
        _say(f"{words}; {paths[1]} says who. Grade again to go on.")
        return 1
    print(f"{graded} graded, {len(unusual)} with something unusual:")
    for row in sorted(unusual, key=lambda row: row.student):
        print(f"  {row.student}: {row.marks}, {'; '.join(row.words)}")
    print(f"Written: {paths[0]} and {paths[1].name}")
    return 1 if any(row.points is None for row in rows) else 0


def _say(text):
    with contextlib.suppress(OSError):  # the terminal may be closed
        print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
