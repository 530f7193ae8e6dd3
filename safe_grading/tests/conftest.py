"""What the tests share: a course to copy, and whether sandboxes can be made."""

import os
import shutil
import sys

import pytest
from small_course import make_course

from safe_grading.book import officials, open_course
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
def small_course(tmp_path_factory):
    """The small course without a submission; tests copy it."""
    folder = tmp_path_factory.mktemp("small") / "course"
    make_course(folder)
    return folder


@pytest.fixture(scope="session")
def original(small_course):
    """The small course's notebook as it was handed out; its tests run in this process."""
    sys.path.insert(0, str(small_course / "source" / "T1"))
    return officials(open_course(small_course), "T1")["task"]


@pytest.fixture
def course(small_course, tmp_path):
    """A copy of the small course."""
    return shutil.copytree(small_course, tmp_path / "course")
