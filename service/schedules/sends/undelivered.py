"""The mails of a letter that did not arrive: to whom (veiled), why in plain words, and how to reach them otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text, union
from sqlmodel import Session, col

from service.foundation.addresses import veiled_address
from service.foundation.errors import Permanent
from service.foundation.sentence import Sentence
from service.mail.no_mail import held_for_domain, held_once_more, is_any_listed
from service.mail.view.listing import AddressOf
from service.mail.view.meanings import UNWRITTEN
from service.model.campaign import Campaign
from service.model.message import HEARD, IN_DOUBT, AfterState, Message, MessageEvent, MessageKind
from service.model.signature import Signature
from service.model.states import MessageState, SignatureState
from service.signing.messages import signing_addresses
from service.store.keyring import Keyring

A_PAGE = 50

_BACK = (AfterState.BOUNCED.value, AfterState.COMPLAINED.value)
# The subjects and details of enhanced codes (RFC 3463) that a person can do something about, the longest first.
_BY_CODE: tuple[tuple[str, Sentence], ...] = (
    (".1.1", Sentence("There is no such mailbox; the address may be misspelt, or its owner has left.")),
    (".1.2", Sentence("There is no such domain; the part after the @ may be misspelt.")),
    (".1.10", Sentence("The domain says that it takes no mail.")),
    (".1.", Sentence("The address is not accepted.")),
    (".2.1", Sentence("The mailbox is closed.")),
    (".2.2", Sentence("The mailbox is full.")),
    (".2.", Sentence("The mailbox takes nothing just now.")),
    (".3.4", Sentence("The mail is too large for that mailbox.")),
    (".4.", Sentence("Their mail server could not be reached.")),
    (".7.", Sentence("Their mail server refused it as unwanted.")),
)
COMPLAINED = Sentence("It was marked as spam, so that mailbox is left alone from now on.")
OTHERWISE = Sentence("Their mail server did not take it.")
_WHY = {
    MessageState.HELD: UNWRITTEN,
    MessageState.UNCERTAIN: Sentence("May have arrived"),
}


@dataclass(frozen=True, kw_only=True)
class Undelivered:
    """One mail that did not arrive; `sign_on` is "" where it was to nobody who signs or was asked."""

    id: str
    kind: MessageKind
    to: str
    at: datetime
    why: Sentence
    sign_on: str
    may_confirm: bool


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some of the mails that did not arrive, the newest first; `more` is the key to go on from, None at the end."""

    rows: Sequence[Undelivered]
    more: str | None


def list_undelivered(session: Session, keyring: Keyring, campaign: Campaign, *, before: str | None) -> Page:
    """List what came back, was refused, may have arrived or may not go to its domain, those before the key `before`.

    It opens the addresses of one page and no others.
    """
    refused = select(col(Message.id)).where(
        col(Message.campaign_id) == campaign.id, col(Message.state) == MessageState.REFUSED
    )
    back = (
        select(col(Message.id))
        .join(MessageEvent, col(MessageEvent.message_id) == col(Message.id))
        # Written as the index has it: each event of each mail would be looked at else.
        .where(HEARD, col(MessageEvent.became).in_(_BACK), col(Message.campaign_id) == campaign.id)
    )
    arrived = select(col(MessageEvent.id)).where(
        col(MessageEvent.message_id) == col(Message.id),
        col(MessageEvent.became) == AfterState.DELIVERED.value,
    )
    doubtful = select(col(Message.id)).where(
        text(f"({IN_DOUBT})"),
        col(Message.campaign_id) == campaign.id,
        col(Message.state) == MessageState.UNCERTAIN,
        ~arrived.exists(),
    )
    meant = [refused, back, doubtful]
    # A pause or an emergency may hold a million, each of which would be asked for its reason.
    if is_any_listed(session, campaign.id):
        # Of what says the same once more, as each reminder does, the newest stands for all.
        meant += [select(col(Message.id)).where(*held_for_domain(campaign.id), ~held_once_more())]
    if before:
        meant = [one.where(col(Message.id) < before) for one in meant]
    ids = union(*meant).subquery()
    found = session.execute(select(ids.c.id).order_by(ids.c.id.desc()).limit(A_PAGE + 1)).scalars().all()
    rows = session.execute(select(Message).where(col(Message.id).in_(found[:A_PAGE]))).scalars().all()
    # One statement for all of them: each is looked up again below, and by then the session knows it.
    known = select(Signature).where(col(Signature.id).in_([row.recipient_ref for row in rows]))
    sign_ons = {one.id: one for one in session.execute(known).scalars()}
    addresses = signing_addresses(keyring)
    heard = _heard(session, found[:A_PAGE])
    listed = [
        _undelivered(session, row, addresses.get(row.kind), heard, sign_ons.get(row.recipient_ref))
        for row in rows
    ]
    return Page(
        rows=sorted(listed, key=lambda row: row.id, reverse=True),
        more=found[A_PAGE - 1] if len(found) > A_PAGE else None,
    )


def why_in_words(code: str, *, complained: bool) -> Sentence:
    """Say why a mail did not arrive, from its enhanced status code (pure)."""
    if complained:
        return COMPLAINED
    _, _, rest = code.partition(".")
    dotted = f".{rest}"
    exact = dict(_BY_CODE)
    if dotted in exact:
        return exact[dotted]
    return next(
        (said for begin, said in _BY_CODE if begin.endswith(".") and dotted.startswith(begin)), OTHERWISE
    )


def _heard(session: Session, ids: Sequence[str]) -> dict[str, MessageEvent]:
    found = select(MessageEvent).where(
        col(MessageEvent.message_id).in_(ids), col(MessageEvent.became).in_(_BACK)
    )
    return {
        event.message_id: event for event in session.execute(found.order_by(col(MessageEvent.id))).scalars()
    }


def _undelivered(
    session: Session,
    row: Message,
    address_of: AddressOf | None,
    heard: dict[str, MessageEvent],
    signature: Signature | None,
) -> Undelivered:
    event = heard.get(row.id)
    complained = event is not None and event.became == AfterState.COMPLAINED.value
    return Undelivered(
        id=row.id,
        kind=row.kind,
        to=_veiled(session, row, address_of),
        at=event.at if event is not None else row.settled_at or row.created_at,
        # What came back is in doubt no more, whatever our own hand-over knew of it.
        why=(_WHY.get(row.state) if event is None else None)
        or why_in_words(
            _code_in(event.reason) if event is not None else row.enhanced_code, complained=complained
        ),
        sign_on=signature.id if signature is not None else "",
        may_confirm=signature is not None and signature.state is SignatureState.PENDING,
    )


def _code_in(reason: str) -> str:
    return next((word.strip(",;()") for word in reason.split() if word[:2] in {"4.", "5."}), "")


def _veiled(session: Session, row: Message, address_of: AddressOf | None) -> str:
    if address_of is None:
        return ""
    try:
        address = address_of(session, row)
    except Permanent:
        return ""
    return veiled_address(address) if address else ""
