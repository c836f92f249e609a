"""Updates that tell of an answer, or that none came: which is planned, and what the next is called once one was cancelled."""

from collections.abc import Sequence

from sqlmodel import Session, select

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.schedule import Action, Schedule
from service.model.states import ScheduleState

NO_ANSWER = "no-answer"
_TOLD_ALREADY = Sentence(
    "An update that tells of this is among the planned sendings already: cancel that one first, to plan another."
)


def name_of(reply_id: str) -> str:
    """Give what the update that tells of an answer is called."""
    return f"answer-{reply_id[-12:]}"


def updates_of(session: Session, campaign_id: str) -> Sequence[Schedule]:
    """List the updates that were planned for a letter, those that were cancelled too."""
    found = select(Schedule).where(Schedule.campaign_id == campaign_id, Schedule.action == Action.UPDATE)
    return session.exec(found).all()


def telling_of(updates: Sequence[Schedule], name: str) -> Schedule | None:
    """Give the update of this name, or of one with a number behind it, that was not cancelled (pure)."""
    mine = (one for one in _called(updates, name) if one.state is not ScheduleState.CANCELLED)
    return next(mine, None)


def was_cancelled(updates: Sequence[Schedule], name: str) -> bool:
    """Tell whether each update of this name was cancelled, so that another may be planned (pure)."""
    return bool(_called(updates, name)) and telling_of(updates, name) is None


def next_name(updates: Sequence[Schedule], name: str) -> str:
    """Name an update after those of the same name that were cancelled; raises Refused while one is not (pure)."""
    if telling_of(updates, name) is not None:
        raise Refused(_TOLD_ALREADY)
    before = len(_called(updates, name))
    return f"{name}-{before + 1}" if before else name


def _called(updates: Sequence[Schedule], name: str) -> Sequence[Schedule]:
    return [
        one
        for one in updates
        if one.name == name or (one.name.startswith(f"{name}-") and one.name[len(name) + 1 :].isdecimal())
    ]
