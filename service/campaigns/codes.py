"""Codes as people write them: countries, languages and time zones, each brought to its one form."""

import importlib.resources
from functools import cache

from service.campaigns.hints import did_you_mean, one_of
from service.foundation.errors import Refused
from service.i18n.languages import offered_tags

LANGUAGES = ("en", "en-GB", "en-US", "fr", "es")
"""The languages that letters are written in."""
TEXT_LANGUAGES = (*LANGUAGES, "ar", "ug", "bo", "zh-Hans")
"""The languages that a letter may be translated into."""
READER_LANGUAGES = tuple(dict.fromkeys((*LANGUAGES, *offered_tags())))
"""The languages that signatories may be written to in."""

_ALSO_IN_USE = {"XK": "Kosovo", "XT": "Tibet"}
"""Places without a code in ISO 3166-1, under codes from the range left to users; XK is what CLDR writes too."""
_OFTEN_MEANT = {"UK": "GB", "EN": "GB", "EL": "GR"}


def country_code(text: str, *, what: str) -> str:
    """Give a country's code (ISO 3166-1 alpha-2, XK and XT) in capitals; raises Refused, naming `what`."""
    code = text.strip().upper()
    if code in countries():
        return code
    meant = _OFTEN_MEANT.get(code)
    hint = f' Did you mean "{meant}"?' if meant else _by_name(text)
    raise Refused(f"{what} must be a country's two-letter code (ISO 3166), like US or FR.{hint}")


def language_tag(text: str, *, what: str, among: tuple[str, ...] = LANGUAGES) -> str:
    """Give a language's tag (RFC 5646, in any case) as we write it; raises Refused, naming `what`."""
    by_fold = {tag.casefold(): tag for tag in among}
    found = by_fold.get(text.strip().casefold())
    if found is None:
        hint = did_you_mean(text, among)
        raise Refused(f"{what} is not a language supported yet: use {one_of(among)}.{hint}")
    return found


def time_zone(text: str, *, what: str) -> str:
    """Give the name of a time zone in the IANA database; raises Refused, naming `what`."""
    if text not in _zones():
        hint = did_you_mean(text, _zones())
        raise Refused(f"{what} must be a time zone of the IANA list, like Europe/Brussels.{hint}")
    return text


@cache
def countries() -> dict[str, str]:
    """Give the known countries: code to English name, from the table that comes with the time zones."""
    table = importlib.resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    rows = (line.split("\t", 1) for line in table.splitlines() if line and not line.startswith("#"))
    return dict(rows) | _ALSO_IN_USE


@cache
def _zones() -> frozenset[str]:
    return frozenset(importlib.resources.files("tzdata").joinpath("zones").read_text("utf-8").split())


def _by_name(text: str) -> str:
    by_fold = {name.casefold(): code for code, name in countries().items()}
    code = by_fold.get(text.strip().casefold())
    return f' Did you mean "{code}"?' if code else ""
