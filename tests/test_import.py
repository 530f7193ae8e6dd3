"""The package imports fast, alone, and is small enough to be read."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "initcourse"
MODULES = sorted(PACKAGE.rglob("*.py"))


def in_a_fresh_interpreter(code):
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.split()


def test_import_takes_less_than_a_second():
    # The best of three: the first may read a cold disk.
    code = "import time; t = time.perf_counter(); import initcourse; print(time.perf_counter() - t)"
    assert min(float(in_a_fresh_interpreter(code)[0]) for _ in range(3)) < 1


@pytest.mark.parametrize("heavy", ["scipy", "matplotlib", "ipywidgets", "IPython", "torch"])
def test_import_leaves_heavy_packages_alone(heavy):
    assert heavy not in in_a_fresh_interpreter("import initcourse, sys; print(*sys.modules)")


def test_import_draws_no_number_from_the_global_generator():
    code = (
        "import numpy as np; before = np.random.get_state()[1].copy(); import initcourse;"
        "print((np.random.get_state()[1] == before).all())"
    )
    assert in_a_fresh_interpreter(code) == ["True"]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_is_over_about_250_lines(module):
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 260


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_uses_the_global_random_state(module):
    used = set(re.findall(r"(?:np|numpy)\.random\.(\w+)", module.read_text(encoding="utf-8")))
    allowed = {"default_rng", "Generator", "get_state"}  # get_state only looks
    if module.name == "running.py":
        # It watches what a learner's function does to the global generator, and puts it back:
        # test_exercises.py, test_the_global_generator_is_watched_and_put_back.
        allowed |= {"seed", "set_state"}
    assert used <= allowed
