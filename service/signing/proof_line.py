"""The line of one signatory exactly as the letter would print it."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from service.letter.copy import make_copy
from service.letter.document import make_document, plain_pieces
from service.model.campaign import Campaign
from service.model.signature import Signature, Visibility
from service.signing.roll import DRAFT, letter_without_roll, signatory
from service.store.keyring import Keyring


def proof_line(
    session: Session, keyring: Keyring, campaign: Campaign, row: Signature, *, now: datetime
) -> str:
    """Give the printed line, made by the letter's own craft; empty for one who is only counted."""
    if row.visibility is Visibility.COUNTED:
        return ""
    entry = signatory(keyring.of(session, campaign.id), row, number=DRAFT)
    letter = replace(
        letter_without_roll(session, keyring, campaign, now=now), roll=(replace(entry, shown="public"),)
    )
    document = make_document(make_copy(letter, audience="public", office=None))
    lines = [
        printed for section in document.sections for group in section.groups for printed in group.entries
    ]
    return " · ".join(plain_pieces(part) for line in lines for part in (line.line, line.below) if part)
