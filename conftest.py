"""Settings that hold for every test and for the kernels that run the notebooks."""

import importlib.util
import os
import sys
from pathlib import Path

# Kernels inherit these. One BLAS thread is fastest for the course's small matrices;
# set OPENBLAS_NUM_THREADS yourself to try another number. MPLBACKEND, if set, would
# keep figures out of the notebooks' outputs. The assignments' sources import their checks.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("PYTHONPATH", str(Path(__file__).parent / "assignments"))
os.environ.pop("MPLBACKEND", None)
os.environ.setdefault("ANSWER_CHECKS_RECORD", "off")  # a lesson that a test runs is nobody's answer

# A hundred kernels, servers and sandboxes start from what the first of them has compiled: 3 s of
# CPU each. (The environment is installed uncompiled.)
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# The first import on a machine builds the font cache and says so on stderr: here, once,
# rather than in the first notebook that draws.
import matplotlib.font_manager  # noqa: F401
import pytest

sys.dont_write_bytecode = False

# Doctests import every module; a framework's collector needs its framework.
collect_ignore = [
    f"init_audit/from_{name}.py"
    for name in ("torch", "keras", "flax")
    if importlib.util.find_spec(name) is None
]


def pytest_configure(config):
    """Find nbval's sanitizer wherever pytest is started."""
    if config.option.nbval_sanitize_with is None:
        sanitizer = Path(__file__).parent / "tests" / "nbval_sanitize.cfg"
        config.option.nbval_sanitize_with = str(sanitizer)


#: Where README's command, or .ci/run when site and browser edition are made, looks for `alone`.
ALONE = ("tests/browser/", "site/tests/", "lite/tests/")


def pytest_collection_modifyitems(items):
    """Leave the long counts, marked `nightly`, to the nightly job, which sets the variable."""
    for item in items:
        if item.get_closest_marker("nightly") and os.environ.get("INITCOURSE_NIGHTLY") != "1":
            item.add_marker(pytest.mark.skip(reason="a long count: INITCOURSE_NIGHTLY=1"))
        if item.get_closest_marker("alone") and not item.nodeid.startswith(ALONE):
            raise pytest.UsageError(f"nothing runs {item.nodeid} alone")
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: [item.nodeid.startswith(place) for place in LONG].index(True))


#: What takes longest, so that no worker is left with it at the end; then everything else.
LONG = (
    *("tests/browser/", "assignments/tests/", "notebooks/08"),
    *("tests/front_ends/", "notebooks/", "safe_grading/", "tests/clinic/", ""),
)
#: Folders of which one worker has all: their tests share a browser, or the release.
WHOLE = LONG[:2]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    """With INITCOURSE_OTHER_PROCESSORS=1, start a notebook's kernel as on another processor.

    What is stored was computed on its author's: one with AVX2 alone shall print the same, and with
    two threads, but where cells train. The workflow has one without AVX, which takes longer.
    """
    if os.environ.get("INITCOURSE_OTHER_PROCESSORS") != "1" or item.path.suffix != ".ipynb":
        return (yield)
    import lessons

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENBLAS_CORETYPE", "Haswell")
        patch.setenv("OPENBLAS_NUM_THREADS", "1" if lessons.trains(item.path) else "2")
        return (yield)


@pytest.hookimpl(optionalhook=True)  # a learner checks the notebooks without xdist
def pytest_xdist_auto_num_workers():
    """Start one worker more than there are cores: browser, kernels and sandboxes wait a lot."""
    usable = getattr(os, "sched_getaffinity", None)
    return (len(usable(0)) if usable else os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Share files among the workers of `-n auto`, in order, and the folders of WHOLE undivided.

    So one browser starts, one server for the notebooks, and the assignments are released once.
    """
    from xdist.scheduler import LoadFileScheduling

    class Files(LoadFileScheduling):
        def _split_scope(self, nodeid):
            whole = [place for place in WHOLE if nodeid.startswith(place)]
            return whole[0] if whole else super()._split_scope(nodeid)

    config.option.loadscopereorder = False  # it would begin with the file that has most tests
    return Files(config, log)


# conftest.py files hold no doctests, and Python would take them for one module.
collect_ignore_glob = ["**/conftest.py"]
if sys.platform == "win32":  # safe grading needs Linux, and imports what Windows does not have
    collect_ignore_glob += ["safe_grading/*", "hub/*"]
