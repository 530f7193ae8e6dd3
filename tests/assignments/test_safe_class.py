"""Safe grading of a whole class: nobody gains, nobody loses, nothing is touched, all is told."""

import csv
import hashlib
import io
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

import numpy as np
import pytest
from grading.classroom import grade_class
from grading.limits import MB, Limits
from grading.session import Session
from nbgrader.api import Gradebook
from safe_class import (
    HONEST,
    HOSTILE,
    ROOT,
    SECRET,
    STYLES,
    answered,
    api_of,
    hand_in,
    hand_in_hostile,
)

from initcourse.exercises.run_answer import GlobalState

#: nbgrader's use of SQLAlchemy; nothing of ours is silenced.
pytestmark = [
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
    pytest.mark.usefixtures("sandboxes"),
]
NO_NAME = "Ben | =1+1"


def run_command(course, *options):
    """Run the command; return its exit code and what it prints to stdout and stderr."""
    done = subprocess.run(
        [sys.executable, ROOT / "assignments" / "grade.py", "T1", "--course", course, *options],
        capture_output=True,
        text=True,
        timeout=900,
        cwd=course,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TEACHERS_TOKEN": SECRET},
    )
    return done.returncode, done.stdout, done.stderr


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


@pytest.fixture(scope="module")
def graded(small_course, tmp_path_factory, port):
    """A class of 60 after its grading, 44 of whom are hostile; and a folder that is no name."""
    course = shutil.copytree(small_course, tmp_path_factory.mktemp("class") / "course")
    honest = {f"honest-{i}": {} for i in range(4)} | {kind: a for kind, (a, _) in HONEST.items()}
    for student, answers in (honest | STYLES).items():
        notebook = answered(course, **answers)
        if student == "pictures":
            data = {"image/png": "iVBORw0KGgpm" * 2**19}
            picture = {"output_type": "display_data", "data": data, "metadata": {}}
            notebook["cells"][1]["outputs"] = [picture]
        hand_in(course, student, notebook)
    for name in HOSTILE:
        hand_in_hostile(course, name, port[0], "honest-0")
    hand_in(course, NO_NAME, answered(course))
    before = fingerprints(course)
    sentinel = Path.home() / f".sentinel-{secrets.token_hex(8)}"
    sentinel.write_text("untouched")
    try:
        limits = ("--cell-seconds", "8", "--memory", "300", "--jobs", "4")
        code, printed, progress = run_command(course, *limits)
        assert sentinel.read_text() == "untouched"
    finally:
        sentinel.unlink()
    assert code == 1, progress  # one folder is not graded
    with (course / "summary" / "T1.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    return SimpleNamespace(
        course=course, before=before, printed=printed, progress=progress, rows=rows
    )


def told(course, student="*"):
    """Return by file what comes from a submission and is not code: its outputs and its text."""
    found = {}
    for file in (course / "autograded").glob(f"{student}/T1/*.ipynb"):
        cells = json.loads(file.read_text())["cells"]
        outputs = [cell["outputs"] for cell in cells if cell["cell_type"] == "code"]
        texts = [cell["source"] for cell in cells if cell["cell_type"] == "markdown"]
        found[file.parents[1].name] = json.dumps([outputs, texts])
    return found


def test_everybody_in_a_class_of_60_gets_what_the_answers_are_worth(graded):
    assert len(HOSTILE) == 44 and len(graded.rows) == 61
    honest = dict.fromkeys([*STYLES, *(f"honest-{i}" for i in range(4))], 10)
    honest |= {kind: points for kind, (_, points) in HONEST.items()}
    for student, points in honest.items():
        assert float(graded.rows[student]["points"]) == points, (student, graded.rows[student])
    for student, (_, points, words) in HOSTILE.items():
        row = graded.rows[student]
        assert float(row["points"]) == points, (student, row)
        assert words in (row["what_happened"] or "nothing unusual"), (student, row)


def test_nothing_is_touched_and_nothing_secret_comes_out(graded, port):
    assert fingerprints(graded.course) == graded.before
    assert len(port[1]) == 1  # only the test itself
    found = told(graded.course)
    assert len(found) == 60
    for student, shown in found.items():
        assert "<script" not in shown and "<img" not in shown and "text/html" not in shown
        assert SECRET not in shown, student
    assert "Stands in the sandbox for" in found["reads-tests"]  # it did search, and found this
    assert 30 < int(re.search(r"MB written: (\d+)", found["fills-disk"])[1]) <= 64


def test_all_is_told(graded):
    # one line for each, in the order in which they finish
    lines = [line for line in graded.progress.splitlines() if line.startswith("[")]
    assert [line[1:6] for line in lines] == [f"{i:2}/60" for i in range(1, 61)]
    # what the teacher reads at the end names each of whom there is something to say
    for student, (_, _, words) in HOSTILE.items():
        assert (f"  {student}: " in graded.printed) == (words != "nothing unusual")
    text = (graded.course / "summary" / "T1.md").read_text()
    assert "| Ben ? ?1+1 | not graded | no name of a student: not graded |" in text


def test_plain_autograde_gives_honest_submissions_the_same_marks(graded):
    students = ["another-style", "changes-x", "first-lines", "types"]

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
    assert marks() == safe and sum(score for score, *_ in safe.values()) == 37


def test_feedback_names_the_slip(graded):
    done = api_of(graded.course).generate_feedback("T1", "sum-for-mean")
    assert done["success"], done["log"]
    page = graded.course / "feedback" / "sum-for-mean" / "T1" / "task.html"
    assert "AssertionError: the mean, not the sum" in page.read_text()


def test_the_use_of_numpys_global_generator_is_seen_from_outside():
    session = Session(Limits())
    try:
        session.run(
            "import numpy as np\ndef own(rng):\n    return rng.normal()\n"
            "def other(rng):\n    np.random.seed(rng.integers(9))\n    return np.random.normal()"
        )
        for name, used in (("own", False), ("other", True)):
            session.start_clock()
            function = session.get(name)
            with GlobalState() as state:
                function(np.random.default_rng(0))
            assert state.used == used
    finally:
        session.end()


def test_nothing_is_left_running(course):
    mark = 32 * MB + secrets.randbelow(10**6)  # is on the command line of every sandbox
    hand_in(course, "honest", answered(course, draw="sum(range(10**15))"))
    seen, done = [], threading.Event()

    def look():
        while not done.wait(0.1):
            seen.extend(commands())

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        limits = Limits(cell_seconds=1, disk=mark)
        grade_class(course, "T1", limits, jobs=1, stream=io.StringIO())
    finally:
        done.set()
        watcher.join()
    assert any(str(mark) in line for line in seen)  # it was there
    assert not any(str(mark) in line for line in commands())


def commands():
    """Return the command lines of all processes."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # it has ended since
            pass
    return lines


def test_it_refuses_in_a_sentence(tmp_path, course, capsys):
    import grade as command

    def refused(*options):
        assert command.main([str(option) for option in options]) == 2
        return capsys.readouterr().err

    assert "no nbgrader course" in refused("T1", "--course", tmp_path)
    assert "knows no T9" in refused("T9", "--course", course)
    assert "Nobody has handed in T1" in refused("T1", "--course", course)
    hand_in(course, "kim", answered(course))
    typo = refused("T1", "--course", course, "--students", "kim", "mia")
    assert "No submission of T1 under this name: mia." in typo
    with pytest.raises(SystemExit):
        command.main(["T1", "--jobs", "0"])
    assert "--jobs must be positive" in capsys.readouterr().err
