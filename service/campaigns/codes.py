"""Codes as people write them: countries, languages and time zones, each brought to its one form."""

import importlib.resources
from functools import cache

from service.campaigns.hints import did_you_mean, meant, one_of
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.i18n.formats import written_tag
from service.i18n.languages import offered_tags
from service.i18n.words import shipped_languages

READER_LANGUAGES = tuple(dict.fromkeys(("en", "en-GB", "en-US", "fr", "es", *offered_tags())))
"""The languages that signatories may be written to in."""

_ALSO_IN_USE = {"XK": "Kosovo", "XT": "Tibet"}
"""Places without a code in ISO 3166-1, under codes from the range left to users; XK is what CLDR writes too."""
_OFTEN_MEANT = {"UK": "GB", "EN": "GB", "EL": "GR"}


def country_code(text: str, *, what: str) -> str:
    """Give a country's code (ISO 3166-1 alpha-2, XK and XT) in capitals; raises Refused, naming `what`."""
    code = text.strip().upper()
    if code in countries():
        return code
    usual = _OFTEN_MEANT.get(code)
    hint = meant(usual) if usual else _by_name(text)
    raise Refused(
        Sentence(
            "{what} must be a country's two-letter code (ISO 3166), like US or FR. {hint}",
            what=what,
            hint=hint,
        )
    )


def letter_language(text: str, *, what: str) -> str:
    """Give the tag of a language that letters may be in (RFC 5646, in any case) as we write it; raises Refused, naming `what`."""
    try:
        return written_tag(text)
    except Refused:
        hint = did_you_mean(text, shipped_languages())
        raise Refused(
            Sentence(
                "{what} is no language whose dates and numbers are known here: give its tag, like fa, zh-Hant "
                "or pt-BR. {hint}",
                what=what,
                hint=hint,
            )
        ) from None


def language_tag(text: str, *, what: str) -> str:
    """Give the tag of a language that signatories may be written to in; raises Refused, naming `what`."""
    by_fold = {tag.casefold(): tag for tag in READER_LANGUAGES}
    found = by_fold.get(text.strip().casefold())
    if found is None:
        hint = did_you_mean(text, READER_LANGUAGES)
        raise Refused(
            Sentence(
                "{what} is not a language supported yet: use {known}. {hint}",
                what=what,
                known=one_of(READER_LANGUAGES),
                hint=hint,
            )
        )
    return found


def time_zone(text: str, *, what: str) -> str:
    """Give the name of a time zone in the IANA database; raises Refused, naming `what`."""
    if text not in _zones():
        hint = did_you_mean(text, _zones())
        raise Refused(
            Sentence(
                "{what} must be a time zone of the IANA list, like Europe/Brussels. {hint}",
                what=what,
                hint=hint,
            )
        )
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
    return meant(code) if code else ""
