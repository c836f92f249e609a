"""What a coordinator has looked at of a sending: nothing else is approved, planned or written over by its press."""

import hashlib
import json

from sqlmodel import Session

from service.campaigns.queries import lock_campaign_of
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.own_words import OwnWords
from service.model.schedule import Schedule
from service.model.states import ScheduleState

_CHANGED = Sentence("This was changed since you opened the page; look at it again before you decide.")


class ChangedSince(Refused):
    """Somebody has changed what was looked at."""


def mark_of(session: Session, schedule: Schedule) -> str:
    """Give the SHA-256 by which it is known whether a sending has still the time, the readers and the words that somebody saw."""
    words = session.get(OwnWords, schedule.words_id) if schedule.words_id else None
    seen = {
        "timing": schedule.timing,
        "answers": schedule.answers,
        "audience": schedule.audience,
        "late": [schedule.late.value, schedule.late_seconds],
        # Sealed anew each time that they are kept.
        "words": words.words.hex() if words is not None else schedule.update_id,
    }
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()


def hold_as_seen(session: Session, schedule: Schedule, seen: str) -> None:
    """Lock the letter of a sending and see where that stands now; raises ChangedSince where it is not what was `seen`.

    Of one that is decided already nothing is compared: whoever presses twice is told that.
    """
    lock_campaign_of(session, schedule.campaign_id)
    session.refresh(schedule)
    if schedule.state not in {ScheduleState.DRAFT, ScheduleState.PROPOSED}:
        return
    words = session.get(OwnWords, schedule.words_id) if schedule.words_id else None
    if words is not None:
        session.refresh(words)
    if mark_of(session, schedule) != seen:
        raise ChangedSince(_CHANGED)
