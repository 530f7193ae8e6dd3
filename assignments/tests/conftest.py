"""What the tests of the assignments share: a course to copy, and whether sandboxes can be made."""

import os

import pytest
import release

from safe_grading.course import Course
from safe_grading.limits import Limits
from safe_grading.sandbox import NoSandbox, probe


@pytest.fixture(scope="session")
def sandboxes():
    """A sandbox can be made; otherwise the test is skipped, but under CI it fails."""
    try:
        probe(Limits(), Course())
    except NoSandbox as problem:
        pytest.fail(str(problem)) if os.environ.get("CI") else pytest.skip(str(problem))


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    """The course with A1 to A4 released and nobody's submission; tests copy it."""
    folder = tmp_path_factory.mktemp("released") / "course"
    folder.mkdir()
    release.copy_course(folder)
    release.generate(folder)
    return folder
