"""Mail a fresh link to the address on record; whoever asks for it learns nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_
from sqlmodel import Session, col, func, select

from service.campaigns.access import seen_campaign
from service.foundation.errors import NotFound, Permanent
from service.foundation.tokens import token_digest
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.link_request import LinkRequest
from service.model.link_token import LinkToken, Purpose
from service.model.message import Message, MessageKind
from service.model.signature import Signature
from service.model.states import CampaignState, SignatureState
from service.signing.abuse.small_forms import Asking, is_let_be
from service.signing.invite import send_invitation
from service.signing.limits import may_mail_links
from service.signing.party import email_index, read_party
from service.signing.sign import (
    Desk,
    ask_to_confirm,
    confirm_until,
    keep_change_link,
    keep_manage_link,
    why_not_open_to,
)
from service.store.insert import insert_or
from service.store.keyring import Keyring
from service.store.links import Link, find_link, link_token

_A_TICK = 100
_A_DAY = 3
_DAY = timedelta(hours=24)
_LOOKED_AFTER = (SignatureState.CONFIRMED, SignatureState.WITHDRAWN, SignatureState.DECLINED)
_UNANSWERED = (SignatureState.INVITED, SignatureState.INTENDS)
_ANEW = "anew "


def ask_for_link(
    session: Session, keyring: Keyring, *, slug: str, key: str, email: str, asking: Asking, now: datetime
) -> None:
    """Note that a mailbox wants the links of its sign-ons; raises NotFound where the letter may not be known of.

    A row is written whoever it is, and no sign-on is looked up: there is nothing that time could tell. Of a form that
    is let be the row is nobody's.
    """
    campaign = seen_campaign(session, keyring.root, slug=slug, key=key)
    keys = keyring.of(session, campaign.id)
    let_be = is_let_be(session, keyring, asking, campaign_id=campaign.id, email=email, now=now)
    mailbox = keys.blind("mailbox", "of nobody") if let_be else email_index(keys, email)
    _note(session, campaign_id=campaign.id, mailbox=mailbox, now=now)


def ask_by_old_link(
    session: Session, keyring: Keyring, *, token: str, purpose: Purpose, asking: Asking, now: datetime
) -> None:
    """Note that whoever holds a link that is over wants a fresh one, which goes to the address on record.

    Says nothing of whether it did; of a link that never was nothing is noted.
    """
    try:
        link = find_link(session, token, purpose)
    except NotFound:
        return
    signature = session.get(Signature, link.row_id)
    if signature is None:
        return
    email = read_party(keyring.of(session, signature.campaign_id), signature).confirming_email
    if not is_let_be(session, keyring, asking, campaign_id=signature.campaign_id, email=email, now=now):
        _note(session, campaign_id=signature.campaign_id, mailbox=signature.email_index, now=now)


def send_asked_links(session: Session, keyring: Keyring, *, now: datetime) -> int:
    """Post the mails that were asked for, and forget who asked; gives how many were posted.

    Of one sign-on no more than three go out in a day, and a mailbox that has many is not given all of them each time.
    Who has not confirmed yet gets the confirming mail again, within its own caps, while it can still be confirmed; who has
    not answered an invitation whose link is over gets it anew, while the letter takes its sign-on.
    """
    asked = session.exec(
        select(LinkRequest)
        .order_by(col(LinkRequest.asked_at))
        .limit(_A_TICK)
        .with_for_update(skip_locked=True)
    ).all()
    posted = 0
    for request in asked:
        posted += _answer(session, keyring, request, now=now)
    if asked:
        done = [request.id for request in asked]
        session.execute(delete(LinkRequest).where(col(LinkRequest.id).in_(done)))
    return posted


def may_mail_to(session: Session, row: Signature, *, now: datetime) -> bool:
    """Tell whether one more mail that its owner asks for may go out about a sign-on today."""
    return _sent_today(session, [row.id], now=now) < _A_DAY


def _note(session: Session, *, campaign_id: str, mailbox: bytes, now: datetime) -> None:
    row = LinkRequest(campaign_id=campaign_id, email_index=mailbox, asked_at=now)
    session.execute(
        insert_or(session, row).on_conflict_do_nothing(index_elements=["campaign_id", "email_index"])
    )


def _answer(session: Session, keyring: Keyring, request: LinkRequest, *, now: datetime) -> int:
    campaign = session.get(Campaign, request.campaign_id)
    if campaign is None:
        return 0
    try:
        keys = keyring.of(session, campaign.id)
    except Permanent:
        # The letter was purged: there is nothing to look after any more.
        return 0
    desk = Desk(session=session, keys=keys, campaign=campaign, now=now)
    found = select(Signature).where(
        Signature.campaign_id == campaign.id, Signature.email_index == request.email_index
    )
    rows = session.exec(found.with_for_update()).all()
    if not may_mail_links(to_mailbox_today=_sent_today(session, [row.id for row in rows], now=now)):
        return 0
    return sum(_post(desk, row) for row in rows)


def _post(desk: Desk, row: Signature) -> bool:
    if row.state is SignatureState.PENDING:
        is_on = desk.campaign.state in {CampaignState.OPEN, CampaignState.CLOSED}
        if is_on and desk.now < confirm_until(desk.campaign, row):
            ask_to_confirm(desk, row)
            return True
        return False
    if row.state in _UNANSWERED:
        return _invite_anew(desk, row)
    if row.state not in _LOOKED_AFTER or row.signed_at is None:
        return False
    if not may_mail_to(desk.session, row, now=desk.now):
        return False
    keep_manage_link(desk, row)
    if row.revision_id != desk.campaign.revision_id:
        # The page of the sign-on leads on to what has changed, and the link to that may be over as well.
        keep_change_link(desk, row)
    return outbox.post(
        desk.session,
        kind=MessageKind.LINK,
        campaign_id=desk.campaign.id,
        recipient_ref=row.id,
        occurrence=f"{row.generation}.{desk.now:%Y-%m-%dT%H:%M:%S}",
        now=desk.now,
    )


def _invite_anew(desk: Desk, row: Signature) -> bool:
    """Mail an invitation anew whose link is over: while it opens, no form that anybody may send brings a second one."""
    link = Link(purpose=Purpose.INVITATION, row_id=row.id)
    known = desk.session.get(LinkToken, token_digest(link_token(desk.keys, link)))
    if known is None or desk.now < known.expires_at:
        return False
    if why_not_open_to(desk.session, desk.campaign, row, now=desk.now):
        return False
    if not may_mail_to(desk.session, row, now=desk.now):
        return False
    return send_invitation(desk, row, occurrence=f"{_ANEW}{desk.now:%Y-%m-%dT%H:%M:%S}")


def _sent_today(session: Session, ids: Sequence[str], *, now: datetime) -> int:
    is_anew = and_(col(Message.kind) == MessageKind.INVITATION, col(Message.occurrence).startswith(_ANEW))
    mine = (
        col(Message.recipient_ref).in_(ids),
        or_(col(Message.kind) == MessageKind.LINK, is_anew),
        col(Message.created_at) > now - _DAY,
    )
    return session.exec(select(func.count()).select_from(Message).where(*mine)).one()
