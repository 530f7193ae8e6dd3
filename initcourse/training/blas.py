"""One BLAS thread while small matrices are multiplied, also when several threads ask for it."""

import threading
from contextlib import contextmanager

from threadpoolctl import ThreadpoolController

_BLAS = ThreadpoolController()
_lock = threading.Lock()
_inside = 0  # how many are inside `one_blas_thread`
_limit = None


@contextmanager
def one_blas_thread():
    """Limit BLAS to one thread; the last to leave restores what the first one found.

    For small matrices a second BLAS thread costs more than it brings. The number belongs to the
    whole process: two threads that each set and restored it would undo each other.

    Examples
    --------
    >>> with one_blas_thread():
    ...     print("multiply here")
    multiply here
    """
    global _inside, _limit
    with _lock:
        if _inside == 0:
            _limit = _BLAS.limit(limits=1, user_api="blas")
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _limit.restore_original_limits()
