"""The journal: a file outside the database and its backups, which knows every mail that may have left.

A restored database forgets what was sent after its backup was made. The journal does not: each line is written, and is
on the disk, before the final dot of its mail. It holds numbers, times and Message-IDs, which say nothing of anybody.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from service.foundation.errors import Refused, Transient
from service.foundation.identity import make_id
from service.mail.policy import POLICIES

SEGMENT_BYTES = 4 * 2**20
"""How long one file of the journal grows; whole files are removed, never lines."""

KEPT_FOR = 2 * max(policy.expires_after for policy in POLICIES.values())
"""How long a line is kept. A mail that waits in an older backup has expired by now, and is not sent again anyway."""

_MACHINE_ID = Path("/etc/machine-id")
_IN_A_CONTAINER = (Path("/.dockerenv"), Path("/run/.containerenv"))
_SEGMENT = re.compile(r"sent-\d{8}\.log")
_JOURNAL_ID = re.compile(r"[0-9a-f-]{32,36}")


class JournalFailed(Transient):
    """The journal could not be written: what was to be sent must not leave, and may later."""


class JournalTaken(Refused):
    """Another process writes this journal."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One fence: the mail with this Message-ID may have left from this moment on."""

    fence_no: int
    at: datetime
    message_id: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Whose journal it is, where it lies (a hash), and the number of its newest line; 0 where it has none."""

    journal_id: str
    place: str
    last: int


class Journal:
    """The journal of one sender, open for writing; only one process holds it."""

    def __init__(
        self,
        folder: Path,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        sync: Callable[[int], None] = os.fdatasync,
    ) -> None:
        """Open the journal in this folder, or begin one; raises Refused where that cannot be done."""
        self._folder, self._segment_bytes, self._sync = folder, segment_bytes, sync
        self._file: int | None = None
        self._size = 0
        self._writing = threading.Lock()
        try:
            self._identity = _identify(folder)
            self._held = self._identity.open("r+b")
            self._hold()
            self.journal_id = _read_id(self._identity)
            self._last = _last_number(folder)
            self._number = max((_number(path) for path in _segments(folder)), default=0)
        except OSError as error:
            raise Refused(f"The journal in {folder} cannot be kept: {error.strerror}.") from error

    @property
    def standing(self) -> Standing:
        """Tell whose it is, where it lies and how far it has come."""
        return Standing(journal_id=self.journal_id, place=place_of(self._identity), last=self._last)

    @property
    def last(self) -> int:
        """The highest number that was ever written here."""
        return self._last

    def append(self, fenced: Sequence[tuple[int, str]], *, now: datetime) -> None:
        """Write (fence_no, Message-ID) of mails whose fence is committed, and wait until the disk has them.

        One write and one sync, however many they are. No final dot may leave before this has returned; raises
        JournalFailed, and none of these mails may be sent.
        """
        if not fenced:
            return
        lines = b"".join(_line(Entry(fence_no=number, at=now, message_id=name)) for number, name in fenced)
        with self._writing:
            try:
                self._write(lines, now=now)
            except OSError as error:
                self._give_up_segment()
                raise JournalFailed(
                    f"The journal in {self._folder} cannot be written ({error.strerror}); nothing is sent until it can."
                ) from error
            self._last = max(self._last, *(number for number, _ in fenced))

    def close(self) -> None:
        """Let go of it."""
        self._close_segment()
        self._held.close()

    def _hold(self) -> None:
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._held.close()
            raise JournalTaken(
                f"Another sender writes the journal in {self._folder}: stop it, or give this one a JOURNAL_DIR of its own."
            ) from error

    def _write(self, lines: bytes, *, now: datetime) -> None:
        if self._file is None or self._size >= self._segment_bytes:
            self._begin_segment(now=now)
        assert self._file is not None
        rest = memoryview(lines)
        while rest:
            rest = rest[os.write(self._file, rest) :]
        self._sync(self._file)
        self._size += len(lines)

    def _begin_segment(self, *, now: datetime) -> None:
        self._close_segment()
        self._number, self._size = self._number + 1, 0
        self._file = os.open(
            self._segment(), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600
        )
        _sync(self._folder)
        self._prune(now=now)

    def _prune(self, *, now: datetime) -> None:
        *older, _ = _segments(self._folder)
        # The newest lines stay whatever their age: they tell how far this sender had come.
        for path in older[:-1]:
            if _written_at(path) >= now - KEPT_FOR:
                return
            path.unlink()

    def _segment(self) -> Path:
        return self._folder / f"sent-{self._number:08}.log"

    def _give_up_segment(self) -> None:
        """Begin a new file next time: what the disk now holds of the last lines is unknown."""
        self._close_segment()
        if self._size == 0:
            with contextlib.suppress(OSError):
                self._segment().unlink()

    def _close_segment(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.close(self._file)
            self._file = None


def begin(folder: Path) -> Standing:
    """Make a journal without lines where there is none, and tell how the journal in the folder stands."""
    _identify(folder)
    standing = look_at(folder)
    assert standing is not None
    return standing


def look_at(folder: Path) -> Standing | None:
    """Tell how the journal in a folder stands, without holding it; None where there is none."""
    identity = folder / "journal.id"
    if not identity.exists():
        return None
    return Standing(journal_id=_read_id(identity), place=place_of(identity), last=_last_number(folder))


def entries_beyond(folder: Path, fence_no: int) -> Iterator[Entry]:
    """Read every line with a higher number, oldest file first; what a power cut has torn is passed over.

    A torn line's mail never left: its writing had not ended.
    """
    for path in _segments(folder):
        yield from (entry for entry in _entries(path) if entry.fence_no > fence_no)


def place_of(
    path: Path, *, machine_id: Path = _MACHINE_ID, in_a_container: Sequence[Path] = _IN_A_CONTAINER
) -> str:
    """Give a hash of where a file lies, which is another one on every copy of it.

    That is the machine's id together with the number by which the disk knows the file. A container's machine-id, if
    there is one, lives no longer than the container, so there only the file counts.
    """
    machine = ""
    if machine_id.exists() and not any(sign.exists() for sign in in_a_container):
        machine = machine_id.read_text(encoding="ascii", errors="replace").strip()
    return hashlib.sha256(f"undersigned journal|{machine}|{path.stat().st_ino}".encode()).hexdigest()


def _entries(path: Path) -> Iterator[Entry]:
    with path.open("rb") as file:
        for line in file:
            entry = _read(line)
            if entry is not None:
                yield entry


def _line(entry: Entry) -> bytes:
    words = f"{entry.fence_no} {int(entry.at.timestamp())} {entry.message_id}".encode("ascii")
    return b"%s %08x\n" % (words, zlib.crc32(words))


def _read(line: bytes) -> Entry | None:
    words, _, mark = line.rpartition(b" ")
    if not words or mark != b"%08x\n" % zlib.crc32(words):
        return None
    number, seconds, message_id = words.decode("ascii").split(" ", 2)
    return Entry(fence_no=int(number), at=datetime.fromtimestamp(int(seconds), tz=UTC), message_id=message_id)


def _last_number(folder: Path) -> int:
    # Senders that commit side by side may write their numbers slightly out of order, even across two files.
    last, with_lines = 0, 0
    for path in reversed(_segments(folder)):
        highest = max((entry.fence_no for entry in _entries(path)), default=0)
        last, with_lines = max(last, highest), with_lines + bool(highest)
        if with_lines == 2:
            break
    return last


def _written_at(path: Path) -> datetime:
    return max(
        (entry.at for entry in _entries(path)), default=datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    )


def _segments(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("sent-*.log") if _SEGMENT.fullmatch(path.name))


def _number(segment: Path) -> int:
    return int(segment.stem.removeprefix("sent-"))


def _identify(folder: Path) -> Path:
    """Find the file that names this journal, or make it once; it is never written again, so that it keeps its inode."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    identity = folder / "journal.id"
    if not identity.exists():
        draft = folder / f"journal.id.{os.getpid()}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(make_id())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            identity.hardlink_to(draft)
        draft.unlink()
        _sync(folder)
    return identity


def _read_id(identity: Path) -> str:
    text = identity.read_text(encoding="ascii", errors="replace").strip()
    if not _JOURNAL_ID.fullmatch(text):
        raise Refused(f"{identity} does not name a journal: move its folder away, and a new one is begun.")
    return text


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
