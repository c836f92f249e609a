"""A letter in another of its languages, in exactly the words whose SHA-256 the letter itself names (pure)."""

from dataclasses import replace
from itertools import permutations

from service.campaigns.file import CampaignFile
from service.campaigns.file_tables import Translation
from service.campaigns.translations import translation_sha256
from service.campaigns.wording import words_of
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.i18n.words import Words, delivery_line, words_for
from service.letter.edition import Edition, Office, OtherText

NOT_IN_IT = Sentence("This edition has no text in the language “{language}”. It has these: {known}.")
CHANGED_SINCE = Sentence(
    "The text in the language “{language}” was changed since this edition was frozen, and is not kept as it was then."
)
_WAYS = ("email", "post", "hand")


def in_own_language(letter: Edition, file: CampaignFile, language: str) -> Edition:
    """Give a letter in one of the languages that it names; in its own ("") as it is.

    Its names, numbers and offices stay; an office's own salutation is in the letter's language only. Raises Refused for
    a language that it does not name, and for a courtesy translation that was changed since.
    """
    wanted = language.casefold()
    if wanted in ("", letter.text.language.casefold()):
        return letter
    named = next((one for one in letter.other_texts if one.language.casefold() == wanted), None)
    if named is None:
        known = ", ".join((letter.text.language, *(one.language for one in letter.other_texts)))
        raise Refused(NOT_IN_IT.with_values(language=language, known=known))
    found = next((one for one in file.letter.translations if _is(one, named, letter)), None)
    if found is None:
        raise Refused(CHANGED_SINCE.with_values(language=named.language))
    text = replace(letter.text, language=named.language, **words_of(found))
    was, now = words_for(letter.text.language, letter.text.words), words_for(text.language, text.words)
    return replace(
        letter,
        text=text,
        offices=tuple(_office(office, was, now) for office in letter.offices),
        other_texts=_others(letter, named),
        translation=named.status,
    )


def in_language_or_none(letter: Edition, file: CampaignFile, language: str) -> Edition | None:
    """Give the same, and None where that text is not kept as it was."""
    try:
        return in_own_language(letter, file, language)
    except Refused:
        return None


def _is(translation: Translation, named: OtherText, letter: Edition) -> bool:
    """Tell whether a translation of the file has the very words that a letter names."""
    sha256 = translation_sha256(translation, revision_sha256=letter.revision_sha256)
    return translation.language == named.language and sha256 == named.sha256


def _others(letter: Edition, named: OtherText) -> tuple[OtherText, ...]:
    own = OtherText(language=letter.text.language, status="authentic", sha256=letter.revision_sha256)
    return (own, *(one for one in letter.other_texts if one != named))


def _office(office: Office, was: Words, now: Words) -> Office:
    """Give an office with its line of how the letter comes in the other language: what was frozen are words, not ways."""
    ways = (chosen for number in range(len(_WAYS) + 1) for chosen in permutations(_WAYS, number))
    line = next((one for one in ways if delivery_line(one, was) == office.delivery_line), ())
    return replace(office, salutation="", delivery_line=delivery_line(line, now))
