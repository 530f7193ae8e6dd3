"""Generate the assignments' release from their source, as students get it.

    python assignments/release.py            write release/
    python assignments/release.py --check    write nothing: say what differs

nbgrader works in a temporary copy of the course, with a gradebook of its own, so that what
comes out depends on the sources alone: it is for nobody but the `model` of `personal.py`.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from nbgrader.apps import NbGraderAPI
from traitlets.config import PyFileConfigLoader

HERE = Path(__file__).resolve().parent
ASSIGNMENTS = ("A1", "A2", "A3", "A4")


def copy_course(folder):
    """Copy what nbgrader reads, the sources and the settings, into an empty folder."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("source", "checks"):
        shutil.copytree(HERE / name, folder / name, ignore=ignored)
    for name in ("nbgrader_config.py", "personal.py"):
        shutil.copy(HERE / name, folder / name)


def open_course(folder):
    """Return nbgrader's API for the course in `folder`."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()
    return NbGraderAPI(config=config)


def generate(folder, assignments=ASSIGNMENTS):
    """Generate the release inside the course in `folder`; return nbgrader's API for it.

    Raises
    ------
    RuntimeError
        With nbgrader's log, if it fails.
    """
    api = open_course(folder)
    for name in assignments:
        done = api.generate_assignment(name)
        if not done["success"]:
            raise RuntimeError(f"nbgrader could not generate {name}:\n{done['log']}")
    return api


def contents(folder):
    """Return the files below a folder, by their path in it, with the line ending of git.

    Without what Python has compiled there, when somebody used the checks.
    """
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    files = [path for path in files if path.parent.name != "__pycache__"]
    return {p.relative_to(folder): p.read_bytes().replace(b"\r\n", b"\n") for p in files}


def main(arguments=None):
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only say what differs")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary).resolve()
        copy_course(folder)
        generate(folder)
        new, old = contents(folder / "release"), contents(HERE / "release")
        differing = sorted(path for path in {*new, *old} if new.get(path) != old.get(path))
        if not options.check:
            shutil.rmtree(HERE / "release", ignore_errors=True)
            for path, content in new.items():
                (HERE / "release" / path).parent.mkdir(parents=True, exist_ok=True)
                (HERE / "release" / path).write_bytes(content)
    for path in differing:
        print(f"release/{path} {'is not what the source gives' if options.check else 'written'}")
    return 1 if options.check and differing else 0


if __name__ == "__main__":
    sys.exit(main())
