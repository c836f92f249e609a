"""A coalition's own words in a mail: read, with placeholders only; kept sealed, for each language; filled in when sent."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from service.campaigns.file import CampaignFile
from service.foundation.errors import Refused
from service.foundation.identity import make_id
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.foundation.written import clean_line, clean_text
from service.i18n.formats import direction
from service.letter.call import call_html, call_text
from service.letter.markdown import read_markdown
from service.model.campaign import Campaign
from service.model.own_words import OwnWords, Purpose
from service.model.schedule import Occurrence, Schedule
from service.signing.page import deadline_text
from service.signing.update_words import LONGEST_BODY, LONGEST_SUBJECT, UpdateWords
from service.store.held import hold
from service.store.sealed import open_record, seal_record

OwnText = Mapping[str, UpdateWords]
"""The same words by language."""

PLACEHOLDERS: Mapping[str, Sentence] = {
    "title": Sentence("the title of the letter"),
    "coalition": Sentence("who collects and sends"),
    "event": Sentence("the event before which the letter arrives"),
    "deadline": Sentence("the deadline for sign-ons, with its zone"),
    "contact": Sentence("the address that answers go to"),
}
"""What may stand in double brackets in any mail: the same for all readers, so that nobody gets another's."""

_PLACEHOLDER = re.compile(r"\(\(\s*([^()]*?)\s*\)\)")
_UNCLOSED = re.compile(rf"\(\(({'|'.join(PLACEHOLDERS)})\)?(?![\w)])")
_MARKS = re.compile(r"([\\`*_{}\[\]()#+.!<>|~-])")


def read_words(subject: str, body: str, *, needs_subject: bool) -> UpdateWords:
    """Read what somebody wrote; raises Refused with one sentence for what is no such text or holds an unknown placeholder."""
    words = UpdateWords(
        subject=clean_line(subject, what=Sentence("The subject"), longest=LONGEST_SUBJECT),
        body=clean_text(body, what=Sentence("The text"), longest=LONGEST_BODY),
    )
    if needs_subject and not words.subject:
        raise Refused(Sentence("Write a subject."))
    if not words.body:
        raise Refused(Sentence("Write the text of the mail."))
    refuse_unknown(f"{words.subject}\n{words.body}")
    if read_markdown([words.body], fill=str).notes:
        raise Refused(Sentence("A mail cannot hold footnotes: write what they say into the text."))
    return words


def refuse_unknown(text: str) -> None:
    """Raise Refused for a text with a placeholder that means nothing or is not closed; it says which (pure)."""
    if unclosed := _UNCLOSED.search(_PLACEHOLDER.sub("", text)):
        raise Refused(Sentence("A placeholder is not closed: write {written}.", written=f"(({unclosed[1]}))"))
    if unknown := unknown_placeholders(text):
        raise Refused(
            Sentence(
                "There is no placeholder (({name})). These can be used: {known}.",
                name=unknown[0],
                known=", ".join(f"(({name}))" for name in PLACEHOLDERS),
            )
        )


def refuse_without_event(text: str, file: CampaignFile) -> None:
    """Raise Refused for a text that names the event of a letter which has none: every mail would have a gap there (pure)."""
    if file.event is None and "event" in _PLACEHOLDER.findall(text):
        raise Refused(
            Sentence(
                "The letter has no event, so ((event)) stands for nothing: name the event, or take it out."
            )
        )


def unknown_placeholders(text: str) -> Sequence[str]:
    """List what stands in double brackets and means nothing (pure)."""
    return [name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS]


def fill_words(words: UpdateWords, values: Mapping[str, str]) -> UpdateWords:
    """Fill in the placeholders; a value stands in Markdown as it is, and is never read as a mark of it (pure)."""

    def escaped(found: re.Match[str]) -> str:
        return _MARKS.sub(r"\\\1", values[found[1]]) if found[1] in values else found[0]

    return UpdateWords(
        subject=" ".join(fill_plain(words.subject, values).split()),
        body=_PLACEHOLDER.sub(escaped, words.body),
    )


def fill_plain(text: str, values: Mapping[str, str]) -> str:
    """Fill in the placeholders of a text that is no Markdown; what a value holds is never filled in again (pure)."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def count_placeholders(text: str) -> int:
    """Count what stands in double brackets (pure)."""
    return len(_PLACEHOLDER.findall(text))


def placeholder_values(campaign: Campaign, file: CampaignFile, language: str) -> Mapping[str, str]:
    """Give what the placeholders stand for in mails of one language."""
    return {
        "title": file.letter.title,
        "coalition": file.coalition,
        "event": file.event.name if file.event else "",
        "deadline": deadline_text(campaign, language),
        "contact": file.reply_to,
    }


def keep_own_words(
    session: Session,
    keys: CampaignKeys,
    text: OwnText,
    *,
    purpose: Purpose,
    now: datetime,
    row: OwnWords | None = None,
) -> OwnWords:
    """Keep the words of a mail, sealed; in the place of those of a row where one is given."""
    kept = row or OwnWords(
        id=make_id(), campaign_id=keys.campaign, purpose=purpose, words=b"", changed_at=now
    )
    record = {language: {"subject": one.subject, "body": one.body} for language, one in text.items()}
    kept.words, kept.changed_at = seal_record(keys, kept, "words", record), now
    session.add(kept)
    session.flush()
    return kept


def find_own_words(session: Session, campaign_id: str, purpose: Purpose) -> OwnWords | None:
    """Find the words that a letter has for one purpose; None where it has none."""
    found = select(OwnWords).where(OwnWords.campaign_id == campaign_id, OwnWords.purpose == purpose)
    return session.exec(found.order_by(col(OwnWords.id).desc()).limit(1)).one_or_none()


def open_own_words(keys: CampaignKeys, row: OwnWords) -> OwnText:
    """Open the words of a mail."""
    return {
        language: UpdateWords(subject=one["subject"], body=one["body"])
        for language, one in open_record(keys, row, "words").items()
    }


def words_in(text: OwnText, language: str, *, letter: str) -> tuple[str, UpdateWords] | None:
    """Give the words in a reader's language, else in the letter's, else in any, with their language; None where there are none."""
    for tag in (language, language.partition("-")[0], letter, *text):
        if tag in text:
            return tag, text[tag]
    return None


def own_text_of(session: Session, keys: CampaignKeys, occurrence: str) -> OwnText:
    """Give the coalition's own words in the mails of one time of a planned sending; empty where it has none."""
    time = session.get(Occurrence, occurrence)
    schedule = session.get(Schedule, time.schedule_id) if time is not None else None
    if schedule is None or schedule.words_id is None:
        return {}
    row = session.get(OwnWords, schedule.words_id)
    return open_own_words(keys, hold(session, row)) if row is not None else {}


def own_parts(text: OwnText, campaign: Campaign, file: CampaignFile, language: str) -> Mapping[str, Any]:
    """Give what a mail template says in the coalition's own words to a reader of a language; nothing where it has none."""
    found = words_in(text, language, letter=campaign.language)
    if found is None:
        return {}
    spoken, words = found
    filled = fill_words(words, placeholder_values(campaign, file, language))
    return {
        "own_subject": filled.subject,
        "own_language": spoken,
        "own_direction": direction(spoken),
        "update_text": call_text(filled.body),
        "html_parts": {"own_html": call_html(filled.body)},
    }
