"""Which messages a person asks for, as conditions on their rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, select
from sqlmodel import col

from service.mail.destinations import OPAQUE
from service.model.message import HEARD, AfterState, Message, MessageEvent, MessageKind
from service.model.states import MessageState


class Due(StrEnum):
    """When a queued message may go."""

    NOW = "now"
    LATER = "later"


@dataclass(frozen=True, kw_only=True)
class Which:
    """The messages asked for: all of them, narrowed by each thing that is said.

    `twice` asks for those that may have arrived and were sent once more, `after` for those of which this was heard.
    The destination `x-` is any that has no name.
    """

    campaign_id: str | None = None
    kind: MessageKind | None = None
    state: MessageState | None = None
    due: Due | None = None
    twice: bool = False
    after: AfterState | None = None
    destination: str | None = None
    reply_code: int | None = None
    enhanced_code: str | None = None


def conditions(which: Which, *, now: datetime) -> Sequence[ColumnElement[bool]]:
    """Give what must hold for a message's row to be one of them."""
    equal = (
        (col(Message.campaign_id), which.campaign_id),
        (col(Message.kind), which.kind),
        (col(Message.state), which.state),
        (col(Message.reply_code), which.reply_code),
        (col(Message.enhanced_code), which.enhanced_code),
    )
    found: list[ColumnElement[bool]] = [column == value for column, value in equal if value is not None]
    if which.destination is not None:
        destination = col(Message.destination)
        is_any = which.destination == OPAQUE
        found.append(destination.startswith(OPAQUE) if is_any else destination == which.destination)
    if which.due is not None:
        is_due = col(Message.due_at) <= now
        found += [col(Message.state) == MessageState.QUEUED, is_due if which.due is Due.NOW else ~is_due]
    if which.twice:
        found.append(col(Message.possible_duplicate).is_(True))
    if which.after is not None:
        heard = select(col(MessageEvent.message_id)).where(
            HEARD, col(MessageEvent.became) == which.after.value
        )
        found.append(col(Message.id).in_(heard))
    return found
