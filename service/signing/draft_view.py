"""The letter with words that are not saved yet: for its preview, its PDF, and what its placeholders say."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.writing.words import WrittenText, letter_source, text_of
from service.i18n.formats import write_number
from service.i18n.words import count_signatories, words_or_english
from service.letter.copy import PLACEHOLDERS, make_copy
from service.letter.edition import Edition, Text
from service.model.campaign import Campaign
from service.model.letter_revision import LetterRevision
from service.signing.roll import letter_as_it_stands, letter_without_roll
from service.signing.secretariat.kept_figures import known_tally
from service.store.keyring import Keyring
from service.store.sealed import open_record

_MOST_OPENED = 300
"""So many names are opened for a preview at most; with more, it shows the numbers and no names."""
MOST_SET = 5_000
"""So many names are set into a PDF while somebody waits for it: that takes a second, and of a million all memory."""


def draft_edition(
    session: Session, keyring: Keyring, campaign: Campaign, text: WrittenText, *, now: datetime
) -> Edition:
    """Put together the letter as it would read with this text; of a large roll without the names."""
    file = open_file(session, keyring, campaign)
    source = letter_source(file, text)
    if known_tally(session, keyring, campaign).tally.signatories <= _MOST_OPENED:
        return replace(letter_as_it_stands(session, keyring, campaign, now=now), text=source)
    bare = letter_without_roll(session, keyring, campaign, now=now)
    values = dict(placeholder_values(session, keyring, campaign, text, now=now))
    return replace(bare, text=_filled(source, values))


def letter_to_look_at(session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime) -> Edition:
    """Give the letter as it stands now, to be set while somebody waits; of more than MOST_SET names without them."""
    if not is_too_long_to_set(session, keyring, campaign):
        return letter_as_it_stands(session, keyring, campaign, now=now)
    file = open_file(session, keyring, campaign)
    own = text_of(file, file.language)
    assert own is not None, "every letter has a text in its own language"
    return draft_edition(session, keyring, campaign, own, now=now)


def is_too_long_to_set(session: Session, keyring: Keyring, campaign: Campaign) -> bool:
    """Tell whether a letter has more names than are set while somebody waits."""
    return known_tally(session, keyring, campaign).tally.signatories > MOST_SET


def placeholder_values(
    session: Session, keyring: Keyring, campaign: Campaign, text: WrittenText, *, now: datetime
) -> tuple[tuple[str, str], ...]:
    """Give what each placeholder says at present in the language of a text; "" for one that says nothing."""
    file = open_file(session, keyring, campaign)
    numbers = known_tally(session, keyring, campaign).tally
    words = words_or_english(text.language, letter_source(file, text).words)
    every = " ".join(f"(({name}))" for name in PLACEHOLDERS)
    plain = Text(language=words.language, title="–", salutation="–", body=every, words=())
    small = numbers.signatories <= _MOST_OPENED
    letter = (letter_as_it_stands if small else letter_without_roll)(session, keyring, campaign, now=now)
    found = dict(make_copy(replace(letter, text=plain), audience="public", office=None).placeholders)
    if not small:
        found |= {
            "count": write_number(numbers.signatories, words.language),
            "organizations": write_number(numbers.organizations, words.language),
            "individuals": write_number(numbers.individuals, words.language),
            "signatories": count_signatories(numbers.organizations, numbers.individuals, words),
            "countries": "…",
        }
    return tuple((name, found.get(name, "")) for name in PLACEHOLDERS)


def _filled(source: Text, values: dict[str, str]) -> Text:
    def fill(part: str) -> str:
        for name, value in values.items():
            part = part.replace(f"(({name}))", value)
        return part

    return replace(
        source,
        title=fill(source.title),
        body=fill(source.body),
        asks_intro=fill(source.asks_intro),
        asks=tuple(map(fill, source.asks)),
        ending=fill(source.ending),
    )


def revision_words(session: Session, keyring: Keyring, revision: LetterRevision) -> dict[str, Any]:
    """Open what a version of the text holds (service/campaigns/file.py, revision_record)."""
    return open_record(keyring.of(session, revision.campaign_id), revision, "content")
