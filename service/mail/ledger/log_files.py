"""Read the end of a log that grows and is rotated: as far back as is asked for, and never more than so many bytes."""

import contextlib
import gzip
import os
import stat
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

MOST_BYTES = 32 * 2**20
"""So much of a log is read in one look, counted as it is after decompression."""

MOST_FILES = 30
_STEP = 2**20
# Longer than any line that a logger writes; what goes on beyond it looks like damage, and counts as such.
_LINE = 2**16

Stamp = Callable[[bytes, datetime], datetime | None]
"""Reads the moment of a line, given when its file was last written."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of the log without a gap: from which byte of which file to which, and when that was last written.

    Of a compressed file `size` is what may be read of it at most.
    """

    path: Path
    identity: tuple[int, int]
    written_at: datetime
    start: int
    size: int
    is_live: bool


def find_pieces(path: Path, *, since: datetime, stamp: Stamp, most: int = MOST_BYTES) -> Sequence[Piece]:
    """Find what of the log must be read to know it since a moment, the oldest first; raises OSError.

    The pieces follow on one another without a gap. The first may begin later than was asked for: where files are
    gone or cannot be read, or where more would have to be read than allowed.
    """
    pieces: list[Piece] = []
    for place in _files(path):
        left = most - sum(piece.size - piece.start for piece in pieces)
        try:
            piece = _piece(place, since=since, stamp=stamp, most=left, is_live=place == path)
        except (OSError, EOFError, zlib.error):
            if place == path:
                raise
            break
        # Between two looks at the folder a file may have been rotated: it is the same one under another name.
        if all(piece.identity != known.identity for known in pieces):
            pieces.append(piece)
            if piece.start > 0 or piece.size >= left or _begins_before(piece, since=since, stamp=stamp):
                break
    return pieces[::-1]


def lines_of(piece: Piece) -> Iterator[bytes | None]:
    """Give the lines of a piece that are complete; None stands where something is missing."""
    try:
        with _opened(piece.path) as file:
            if _identity(os.fstat(file.fileno())) != piece.identity:
                yield None
                return
            file.seek(piece.start)
            yield from _lines(file, left=piece.size - piece.start, is_live=piece.is_live)
            if _is_compressed(piece.path) and file.read(1):
                yield None
    except (OSError, EOFError, zlib.error):
        yield None


def _files(path: Path) -> Iterator[Path]:
    yield path
    for number in range(1, MOST_FILES):
        older = path.with_name(f"{path.name}.{number}")
        yield older if older.exists() else older.with_name(f"{older.name}.gz")


def _piece(path: Path, *, since: datetime, stamp: Stamp, most: int, is_live: bool) -> Piece:
    with _opened(path) as file:
        status = os.fstat(file.fileno())
        written_at = datetime.fromtimestamp(status.st_mtime, UTC)
        size, start = status.st_size, 0
        if _is_compressed(path):
            size = most
            # Damage at its very beginning is better known before anything is read.
            file.read(1)
        else:
            start = _start(file, size, most=most, is_before=_before(since, stamp, written_at))
    return Piece(
        path=path,
        identity=_identity(status),
        written_at=written_at,
        start=start,
        size=size,
        is_live=is_live,
    )


def _start(file: BinaryIO, size: int, *, most: int, is_before: Callable[[bytes], bool]) -> int:
    """Step back from the end until a line is old enough; gives the byte at which a line begins."""
    lowest = max(0, size - most)
    step = size
    while step > lowest:
        step = max(lowest, step - _STEP)
        file.seek(step)
        start = step + (len(file.readline(_LINE)) if step else 0)
        if step == lowest or is_before(file.readline(_LINE)):
            return min(start, size)
    return lowest


def _before(since: datetime, stamp: Stamp, written_at: datetime) -> Callable[[bytes], bool]:
    def is_before(line: bytes) -> bool:
        at = stamp(line, written_at)
        return at is not None and at < since

    return is_before


def _begins_before(piece: Piece, *, since: datetime, stamp: Stamp) -> bool:
    first = next((line for line in lines_of(piece) if line is not None), None)
    return first is not None and _before(since, stamp, piece.written_at)(first)


def _lines(file: BinaryIO, *, left: int, is_live: bool) -> Iterator[bytes | None]:
    while left > 0 and (line := file.readline(min(_LINE, left))):
        left -= len(line)
        if line.endswith(b"\n"):
            yield line
        # The last line of a file that grows may still be on its way; any other without an end was cut.
        elif left > 0 or not is_live:
            yield None


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    # A pipe in the log's place would make the look wait for ever.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as raw:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError("it is not a file")
        if not _is_compressed(path):
            yield raw
            return
        with gzip.open(raw, "rb") as file:
            yield cast("BinaryIO", file)


def _is_compressed(path: Path) -> bool:
    return path.suffix == ".gz"


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
