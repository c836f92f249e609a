"""Say in a courteous mail that a sign-on or an invitation is declined."""

from datetime import datetime

from sqlmodel import col, select

from service.mail import outbox
from service.model.message import Message, MessageKind
from service.model.signature import Signature
from service.model.states import MessageState
from service.signing.workplace import Desk

_BY_US = "by us"


def tell_declined(desk: Desk, row: Signature, *, by_us: bool, due_at: datetime | None = None) -> None:
    """Post the mail that says so: once a day at most, however often somebody changes their mind.

    One that was taken back before it left has told nobody, so that it is written anew.
    """
    day = f"{_BY_US if by_us else 'by them'} {desk.now:%Y-%m-%d}"
    told = desk.session.exec(
        select(Message).where(
            Message.recipient_ref == row.id,
            Message.kind == MessageKind.DECLINED,
            col(Message.occurrence).startswith(day),
        )
    ).all()
    if any(
        one.state is not MessageState.CANCELLED or one.submitted_at or one.possible_duplicate for one in told
    ):
        return
    outbox.post(
        desk.session,
        kind=MessageKind.DECLINED,
        campaign_id=row.campaign_id,
        recipient_ref=row.id,
        occurrence=f"{day} {len(told) + 1}" if told else day,
        now=desk.now,
        due_at=due_at,
    )


def was_by_us(occurrence: str) -> bool:
    """Tell of such a mail whether the coalition declined, and not those it is written to."""
    return occurrence.startswith(_BY_US)
