"""A filter of system calls for the sandbox, as a Berkeley packet filter for seccomp.

A submission computes. It needs threads, files and clocks, and no other processes, so the calls
below answer "not permitted". Without them a fork bomb cannot start, and memory that no limit
counts (shared segments and mappings, files that live in memory only) cannot be had.
"""

import errno
import os
import struct

# name: number on x86-64, number on 64-bit ARM (None: that machine has no such call)
_REFUSED = {
    "fork": (57, None),
    "vfork": (58, None),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "io_uring_setup": (425, 425),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
}
_CLONE, _CLONE3 = (56, 220), (435, 435)
_CLONE_THREAD = 0x10000
_MMAP, _MAP_SHARED = (9, 222), 0x01
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_LOAD, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE = 0, 4  # places in struct seccomp_data
_FIRST_ARGUMENT, _FOURTH_ARGUMENT = 16, 40
_ALLOW, _KILL = 0x7FFF0000, 0x80000000


def _refuse(error):
    return 0x00050000 | error


def make_filter(machine=None):
    """Return the filter's instructions as bytes, or None on a machine it is not written for."""
    machine = machine or os.uname().machine
    if machine not in _MACHINES:
        return None
    column, architecture = _MACHINES[machine]
    code = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),  # 32-bit calls have other numbers
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_GREATER_EQUAL, 0, 1, 0x40000000),  # and so have the x32 ones
        (_RETURN, 0, 0, _KILL),
        # clone3 hides its flags in memory; C libraries then fall back to clone
        (_JUMP_EQUAL, 0, 1, _CLONE3[column]),
        (_RETURN, 0, 0, _refuse(errno.ENOSYS)),
    ]
    for numbers in _REFUSED.values():
        if numbers[column] is not None:
            code += [(_JUMP_EQUAL, 0, 1, numbers[column])]
            code += [(_RETURN, 0, 0, _refuse(errno.EPERM))]
    code += [
        # the pages of a shared mapping live on, uncounted, when all but one are given back
        (_JUMP_EQUAL, 0, 4, _MMAP[column]),
        (_LOAD, 0, 0, _FOURTH_ARGUMENT),
        (_JUMP_ANY_BIT, 0, 1, _MAP_SHARED),
        (_RETURN, 0, 0, _refuse(errno.EPERM)),
        (_RETURN, 0, 0, _ALLOW),
        (_JUMP_EQUAL, 0, 3, _CLONE[column]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_JUMP_ANY_BIT, 1, 0, _CLONE_THREAD),  # a thread may start, a process may not
        (_RETURN, 0, 0, _refuse(errno.EPERM)),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *line) for line in code)
