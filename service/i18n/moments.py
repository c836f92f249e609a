"""How a language writes a moment on the wall of a place."""

from datetime import datetime

from babel import Locale
from babel.dates import format_time

from service.i18n.formats import isolate, own_digits, write_date

_JOINED = {
    "en": "{date} at {time}",
    "fr": "{date} à {time}",
    "es": "{date} a las {time}",
    "ar": "{date} الساعة {time}",
    "ug": "{date} سائەت {time}",
    "bo": "{date} ཆུ་ཚོད་ {time}",
    "zh": "{date} {time}",
}


def write_moment(moment: datetime, language: str) -> str:
    """Write an aware moment in full with its zone: "December 5, 2026 at 5:00 PM (America/New_York, UTC-05:00)"."""
    locale = Locale.parse(language, sep="-")
    joined = _JOINED.get(language.partition("-")[0], "{date} {time}")
    time = own_digits(format_time(moment, format="short", locale=locale), language)
    zone = isolate(f"({_zone(moment)})", within=language)
    return f"{joined.format(date=write_date(moment.date(), language), time=time)} {zone}"


def _zone(moment: datetime) -> str:
    offset = moment.isoformat()[-6:] if moment.utcoffset() else ""
    name = str(moment.tzinfo)
    return "UTC" if name in {"UTC", "Etc/UTC"} else f"{name}, UTC{offset}"
