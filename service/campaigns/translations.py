"""The texts of a letter beside its own: authentic ones, which are signed with it, and courtesy ones."""

from dataclasses import replace

from service.campaigns.file import CampaignFile, translated_words
from service.campaigns.file_tables import Letter, Translation
from service.campaigns.wording import letter_text, words_of
from service.foundation.canonical import digest
from service.letter.edition import OtherText, Text

_RECORD = "undersigned-translation-1"


def translation_text(file: CampaignFile, translation: Translation) -> Text:
    """Give a translation as the letter's craft takes it, placeholders unfilled."""
    return replace(letter_text(file), language=translation.language, **words_of(translation))


def translation_sha256(translation: Translation, *, revision_sha256: str) -> str:
    """Give the SHA-256 of a translation's canonical record, bound to the text that it translates.

    The record holds `record` ("undersigned-translation-1"), `of` (the revision's SHA-256), `language` and the words.
    """
    return digest({"record": _RECORD, "of": revision_sha256, **translated_words(translation)})


def other_texts(file: CampaignFile, *, revision_sha256: str) -> tuple[OtherText, ...]:
    """Give what a letter says of its texts in other languages, by their tags."""
    return tuple(
        OtherText(
            language=one.language,
            status=one.status,
            sha256=translation_sha256(one, revision_sha256=revision_sha256),
        )
        for one in sorted(file.letter.translations, key=lambda text: text.language)
    )


def courtesy_of(letter: Letter) -> dict[str, Translation]:
    """Give the courtesy translations by their language."""
    return {one.language: one for one in letter.translations if one.status == "courtesy"}


def differs_in_what_binds_nobody(was: CampaignFile, file: CampaignFile) -> bool:
    """Tell whether two files differ, and in nothing but their courtesy translations, their logos and how their Word files look."""
    return was != file and _what_binds(was) == _what_binds(file)


def _what_binds(file: CampaignFile) -> CampaignFile:
    authentic = tuple(one for one in file.letter.translations if one.status == "authentic")
    return replace(
        file,
        letter=replace(file.letter, translations=authentic),
        letterhead=replace(file.letterhead, logos=(), made=(), word_template=None, word_sha256=None),
    )
