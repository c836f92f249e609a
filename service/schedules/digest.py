"""The daily digest of a letter: what has happened since the last one, what waits for a person, and what is next."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func
from sqlalchemy import select as select_many
from sqlmodel import Session, col, select

from service.campaigns.queries import latest_edition, released_edition
from service.delivery.release import APPROVALS_NEEDED
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.edition import Approval, Decision, Edition, EditionKind
from service.model.intake import Intake
from service.model.message import HEARD, AfterState, Message, MessageEvent, MessageKind
from service.model.proof_answer import ProofAnswer
from service.model.schedule import Occurrence, Schedule
from service.model.show import ShowStep
from service.model.signature import Signature
from service.model.states import (
    CampaignState,
    DeliveryState,
    IntakeState,
    OccurrenceState,
    ScheduleState,
    ShowState,
    SignatureState,
)
from service.schedules.due import Dates
from service.signing.secretariat.tally import SignOnTally, tally_sign_ons

A_DAY = timedelta(days=1)
_NEAR = timedelta(days=3)
_AFTER = timedelta(days=7)
_FURTHEST = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Window:
    """From when on, and until before when, a digest tells."""

    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Happened:
    """What has happened in a window, in numbers."""

    signed: int = 0
    left: int = 0
    bounced: int = 0
    asked: int = 0
    fixed: int = 0

    def __bool__(self) -> bool:
        """Tell whether anything has."""
        return bool(self.signed or self.left or self.bounced or self.asked or self.fixed)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What stands or waits now, in numbers; `late` and `proposed` name planned sendings."""

    counted: int = 0
    unconfirmed: int = 0
    deciding: int = 0
    to_accept: int = 0
    to_check: int = 0
    quarantined: int = 0
    copies_in_trouble: int = 0
    show_asks: bool = False
    late: str = ""
    proposed: str = ""
    is_closed: bool = False
    is_proposed: bool = False
    is_approved: bool = False
    is_released: bool = False


def is_worth_a_mail(happened: Happened, *, deadline_at: datetime, at: datetime) -> bool:
    """Tell whether a digest is sent: something has happened, or the deadline is near (pure)."""
    return bool(happened) or timedelta(0) <= deadline_at - at <= _NEAR


def digest_ends(dates: Dates) -> datetime:
    """Say until when a letter has digests: a few days after sign-ons are over, and until it is planned to leave (pure)."""
    after = dates.deadline_at + _AFTER
    return max(after, dates.send_at) if dates.send_at is not None else after


def window_of(session: Session, occurrence: Occurrence) -> Window:
    """Give the time that a digest tells of: since the one before it, and a week at most."""
    before = select(func.max(col(Occurrence.due_at))).where(
        Occurrence.schedule_id == occurrence.schedule_id,
        Occurrence.state == OccurrenceState.FIRED,
        col(Occurrence.due_at) < occurrence.due_at,
    )
    last: datetime | None = session.execute(before).scalar_one()
    furthest = occurrence.due_at - _FURTHEST
    return Window(since=max(last, furthest) if last is not None else furthest, until=occurrence.due_at)


def happened_in(session: Session, campaign: Campaign, window: Window) -> Happened:
    """Count what has happened to a letter in a window."""
    mine = col(Signature.campaign_id) == campaign.id

    def within(moment: Any) -> ColumnElement[bool]:
        return and_(col(moment) >= window.since, col(moment) < window.until)

    signed, left, corrections = session.execute(
        select_many(
            func.count().filter(
                within(Signature.confirmed_at), col(Signature.state) == SignatureState.CONFIRMED
            ),
            func.count().filter(within(Signature.left_at)),
            func.count().filter(within(Signature.correction_asked_at)),
        ).where(mine)
    ).one()
    questions = session.exec(
        select(func.count()).where(
            Message.campaign_id == campaign.id,
            Message.kind == MessageKind.QUESTION,
            within(Message.created_at),
        )
    ).one()
    fixed = select(func.count()).where(ProofAnswer.campaign_id == campaign.id, within(ProofAnswer.fixed_at))
    return Happened(
        signed=signed,
        left=left,
        bounced=_bounced(session, campaign, window),
        asked=questions + corrections,
        fixed=session.exec(fixed).one(),
    )


def waiting_of(session: Session, campaign: Campaign, tally: SignOnTally | None = None) -> Waiting:
    """Count what stands and waits of a letter now; its sign-ons are not counted again where a `tally` of them is known."""
    tally = tally or tally_sign_ons(session, campaign)
    quarantined = select(func.count()).where(
        Intake.campaign_id == campaign.id, Intake.state == IntakeState.QUARANTINED
    )
    troubles = select(func.count()).where(
        Delivery.campaign_id == campaign.id,
        col(Delivery.state).in_((DeliveryState.FAILED, DeliveryState.UNCERTAIN)),
    )
    edition, released = latest_edition(session, campaign), released_edition(session, campaign)
    is_standing = edition is not None and edition.voided_at is None and edition.kind is EditionKind.LETTER
    return Waiting(
        counted=tally.signatories,
        unconfirmed=tally.in_state(SignatureState.PENDING),
        deciding=tally.in_state(SignatureState.INTENDS),
        to_accept=tally.to_accept,
        to_check=tally.held,
        quarantined=session.exec(quarantined).one(),
        copies_in_trouble=session.exec(troubles).one(),
        show_asks=released is not None and _show_asks(session, released),
        late=_late(session, campaign),
        proposed=_proposed(session, campaign),
        is_closed=campaign.state is CampaignState.CLOSED,
        is_proposed=is_standing,
        is_approved=is_standing
        and edition is not None
        and _approvals(session, edition.id) >= APPROVALS_NEEDED,
        is_released=released is not None,
    )


def _bounced(session: Session, campaign: Campaign, window: Window) -> int:
    """Count the sign-ons of which a mail came back."""
    found = (
        select(func.count(func.distinct(col(Message.recipient_ref))))
        .select_from(MessageEvent)
        .join(Message, col(Message.id) == MessageEvent.message_id)
        .where(
            HEARD,
            MessageEvent.became == AfterState.BOUNCED.value,
            col(MessageEvent.at) >= window.since,
            col(MessageEvent.at) < window.until,
            Message.campaign_id == campaign.id,
            Message.kind != MessageKind.DELIVERY,
        )
    )
    return session.exec(found).one()


def _show_asks(session: Session, released: Edition) -> bool:
    found = select(ShowStep.id).where(ShowStep.edition_id == released.id, ShowStep.state == ShowState.ASKING)
    return session.exec(found.limit(1)).first() is not None


def _late(session: Session, campaign: Campaign) -> str:
    """Name a planned sending that came late and waits for a person's word; empty where none does."""
    found = (
        select(Schedule.name)
        .join(Occurrence, col(Occurrence.schedule_id) == Schedule.id)
        .where(Schedule.campaign_id == campaign.id, Occurrence.state == OccurrenceState.ASKING)
    )
    return session.exec(found.order_by(col(Schedule.name)).limit(1)).first() or ""


def _proposed(session: Session, campaign: Campaign) -> str:
    found = select(Schedule.name).where(
        Schedule.campaign_id == campaign.id, Schedule.state == ScheduleState.PROPOSED
    )
    return session.exec(found.order_by(col(Schedule.name)).limit(1)).first() or ""


def _approvals(session: Session, edition_id: str) -> int:
    found = select(func.count()).where(
        Approval.edition_id == edition_id, Approval.decision == Decision.APPROVED
    )
    return session.exec(found).one()
