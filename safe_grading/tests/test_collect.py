"""What students can put into nbgrader's exchange, and what is collected of it."""

import getpass
import os
import stat
import sys

import pytest
from nbgrader.apps import NbGraderAPI
from nbgrader.exchange.default import ExchangeCollect
from nbgrader.utils import parse_utc

from safe_grading.book import open_course

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no exchange on Windows")
ME = getpass.getuser() if sys.platform != "win32" else ""
EARLY, LATE = "2026-01-01 10:00:00 UTC", "2026-01-02 10:00:00 UTC"


@pytest.fixture
def inbound(course, tmp_path):
    """Where students hand in; they all have the account that runs the tests."""
    folder = tmp_path / "exchange" / "small" / "inbound"
    folder.mkdir(parents=True)
    folder.parent.parent.chmod(0o777)
    with (course / "nbgrader_config.py").open("a") as file:
        file.write(
            "from safe_grading.collect import Collect\n"
            "c.ExchangeFactory.collect = Collect\n"
            f"c.Exchange.root = {str(folder.parent.parent)!r}\n"
        )
    return folder


def handed_in(inbound, student, text="[]", when=EARLY):
    folder = inbound / f"{student}+T1+{when}+abcdefghijkl"
    folder.mkdir()
    (folder / "task.ipynb").write_text(text)
    (folder / "timestamp.txt").write_text(when)
    return folder


def collect(course, **options):
    """Collect everything; return what lies in submitted/, by its path."""
    config = open_course(course)
    config.ExchangeCollect.check_owner = options.pop("check_owner", False)
    done = NbGraderAPI(config=config).collect("T1", update=True)
    assert done["success"], done["log"]
    place = course / "submitted"
    files = [path for path in sorted(place.rglob("*")) if not path.is_dir()]
    assert all(stat.S_ISREG(path.lstat().st_mode) for path in files)
    return {str(path.relative_to(place)): path.read_text() for path in files}


def test_nothing_is_copied_through_a_link(course, inbound):
    solution = course / "source" / "T1" / "task.ipynb"
    link = handed_in(inbound, "link")
    (link / "task.ipynb").unlink()
    (link / "task.ipynb").symlink_to(solution)
    (link / "all").symlink_to("/")
    (inbound / f"folder+T1+{EARLY}+abcdefghijkl").symlink_to(solution.parent)
    handed_in(inbound, "kim", "kim's")
    assert collect(course) == {
        "kim/T1/task.ipynb": "kim's",
        "kim/T1/timestamp.txt": EARLY,
        "link/T1/timestamp.txt": EARLY,
    }


def test_each_folder_is_its_owners(course, inbound):
    handed_in(inbound, ME, "mine")
    handed_in(inbound, "somebody-else", "a gift", LATE)
    handed_in(inbound, "..", "above", LATE)
    assert collect(course, check_owner=True) == {
        f"{ME}/T1/task.ipynb": "mine",
        f"{ME}/T1/timestamp.txt": EARLY,
    }


def test_what_is_put_there_stops_nobody(course, inbound):
    handed_in(inbound, "kim", "kim's")
    for name in ("x+T1+now", "x+T1+99999999999999999999", "+T1+" + EARLY, "y+T1+"):
        (inbound / name).mkdir()
    (inbound / f"file+T1+{EARLY}+a").write_text("no folder")
    os.mkfifo(inbound / f"pipe+T1+{EARLY}+a")
    strange = handed_in(inbound, "strange")
    (strange / "timestamp.txt").write_text("yesterday")
    os.mkfifo(strange / "pipe")
    (strange / "checks").mkdir()
    with (strange / "huge.ipynb").open("wb") as file:
        file.truncate(2**40)
    for number in range(200):
        (strange / f"zz{number}").touch()
    found = collect(course)
    assert found["kim/T1/task.ipynb"] == "kim's" and found["strange/T1/task.ipynb"] == "[]"
    assert parse_utc(found["strange/T1/timestamp.txt"]) == parse_utc(EARLY)
    assert {path.split("/")[0] for path in found} == {"kim", "strange"}
    assert len(found) <= 2 + 101 and "strange/T1/huge.ipynb" not in found
    handed_in(inbound, "strange", "later", LATE)
    assert collect(course)["strange/T1/task.ipynb"] == "later"


def test_a_hard_link_to_anothers_file_is_not_copied(course, inbound, monkeypatch):
    """As where the system lets users make such links."""
    folder = handed_in(inbound, "kim", "kim's")
    os.link(course / "source" / "T1" / "task.ipynb", folder / "hers.ipynb")
    place, real = (folder / "hers.ipynb").stat().st_ino, os.fstat

    def owned(handle):
        about = real(handle)
        uid = about.st_uid + (about.st_ino == place)
        return os.stat_result([*about[:4], uid, *about[5:10]])

    monkeypatch.setattr(os, "fstat", owned)
    assert "kim/T1/hers.ipynb" not in collect(course)


def test_nbgraders_own_copies_through_links(course, inbound):
    """Why there is another: as soon as this fails, it may go."""
    link = handed_in(inbound, "link")
    (link / "task.ipynb").unlink()
    (link / "task.ipynb").symlink_to(course / "source" / "T1" / "task.ipynb")
    config = open_course(course)
    config.ExchangeFactory.collect = ExchangeCollect
    assert NbGraderAPI(config=config).collect("T1")["success"]
    assert "return np.mean" in (course / "submitted" / "link" / "T1" / "task.ipynb").read_text()
