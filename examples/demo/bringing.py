"""What people do: save the packets of those copies that do not leave by themselves, bring them, and say so."""

import hashlib
import re
import zipfile
from collections import Counter
from pathlib import Path

from examples.demo.errors import DemoFailed
from examples.demo.stage import Stage

# As `deliver --release` prints them.
_WAITING = re.compile(r"^ *(\w+): waits for somebody who brings it; `--packet (\w+) FILE`", re.MULTILINE)
_LISTED = re.compile(r"^([0-9a-f]{64})  (.+)$", re.MULTILINE)
_SHEET = "0-what-to-do.txt"
# Of each way, the first copy that goes by it first.
_HOW = {
    "post": (
        "registered letter, posted at Reykjavik by the secretary; number RR 555 014 200 IS",
        "registered letter, posted at Reykjavik by the secretary; number RR 555 014 213 IS",
    ),
    "webform": (
        "entered by the secretary in the form on the office's site, which confirmed it; number TC-2026-0412",
    ),
}


def waiting_copies(released: str) -> list[tuple[str, str]]:
    """Give way and id of each copy that waits for a person, from what the release printed."""
    return _WAITING.findall(released)


def bring(stage: Stage, waiting: list[tuple[str, str]]) -> None:
    """Save each packet, look whether it is whole, and note that it was brought."""
    gone: Counter[str] = Counter()
    for way, sending in waiting:
        packet = stage.folder.packet(f"{way}-{gone[way] + 1}")
        packet.parent.mkdir(exist_ok=True)
        stage.undersigned.run("deliver", stage.slug, "--packet", sending, str(packet))
        files = look_into(packet)
        how = dict(enumerate(_HOW.get(way, ()))).get(gone[way], "brought by the secretary")
        gone[way] += 1
        stage.undersigned.run("deliver", stage.slug, "--brought", sending, how)
        stage.brought += 1
        stage.narrator.say(f"Packet for {way}, {files} files, made; a person brought it and said so: {how}.")


def look_into(packet: Path) -> int:
    """Check every file of a packet against the sheet that says what it holds; gives how many there are.

    Raises DemoFailed where one is missing, changed or not listed.
    """
    with zipfile.ZipFile(packet) as archive:
        files = {Path(name).name: archive.read(name) for name in archive.namelist()}
    sheet = files.pop(_SHEET, b"").decode()
    listed = {name: digest for digest, name in _LISTED.findall(sheet)}
    if not files or {name: hashlib.sha256(data).hexdigest() for name, data in files.items()} != listed:
        raise DemoFailed(f"{packet.name} does not hold what its sheet says.")
    return len(files)
