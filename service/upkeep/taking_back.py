"""Take an import of members back: whoever was neither written to nor has answered goes as if never invited."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists
from sqlmodel import Session, col, select

from service.coordinators import audit
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.message import Message
from service.model.signature import Signature
from service.model.states import MessageState, SignatureState
from service.signing.invitees.importing import lock_import
from service.upkeep.sign_ons import deleting_sign_ons

_AT_ONCE = 500
# A mail in one of these states is here still; in any other it has left, or may have.
_STILL_HERE = (MessageState.QUEUED, MessageState.CLAIMED, MessageState.HELD, MessageState.CANCELLED)


@dataclass(frozen=True, kw_only=True)
class TakenBack:
    """What an undo could do: those taken back, and those that stay since their mail has left or they have answered."""

    taken: int
    stay: int


def take_back_import(
    session: Session, campaign: Campaign, import_id: str, *, by: str, now: datetime
) -> TakenBack:
    """Undo an import as far as it can be; a second time finds nothing more to take back.

    Raises NotFound once its day is over, and Refused where nothing was imported.
    """
    row = lock_import(session, campaign, import_id, now=now)
    if row.began_at is None:
        raise Refused(Sentence("Nothing of this file was imported, so there is nothing to undo."))
    left = exists().where(
        col(Message.recipient_ref) == col(Signature.id), col(Message.state).not_in(_STILL_HERE)
    )
    taken = 0
    for first in range(0, len(row.made), _AT_ONCE):
        found = select(Signature.id).where(
            Signature.campaign_id == campaign.id,
            col(Signature.id).in_(row.made[first : first + _AT_ONCE]),
            col(Signature.state).in_(
                (SignatureState.INVITED, SignatureState.INTENDS, SignatureState.DECLINED)
            ),
            col(Signature.signed_at).is_(None),
            ~left,
        )
        ids = session.exec(found.with_for_update()).all()
        if ids:
            deleting_sign_ons(now)(session, ids)
        taken += len(ids)
    stay = _still_there(session, row.made)
    row.finished_at, row.undone_at = row.finished_at or now, now
    session.add(row)
    thing = f"{row.id}: {taken} taken back, {stay} stay"
    audit.record(session, by=by, act="members.undo-import", campaign_id=campaign.id, thing=thing, now=now)
    return TakenBack(taken=taken, stay=stay)


def _still_there(session: Session, made: list[str]) -> int:
    return sum(
        len(
            session.exec(
                select(Signature.id).where(col(Signature.id).in_(made[first : first + _AT_ONCE]))
            ).all()
        )
        for first in range(0, len(made), _AT_ONCE)
    )
