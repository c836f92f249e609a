"""How a language writes a moment on the wall of a place."""

from datetime import date, datetime

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time

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


def write_when(moment: datetime, language: str) -> str:
    """Write an aware moment as people say it, without its zone: "Tuesday, December 8, 2026 at 9:00 AM"."""
    locale = Locale.parse(language, sep="-")
    joined = _JOINED.get(language.partition("-")[0], "{date} {time}")
    day = own_digits(format_date(moment.date(), format="full", locale=locale), language)
    time = own_digits(format_time(moment, format="short", locale=locale), language)
    return joined.format(date=day, time=time)


def write_clock(moment: datetime, language: str) -> str:
    """Write the time of the day: "9:00 AM"."""
    return own_digits(format_time(moment, format="short", locale=Locale.parse(language, sep="-")), language)


def write_day(day: date, language: str) -> str:
    """Write a day with its weekday: "Tuesday, December 8, 2026"."""
    return own_digits(format_date(day, format="full", locale=Locale.parse(language, sep="-")), language)


def write_month(day: date, language: str) -> str:
    """Write the month of a day with its year: "December 2026"."""
    return own_digits(format_skeleton("yMMMM", day, locale=Locale.parse(language, sep="-")), language)


def write_weekday(day: date, language: str) -> str:
    """Write the weekday of a day: "Tuesday"."""
    return format_date(day, format="cccc", locale=Locale.parse(language, sep="-"))


def _zone(moment: datetime) -> str:
    offset = moment.isoformat()[-6:] if moment.utcoffset() else ""
    name = str(moment.tzinfo)
    return "UTC" if name in {"UTC", "Etc/UTC"} else f"{name}, UTC{offset}"
