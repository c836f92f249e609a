"""Post what fires part by part, and look up whom the next part goes to while one is being posted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine

from service.foundation.clock import Clock
from service.schedules.fire import fire_part
from service.schedules.looking_up import A_PART, Part, look_up_part
from service.store.keyring import Keyring
from service.store.transaction import keep_soon, reading, transaction


def post_all_parts(
    engine: Engine,
    keyring: Keyring,
    *,
    clock: Clock,
    ring: Callable[[], None] = lambda: None,
    is_stopping: Callable[[], bool] = lambda: False,
    most: int = A_PART,
) -> int:
    """Post all that has begun, each part in a transaction of its own; gives how many mails that are.

    After each part the sender is told by `ring`. A stop is heeded between two parts: the next process goes on there.
    """

    def look_up(occurrence_id: str, after: str) -> Part | None:
        with reading(engine) as session:
            return look_up_part(session, keyring, occurrence_id, after=after, now=clock(), most=most)

    posted = 0
    part: Part | None = None
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="look_up_part") as beside:
        while not is_stopping():
            coming = (
                beside.submit(look_up, part.occurrence_id, part.last)
                if part is not None and part.last is not None
                else None
            )
            with transaction(engine) as session:
                # A sender claims no mail of this part before it is on the disk, and a part that is lost is posted anew.
                keep_soon(session)
                fired = fire_part(session, keyring, now=clock(), most=most, ahead=part)
            if fired is None:
                break
            posted += fired.posted
            ring()
            part = coming.result() if coming is not None else None
            if fired.last is not None and (part is None or not part.is_that(fired.occurrence_id, fired.last)):
                part = look_up(fired.occurrence_id, fired.last)
    return posted
