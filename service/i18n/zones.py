"""In which time zone the readers of a country live, where there is one for all of them."""

import functools
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global


def zone_of_country(code: str, *, at: datetime) -> ZoneInfo | None:
    """Give the zone of a country (ISO 3166-1 alpha-2) whose clocks all show the same at a moment; else None.

    The zones of a country are those of CLDR (supplemental data, as Babel carries them).
    """
    named = get_global("territory_zones").get(code.upper(), ())
    zones = [ZoneInfo(name) for name in sorted(set(named) & _known())]
    clocks = {at.astimezone(zone).utcoffset() for zone in zones}
    return zones[0] if len(clocks) == 1 else None


@functools.cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())
