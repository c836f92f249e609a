"""Shuts a process in before it reads what strangers wrote: no network, no other process, no file but those it is given.

Linux alone, and without any privilege. Landlock (kernel documentation, userspace-api/landlock) takes the files and the
signals, a seccomp filter (userspace-api/seccomp_filter) the sockets and the new processes. Neither can be taken back.
"""

import ctypes
import errno
import os
import stat
import struct
import sys

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER = 38, 22, 2
# Landlock's system calls have the same numbers on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION, _PATH_BENEATH = 1, 1
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
# What a ruleset of each version can take away from a process: rights to files, to TCP, and scopes (linux/landlock.h).
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
_ALL_FILE_RIGHTS, _TCP, _TCP_SINCE, _SCOPES, _SCOPES_SINCE = 16, 0b11, 4, 0b11, 6


class _Calls:
    """The system calls of an architecture: its name for itself, those that are refused, and `clone`."""

    def __init__(self, *, architecture: int, refused: tuple[int, ...], clone: int) -> None:
        self.architecture = architecture
        self.refused = refused
        self.clone = clone


# Refused are, in this order: socket, connect, accept, bind, listen, socketpair, accept4 (x86_64 has fork and vfork
# besides), execve, execveat, kill, ptrace, process_vm_readv and _writev, pidfd_send_signal and _getfd, io_uring_setup,
# unshare, setns, mount, bpf, add_key, request_key, keyctl, perf_event_open, userfaultfd.
_CALLS = {
    "x86_64": _Calls(
        architecture=0xC000003E,
        refused=(
            *(41, 42, 43, 49, 50, 53, 288, 57, 58),
            *(59, 322, 62, 101, 310, 311, 424, 438, 425, 272, 308, 165, 321, 248, 249, 250, 298, 323),
        ),
        clone=56,
    ),
    "aarch64": _Calls(
        architecture=0xC00000B7,
        refused=(
            *(198, 203, 202, 200, 201, 199, 242),
            *(221, 281, 129, 117, 270, 271, 424, 438, 425, 97, 268, 40, 280, 217, 218, 219, 241, 282),
        ),
        clone=220,
    ),
}
_CLONE3, _CLONE_THREAD = 435, 0x10000
# x86_64 has a second set of numbers above this one.
_OTHER_NUMBERS = 0x40000000
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _HAS_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16


def confine(readable: list[str]) -> None:
    """Shut this process in, as far as the kernel can: it reads what lies at `readable` and reaches nothing else.

    Call it while the process has one thread. What `lacking` names is not held; the limits of resources are the
    caller's. Raises OSError where the kernel has a defence and refuses to put it up.
    """
    if sys.platform != "linux":
        return
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if _landlock_version():
        _shut_files(readable, _landlock_version())
    if _has_filters():
        _shut_calls(_CALLS[os.uname().machine])


def lacking() -> tuple[str, ...]:
    """Name what this machine cannot take away from a process, each with what it would need; empty where all holds."""
    found = []
    if not _landlock_version():
        found.append(
            "files beyond its folder are not locked away (Linux 5.13 or newer with Landlock does it)"
        )
    if not _has_filters():
        found.append("the network is not locked away (Linux with seccomp, on x86_64 or aarch64, does it)")
    return tuple(found)


def _landlock_version() -> int:
    if sys.platform != "linux":
        return 0
    return max(0, int(_libc().syscall(_CREATE_RULESET, None, ctypes.c_long(0), ctypes.c_long(_ASK_VERSION))))


def _has_filters() -> bool:
    if sys.platform != "linux" or os.uname().machine not in _CALLS:
        return False
    # Asked for a filter that lies nowhere, a kernel that knows filters finds fault with the address.
    _libc().prctl(_PR_SET_SECCOMP, ctypes.c_long(_FILTER), None, ctypes.c_long(0), ctypes.c_long(0))
    return ctypes.get_errno() == errno.EFAULT


def _shut_files(readable: list[str], version: int) -> None:
    rights = (1 << _FILE_RIGHTS.get(version, _ALL_FILE_RIGHTS)) - 1
    attributes = struct.pack(
        "=QQQ", rights, _TCP if version >= _TCP_SINCE else 0, _SCOPES if version >= _SCOPES_SINCE else 0
    )
    # An older kernel knows a shorter record; what it does not know is 0 in ours.
    ruleset = _call("syscall", _CREATE_RULESET, attributes, len(attributes), 0)
    try:
        for path in readable:
            opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
            is_folder = stat.S_ISDIR(os.fstat(opened).st_mode)
            rule = struct.pack("=Qi", _READ_FILE | (_READ_FOLDER if is_folder else 0), opened)
            _call("syscall", _ADD_RULE, ruleset, _PATH_BENEATH, rule, 0)
            os.close(opened)
        _call("syscall", _RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _shut_calls(calls: _Calls) -> None:
    program = _filter(calls)
    held = ctypes.create_string_buffer(program, len(program))
    _call(
        "prctl", _PR_SET_SECCOMP, _FILTER, struct.pack("@HP", len(program) // 8, ctypes.addressof(held)), 0, 0
    )


def _filter(calls: _Calls) -> bytes:
    """Write the filter (classic BPF): a refused call fails with EPERM, as for want of a right; the rest goes on."""
    no, not_there, yes = (
        _step(_RETURN, _REFUSE | errno.EPERM),
        _step(_RETURN, _REFUSE | errno.ENOSYS),
        _step(_RETURN, _ALLOW),
    )
    return b"".join(
        [
            _step(_LOAD, _ARCHITECTURE_AT),
            _unless(_EQUAL, calls.architecture, no),
            _step(_LOAD, _NUMBER_AT),
            _when(_AT_LEAST, _OTHER_NUMBERS, no),
            *(_when(_EQUAL, number, no) for number in calls.refused),
            # Its flags lie in memory, where no filter reads: the C library then falls back to clone.
            _when(_EQUAL, _CLONE3, not_there),
            # A thread may be made, a process may not.
            _unless(_EQUAL, calls.clone, yes),
            _step(_LOAD, _FIRST_ARGUMENT_AT),
            _unless(_HAS_BIT, _CLONE_THREAD, no),
            yes,
        ]
    )


def _step(code: int, value: int, *, when_true: int = 0, when_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, when_true, when_false, value)


def _when(code: int, value: int, end: bytes) -> bytes:
    return _step(code, value, when_false=1) + end


def _unless(code: int, value: int, end: bytes) -> bytes:
    return _step(code, value, when_true=1) + end


def _call(function: str, *arguments: int | bytes) -> int:
    whole = (ctypes.c_long(each) if isinstance(each, int) else each for each in arguments)
    given = int(getattr(_libc(), function)(*whole))
    if given < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"the kernel refused to shut the typesetter in: {os.strerror(number)}")
    return given


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
