"""Take an answer to a confirming mail: it confirms, waits for the secretariat's check, or is a question to it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from service.coordinators import audit
from service.foundation.sentence import Sentence
from service.mail import outbox
from service.mail.reply import Reply
from service.model.campaign import Campaign
from service.model.message import Message, MessageKind
from service.model.signature import ConfirmedBy, Signature
from service.signing.confirm import Act, is_settled, is_takeable, settle
from service.signing.messages import REPLY
from service.signing.party import read_party, write_party
from service.signing.queries import lock_signature
from service.store.keyring import Keyring

BY = "reply"
_WORDLESS = "(no words of its own)"
_ANSWERED = frozenset({MessageKind.CONFIRM, MessageKind.REMINDER})


class Verdict(StrEnum):
    """What an answer does."""

    CONFIRMS = "confirms"
    CHECK = "check"
    QUESTION = "question"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What an answer does, and the sentence for the secretariat where it does not simply confirm."""

    verdict: Verdict
    doubt: str = ""


def judge(
    reply: Reply,
    *,
    mailbox: str,
    message_id: str | None,
    is_proven: bool,
    may_confirm: bool,
    is_as_mailed: bool,
) -> Judged:
    """Decide on an answer (pure): only a plain yes from the very mailbox, proven to be from there, confirms.

    `mailbox` and `message_id` are of the mail that is answered; `is_proven` says that the sender's domain was
    proven; `may_confirm` that the sign-on still waits, `is_as_mailed` that it stands as that mail told it.
    """
    if not reply.begins_with_yes:
        return Judged(
            verdict=Verdict.QUESTION, doubt=Sentence("It does not say yes, so nothing was confirmed by it:")
        )
    if not may_confirm:
        return Judged(
            verdict=Verdict.QUESTION, doubt=Sentence("It says yes, but nothing waits for that any more:")
        )
    doubts = (
        (reply.is_only_yes, Sentence("It says yes, but more than that, so it needs your check:")),
        (
            reply.is_from(mailbox),
            Sentence("It says yes, but from another address than we wrote to, so it needs your check:"),
        ),
        (
            message_id in reply.message_ids,
            Sentence("It says yes, but does not say which mail it answers, so it needs your check:"),
        ),
        (
            is_as_mailed,
            Sentence(
                "It says yes, but the form was filled in once more after that mail, so it needs your check:"
            ),
        ),
        (
            is_proven,
            Sentence("It says yes, but neither DKIM nor SPF proves its sender, so it needs your check:"),
        ),
    )
    for is_fine, doubt in doubts:
        if not is_fine:
            return Judged(verdict=Verdict.CHECK, doubt=doubt)
    return Judged(verdict=Verdict.CONFIRMS)


def take_reply(
    session: Session, keyring: Keyring, reply: Reply, *, is_proven: bool, now: datetime
) -> Verdict | None:
    """Take one answer into account within the caller's transaction, which knows that it is new; None where it answers no mail that may be.

    What does not simply confirm is mailed to the secretariat, with its words; nothing else learns of it.
    """
    message = session.get(Message, reply.row_id)
    if message is None or message.kind not in _ANSWERED:
        return None
    row = lock_signature(session, message.recipient_ref)
    campaign = session.get(Campaign, row.campaign_id) if row is not None else None
    if row is None or campaign is None:
        return None
    party = read_party(keyring.of(session, campaign.id), row)
    judged = judge(
        reply,
        mailbox=party.confirming_email,
        message_id=message.message_id,
        is_proven=is_proven,
        may_confirm=_is_of_this_time(message, row) and is_takeable(session, row, campaign, now=now),
        # Anybody who knows the address can fill the form in: a yes is to what its mailbox was shown, and to nothing later.
        is_as_mailed=message.created_at >= (row.signed_at or row.created_at),
    )
    if judged.verdict is Verdict.CONFIRMS:
        settle(session, keyring, row, campaign, act=Act(by=ConfirmedBy.REPLY), now=now)
        return judged.verdict
    if is_settled(row) and reply.is_only_yes:
        # A second yes needs nobody's look.
        return Verdict.CONFIRMS
    _pass_on(session, keyring, reply, judged, row, now=now)
    if judged.verdict is Verdict.CHECK:
        settle(session, keyring, row, campaign, act=Act(by=ConfirmedBy.REPLY, hold=True), now=now)
        audit.record(session, by=BY, act="signature.unproven", campaign_id=campaign.id, thing=row.id, now=now)
    return judged.verdict


def _is_of_this_time(message: Message, row: Signature) -> bool:
    """Tell whether a mail asked about the sign-on as it stands; one who left and signed again was asked anew."""
    if message.kind is not MessageKind.CONFIRM:
        return message.created_at >= (row.signed_at or row.created_at)
    return message.occurrence.startswith(f"{row.generation}.")


def _pass_on(
    session: Session, keyring: Keyring, reply: Reply, judged: Judged, row: Signature, *, now: datetime
) -> None:
    keys = keyring.of(session, row.campaign_id)
    party = read_party(keys, row)
    write_party(keys, row, replace(party, reply=reply.words or _WORDLESS, reply_doubt=judged.doubt))
    session.add(row)
    outbox.post(
        session,
        kind=MessageKind.QUESTION,
        campaign_id=row.campaign_id,
        recipient_ref=row.id,
        occurrence=f"{REPLY}{now.isoformat()}",
        now=now,
    )
