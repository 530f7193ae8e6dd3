"""Threads: one for BLAS while small matrices are multiplied, several to train, or none at all."""

import logging
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from threadpoolctl import ThreadpoolController

#: Whether threads can start. In a browser none can; INITCOURSE_NO_THREADS=1 tries the same here.
THREADS = sys.platform != "emscripten" and os.environ.get("INITCOURSE_NO_THREADS") != "1"
if not THREADS:
    # without a thread to say so after five seconds, Matplotlib always warns that it looks for fonts
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
if sys.platform == "emscripten":
    with suppress(ImportError):
        import fast_matmul  # noqa: F401  the browser edition brings it: NumPy has no BLAS there

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


def pool_map(function, *arguments, workers, at_end=lambda: None):
    """Return ``[*map(function, *arguments)]``, computed on so many threads where threads can start.

    `at_end` is called when the results are there, and after an exception or an interrupt, before
    the threads that still compute are waited for.

    >>> pool_map(pow, [2, 3], [5, 4], workers=2)
    [32, 81]
    """
    if not THREADS:
        try:
            return [*map(function, *arguments)]
        finally:
            at_end()
    with ThreadPoolExecutor(workers) as pool:
        try:
            return list(pool.map(function, *arguments))
        finally:
            at_end()
