"""Which font files lie in the folders of this machine, and which characters each of them has."""

import functools
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError

SYSTEM_DIRECTORIES = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
)

# Faces of one weight and width only, the plain ones; bold siblings follow their regular face.
_OTHER_FACE = re.compile(
    r"(bold|black|light|thin|medium|heavy|italic|oblique|condensed|extra|demi|mono)", re.IGNORECASE
)
# Letter faces before screen faces; what is not named comes last.
_PREFERRED = (
    "NotoNaskhArabic-",
    "NotoSerif",
    "wqy-zenhei",
    "NotoSansSC",
    "DroidSansFallback",
    "Nanum",
    "NotoSans",
    "Noto",
)


@dataclass(frozen=True, kw_only=True)
class _Listing:
    """The font files of a directory, and when each of its folders had changed last as it was read."""

    files: tuple[Path, ...]
    folders: tuple[tuple[Path, int], ...]


@functools.cache
def ranked_files(directories: tuple[Path, ...]) -> tuple[Path, ...]:
    """Give the font files below some directories, best first, as they were when last looked at."""
    files = (path for directory in directories for path in _listing(directory).files)
    return tuple(sorted(files, key=_rank))


def look_again(directories: Iterable[Path]) -> bool:
    """Forget what was read of the folders where any below has changed since, and tell whether one had.

    Packages write into folders of their own, and the one above them does not change. It costs a call for each folder.
    """
    kept = [one for directory in directories for one in _listing(directory).folders]
    is_changed = any(_stamp(folder) != stamp for folder, stamp in kept)
    if is_changed:
        _listing.cache_clear()
        ranked_files.cache_clear()
    return is_changed


def characters_of(path: Path) -> frozenset[int]:
    """Give the characters of a font file as it is now; none of a file that is broken, gone or not archival."""
    return _characters(path, _stamp(path))


def _rank(path: Path) -> tuple[int, str, str]:
    order = [place for place, start in enumerate(_PREFERRED) if path.name.startswith(start)]
    return (min(order, default=len(_PREFERRED)), path.name, str(path))


@functools.cache
def _listing(directory: Path) -> _Listing:
    # The stamps are taken before the names, so that what comes meanwhile is seen the next time.
    folders: list[tuple[Path, int]] = [(directory, _stamp(directory))]
    files: list[Path] = []
    for folder, below, names in os.walk(directory):
        folders.extend((path, _stamp(path)) for path in (Path(folder, name) for name in below))
        files.extend(
            Path(folder, name)
            for name in names
            if name.lower().endswith((".ttf", ".ttc", ".otf")) and not _OTHER_FACE.search(name)
        )
    return _Listing(files=tuple(files), folders=tuple(folders))


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@functools.lru_cache(maxsize=1024)
def _characters(path: Path, stamp: int) -> frozenset[int]:  # noqa: ARG001 -- a changed file is read again
    try:
        with path.open("rb") as stream, TTFont(stream, fontNumber=0, lazy=True) as font:
            return frozenset(font.getBestCmap() or ()) if _is_archival(font) else frozenset()
    except (TTLibError, OSError, KeyError, AssertionError):
        # A broken file among the fonts is no reason to stop a letter.
        return frozenset()


def _is_archival(font: TTFont) -> bool:
    """Tell whether a font keeps the archival claim: CID-keyed CFF does not (widths disagree under PDF/A)."""
    if "glyf" in font:
        return True
    return "CFF " in font and not hasattr(font["CFF "].cff.topDictIndex[0], "ROS")
