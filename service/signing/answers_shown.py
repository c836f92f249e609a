"""The answers of offices that stand on a letter's public page."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from service.model.campaign import Campaign
from service.model.office import OfficeReply
from service.store.keyring import Keyring
from service.store.sealed import open_record


@dataclass(frozen=True, kw_only=True)
class PublicAnswer:
    """What an office answered, as the secretariat published it."""

    office: str
    day: date
    text: str


def public_answers(session: Session, keyring: Keyring, campaign: Campaign) -> tuple[PublicAnswer, ...]:
    """Give the answers that everybody may see, in the order they came; none before the letter is public."""
    if campaign.published_at is None:
        return ()
    found = select(OfficeReply).where(
        OfficeReply.campaign_id == campaign.id, col(OfficeReply.published_at).is_not(None)
    )
    rows = session.exec(found.order_by(col(OfficeReply.came_on), col(OfficeReply.id))).all()
    keys = keyring.of(session, campaign.id) if rows else None
    return tuple(
        PublicAnswer(office=details["office"], day=row.came_on, text=details["public"])
        for row in rows
        if keys is not None
        for details in [open_record(keys, row, "details")]
    )
