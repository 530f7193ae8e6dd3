"""Screening, the sandbox's arguments, the filter of system calls, the summary's progress."""

import io
import json
import os
import re
import stat
import struct
import time
from pathlib import Path

import pytest

from safe_grading import sandbox
from safe_grading.book import open_course
from safe_grading.course import Course
from safe_grading.limits import Limits
from safe_grading.look import worth_a_look
from safe_grading.repair import Original
from safe_grading.sandbox import NoSandbox
from safe_grading.screen import harmless, read_file, read_notebook, rebuild
from safe_grading.settings import read_settings
from safe_grading.shown import Shown
from safe_grading.summary import Progress, Row
from safe_grading.syscalls import make_filter


def deep(depth):
    return "[" * depth + "]" * depth


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a notebook"),
        (b"[]", "not a notebook"),
        (b'{"cells": 3, "nbformat": 4}', "not a notebook"),
        (b'{"worksheets": [], "nbformat": 3}', "not a notebook"),
        (deep(50_000).encode(), "not a notebook"),
        (b"x" * 2000, "too large (0 MB)"),
        (json.dumps({"nbformat": 4, "cells": [{}] * 30}).encode(), "too large (30 cells)"),
    ],
)
def test_a_file_that_is_no_notebook_is_named(tmp_path, content, words):
    path = tmp_path / "task.ipynb"
    path.write_bytes(content)
    size = 10**6 if b"[[[" in content else 1000
    assert read_notebook(path, Limits(notebook=size, cells=20)) == (None, [words])


def test_outputs_do_not_count_for_the_size_of_a_file(tmp_path):
    path = tmp_path / "task.ipynb"
    picture = {"output_type": "display_data", "data": {"image/png": "A" * 6 * 2**20}}
    cell = {"cell_type": "code", "source": "x = 1", "metadata": {}, "outputs": [picture]}
    path.write_text(json.dumps({"nbformat": 4, "cells": [cell]}))
    assert read_notebook(path, Limits()) == ([("code", "x = 1", None)], [])
    path.write_text(json.dumps({"nbformat": 4, "cells": [cell | {"source": "x" * 6 * 2**20}]}))
    assert read_notebook(path, Limits()) == (None, ["too large (text)"])


def test_nothing_is_read_through_a_linked_folder(tmp_path):
    (tmp_path / "kim" / "A1").mkdir(parents=True)
    (tmp_path / "kim" / "A1" / "submission_secret.txt").write_text("ab" * 32)
    (tmp_path / "eve").mkdir()
    (tmp_path / "eve" / "A1").symlink_to(tmp_path / "kim" / "A1")
    (tmp_path / "mia").symlink_to(tmp_path / "kim")
    assert read_file(tmp_path / "kim" / "A1" / "submission_secret.txt", 100)[1] is None
    for name in ("eve", "mia"):
        path = tmp_path / name / "A1" / "submission_secret.txt"
        assert read_file(path, 100) == (None, "a link or no file")


def test_a_folder_is_no_file(tmp_path):
    assert read_file(tmp_path, 100) == (None, "no ordinary file")
    assert read_notebook(tmp_path, Limits()) == (None, ["no ordinary file"])
    (tmp_path / "T1").touch()
    assert read_file(tmp_path / "T1" / "task.ipynb", 100) == (None, "a link or no file")


def test_texts_have_a_length():
    cells, words = rebuild([("markdown", "\\\\(" * 90_000, None)] * 4, Original([]))
    assert [len(cell["source"]) for cell in cells] == [40_000, 40_000, 20_000, 0]
    assert words == ["4 texts too long, the rest left out"]


def test_strange_cells_are_read_as_text(tmp_path):
    path = tmp_path / "task.ipynb"
    strange = [
        3,
        {"cell_type": [], "source": 3, "metadata": []},
        {"cell_type": "code", "source": ["a\n", 3, "\ud800"], "metadata": {"nbgrader": 3}},
    ]
    path.write_text(json.dumps({"nbformat": 4, "cells": strange}))
    assert read_notebook(path, Limits()) == ([("raw", "", None), ("code", "a\n?", None)], [])


def test_html_and_links_become_text_and_mathematics_stays():
    assert harmless("<script>x</script> $a<b$, 1 < 2 <!-- -->") == (
        "< script>x< /script> $a< b$, 1 < 2 < !-- -->"
    )
    links = "[a](javascript:x) ![b](http://x/y.png) [c][d]\n\n[d]: javascript:x\n\n"
    links += "&#36;\\h&#114;ef{javascript:x}{w}&#36; "
    links += "<javascript:x> $\\href{javascript:x}{y}$ $\\csname href\\endcsname{z}{y}$"
    from nbconvert.filters import markdown2html

    before, after = markdown2html(links), markdown2html(harmless(links))
    assert 'href="javascript' in before and "<img" in before and "\\href" in before
    # an address alone is still a link, and no script
    assert re.findall('href="[^"]*', after) == ['href="http://x/y.png']
    assert "<img" not in after and "\\href" not in after
    for unseen in "\0\x08\x7f\u200b\u202e":
        shown = harmless(f"$\\hr{unseen}ef{{javascript:x}}{{y}}$")
        assert "\\href" not in shown.replace(unseen, "")
    usual = "E[z²] = n·Var(w), $W_{ij} [1]$ and **so on**: `h @ W`, 2 > 1"
    assert harmless(usual) == usual


def test_only_text_and_pictures_are_shown():
    png = "iVBORw0KGgpmYWtl"
    given = [
        {"output_type": "display_data", "data": {"text/html": "<b>", "image/png": "<script>"}},
        {"output_type": "display_data", "data": {"text/plain": "t", "image/png": png}},
        {"output_type": "stream", "name": "stdout", "text": "long " * 100},
        {"output_type": "error", "ename": "<b>", "evalue": 3, "traceback": [3, "line"]},
        {"output_type": "update_display_data", "data": {}},
        "nonsense",
    ]
    kept = Shown(text=50, pictures=1000).outputs(given)
    assert [sorted(o.get("data", {})) for o in kept[:2]] == [
        ["text/plain"],
        ["image/png", "text/plain"],
    ]
    assert len(kept) == 4 and len(kept[2]["text"]) == 49 and kept[3]["ename"] == "b"
    assert Shown(1, 1).outputs({"a": 1}) == []


def test_unusual_code_is_told_and_usual_code_is_not():
    usual = (
        "import numpy as np\nfrom matplotlib import pyplot as plt\nfig = plt.figure()\nfig.x = 1"
    )
    assert worth_a_look([usual, "%timeit 1", "def f(:"]) == []
    odd = "import os.path as p, numpy as n\nn.mean = 1\ndel n.a.b\nsetattr(np, 'x', 1)\nopen('f')"
    assert worth_a_look([odd]) == ["look: imports os; calls open; changes n.a.b, n.mean, np"]
    began = time.monotonic()
    assert worth_a_look(["x[" + "1," * 50_000 + "]" + "()" * 80]) == []
    assert time.monotonic() - began < 5  # 80 times as long if every call were written out


def row(name, points=3.0):
    return Row(name, points, 4.0, False, (), 0.1)


def test_progress_is_a_line_for_each_student_where_nobody_watches():
    stream = io.StringIO()
    progress = Progress(2, stream)
    progress.tick(["ann", "bob"])
    progress.finished(row("ann"))
    progress.finished(row("bob", None))
    progress.close()
    assert stream.getvalue().splitlines() == [
        "[1/2] ann: 3/4, nothing unusual",
        "[2/2] bob: not graded, nothing unusual",
    ]


def test_progress_is_a_bar_in_a_terminal():
    stream = io.StringIO()
    stream.isatty = lambda: True
    progress = Progress(2, stream)
    progress.tick(["ann"])
    progress.finished(row("ann"))
    progress.tick(["bob"])
    progress.close()
    first, second = (line for line in stream.getvalue().split("\r") if "█" in line or "░" in line)
    assert "░" * 24 + " 0/2" in first and "ann" in first
    assert "█" * 12 + "░" * 12 + " 1/2" in second and "bob" in second


def test_without_bubblewrap_it_refuses(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoSandbox, match=r"apt-get install bubblewrap"):
        sandbox.probe(Limits(), Course())


def test_without_namespaces_it_refuses_and_says_what_bubblewrap_says(monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create namespace' >&2\nexit 1\n")
    broken.chmod(broken.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(NoSandbox, match=r"cannot make a sandbox: bwrap: No permissions"):
        sandbox.probe(Limits(), Course())


def test_what_must_stay_private_is_never_bound():
    folder = sandbox.python_folders()[0]
    with pytest.raises(NoSandbox, match="lies in it"):
        sandbox.bindings(Course(private=(str(folder / "course"),)))
    shown = [Path(word) for word in sandbox.bindings(Course()) if word.startswith("/")]
    for place in ("/usr/local/share/nbgrader/exchange", "/usr/src/clone", "/usr/share/clone"):
        assert not any(Path(place).is_relative_to(folder) for folder in shown)


def test_what_a_course_shows_and_what_it_hides(course, tmp_path, monkeypatch):
    answers = tmp_path / "packages" / "taught" / "answers.py"
    compiled = answers.parent / "__pycache__" / "answers.cpython-311.pyc"
    compiled.parent.mkdir(parents=True)
    for file in (answers, compiled, answers.with_name("__init__.py")):
        file.touch()
    monkeypatch.syspath_prepend(tmp_path / "packages")
    config = open_course(course)
    config.SafeGrading.packages = ["taught"]
    config.SafeGrading.hidden = ["taught/answers.py", "answers.py"]
    settings = read_settings(config, "T1")
    exchange = "/usr/local/share/nbgrader/exchange"
    assert settings.private == (str(course), exchange, str(tmp_path / "packages"))
    seen = sandbox.command(Limits(), settings, ["true"])
    bound = dict(zip(seen[2:], seen[1:], strict=False))  # by where it is seen
    assert bound[str(answers.parent)] == str(answers.parent)
    hidden = [str(answers), str(compiled), "/student/answers.py"]
    assert [Path(bound[place]).name for place in hidden] == ["hidden.py"] * 3
    assert "--bind" not in seen and not any(word.endswith(".ipynb") for word in seen)


def test_the_filter_is_written_for_two_machines():
    for machine, number_of_ptrace in (("x86_64", 101), ("aarch64", 117)):
        rules = make_filter(machine)
        lines = list(struct.iter_unpack("=HBBI", rules))
        assert (0x15, 0, 1, number_of_ptrace) in lines
        # every jump lands inside
        jumps = [(i, max(yes, no)) for i, (code, yes, no, _) in enumerate(lines) if code & 7 == 5]
        assert all(i + 1 + farthest < len(lines) for i, farthest in jumps)
    assert make_filter("riscv64") is None
