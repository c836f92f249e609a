"""What the secretariat is told of a planned sending that is late, and what it can do about it."""

from sqlmodel import Session, select

from service.foundation.sentence import Sentence
from service.mail.postman import Unwanted
from service.model.campaign import Campaign
from service.model.schedule import Occurrence, Schedule
from service.model.states import MessageState, OccurrenceState, ScheduleState

_ASKS = Sentence(
    "The planned sending {name} of this letter came late and waits for your word, whether it still goes:"
    " `undersigned schedule decide {slug} {name} --send`, or `--skip` to leave it out. Nothing of it was sent, and"
    " nothing is sent until you decide."
)
_STAYS_AWAY = Sentence(
    "The planned sending {name} of this letter is late: its time has come more than a quarter of an hour ago, and not all"
    " of its e-mail is on its way. Nothing is lost and nobody is written to twice: it goes on as soon as it can. The"
    " people who run the service can see why: `undersigned status`. If it should not go any more:"
    " `undersigned schedule cancel {slug} {name}`."
)


def about_late_schedule(session: Session, campaign: Campaign, schedule_id: str) -> Sentence:
    """Say what is late and what to do; raises Unwanted where the schedule rests or was cancelled meanwhile."""
    schedule = session.get(Schedule, schedule_id)
    if schedule is None or schedule.state is not ScheduleState.ACTIVE:
        raise Unwanted(MessageState.CANCELLED, "the schedule rests or was cancelled")
    asking = select(Occurrence.id).where(
        Occurrence.schedule_id == schedule.id, Occurrence.state == OccurrenceState.ASKING
    )
    asks = session.exec(asking.limit(1)).first() is not None
    return (_ASKS if asks else _STAYS_AWAY).with_values(name=schedule.name, slug=campaign.slug)
