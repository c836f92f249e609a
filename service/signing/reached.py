"""A mailbox was reached: its owner has acted on a link that only a mail to it can have brought."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from service.foundation.sealing import CampaignKeys
from service.mail import outbox
from service.model.link_token import LinkToken, Purpose
from service.model.message import MessageKind
from service.model.signature import Signature
from service.signing.party import email_index, read_party
from service.store.rows import run_quickly

CARRIED_IN: Mapping[Purpose, frozenset[MessageKind]] = {
    Purpose.CONFIRM: frozenset({MessageKind.CONFIRM, MessageKind.REMINDER}),
    Purpose.INVITATION: frozenset({MessageKind.INVITATION}),
    Purpose.MANAGE: frozenset({MessageKind.ALREADY, MessageKind.LINK, MessageKind.THANKS}),
    Purpose.CHANGE: frozenset({MessageKind.ALREADY, MessageKind.CHANGE}),
    Purpose.PROOF: frozenset({MessageKind.PROOF}),
}
"""All the mails that carry a link of each purpose; no page shows one of these links."""

_LIFT_BOUNCE = (
    "DELETE FROM suppression WHERE campaign_id = :campaign AND email_index = :mailbox AND reason = 'bounced'"
    " RETURNING 1"
)


def reader_acted(
    session: Session, keys: CampaignKeys, signature: Signature, link: LinkToken, *, now: datetime
) -> None:
    """Take in that the reader of a mail pressed a button behind its link, as link_acted() says."""
    link_acted(session, keys, signature, link.purpose, given_at=link.created_at, now=now)


def link_acted(
    session: Session,
    keys: CampaignKeys,
    signature: Signature,
    purpose: Purpose,
    *,
    given_at: datetime,
    now: datetime,
) -> None:
    """Take in that somebody acted behind a link that was `given_at` a moment: doubt ends, a bounce is lifted.

    Only for what is posted and then kept: opening a link proves nothing, for scanners do it. Who complained or
    unsubscribed is still left alone.
    """
    outbox.reader_acted(
        session,
        recipient_ref=signature.id,
        kinds=CARRIED_IN[purpose],
        since=given_at,
        now=now,
    )
    party = read_party(keys, signature)
    to = party.email if purpose is Purpose.INVITATION else party.confirming_email
    if to:
        _lift_bounce(session, keys.campaign, email_index(keys, to))


def _lift_bounce(session: Session, campaign_id: str, mailbox: bytes) -> None:
    session.flush()
    run_quickly(session.connection(), _LIFT_BOUNCE, campaign=campaign_id, mailbox=mailbox)
