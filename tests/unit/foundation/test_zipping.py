"""A zip has the same bytes on any day, keeps its order, and is read by others."""

import io
import zipfile
from datetime import date
from pathlib import Path

import time_machine

from service.foundation.zipping import write_zip, zip_files

FILES = [("kit/b.txt", b"two"), ("kit/a.txt", b"one")]


def test_a_zip_is_the_same_on_every_day_and_keeps_its_order() -> None:
    one = zip_files(FILES, day=date(2026, 12, 7))

    with time_machine.travel("2031-02-03", tick=False):
        assert zip_files(FILES, day=date(2026, 12, 7)) == one
    with zipfile.ZipFile(io.BytesIO(one)) as read:
        assert [(name, read.read(name)) for name in read.namelist()] == FILES
        assert read.testzip() is None


def test_a_day_before_zips_knew_any_is_their_first() -> None:
    with zipfile.ZipFile(io.BytesIO(zip_files(FILES, day=date(1900, 1, 1)))) as read:
        assert read.infolist()[0].date_time[0] == 1980


def test_written_into_a_file_it_has_the_same_bytes(tmp_path: Path) -> None:
    with (tmp_path / "kit.zip").open("wb") as out:
        write_zip(out, iter(FILES), day=date(2026, 12, 7))

    assert (tmp_path / "kit.zip").read_bytes() == zip_files(FILES, day=date(2026, 12, 7))
