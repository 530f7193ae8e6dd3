"""Grade a class's submissions of an assignment, each in a sandbox of its own.

    python assignments/grade.py A1
    python assignments/grade.py A1 --students kim lee --cell-seconds 10

Everybody in submitted/ is graded, and nbgrader's gradebook gets the points: Formgrader, feedback
and export go on from there. summary/A1.csv and summary/A1.md say what happened to whom.
"""

import argparse
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(arguments=None):
    """Command line; returns the exit code: 1 if somebody could not be graded, 2 if nobody could."""
    from grading.book import CourseError
    from grading.classroom import grade_class
    from grading.limits import MB, Limits
    from grading.sandbox import NoSandbox

    usual = Limits()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assignment", help="its name, as A1")
    parser.add_argument("--students", nargs="+", default=[], metavar="NAME", help="only these")
    parser.add_argument("--course", default=HERE, help="the folder with nbgrader_config.py")
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
    limits = Limits(
        cell_seconds=options.cell_seconds,
        total_seconds=options.total_seconds,
        memory=options.memory * MB,
    )
    try:
        rows, paths = grade_class(
            options.course, options.assignment, limits, options.students, options.jobs
        )
    except (NoSandbox, CourseError) as problem:
        print(problem, file=sys.stderr)
        return 2
    unusual = [row for row in rows if row.words]
    graded = sum(row.points is not None for row in rows)
    print(f"{graded} graded, {len(unusual)} with something unusual:")
    for row in sorted(unusual, key=lambda row: row.student):
        print(f"  {row.student}: {row.marks}, {'; '.join(row.words)}")
    print(f"Written: {paths[0]} and {paths[1].name}")
    return 1 if any(row.points is None for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
