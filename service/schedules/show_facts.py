"""What is known of a run of show: its rows, the letter's copies, and the mails that its steps have posted."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, func
from sqlmodel import Session, col, select

from service.campaigns.halt import was_hidden_at_its_minute
from service.delivery.registry import BY_HAND
from service.delivery.release import leaves_at
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.edition import Edition
from service.model.message import MessageKind
from service.model.recipient import Recipient, RecipientRole
from service.model.show import Reason, ShowStep, Step
from service.model.states import CampaignState, DeliveryState, MessageState, ShowState
from service.model.update import Update
from service.schedules.show_known import Facts, Mails, StepFacts
from service.store.insert import add_once

_ON_THEIR_WAY = frozenset({MessageState.QUEUED, MessageState.CLAIMED, MessageState.SUBMITTING})
_MAY_HAVE_LEFT = _ON_THEIR_WAY | {MessageState.HELD, MessageState.ACCEPTED, MessageState.UNCERTAIN}
_KINDS = {Step.COPY: MessageKind.UPDATE, Step.KITS: MessageKind.KIT}


def has_show(campaign: Campaign) -> bool:
    """Tell whether what follows a release of this letter goes step by step."""
    return campaign.receipt_wait_seconds is not None


def steps_of(session: Session, edition: Edition) -> Sequence[ShowStep]:
    """List the steps of a released edition in their order; none where no run of show was begun."""
    found = session.exec(select(ShowStep).where(ShowStep.edition_id == edition.id)).all()
    return sorted(found, key=lambda row: list(Step).index(row.step))


def make_steps(session: Session, edition: Edition, *, now: datetime) -> bool:
    """Keep the steps of a released edition, each once; tells whether any is new."""
    rows = [
        ShowStep(campaign_id=edition.campaign_id, edition_id=edition.id, step=step, changed_at=now)
        for step in Step
    ]
    return sum(add_once(session, row) for row in rows) > 0


def read_facts(session: Session, campaign: Campaign, edition: Edition, rows: Sequence[ShowStep]) -> Facts:
    """Read all that the steps of an edition are decided by."""
    assert edition.released_at is not None
    taken_at = next((row.ended_at for row in rows if row.step is Step.DELIVERED), None)
    return Facts(
        steps=[_of(row) for row in rows],
        leaves_at=leaves_at(campaign, now=edition.released_at),
        copies=_copies(session, campaign, edition, are_press=False),
        later=_copies(session, campaign, edition, are_press=False, since=taken_at)
        if taken_at is not None
        else {},
        press=_copies(session, campaign, edition, are_press=True),
        mails={row.step: _mails(session, campaign, row) for row in rows if _is_posting(row)},
        is_sent=campaign.state is CampaignState.SENT,
        receipt_wait=timedelta(seconds=campaign.receipt_wait_seconds or 0),
        publish_at=campaign.publish_at,
        published_at=campaign.published_at,
        was_hidden=session.exec(
            select(Campaign.id).where(Campaign.id == campaign.id, was_hidden_at_its_minute())
        ).first()
        is not None,
    )


def _of(row: ShowStep) -> StepFacts:
    return StepFacts(
        step=row.step,
        state=row.state,
        began_at=row.began_at,
        posted_at=row.posted_at,
        ended_at=row.ended_at,
        failed_at=row.changed_at if row.reason is Reason.COULD_NOT else None,
    )


def _copies(
    session: Session,
    campaign: Campaign,
    edition: Edition,
    *,
    are_press: bool,
    since: datetime | None = None,
) -> Mapping[DeliveryState, int]:
    is_press = col(Recipient.role) == RecipientRole.PRESS
    found = (
        select(Delivery.state, func.count())
        .join(Recipient, col(Recipient.id) == Delivery.recipient_id)
        .where(Delivery.edition_id == edition.id, is_press if are_press else ~is_press)
        .group_by(col(Delivery.state))
    )
    if campaign.state is CampaignState.SENT or are_press:
        # What a person is still to bring holds nothing up once the letter is with each of its addressees.
        waits = and_(col(Delivery.state) == DeliveryState.READY, col(Delivery.channel).in_(BY_HAND))
        found = found.where(~waits)
    if since is not None:
        found = found.where(col(Delivery.settled_at) > since)
    return {DeliveryState(state): number for state, number in session.exec(found).all()}


def _is_posting(row: ShowStep) -> bool:
    return (
        row.step in _KINDS
        and row.began_at is not None
        and row.state
        in {
            ShowState.UNDER_WAY,
            ShowState.ASKING,
        }
    )


def _mails(session: Session, campaign: Campaign, row: ShowStep) -> Mails:
    occurrence = row.update_ref if row.step is Step.COPY else row.edition_id
    counted = outbox.counts_of(session, kind=_KINDS[row.step], campaign_id=campaign.id, occurrence=occurrence)
    update = session.get(Update, row.update_ref) if row.update_ref else None
    known = {state for state, number in counted.items() if number}
    return Mails(
        wait=bool(known & _ON_THEIR_WAY),
        are_held=MessageState.HELD in known,
        none_left=bool(known) and not known & _MAY_HAVE_LEFT,
        were_stopped=update is not None and update.stopped_at is not None,
    )
