"""Submissions that try to gain, to read, to break out or to stall; and what each must get."""

import os
from pathlib import Path

from nbformat.v4 import new_code_cell, new_markdown_cell
from small_course import WRONG, answered, code, hand_in

#: ptrace, process_vm_readv, mount, chroot, pivot_root, setns, unshare, bpf, add_key, keyctl,
#: userfaultfd, perf_event_open, io_uring_setup, open_by_handle_at, memfd_secret, message queues,
#: inotify, fanotify, timers, personality, syslog, mknod, splice, fork, seccomp, sendmsg, setxattr.
CALLS = [101, 310, 165, 161, 155, 308, 272, 321, 248, 250, 323, 298, 425, 304, 447, 68, 240, 253]
CALLS += [300, 222, 135, 103, 133, 275, 57, 58, 435, 317, 46, 47, 188, 149, 154]
#: Each cell of one submission tries something: its name, the code, and what it must print or raise.
TRIES = {
    "reads": (
        """
import glob, os
found = [dict(os.environ)]
for place in PLACES:
    try:
        found += [place, *os.listdir(place)]
    except OSError:
        pass
    for name in glob.glob(place + '/**/*.ipynb', recursive=True) + [place + '/gradebook.db']:
        try:
            found.append(open(name, errors='replace').read())
        except OSError:
            pass
import answers
found += [open(answers.__file__).read(), answers.GUESS, *glob.glob('/student/*')]
print(found)""",
        "Stands in the sandbox for",
    ),
    "writes": (
        """
import os
for place in [*PLACES, '/', '/usr', '/tmp/..']:
    for name in ('written', 'gradebook.db', 'T1/task.ipynb', '../written', '../checks.py'):
        try:
            with open(os.path.join(place, name), 'a') as file:
                file.write('here')
        except OSError:
            pass
print('tried')""",
        "tried",
    ),
    "fills": (
        """
import os
written = 0
for place in ['.', '/tmp', '/var/tmp', '/run', '/dev/shm', '/dev', '/']:
    for i in range(50):
        try:
            with open(f'{place}/f{i}', 'wb', buffering=0) as f:
                written += f.write(bytes(2**21))
        except OSError as problem:
            last = problem
print('MB written:', written // 2**20)
raise last""",
        "OSError",
    ),
    "socket": (
        "import socket\nsocket.create_connection(('127.0.0.1', PORT), 1)",
        "PermissionError",
    ),
    "kinds-of-socket": (
        "import socket\nrefused = []\nfor family in (1, 2, 10, 16, 17, 40):\n    try:\n"
        "        socket.socket(family, socket.SOCK_RAW if family == 16 else socket.SOCK_STREAM)\n"
        "    except PermissionError:\n        refused.append(family)\nprint('refused', refused)",
        "refused [1, 2, 10, 16, 17, 40]",
    ),
    "forks": ("import os\nos.fork()", "PermissionError"),
    "shares": ("import mmap\nmmap.mmap(-1, 2**26)", "PermissionError"),
    "hides": (
        """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
made = [libc.memfd_create(b'm', 0), libc.shmget(0, 2**20, 0o1600)]
assert made == [-1, -1], made
assert not os.path.exists('/proc/self')
os.memfd_create('m')""",
        "PermissionError",
    ),
    "calls": (  # the system's, by their numbers on x86-64
        """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
allowed = [
    number
    for number in CALLS
    if os.uname().machine == 'x86_64'
    and (libc.syscall(number, 0, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() not in (1, 38))
]
print('allowed', allowed)""",
        "allowed []",
    ),
    "links": (
        """
import os, sys
made = []
for make in (os.link, os.symlink):
    for place in [sys.executable, '/grading/wire.py', *PLACES]:
        try:
            make(place, f'there{len(made)}')
            made.append((make, place, os.listdir(f'there{len(made)}')))
        except OSError:
            pass
print('seen through links:', made)""",
        "seen through links: []",
    ),
    "is-handed-files": (
        """
import os, stat
kinds = set()
for number in range(3, 1024):
    try:
        kinds.add(stat.S_IFMT(os.fstat(number).st_mode))
    except OSError:
        pass
print('files, folders or sockets:', kinds - {stat.S_IFIFO, stat.S_IFCHR})""",
        "files, folders or sockets: set()",
    ),
    "kills": ("import os\nos.kill(-1, 9)\nos.kill(os.getppid(), 9)\nos.kill(1, 9)", ""),
    "floods": (
        "import os\nfor _ in range(20_000):\n    print('x' * 1000)\n"
        "    os.write(1, bytes(1000)); os.write(2, bytes(1000))",
        "xxx",
    ),
    "shows": (
        "from IPython.display import HTML, Javascript, display\n"
        "display(HTML('<script>alert(2)</script>'), Javascript('alert(3)'))",
        "Javascript object",
    ),
    "shows-a-large-picture": (
        """
import struct, zlib
from IPython.display import publish_display_data
png = b'\\x89PNG\\r\\n\\x1a\\n'
size = struct.pack('>IIBBBBB', 20_000, 10_000, 1, 0, 0, 0, 0)
for kind, content in ((b'IHDR', size), (b'IDAT', zlib.compress(bytes(2501 * 10_000)))):
    png += struct.pack('>I', len(content)) + kind + content + bytes(4)
publish_display_data({'image/png': png, 'text/plain': 'a large picture'})""",
        "a large picture",
    ),
    "patches-numpy": (
        "import numpy\nnumpy.isclose = numpy.allclose = lambda *a, **k: True\n"
        "numpy.std = lambda *a: 3.0\nnumpy.shape = lambda a: (5,)\n"
        "numpy.mean = numpy.isfinite = numpy.isclose\nprint('patched')",
        "patched",
    ),
    "patches-the-other-end": (
        "import builtins, gc\nbuiltins.AssertionError = type('Fine', (), {})\n"
        "desk = [o for o in gc.get_objects() if type(o).__name__ == 'Desk'][0]\n"
        "type(desk)._encode = lambda self, value, arrays: True\nprint('patched, too')",
        "patched, too",
    ),
}

# Code in place of the right answer, points, and what the summary says.
HOSTILE = {
    "endless": (
        {
            "strength": "import time\n\n\ndef strength(x):\n"
            "    time.sleep(100 * (len(x) > 2))\n    return 2.5",
            "guess": "while True:\n    pass",
        },
        6,
        "ran too long in test cell 4; ran too long in cell 8",
    ),
    "uninterruptible": (
        {
            "draw": "import signal\nfor s in range(1, 32):\n    try:\n"
            "        signal.signal(s, signal.SIG_IGN)\n    except OSError:\n        pass\n"
            "sum(range(10**15))"
        },
        5,
        "could not be interrupted",
    ),
    "replaces-itself": (
        {"draw": "import os\nos.execv('/bin/sh', ['sh', '-c', 'sleep 1000'])"},
        5,
        "its process ended",
    ),
    "memory-bomb": (
        {"draw": "kept = []\nwhile True:\n    kept.append(np.ones(10**6))"},
        5,
        "too much memory",
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
    "empty-files": (
        {"draw": "for i in range(10**6):\n    open(f'f{i}', 'w').close()"},
        5,
        "too many files",
    ),
    "ends-when-tested": (
        {"draw": "import os\n\n\ndef draw(n, rng):\n    os._exit(0)"},
        5,
        "stopped by test cell 6: its process ended",
    ),
    "bloats": (
        {
            "draw": "import wire\nwire._weigh = lambda coded: None\n\n\n"
            "def draw(n, rng):\n    return ['x' * 10**6] + ['y'] * 700"
        },
        5,
        "something that is no answer",
    ),
    "carries": (
        {
            "strength": "seen = []\n\n\ndef strength(x):\n    seen.append(len(x))\n"
            "    return np.mean(x**2)",
            "draw": "raise [KeyError, OSError, ValueError, TypeError, LookupError][seen[-1]]",
        },
        6,
        "LookupError in cell",
    ),
    "tries-everything": (None, 0, "printed too much"),
    "huge": (None, 0, "too large (text)"),
    "no-notebook": (None, 0, "not a notebook"),
    "link": (None, 0, "a link or no file"),
    "linked-folder": (None, 0, "a link or no file"),
    "pipe": (None, 0, "no ordinary file"),
    "folder": (None, 0, "no ordinary file"),
}


def hand_in_hostile(course, name, port, honest):
    """Put a hostile submission into its folder; `honest` is a student with right answers."""
    folder, other = (course / "submitted" / student / "T1" for student in (name, honest))
    if HOSTILE[name][0] is not None:
        hand_in(course, name, answered(course, **HOSTILE[name][0]))
    elif name == "tries-everything":
        hand_in(course, name, tries_everything(course, port, other))
    elif name == "huge":
        notebook = answered(course)
        notebook.cells.append(code("# " + "x" * 6 * 2**20))
        hand_in(course, name, notebook)
    elif name == "no-notebook":
        hand_in(course, name, b"\x00\xffThis is no notebook.")
    elif name == "linked-folder":
        folder.parent.mkdir(parents=True)
        folder.symlink_to(other)
    elif name == "folder":
        for file in ("task.ipynb", "timestamp.txt", "submission_secret.txt"):
            (folder / file).mkdir(parents=True)
    else:
        folder.mkdir(parents=True)
        file = folder / "task.ipynb"
        file.symlink_to(other / file.name) if name == "link" else os.mkfifo(file)


def tries_everything(course, port, other):
    """Return a notebook with wrong answers and a cell for each of `TRIES`."""
    notebook = answered(course, **WRONG, why="<script>alert(1)</script> [x](javascript:alert(1))")
    places = [course, course / "source" / "T1", other, Path(__file__).parent, Path.home(), "/etc"]
    for number, (attempt, _) in enumerate(TRIES.values(), 1):
        source = attempt.replace("PLACES", repr([str(place) for place in places]))
        source = source.replace("CALLS", repr(CALLS))
        cell = new_code_cell(source.replace("PORT", str(port)), id=f"try-{number}")
        notebook.cells.insert(number, cell)
    notebook.cells.append(new_markdown_cell("<img onerror=x>"))
    return notebook
