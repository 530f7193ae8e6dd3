"""What the tests of the assignments share: courses to copy, and whether sandboxes can be made."""

import os
import shutil

import pytest
import release
from grading.limits import Limits
from grading.sandbox import NoSandbox, probe
from safe_class import make_course


@pytest.fixture(scope="session")
def sandboxes():
    """A sandbox can be made; otherwise the test is skipped, but under CI it fails."""
    try:
        probe(Limits(), [])
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


@pytest.fixture(scope="session")
def small_course(tmp_path_factory):
    """The small course without a submission; tests copy it."""
    folder = tmp_path_factory.mktemp("small") / "course"
    make_course(folder)
    return folder


@pytest.fixture
def course(small_course, tmp_path):
    """A copy of the small course."""
    return shutil.copytree(small_course, tmp_path / "course")
