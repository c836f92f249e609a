"""The demonstration finds the copies that wait for a person, and sees where a packet is not what its sheet says."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from examples.demo.bringing import look_into, waiting_copies
from examples.demo.errors import DemoFailed

PRINTED = """Released: 2 copies are on the way by e-mail.
  post: waits for somebody who brings it; `--packet 0123abcd FILE` makes its packet.
  post: waits for somebody who brings it; `--packet 89abcdef FILE` makes its packet.
  webform: waits for somebody who brings it; `--packet 4567cdef FILE` makes its packet.
  a press copy waits for publication.
"""
LETTER = b"%PDF-"
LISTED = f"1. Print it.\n\n{hashlib.sha256(LETTER).hexdigest()}  letter.pdf\n"


def packet(folder: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(folder / "packet.zip", "w") as archive:
        for name, data in files.items():
            archive.writestr(f"tamarel-post/{name}", data)
    return folder / "packet.zip"


def test_the_copies_that_wait_for_a_person_are_known_by_their_way() -> None:
    assert waiting_copies(PRINTED) == [("post", "0123abcd"), ("post", "89abcdef"), ("webform", "4567cdef")]
    assert waiting_copies("Released: 2 copies are on the way by e-mail.\n") == []


def test_a_packet_is_what_its_sheet_says(tmp_path: Path) -> None:
    files = {"0-what-to-do.txt": LISTED.encode(), "letter.pdf": LETTER}

    assert look_into(packet(tmp_path, **files)) == 1


@pytest.mark.parametrize(
    "files",
    [
        {"0-what-to-do.txt": LISTED.encode(), "letter.pdf": LETTER + b" "},
        {"0-what-to-do.txt": LISTED.encode()},
        {"0-what-to-do.txt": LISTED.encode(), "letter.pdf": LETTER, "more.pdf": LETTER},
        {"letter.pdf": LETTER},
        {},
    ],
    ids=["changed", "missing", "not listed", "no sheet", "empty"],
)
def test_any_other_packet_is_refused(tmp_path: Path, files: dict[str, bytes]) -> None:
    with pytest.raises(DemoFailed, match="does not hold what its sheet says"):
        look_into(packet(tmp_path, **files))
