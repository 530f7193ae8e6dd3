"""The allocator's memory between one step of training and the next."""

import numpy as np

_ENOUGH = 1 << 24  # bytes: more than any array that a step of the course allocates


def keep_freed_memory():
    """Let glibc keep what a step frees for the next one, instead of handing it to the system.

    Freeing one large block raises the size up to which `malloc` holds on to memory: its
    M_MMAP_THRESHOLD adapts itself (`man mallopt`). On other systems nothing changes.
    """
    np.empty(_ENOUGH, np.int8)
