import json
import subprocess
import sys
from pathlib import Path

import pytest

from service.letter.confine import lacking

HOME = Path(__file__).resolve().parents[3]
NETWORK = ("a socket", "a pair of sockets")
OTHERS = ("a process", "a program", "a program by its own", "a signal")
FILES = (
    "a file elsewhere",
    "a list elsewhere",
    "a secret of the service",
    "a file written",
    "a file cut",
    "a file removed",
)
# Each is tried in a process that may read one folder only; what it is told, as JSON, is what the tests look at.
ATTEMPTS = """
import json, os, socket, sys, threading
from pathlib import Path
from service.letter.confine import confine

own = Path(sys.argv[1])
confine([own])
attempts = {
    "its own file": lambda: (own / "own.txt").read_text(),
    "its own list": lambda: os.listdir(own),
    "a thread": lambda: threading.Thread(target=int).start(),
    "a socket": socket.socket,
    "a pair of sockets": socket.socketpair,
    "a process": os.fork,
    "a program": lambda: os.execv("/bin/true", ["true"]),
    "a program by its own": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "a signal": lambda: os.kill(os.getppid(), 0),
    "a file elsewhere": lambda: Path("/etc/passwd").read_text(),
    "a list elsewhere": lambda: os.listdir("/"),
    "a secret of the service": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
    "a file written": lambda: (own / "new.txt").write_text("new"),
    "a file cut": lambda: os.truncate(own / "own.txt", 0),
    "a file removed": lambda: (own / "own.txt").unlink(),
}
told = {}
for name, attempt in attempts.items():
    try:
        attempt()
        told[name] = "done"
    except PermissionError:
        told[name] = "refused"
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    own = tmp_path_factory.mktemp("own")
    (own / "own.txt").write_text("own")
    done = subprocess.run(
        [sys.executable, "-c", ATTEMPTS, str(own)],
        capture_output=True,
        check=True,
        cwd=HOME,
        env={"PYTHONPATH": str(HOME)},
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("attempt", [*NETWORK, *OTHERS])
def test_who_is_shut_in_reaches_no_network_and_no_other_process(told, attempt):
    if any("network" in lack for lack in lacking()):
        pytest.skip("this kernel has no seccomp filters")

    assert told[attempt] == "refused"


@pytest.mark.parametrize("attempt", FILES)
def test_who_is_shut_in_reaches_no_file_but_its_own_and_changes_none(told, attempt):
    if any("files" in lack for lack in lacking()):
        pytest.skip("this kernel has no Landlock")

    assert told[attempt] == "refused"


@pytest.mark.parametrize("attempt", ["its own file", "its own list", "a thread"])
def test_who_is_shut_in_can_still_do_its_work(told, attempt):
    assert told[attempt] == "done"


def test_the_typesetter_may_spend_no_more_than_it_was_given():
    program = (
        "import json, resource; from service.letter import typeset;"
        "typeset.limit(memory=1 << 30, seconds=7);"
        "print(json.dumps([resource.getrlimit(each) for each in (resource.RLIMIT_AS, resource.RLIMIT_CPU,"
        " resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NOFILE)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        cwd=HOME,
        env={"PYTHONPATH": str(HOME)},
    )

    assert json.loads(done.stdout) == [[1 << 30, 1 << 30], [7, 7], [0, 0], [0, 0], [64, 64]]
