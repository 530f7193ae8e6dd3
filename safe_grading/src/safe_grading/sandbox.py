"""One submission's sandbox, built on bubblewrap.

bubblewrap (`bwrap`) is the tool under Flatpak. It is a Debian package, needs no daemon and no
root, and starts in milliseconds. It gives the submission its own empty file system, into which
only Python and the course's packages are bound, read-only; its own process table; and a network
without any interface. It sets no limits on memory, processes or time: those are
RLIMITs (child.py), a filter of system calls (syscalls.py), and `Sandbox.watch` here.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from fnmatch import fnmatch
from pathlib import Path

from safe_grading.cgroup import first_to_go
from safe_grading.syscalls import make_filter

_HERE = Path(__file__).parent
_HIDDEN = str(_HERE / "hidden.py")
_HOME = "/student"
# Of /usr only this: exchanges and clones may lie elsewhere in it.
_SYSTEM = [Path("/usr", name) for name in ("bin", "lib", "lib32", "lib64")]
_SYSTEM += [Path("/usr/share/fonts"), Path("/usr/share/zoneinfo")]
_SHARED = {Path("/usr"), Path("/usr/local")}


class NoSandbox(Exception):
    """Why no sandbox can be made here, in a sentence."""


class Stopped(Exception):
    """Why the sandbox is at its end, in a few words."""


def python_folders():
    """Return the folders that Python needs to run and to find the course's packages."""
    prefixes = [Path(sys.base_prefix), Path(sys.prefix)]
    prefixes += [Path(os.path.realpath(sys.executable)).parent.parent]
    folders = [folder for prefix in prefixes for folder in _own(prefix)]
    folders += [Path(place) for place in sys.path if place.endswith(("-packages", "lib-dynload"))]
    kept = []
    for folder in folders:
        inside = any(folder.is_relative_to(other) for other in [*_SYSTEM, *kept])
        if folder.is_dir() and not inside:
            kept.append(folder)
    return kept


def _own(prefix):
    """Return what is Python's below a prefix, which may be everybody's."""
    return [prefix / "bin", prefix / "lib"] if prefix in _SHARED else [prefix]


def bindings(course):
    """Return bwrap's arguments for what the submission can see.

    Raises
    ------
    NoSandbox
        If one of the folders holds something private.
    """
    arguments = []
    system = [folder for folder in _SYSTEM if folder.is_dir() and not folder.is_symlink()]
    for folder in [*system, *python_folders(), *course.packages]:
        for secret in [*course.private, Path.home()]:
            if Path(secret).resolve().is_relative_to(folder.resolve()):
                raise NoSandbox(
                    f"{folder} must be shown to the submissions, but {secret} lies in it. "
                    "Move the course or the Python environment."
                )
        arguments += ["--ro-bind", str(folder), str(folder)]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        place = Path("/", name)
        if place.is_symlink():
            arguments += ["--symlink", os.readlink(place), str(place)]
        elif place.is_dir():
            arguments += ["--ro-bind", str(place), str(place)]
    for name in ("/etc/ld.so.cache", "/etc/alternatives"):
        arguments += ["--ro-bind-try", name, name]
    for file in course.hidden:
        arguments += ["--ro-bind", _HIDDEN, str(file)]
    for name in ("child.py", "wire.py"):
        arguments += ["--ro-bind", str(_HERE / name), f"/grading/{name}"]
    return arguments


def beside(course):
    """Return bwrap's arguments for what was released beside the notebooks."""
    arguments = []
    for path in sorted(Path(course.released).iterdir()) if course.released else []:
        if any(fnmatch(path.name, pattern) for pattern in course.beside):
            arguments += ["--ro-bind", _HIDDEN, f"{_HOME}/{path.stem}.py"]
        elif path.suffix != ".ipynb":
            arguments += ["--ro-bind", str(path), f"{_HOME}/{path.name}"]
    return arguments


def environment(course):
    """Return the variables of the sandbox; nothing of the teacher's is among them."""
    return {
        "HOME": _HOME,
        "USER": "student",
        "TMPDIR": "/tmp",
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONPATH": ":".join([_HOME, *(str(package.parent) for package in course.packages)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": f"{_HOME}/.matplotlib",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "JUPYTER_PLATFORM_DIRS": "1",
    }


def font_cache():
    """Return Matplotlib's cache of fonts, if there is one; making it anew takes seconds."""
    try:
        import matplotlib
    except ImportError:
        return []

    return sorted(Path(matplotlib.get_cachedir()).glob("fontlist-*.json"))


def command(limits, course, program):
    """Return the bwrap command that runs `program`, but for its filter of system calls."""
    tmpfs = ["--size", str(limits.disk), "--tmpfs"]
    arguments = ["bwrap", "--unshare-all", "--unshare-user", "--disable-userns"]
    arguments += ["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]
    for name, value in environment(course).items():
        arguments += ["--setenv", name, value]
    # /tmp first: Python itself may be bound below it
    arguments += [*tmpfs, "/tmp", *bindings(course), "--dev", "/dev", "--remount-ro", "/dev"]
    arguments += [*tmpfs, _HOME, *beside(course), "--chdir", _HOME]
    for fonts in font_cache():
        arguments += ["--ro-bind", str(fonts), f"{_HOME}/.matplotlib/{fonts.name}"]
    # bwrap's own root and /dev are in memory and without a limit; /proc is not there at all
    return [*arguments, "--remount-ro", "/", "--", *program]


def probe(limits, course):
    """Make a sandbox and end it.

    Raises
    ------
    NoSandbox
        If that does not work.
    """
    if not sys.platform.startswith("linux"):
        raise NoSandbox("Safe grading needs Linux; a virtual machine or WSL 2 will do.")
    if shutil.which("bwrap") is None:
        raise NoSandbox(
            "Safe grading needs bubblewrap, and there is no bwrap on the PATH. "
            "On Debian and Ubuntu: sudo apt-get install bubblewrap"
        )
    box = Sandbox(limits, course, ["/usr/bin/env", "true"])
    said = box.process.communicate()[1].decode(errors="replace").strip()
    if box.process.returncode != 0:
        raise NoSandbox(
            f"bubblewrap is here but cannot make a sandbox: {said or 'it says nothing'}. "
            "Version 0.8 or later is needed, and the system must let users make namespaces "
            "(on Ubuntu 24.04: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0; "
            "in a container: run it outside)."
        )


class Sandbox:
    """A running sandbox; its stdin and stdout are the pipe."""

    def __init__(self, limits, course, program=None):
        self.limits, self.folders = limits, []
        self.cpu = 0.0  # processor seconds, when it was last looked at
        program = program or [sys.executable, "-B", "/grading/child.py", *_numbers(limits)]
        arguments = command(limits, course, program)
        kept = ()
        with tempfile.TemporaryFile() as file:
            rules = make_filter()
            if rules:
                file.write(rules)
                file.flush()
                file.seek(0)
                kept = (file.fileno(),)
                arguments[1:1] = ["--seccomp", str(file.fileno())]
            with first_to_go():
                self.process = subprocess.Popen(
                    arguments,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    pass_fds=kept,
                    process_group=0,  # Ctrl-C is not for the sandbox
                    env={"PATH": os.environ.get("PATH", os.defpath)},
                )

    def hold_folders(self):
        """Keep hold of the two folders in memory, so that their files can be counted.

        Raises
        ------
        Stopped
        """
        for pid in descendants(self.process.pid):
            root = f"/proc/{pid}/root"
            try:
                if not os.path.samefile(root, "/"):
                    self.folders = [os.open(root + name, os.O_PATH) for name in ("/tmp", _HOME)]
                    return
            except OSError:  # it has ended since
                continue
        raise Stopped("its files could not be counted")

    def watch(self):
        """Raise `Stopped` if the sandbox uses too much."""
        folders = [os.fstatvfs(folder) for folder in self.folders]
        if sum(folder.f_files - folder.f_ffree for folder in folders) > self.limits.files:
            raise Stopped("too many files")
        processes, memory = self.measure()
        if processes > self.limits.processes:
            raise Stopped("too many processes or threads")
        if memory > self.limits.memory:
            raise Stopped("too much memory")

    def measure(self):
        """Return its number of threads and its resident bytes; renew its processor seconds."""
        family = descendants(self.process.pid).values()
        threads, pages, ticks = map(sum, zip(*family, strict=True)) if family else (0, 0, 0)
        self.cpu = max(self.cpu, ticks / os.sysconf("SC_CLK_TCK"))
        return threads, pages * os.sysconf("SC_PAGE_SIZE")

    def end(self):
        """End everything in it: with its first process the whole process table goes."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()
        while self.folders:
            os.close(self.folders.pop())


def _numbers(limits):
    cpu = int(limits.total_seconds + 10)
    numbers = (limits.output, limits.processes, limits.address_space, limits.disk, cpu)
    return [str(number) for number in numbers]


def descendants(ancestor):
    """Return threads, resident pages and ticks of a process and all below it, by process id.

    The ticks that ended processes have taken count with the process that has waited for them.
    """
    parents, figures = {}, {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                # the name in parentheses may hold anything
                fields = Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it has ended since
                continue
            parents[int(entry)] = int(fields[1])
            figures[int(entry)] = int(fields[17]), int(fields[21]), sum(map(int, fields[11:15]))
    family = {ancestor}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return {pid: figures[pid] for pid in family & figures.keys()}
