"""The fixed words that a campaign file brings for its letter: checked word by word, and brought to one form."""

from collections.abc import Iterator, Mapping
from typing import Any

from service.campaigns.hints import did_you_mean, one_of
from service.campaigns.toml_lines import Path
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_line
from service.i18n.catalogue import plural_forms
from service.i18n.formats import settle_language
from service.i18n.words import (
    COUNTED,
    FORMS,
    KEYS,
    Given,
    flat,
    has_stray_braces,
    missing_words,
    places_in,
    places_of,
)

_LONGEST = 600
# Only these are filled in as the text itself is.
_FILLED = frozenset({"addendum", "addendum_title", "correction", "correction_title"})


def words_table(value: object) -> object:
    """Bring a [letter.words] table to the form that an edition keeps; faulty words are left out: word_faults tells them.

    A list is that form already, from a record of ours.
    """
    if isinstance(value, list | tuple):
        return value
    if not isinstance(value, dict):
        return ()
    return flat({key: _clean(word) for key, word in value.items() if not _faults_of(key, word, forms=FORMS)})


def word_faults(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Tell what is wrong with the words for the letter and its translations, and which are missing: each with its key."""
    letter = data.get("letter")
    if not isinstance(letter, dict):
        return
    yield from _faults_for(data.get("language", "en"), letter, ("language",), ("letter", "words"))
    texts = letter.get("translations")
    for index, text in enumerate(texts if isinstance(texts, list) else []):
        path = ("letter", "translations", index)
        if isinstance(text, dict):
            yield from _faults_for(text.get("language"), text, (*path, "language"), (*path, "words"))


def _faults_for(tag: object, text: Mapping[str, Any], named: Path, path: Path) -> Iterator[tuple[Path, str]]:
    words = text.get("words", {})
    if not isinstance(words, dict):
        yield (
            path,
            Sentence(
                "must be a table: {table} on a line of its own, with its words below.",
                table=f"[{_table_name(path)}]",
            ),
        )
        return
    if not isinstance(tag, str):
        return
    try:
        language = settle_language(tag)
    except Refused:
        # The language itself is refused where it is read.
        return
    forms = plural_forms(language)
    for key, word in words.items():
        yield from (((*path, key, *below), told) for below, told in _faults_of(key, word, forms=forms))
    given: Given = flat({key: word for key, word in words.items() if not _faults_of(key, word, forms=forms)})
    missing = [key for key in missing_words(language, given) if key not in words]
    if missing:
        yield (
            named,
            Sentence(
                "is a language that letters have no fixed words for: give them in {table}. Missing are {missing}.",
                table=f"[{_table_name(path)}]",
                missing=", ".join(missing),
            ),
        )


def _table_name(path: Path) -> str:
    return ".".join(part for part in path if isinstance(part, str))


def _faults_of(key: str, word: object, *, forms: tuple[str, ...]) -> list[tuple[Path, str]]:
    if key not in KEYS:
        return [((), Sentence("is no word that letters have. {hint}", hint=did_you_mean(key, KEYS)))]
    if isinstance(word, dict) and key in COUNTED:
        return list(_faults_of_forms(key, word, forms=forms))
    told = _fault_of(key, word, may_lack_number=False)
    return [((), told)] if told else []


def _faults_of_forms(
    key: str, word: Mapping[str, object], *, forms: tuple[str, ...]
) -> Iterator[tuple[Path, str]]:
    if "other" not in word:
        yield (), Sentence("lacks the form {form}, which stands for all that are not given.", form="other")
    for form, phrase in word.items():
        if form not in forms:
            allowed = one_of(name for name in FORMS if name in forms)
            yield (form,), Sentence("is no plural form of this language: use {allowed}.", allowed=allowed)
        elif told := _fault_of(key, phrase, may_lack_number=form != "other"):
            yield (form,), told


def _fault_of(key: str, phrase: object, *, may_lack_number: bool) -> str:
    if not isinstance(phrase, str):
        if key in COUNTED:
            return Sentence("must be text in quotation marks, or a table of its plural forms.")
        return Sentence("must be text in quotation marks.")
    try:
        if not clean_line(phrase, what="", longest=_LONGEST):
            return Sentence("is empty: write it, or take it out.")
    except Refused as refusal:
        return str(refusal)
    if "((" in phrase and key not in _FILLED:
        return Sentence(
            "cannot hold a placeholder like {written}: it is printed as it stands.", written="((count))"
        )
    wanted, found = places_of(key), places_in(phrase)
    if (found != wanted and not (may_lack_number and not found)) or has_stray_braces(phrase):
        if not wanted:
            return Sentence("must hold no braces.")
        braced = ", ".join(f"{{{name}}}" for name in sorted(wanted))
        return Sentence("must hold {braced} and nothing else in braces.", braced=braced)
    return ""


def _clean(word: object) -> Any:
    if isinstance(word, dict):
        return {form: _clean(phrase) for form, phrase in word.items()}
    phrase = str(word)
    line = clean_line(phrase, what="", longest=_LONGEST)
    # Words that stand between others begin or end with their space.
    return f"{' ' if phrase[:1] == ' ' else ''}{line}{' ' if phrase[-1:] == ' ' else ''}"
