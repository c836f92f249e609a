"""Where journals lie: one for each sending process, the first in JOURNAL_DIR itself, the others in folders beneath it."""

import re
from collections.abc import Sequence
from pathlib import Path

from service.foundation.errors import Refused
from service.mail.journal import Journal, JournalTaken, Standing, look_at

MOST_PLACES = 64
"""So many sending processes may keep journals in one folder."""

_NAME = "sender-{number}"
_PLACE = re.compile(r"sender-(\d{1,3})")


def open_free(folder: Path) -> tuple[Journal, Path]:
    """Open the first journal that no other process holds, or begin one; raises Refused where none can be had.

    A process takes the place that another has left, and goes on with its numbers: so there are never more journals than
    there were processes at one time.
    """
    for number in range(1, MOST_PLACES + 1):
        place = folder if number == 1 else folder / _NAME.format(number=number)
        try:
            return Journal(place), place
        except JournalTaken:
            continue
    raise Refused(f"{MOST_PLACES} processes send already with their journals in {folder}; stop one of them.")


def journal_folders(folder: Path) -> list[Path]:
    """Give every folder of a journal in JOURNAL_DIR, the first one always, in the order of their numbers."""
    found = {
        int(match.group(1)): path
        for path in (folder.iterdir() if folder.is_dir() else ())
        if (match := _PLACE.fullmatch(path.name)) and path.is_dir()
    }
    return [folder, *(found[number] for number in sorted(found))]


def look_at_others(folder: Path, own: Path) -> Sequence[Standing]:
    """Tell how the other journals in JOURNAL_DIR stand, without holding them."""
    standings = (look_at(place) for place in journal_folders(folder) if place != own)
    return [standing for standing in standings if standing is not None]
