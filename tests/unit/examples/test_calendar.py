"""The campaign file's moments move around a deadline; its words do not."""

import tomllib
from datetime import UTC, date, datetime

import pytest

from examples.demo.calendar import move_moments
from examples.demo.errors import DemoFailed
from examples.demo.folder import RIVER

DEADLINE = datetime(2026, 3, 1, 23, 59, 30, tzinfo=UTC)
FILE = (RIVER / "campaign.toml").read_text(encoding="utf-8")


def test_every_moment_lies_around_the_deadline() -> None:
    moved = tomllib.loads(move_moments(FILE, deadline=DEADLINE))

    assert moved["opens"] < moved["deadline"] < moved["send_at"] < moved["publish_at"]
    assert moved["deadline"] == datetime(2026, 3, 1, 23, 59, 30)  # noqa: DTZ001 -- TOML's local moments have no zone
    assert moved["event"]["starts"] == date(2026, 3, 4)
    assert moved["grace_hours"] == 0


def test_moments_are_local_to_the_letter() -> None:
    moved = move_moments(FILE.replace("Atlantic/Reykjavik", "Asia/Kathmandu"), deadline=DEADLINE)

    assert tomllib.loads(moved)["deadline"] == datetime(2026, 3, 2, 5, 44, 30)  # noqa: DTZ001 -- as above


def test_nothing_else_changes() -> None:
    before, after = FILE.splitlines(), move_moments(FILE, deadline=DEADLINE).splitlines()

    changed = [old.split("=")[0].strip() for old, new in zip(before, after, strict=True) if old != new]
    assert changed == ["opens", "deadline", "grace_hours", "send_at", "publish_at", "starts"]


@pytest.mark.parametrize("key", ["time_zone", "deadline", "grace_hours", "starts"])
def test_a_missing_key_is_named(key: str) -> None:
    without = "\n".join(line for line in FILE.splitlines() if not line.startswith(key))

    with pytest.raises(DemoFailed, match=f"has no {key}"):
        move_moments(without, deadline=DEADLINE)
