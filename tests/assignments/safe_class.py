"""A small nbgrader course and the submissions of a class, honest and hostile."""

import json
import os
from pathlib import Path

import nbformat
from grading import wire
from grading.book import open_course
from nbgrader.apps import NbGraderAPI

ROOT = Path(__file__).resolve().parents[2]

SECRET = "three-blind-mice"
CONFIG = """
import os
import sysconfig

os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
c = get_config()
c.CourseDirectory.course_id = "small"
c.CourseDirectory.root = os.path.dirname(os.path.abspath(__file__))
"""
#: The cells: name, kind and points, then the text. With the 3 points given by hand they are 13.
SOURCE = f"""\
## given given
import numpy as np

factor = 3
## strength solution
def strength(x):
    ### BEGIN SOLUTION
    return np.mean(x**2)
    ### END SOLUTION
## test-strength test 2
assert np.isclose(strength(np.array([1.0, 2.0])), 2.5), 'mean'
## test-strength-hidden test 3
### BEGIN HIDDEN TESTS
# {SECRET}
x = np.arange(4.0)
assert np.isclose(strength(x), 3.5), 'the mean, not the sum'
assert (x == np.arange(4.0)).all(), 'x is changed'
### END HIDDEN TESTS
## draw solution
def draw(n, rng):
    ### BEGIN SOLUTION
    return factor * rng.standard_normal(n)
    ### END SOLUTION
## test-draw test 2
assert np.shape(draw(5, np.random.default_rng(0))) == (5,), 'n numbers are asked for'
## test-draw-hidden test 2
### BEGIN HIDDEN TESTS
# {SECRET}
rng = np.random.default_rng(1)
one, two = draw(4000, rng), draw(4000, rng)
assert 2.5 < np.std(one) < 3.5, 'the std is not factor'
assert not np.allclose(one, two), 'the same numbers twice'
### END HIDDEN TESTS
## guess solution
guess = (
    ### BEGIN SOLUTION
    12
    ### END SOLUTION
)
## test-guess test 1
assert np.isfinite(guess), 'a number'
### BEGIN HIDDEN TESTS
# {SECRET}
assert guess == 12, 'twelve'
### END HIDDEN TESTS
## why manual 3
Because of {SECRET}."""
STRENGTH = "def strength(x):\n    return np.mean(x**2)"
DRAW = "def draw(n, rng):\n    return factor * rng.standard_normal(n)"
GUESS = "guess = 12"
WRONG = {
    "strength": "def strength(x):\n    return -1.0",
    "draw": "def draw(n, rng):\n    return 0.0",
    "guess": "guess = 11",
}


def make_course(folder):
    """Write the course into `folder` and let nbgrader generate its release."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": kernel})
    for part in SOURCE.removeprefix("## ").split("\n## "):
        head, source = part.split("\n", 1)
        name, kind, *points = head.split()
        make = nbformat.v4.new_markdown_cell if kind == "manual" else nbformat.v4.new_code_cell
        cell = make(source, id=f"c{len(notebook.cells)}")
        cell.metadata["nbgrader"] = {
            "grade": bool(points),
            "grade_id": name,
            "locked": kind in ("given", "test"),
            "schema_version": 3,
            "solution": kind in ("solution", "manual"),
            "task": False,
        }
        cell.metadata["nbgrader"] |= {"points": int(*points)} if points else {}
        notebook.cells.append(cell)
    (folder / "source" / "T1").mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text(CONFIG)
    nbformat.write(notebook, folder / "source" / "T1" / "task.ipynb")
    done = api_of(folder).generate_assignment("T1")
    assert done["success"], done["log"]


def api_of(course):
    """Return nbgrader's API for a course."""
    return NbGraderAPI(config=open_course(course))


def answered(course, **answers):
    """Return the release with answers put in: those given, the right ones elsewhere.

    `extra` is code put into a cell of its own before the others.
    """
    extra = answers.pop("extra", None)
    texts = {"strength": STRENGTH, "draw": DRAW, "guess": GUESS, "why": "So it is."} | answers
    notebook = json.loads((course / "release" / "T1" / "task.ipynb").read_text())
    for cell in notebook["cells"]:
        name = cell["metadata"]["nbgrader"]["grade_id"]
        cell["source"] = texts.get(name, cell["source"])
    if extra is not None:
        notebook["cells"].insert(1, code(extra))
    return notebook


def code(source):
    """Return a code cell without nbgrader's metadata."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": "extra",
        "metadata": {},
        "outputs": [],
        "source": source,
    }


def hand_in(course, student, content):
    """Put a submission into its folder: a notebook, or the bytes of a file."""
    folder = course / "submitted" / student / "T1"
    folder.mkdir(parents=True)
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    (folder / "task.ipynb").write_bytes(content)


# Points worked out by hand: 5 for strength, 4 for draw, 1 for guess.
HONEST = {
    "right": ({}, 10),
    "another-style": (
        {
            "extra": "%matplotlib inline\nimport matplotlib.pyplot as plt\n_ = plt.plot([1, 2])\n"
            "import warnings; warnings.warn('careful'); print('hello')",
            "strength": "class Strength:\n    def __call__(self, x):\n        print(len(x))\n"
            "        return sum(v * v for v in x) / len(x)\n\n\nstrength = Strength()",
            "draw": "draw = lambda n, rng: [factor * rng.normal() for _ in range(n)]",
        },
        10,
    ),
    "unanswered": ({name: f"{name} = ..." for name in WRONG}, 0),
    "sum-for-mean": ({"strength": "def strength(x):\n    return np.sum(x**2)"}, 5),
    "own-generator": (
        {"draw": "def draw(n, rng):\n    return 3 * np.random.default_rng(0).normal(size=n)"},
        8,
    ),
    "changes-x": ({"strength": "def strength(x):\n    x *= x\n    return x.mean()"}, 7),
    "syntax-error": ({"draw": "def draw(n, rng)\n    return 0"}, 6),
    "raises": ({"guess": "guess = 1 / 0"}, 9),
    "endless-in-one": ({"draw": "import time\nwhile True:\n    time.sleep(100)"}, 6),
}

# Honest in other styles; all of them right.
STYLES = {
    "first-lines": {
        "strength": "%pip --version\n!echo hello\nlines = !echo one\n%ls\nnp.mean?\n"
        "%load_ext autoreload\n%autosave 60\n%store -r\nimport getpass, sys\n"
        "sys.stdout.errors, sys.stdout.writable(), getpass.getuser()\n"
        f"{STRENGTH}",
        "draw": f"%%time\n{DRAW}",
        "guess": "%matplotlib inline\n%config InlineBackend.figure_format = 'retina'\n"
        "get_ipython().system('echo hello')\ndisplay(3)\nguess = 12",
    },
    "types": {
        "strength": "import array\ndef strength(x):\n    return array.array('d', [np.mean(x**2)])",
        "draw": "from collections import deque\n"
        "def draw(n, rng):\n    return deque(factor * rng.spawn(1)[0].normal(size=n))",
        "guess": "guess = np.longdouble(12)",
    },
    "pictures": {"extra": "pass"},  # 6 MB of them
}


def _hostile():
    # most of those that never end sleep; two compute, one of them in C
    forever = "import time\nwhile True:\n    try:\n        time.sleep(100)\n"
    forever += "    except BaseException:\n        pass"
    always = "    __eq__ = __ne__ = __lt__ = __gt__ = lambda *a: True\n    __hash__ = None\n"
    fill = "import os\nwritten = 0\n"
    fill += "for place in ['.', '/tmp', '/var/tmp', '/run', '/dev/shm', '/dev', '/']:\n"
    fill += "    for i in range(50):\n        try:\n"
    fill += "            with open(f'{place}/f{i}', 'wb', buffering=0) as f:\n"
    fill += "                written += f.write(bytes(2**21))\n"
    fill += "        except OSError as problem:\n            last = problem\n"
    fill += "print('MB written:', written // 2**20)\nraise last"
    return {
        # answers, points, and what the summary says
        "endless-loop": ({"guess": "while True:\n    pass"}, 9, "ran too long in cell 8"),
        "uninterruptible": ({"draw": forever}, 5, "could not be interrupted"),
        "exit": ({"draw": "import os\nos._exit(0)"}, 5, "its process ended"),
        "fork-bomb": ({"draw": "import os\nwhile True:\n    os.fork()"}, 6, "PermissionError"),
        "memory-bomb": (
            {"draw": "kept = []\nwhile True:\n    kept.append(np.ones(10**6))"},
            5,
            "too much memory",
        ),
        "output-flood": (
            {
                "extra": "import os\nfor _ in range(20_000):\n    print('x' * 1000)\n"
                "    os.write(1, bytes(1000)); os.write(2, bytes(1000))"
            },
            10,
            "printed too much",
        ),
        "fills-disk": ({"extra": fill}, 10, "OSError"),
        "reads-tests": (WRONG | {"extra": "READ"}, 0, "look: "),
        "writes-outside": (WRONG | {"extra": "WRITE"}, 0, "look: "),
        "socket": (
            {"extra": "import socket\nsocket.create_connection(('127.0.0.1', PORT), 1)"},
            10,
            "ConnectionRefusedError",
        ),
        "patches-numpy": (
            WRONG
            | {
                "extra": "import numpy\nnumpy.isclose = numpy.allclose = lambda *a, **k: True\n"
                "numpy.std = lambda *a: 3.0\nnumpy.shape = lambda a: (5,)\n"
                "numpy.mean = numpy.isfinite = numpy.isclose"
            },
            0,
            "look: changes numpy.allclose",
        ),
        "patches-check": (
            WRONG
            | {
                "extra": "import builtins, sys\nbuiltins.AssertionError = type('Fine', (), {})\n"
                "import initcourse.exercises.check as engine\n"
                "engine.Exercise.check = lambda *a: engine.Verdict(True, 'fine')\n"
                "import gc\ndesk = [o for o in gc.get_objects() if type(o).__name__ == 'Desk'][0]\n"
                "type(desk).answer = lambda self, document, buffers: ({'value': True}, [])"
            },
            0,
            "changes builtins.AssertionError",
        ),
        "replaces-tests": ("TESTS", 0, "locked cells edited, restored"),
        "strips-metadata": ("STRIP", 0, "cells missing, put back"),
        "huge": ("HUGE", 0, "too large (text)"),
        "no-notebook": (b"\x00\xffThis is no notebook.", 0, "not a notebook"),
        "other-kernel": ("KERNEL", 0, "another kernel"),
        "shared-memory": (
            {
                "draw": "import mmap\nkept = []\nwhile True:\n    m = mmap.mmap(-1, 2**26)\n"
                "    m[:] = bytes(2**26)\n    m.resize(4096)\n    kept.append(m)"
            },
            6,
            "PermissionError",
        ),
        "c-loop": ({"draw": "sum(range(10**15))"}, 5, "could not be interrupted"),
        "ignores-signals": (
            {
                "draw": "import signal, time\nfor s in range(1, 32):\n    try:\n"
                "        signal.signal(s, signal.SIG_IGN)\n    except OSError:\n        pass\n"
                "while True:\n    time.sleep(100)"
            },
            5,
            "could not be interrupted",
        ),
        "slow-in-test": (
            {"strength": "import time\n\n\ndef strength(x):\n    time.sleep(100)"},
            5,
            "ran too long in test cell 3",
        ),
        "hangs-in-test": (
            {"strength": "def strength(x):\n    " + forever.replace("\n", "\n    ")},
            0,
            "stopped by test cell 3",
        ),
        "exits-in-test": (
            {"strength": "import os\n\n\ndef strength(x):\n    os._exit(0)"},
            0,
            "its process ended",
        ),
        "threads": (
            {
                "draw": "import threading, time\nthreading.stack_size(2**16)\nwhile True:\n"
                "    try:\n        threading.Thread(target=time.sleep, args=(9,)).start()\n"
                "    except RuntimeError:\n        pass"
            },
            5,
            "too many processes or threads",
        ),
        "hidden-memory": (
            {
                "draw": "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
                "made = [libc.memfd_create(b'm', 0), libc.shmget(0, 2**20, 0o1600)]\n"
                "assert made == [-1, -1], made\nassert not os.path.exists('/proc/self')\n"
                "os.memfd_create('m')"
            },
            6,
            "PermissionError",
        ),
        "kills-all": (
            {"draw": "import os\nos.kill(-1, 9)\nos.kill(os.getppid(), 9)\nos.kill(1, 9)"},
            6,
            "look: imports os",
        ),
        "replaces-itself": (
            {"draw": "import os\nos.execv('/bin/sh', ['sh', '-c', 'sleep 1000'])"},
            5,
            "its process ended",
        ),
        "writes-nonsense": ({"extra": "NONSENSE"}, 0, "something that is no answer"),
        "claims-much": ({"extra": "CLAIM"}, 0, "answered with too much"),
        "never-replies": ({"extra": "TRICKLE"}, 0, "could not be interrupted"),
        "strange-arrays": ({"extra": "ARRAYS"}, 0, "something that is no answer"),
        "sends-much": (
            {"strength": "def strength(x):\n    return np.zeros(9_000_000)"},
            0,
            "answered with too much",
        ),
        "nests": (
            {"strength": "deep = []\ndeep.append(deep)\n\n\ndef strength(x):\n    return deep"},
            5,
            "nothing unusual",
        ),
        "equals-all": (
            WRONG
            | {
                "extra": "class Same:\n" + always + "    __float__ = lambda s: 12.0\n"
                "    __array__ = lambda s, *a, **k: np.array(12.0)\n"
                "    __repr__ = lambda s: open('/etc/passwd').read()\n"
                "    __array_ufunc__ = lambda *a, **k: True",
                "guess": "guess = Same()",
            },
            0,
            "look: calls open",
        ),
        "float-subclass": (
            WRONG
            | {
                "extra": "class F(float):\n" + always + "class S(str):\n" + always,
                "guess": "guess = F(11)",
                "strength": "def strength(x):\n    return S('2.5')",
            },
            0,
            "nothing unusual",
        ),
        "long-int": ({"guess": "guess = 10**100_000"}, 9, "nothing unusual"),
        "repeats-ids": ("REPEAT", 0, "copied or split"),
        "own-points": ("POINTS", 2, "nothing unusual"),
        "deep-code": ({"extra": "np" + ".a" * 900 + " = 1"}, 10, "nested too deeply"),
        "strips-but-right": ("STRIP-RIGHT", 10, "cells missing, put back"),
        "link": ("LINK", 0, "a link or no file"),
        "linked-folder": ("LINKED-FOLDER", 0, "a link or no file"),
        "pipe": ("PIPE", 0, "no ordinary file"),
        "html": ("HTML", 10, "nothing unusual"),
    }


HOSTILE = _hostile()

# Writes on every open file, the pipe among them, and waits until it has been read.
_EVERYWHERE = """
import os, time
message = {message}
for number in range(3, 64):
    try:
        os.set_blocking(number, False)
        os.write(number, message)
    except OSError:
        pass
time.sleep(0.3)
"""
_TRICKLE = """
import os, time
for number in range(3, 64):
    try:
        os.write(number, (10**6).to_bytes(4, 'big') + bytes(8))
        pipe = number
    except OSError:
        pass
while True:
    try:
        os.write(pipe, b' ')
        time.sleep(0.01)
    except BaseException:
        pass
"""
_READ = """
import glob, os
found = [dict(os.environ)]
for place in {places!r}:
    try:
        found += [place, *os.listdir(place)]
    except OSError:
        pass
    for name in glob.glob(place + '/**/*.ipynb', recursive=True) + [place + '/gradebook.db']:
        try:
            found.append(open(name, errors='replace').read())
        except OSError:
            pass
import checks
found.append(open(checks.__file__).read())
print(found)
"""
_WRITE = """
import os
for place in {places!r}:
    for name in ('written', 'gradebook.db', 'T1/task.ipynb', '../written'):
        try:
            with open(os.path.join(place, name), 'a') as file:
                file.write('here')
        except OSError:
            pass
"""


def hostile_content(course, name, port):
    """Return what the hostile student hands in: a notebook as dict, or bytes, or None."""
    content = HOSTILE[name][0]
    if isinstance(content, bytes):
        return content
    if isinstance(content, dict):
        content = dict(content)
        places = [course, course / "source" / "T1", course / "submitted" / "honest-00"]
        places = [str(p) for p in [*places, ROOT, ROOT / "assignments", Path.home(), "/etc"]]
        odd = {"t": "array", "dtype": "<f8", "shape": [10**9, 0, 10**9], "at": 0}
        extras = {
            "READ": _READ.format(places=places),
            "WRITE": _WRITE.format(places=[*places, "/", "/usr", "/tmp/.."]),
            "NONSENSE": _EVERYWHERE.format(message=wire.HEADER.pack(5, 0) + b"[1,2]"),
            "CLAIM": _EVERYWHERE.format(message=wire.HEADER.pack(10, 2**60)),
            "ARRAYS": _EVERYWHERE.format(
                message=wire.pack({"outputs": []}, []) + wire.pack({"value": odd}, [])
            ),
            "TRICKLE": _TRICKLE,
        }
        if "extra" in content:
            extra = content["extra"]
            content["extra"] = extras.get(extra, extra).replace("PORT", str(port))
        return answered(course, **content)
    wrong = answered(course, **WRONG)
    tests = [c for c in wrong["cells"] if "test" in c["metadata"]["nbgrader"]["grade_id"]]
    if content == "TESTS":
        for cell in tests:
            cell["source"] = "print('All tests passed')"
    elif content in ("STRIP", "STRIP-RIGHT"):
        wrong = wrong if content == "STRIP" else answered(course)
        for cell in wrong["cells"]:
            cell["metadata"] = {}
    elif content == "HUGE":
        wrong["cells"].append(code("# " + "x" * 6 * 2**20))
    elif content == "KERNEL":
        language = {"name": "bash", "display_name": "Bash", "language": "bash"}
        wrong["metadata"]["kernelspec"] = language
        wrong["cells"].insert(0, code("rm -rf / ; echo done"))
    elif content == "REPEAT":
        wrong["cells"] += [dict(cell, source="pass") for cell in tests]
    elif content == "POINTS":
        wrong["cells"][1]["source"] = "def strength(x):\n    return 2.5"  # 2 points by luck
        for cell in tests:
            cell["metadata"]["nbgrader"] |= {"points": 1000, "locked": False, "solution": True}
    elif content == "HTML":
        right = answered(course, why="<script>alert(1)</script> $a<b$ [x](javascript:alert(1))")
        show = "from IPython.display import HTML, Javascript, display\n"
        show += "display(HTML('<script>alert(2)</script>'), Javascript('alert(3)'))"
        right["cells"].append(code(show))
        note = {"cell_type": "markdown", "id": "n", "metadata": {}, "source": "<img onerror=x>"}
        right["cells"].append(note)
        return right
    else:
        return None
    return wrong


def hand_in_hostile(course, name, port, honest):
    """Put a hostile submission into its folder; `honest` is a student with right answers."""
    content = hostile_content(course, name, port)
    if content is not None:
        return hand_in(course, name, content)
    folder = course / "submitted" / name / "T1"
    other = course / "submitted" / honest / "T1"
    if HOSTILE[name][0] == "LINKED-FOLDER":
        folder.parent.mkdir(parents=True)
        return folder.symlink_to(other)
    folder.mkdir(parents=True)
    if HOSTILE[name][0] == "LINK":
        (folder / "task.ipynb").symlink_to(other / "task.ipynb")
    else:
        os.mkfifo(folder / "task.ipynb")
