"""File the copy of a mail that a person sent from the own mailbox: what it proves moves its sending, and no further than that."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlmodel import Session

from service.campaigns.queries import editions_out, lock_campaign_of
from service.coordinators import audit
from service.delivery.filed_alert import WORD
from service.delivery.ladder import FILED as FILED_SO
from service.delivery.parcel import Document
from service.delivery.receipts import keep_receipt
from service.delivery.registry import FILED
from service.delivery.steps import is_embargoed, move_delivery, note_delivery
from service.foundation.addresses import comparable_address
from service.letter.printed_code import codes_in_file
from service.mail import outbox
from service.mail.sent_copy import SentCopy
from service.mail.verp import make_filing_address
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.delivery_file import RECEIPT
from service.model.message import MessageKind
from service.model.recipient import Recipient
from service.model.states import GONE_OUT, CampaignState, DeliveryState
from service.store.keyring import Keyring
from service.store.sealed import open_record

BY = "filing address"
NOT_PROVEN = "a copy came to its Bcc address"
"""What the evidence of a copy begins with that a person has to look at."""
_LONGEST_DOMAIN = 80
_CLOCKS_DIFFER = timedelta(days=1)


class Filing(StrEnum):
    """What a copy that came in did: it moved its sending, waits for a person's check, or was kept beside what is known."""

    SENT = "sent"
    CHECK = "check"
    NOTED = "noted"


@dataclass(frozen=True, kw_only=True, repr=False)
class CameIn:
    """A copy that came to an address of ours: what it says, its bytes, and whether its sender's domain was proven.

    `codes` are the check codes of the letters in it.
    """

    copy: SentCopy
    data: bytes
    is_proven: bool
    codes: frozenset[str]


def came_in(copy: SentCopy, data: bytes, *, is_proven: bool) -> CameIn:
    """Look a copy through, which takes a while: call it while no transaction is open."""
    # What nobody vouches for is not opened by a machine of ours: a person looks at it.
    pieces = copy.pieces if is_proven else ()
    codes = frozenset(code for piece in pieces for code in codes_in_file(piece))
    return CameIn(copy=copy, data=data, is_proven=is_proven, codes=codes)


def filing_address(keyring: Keyring, delivery: Delivery, *, domain: str) -> str:
    """Give the address to which a copy of what a person sends goes; "" where none is filed, or no mail comes to a `domain` of ours.

    It is the same whenever it is asked for, so that the same packet has the same bytes, and is kept nowhere.
    """
    if delivery.channel not in FILED or not domain:
        return ""
    return make_filing_address(delivery.id, site_key=keyring.site_key, bounce_domain=domain)


def file_sent(
    session: Session, keyring: Keyring, delivery_id: str, came: CameIn, *, now: datetime
) -> Filing | None:
    """File a copy within the caller's transaction, which knows that it is new; None where there is nothing to file it with.

    Its bytes are sealed beside the sending. Only what is proven, went to the office, holds the very letter and was waited
    for moves it, to "handed over"; of anything else that a person has not settled before, the secretariat is asked to look.
    """
    known = session.get(Delivery, delivery_id)
    if known is None or known.channel not in FILED:
        return None
    campaign = lock_campaign_of(session, known.campaign_id)
    if campaign.state is CampaignState.PURGED:
        return None
    delivery = session.get_one(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    mail = Document(name="sent.eml", media_type=RECEIPT, data=came.data)
    if not keep_receipt(session, keyring, delivery, mail, now=now):
        return None
    office = session.get_one(Recipient, delivery.recipient_id)
    details = open_record(keyring.of(session, campaign.id), office, "details")
    doubt = doubt_about(came, mailboxes=details.get("emails", ()), check_code=delivery.check_code)
    doubt = doubt or _out_of_turn(session, campaign, delivery, office)
    said = f"sent by {_who(came.copy)} on {_day(came.copy, campaign, delivery, now=now).isoformat()}"
    sha256 = hashlib.sha256(came.data).hexdigest()
    proven = f"DKIM or SPF proves {came.copy.domain[:_LONGEST_DOMAIN]}"
    if doubt:
        evidence = f"{NOT_PROVEN}, {said}, it says; not proven: {doubt}; mail, SHA-256 {sha256}"
    else:
        evidence = f"{FILED_SO}: {said}; {proven}; mail, SHA-256 {sha256}"
    audit.record(session, by=BY, act="delivery.filed", campaign_id=campaign.id, thing=delivery.id, now=now)
    if not doubt and delivery.state is DeliveryState.READY:
        move_delivery(session, delivery, DeliveryState.HANDED_OVER, evidence=evidence, now=now)
        return Filing.SENT
    note_delivery(session, delivery, evidence=evidence, heard_ref=None, now=now)
    if not doubt or delivery.state in GONE_OUT:
        return Filing.NOTED
    outbox.post(
        session,
        kind=MessageKind.ALERT,
        campaign_id=campaign.id,
        recipient_ref=campaign.id,
        occurrence=f"{WORD}:{delivery.id}",
        now=now,
    )
    return Filing.CHECK


def doubt_about(came: CameIn, *, mailboxes: tuple[str, ...] | list[str], check_code: str) -> str:
    """Say why a copy does not show that the letter was sent to the office with these mailboxes; "" where it does (pure)."""
    offices = {comparable_address(one) for one in mailboxes}
    if not came.is_proven:
        return "neither DKIM nor SPF proves its sender"
    if not offices & came.copy.to:
        return "it was not addressed to the office"
    return "" if check_code in came.codes else "it does not hold the letter with this check code"


def _out_of_turn(session: Session, campaign: Campaign, delivery: Delivery, office: Recipient) -> str:
    """Say why a sending was not waiting to be sent; "" where it was, or where it is known that it went."""
    if delivery.state in GONE_OUT:
        return ""
    if delivery.edition_id not in {edition.id for edition in editions_out(session, campaign)}:
        return "its edition had been stopped"
    if delivery.state is not DeliveryState.READY:
        return "it did not wait to be sent"
    return "the letter was not public, and this copy is the press's" if is_embargoed(office, campaign) else ""


def _who(copy: SentCopy) -> str:
    return copy.name or (
        f"somebody at {copy.domain[:_LONGEST_DOMAIN]}" if copy.domain else "somebody unnamed"
    )


def _day(copy: SentCopy, campaign: Campaign, delivery: Delivery, *, now: datetime) -> date:
    """Give the day that the mail gives itself, or, where it cannot be right, that on which it came."""
    today = now.astimezone(ZoneInfo(campaign.time_zone)).date()
    earliest, latest = delivery.created_at.date() - _CLOCKS_DIFFER, today + _CLOCKS_DIFFER
    return copy.on if copy.on is not None and earliest <= copy.on <= latest else today
