"""How a language writes dates, numbers, countries and counts of signatories."""

import functools
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date
from babel.numbers import format_decimal

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

# American English is what "en" already writes.
_ALSO_CALLED = {"en-US": "en"}
_SCRIPT, _REGION, _LONGEST_TAG = 4, 2, 35
# The first digit of each numbering system that CLDR names as the usual one of some language.
_ZEROS = {"arab": "٠", "arabext": "۰", "beng": "০", "deva": "०", "mymr": "၀", "tibt": "༠"}
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_LEFT_TO_RIGHT = frozenset({"L"})
_PARAMETER = re.compile(r"\{n\}")
_PLACES = Path(__file__).resolve().parent / "places.toml"
FSI, PDI = "\u2068", "\u2069"


@dataclass(frozen=True, kw_only=True)
class Noun:
    """A noun that can be counted: its forms by the names of CLDR's plural rules, which may hold {n}.

    A form that is empty is that of `other`.
    """

    other: str
    zero: str = ""
    one: str = ""
    two: str = ""
    few: str = ""
    many: str = ""


def settle_language(tag: str) -> str:
    """Give a language's tag (BCP 47) as we write it: "zh-Hant", "pt-BR"; "en-US" is "en".

    Raises Refused for a language that the common data (CLDR) does not know, or not in this script: nobody could tell
    how it writes a date.
    """
    written = written_tag(tag)
    return _ALSO_CALLED.get(written, written)


@functools.lru_cache(maxsize=256)
def written_tag(tag: str) -> str:
    """Give a language's tag as it is written: "EN_us" is "en-US"; raises Refused as settle_language does."""
    written = _well_written(tag)
    try:
        known = Locale.parse(written, sep="-")
    except (ValueError, UnknownLocaleError):
        raise _unknown(tag) from None
    explicit = next((part for part in written.split("-")[1:] if len(part) == _SCRIPT), "")
    if len(written) > _LONGEST_TAG:
        raise _unknown(tag)
    if explicit and known.script != explicit and script_of(written.partition("-")[0]) != explicit:
        raise _unknown(tag)
    return written


def script_of(language: str) -> str:
    """Give the script that a language is written in (ISO 15924): "Arab" for "ug", "Hant" for "zh-TW"; or nothing."""
    base, *parts = language.split("-")
    explicit = next((part for part in parts if len(part) == _SCRIPT), "")
    if explicit:
        return explicit
    likely: Mapping[str, str] = get_global("likely_subtags")
    region = next((part for part in parts if len(part) == _REGION), "")
    found = likely.get(f"{base}_{region}") or likely.get(base, "")
    return next((part for part in found.split("_")[1:] if len(part) == _SCRIPT), "")


@functools.lru_cache(maxsize=64)
def direction(language: str) -> str:
    """Tell whether a language is written "ltr" or "rtl"."""
    return "rtl" if _locale(language).text_direction == "rtl" else "ltr"


def isolate(text: str, *, within: str) -> str:
    """Keep a foreign direction inside a text from moving what stands beside it.

    A text with letters that run against the direction of the language `within` comes back between U+2068 and
    U+2069 (Unicode Bidirectional Algorithm, section 2.4), and so does one of figures and signs without any letter,
    such as a telephone number, within a language that is written from the right; any other comes back as it is.
    """
    is_rtl = direction(within) == "rtl"
    if text.isascii() and not is_rtl:
        return text
    kinds = {unicodedata.bidirectional(character) for character in text}
    has_own, has_foreign = kinds & _RIGHT_TO_LEFT, kinds & _LEFT_TO_RIGHT
    if not is_rtl:
        has_own, has_foreign = has_foreign, has_own
    stands_apart = is_rtl and "EN" in kinds and len(kinds) > 1 and not has_own
    return f"{FSI}{text}{PDI}" if has_foreign or stands_apart else text


def write_date(day: date, language: str) -> str:
    """Write a date in full, month spelt out: "December 7, 2026", "7 December 2026", "1er décembre 2026"."""
    written = own_digits(format_date(day, format="long", locale=_locale(language)), language)
    if language.partition("-")[0] == "fr" and day.day == 1:
        return written.replace("1 ", "1er ", 1)
    return written


def own_digits(text: str, language: str) -> str:
    """Write the digits of a text as the language does in a letter: "۷ دسامبر ۲۰۲۶" in Persian."""
    return text.translate(_digits_of(language))


@functools.lru_cache(maxsize=64)
def _digits_of(language: str) -> Mapping[int, int]:
    zero = _ZEROS.get(_locale(language).default_numbering_system or "", "0")
    return {ord("0") + digit: ord(zero) + digit for digit in range(10)} if zero != "0" else {}


def write_number(number: int, language: str) -> str:
    """Write a whole number with the separators of the language: "1,204"."""
    written = format_decimal(number, locale=_locale(language), numbering_system="default")
    return own_digits(written, language)


# Rolls name the same few countries a hundred thousand times.
@functools.lru_cache(maxsize=2048)
def country_name(code: str, language: str) -> str:
    """Name a country from its ISO 3166-1 alpha-2 code, in English where the language has no name; unknown ones as given."""
    for tag in (language, "en"):
        base = tag.partition("-")[0]
        plain = _places().get(f"{base}-{script_of(tag)}") or _places().get(base, {})
        if name := plain.get(code) or _locale(tag).territories.get(code):
            return name
    return code


@functools.cache
def _places() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(_PLACES.read_text(encoding="utf-8"))


def count(number: int, noun: Noun, language: str) -> str:
    """Say a number of things, with the noun in the form that the language wants; nothing for none of them."""
    if not number:
        return ""
    phrase = str(getattr(noun, _locale(language).plural_form(number))) or noun.other
    return _PARAMETER.sub(write_number(number, language), phrase)


def _well_written(tag: str) -> str:
    base, *parts = tag.strip().replace("_", "-").split("-")
    forms = {_SCRIPT: str.title, _REGION: str.upper}
    return "-".join([base.lower(), *(forms.get(len(part), str.lower)(part) for part in parts)])


def _unknown(tag: str) -> Refused:
    return Refused(
        Sentence(
            "“{tag}” is no language whose dates and numbers are known here: give its tag (BCP 47), like fa, zh-Hant or"
            " pt-BR.",
            tag=tag,
        )
    )


@functools.lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    return Locale.parse(language, sep="-")
