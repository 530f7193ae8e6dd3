"""Screening, the sandbox's arguments, the filter of system calls, the summary's progress."""

import base64
import errno
import io
import json
import os
import re
import stat
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest

from safe_grading import cgroup, sandbox
from safe_grading.book import open_course
from safe_grading.course import Course
from safe_grading.limits import Limits
from safe_grading.look import another_name, worth_a_look
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
    given = [
        {"output_type": "display_data", "data": {"text/html": "<b>", "image/png": "<script>"}},
        {"output_type": "display_data", "data": {"text/plain": "t", "image/png": png(3, 2)}},
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


def png(width, height, *chunks):
    """Return a PNG of zeros with further chunks in it."""
    rows = (b"\0" * (1 + (width + 7) // 8)) * height
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)), *chunks]
    parts += [(b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    made = [
        struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in parts
    ]
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(made)).decode()


def shown_picture(shown, picture):
    output = {"output_type": "display_data", "data": {"image/png": picture}}
    return shown.outputs([output])[0]["data"].get("image/png")


def test_a_small_file_is_no_large_picture():
    small, bomb = png(300, 200), png(20_000, 10_000)
    assert len(bomb) < 100_000  # and 800 MB in a browser
    shown = Shown(text=50, pictures=10**6)
    assert shown_picture(shown, bomb) is None
    assert [shown_picture(shown, small) for _ in range(800)] == [small] * 800
    many = [shown_picture(Shown(50, 10**6, pixels=150_000), it) for it in (small, png(400, 400))]
    assert many == [small, None]
    shown = Shown(50, 10**6, pixels=100_000)
    assert [shown_picture(shown, it) for it in (small, small)] == [small, None]
    more = [(b"acTL", bytes(8)), (b"zTXt", b"a\0\0" + zlib.compress(bytes(10**6))), (b"iCCP", b"")]
    assert shown_picture(Shown(50, 10**6), png(300, 200, *more)) == small
    broken = base64.b64encode(base64.b64decode(small)[:20]).decode()
    twice = png(3, 2, (b"IHDR", struct.pack(">IIBBBBB", 10**5, 10**5, 1, 0, 0, 0, 0)))
    assert shown_picture(Shown(50, 10**6), broken) is None
    assert shown_picture(Shown(50, 10**6), twice) == png(3, 2)


def test_outputs_are_few_and_without_colours():
    shown = Shown(text=10**6, pictures=0)
    empty = [{"output_type": "stream", "name": "stdout", "text": ""}] * 500
    assert sum(len(shown.outputs(empty)) for _ in range(500)) == 2000
    text = "\x1b[31mred\x1b[0m \x1b[38;5;1mand\x1b \x1b[\n\x9b1m"
    (output,) = Shown(10**6, 0).outputs([empty[0] | {"text": text}])
    assert output["text"] == "red and [\n\x9b1m"


def test_unusual_code_is_told_and_usual_code_is_not():
    usual = (
        "import numpy as np\nfrom matplotlib import pyplot as plt\nfig = plt.figure()\nfig.x = 1"
    )
    assert worth_a_look([usual, "%timeit 1", "def f(:"]) == []
    odd = "import os.path as p, numpy as n\nn.mean = 1\ndel n.a.b\nsetattr(np, 'x', 1)\nopen('f')"
    assert worth_a_look([odd]) == ["look: imports os; calls open; changes n.a.b, n.mean, np"]
    began = time.process_time()
    assert worth_a_look(["x[" + "1," * 50_000 + "]" + "()" * 80]) == []
    assert time.process_time() - began < 5  # 80 times as long if every call were written out


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        (['student = "kim"', 'student = " Lee"'], []),
        (
            ['student = "lee"', "def f(:", 'student = "kim\u202e<b>"'],
            ["look: student is 'kim??b?' in it"],
        ),
        (["student = ...", "student = name", "name = 'kim'", "student = ''"], []),
    ],
)
def test_another_name_typed_is_told(sources, words):
    assert another_name(sources, "student", "lee") == words


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


MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def answer(machine, number, *arguments, architecture=None):
    """Return what the filter answers to a call, by running its instructions."""
    architecture = architecture or MACHINES[machine]
    data = struct.pack("=iIQ6Q", number, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    lines = list(struct.iter_unpack("=HBBI", make_filter(machine)))
    loaded = at = 0
    while True:
        code, yes, no, value = lines[at]
        if code == 0x06:
            return {0x7FFF0000: "allowed", 0x80000000: "killed"}.get(value, value & 0xFFFF)
        if code == 0x20:
            (loaded,) = struct.unpack_from("=I", data, value)
            yes = no = 0
        at += 1 + (
            yes if {0x15: loaded == value, 0x35: loaded >= value}.get(code, loaded & value) else no
        )


def test_the_filter_allows_what_computing_needs_and_nothing_else():
    calls = [  # number on x86-64, on 64-bit ARM, arguments, answer
        *[(n, m, (), "allowed") for n, m in ((0, 63), (257, 56), (202, 98), (334, 293), (59, 221))],
        *[(n, m, (), errno.EPERM) for n, m in ((319, 279), (101, 117), (41, 198), (29, 194))],
        *[(n, n, (), errno.ENOSYS) for n in (425, 434, 435, 437, 438, 447, 700)],
        *[(53, 199, (family,), errno.EPERM) for family in (2, 16, 40)],
        *[(72, 25, (3, command), errno.EPERM) for command in (6, 37, 1031, 1033)],
        *[(16, 29, (0, request), errno.EPERM) for request in (0x5412, 0x80045430)],
        *[(157, 167, (option,), errno.EPERM) for option in (4, 22, 38)],
        *[(9, 222, (0, 9, 3, flags), errno.EPERM) for flags in (0x21, 0x03, 2**32 + 1)],
        *[(56, 220, (flags,), errno.EPERM) for flags in (17, 0x4111, 0x10000000)],
        (53, 199, (1,), "allowed"),
        (72, 25, (3, 1030), "allowed"),
        (16, 29, (0, 0x5401), "allowed"),
        (9, 222, (0, 9, 3, 0x22), "allowed"),
        (56, 220, (0x3D0F00,), "allowed"),
        (0x40000000, 0x40000000, (), "killed"),
    ]
    for *numbers, arguments, wanted in calls:
        for machine, number in zip(MACHINES, numbers, strict=True):
            assert answer(machine, number, *arguments) == wanted, (machine, number, arguments)
    assert answer("aarch64", 1, architecture=0x40000028) == "killed"
    assert answer("aarch64", 2) == errno.EPERM  # open, on the other machine
    assert make_filter("riscv64") is None


BUSCTL = """#!/bin/sh
echo "$@" > {place}/called
[ -e {place}/refuses ] && echo "No user bus" >&2 && exit 1
mkdir -p {place}/cg/made/"$9" {place}/proc/"${{15}}"
echo "0::/made/$9" > {place}/proc/"${{15}}"/cgroup
echo {most} > {place}/cg/made/"$9"/memory.max
"""


def test_a_cgroup_is_used_where_there_is_one_and_missed_aloud(monkeypatch, tmp_path):
    monkeypatch.setattr(cgroup, "_PROC", tmp_path / "proc")
    monkeypatch.setattr(cgroup, "_CGROUPS", tmp_path / "cg")
    monkeypatch.setattr(cgroup, "_PATIENCE", 2)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    program = tmp_path / "busctl"

    def asked(most):
        program.write_text(BUSCTL.format(place=tmp_path, most=most))
        program.chmod(0o700)
        return cgroup.why_none(Limits(memory=2**20))

    assert asked(2**20) is None
    called = (tmp_path / "called").read_text()
    assert re.search(
        r"StartTransientUnit .* PIDs au 1 \d+ MemoryMax t \d+ MemorySwapMax t 0", called
    )
    monkeypatch.setattr(cgroup, "_PATIENCE", 0.2)
    assert asked("max") == "systemd's cgroup does not limit memory"
    (tmp_path / "refuses").touch()
    assert asked(2**20) == "No user bus"
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(FileNotFoundError):
        subprocess.run(["busctl"])
    assert cgroup.enclose(1, Limits()) == "no systemd answers"


def test_the_marking_process_and_its_sandbox_are_what_the_cgroup_is_around(tmp_path):
    program = tmp_path / "busctl"
    program.write_text(f"#!/bin/sh\necho $PPID $@ > {tmp_path}/called\nexit 1\n")
    program.chmod(0o700)
    script = "from safe_grading.submission import *; from safe_grading.limits import Limits\n"
    script += "from safe_grading.course import Course\nprint(os.getpid())\n"
    script += f"grade_submission('', {{}}, Limits(), Course(), {str(tmp_path / 'result')!r})"
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=os.environ | {"PATH": path},
    )
    called = (tmp_path / "called").read_text().split()
    assert called[0] == done.stdout.strip() and f"safe-grade-{called[0]}.scope" in called


def test_the_marking_process_has_a_limit_of_its_own(tmp_path):
    script = f"""
from safe_grading.submission import *
from safe_grading.limits import Limits
from safe_grading.course import Course
grade_submission("", {{}}, Limits(marking=2**26), Course(), {str(tmp_path / "result")!r})
bytearray(2**25)
bytearray(2**27)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "line 7" in done.stderr and done.stderr.endswith("MemoryError\n"), done.stderr
