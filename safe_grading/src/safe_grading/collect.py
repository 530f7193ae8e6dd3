"""Collecting from nbgrader's exchange, into which a student can put anything.

nbgrader's own copies what lies there as the teacher, through links: a submission that is a link to
the teacher's solution, or to another's work, is that solution. It takes a folder for the work of
whoever it is named after, and stops for the whole class at a name or a file that it cannot read.
"""

import os
import stat
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path

from nbgrader.exchange.default import ExchangeCollect

from safe_grading.book import time_stamp
from safe_grading.limits import MB, Limits
from safe_grading.names import is_name
from safe_grading.screen import read_opened

try:
    import pwd
except ImportError:  # Windows, where nbgrader has no exchange
    pwd = None

_FILES, _MOST = 100, 100 * MB  # of one submission


class Collect(ExchangeCollect):
    """Takes of each folder the ordinary files that its student owns, and nothing through a link."""

    def _path_to_record(self, path):
        """Return what nbgrader goes by, for nobody where the folder is not its student's."""
        try:
            record = super()._path_to_record(path)
            if not is_name(record["username"]):
                raise ValueError("no name of a student")
            os.close(self._opened(path, record["username"]))
        except Exception as problem:  # whatever a name can make of a reader of dates, too
            self.log.warning("Not collected: %a (%s)", os.path.basename(path), problem)
            record = {"username": None, "filename": None, "timestamp": None}
        return record

    def _sort_by_timestamp(self, records):
        nobodys = [record for record in records if record["username"] is None]
        return nobodys or super()._sort_by_timestamp(records)

    def _opened(self, path, student):
        """Return a handle of a folder; raise where it is none or not the student's."""
        handle = _open(path, os.O_DIRECTORY)
        with suppress(KeyError):
            if not self.check_owner or pwd.getpwuid(os.fstat(handle).st_uid).pw_name == student:
                return handle
        os.close(handle)
        raise ValueError(f"not owned by {student}")

    def copy_files(self):
        """Copy what is somebody's."""
        self.src_records = [it for it in self.src_records if it["username"] is not None]
        super().copy_files()

    def do_copy(self, src, dest, log=None):
        """Copy the ordinary files of a submission's folder, and none of its folders."""
        record = super()._path_to_record(src)
        Path(dest).mkdir(parents=True)
        try:
            folder = self._opened(src, record["username"])
        except (OSError, ValueError) as problem:  # since it was looked at
            self.log.warning("Nothing collected of %a (%s)", os.path.basename(src), problem)
            return
        try:
            self._copy(folder, Path(dest))
        finally:
            os.close(folder)
        if time_stamp(Path(dest, "timestamp.txt")) is None:  # at another nbgrader would stop
            Path(dest, "timestamp.txt").write_text(f"{record['timestamp']} UTC")

    def _copy(self, folder, dest):
        owner, room = os.fstat(folder).st_uid, _MOST
        ignored = self.coursedir.ignore
        names = [n for n in os.listdir(folder) if not any(fnmatch(n, p) for p in ignored)]
        for name in sorted(names)[:_FILES]:
            content, problem = _content(name, folder, owner, min(room, Limits.notebook))
            if problem is None:
                (dest / name).write_bytes(content)
                room -= len(content)
            elif problem != "no ordinary file" or name.endswith(".ipynb"):
                self.log.warning("Not collected: %a in %s (%s)", name, dest, problem)


def _open(path, *more, **place):
    """Open what is there itself, where it is no link, and without waiting for anybody."""
    return os.open(path, sum(more, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), **place)


def _content(name, folder, owner, most):
    """Return what a file holds, and words about why not (or None)."""
    try:
        handle = _open(name, dir_fd=folder)
    except OSError:
        return None, "a link, or cannot be read"
    about = os.fstat(handle)
    if stat.S_ISREG(about.st_mode) and about.st_uid != owner:
        os.close(handle)
        return None, "another's file"
    return read_opened(handle, most)
