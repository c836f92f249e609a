"""Receipts of certified mail as they came, byte for byte: kept once each, sealed beside the delivery whose step they prove."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from service.delivery.parcel import Document
from service.foundation.errors import NotFound
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.delivery_file import RECEIPT, DeliveryFile
from service.store.keyring import Keyring
from service.store.sealed import open_bytes, seal_bytes

MOST_RECEIPTS = 12
"""Receipts of one delivery that are kept: each try has two or three."""
LARGEST_RECEIPT = 45_000_000
"""Bytes: a message of certified mail has 30 MB at most, and its whole receipt holds it in base64."""
_NO_SUCH = Sentence("There is no such receipt of this letter.")
_NAMED_BY = 12


def keep_receipt(
    session: Session, keyring: Keyring, delivery: Delivery, receipt: Document, *, now: datetime
) -> bool:
    """Keep a receipt that was newly heard, and tell whether it was: what is too large, or one too many, stays where it came.

    Call it in the transaction that takes in what the receipt proves, which happens once.
    """
    mine = (DeliveryFile.delivery_id == delivery.id, DeliveryFile.media_type == RECEIPT)
    kept = session.exec(select(func.count()).select_from(DeliveryFile).where(*mine)).one()
    if kept >= MOST_RECEIPTS or len(receipt.data) > LARGEST_RECEIPT:
        return False
    row = DeliveryFile(
        campaign_id=delivery.campaign_id,
        delivery_id=delivery.id,
        media_type=RECEIPT,
        sha256=receipt.sha256,
        file=b"",
        kept_by=delivery.channel,
        kept_at=now,
    )
    row.file = seal_bytes(keyring.of(session, delivery.campaign_id), row, "file", receipt.data)
    session.add(row)
    session.flush()
    return True


def receipt_ids(session: Session, delivery_id: str) -> Sequence[str]:
    """List the receipts of a delivery, in the order in which they were heard; their bytes are not read."""
    found = select(DeliveryFile.id).where(
        DeliveryFile.delivery_id == delivery_id, DeliveryFile.media_type == RECEIPT
    )
    return session.exec(found.order_by(col(DeliveryFile.id))).all()


def receipt_of(session: Session, keyring: Keyring, campaign: Campaign, receipt_id: str) -> Document:
    """Give a receipt of a letter's deliveries; raises NotFound where the letter has none of this id."""
    row = session.get(DeliveryFile, receipt_id)
    if row is None or row.campaign_id != campaign.id or row.media_type != RECEIPT:
        raise NotFound(_NO_SUCH)
    data = open_bytes(keyring.of(session, campaign.id), row, "file")
    return Document(name=f"receipt-{row.sha256[:_NAMED_BY]}.eml", media_type=RECEIPT, data=data)
