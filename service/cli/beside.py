"""Read a campaign file and the files beside it; nothing outside its folder is opened, whatever the file says."""

import os
import stat
from datetime import datetime
from pathlib import Path

from service.campaigns.enclosures import Enclosed, enclose, names_beside
from service.campaigns.file import read_campaign_file
from service.cli.context import read_file
from service.foundation.errors import Refused

_LARGEST_FILE = 1_000_000


def read_campaign_folder(path: Path, *, now: datetime) -> Enclosed:
    """Read a campaign file with its logos and annexes; raises Refused with all that is faulty."""
    file = read_campaign_file(read_file(path, most=_LARGEST_FILE), now=now)
    given, faults = {}, []
    for name, most in names_beside(file).items():
        try:
            given[name] = read_beside(path.parent, name, most=most)
        except Refused as refusal:
            faults.append(str(refusal))
    if faults:
        raise Refused(
            "The campaign file names files that cannot be read; nothing was changed.", tuple(faults)
        )
    return enclose(file, given)


def read_beside(folder: Path, name: str, *, most: int) -> bytes:
    """Read a file below a folder by its path from there, `/` between the parts.

    Raises Refused for a path that leads out, for a link anywhere on it, for what is no plain file, and for more than
    `most` bytes.
    """
    parts = name.split("/")
    if any(part in {"", ".", ".."} for part in parts):
        raise Refused(f"{name} does not lie beside the campaign file.")
    here = None
    try:
        here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        for part in parts[:-1]:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = below
        opened = os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=here)
    except (OSError, ValueError) as error:
        raise Refused(f"{name} cannot be read: {_why(error)}.") from error
    finally:
        if here is not None:
            os.close(here)
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise Refused(f"{name} is no plain file.")
    with os.fdopen(opened, "rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise Refused(f"{name} is larger than {most // 1_000_000} MB: make it smaller.")
    return data


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file beside the campaign file"
    # Linux says ELOOP of a link that is not to be followed, or ENOTDIR where a folder was asked for.
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}; links are not followed"
    return "its name cannot be one of a file"
