"""A coalition's greeting in its confirming and thanking mails: plain words in a frame, that can pass for nothing of ours."""

import re
import textwrap
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from service.campaigns.file import CampaignFile
from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.foundation.errors import Refused
from service.foundation.identity import make_id
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.foundation.written import clean_text
from service.model.campaign import Campaign
from service.model.own_words import OwnWords, Purpose
from service.model.states import PUT_AWAY
from service.signing.own_words import (
    count_placeholders,
    fill_plain,
    find_own_words,
    placeholder_values,
    refuse_unknown,
)
from service.store.held import hold
from service.store.keyring import Keyring
from service.store.sealed import open_record, seal_record

LONGEST_GREETING = 800
MOST_LINES = 12
"""More would push the button out of sight on a telephone."""
MOST_PLACEHOLDERS = 10
"""A title may be long, and a mail that grows too large is cut off by who receives it."""

_COLUMNS = 72
_ADDRESS = re.compile(r"\S*(?:://|@|\bwww\.|[^\W\d_][\w-]*\.[^\W\d_]{2,})\S*", re.IGNORECASE)
# Every digit is a 0 here. Dates and numbers with commas or points stay possible; our code comes in two groups of three.
_GAP = r"[\s\-–—_·]"
_CODE = re.compile(rf"0{{6,}}|(?<!0)000{_GAP}{{1,3}}000(?!0)|0(?:{_GAP}0){{5,}}")
_TEXT = Sentence("The text")
_PUT_AWAY = Sentence("The letter is put away: no more of these mails go out.")
_NOTHING = Sentence("Nothing is written yet: write a greeting in one language at least.")


class Greeted(StrEnum):
    """A mail in which a coalition may greet."""

    CONFIRM = "confirm"
    THANKS = "thanks"


@dataclass(frozen=True, kw_only=True)
class Greetings:
    """What a letter has of such words by their place (place_of()): as they are being written, and as they are in use."""

    draft: Mapping[str, str] = field(default_factory=dict)
    used: Mapping[str, str] = field(default_factory=dict)


def place_of(mail: Greeted, language: str) -> str:
    """Name the place of the words of a mail in a language: "confirm-fr" (pure)."""
    return f"{mail.value}-{language}"


def read_greeting(text: str) -> str:
    """Read what somebody wrote (pure); raises Refused with one sentence for what is no plain greeting.

    Such a mail goes to whatever address a stranger types, and asks to press a button. So the words hold nothing that
    could be opened, and nothing that looks like its code.
    """
    words = clean_text(text, what=_TEXT, longest=LONGEST_GREETING)
    refuse_unknown(words)
    if found := _ADDRESS.search(words):
        raise Refused(
            Sentence(
                "The mail has its one address to open by itself: leave addresses of pages and mailboxes out ({found}).",
                found=found[0][:80],
            )
        )
    if found := _CODE.search(_counted(words)):
        raise Refused(
            Sentence(
                "So many digits in a row would look like the code that confirms: write the number otherwise ({found}).",
                found=words[found.start() : found.end()][:40],
            )
        )
    if words.count("\n") >= MOST_LINES:
        raise Refused(
            Sentence(
                "Write at most {number} lines, so that the button below them stays in sight.",
                number=MOST_LINES,
            )
        )
    if count_placeholders(words) > MOST_PLACEHOLDERS:
        raise Refused(Sentence("Use at most {number} placeholders in one text.", number=MOST_PLACEHOLDERS))
    return words


def open_greetings(session: Session, keys: CampaignKeys) -> Greetings:
    """Give the words that a letter has, written or in use."""
    row = find_own_words(session, keys.campaign, Purpose.GREETING)
    return Greetings(**open_record(keys, row, "words")) if row is not None else Greetings()


def keep_greeting_draft(
    session: Session, keyring: Keyring, slug: str, words: Mapping[str, str], *, by: str, now: datetime
) -> OwnWords:
    """Keep words as they are being written, by their place: no mail says them yet. Raises Refused for a letter put away."""
    campaign = _campaign_that_mails(session, slug)
    keys = keyring.of(session, campaign.id)
    used = open_greetings(session, keys).used
    return _keep(session, keys, Greetings(draft=words, used=used), act="greeting.draft", by=by, now=now)


def use_greeting(session: Session, keyring: Keyring, slug: str, *, by: str, now: datetime) -> None:
    """Let all mails from now on say what is written; those that wait say it as well. Raises Refused where nothing is."""
    campaign = _campaign_that_mails(session, slug)
    keys = keyring.of(session, campaign.id)
    draft = open_greetings(session, keys).draft
    if not draft:
        raise Refused(_NOTHING)
    row = _keep(session, keys, Greetings(draft=draft, used=draft), act="greeting.use", by=by, now=now)
    campaign.greeting_id = row.id
    session.add(campaign)


def leave_greeting(session: Session, keyring: Keyring, slug: str, *, by: str, now: datetime) -> None:
    """Let all mails have our words alone again; what was written stays as a draft."""
    campaign = lock_campaign(session, slug)
    if campaign.greeting_id is None:
        return
    keys = keyring.of(session, campaign.id)
    draft = open_greetings(session, keys).draft
    _keep(session, keys, Greetings(draft=draft), act="greeting.leave", by=by, now=now)
    campaign.greeting_id = None
    session.add(campaign)


def greeting_in_use(
    session: Session, keys: CampaignKeys, campaign: Campaign, file: CampaignFile, mail: Greeted, language: str
) -> Mapping[str, Any]:
    """Give what the template of a mail says in the coalition's words to a reader; nothing where it has none in a language.

    It asks nothing of the database where the letter has no such words.
    """
    row = session.get(OwnWords, campaign.greeting_id) if campaign.greeting_id is not None else None
    if row is None:
        return {}
    used = open_record(keys, hold(session, row), "words")["used"]
    return greeting_parts(used, campaign, file, mail, language)


def greeting_parts(
    words: Mapping[str, str], campaign: Campaign, file: CampaignFile, mail: Greeted, language: str
) -> Mapping[str, Any]:
    """Give the same of words by their place."""
    # British English has the words of English (service/i18n/languages.py).
    places = (place_of(mail, language), place_of(mail, language.partition("-")[0]))
    text = next((words[place] for place in places if place in words), "")
    if not text:
        return {}
    filled = fill_plain(text, placeholder_values(campaign, file, language))
    return {"greeting": filled, "greeting_text": quoted(filled)}


def quoted(text: str) -> str:
    """Mark every line as one of somebody else, as mail programs do, so that none can pass for a line of ours (pure)."""
    lines = (
        part
        for line in text.split("\n")
        for part in textwrap.wrap(line, _COLUMNS, break_long_words=False, break_on_hyphens=False) or [""]
    )
    # A line too long to break would lose a mark that a space parts from it.
    return "\n".join(f"> {line}".rstrip() if len(line) <= _COLUMNS else f">{line}" for line in lines)


def _counted(text: str) -> str:
    """Write every digit of whatever script as 0."""
    return "".join("0" if unicodedata.category(character)[0] == "N" else character for character in text)


def _campaign_that_mails(session: Session, slug: str) -> Campaign:
    campaign = lock_campaign(session, slug)
    if campaign.state in PUT_AWAY:
        raise Refused(_PUT_AWAY)
    return campaign


def _keep(
    session: Session, keys: CampaignKeys, all_of_it: Greetings, *, act: str, by: str, now: datetime
) -> OwnWords:
    row = find_own_words(session, keys.campaign, Purpose.GREETING) or OwnWords(
        id=make_id(), campaign_id=keys.campaign, purpose=Purpose.GREETING, words=b"", changed_at=now
    )
    record = {"draft": dict(all_of_it.draft), "used": dict(all_of_it.used)}
    row.words, row.changed_at = seal_record(keys, row, "words", record), now
    session.add(row)
    session.flush()
    audit.record(session, by=by, act=act, campaign_id=keys.campaign, thing=row.id, now=now)
    return row
