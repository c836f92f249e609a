"""The pictures in docs/desk.md and in the README can be taken anew at any time, and stay small."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests import road_picture
from tests.desk_pictures import DOCS, MOST_BYTES, take_pictures

pytestmark = [pytest.mark.browser, pytest.mark.soak]


def test_all_four_are_taken_and_small(browser: Browser, tmp_path: Path) -> None:
    taken = take_pictures(browser, tmp_path)

    assert len(taken) == 4
    for path in taken:
        assert path.stat().st_size < MOST_BYTES
        with Image.open(path) as new, Image.open(DOCS / path.name) as kept:
            assert new.size == kept.size


def test_the_road_is_taken_and_small(browser: Browser, tmp_path: Path) -> None:
    path = road_picture.take_picture(browser, tmp_path / "road.png")

    assert path.stat().st_size < road_picture.MOST_BYTES
    with Image.open(path) as new, Image.open(road_picture.PICTURE) as kept:
        assert new.size == kept.size
