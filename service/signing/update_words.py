"""The words of an update: read from the coalition's file, and written as a mail."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from service.campaigns.file import CampaignFile
from service.campaigns.source_text import source_text
from service.foundation.canonical import canonical
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.foundation.written import clean_line, clean_text
from service.i18n.formats import direction
from service.letter.call import call_html, call_text
from service.letter.markdown import read_markdown
from service.mail.compose import Rendered, render_mail
from service.model.update import Update, UpdateAudience
from service.signing.update_rule import WHOLE, UpdateRule
from service.store.sealed import open_record, open_text, seal_record

LONGEST_SUBJECT = 150
LONGEST_BODY = 20_000
"""Characters; with its twin such a mail stays below the 100 kB at which large receivers cut a mail off."""

_SUBJECT = re.compile(r"#[ \t]+(.+)")
_LABEL_LENGTH = 26


@dataclass(frozen=True, kw_only=True)
class UpdateWords:
    """What a coalition tells: a subject in one line, and Markdown."""

    subject: str
    body: str


@dataclass(frozen=True, kw_only=True)
class UpdateText:
    """All of an update: its words in the letter's language, the same in other languages, and the rule of who gets it."""

    words: UpdateWords
    translations: Mapping[str, UpdateWords] = field(default_factory=dict)
    rule: UpdateRule = WHOLE


def as_text(words: UpdateWords | UpdateText) -> UpdateText:
    """Give all of an update of which perhaps only the words are said: then it goes to a whole audience."""
    return words if isinstance(words, UpdateText) else UpdateText(words=words)


def read_update(data: bytes) -> UpdateWords:
    """Read the file of an update: its first line `# …` is the subject, all below is Markdown.

    Raises Refused, with one sentence, for what is no such text.
    """
    text = source_text(data, what=Sentence("The update"))
    first, _, rest = text.lstrip("\r\n").replace("\r\n", "\n").partition("\n")
    found = _SUBJECT.fullmatch(first.rstrip())
    if found is None:
        raise Refused(
            Sentence("The update has no subject: write it into the first line, after a # and a space.")
        )
    words = UpdateWords(
        subject=clean_line(found.group(1), what=Sentence("The subject"), longest=LONGEST_SUBJECT),
        body=clean_text(rest, what=Sentence("The text of the update"), longest=LONGEST_BODY),
    )
    if not words.body:
        raise Refused(Sentence("The update has a subject and no text: write the text below it."))
    if read_markdown([words.body], fill=str).notes:
        raise Refused(Sentence("An update cannot hold footnotes: write what they say into the text."))
    return words


def update_id(keys: CampaignKeys, text: UpdateText, audience: UpdateAudience) -> str:
    """Give the id of an update: the same for the same words to the same audience of one letter."""
    said = f"{audience.value}\0{text.words.subject}\0{text.words.body}"
    more = {**text.rule.as_record(), **_record(text.translations)}
    return keys.blind("update", f"{said}\0{canonical(more).decode()}" if more else said).hex()[:32]


def open_words(keys: CampaignKeys, update: Update) -> UpdateWords:
    """Open the sealed words of an update."""
    return UpdateWords(
        subject=open_text(keys, update, "subject"),
        body=open_text(keys, update, "body"),
    )


def seal_translations(
    keys: CampaignKeys, row: Update, translations: Mapping[str, UpdateWords]
) -> bytes | None:
    """Seal the words of an update in other languages; None where there are none."""
    return seal_record(keys, row, "translations", _record(translations)) if translations else None


def open_translations(keys: CampaignKeys, update: Update) -> Mapping[str, UpdateWords]:
    """Open the words of an update in other languages than the letter's."""
    kept = open_record(keys, update, "translations")
    return {tag: UpdateWords(subject=one["subject"], body=one["body"]) for tag, one in kept.items()}


def _record(translations: Mapping[str, UpdateWords]) -> dict[str, dict[str, str]]:
    return {tag: {"subject": one.subject, "body": one.body} for tag, one in translations.items()}


def write_update(
    words: UpdateWords,
    file: CampaignFile,
    *,
    audience: UpdateAudience,
    language: str,
    link: str,
    unsubscribe_link: str,
    words_language: str = "",
) -> Rendered:
    """Write an update as a mail: the two links are all in which the mails of two readers of a `language` differ.

    What the coalition wrote stays in the letter's language, or in the one it is given in; all around it is said in the
    reader's.
    """
    return render_mail(
        "update",
        coalition=file.coalition,
        letter_title=file.letter.title,
        language=language,
        letter_language=words_language or file.language,
        letter_direction=direction(words_language or file.language),
        reply_to=file.reply_to,
        headline=words.subject,
        update_text=call_text(words.body),
        html_parts={"update_html": call_html(words.body)},
        is_news=audience is UpdateAudience.NEWS,
        link=link,
        unsubscribe_link=unsubscribe_link,
    )


def list_label(keys: CampaignKeys) -> str:
    """Name a letter's list in the List-Id of its mails: always the same, and it says nothing of the letter."""
    return base64.b32encode(keys.blind("list-id", "")).decode()[:_LABEL_LENGTH].lower()
