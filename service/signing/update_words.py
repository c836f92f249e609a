"""The words of an update: read from the coalition's file, and written as a mail."""

import base64
import re
from dataclasses import dataclass

from service.campaigns.file import CampaignFile
from service.campaigns.source_text import source_text
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.written import clean_line, clean_text
from service.i18n.formats import direction
from service.letter.call import call_html, call_text
from service.letter.markdown import read_markdown
from service.mail.compose import Rendered, render_mail
from service.model.update import Update, UpdateAudience
from service.store.sealed import open_text

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


def read_update(data: bytes) -> UpdateWords:
    """Read the file of an update: its first line `# …` is the subject, all below is Markdown.

    Raises Refused, with one sentence, for what is no such text.
    """
    text = source_text(data, what="The update")
    first, _, rest = text.lstrip("\r\n").replace("\r\n", "\n").partition("\n")
    found = _SUBJECT.fullmatch(first.rstrip())
    if found is None:
        raise Refused("The update has no subject: write it into the first line, after a # and a space.")
    words = UpdateWords(
        subject=clean_line(found.group(1), what="The subject", longest=LONGEST_SUBJECT),
        body=clean_text(rest, what="The text of the update", longest=LONGEST_BODY),
    )
    if not words.body:
        raise Refused("The update has a subject and no text: write the text below it.")
    if read_markdown([words.body], fill=str).notes:
        raise Refused("An update cannot hold footnotes: write what they say into the text.")
    return words


def update_id(keys: CampaignKeys, words: UpdateWords, audience: UpdateAudience) -> str:
    """Give the id of an update: the same for the same words to the same audience of one letter."""
    return keys.blind("update", f"{audience.value}\0{words.subject}\0{words.body}").hex()[:32]


def open_words(keys: CampaignKeys, update: Update) -> UpdateWords:
    """Open the sealed words of an update."""
    return UpdateWords(
        subject=open_text(keys, update, "subject"),
        body=open_text(keys, update, "body"),
    )


def write_update(
    words: UpdateWords,
    file: CampaignFile,
    *,
    audience: UpdateAudience,
    language: str,
    link: str,
    unsubscribe_link: str,
) -> Rendered:
    """Write an update as a mail: the two links are all in which the mails of two readers of a `language` differ.

    What the coalition wrote stays in the letter's language; all around it is said in the reader's.
    """
    return render_mail(
        "update",
        coalition=file.coalition,
        letter_title=file.letter.title,
        language=language,
        letter_language=file.language,
        letter_direction=direction(file.language),
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
