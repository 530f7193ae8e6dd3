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

# The first import on a machine builds the font cache and says so on stderr: here, once,
# rather than in the first notebook that draws.
import matplotlib.font_manager  # noqa: F401
import pytest

# Doctests import every module; a framework's collector needs its framework.
collect_ignore = [
    f"initcourse/auditing/from_{name}.py"
    for name in ("torch", "keras", "flax")
    if importlib.util.find_spec(name) is None
]


def pytest_configure(config):
    """Find nbval's sanitizer wherever pytest is started."""
    if config.option.nbval_sanitize_with is None:
        sanitizer = Path(__file__).parent / "tests" / "nbval_sanitize.cfg"
        config.option.nbval_sanitize_with = str(sanitizer)


def pytest_collection_modifyitems(items):
    """Leave the long counts, marked `nightly`, to the nightly job, which sets the variable."""
    if os.environ.get("INITCOURSE_NIGHTLY") != "1":
        for item in items:
            if item.get_closest_marker("nightly"):
                item.add_marker(pytest.mark.skip(reason="a long count: INITCOURSE_NIGHTLY=1"))


@pytest.hookimpl(optionalhook=True)  # a learner checks the notebooks without xdist
def pytest_xdist_make_scheduler(config, log):
    """Share files among the workers of `-n auto`, the browser's notebooks one by one."""
    from xdist.scheduler import LoadFileScheduling

    class FilesAndNotebooks(LoadFileScheduling):
        def _split_scope(self, nodeid):
            return nodeid if "test_a_notebook_runs" in nodeid else super()._split_scope(nodeid)

    return FilesAndNotebooks(config, log)  # no worker is left with the longest file at the end


# conftest.py files hold no doctests, and Python would take them for one module.
collect_ignore_glob = ["**/conftest.py"]
if sys.platform == "win32":  # safe grading needs Linux, and imports what Windows does not have
    collect_ignore_glob += ["safe_grading/*"]
