"""The line of one signatory exactly as the letter would print it."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from service.letter.audience import is_shown_to_nobody
from service.letter.copy import make_copy
from service.letter.document import Entry, make_document, plain_pieces
from service.letter.edition import Edition, Signatory
from service.model.campaign import Campaign
from service.model.signature import Signature
from service.signing.party import SignOn, read_party
from service.signing.roll import entry_of, letter_without_roll
from service.store.keyring import Keyring

_NO_SALT = "0" * 64


def proof_line(
    session: Session, keyring: Keyring, campaign: Campaign, row: Signature, *, now: datetime
) -> str:
    """Give the printed line, made by the letter's own craft; empty for one who is only counted."""
    party = read_party(keyring.of(session, campaign.id), row)
    return line_of(session, keyring, campaign, party, now=now)


def line_of(session: Session, keyring: Keyring, campaign: Campaign, party: SignOn, *, now: datetime) -> str:
    """Give the line that would be printed of what somebody gave; empty for one who is only counted."""
    if is_shown_to_nobody(party.visibility.value):
        return ""
    letter = letter_without_roll(session, keyring, campaign, now=now)
    entry = entry_in(letter, entry_of(party, salt=_NO_SALT))
    return " · ".join(plain_pieces(part) for part in (entry.line, entry.below) if part)


def entry_in(letter: Edition, signatory: Signatory) -> Entry:
    """Give a signatory's entry as this letter prints it to those who may see the name."""
    alone = replace(letter, roll=(replace(signatory, shown="public"),))
    document = make_document(make_copy(alone, audience="public", office=None))
    return document.sections[0].groups[0].entries[0]
