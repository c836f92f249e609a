"""Fill moulds and sign mails in a process of its own, so that two processors work at a time.

A signature takes as long as all else that is done for a mail. Run as a module, this is that process: it is given the
keys and the moulds over a pipe, has no database and no network, and ends with the pipe, however the other side ends.
"""

import base64
import contextlib
import fcntl
import gc
import hashlib
import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, BinaryIO

from service.mail.cast import Cast, Filling
from service.mail.dkim import DkimKey, DkimSigner

_WHOLE = struct.Struct("<II")
"""The number of the request, and how long its answer is."""
_DONE = struct.Struct("<i32s")
_CANNOT = -1
_GONE = "The process that makes mails is gone."
_PIPE_BYTES = 2**20


@dataclass(frozen=True, kw_only=True)
class Order:
    """One mail to be made: its mould, what is put into it, and the moment of its signature."""

    cast: Cast
    filling: Filling
    dated_at: datetime


@dataclass(frozen=True, kw_only=True)
class Finished:
    """The bytes of a mail with its signatures, and the SHA-256 of those without them, in hexadecimal."""

    data: bytes
    content_sha256: str


class Workshop:
    """Makes many mails at a time in a child process; threads may share it.

    While one thread hears its answer, the next has asked already: the process need not wait for us.
    """

    def __init__(self, signer: DkimSigner) -> None:
        """Start the process; raises OSError where that cannot be done."""
        self._asking, self._hearing = threading.Lock(), threading.Lock()
        self._asked, self._is_gone = 0, False
        self._known: dict[Cast, int] = {}
        # A Ctrl-C in the terminal is the parent's to answer; the end of the pipe is enough for the child.
        self._process = subprocess.Popen(  # noqa: S603 -- this very module, by this very Python
            [sys.executable, "-P", "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0,
        )
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):
            # An answer goes through in one go, where the system allows as much.
            fcntl.fcntl(self._process.stdout, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        keys = [[key.selector, base64.b64encode(key.private).decode()] for key in signer.keys]
        self._say({"domain": signer.domain, "keys": keys})

    def make(self, orders: Sequence[Order]) -> list[Finished | None]:
        """Make the mails, each as Cast.fill() and DkimSigner.sign() do; None where one of them raises ValueError.

        Raises OSError where the process is gone.
        """
        try:
            with self._asking:
                number = self._ask(orders)
                # Who has asked hears before anybody else asks twice, so each hears the answer to his own question.
                self._hearing.acquire()
            try:
                return list(self._hear(number))
            finally:
                self._hearing.release()
        except BaseException:
            # What is left of an answer must never be taken for that of somebody else.
            self.close()
            raise

    def close(self) -> None:
        """End the process; whoever waits for it, or asks it later, is told by OSError."""
        self._is_gone = True
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _ask(self, orders: Sequence[Order]) -> int:
        if self._is_gone:
            raise BrokenPipeError(_GONE)
        new = [cast for cast in dict.fromkeys(order.cast for order in orders) if cast not in self._known]
        for cast in new:
            self._known[cast] = len(self._known)
        mails = [
            [self._known[order.cast], int(order.dated_at.timestamp()), *order.filling.as_record()]
            for order in orders
        ]
        self._asked += 1
        self._say({"number": self._asked, "casts": [cast.as_record() for cast in new], "mails": mails})
        return self._asked

    def _say(self, record: object) -> None:
        assert self._process.stdin is not None
        line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except ValueError as closed:
            raise BrokenPipeError(_GONE) from closed

    def _hear(self, number: int) -> Iterator[Finished | None]:
        if self._is_gone:
            raise BrokenPipeError(_GONE)
        assert self._process.stdout is not None
        answered, whole = _WHOLE.unpack(_read(self._process.stdout, _WHOLE.size))
        if answered != number:
            raise BrokenPipeError("The process that makes mails answers another question.")
        answer, place = _read(self._process.stdout, whole), 0
        while place < whole:
            length, digest = _DONE.unpack_from(answer, place)
            place += _DONE.size
            if length == _CANNOT:
                yield None
                continue
            yield Finished(data=answer[place : place + length], content_sha256=digest.hex())
            place += length


def is_of_use() -> bool:
    """Tell whether there is a second processor for a process apart."""
    return len(os.sched_getaffinity(0)) > 1


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer requests until there are no more."""
    # It makes no cycles, and the collector would look for them after every few mails.
    gc.disable()
    given = json.loads(requests.readline())
    keys = [DkimKey(base64.b64decode(private), selector=selector) for selector, private in given["keys"]]
    signer = DkimSigner(keys, domain=given["domain"])
    casts: list[Cast] = []
    for line in requests:
        asked = json.loads(line)
        casts += [Cast.of_record(record) for record in asked["casts"]]
        answer = b"".join(
            _made(casts[number], Filling.of_record(record), signer, datetime.fromtimestamp(seconds, tz=UTC))
            for number, seconds, *record in asked["mails"]
        )
        # In one piece: whoever waits for it is to be woken once.
        replies.write(_WHOLE.pack(asked["number"], len(answer)) + answer)
        replies.flush()


def _made(cast: Cast, filling: Filling, signer: DkimSigner, at: datetime) -> bytes:
    try:
        data = cast.fill(filling)
        signatures = signer.signatures(data, at=at)
    except ValueError:
        return _DONE.pack(_CANNOT, b"")
    length = len(signatures) + len(data)
    return b"".join((_DONE.pack(length, hashlib.sha256(data).digest()), signatures, data))


def _read(pipe: IO[bytes], length: int) -> bytes:
    try:
        data = pipe.read(length)
    except ValueError as closed:
        raise BrokenPipeError(_GONE) from closed
    if len(data) < length:
        raise BrokenPipeError(_GONE)
    return data


if __name__ == "__main__":
    # The parent may be gone before its answer is wanted.
    with contextlib.suppress(OSError):
        serve(sys.stdin.buffer, sys.stdout.buffer)
