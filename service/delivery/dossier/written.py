"""Write a dossier to a disk, and let no other be given out than one that passes the check that anybody can make."""

import contextlib
import os
import shutil
import stat
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from service.delivery.dossier import verify
from service.delivery.dossier.bag import Bag
from service.foundation.errors import Permanent

PREFIX = "undersigned-dossier-"
"""How the name of each folder begins in which a dossier lies for its check alone."""
_LEFT_OVER_AFTER = timedelta(hours=1)


def write_checked(folder: Path, bag: Bag) -> Sequence[str]:
    """Write a bag into a folder, and give what its own check says of it, one sentence each.

    Raises OSError where it cannot be written, and Permanent where it does not pass: then it is taken away again.
    """
    for name, data in bag.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    told, faults = verify.check(folder.resolve())
    if faults:
        shutil.rmtree(folder)
        raise Permanent(f"No dossier was written, for it would not pass its own check: {faults[0]}")
    return told


def sweep_left_over(parent: Path, *, now: datetime) -> int:
    """Delete the folders that a process left there when it was killed, our own of an hour ago; gives how many."""
    old = [path for path in parent.glob(f"{PREFIX}*") if _is_left_over(path, now=now)]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return len(old)


def _is_left_over(path: Path, *, now: datetime) -> bool:
    with contextlib.suppress(FileNotFoundError):
        found = path.lstat()
        is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
        return is_ours and now.timestamp() - found.st_mtime > _LEFT_OVER_AFTER.total_seconds()
    return False
