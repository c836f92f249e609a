"""What is kept of the sendings of an edition: how far each came, and of its e-mails what the relay said and the mail itself."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from service.delivery.answers.clock import clocks_of
from service.delivery.by_hand.brought import picture_of
from service.delivery.by_hand.entries import packed_documents
from service.delivery.dossier.exchanges import exchanges_of
from service.delivery.ladder import StepSeen
from service.delivery.offices.identity import key_of, office_index
from service.delivery.parcel import Document
from service.delivery.receipts import ReceiptKept, receipts_kept
from service.delivery.registry import PACKED
from service.delivery.sendings import SendingSeen, copy_sent, sending_of
from service.foundation.errors import Refused, ServiceError
from service.letter.copy import Copy
from service.mail.compose import make_envelope
from service.mail.sender import Composer, Unwanted
from service.model.campaign import Campaign
from service.model.message import Message, MessageEvent, MessageKind
from service.model.recipient import Recipient
from service.store.keyring import Keyring
from service.store.sealed import open_record


@dataclass(frozen=True, kw_only=True)
class MadeAgain:
    """With what the e-mail of a sending is made again from its row: its composer, and the address it came from.

    `most_bytes` is how much a dossier may hold with all of them, None where there is no end of it.
    """

    composer: Composer
    mail_from: str
    most_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class MailKept:
    """One e-mail of a sending: what our relay said of it, and what was heard later.

    `sha256` was written down before it left. `data` is the mail made again, where that is the same to the byte, but for
    the signatures of our domain, which stood above it; else None.
    """

    message_id: str
    sha256: str
    state: str
    relay: str
    tls: str
    reply: str
    queue_id: str
    submitted_at: datetime | None
    events: Sequence[StepSeen]
    data: bytes | None


@dataclass(frozen=True, kw_only=True)
class SendingKept:
    """One sending, the copy that it carries (None where that can be made no more), and its e-mails.

    `receipt` is the number by which the office itself knows the letter, "" where none was noted; `pictures` (JPEG) show a
    stamped copy, the slip of the post and their like. `details` are the office's, and not to be printed. `made` is what a person entered or uploaded at the site of somebody
    else, as the packet had it. `certified` are the receipts of certified mail as they came; `exchanges` what was asked and
    answered on a way that leaves by itself.
    """

    seen: SendingSeen
    copy: Copy | None
    mails: Sequence[MailKept]
    receipt: str
    pictures: Sequence[bytes]
    made: Sequence[Document] = ()
    details: Mapping[str, Any] = field(default_factory=dict, repr=False)
    certified: Sequence[ReceiptKept] = ()
    exchanges: Sequence[Mapping[str, Any]] = ()


def sendings_kept(
    session: Session, keyring: Keyring, campaign: Campaign, sendings: Sequence[SendingSeen], again: MadeAgain
) -> Iterator[SendingKept]:
    """Give all that is kept of the sendings of an edition, as sendings_of() lists them, one after the other."""
    keys = keyring.of(session, campaign.id)
    clocks = clocks_of(session, keys)
    for seen in sendings:
        if seen.is_message:
            # A signatory's message is no copy of the letter: the dossier holds how many there were, and nothing of one.
            continue
        office = session.get_one(Recipient, seen.recipient_id)
        details = open_record(keys, office, "details")
        clock = clocks.get(key_of(office_index(keys, details)))
        copy = copy_sent(session, keyring, campaign, sending_of(session, campaign, seen.id))
        yield SendingKept(
            seen=seen,
            copy=copy,
            mails=[_mail(session, row, again) for row in _mails_of(session, seen.id)],
            receipt=clock.receipt if clock else "",
            pictures=[picture_of(session, keyring, campaign, one) for one in seen.pictures],
            details=details,
            made=_made(seen.channel, copy, details, campaign.language),
            certified=receipts_kept(session, keyring, campaign, seen.receipts),
            exchanges=exchanges_of(session, keys, seen.id),
        )


def _made(channel: str, copy: Copy | None, details: dict[str, Any], language: str) -> Sequence[Document]:
    """Make again what a person entered elsewhere; of a copy that was stopped for what it lacked there is nothing."""
    way = PACKED.get(channel)
    if way is None or copy is None or not details.get(channel):
        return ()
    try:
        return packed_documents(way, copy, details, language=language)
    except Refused:
        return ()


def _mails_of(session: Session, delivery_id: str) -> Sequence[Message]:
    mine = (Message.recipient_ref == delivery_id, Message.kind == MessageKind.DELIVERY)
    return session.exec(select(Message).where(*mine).order_by(col(Message.id))).all()


def _mail(session: Session, row: Message, again: MadeAgain) -> MailKept:
    found = select(MessageEvent).where(MessageEvent.message_id == row.id).order_by(col(MessageEvent.id))
    events = [
        StepSeen(at=event.at, was=event.was, became=event.became, evidence=event.reason)
        for event in session.exec(found).all()
    ]
    return MailKept(
        message_id=row.message_id or "",
        sha256=row.content_sha256 or "",
        state=row.state.value,
        relay=row.relay,
        tls=row.tls,
        reply=f"{row.reply_code or ''} {row.enhanced_code}".strip(),
        queue_id=row.remote_queue_id,
        submitted_at=row.submitted_at,
        events=events,
        data=_made_again(session, row, again),
    )


def _made_again(session: Session, row: Message, again: MadeAgain) -> bytes | None:
    """Make a mail again, as the outbox keeps no body; what is not what left is no evidence, and is not given."""
    if not (row.message_id and row.dated_at and row.content_sha256 and again.mail_from):
        return None
    try:
        draft = again.composer(session, row)
    except (Unwanted, ServiceError):
        return None
    # Mails of earlier versions asked for no word of their display.
    for tried in (draft, replace(draft, receipt_to=None)):
        made = make_envelope(
            tried, kind=row.kind, message_id=row.message_id, dated_at=row.dated_at, mail_from=again.mail_from
        )
        if hashlib.sha256(made.data).hexdigest() == row.content_sha256:
            return made.data
    return None
