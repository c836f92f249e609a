"""What a compile reaches for: its interpreter, its fonts and its own folder; never a socket, never another file.

Needs `strace` (the Debian package of that name). Where UNDERSIGNED_REQUIRE_STRACE is 1, as in CI, a run without it fails.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from service.letter.confine import lacking
from service.letter.fonts import SYSTEM_DIRECTORIES
from tests.required import is_required

HOME = Path(__file__).resolve().parents[2]
HOW = ("-f", "-qq", "-s", "4096", "-e", "trace=file,network,prctl,process")
PROGRAM = """
from service.letter.compile import RENDERERS, compile_copy
from tests.letters.twelve import TWELVE

for name in ("every-script", "withheld"):
    for form in RENDERERS:
        compile_copy(TWELVE[name].copy, form=form, profile="archive")
"""
CALL = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)(?: resumed>|\()(.*)$")
OPENED = re.compile(r'"((?:[^"\\]|\\.)*)"')
OPENS = {"open", "openat", "openat2", "execve"}
CHANGES = {
    "mkdir",
    "mkdirat",
    "symlink",
    "symlinkat",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
    "rmdir",
    "rename",
}
CHANGES |= {"renameat", "renameat2", "truncate", "chmod", "fchmodat", "mknod", "mknodat"}
# The interpreter, its libraries, and what those read of the system to start: linker, locale, memory, processors.
SYSTEM = (
    "/lib",
    "/usr/lib",
    "/usr/share/locale",
    "/etc/ld.so",
    "/proc/self/",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
)
SYSTEM += (
    "/sys/fs/cgroup",
    "/proc/cpuinfo",
    "/proc/stat",
    "/dev/null",
    "/dev/urandom",
    "/etc/localtime",
    "/usr/share/zoneinfo",
)


@pytest.fixture(scope="module")
def calls(tmp_path_factory):
    tracer = shutil.which("strace")
    if tracer is None:
        assert not is_required("strace"), (
            "strace is required here and was not found: install the package strace."
        )
        pytest.skip("strace is not installed")
    folder = tmp_path_factory.mktemp("reach")
    trace = folder / "trace.txt"
    done = subprocess.run(
        [tracer, *HOW, "-o", trace, sys.executable, "-B", "-P", "-s", "-c", PROGRAM],
        capture_output=True,
        check=False,
        cwd=folder,
        env={"PYTHONPATH": str(HOME), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
    )
    if done.returncode and b"ptrace" in done.stderr and not is_required("strace"):
        pytest.skip("strace may not run here")
    assert done.returncode == 0, done.stderr.decode()
    return [match.groups() for line in trace.read_text().splitlines() if (match := CALL.match(line))]


def paths(calls, names):
    """Give the paths that calls of some names were given, those that came to nothing left out."""
    for _, name, rest in calls:
        if name in names and " = -1 " not in rest and (found := OPENED.findall(rest)):
            # What is linked to is read; the link is what is made.
            yield found[-1] if name in CHANGES else found[0]


def is_own(path):
    # A path that begins nowhere is one in a folder that was opened or gone into, and that is checked by itself.
    # Python first tries whether it may make a file there at all, by one of eight letters.
    here = re.escape(tempfile.gettempdir())
    return not path.startswith("/") or bool(re.fullmatch(rf"{here}/(letter-\w+(/.*)?|[a-z0-9_]{{8}})", path))


def is_expected(path):
    allowed = [*SYSTEM, str(HOME), sys.prefix, sys.base_prefix, *map(str, SYSTEM_DIRECTORIES)]
    return is_own(path) or any(path.startswith(each) for each in allowed)


def test_no_format_opens_a_socket(calls):
    network = {
        "socket",
        "connect",
        "bind",
        "sendto",
        "sendmsg",
        "recvfrom",
        "listen",
        "accept",
        "accept4",
        "socketpair",
    }

    assert [call for call in calls if call[1] in network] == []


def test_no_file_is_opened_but_the_interpreters_the_fonts_and_its_own(calls):
    opened = set(paths(calls, OPENS))

    assert len(opened) > 100
    assert sorted(path for path in opened if not is_expected(path)) == []


def test_nothing_is_made_or_changed_but_in_its_own_folder(calls):
    written = [call for call in calls if re.search("O_(WRONLY|RDWR|CREAT)", call[2])]
    changed = {*paths(calls, CHANGES), *paths(written, OPENS)}

    assert changed
    assert sorted(path for path in changed if not is_own(path) and path != "/dev/null") == []


def test_once_shut_in_the_typesetter_opens_its_folder_and_its_fonts_alone(calls):
    if lacking():
        pytest.skip("this kernel cannot shut a process in")
    shut = {
        pid
        for pid, name, rest in calls
        if name == "prctl" and "PR_SET_SECCOMP" in rest and rest.endswith(" = 0")
    }
    assert len(shut) == 2
    after = []
    for pid in shut:
        own = [call for call in calls if call[0] == pid]
        begins = next(
            place
            for place, (_, name, rest) in enumerate(own)
            if name == "prctl" and "PR_SET_SECCOMP" in rest and rest.endswith(" = 0")
        )
        after += list(paths(own[begins:], OPENS))

    assert after
    fonts = tuple(map(str, SYSTEM_DIRECTORIES))
    assert [path for path in after if "/letter-" not in path and not path.startswith(fonts)] == []
