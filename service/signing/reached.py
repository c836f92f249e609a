"""A mailbox was reached: its owner has acted on a link that only a mail to it can have brought."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col

from service.foundation.sealing import CampaignKeys
from service.mail import outbox
from service.model.link_token import LinkToken, Purpose
from service.model.message import MessageKind
from service.model.signature import Signature
from service.model.suppression import Suppression, SuppressionReason
from service.signing.party import email_index, read_party

CARRIED_IN: Mapping[Purpose, frozenset[MessageKind]] = {
    Purpose.CONFIRM: frozenset({MessageKind.CONFIRM, MessageKind.REMINDER}),
    Purpose.INVITATION: frozenset({MessageKind.INVITATION}),
    Purpose.MANAGE: frozenset({MessageKind.ALREADY, MessageKind.LINK, MessageKind.THANKS}),
    Purpose.CHANGE: frozenset({MessageKind.ALREADY, MessageKind.CHANGE}),
}
"""All the mails that carry a link of each purpose; no page shows one of these links."""


def reader_acted(
    session: Session, keys: CampaignKeys, signature: Signature, link: LinkToken, *, now: datetime
) -> None:
    """Take in that the reader of a mail pressed a button behind its link: doubt ends, a bounce is lifted.

    Only for what is posted and then kept: opening a link proves nothing, for scanners do it. Who complained or
    unsubscribed is still left alone.
    """
    outbox.reader_acted(
        session,
        recipient_ref=signature.id,
        kinds=CARRIED_IN[link.purpose],
        since=link.created_at,
        now=now,
    )
    party = read_party(keys, signature)
    to = party.email if link.purpose is Purpose.INVITATION else party.confirming_email
    if to:
        _lift_bounce(session, keys.campaign, email_index(keys, to))


def _lift_bounce(session: Session, campaign_id: str, mailbox: bytes) -> None:
    lifted = delete(Suppression).where(
        col(Suppression.campaign_id) == campaign_id,
        col(Suppression.email_index) == mailbox,
        col(Suppression.reason) == SuppressionReason.BOUNCED,
    )
    session.execute(lifted)
