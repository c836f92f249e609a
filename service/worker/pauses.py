"""Bring the mails of sendings that were paused, resumed or cancelled to where their sending is."""

from service.schedules.sends.mails import follow_part, unsettled
from service.store.transaction import reading, transaction
from service.wiring import Services


def follow_pauses(services: Services) -> int:
    """Let go on what a pause still holds of a sending that goes on, and cancel what waits of a cancelled one; gives how many mails.

    A sender may hold a mail of a sending in the very moment in which it is resumed: nobody else would let it go.
    """
    with reading(services.engine) as session:
        schedules = set(unsettled(session))
    moved = 0
    for schedule_id in sorted(schedules):
        while not services.wake.is_stopping():
            with transaction(services.engine) as session:
                part = follow_part(session, schedule_id, now=services.clock())
            if not part:
                break
            moved += part
    return moved
