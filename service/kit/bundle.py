"""The kit as one file: a zip whose bytes repeat (pure)."""

import io
import zipfile
from collections.abc import Mapping
from datetime import date

_UNIX = 3
_READABLE = 0o644 << 16
# A zip knows no earlier year (APPNOTE.TXT, 4.4.6).
_FIRST_YEAR = 1980


def zip_files(files: Mapping[str, bytes], *, folder: str, day: date) -> bytes:
    """Put files into a zip, in a folder of their own, all of them of one day.

    The same files give the same bytes on any day and any machine: nothing is compressed, for that depends on a library.
    """
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", compression=zipfile.ZIP_STORED) as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(
                f"{folder}/{name}", date_time=(max(day.year, _FIRST_YEAR), day.month, day.day, 12, 0, 0)
            )
            entry.create_system, entry.external_attr = _UNIX, _READABLE
            archive.writestr(entry, data)
    return written.getvalue()
