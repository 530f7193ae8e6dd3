"""A filter of system calls for the sandbox, as a Berkeley packet filter for seccomp.

A submission computes. It needs memory, threads, files and clocks, and the calls below are those:
what is not among them is refused. So there are no other processes and no sockets, and no memory
that no limit counts (shared segments and mappings, files in memory only, locks, keys, messages).
"""

import errno
import os
import struct

# name, number on x86-64, number on 64-bit ARM (-: that machine has no such call)
_ALLOWED = """
read 0 63; write 1 64; open 2 -; openat 257 56; creat 85 -; close 3 57; close_range 436 436;
stat 4 -; fstat 5 80; lstat 6 -; newfstatat 262 79; statx 332 291; statfs 137 43;
fstatfs 138 44; access 21 -; faccessat 269 48; faccessat2 439 439; lseek 8 62; pread64 17 67;
pwrite64 18 68; readv 19 65; writev 20 66; truncate 76 45; ftruncate 77 46; fsync 74 82;
fdatasync 75 83; sendfile 40 71; copy_file_range 326 285; flock 73 32; fadvise64 221 223;
getdents 78 -; getdents64 217 61; getcwd 79 17; chdir 80 49; fchdir 81 50; mkdir 83 -;
mkdirat 258 34; rmdir 84 -; unlink 87 -; unlinkat 263 35; rename 82 -; renameat 264 38;
renameat2 316 276; link 86 -; linkat 265 37; symlink 88 -; symlinkat 266 36; readlink 89 -;
readlinkat 267 78; chmod 90 -; fchmod 91 52; fchmodat 268 53; utime 132 -; utimes 235 -;
utimensat 280 88; futimesat 261 -; umask 95 166; getxattr 191 8; lgetxattr 192 9;
fgetxattr 193 10; listxattr 194 11; llistxattr 195 12; flistxattr 196 13; dup 32 23;
dup2 33 -; dup3 292 24; pipe 22 -; pipe2 293 59; poll 7 -; ppoll 271 73; select 23 -;
pselect6 270 72; epoll_create 213 -; epoll_create1 291 20; epoll_ctl 233 21; epoll_wait 232 -;
epoll_pwait 281 22; eventfd2 290 19; sendto 44 206; recvfrom 45 207; shutdown 48 210;
getsockname 51 204; getsockopt 55 209; brk 12 214; munmap 11 215; mremap 25 216;
mprotect 10 226; madvise 28 233; mincore 27 232; rt_sigaction 13 134; rt_sigprocmask 14 135;
rt_sigreturn 15 139; rt_sigpending 127 136; rt_sigsuspend 130 133; rt_sigtimedwait 128 137;
sigaltstack 131 132; pause 34 -; alarm 37 -; getitimer 36 102; setitimer 38 103; kill 62 129;
tkill 200 130; tgkill 234 131; nanosleep 35 101; clock_nanosleep 230 115;
clock_gettime 228 113; clock_getres 229 114; gettimeofday 96 169; time 201 -; times 100 153;
getrusage 98 165; execve 59 221; exit 60 93; exit_group 231 94; wait4 61 260; waitid 247 95;
set_tid_address 218 96; set_robust_list 273 99; get_robust_list 274 100; rseq 334 293;
futex 202 98; restart_syscall 219 128; arch_prctl 158 -; sched_yield 24 124;
sched_getaffinity 204 123; sched_setaffinity 203 122; sched_getparam 143 121;
sched_getscheduler 145 120; sched_get_priority_max 146 125; sched_get_priority_min 147 126;
getcpu 309 168; getpid 39 172; gettid 186 178; getppid 110 173; getpgid 121 155;
getpgrp 111 -; getsid 124 156; getuid 102 174; geteuid 107 175; getgid 104 176;
getegid 108 177; getresuid 118 148; getresgid 120 150; getgroups 115 158; getpriority 140 141;
getrlimit 97 163; setrlimit 160 164; prlimit64 302 261; sysinfo 99 179; uname 63 160;
getrandom 318 278; membarrier 324 283
"""
_FIRST, _SECOND, _FOURTH = 16, 24, 40  # places of arguments in struct seccomp_data
#: Calls that are allowed with some arguments only: the place of one, and the values it may have.
_BY_VALUE = {
    "ioctl 16 29": (_SECOND, (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)),  # of files, pipes
    "fcntl 72 25": (_SECOND, (0, 1, 2, 3, 4, 1030)),  # copies and flags; locks are uncounted memory
    "prctl 157 167": (_FIRST, (15, 16)),  # the name of a thread
    "socketpair 53 199": (_FIRST, (1,)),  # within the process; asyncio needs it
}
#: And by a bit of an argument: whether it must be set.
_BY_BIT = {
    # the pages of a shared mapping live on, uncounted, when all but one are given back
    "mmap 9 222": (_FOURTH, 0x01, False),
    "clone 56 220": (_FIRST, 0x10000, True),  # a thread may start, a process may not
}
# From here on a C library asks whether the kernel has a call and falls back if not; clone3, whose
# flags no filter sees, is among them.
_NEW = 424
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_LOAD, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE = 0, 4  # places in struct seccomp_data
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000


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
    ]
    for call in _ALLOWED.split(";"):
        code += _if_call(call, column, [(_RETURN, 0, 0, _ALLOW)])
    refuse = (_RETURN, 0, 0, _REFUSE | errno.EPERM)
    for call, (place, values) in _BY_VALUE.items():
        tests = [
            line
            for value in values
            for line in [(_JUMP_EQUAL, 0, 1, value), (_RETURN, 0, 0, _ALLOW)]
        ]
        code += _if_call(call, column, [(_LOAD, 0, 0, place), *tests, refuse])
    for call, (place, bit, wanted) in _BY_BIT.items():
        jump = (_JUMP_ANY_BIT, not wanted, wanted, bit)
        code += _if_call(
            call, column, [(_LOAD, 0, 0, place), jump, (_RETURN, 0, 0, _ALLOW), refuse]
        )
    code += [
        (_JUMP_GREATER_EQUAL, 0, 1, _NEW),
        (_RETURN, 0, 0, _REFUSE | errno.ENOSYS),
        refuse,
    ]
    return b"".join(struct.pack("=HBBI", *line) for line in code)


def _if_call(call, column, lines):
    """Return instructions that do `lines` at a call; these end with a return."""
    number = call.split()[1 + column]
    return [] if number == "-" else [(_JUMP_EQUAL, 0, len(lines), int(number)), *lines]
