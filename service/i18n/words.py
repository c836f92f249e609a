"""The fixed words of a letter: shipped, a file for each language, or brought by the campaign file."""

import functools
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from babel import Locale

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.i18n.formats import Noun, count, own_digits, script_of, settle_language

FOLDER = Path(__file__).resolve().parent / "letters"
FORMS = ("zero", "one", "two", "few", "many", "other")
"""The plural forms that words may have (CLDR plural rules); `other` stands for each that is not given."""

Given = tuple[tuple[str, str], ...]
"""Words that a campaign file brings: ("re", "Ynghylch:"), and for a counted one ("more.one", "… ac {n} enw arall")."""

_REGION = 2
_PLACE = re.compile(r"\{([a-z]+)\}")
_BRACE = re.compile(r"[{}]")
# Where the scripts of names have a comma or brackets of their own.
_COMMAS = {"Arab": "، ", "Hans": "，", "Hant": "，", "Jpan": "、", "Ethi": "፣ ", "Mymr": "၊ "}
_BRACKETS = {"Hans": "（{inside}）", "Hant": "（{inside}）", "Jpan": "（{inside}）"}


@dataclass(frozen=True, kw_only=True)
class Words:
    """All that a letter says of itself in one language; names in braces stand for what is filled in.

    `undersigned_…` begin the line above the names, `and_individuals` may continue it and `signed` ends it. `nobody` to
    `joined` are what ((signatories)) becomes, `uncounted` where the number is not to be known. `left_…` name what a
    shortened text leaves out. `comma` and `brackets` set apart what stands beside a name.
    """

    language: str
    re: str
    cc: str
    contact: str
    enclosures: Noun
    enclosure: str
    pages: Noun
    notes: str
    page: str
    check_code: str
    other_languages: str
    authentic: str
    courtesy: str
    draft: str
    not_for_publication: str
    heading_organizations: str
    heading_individuals: str
    heading_others: str
    identification: str
    for_network: str
    through: str
    unnamed: str
    withheld: Noun
    withheld_alone: Noun
    more: Noun
    undersigned_organizations: Noun
    undersigned_individuals: Noun
    and_individuals: Noun
    signed: Noun
    nobody: str
    organizations: Noun
    individuals: Noun
    organizations_and_individuals: Noun
    uncounted: str
    joined: str
    by: str
    email: str
    post: str
    hand: str
    ways_joined: str
    addendum_title: str
    correction_title: str
    addendum: str
    correction: str
    taken_back: Noun
    volume: str
    in_volumes: str
    check_title: str
    check_how: str
    qr_alt: str
    left_out: str
    left_whole: str
    left_joined: str
    left_names: Noun
    left_notes: str
    left_texts: str
    left_contact: str
    left_cc: str
    left_enclosures: str
    left_check: str
    left_head: str
    left_paragraph: str
    left_paragraphs: str
    left_ask: str
    left_asks: str
    comma: str = ", "
    brackets: str = " ({inside})"


_FIELDS = {field.name: field for field in fields(Words) if field.name != "language"}
KEYS = tuple(_FIELDS)
"""Every word by its key, in the order of the files."""
COUNTED = frozenset(name for name, field in _FIELDS.items() if field.type is Noun)
"""The keys of those that go with a number and have plural forms."""


@functools.lru_cache(maxsize=256)
def words_for(language: str, given: Given = ()) -> Words:
    """Give the words of a language: those that are `given`, else those that are shipped.

    Raises Refused, naming every word that is neither, and for a tag that no language has.
    """
    language = settle_language(language)
    told = told_words(language, given)
    if lacking := _lacking(told):
        raise Refused(
            Sentence(
                "Letters in this language need words of their own: {language}. They are given in {table} (for a"
                " translation: {other}), where these are missing: {lacking}.",
                language=_name(language),
                table="[letter.words]",
                other="[letter.translations.words]",
                lacking=", ".join(lacking),
            )
        )
    made = {key: _made(key, forms, language) for key, forms in told.items()}
    return Words(language=language, **made)


def missing_words(language: str, given: Given = ()) -> tuple[str, ...]:
    """Name the words that letters in a language still need; raises Refused for a tag that no language has."""
    return _lacking(told_words(settle_language(language), given))


def words_or_english(language: str, given: Given = ()) -> Words:
    """Give the words of a language as words_for does, or the English ones where it has none: for pages, not for letters."""
    try:
        return words_for(language, given)
    except Refused:
        return words_for("en")


@functools.cache
def shipped_languages() -> tuple[str, ...]:
    """Give the tags of the languages that come with words, in alphabetical order."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))


def places_of(key: str) -> frozenset[str]:
    """Name what may be filled into a word: {page} and {pages} into "page"."""
    known = told_words("en", ())
    return places_in(" ".join(known[key].values()))


def places_in(phrase: str) -> frozenset[str]:
    """Name the places of a phrase that are to be filled in."""
    return frozenset(_PLACE.findall(phrase))


def has_stray_braces(phrase: str) -> bool:
    """Tell whether a phrase has braces that are no places."""
    return bool(_BRACE.search(_PLACE.sub("", phrase)))


def flat(words: Mapping[str, Any]) -> Given:
    """Bring a table of words, some with plural forms, to the form in which an edition keeps them."""
    found = ((key, {"": word} if isinstance(word, str) else word) for key, word in sorted(words.items()))
    return tuple(
        (f"{key}.{form}" if form else key, word)
        for key, forms in found
        for form, word in sorted(forms.items())
    )


def comma_between(parts: Sequence[str], words: Words) -> str:
    """Give what stands between parts of a line: the language's own comma, but a Latin one where all of them are Latin."""
    letters = (character for part in parts for character in part if character.isalpha())
    is_latin = all(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return ", " if is_latin else words.comma


def fill_in(phrase: str, **values: str) -> str:
    """Put values where their names stand in braces; what else stands in braces stays: phrases may come from outside."""
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), phrase)


def count_signatories(organizations: int, individuals: int, words: Words) -> str:
    """Say how many have signed, in one number: "59 organizations and individuals".

    With none of a kind only the other is named ("3 individuals"), one of each is said as such, and nobody at
    all is "no signatories".
    """
    if not organizations or not individuals or organizations + individuals == 2:
        return count_each(organizations, individuals, words)
    return count(organizations + individuals, words.organizations_and_individuals, words.language)


def count_each(organizations: int, individuals: int, words: Words) -> str:
    """Say how many of each kind have signed: "58 organizations and 1 individual"."""
    if not organizations and not individuals:
        return words.nobody
    if not individuals:
        return count(organizations, words.organizations, words.language)
    if not organizations:
        return count(individuals, words.individuals, words.language)
    return fill_in(
        words.joined,
        first=count(organizations, words.organizations, words.language),
        second=count(individuals, words.individuals, words.language),
    )


def undersigned(organizations: int, individuals: int, words: Words) -> str:
    """Write the line above the names: "The undersigned 47 organizations and 8 individuals:".

    A kind with none is not named, one is singular; with nobody at all the line is empty.
    """
    if not organizations and not individuals:
        return ""
    if organizations:
        start = count(organizations, words.undersigned_organizations, words.language)
        start += count(individuals, words.and_individuals, words.language)
    else:
        start = count(individuals, words.undersigned_individuals, words.language)
    return start + count(organizations + individuals, words.signed, words.language)


def withheld(number: int, words: Words, *, after_names: bool) -> str:
    """Write the line for those who are not named; empty where there is nobody.

    `after_names` tells whether names stand before it: "and 12 signatories …" continues them.
    """
    return count(number, words.withheld if after_names else words.withheld_alone, words.language)


def more_names(number: int, words: Words) -> str:
    """Write the line below a roll that was cut: "… and 4,750 more names"; empty where it was not."""
    return count(number, words.more, words.language)


def delivery_line(channels: Iterable[str], words: Words) -> str:
    """Write the line that says how the letter comes, by some of "email", "post", "hand": "By e-mail and post"."""
    said = [str(getattr(words, channel)) for channel in channels]
    if not said:
        return ""
    return fill_in(
        words.by, ways=functools.reduce(lambda first, second: _joined(words.ways_joined, first, second), said)
    )


def _joined(pattern: str, first: str, second: str) -> str:
    return fill_in(pattern, first=first, second=second)


def told_words(language: str, given: Given = ()) -> dict[str, Mapping[str, str]]:
    """Give every word that is known by its key, each by its forms; a word without a number has the form "other" alone."""
    told: dict[str, Mapping[str, str]] = {"comma": {"other": _COMMAS.get(script_of(language), ", ")}}
    told["brackets"] = {"other": _BRACKETS.get(script_of(language), " ({inside})")}
    for file in _lineage(language):
        told |= _shipped(file)
    own: dict[str, dict[str, str]] = {}
    for path, word in given:
        key, _, form = path.partition(".")
        own.setdefault(key, {})[form or "other"] = word
    # The forms of a word belong together: one's own singular does not go with our plural.
    return {**told, **own}


def _lacking(told: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    return tuple(key for key in KEYS if _FIELDS[key].default is MISSING and "other" not in told.get(key, {}))


def _made(key: str, forms: Mapping[str, str], language: str) -> Any:
    said = {form: own_digits(word, language) for form, word in forms.items()}
    return Noun(**said) if key in COUNTED else said["other"]


def _lineage(language: str) -> Iterable[str]:
    """Name the files that a language's words stand in, the general one first: "pt", then "pt-BR"."""
    base = language.partition("-")[0]
    script = script_of(language)
    region = next((part for part in language.split("-")[1:] if len(part) == _REGION), "")
    candidates = (base if script == script_of(base) else "", f"{base}-{script}", f"{base}-{region}")
    return [tag for tag in candidates if tag in shipped_languages()]


@functools.cache
def _shipped(language: str) -> Mapping[str, Mapping[str, str]]:
    found = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return {key: {"other": word} if isinstance(word, str) else word for key, word in found.items()}


def _name(language: str) -> str:
    return f"{Locale.parse(language, sep='-').get_display_name('en') or language} (“{language}”)"
