"""Remind, once, those who were asked to agree to a changed text and are silent."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from service.campaigns.queries import lock_campaign_of, present_revision
from service.campaigns.revise import letters_in_question
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.message import AfterState, Message, MessageEvent, MessageKind
from service.model.signature import Signature
from service.model.states import MessageState
from service.model.suppression import Suppression
from service.signing.course import LEAST_NOTICE, Course, half_over_if_told_by
from service.signing.earlier_text import on_earlier_text
from service.store.keyring import Keyring

_AGAIN = " again"
_AT_ONCE = 500


def remind_of_changes(session: Session, keyring: Keyring, *, now: datetime) -> int:
    """Write once more, when half of its time to answer is over, to who was asked and is silent; gives how many.

    Nobody is whose mail came back, did not go or is in doubt, or who wants no more: those are for a person to call.
    Call it, each time in a transaction of its own, until it gives 0.
    """
    return sum(
        _remind(session, keyring, lock_campaign_of(session, campaign_id), now=now)
        for campaign_id in letters_in_question(session)
    )


def reminder_of(revision_id: str) -> str:
    """Give the occurrence of the mail that asks about a revision once more."""
    return f"{revision_id}{_AGAIN}"


def is_reminder(message: Message) -> bool:
    """Tell whether a mail asks about a changed text once more."""
    return message.occurrence.endswith(_AGAIN)


def _remind(session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime) -> int:
    until = present_revision(session, campaign).objections_until
    if until is None:
        return 0
    due = _is_due(campaign, until, now=now)
    silent = on_earlier_text(session, keyring, campaign, now=now, among=due, most=_AT_ONCE)
    return sum(
        outbox.post(
            session,
            kind=MessageKind.CHANGE,
            campaign_id=campaign.id,
            recipient_ref=one.signature.id,
            occurrence=reminder_of(campaign.revision_id or ""),
            now=now,
        )
        for one in silent
        if one.course is Course.ASKED
    )


def _is_due(campaign: Campaign, until: datetime, *, now: datetime) -> ColumnElement[bool]:
    """Say in SQL, of a sign-on and the mail that told it, that a reminder is due.

    What course_of() then says of each goes before; it is said here so that those to be called take nobody's place.
    """
    told_at = func.coalesce(col(Message.submitted_at), col(Message.settled_at))
    reminder, left_alone = aliased(Message), aliased(Suppression)
    key = outbox.dedupe_key(
        kind=MessageKind.CHANGE,
        campaign_id=campaign.id,
        recipient_ref=col(Signature.id),
        occurrence=reminder_of(campaign.revision_id or ""),
    )
    is_over = now >= until
    return and_(
        col(Signature.keeps_on_change).is_(False),
        col(Message.state) == MessageState.ACCEPTED,
        told_at <= half_over_if_told_by(until, now=now),
        *([told_at > now - LEAST_NOTICE] if is_over else []),
        ~_heard(AfterState.BOUNCED, AfterState.COMPLAINED),
        ~_heard(AfterState.DELAYED) | _heard(AfterState.DELIVERED),
        ~exists().where(col(reminder.dedupe_key) == key),
        ~exists().where(
            col(left_alone.campaign_id) == campaign.id,
            col(left_alone.email_index) == col(Signature.email_index),
        ),
    )


def _heard(*became: AfterState) -> ColumnElement[bool]:
    """Say in SQL that something of this was heard of the mail that told a sign-on."""
    of_it = col(MessageEvent.message_id) == col(Message.id)
    return exists().where(of_it, col(MessageEvent.became).in_([one.value for one in became]))
