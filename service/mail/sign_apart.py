"""Sign mails in a process of its own, so that two processors work at a time; run as a module, this is that process.

A signature takes as long as all else that is done for a mail. The process is given the keys over a pipe, has no
database and no network, and ends with the pipe, however the other side ends.
"""

import base64
import contextlib
import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import IO, BinaryIO

from service.mail.dkim import DkimKey, DkimSigner

_COUNT = struct.Struct("<I")
_MAIL = struct.Struct("<QI")
_SIGNED = struct.Struct("<i")
_CANNOT = -1


class SignerApart:
    """Signs as a DkimSigner does, many mails at a time, in a child process; threads that share it wait for each other."""

    def __init__(self, signer: DkimSigner) -> None:
        """Start the process; raises OSError where that cannot be done."""
        self._lock = threading.Lock()
        # A Ctrl-C in the terminal is the parent's to answer; the end of the pipe is enough for the child.
        self._process = subprocess.Popen(  # noqa: S603 -- this very module, by this very Python
            [sys.executable, "-P", "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0,
        )
        keys = {
            "domain": signer.domain,
            "keys": [[key.selector, base64.b64encode(key.private).decode()] for key in signer.keys],
        }
        self._to.write(json.dumps(keys).encode() + b"\n")
        self._to.flush()

    def signatures(self, mails: Sequence[tuple[bytes, datetime]]) -> list[bytes | None]:
        """Give the signatures of each mail, dated at its moment, as DkimSigner.signatures() does; None where it raises.

        Raises OSError where the process is gone.
        """
        request = [_COUNT.pack(len(mails))]
        for data, at in mails:
            request += [_MAIL.pack(int(at.timestamp()), len(data)), data]
        with self._lock:
            self._to.write(b"".join(request))
            self._to.flush()
            return [self._read_one() for _ in mails]

    def close(self) -> None:
        """End the process."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.kill()
        self._process.wait()

    def _read_one(self) -> bytes | None:
        (length,) = _SIGNED.unpack(_read(self._from, _SIGNED.size))
        return _read(self._from, length) if length != _CANNOT else None

    @property
    def _to(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def _from(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout


def is_of_use() -> bool:
    """Tell whether there is a second processor for a process apart."""
    return len(os.sched_getaffinity(0)) > 1


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer requests until there are no more."""
    given = json.loads(requests.readline())
    keys = [DkimKey(base64.b64decode(private), selector=selector) for selector, private in given["keys"]]
    signer = DkimSigner(keys, domain=given["domain"])
    while head := requests.read(_COUNT.size):
        for _ in range(_COUNT.unpack(head)[0]):
            seconds, length = _MAIL.unpack(_read(requests, _MAIL.size))
            data = _read(requests, length)
            try:
                signed = signer.signatures(data, at=datetime.fromtimestamp(seconds, tz=UTC))
            except ValueError:
                replies.write(_SIGNED.pack(_CANNOT))
            else:
                replies.write(_SIGNED.pack(len(signed)) + signed)
        replies.flush()


def _read(pipe: IO[bytes], length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise BrokenPipeError("The process that signs is gone.")
    return data


if __name__ == "__main__":
    # The parent may be gone before its answer is wanted.
    with contextlib.suppress(OSError):
        serve(sys.stdin.buffer, sys.stdout.buffer)
