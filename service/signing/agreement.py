"""Keep on which text a signature stands, and by which act it came there."""

from datetime import datetime

from sqlmodel import Session, col, select

from service.foundation.sealing import CampaignKeys
from service.model.agreement import Agreement, How
from service.model.letter_revision import LetterRevision
from service.model.signature import Signature
from service.store.sealed import seal_text


def keep_agreement(
    session: Session, keys: CampaignKeys, signature: Signature, *, how: How, note: str = "", now: datetime
) -> None:
    """Keep that a signature agreed to the text it stands on; who agreed to it before has agreed anew.

    The caller holds the signature's row.
    """
    assert signature.revision_id is not None
    session.flush()
    found = select(Agreement).where(
        Agreement.signature_id == signature.id, Agreement.revision_id == signature.revision_id
    )
    row = session.exec(found).one_or_none() or Agreement(
        campaign_id=signature.campaign_id,
        signature_id=signature.id,
        revision_id=signature.revision_id,
        how=how,
        agreed_at=now,
    )
    row.how, row.agreed_at = how, now
    row.note = seal_text(keys, row, "note", note) if note else None
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
