"""Unpack a part of a zip that a stranger may have made, in no more memory than was allowed (pure)."""

import zipfile

# Of the other ways of packing, the library unpacks whatever it has read: a kilobyte of bzip2 may stand for gigabytes.
_PIECE_BY_PIECE = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_LOCKED = 1


def unpack_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, most: int) -> bytes:
    """Give a part of a zip, its first `most` bytes where it is longer.

    Raises zipfile.BadZipFile for one that is under a password, packed in an unusual way, or other than its entry says.
    """
    if entry.flag_bits & _LOCKED or entry.compress_type not in _PIECE_BY_PIECE:
        raise zipfile.BadZipFile
    with archive.open(entry) as part:
        # Asked for all of it, the library makes room for all that it unpacks to, whatever the entry says.
        return part.read(max(0, most))
