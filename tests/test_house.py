"""The package imports fast and alone, its folders depend one way, its face is what one types.

Beside it `init_audit` reads the course, which does not know it; `answer_checks` does not know the
course, whose exercises are made of it.
"""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import initcourse

PACKAGE = Path(__file__).resolve().parent.parent / "initcourse"
MODULES = sorted(PACKAGE.rglob("*.py"))
BESIDE = ("answer_checks", "init_audit")
EVERY = [
    *MODULES,
    *(file for name in BESIDE for file in sorted((PACKAGE.parent / name).glob("*.py"))),
]


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
    # The processor's time, since others share the cores; the best of three.
    code = "import time; t = time.process_time(); import initcourse; print(time.process_time() - t)"
    assert min(float(in_a_fresh_interpreter(code)[0]) for _ in range(3)) < 1


def test_import_leaves_heavy_packages_and_the_global_generator_alone():
    code = (
        "import sys, numpy as np; before = np.random.get_state()[1].copy(); import initcourse;"
        "assert (np.random.get_state()[1] == before).all(); print(*sys.modules)"
    )
    heavy = {"scipy", "matplotlib", "ipywidgets", "IPython", "torch"}
    assert not heavy & set(in_a_fresh_interpreter(code))


# Folders and top modules, from the ground up: one imports only what stands before its own place.
FLOORS = [
    {"_validate"},
    {"activations", "initializers", "data", "figures"},
    {"rules", "networks"},
    {"theory", "training"},
    {"propagation", "custom_activation", "clinic"},
    {"explorers"},
    {"answer_checks"},
    {"exercises"},
    {"init_audit"},
]


def floor_of(name):
    return next(level for level, names in enumerate(FLOORS) if name in names)


def imports_of(source):
    """Return (module, name) of every import from the package; the face itself is module ""."""
    tree = ast.parse(source)
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return [
        (node.module.removeprefix("initcourse").lstrip("."), alias.name)
        for node in froms
        if (node.module or "").split(".")[0] in ("initcourse", *BESIDE)
        for alias in node.names
    ]


def faults(place, source):
    """Return what a module in the folder or top module `place` may not import."""
    found = []
    for module, name in imports_of(source):
        top = (module or name).split(".")[0]
        if top != place and floor_of(top) >= floor_of(place):
            found.append(f"{place} imports {top}")
        if name.startswith("_") and name != "_validate":
            found.append(f"{place} imports the private {name}")
        if place == "init_audit" and module.startswith("_"):
            found.append(f"{place} imports the private {module}")
    widgets = re.search(r"import (ipywidgets|IPython)", source)
    if widgets and place not in ("explorers", "exercises", "answer_checks"):
        found.append(f"{place} knows widgets")
    return found


def place_of(path):
    """Return the folder, or the top module, that a file belongs to; or the other package."""
    if path.parent.name in BESIDE:
        return path.parent.name
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def test_imports_run_one_way():
    for path in EVERY:
        text = path.read_text(encoding="utf-8")
        if path != PACKAGE / "__init__.py":
            assert faults(place_of(path), text) == [], path
        assert path not in MODULES or "init_audit" not in text, path
        assert place_of(path) != "answer_checks" or "initcourse" not in text, path


def test_an_import_turned_round_is_found():
    assert faults("theory", "from initcourse.explorers.signals import draw")
    assert faults("networks", "from initcourse import theory")
    assert faults("clinic", "from initcourse.propagation import simulate")  # side by side
    assert faults("explorers", "from initcourse.theory.finite_width import _moments")
    assert faults("figures", "import ipywidgets")
    assert faults("init_audit", "from initcourse._validate import generator")
    assert faults("exercises", "from init_audit import audit")
    assert faults("explorers", "from answer_checks.check import Verdict")
    assert not faults("explorers", "from initcourse.theory.mean_field import chi")


def test_the_package_fits_on_one_screen():
    names = {place_of(path) for path in MODULES}
    folders = {name for name in names if (PACKAGE / name).is_dir()}
    assert len(folders) <= 9 and len(names - folders) <= 7


LONGEST = 60  # lines of one screen, without the docstring


@pytest.mark.parametrize("module", EVERY, ids=lambda path: f"{place_of(path)}/{path.name}")
def test_no_function_is_longer_than_a_screen(module):
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            doc = node.body[0] if ast.get_docstring(node) else None
            lines = node.end_lineno - node.lineno + 1
            lines -= doc.end_lineno - doc.lineno + 1 if doc else 0
            assert lines <= LONGEST, f"{node.name} has {lines} lines"


def test_the_face_is_what_notebooks_type():
    typed = set()
    for path in PACKAGE.parent.glob("notebooks/*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                typed |= set(re.findall(r"\bic\.(\w+)", "".join(cell["source"])))
    assert typed and typed <= set(dir(initcourse))
    assert dir(initcourse) == sorted(initcourse.__all__)
    assert all(hasattr(initcourse, name) for name in dir(initcourse))


@pytest.mark.parametrize("module", EVERY, ids=lambda path: f"{place_of(path)}/{path.name}")
def test_no_module_uses_the_global_random_state(module):
    used = set(re.findall(r"(?:np|numpy)\.random\.(\w+)", module.read_text(encoding="utf-8")))
    allowed = {"default_rng", "Generator", "get_state"}  # get_state only looks
    if module.name == "run_answer.py":
        # It watches what a learner's function does to the global generator, and puts it back:
        # test_exercises.py, test_the_global_generator_is_watched_and_put_back.
        allowed |= {"seed", "set_state"}
    assert used <= allowed


def test_no_folder_takes_the_browser_of_another():
    # imported, the fixture of the package tests/browser stays open until all tests have ended
    for path in PACKAGE.parent.glob("*/**/conftest.py"):
        if not path.relative_to(PACKAGE.parent).parts[0].startswith((".", "build")):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"^from .* import .*\bbrowser\b", text, re.MULTILINE), path
