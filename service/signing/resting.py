"""A mail of a planned sending that rests is not made: it is held until a person lets the sending go on."""

from sqlalchemy import select
from sqlmodel import Session, col

from service.mail.brakes.pause import CANCELLED, PAUSED
from service.mail.sender import Unwanted
from service.model.message import Message
from service.model.schedule import Occurrence, Schedule
from service.model.states import MessageState, ScheduleState
from service.model.update import Update
from service.store.held import hold


def refuse_resting(session: Session, message: Message) -> None:
    """Raise Unwanted where the planned sending that a mail is of rests, or was cancelled."""
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


def _refuse(state: ScheduleState) -> None:
    if state in {ScheduleState.PAUSED, ScheduleState.PROPOSED}:
        raise Unwanted(MessageState.HELD, PAUSED)
    if state is ScheduleState.CANCELLED:
        raise Unwanted(MessageState.CANCELLED, CANCELLED)
