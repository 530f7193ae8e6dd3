"""One student's submission, from the file to the outputs that are turned into points.

`grade_submission` runs in a process of its own for every student, so that nothing a submission
does to its marking can reach that of another.
"""

import json
import multiprocessing
import os
import resource
import signal
import sys
import threading
import time
from pathlib import Path

from safe_grading.cgroup import enclose
from safe_grading.look import another_name, worth_a_look
from safe_grading.marking import mark
from safe_grading.sandbox import Stopped
from safe_grading.screen import read_notebook, rebuild
from safe_grading.session import Session


def grade_submission(folder, notebooks, limits, course, result):
    """Run and mark every notebook of a submission and write what came out as JSON.

    Parameters
    ----------
    folder : str
        What the student handed in.
    notebooks : dict
        Notebook name: `repair.Original`.
    limits : Limits
    course : Course
    result : str
        The file to write. It appears when it is complete.
    """
    started = time.monotonic()
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=[parent], daemon=True).start()
    enclose(os.getpid(), limits)
    # in this process a check prints nothing, nobody can type, and no answer takes all memory
    sys.stdin = open(os.devnull)
    pages = int(Path("/proc/self/statm").read_text().split()[5])  # of data and stack
    used = pages * resource.getpagesize()
    _limit(resource.RLIMIT_AS, limits.address_space)
    _limit(resource.RLIMIT_DATA, used + limits.marking)
    if course.source:  # tests may import or read what stands beside the notebook
        sys.path.insert(0, course.source)
        os.chdir(course.source)
    graded = {}
    for name, original in notebooks.items():
        graded[name] = _notebook(Path(folder, f"{name}.ipynb"), original, limits, course)
        own = [cell["source"] for cell in graded[name]["cells"] if cell["kind"] == "student"]
        student = Path(folder).parent.name
        graded[name]["words"] += worth_a_look(own, course.usual)
        graded[name]["words"] += another_name(own, course.name_variable, student)
    content = {"notebooks": graded, "seconds": time.monotonic() - started}
    part = Path(f"{result}.part")
    part.write_text(json.dumps(content))
    part.rename(result)


def _limit(what, most):
    hard = resource.getrlimit(what)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, hard))


def _end_with(parent):
    """End this process, and with it the sandbox, when who would enter the marks is gone."""
    parent.join()
    os.kill(os.getpid(), signal.SIGKILL)


def _notebook(path, original, limits, course):
    cells, words = read_notebook(path, limits)
    rebuilt, changes = rebuild(cells, original)
    words += changes
    outputs = {}
    if cells is not None:
        try:
            session = Session(limits, course)
        except Stopped as reason:
            return {"cells": rebuilt, "outputs": {}, "words": [*words, str(reason)]}
        try:
            outputs, problems = mark(rebuilt, session)
            words += problems
        finally:
            session.end()
    return {"cells": rebuilt, "outputs": outputs, "words": words}
