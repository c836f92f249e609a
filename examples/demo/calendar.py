"""Moves the moments of a campaign file so that its whole life fits into one minute."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from examples.demo.errors import DemoFailed


def move_moments(campaign: str, *, deadline: datetime) -> str:
    """Give the campaign file with its moments set around a deadline for sign-ons; all else stays as written.

    It opens an hour before, is sent a second after, may be published the day after, and the event begins three
    days later. Confirmations get no grace. `deadline` is aware; the file's moments are local to its time_zone.
    Raises DemoFailed where the file lacks one of these keys.
    """
    local = deadline.astimezone(ZoneInfo(_time_zone(campaign))).replace(tzinfo=None, microsecond=0)
    moments = {
        "opens": (local - timedelta(hours=1)).isoformat(),
        "deadline": local.isoformat(),
        "grace_hours": "0",
        "send_at": (local + timedelta(seconds=1)).isoformat(),
        "publish_at": (local + timedelta(days=1)).isoformat(),
        "starts": (local + timedelta(days=3)).date().isoformat(),
    }
    for key, value in moments.items():
        campaign = _set(campaign, key, value)
    return campaign


def _time_zone(campaign: str) -> str:
    found = re.search(r'^time_zone\s*=\s*"([^"]+)"', campaign, re.MULTILINE)
    if not found:
        raise DemoFailed("The demonstration's campaign file has no time_zone.")
    return found[1]


def _set(campaign: str, key: str, value: str) -> str:
    moved, times = re.subn(rf"^({key}\s*=\s*).*$", rf"\g<1>{value}", campaign, count=1, flags=re.MULTILINE)
    if not times:
        raise DemoFailed(f"The demonstration's campaign file has no {key}.")
    return moved
