"""A cgroup around a marking process and its sandbox, where the system has one to give.

The kernel then counts all of their memory and stops them at the limit. systemd gives a cgroup to
who is logged in; elsewhere, as in most containers, `Session` looks at the sandbox's memory ten
times a second, and RLIMITs hold what marks it.
"""

import contextlib
import subprocess
import time
from pathlib import Path

from safe_grading.limits import MB

_PROC, _CGROUPS = Path("/proc"), Path("/sys/fs/cgroup")
_MANAGER = "org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager"
_BASE = 256 * MB  # of the marking process, before there is an answer
_PATIENCE = 5  # seconds


def enclose(pid, limits):
    """Put a process, and all that it will start, into a cgroup of its own.

    Returns
    -------
    str or None
        Why it is in none, or None.
    """
    name = f"safe-grade-{pid}.scope"
    memory = _BASE + limits.memory + limits.marking + 2 * limits.disk
    properties = ["PIDs", "au", "1", str(pid), "MemoryMax", "t", str(memory)]
    properties += ["MemorySwapMax", "t", "0", "TasksMax", "t", str(limits.processes + 32)]
    call = ["busctl", "--user", "--quiet", "call", *_MANAGER.split(), "StartTransientUnit"]
    call += ["ssa(sv)a(sa(sv))", name, "fail", "4", *properties, "0"]
    try:
        done = subprocess.run(call, capture_output=True, text=True, timeout=_PATIENCE)
    except (OSError, subprocess.TimeoutExpired):
        return "no systemd answers"
    if done.returncode != 0:
        return done.stderr.strip()[:200] or "systemd refuses"
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:  # systemd answers before it is done
        with contextlib.suppress(OSError, ValueError):  # "max"
            place = (_PROC / str(pid) / "cgroup").read_text().rpartition("0::/")[2].strip()
            limit = _CGROUPS / place / "memory.max"
            if place.endswith(name) and 0 < int(limit.read_text()) <= memory:
                return None
        time.sleep(0.05)
    return "systemd's cgroup does not limit memory"


def why_none(limits):
    """Return why marking processes are in no cgroup here, or None, after trying it."""
    with subprocess.Popen(["sleep", "60"]) as trial:
        try:
            return enclose(trial.pid, limits)
        finally:
            trial.kill()


@contextlib.contextmanager
def first_to_go():
    """Let what is started inside be what the kernel ends when memory is short, nothing else."""
    place = _PROC / "self" / "oom_score_adj"
    before = place.read_text()
    place.write_text("1000")
    try:
        yield
    finally:
        place.write_text(before)
