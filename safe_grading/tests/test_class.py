"""Safe grading of a whole class: nobody gains, nobody loses, nothing is touched, all is told."""

import contextlib
import csv
import hashlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from hostile import HOSTILE, TRIES, hand_in_hostile
from nbgrader.api import Gradebook
from small_course import DRAW, SECRET, STRENGTH, answered, api_of, hand_in

from safe_grading.__main__ import main

#: nbgrader's use of SQLAlchemy; nothing of ours is silenced.
pytestmark = [
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
    pytest.mark.usefixtures("sandboxes"),
]
NO_NAME = "Ben | =1+1"
HONEST = {
    "right": ({}, 10),
    "sum-for-mean": ({"strength": "def strength(x):\n    return np.sum(x**2)"}, 5),
    "first-lines": (
        {
            "strength": "%pip --version\n!echo hello\nlines = !echo one\n%ls\nnp.mean?\n"
            "%load_ext autoreload\n%autosave 60\n%store -r\nimport getpass, sys\n"
            "sys.stdout.errors, sys.stdout.writable(), getpass.getuser()\n"
            f"{STRENGTH}",
            "draw": f"%%time\n{DRAW}",
            "guess": "%matplotlib inline\n%config InlineBackend.figure_format = 'retina'\n"
            "import warnings; warnings.warn('careful'); print('hello')\n"
            "get_ipython().system('echo hello')\ndisplay(3)\nguess = 12",
        },
        10,
    ),
}
SECONDS = 100 + secrets.randbelow(70)  # a number on the command line of every sandbox


def fingerprints(folder):
    """Return what a file below a folder holds, by its path."""
    made = {"gradebook.db", "autograded", "summary", ".nbgrader.log"}
    files = [p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()]
    parts = {p: p.relative_to(folder).parts[0] for p in files}
    return {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in files if parts[p] not in made}


@pytest.fixture(scope="module")
def port():
    """A port of this machine on which somebody listens, and the list of who has connected."""
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen():
            try:
                while True:
                    connection, address = server.accept()
                    connection.close()
                    heard.append(address)
            except OSError:
                pass

        threading.Thread(target=listen, daemon=True).start()
        number = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", number)):  # it does hear
            pass
        yield number, heard
        server.shutdown(socket.SHUT_RDWR)


def sandboxes_running():
    """Return how many processes have the number of `SECONDS` at the end of their command line."""
    found = 0
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += file.read_bytes().endswith(b"\0%d\0" % (SECONDS + 10))
        except OSError:  # it has ended since
            pass
    return found


@pytest.fixture(scope="module")
def graded(small_course, tmp_path_factory, port):
    """A class after its grading; most are hostile, and one folder is no name."""
    course = shutil.copytree(small_course, tmp_path_factory.mktemp("class") / "course")
    for student, (answers, _) in HONEST.items():
        hand_in(course, student, answered(course, **answers))
    for name in HOSTILE:
        hand_in_hostile(course, name, port[0], "right")
    hand_in(course, NO_NAME, answered(course))
    before = fingerprints(course)
    sentinel = Path.home() / f".sentinel-{secrets.token_hex(8)}"
    sentinel.write_text("untouched")
    options = ["--cell-seconds", "4", "--memory", "300", "--jobs", "4"]
    command = [sys.executable, "-m", "safe_grading", "T1", *options, "--total-seconds"]
    process = subprocess.Popen(
        [*command, str(SECONDS)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=course,
        env=os.environ | {"TEACHERS_TOKEN": SECRET},
    )
    seen, said = 0, None
    try:
        with process:
            while said is None:
                seen = max(seen, sandboxes_running())
                with contextlib.suppress(subprocess.TimeoutExpired):
                    said = process.communicate(timeout=0.5)
        assert sentinel.read_text() == "untouched"
    finally:
        sentinel.unlink()
    assert process.returncode == 1, said  # one folder is not graded
    assert seen and not sandboxes_running()
    with (course / "summary" / "T1.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    return SimpleNamespace(
        course=course, before=before, printed=said[0], progress=said[1], rows=rows
    )


def test_everybody_gets_what_the_answers_are_worth(graded):
    assert len(graded.rows) == len(HONEST) + len(HOSTILE) + 1
    for student, (_, points) in HONEST.items():
        assert float(graded.rows[student]["points"]) == points, (student, graded.rows[student])
    for student, (_, points, words) in HOSTILE.items():
        row = graded.rows[student]
        assert float(row["points"]) == points, (student, row)
        assert words in row["what_happened"], (student, row)


def test_nothing_is_touched_and_nothing_secret_comes_out(graded, port):
    assert fingerprints(graded.course) == graded.before
    assert len(port[1]) == 1  # only the test itself
    notebooks = list((graded.course / "autograded").glob("*/T1/*.ipynb"))
    assert len(notebooks) == len(graded.rows) - 1
    for file in notebooks:
        cells = json.loads(file.read_text())["cells"]
        shown = [cell["source"] for cell in cells if cell["cell_type"] == "markdown"]
        shown = json.dumps([shown, [cell.get("outputs") for cell in cells]])
        assert "<script" not in shown and "<img" not in shown and "text/html" not in shown
        assert SECRET not in shown, file


def test_every_try_ran_and_failed(graded):
    (file,) = graded.course.glob("autograded/tries-everything/T1/*.ipynb")
    _, _, *tries = json.loads(file.read_text())["cells"]  # below the note and what is given
    outputs = dict(zip(TRIES, (json.dumps(cell["outputs"]) for cell in tries), strict=False))
    for name, (_, says) in TRIES.items():
        assert says in outputs[name], (name, outputs[name])
    assert 30 < int(re.search(r"MB written: (\d+)", outputs["fills"])[1]) <= 64


def test_all_is_told(graded):
    # one line for each, in the order in which they finish
    lines = [line for line in graded.progress.splitlines() if line.startswith("[")]
    total = len(graded.rows) - 1
    assert [line[1:6] for line in lines] == [f"{i:2}/{total}" for i in range(1, total + 1)]
    # what the teacher reads at the end names each of whom there is something to say
    assert all(f"  {student}: " in graded.printed for student in HOSTILE)
    assert "  right: " not in graded.printed
    text = (graded.course / "summary" / "T1.md").read_text()
    assert "| Ben ? ?1+1 | not graded | no name of a student: not graded |" in text


def test_no_large_picture_is_shown_and_nothing_carried_away(graded):
    def cells_of(student):
        return json.loads((graded.course / f"autograded/{student}/T1/task.ipynb").read_text())[
            "cells"
        ]

    note = "".join(cells_of("carries")[0]["source"])
    assert "Error" not in note
    shown = json.dumps([cell.get("outputs") for cell in cells_of("tries-everything")])
    assert "a large picture" in shown and "image/png" not in shown


def test_feedback_names_the_slip(graded):
    done = api_of(graded.course).generate_feedback("T1", "sum-for-mean")
    assert done["success"], done["log"]
    page = graded.course / "feedback" / "sum-for-mean" / "T1" / "task.html"
    assert "AssertionError: the mean, not the sum" in page.read_text()


def test_plain_autograde_gives_honest_submissions_the_same_marks(graded):
    students = ["first-lines", "sum-for-mean"]

    def marks():
        with Gradebook(f"sqlite:///{graded.course / 'gradebook.db'}", "small") as book:
            return {
                student: (entry.score, entry.needs_manual_grade, [g.auto_score for g in grades])
                for student in students
                for entry in [book.find_submission("T1", student)]
                for grades in [sorted(entry.notebooks[0].grades, key=lambda grade: grade.name)]
            }

    safe = marks()
    for student in students:
        done = api_of(graded.course).autograde("T1", student)
        assert done["success"], done["log"]
    assert marks() == safe and sum(score for score, *_ in safe.values()) == 15


def test_it_refuses_in_a_sentence(tmp_path, course, capsys):
    def refused(*options):
        assert main([str(option) for option in options]) == 2
        return capsys.readouterr().err

    assert "no nbgrader course" in refused("T1", "--course", tmp_path)
    assert "knows no T9" in refused("T9", "--course", course)
    assert "Nobody has handed in T1" in refused("T1", "--course", course)
    hand_in(course, "kim", answered(course))
    typo = refused("T1", "--course", course, "--students", "kim", "mia")
    assert "No submission of T1 under this name: mia." in typo
    with pytest.raises(SystemExit):
        main(["T1", "--jobs", "0"])
    assert "--jobs must be positive" in capsys.readouterr().err
    config = course / "nbgrader_config.py"
    for line, says in [
        ("c.SafeGrading.hidden = ['answer.py']", "there is no module answer.py"),
        ("c.SafeGrading.packages = ['nowhere']", "there is no package nowhere"),
    ]:
        with config.open("a") as file:
            file.write(f"\n{line}")
        assert says in refused("T1", "--course", course)
