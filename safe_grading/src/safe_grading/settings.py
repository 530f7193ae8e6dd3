"""What grading must know of a course: `c.SafeGrading` in its nbgrader_config.py."""

from importlib.util import find_spec
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import Exchange
from traitlets import Callable, List, Unicode
from traitlets.config import Configurable

from safe_grading.course import Course
from safe_grading.transaction import CourseError


class SafeGrading(Configurable):
    """The settings, all of which may be left out."""

    packages = List(
        Unicode(),
        help="Packages of the course that submissions import, where they are not installed",
    ).tag(config=True)
    hidden = List(
        Unicode(),
        help="Patterns of modules that the sandbox must not show, for they hold answers: "
        "`package/module_*.py`, or the name of a file or folder beside the notebooks",
    ).tag(config=True)
    usual_imports = List(
        Unicode(), help="What submissions may import without a remark, besides the usual"
    ).tag(config=True)
    name_variable = Unicode(
        help="The variable into which students type their names: another's is told in the summary"
    ).tag(config=True)
    personal = Callable(
        None,
        allow_none=True,
        help="A function of assignment and student that returns a function of a locked cell's "
        "text: that of this student. A ValueError says why there is none",
    ).tag(config=True)


def read_settings(config, assignment):
    """Return the `Course` that a configuration describes.

    Raises
    ------
    CourseError
        If it names a package or a module that is not there.
    """
    settings, place = SafeGrading(config=config), CourseDirectory(config=config)
    released, source = (
        Path(place.format_path(step, ".", assignment))
        for step in (place.release_directory, place.source_directory)
    )
    packages = tuple(_folder(name) for name in settings.packages)
    clones = [str(package.parent) for package in packages if not _is_installed(package)]
    hidden, beside = [], []
    for pattern in settings.hidden:
        found = [file for package in packages for file in package.parent.glob(pattern)]
        if not found and not any(released.parent.glob(f"*/{pattern}")):
            raise CourseError(f"c.SafeGrading.hidden: there is no module {pattern}.")
        # a compiled module that is none is compiled anew
        hidden += [c for f in found for c in [f, *f.parent.glob(f"__pycache__/{f.stem}.*")]]
        beside.append(pattern)
    return Course(
        packages=packages,
        hidden=tuple(hidden),
        usual=(*settings.packages, *settings.usual_imports),
        name_variable=settings.name_variable,
        private=(place.root, Exchange(config=config).root, *clones),
        released=str(released),
        source=str(source),
        beside=tuple(beside),
    )


def _is_installed(package):
    return package.parent.name.endswith("-packages")


def _folder(name):
    """Return the folder of a package, or the file of a module that is none."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise CourseError(f"c.SafeGrading.packages: there is no package {name}.")
    file = Path(spec.origin)
    return file.parent if file.name == "__init__.py" else file
