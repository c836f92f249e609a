"""The texts of a letter as its page offers them, and the letter in one of them."""

from dataclasses import dataclass, replace
from typing import Literal

from service.campaigns.file import CampaignFile
from service.campaigns.translations import translation_sha256, translation_text
from service.i18n.own_names import own_name
from service.letter.edition import Edition
from service.model.letter_revision import LetterRevision


@dataclass(frozen=True, kw_only=True)
class ShownText:
    """One text of a letter: its language and what that calls itself, its title, and what it is.

    An `original` and an `authentic` text have the revision's fingerprint, a `courtesy` one its own.
    """

    language: str
    own_name: str
    title: str
    status: Literal["original", "authentic", "courtesy"]
    fingerprint: str
    is_shown: bool


def texts_of(file: CampaignFile, revision: LetterRevision, *, wanted: str) -> tuple[ShownText, ...]:
    """List the texts of a letter, its own first; the one in the language `wanted` is shown, or else its own."""
    known = {one.language.casefold() for one in file.letter.translations}
    shown = wanted.casefold() if wanted.casefold() in known else file.language.casefold()
    own = ShownText(
        language=file.language,
        own_name=own_name(file.language),
        title=file.letter.title,
        status="original",
        fingerprint=revision.sha256,
        is_shown=shown == file.language.casefold(),
    )
    return (
        own,
        *(
            ShownText(
                language=one.language,
                own_name=own_name(one.language),
                title=one.title,
                status=one.status,
                fingerprint=revision.sha256
                if one.status == "authentic"
                else translation_sha256(one, revision_sha256=revision.sha256),
                is_shown=shown == one.language.casefold(),
            )
            for one in file.letter.translations
        ),
    )


def in_language(letter: Edition, file: CampaignFile, texts: tuple[ShownText, ...]) -> Edition:
    """Give a letter in the text that is shown; an office's own salutation is in the letter's language only."""
    shown = next(text for text in texts if text.is_shown)
    for one in file.letter.translations:
        if shown.status != "original" and one.language == shown.language:
            offices = tuple(replace(office, salutation="") for office in letter.offices)
            return replace(letter, text=translation_text(file, one), offices=offices)
    return letter
