"""Progress that stays: a restart, a new day, two notebooks at once, damaged files, a class."""

import csv
import io
import json
import os
import subprocess
import sys
from datetime import datetime

import nbformat
import progress_table
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

import initcourse as ic
from answer_checks import check as engine
from answer_checks import record
from initcourse.exercises.lessons import LESSONS


class Clock(datetime):
    """A clock that stands still."""

    today = "2026-01-31"

    @classmethod
    def now(cls, tz=None):
        return cls.fromisoformat(f"{cls.today}T09:30:00")


@pytest.fixture
def new_kernel(monkeypatch):
    """A function that forgets what a kernel forgets when it is started again."""

    def forget():
        engine.LAST_VERDICTS.clear()
        record._kept.clear()

    forget()
    yield forget
    forget()


@pytest.fixture
def file(tmp_path, monkeypatch, new_kernel):
    path = tmp_path / "progress.jsonl"
    monkeypatch.setenv("ANSWER_CHECKS_RECORD", str(path))
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.setattr(record, "datetime", Clock)
    monkeypatch.setattr(Clock, "today", "2026-01-31")
    return path


def shown(lesson):
    return repr(ic.exercises.progress(lesson)).splitlines()


def question():
    return ic.exercises.Question("How <b>many</b>?", {"one": "No.", "two": "Yes."}, right="two")


def predict():
    prediction = ic.exercises.Prediction(
        "2 + 2?", lambda: 4, scale=(0, 10), reply=lambda guess, outcome: f"{guess}, not {outcome}."
    )
    prediction.reveal()


def test_what_was_said_outlives_the_kernel_and_the_day(file, new_kernel):
    ic.exercises.weight_std.check(lambda n: 1 / n)
    ic.exercises.strengths.check(lambda hs: [(h**2).mean() for h in hs])
    assert shown("02")[1:] == [
        "not answered   strength_of_sum", "right          strengths", "not yet right  weight_std",
    ]  # fmt: skip
    new_kernel()
    Clock.today = "2026-02-01"
    ic.exercises.weight_std.check(...)  # a fresh copy of the notebook was run
    earlier = ["right          strengths (2026-01-31)", "not yet right  weight_std (2026-01-31)"]
    assert (
        shown("02")[2:] == earlier and "(2026-01-31)" in ic.exercises.progress("02")._repr_html_()
    )
    ic.exercises.weight_std.check(lambda n: n**-0.5)
    assert shown("02")[2:] == [earlier[0], "right          weight_std"]
    new_kernel()
    assert shown("02")[2:] == [earlier[0], "right          weight_std (2026-02-01)"]
    file.unlink()  # begins anew
    assert shown("02")[0] == "0 of 3 exercises right."


def test_the_whole_course_in_one_table(file, new_kernel, monkeypatch):
    ic.exercises.weight_std.check(lambda n: n**-0.5)
    asked = question()
    asked.choice.value = "one"
    predict()
    monkeypatch.setenv("JPY_SESSION_NAME", "notebooks/04_he.ipynb")
    question().choice.value = "two"
    new_kernel()
    course = ic.exercises.progress()
    assert list(course) == list(LESSONS)
    assert course["02"] == (1, 3, 0, 0, 1, "2026-01-31")  # the question was asked again in 04
    assert course["04"] == (0, 3, 1, 1, 0, "2026-01-31") and course["03"][2:] == (0, 0, 0, "")
    head, *rows = repr(course).splitlines()
    assert head.split()[0] == "lesson" and len(rows) == len(LESSONS)
    assert rows[4].split() == "04 0 of 3 1 of 1 0 2026-01-31".split()
    assert course._repr_html_().count("<tr>") == len(LESSONS) + 1
    said = [(e.kind, e.right, e.answer, e.said) for e in record.read(file)[0][1:]]
    assert said == [
        ("question", False, "one", "No."), ("prediction", None, "5.0", "5.0, not 4."),
        ("question", True, "two", "Yes."),
    ]  # fmt: skip


def test_what_is_checked_again_adds_a_line_a_day(file):
    for day in ("2026-01-31", "2026-02-01"):
        Clock.today = day
        for answer in (7, 7, 0.5**10, 0.5**10, ..., None):
            ic.exercises.share_left.check(answer)
    assert [event.right for event in record.read(file)[0]] == [False, True] * 2
    file.unlink()
    ic.exercises.share_left.check(0.5**10)
    assert len(record.read(file)[0]) == 1


DAMAGED = (
    b'{"kind": "exercise", "name": "share_left", "lesson": "00", "right": 3, "said": "", '
    b'"answer": "", "when": ""}', b"\xff\xfe\x00", b"[" * 100_000, b"null", b"7", b"{}",
    b'{"kind": "exercise"}', b"<<<<<<< HEAD", b'{"a": NaN}',
    b'{"kind": "exercise", "name": "share_left", "lesson": 0, "right": true, "said": [], '
    b'"answer": "", "when": ""}',
)  # fmt: skip


def line(name="share_left", right=True, kind="exercise", **other):
    event = {"kind": kind, "name": name, "lesson": "00", "right": right, "said": "", "answer": ""}
    return json.dumps({**event, "when": "2026-01-30T10:00:00", **other}).encode()


def test_a_damaged_line_costs_itself_alone(file):
    unknown = line("an_exercise_of_next_year"), line("x", None, "question"), line(kind="poem")
    good = line("weight_std", lesson="02")
    file.write_bytes(b"\n".join([*DAMAGED, good, b"", *unknown, good[:40]]))
    assert shown("02")[-1] == "right          weight_std (2026-01-30)"
    assert shown("00")[0] == "0 of 1 exercise right." and ic.exercises.progress()["02"][0] == 1
    ic.exercises.share_left.check(0.5**10)
    events, broken = record.read(file)
    names = ["weight_std", "an_exercise_of_next_year", "x", "share_left", "share_left"]
    assert [event.name for event in events] == names and broken == len(DAMAGED) + 1


def test_where_nothing_can_be_kept_the_lesson_goes_on(tmp_path, monkeypatch, new_kernel, capsys):
    monkeypatch.setattr(record, "LARGEST", 1000)
    full = tmp_path / "full"
    full.write_bytes(line() * 20)
    for place in (tmp_path, tmp_path / "no folder" / "file", full, full / "file", "off"):
        monkeypatch.setenv("ANSWER_CHECKS_RECORD", str(place))
        before = sorted(tmp_path.iterdir()), full.read_bytes()
        assert ic.exercises.share_left.check(0.5**10).right is True
        question().choice.value = "one"
        predict()
        ic.exercises.weight_std.check(lambda n: 1 / 0)  # it quotes what a learner's code says
        assert ic.exercises.progress("00").right == 1 and len(ic.exercises.progress()) > 10
        assert (sorted(tmp_path.iterdir()), full.read_bytes()) == before
    assert capsys.readouterr() == ("", "")


def test_a_text_that_no_file_can_hold_is_kept_all_the_same(file):
    def weight_std(n):
        raise ValueError("\ud800 half a letter\n" * 99)

    ic.exercises.weight_std.check(weight_std)
    (event,), broken = record.read(file)
    assert "half a letter" in event.said and broken == 0


def test_two_notebooks_at_once_lose_nothing(file):
    code = (
        "import sys; from answer_checks import record\n"
        "for i in range(100): record.keep('question', f'{sys.argv[1]} {i}', True, 'Yes.')"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, name]) for name in "ab"]
    assert [process.wait(600) for process in both] == [0, 0]
    events, broken = record.read(file)
    assert {event.name for event in events} == {f"{name} {i}" for name in "ab" for i in range(100)}
    assert (len(events), broken) == (200, 0)


CHECK = "import initcourse as ic\nic.exercises.share_left.check(1 / 1024)"


def typed(code, folder):
    """Run code in a new kernel, as a front end with somebody before it; return what it shows."""
    environment = {k: v for k, v in os.environ.items() if k != "ANSWER_CHECKS_RECORD"}
    manager, client = start_new_kernel(startup_timeout=600, cwd=str(folder), env=environment)
    said = []
    try:
        reply = client.execute_interactive(
            code, allow_stdin=True, timeout=600, output_hook=lambda message: said.append(message)
        )
        assert reply["content"]["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    results = [m["content"]["data"] for m in said if m["msg_type"] == "execute_result"]
    return results[-1]["text/plain"]


def test_a_file_is_kept_beside_a_notebook_that_somebody_runs_and_no_program(tmp_path, monkeypatch):
    monkeypatch.delenv("ANSWER_CHECKS_RECORD")
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CHECK)])
    NotebookClient(
        nb, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    assert "Right." in str(nb.cells[0].outputs) and list(tmp_path.iterdir()) == []
    assert typed(CHECK, tmp_path).startswith("Right.")
    assert [path.name for path in tmp_path.iterdir()] == ["progress.jsonl"]
    later = typed('import initcourse as ic\nic.exercises.progress("00")', tmp_path)
    assert later.splitlines()[1].startswith("right          share_left (20")


# --- a class -----------------------------------------------------------------------------------


def class_of(folder):
    """Thirty learners' files; the third is damaged, the fifth empty."""
    for i in range(30):
        rows = [line("weight_std", False, lesson="02", said="The variance.")] * (i % 2)
        rows += [line("weight_std", i % 3 > 0, lesson="02", said="" if i % 3 else "=cmd()")]
        xavier, reply = ("Yes, always.", "Their rule …") if i < 12 else ("No.", "Right.")
        asked = next(row.asked for row in progress_table.misconceptions() if row.number == "3")
        rows += [line(asked, i >= 12, "question", lesson="03", answer=xavier, said=reply)]
        if i < 4:
            rows += [line(asked, True, "question", lesson="03", answer="No.", said="Right.")]
        if i == 2:
            rows.insert(1, b"{cut off")
        path = folder / f"{i}.jsonl" if i % 2 else folder / str(i) / "progress.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"" if i == 4 else b"\n".join(rows))


def test_thirty_files_make_one_table(tmp_path):
    class_of(tmp_path)
    command = [sys.executable, progress_table.__file__, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, timeout=600, check=True)
    told = done.stderr.decode().splitlines()
    assert [row.split(": ")[1] for row in told] == [
        "3 answers, 1 damaged lines",
        "0 answers, 0 damaged lines",
    ]
    rows = list(csv.reader(io.StringIO(done.stdout.decode("utf-8-sig"))))
    assert rows[0] == list(progress_table.HEAD) and {len(row) for row in rows} == {9}
    exercises = sum(map(len, LESSONS.values()))
    assert len(rows) == 1 + exercises + len(progress_table.misconceptions())
    found = {(row[0], row[2]): row[4:] for row in rows if row[4:8] != ["0"] * 4}
    wrong = [i for i in range(30) if i % 3 == 0]
    once = [i for i in range(30) if i % 3 == 0 or i % 2]
    assert found["exercise", "weight_std"] == [
        "29", str(29 - len(wrong)), str(len(wrong)), str(len(set(once) - {4})), "The variance.",
    ]  # fmt: skip
    # eleven of twelve held it (the fifth file is empty), four answered again
    assert found["misconception", "3 Xavier *is* 1/n"] == ["29", "22", "7", "11", "Their rule …"]


def test_cells_are_no_formulas_and_an_empty_folder_is_told(tmp_path, capsys):
    for risky in ("=1", "+1", "-1", "@x", " =1", "\t=1", "\r@x"):
        assert progress_table.defused(risky) == f"'{risky}"
    assert progress_table.defused(3) == 3 and progress_table.defused("−1") == "−1"
    assert progress_table.main([str(tmp_path)]) == 1 and "no file" in capsys.readouterr().err
