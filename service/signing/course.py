"""Where a sign-on on an earlier text goes: asked, may object, kept, or to be called (pure)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.model.states import MessageState

LEAST_NOTICE = timedelta(hours=24)
"""What the form promises: so long after it was told may anybody object, however late the mail went."""


class Course(StrEnum):
    """What becomes of a sign-on whose text has changed, until it stands on the present one or is withdrawn."""

    UNASKED = "the mail is still to be written"
    ASKED = "was asked, and may answer"
    MAY_OBJECT = "was told, and keeps the name unless it objects"
    KEEPS = "was told, and did not object in time"
    NO_ANSWER = "was asked, and has not answered"
    NO_ADDRESS = "has no e-mail address"
    WANTS_NO_MAIL = "wants no more mail"
    CAME_BACK = "the mail came back"
    NOT_SENT = "the mail was not sent"
    IN_DOUBT = "nobody knows whether the mail arrived"


TO_BE_CALLED = frozenset(
    {
        Course.NO_ANSWER,
        Course.NO_ADDRESS,
        Course.WANTS_NO_MAIL,
        Course.CAME_BACK,
        Course.NOT_SENT,
        Course.IN_DOUBT,
    }
)
"""Those whom only a person can reach now: nobody is moved who could not be told."""

_ON_ITS_WAY = frozenset(
    {MessageState.QUEUED, MessageState.CLAIMED, MessageState.SUBMITTING, MessageState.HELD}
)


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How far the mail about the change has come.

    `mail` is None before one was written. `told_at` is the moment at which a relay took it. `suppressed` says that the
    mailbox is left alone: it unsubscribed, complained or bounced (then `bounced` too). `came_back` is what was heard of
    this very mail: a bounce, a complaint, or that a server still holds it. `unwritten` says that it may not go to its
    domain.
    """

    has_address: bool = True
    suppressed: bool = False
    bounced: bool = False
    mail: MessageState | None = None
    told_at: datetime | None = None
    came_back: bool = False
    unwritten: bool = False


def course_of(reach: Reach, *, keeps_on_change: bool, objections_until: datetime, now: datetime) -> Course:
    """Decide what becomes of one sign-on at this moment.

    Only who chose to keep the name, was told by a mail that a relay took and that has not come back, and has let pass
    both the stated moment and 24 hours since then, keeps it. Everybody else is asked, or called.
    """
    hindered = _hindered(reach)
    if hindered is not None:
        return hindered
    if reach.mail is None:
        return Course.UNASKED
    if reach.mail in _ON_ITS_WAY:
        is_stuck = reach.mail is MessageState.HELD and (reach.unwritten or now >= objections_until)
        return Course.NOT_SENT if is_stuck else _while_waiting(keeps_on_change=keeps_on_change)
    if reach.mail is MessageState.UNCERTAIN:
        return Course.IN_DOUBT
    if reach.mail is not MessageState.ACCEPTED or reach.told_at is None:
        return Course.NOT_SENT
    if now < objection_ends(objections_until, told_at=reach.told_at):
        return _while_waiting(keeps_on_change=keeps_on_change)
    return Course.KEEPS if keeps_on_change else Course.NO_ANSWER


def objection_ends(objections_until: datetime, *, told_at: datetime) -> datetime:
    """Give the moment until which somebody may object: the stated one, or 24 hours after the mail if that is later."""
    return max(objections_until, told_at + LEAST_NOTICE)


def half_over_if_told_by(objections_until: datetime, *, now: datetime) -> datetime:
    """Give the latest moment of being told whose time to answer, up to objection_ends(), is half over now."""
    return min(now - (objections_until - now), now - LEAST_NOTICE / 2)


def _hindered(reach: Reach) -> Course | None:
    if not reach.has_address:
        return Course.NO_ADDRESS
    if reach.came_back or reach.bounced:
        return Course.CAME_BACK
    return Course.WANTS_NO_MAIL if reach.suppressed else None


def _while_waiting(*, keeps_on_change: bool) -> Course:
    return Course.MAY_OBJECT if keeps_on_change else Course.ASKED
