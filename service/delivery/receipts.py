"""Receipts of certified mail and copies of what a person sent, as they came, byte for byte: kept once each, sealed beside their delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, select

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
MOST_BYTES = 100_000_000
"""Bytes of all receipts of one delivery: two whole ones of the largest message."""
_NO_SUCH = Sentence("There is no such receipt of this letter.")
_NAMED_BY = 12


@dataclass(frozen=True, kw_only=True, repr=False)
class ReceiptKept:
    """A receipt as it came, and the SHA-256 that was written down when it was heard."""

    sha256: str
    data: bytes


def keep_receipt(
    session: Session, keyring: Keyring, delivery: Delivery, receipt: Document, *, now: datetime
) -> bool:
    """Keep a receipt that was newly heard, and tell whether it was: what is too large, or one too many, stays where it came.

    Call it in the transaction that takes in what the receipt proves, which happens once.
    """
    mine = (DeliveryFile.delivery_id == delivery.id, DeliveryFile.media_type == RECEIPT)
    held = func.coalesce(func.sum(func.length(DeliveryFile.file)), 0)
    number, octets = session.exec(select(func.count(), held).select_from(DeliveryFile).where(*mine)).one()
    size = len(receipt.data)
    if number >= MOST_RECEIPTS or size > LARGEST_RECEIPT or octets + size > MOST_BYTES:
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


def receipt_of(session: Session, keyring: Keyring, campaign: Campaign, receipt_id: str) -> Document:
    """Give a receipt of a letter's deliveries; raises NotFound where the letter has none of this id."""
    kept = _opened(session, keyring, campaign, receipt_id)
    return Document(name=f"receipt-{kept.sha256[:_NAMED_BY]}.eml", media_type=RECEIPT, data=kept.data)


def receipts_kept(
    session: Session, keyring: Keyring, campaign: Campaign, receipt_ids: Sequence[str]
) -> Sequence[ReceiptKept]:
    """Give receipts of a letter's deliveries; raises NotFound where the letter has none of such an id."""
    return [_opened(session, keyring, campaign, one) for one in receipt_ids]


def _opened(session: Session, keyring: Keyring, campaign: Campaign, receipt_id: str) -> ReceiptKept:
    row = session.get(DeliveryFile, receipt_id)
    if row is None or row.campaign_id != campaign.id or row.media_type != RECEIPT:
        raise NotFound(_NO_SUCH)
    data = open_bytes(keyring.of(session, campaign.id), row, "file")
    # What is sealed is not held beside what was opened.
    session.expunge(row)
    return ReceiptKept(sha256=row.sha256, data=data)
