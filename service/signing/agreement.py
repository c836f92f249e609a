"""Keep on which text a signature stands, and by which act it came there."""

from datetime import datetime

from sqlmodel import Session, col, select

from service.foundation.sealing import CampaignKeys
from service.model.agreement import Agreement, How
from service.model.letter_revision import LetterRevision
from service.model.signature import Signature
from service.store.insert import insert_quickly
from service.store.sealed import seal_text

_ANEW = "(signature_id, revision_id) DO UPDATE SET how = excluded.how, agreed_at = excluded.agreed_at, note = NULL"


def keep_agreement(
    session: Session, keys: CampaignKeys, signature: Signature, *, how: How, note: str = "", now: datetime
) -> None:
    """Keep that a signature agreed to the text it stands on; who agreed to it before has agreed anew.

    The caller holds the signature's row.
    """
    assert signature.revision_id is not None
    row = Agreement(
        campaign_id=signature.campaign_id,
        signature_id=signature.id,
        revision_id=signature.revision_id,
        how=how,
        agreed_at=now,
    )
    if not note:
        insert_quickly(session, row, conflict=_ANEW)
        return
    session.flush()
    found = select(Agreement).where(
        Agreement.signature_id == signature.id, Agreement.revision_id == signature.revision_id
    )
    # A note opens in the row only in which it was sealed.
    row = session.exec(found).one_or_none() or row
    row.how, row.agreed_at = how, now
    row.note = seal_text(keys, row, "note", note)
    session.add(row)


def agreements_of(session: Session, signature: Signature) -> list[tuple[Agreement, LetterRevision]]:
    """List the texts that a signature has agreed to, with the agreement, the latest first."""
    found = (
        select(Agreement, LetterRevision)
        .join(LetterRevision, col(LetterRevision.id) == col(Agreement.revision_id))
        .where(Agreement.signature_id == signature.id)
        .order_by(col(LetterRevision.number).desc())
    )
    return list(session.exec(found).all())
