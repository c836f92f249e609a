"""Files in one zip whose bytes repeat (pure)."""

import io
import zipfile
from collections.abc import Iterable
from datetime import date
from typing import BinaryIO

_UNIX = 3
_READABLE = 0o644 << 16
# A zip knows no earlier year (APPNOTE.TXT, 4.4.6).
_FIRST_YEAR = 1980


def zip_files(files: Iterable[tuple[str, bytes]], *, day: date) -> bytes:
    """Put files into a zip in this order, by their names, all of them of one day.

    The same files give the same bytes on any day and any machine: nothing is compressed, for what a compressor makes
    differs from one machine's library to another's.
    """
    written = io.BytesIO()
    write_zip(written, files, day=day)
    return written.getvalue()


def write_zip(out: BinaryIO, files: Iterable[tuple[str, bytes]], *, day: date) -> None:
    """Write the same bytes into a file that is open to be written, one after the other: no two lie in memory for it."""
    with zipfile.ZipFile(out, "w", compression=zipfile.ZIP_STORED) as archive:
        for name, data in files:
            moment = (max(day.year, _FIRST_YEAR), day.month, day.day, 12, 0, 0)
            entry = zipfile.ZipInfo(name, date_time=moment)
            entry.create_system, entry.external_attr = _UNIX, _READABLE
            archive.writestr(entry, data)
