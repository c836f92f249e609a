"""The line of one signatory exactly as the letter would print it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from service.i18n.formats import isolate
from service.letter.audience import is_shown_to_nobody
from service.letter.copy import make_copy
from service.letter.document import Entry, Piece, make_sections
from service.letter.edition import Edition, Signatory
from service.model.campaign import Campaign
from service.model.signature import Kind, Signature
from service.signing.members import FOR_MEMBERS, members_of
from service.signing.party import SignOn, read_party
from service.signing.roll import DRAFT, entry_of, letter_without_roll, member_entries
from service.store.keyring import Keyring

_NO_SALT = "0" * 64


def proof_line(
    session: Session, keyring: Keyring, campaign: Campaign, row: Signature, *, now: datetime
) -> str:
    """Give the printed line, made by the letter's own craft; empty for one who is only counted, or joined to another.

    Each member that it stands for has a line of its own below.
    """
    if row.joined_to is not None:
        return ""
    keys = keyring.of(session, campaign.id)
    own = line_of(session, keyring, campaign, read_party(keys, row), now=now)
    is_alone = not own or row.kind is Kind.PERSON
    listed = [] if is_alone else [(member, row) for member in members_of(session, row)]
    if not listed:
        return own
    letter = letter_without_roll(session, keyring, campaign, now=now)
    members = (_line_in(letter, entry, campaign) for entry in member_entries(keys, listed, number=DRAFT))
    return "\n· ".join((own, *members))


def line_of(session: Session, keyring: Keyring, campaign: Campaign, party: SignOn, *, now: datetime) -> str:
    """Give the line that would be printed of what somebody gave; empty for one who is only counted."""
    if is_shown_to_nobody(party.visibility.value):
        return ""
    letter = letter_without_roll(session, keyring, campaign, now=now)
    return _line_in(letter, entry_of(party, salt=_NO_SALT), campaign)


def line_of_form(
    session: Session, keyring: Keyring, campaign: Campaign, given: SignOn, *, now: datetime
) -> str:
    """Give the line that a form would lead to, and below it one for each member that it names.

    It is made of the form alone: whoever has signed before, it is the same.
    """
    own = line_of(session, keyring, campaign, given, now=now)
    if not own or given.signs_for != FOR_MEMBERS:
        return own
    letter = letter_without_roll(session, keyring, campaign, now=now)
    listed = (
        Signatory(
            kind="organization",
            shown=given.visibility.value,
            name=member,
            through=given.name,
            salt=_NO_SALT,
        )
        for member in given.members
    )
    return "\n· ".join((own, *(_line_in(letter, entry, campaign) for entry in listed)))


def entry_in(letter: Edition, signatory: Signatory) -> Entry:
    """Give a signatory's entry as this letter prints it to those who may see the name."""
    alone = replace(letter, roll=(replace(signatory, shown="public"),))
    sections = make_sections(make_copy(alone, audience="public", office=None))
    return sections[0].groups[0].entries[0]


def _line_in(letter: Edition, signatory: Signatory, campaign: Campaign) -> str:
    entry = entry_in(letter, signatory)
    parts = (_isolated(part, campaign.language) for part in (entry.line, entry.below) if part)
    return " · ".join(parts)


def _isolated(pieces: Sequence[Piece], language: str) -> str:
    """Give the words of a line in the order in which the letter shows them, whatever their scripts."""
    return "".join(piece.glue + isolate(piece.text, within=language) for piece in pieces)
