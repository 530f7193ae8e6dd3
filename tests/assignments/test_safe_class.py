"""Safe grading of whole classes: nobody gains, nobody loses, nothing is touched, all is told."""

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

import numpy as np
import pytest
from grading.classroom import grade_class
from grading.limits import MB, Limits
from grading.sandbox import NoSandbox, probe
from grading.session import Session
from safe_class import (
    HONEST,
    HOSTILE,
    ROOT,
    SECRET,
    STYLES,
    THE_17,
    answered,
    hand_in,
    hand_in_hostile,
    make_course,
)

from initcourse.exercises.run_answer import GlobalState

#: nbgrader's use of SQLAlchemy; nothing of ours is silenced.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


@pytest.fixture(scope="session", autouse=True)
def bubblewrap():
    """A sandbox can be made; otherwise the tests are skipped, but under CI they fail."""
    try:
        probe(Limits(), [])
    except NoSandbox as problem:
        pytest.fail(str(problem)) if os.environ.get("CI") else pytest.skip(str(problem))


@pytest.fixture(scope="module")
def empty_course(tmp_path_factory):
    """The small course without a submission; tests copy it."""
    folder = tmp_path_factory.mktemp("course") / "empty"
    make_course(folder)
    return folder


@pytest.fixture
def course(empty_course, tmp_path):
    """A copy of the course."""
    return shutil.copytree(empty_course, tmp_path / "course")


def read_summary(course):
    """Return the rows of the summary by student."""
    with (course / "summary" / "T1.csv").open(newline="", encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def run_command(course, *options):
    """Run the command; return what it prints to stdout and stderr."""
    done = subprocess.run(
        [sys.executable, ROOT / "assignments" / "grade.py", "T1", "--course", course, *options],
        capture_output=True,
        text=True,
        timeout=900,
        cwd=course,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TEACHERS_TOKEN": SECRET},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def fingerprints(folder):
    """Return what a file below a folder holds, by its path."""
    made = {"gradebook.db", "autograded", "summary", ".nbgrader.log"}
    files = [p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()]
    parts = {p: p.relative_to(folder).parts[0] for p in files}
    return {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in files if parts[p] not in made}


@pytest.fixture(scope="module")
def port():
    """A port of this machine on which somebody listens; who connects is in `port.heard`."""
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


def check_hostile(names, course, rows, before, port):
    """What must hold for every hostile submission."""
    for name in names:
        _, points, words = HOSTILE[name]
        row = rows[name]
        assert float(row["points"]) == points, (name, row)
        assert words in (row["what_happened"] or "nothing unusual"), (name, row)
    assert fingerprints(course) == before
    assert len(port[1]) == 1  # only the test itself
    for file in (course / "autograded").rglob("*.ipynb"):
        shown = told(file)
        assert "<script" not in shown and "<img" not in shown and "text/html" not in shown
        assert SECRET not in shown, file


def told(file):
    """Return what comes from a submission and is not code: its outputs and its text."""
    cells = json.loads(file.read_text())["cells"]
    outputs = [cell["outputs"] for cell in cells if cell["cell_type"] == "code"]
    return json.dumps([outputs, [c["source"] for c in cells if c["cell_type"] == "markdown"]])


def test_a_class_of_60_of_whom_17_are_hostile(course, port):
    assert len(THE_17) == 17
    # 43 honest ones: the endless loop once, for the time it takes
    kinds = [kind for kind in HONEST if kind != "endless-in-one"]
    honest = {f"honest-{i:02}": kinds[i % len(kinds)] for i in range(42)}
    honest["honest-42"] = "endless-in-one"
    for student, kind in honest.items():
        hand_in(course, student, answered(course, **HONEST[kind][0]))
    for name in THE_17:
        hand_in_hostile(course, name, port[0], "honest-00")
    before = fingerprints(course)
    sentinel = Path.home() / f".sentinel-{secrets.token_hex(8)}"
    sentinel.write_text("untouched")
    try:
        printed, progress = run_command(
            course, "--cell-seconds", "8", "--memory", "300", "--jobs", "2"
        )
        assert sentinel.read_text() == "untouched"
    finally:
        sentinel.unlink()
    rows = read_summary(course)
    assert rows.keys() == {*honest, *THE_17}
    check_hostile(THE_17, course, rows, before, port)
    found = told(course / "autograded" / "reads-tests" / "T1" / "task.ipynb")
    assert "Stands in the sandbox for" in found  # it did search, and found this
    written = told(course / "autograded" / "fills-disk" / "T1" / "task.ipynb")
    assert 30 < int(re.search(r"MB written: (\d+)", written)[1]) <= 64
    for student, kind in honest.items():
        assert float(rows[student]["points"]) == HONEST[kind][1], (student, kind, rows[student])
    # one line for each, in the order in which they finish
    lines = [line for line in progress.splitlines() if line.startswith("[")]
    assert [line[1:6] for line in lines] == [f"{i:2}/60" for i in range(1, 61)]
    # what the teacher reads at the end names each of the 17
    assert all(f"  {name}: " in printed for name in THE_17)

    # alone, each kind gets the same points
    shutil.rmtree(course / "submitted")
    for kind in HONEST:
        hand_in(course, f"alone-{kind}", answered(course, **HONEST[kind][0]))
    alone = {}
    for kind in HONEST:
        limits = Limits(cell_seconds=8, memory=300 * MB)
        ((row,), _) = grade_class(course, "T1", limits, [f"alone-{kind}"], 1, io.StringIO())
        alone[kind] = row.points
    assert alone == {kind: points for kind, (_, points) in HONEST.items()}
    assert all(float(rows[student]["points"]) == alone[kind] for student, kind in honest.items())


def test_more_hostile_submissions(course, port):
    more = [name for name in HOSTILE if name not in THE_17]
    hand_in(course, "honest-00", answered(course))
    for name in more:
        hand_in_hostile(course, name, port[0], "honest-00")
    before = fingerprints(course)
    run_command(course, "--cell-seconds", "2", "--memory", "300", "--jobs", "2")
    rows = read_summary(course)
    assert rows.keys() == {"honest-00", *more}
    check_hostile(more, course, rows, before, port)
    assert float(rows["honest-00"]["points"]) == 10


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
    limits = Limits(cell_seconds=1, disk=mark)
    running = commands_while_grading(course, limits)
    assert any(str(mark) in line for line in running)  # it was there
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


def commands_while_grading(course, limits):
    """Grade the class; return the command lines of all processes while it is graded."""
    seen, done = [], threading.Event()

    def look():
        while not done.wait(0.1):
            seen.extend(commands())

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        grade_class(course, "T1", limits, jobs=1, stream=io.StringIO())
    finally:
        done.set()
        watcher.join()
    return seen


def test_plain_autograde_gives_honest_submissions_the_same_marks(course):
    from nbgrader.api import Gradebook
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import PyFileConfigLoader

    kinds = [kind for kind in HONEST if kind != "endless-in-one"]
    for kind in kinds:
        hand_in(course, kind, answered(course, **HONEST[kind][0]))
    for kind, answers in STYLES.items():
        notebook = answered(course, **answers)
        if kind == "pictures":
            data = {"image/png": "iVBORw0KGgpm" * 2**19}
            picture = {"output_type": "display_data", "data": data, "metadata": {}}
            notebook["cells"][1]["outputs"] = [picture]
        hand_in(course, kind, notebook)
    config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    done = NbGraderAPI(config=config).autograde("T1", "*")
    assert done["success"], done["log"]

    def marks():
        with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "small") as book:
            return {
                student: (entry.score, entry.needs_manual_grade, [g.auto_score for g in grades])
                for student in [*kinds, *STYLES]
                for entry in [book.find_submission("T1", student)]
                for grades in [sorted(entry.notebooks[0].grades, key=lambda grade: grade.name)]
            }

    plain = marks()
    assert {student: mark[0] for student, mark in plain.items()} == {
        **{kind: HONEST[kind][1] for kind in kinds},
        **dict.fromkeys(STYLES, 10),
    }
    rows, _ = grade_class(course, "T1", Limits(), stream=io.StringIO())
    assert len(rows) == len(plain) and marks() == plain


def test_marks_given_by_hand_survive_and_feedback_names_the_slip(course):
    from nbgrader.api import Gradebook
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import PyFileConfigLoader

    hand_in(course, "kim", answered(course, strength="def strength(x):\n    return sum(x**2)"))
    ((row,), _) = grade_class(course, "T1", Limits(), stream=io.StringIO())
    assert row.points == 5 and row.waiting
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "small") as book:
        grade = book.find_grade("why", "task", "T1", "kim")
        grade.manual_score, grade.needs_manual_grade = 2, False
        book.db.commit()
    ((row,), _) = grade_class(course, "T1", Limits(), stream=io.StringIO())
    assert row.points == 7
    config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    done = NbGraderAPI(config=config).generate_feedback("T1", "kim")
    assert done["success"], done["log"]
    page = (course / "feedback" / "kim" / "T1" / "task.html").read_text()
    assert "AssertionError: the mean, not the sum" in page


def test_it_refuses_in_a_sentence(tmp_path, course, capsys):
    import grade as command

    def refused(*options):
        assert command.main([str(option) for option in options]) == 2
        return capsys.readouterr().err

    assert "no nbgrader course" in refused("T1", "--course", tmp_path)
    assert "knows no T9" in refused("T9", "--course", course)
    assert "Nobody has handed in T1" in refused("T1", "--course", course)
    hand_in(course, "kim", answered(course))
    hand_in(course, "Ben | =1+1", answered(course))
    rows, paths = grade_class(course, "T1", Limits(), stream=io.StringIO())
    assert {row.student: row.points for row in rows} == {"kim": 10, "Ben ? ?1+1": None}
    assert "| Ben ? ?1+1 | not graded | no name of a student: not graded |" in paths[1].read_text()
    typo = refused("T1", "--course", course, "--students", "kim", "mia")
    assert "No submission of T1 under this name: mia." in typo
    with pytest.raises(SystemExit):
        command.main(["T1", "--jobs", "0"])
    assert "--jobs must be positive" in capsys.readouterr().err
