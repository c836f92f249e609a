"""Say in a courteous mail that a sign-on or an invitation is declined."""

from datetime import datetime

from service.mail import outbox
from service.model.message import MessageKind
from service.model.signature import Signature
from service.signing.workplace import Desk

_BY_US = "by us"


def tell_declined(desk: Desk, row: Signature, *, by_us: bool, due_at: datetime | None = None) -> None:
    """Post the mail that says so: once a day at most, however often somebody changes their mind."""
    who = _BY_US if by_us else "by them"
    outbox.post(
        desk.session,
        kind=MessageKind.DECLINED,
        campaign_id=row.campaign_id,
        recipient_ref=row.id,
        occurrence=f"{who} {desk.now:%Y-%m-%d}",
        now=desk.now,
        due_at=due_at,
    )


def was_by_us(occurrence: str) -> bool:
    """Tell of such a mail whether the coalition declined, and not those it is written to."""
    return occurrence.startswith(_BY_US)
