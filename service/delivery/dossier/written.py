"""Write a dossier to a disk, and let no other be given out than one that passes the check that anybody can make."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from service.delivery.dossier import verify
from service.delivery.dossier.bag import Bag
from service.foundation.errors import Permanent


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
