"""The roll: the order in which a letter names its signatories, and how many they are."""

import functools
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pyuca import Collator

from service.i18n.formats import country_name
from service.letter.edition import GroupBy, Order, Signatory

# What stands before the word by which an organization is looked for: articles, also behind an opening quotation mark.
# Only "the" is one wherever it stands: "a" and "an" are words of other languages.
_OPENED = r"^[\"'“”„‘’‚«»‹›「『《(\[¿¡\s]*"
_ARTICLES = {
    "en": "(?:the|an|a)",
    "de": "(?:der|die|das|the)",
    "es": "(?:el|la|los|las|the)",
    "fr": "(?:le|la|les|the)",
    "it": "(?:il|lo|la|i|gli|le|the)",
    "nl": "(?:de|het|the)",
    "pt": "(?:o|a|os|as|the)",
}
# French and Italian ones may lean on the word.
_LEANING = {"fr": "|l['’]", "it": "|(?:l|gl)['’]"}
# How rolls were put in order before there was `sorting`.
_FIRST_ARTICLE = re.compile(r"^(?:the|an|a)\s+(?=\w)", re.IGNORECASE)
# Scripts whose people usually write the family name last; in all others the whole name decides.
_FAMILY_NAME_LAST = frozenset({"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN", "HEBREW"})
_AFTER_THE_FAMILY_NAME = re.compile(
    r"(?:,?\s+(?:jr|sr|ii|iii|iv|esq|ph\.?d|m\.?d|osb|sj|op|kc|qc|mp)\.?)+$", re.IGNORECASE
)
# A person's degree, office or "(retired)" behind the name; of "Smith, Anna" it leaves the family name.
_ASIDE = re.compile(r"\s*(?:[,،，;].*|[(（\[][^()（）\[\]]*[)）\]]?\s*)$", re.DOTALL)
# Spanish puts ñ between n and o; þ is the first Latin letter that collates after z.
_LETTERS = {"es": str.maketrans({"ñ": "nþ", "Ñ": "Nþ"})}
_NUMBER = re.compile(r"\d+")
_DIGITS = 12
# A page's roll is put in order anew whenever one name changes, and working out a key takes longer than all the rest.
_KEYS_KEPT = 20_000

SortKey = tuple[int, ...]
Row = TypeVar("Row", bound="Grouped")


class Grouped(Protocol):
    """What a row tells about the group it belongs to."""

    @property
    def category(self) -> str:
        """The category in the coalition's own words, or nothing."""
        ...

    @property
    def country(self) -> str:
        """The country as ISO 3166-1 alpha-2, or nothing."""
        ...


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """How many have signed, whether named or not; `countries` are those that are known, each once."""

    signatories: int
    organizations: int
    individuals: int
    countries: int


@dataclass(frozen=True, kw_only=True)
class Group(Generic[Row]):
    """Rows under one heading; an empty heading stands over those that belong nowhere."""

    heading: str
    rows: tuple[Row, ...]


def count_roll(roll: Iterable[Signatory]) -> Numbers:
    """Count the whole roll, those who are never named included."""
    kinds = [signatory.kind for signatory in roll]
    organizations = kinds.count("organization")
    return Numbers(
        signatories=len(kinds),
        organizations=organizations,
        individuals=len(kinds) - organizations,
        countries=len({signatory.country for signatory in roll if signatory.country}),
    )


def sorting_of(roll: Iterable[Signatory], language: str) -> int:
    """Tell by which rules a roll that is made now is put in order: 0 where the first ones say the same, else 1.

    An edition keeps it, so that its copies stay in the order in which they were signed and checked, whatever the rules become.
    """
    return int(any(_sort_name(one, language, 1) != _sort_name(one, language, 0) for one in roll))


def ordered(
    roll: Iterable[Signatory], *, order: Order, language: str, sorting: int = 1
) -> tuple[Signatory, ...]:
    """Put signatories in the order in which the letter names them.

    Organizations come before persons. "alphabetical" goes by `sort_name`, else an organization's name without
    its article, English or of the letter's language, else a person's family name: the last word in scripts that put
    it last, the whole name in others, without what follows a comma or stands in brackets. "lead_first" and "manual" put those with an `order` first, by it.
    Names collate by the Unicode default table (DUCET): digits, Latin, Greek, Cyrillic, Hebrew, Arabic, Indic
    scripts, Tibetan, Han; punctuation, case and accents only decide between names that are otherwise equal,
    and numbers go by value.
    """
    letters = functools.cache(lambda name: collation_key(name, language))

    def place(signatory: Signatory) -> tuple[object, ...]:
        given = None if order == "alphabetical" else signatory.order
        return (
            signatory.kind != "organization",
            given is None,
            given or 0,
            letters(_sort_name(signatory, language, sorting)),
            letters(signatory.name),
            signatory.name,
            signatory.affiliation,
            signatory.position,
        )

    return tuple(sorted(roll, key=place))


def grouped(rows: Sequence[Row], *, by: GroupBy, order: Order, language: str) -> tuple[Group[Row], ...]:
    """Part rows, already in order, into groups by category or country.

    Groups are alphabetical, or as their first row comes where the coalition chose its own order; those that
    belong nowhere come last.
    """
    label = _label_by(by, language)
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(label(row), []).append(row)
    headings = [heading for heading in groups if heading]
    if order == "alphabetical":
        headings.sort(key=lambda heading: collation_key(heading, language))
    if "" in groups:
        headings.append("")
    return tuple(Group(heading=heading, rows=tuple(groups[heading])) for heading in headings)


@functools.lru_cache(maxsize=_KEYS_KEPT)
def collation_key(name: str, language: str) -> SortKey:
    """Give the key by which a name is compared in a language's alphabetical order."""
    text = unicodedata.normalize("NFC", name).translate(_LETTERS.get(language, {}))
    text = _NUMBER.sub(lambda digits: str(int(digits[0])).zfill(_DIGITS), text)
    kept = " ".join("".join(_letter_or_space(character) for character in text).split())
    key: SortKey = _collator().sort_key(kept or name)
    return key


def _letter_or_space(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] in "LNM":
        return character
    # A dash or stroke parts words as a space does; quotation marks, dots and signs do not count.
    return " " if category in {"Pd", "Zs"} or character in "/·" else ""


def _sort_name(signatory: Signatory, language: str, sorting: int) -> str:
    if signatory.sort_name:
        return signatory.sort_name
    if signatory.kind == "person":
        return _family_name(_without_asides(signatory.name) if sorting else signatory.name)
    own = language.partition("-")[0]
    if sorting:
        return _article(own).sub("", signatory.name)
    return _FIRST_ARTICLE.sub("", signatory.name) if own == "en" else signatory.name


@functools.cache
def _article(language: str) -> re.Pattern[str]:
    article = _ARTICLES.get(language, "the")
    return re.compile(rf"{_OPENED}(?:{article}[)\]]?\s+{_LEANING.get(language, '')})(?=\W?\w)", re.IGNORECASE)


def _without_asides(name: str) -> str:
    # Of a name in brackets altogether there is something left.
    bare, before = _ASIDE.sub("", name), name
    while bare and bare != before:
        bare, before = _ASIDE.sub("", bare), bare
    return bare or before


def _family_name(name: str) -> str:
    bare = _AFTER_THE_FAMILY_NAME.sub("", name)
    if _script(bare) in _FAMILY_NAME_LAST and " " in bare:
        return bare.rsplit(maxsplit=1)[-1]
    return bare


def _script(name: str) -> str:
    letter = next((character for character in name if character.isalpha()), "")
    return unicodedata.name(letter, "").partition(" ")[0] if letter else ""


def _label_by(by: GroupBy, language: str) -> Callable[[Grouped], str]:
    if by == "category":
        return lambda row: row.category
    if by == "country":
        return lambda row: country_name(row.country, language) if row.country else ""
    return lambda row: ""  # noqa: ARG005 -- every row belongs to the one group without a heading


@functools.cache
def _collator() -> Collator:
    return Collator()
