"""A mail of a planned sending that rests is not made: it is held until a person lets the sending go on."""

from sqlalchemy import select
from sqlmodel import Session, col

from service.mail.brakes.pause import CANCELLED, PAUSED
from service.mail.sender import Unwanted
from service.model.message import Message, MessageKind
from service.model.schedule import Action, Occurrence, Schedule
from service.model.states import MessageState, ScheduleState
from service.model.update import Update
from service.signing.invite import FIRST_INVITATION
from service.store.held import hold


def refuse_resting(session: Session, message: Message) -> None:
    """Raise Unwanted where the planned sending that a mail is of rests, or was cancelled."""
    if message.kind is MessageKind.INVITATION and message.occurrence == FIRST_INVITATION:
        _refuse_resting_invitations(session, message.campaign_id)
        return
    occurrence = session.get(Occurrence, message.occurrence)
    schedule = session.get(Schedule, occurrence.schedule_id) if occurrence is not None else None
    if occurrence is None or schedule is None:
        return
    # Many mails of one sending are made in one session.
    hold(session, occurrence)
    hold(session, schedule)
    _refuse(schedule.state)


def refuse_resting_update(session: Session, update: Update) -> None:
    """Raise Unwanted where an update was planned, and its planned sending rests."""
    found = select(col(Schedule.state)).where(
        col(Schedule.update_id) == update.id, col(Schedule.campaign_id) == update.campaign_id
    )
    states = set(session.execute(found).scalars())
    if ScheduleState.PAUSED in states:
        _refuse(ScheduleState.PAUSED)


def _refuse_resting_invitations(session: Session, campaign_id: str | None) -> None:
    found = select(col(Schedule.state)).where(
        col(Schedule.campaign_id) == campaign_id, col(Schedule.action) == Action.INVITE
    )
    # Cancelled while they wait they are cancelled one by one; whoever is added later is still asked by a person.
    if ScheduleState.PAUSED in session.execute(found).scalars():
        _refuse(ScheduleState.PAUSED)


def _refuse(state: ScheduleState) -> None:
    if state in {ScheduleState.PAUSED, ScheduleState.PROPOSED}:
        raise Unwanted(MessageState.HELD, PAUSED)
    if state is ScheduleState.CANCELLED:
        raise Unwanted(MessageState.CANCELLED, CANCELLED)
