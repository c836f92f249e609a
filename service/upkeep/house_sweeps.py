"""What the house keeps for a while only: which rows are over, in the order in which they go."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session, col

from service.coordinators.chain import forget_events, oldest_within
from service.model.audit_event import AuditEvent
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.incoming_report import IncomingReport
from service.model.inquiry import Inquiry
from service.model.link_request import LinkRequest
from service.model.link_token import LinkToken
from service.model.member_import import MemberImport
from service.model.message import Message, MessageEvent, MessageKind
from service.model.office import OfficeImport
from service.model.retention import Retention
from service.model.sign_in import CoordinatorInvitation, DeskSession, SignInStep
from service.model.signature import Provenance, Signature
from service.model.states import CampaignState, MessageState, SignatureState
from service.signing.sign import CONFIRM_LIVES, confirm_until
from service.upkeep.keeping import KEPT_FOR, Kept
from service.upkeep.sign_ons import deleting_sign_ons
from service.upkeep.sweep import Sweep, deleting

_OVER = (CampaignState.CLOSED, CampaignState.SENT, CampaignState.ARCHIVED)
_WAITING = (MessageState.QUEUED, MessageState.CLAIMED, MessageState.SUBMITTING, MessageState.HELD)


def house_sweeps(session: Session, *, now: datetime) -> Mapping[Kept, Sequence[Sweep]]:
    """Give for each thing that is kept for a while the rows whose time is over."""
    since = {kept: now - span for kept, span in KEPT_FOR.items()}
    return {
        Kept.LINKS: (
            _old(Kept.LINKS, LinkToken, LinkToken.digest, col(LinkToken.expires_at) <= since[Kept.LINKS]),
        ),
        Kept.LINK_REQUESTS: (
            _old(
                Kept.LINK_REQUESTS,
                LinkRequest,
                LinkRequest.id,
                col(LinkRequest.asked_at) <= since[Kept.LINK_REQUESTS],
            ),
        ),
        Kept.INQUIRIES: (
            _old(Kept.INQUIRIES, Inquiry, Inquiry.id, col(Inquiry.asked_at) <= since[Kept.INQUIRIES]),
        ),
        Kept.UNCONFIRMED: _unconfirmed(session, since=since[Kept.UNCONFIRMED], now=now),
        Kept.MAIL_LOG: _mail_log(session, since=since[Kept.MAIL_LOG]),
        Kept.RETURNED_MAIL: (
            _old(
                Kept.RETURNED_MAIL,
                IncomingReport,
                IncomingReport.id,
                col(IncomingReport.received_at) <= since[Kept.RETURNED_MAIL],
            ),
        ),
        Kept.AUDIT: (
            Sweep(
                name=Kept.AUDIT.value,
                key=col(AuditEvent.number),
                which=oldest_within(since[Kept.AUDIT]),
                clear=forget_events,
            ),
        ),
        Kept.SPREADSHEETS: (
            _old(
                Kept.SPREADSHEETS,
                MemberImport,
                MemberImport.id,
                col(MemberImport.created_at) <= since[Kept.SPREADSHEETS],
            ),
            _old(
                Kept.SPREADSHEETS,
                OfficeImport,
                OfficeImport.id,
                col(OfficeImport.created_at) <= since[Kept.SPREADSHEETS],
            ),
        ),
        Kept.COMING_IN: _coming_in(since[Kept.COMING_IN]),
    }


def mail_sweeps(name: str, campaigns: Sequence[str], *but: ColumnElement[bool]) -> tuple[Sweep, ...]:
    """Give the mails of letters with all their events, but those by which copies went to the addressees.

    What still waits, or is in a sender's hands, is left until it has settled.
    """
    carries = select(col(Delivery.message_ref)).where(col(Delivery.message_ref).is_not(None))
    # Whoever was told how a sending went is told by the id of its e-mail.
    mails = and_(
        col(Message.campaign_id).in_(campaigns),
        col(Message.id).not_in(carries),
        col(Message.state).not_in(_WAITING),
        *but,
    )
    of_mails = col(MessageEvent.message_id).in_(select(col(Message.id)).where(mails))
    return (
        Sweep(
            name=name,
            key=col(MessageEvent.id),
            which=(of_mails,),
            clear=deleting(MessageEvent, col(MessageEvent.id)),
        ),
        Sweep(name=name, key=col(Message.id), which=(mails,), clear=deleting(Message, col(Message.id))),
    )


def _old(kept: Kept, table: type, key: object, is_over: ColumnElement[bool]) -> Sweep:
    return Sweep(name=kept.value, key=col(key), which=(is_over,), clear=deleting(table, col(key)))


def _coming_in(since: datetime) -> tuple[Sweep, ...]:
    """Find what coordinators came in by, or did not; who came in stays known by the audit."""
    kept = Kept.COMING_IN
    return (
        _old(kept, SignInStep, SignInStep.digest, col(SignInStep.expires_at) <= since),
        _old(kept, DeskSession, DeskSession.digest, col(DeskSession.began_at) <= since),
        _old(
            kept,
            CoordinatorInvitation,
            CoordinatorInvitation.id,
            col(CoordinatorInvitation.expires_at) <= since,
        ),
    )


def _unconfirmed(session: Session, *, since: datetime, now: datetime) -> tuple[Sweep, ...]:
    """Find who filled in the form and never confirmed; whom the secretariat invited stays on its list."""
    letters = session.execute(select(Campaign).where(col(Campaign.state).in_(_OVER))).scalars().all()
    lapsed = [
        and_(
            col(Signature.campaign_id) == letter.id,
            col(Signature.state) == SignatureState.EXPIRED,
            or_(
                col(Signature.late_until).is_(None),
                col(Signature.late_until) <= since - CONFIRM_LIVES - timedelta(seconds=letter.grace_seconds),
            ),
        )
        for letter in letters
        if confirm_until(letter) + CONFIRM_LIVES <= since
    ]
    ended = and_(
        col(Signature.state) == SignatureState.WITHDRAWN,
        col(Signature.left_at) <= since,
    )
    never = (
        col(Signature.provenance) == Provenance.FORM,
        col(Signature.invited).is_(False),
        col(Signature.confirmed_at).is_(None),
        col(Signature.held_reason).is_(None),
        or_(ended, *lapsed),
    )
    return (
        Sweep(
            name=Kept.UNCONFIRMED.value,
            key=col(Signature.id),
            which=never,
            clear=deleting_sign_ons(now),
        ),
    )


def _mail_log(session: Session, *, since: datetime) -> tuple[Sweep, ...]:
    archived = (
        select(col(Retention.campaign_id))
        .join(Campaign, col(Campaign.id) == col(Retention.campaign_id))
        .where(col(Campaign.state) == CampaignState.ARCHIVED, col(Retention.archived_at) <= since)
    )
    letters = session.execute(archived).scalars().all()
    # By the warnings it is known that a purge was told of.
    told = col(Message.kind) != MessageKind.ALERT
    return mail_sweeps(Kept.MAIL_LOG.value, letters, told) if letters else ()
