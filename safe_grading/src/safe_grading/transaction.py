"""One student's marks: in the gradebook and among the graded notebooks whole, or not at all."""

import contextlib
import shutil
import sqlite3
import time

from sqlalchemy import event
from sqlalchemy.engine import Engine

_SLICE = 0.2  # seconds between two looks at whether to go on waiting
_SAYS = {
    sqlite3.SQLITE_BUSY: "another program keeps the gradebook locked: "
    "close Formgrader and other nbgrader commands, then grade again",
    sqlite3.SQLITE_READONLY: "the gradebook is read-only: make it writable, then grade again",
    sqlite3.SQLITE_FULL: "the disk is full: make room, then grade again",
    sqlite3.SQLITE_NOTADB: "the gradebook is damaged: put back your last copy, then grade again",
    sqlite3.SQLITE_ERROR: "the gradebook is of another version of nbgrader: "
    "copy the file, run `nbgrader db upgrade`, then grade again",
}
_SAYS |= {
    sqlite3.SQLITE_CANTOPEN: _SAYS[sqlite3.SQLITE_READONLY],
    sqlite3.SQLITE_IOERR: _SAYS[sqlite3.SQLITE_FULL],
    sqlite3.SQLITE_CORRUPT: _SAYS[sqlite3.SQLITE_NOTADB],
}


class CourseError(Exception):
    """Why the course cannot be graded, in a sentence."""


class _Shared(sqlite3.Connection):
    """A connection that nbgrader, which commits at every step, cannot commit or close."""

    def commit(self):
        """Leave the transaction open."""

    rollback = close = commit


@contextlib.contextmanager
def one_transaction(gradebook, seconds, stop=False):
    """Let all that nbgrader does with the gradebook inside be one transaction.

    Parameters
    ----------
    gradebook : Path
    seconds : float
        How long to wait while another program writes.
    stop : Stop, optional
        Ends the waiting, too.

    Yields
    ------
    commit : callable
        Without its call nothing is kept.

    Raises
    ------
    sqlite3.Error
    """

    def insist(statement):
        until = time.monotonic() + seconds
        while True:
            try:
                return connection.execute(statement)
            except sqlite3.OperationalError as problem:
                busy = problem.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if stop or not busy or time.monotonic() > until:
                    raise

    connection = sqlite3.connect(gradebook, _SLICE, isolation_level=None, factory=_Shared)

    def connect(*_):
        return connection

    try:
        insist("BEGIN IMMEDIATE")
        event.listen(Engine, "do_connect", connect)
        try:
            yield lambda: insist("COMMIT")
        finally:
            event.remove(Engine, "do_connect", connect)
    finally:
        sqlite3.Connection.close(connection)  # which rolls back what is not committed


@contextlib.contextmanager
def replaced(folder, made):
    """Put a folder in the place of another, and that one back if what is done inside fails."""
    new, old = (folder.with_name(f".{folder.name}-{word}") for word in ("new", "old"))
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    shutil.copytree(made, new)
    if folder.exists():
        folder.rename(old)
    try:
        new.rename(folder)
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def explain(problem):
    """Return what lies behind an exception, and what to do; None if that is not known."""
    while problem is not None:
        if isinstance(problem, sqlite3.Error):
            return _SAYS.get(getattr(problem, "sqlite_errorcode", 0) & 0xFF)
        if isinstance(problem, OSError) and problem.strerror:
            return f"{problem.strerror} ({problem.filename}): mend that, then grade again"
        problem = problem.__cause__ or problem.__context__
    return None
