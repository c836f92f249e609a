"""How long what is kept: the plan of what goes when, and the next step towards a letter's purge (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

DAY = timedelta(days=1)
FIRST_NOTICE, LAST_NOTICE = 14 * DAY, DAY
"""So long before a purge its letter's secretariat is told, and told again."""

_A_NOTICE_LEAVES_WITHIN = 2 * DAY
# So long before the purge it must have left: one that left just before it warns nobody.
_FIRST_LEFT, _LAST_LEFT = FIRST_NOTICE - _A_NOTICE_LEAVES_WITHIN, timedelta(hours=20)


class Kept(StrEnum):
    """What the house keeps for a while only, of whichever letter."""

    LINKS = "links"
    LINK_REQUESTS = "link_requests"
    INQUIRIES = "inquiries"
    UNCONFIRMED = "unconfirmed"
    MAIL_LOG = "mail_log"
    RETURNED_MAIL = "returned_mail"
    SPREADSHEETS = "spreadsheets"
    COMING_IN = "coming_in"
    AUDIT = "audit"


KEPT_FOR = {
    Kept.LINKS: 30 * DAY,
    Kept.LINK_REQUESTS: DAY,
    Kept.INQUIRIES: 7 * DAY,
    Kept.UNCONFIRMED: 14 * DAY,
    Kept.MAIL_LOG: 30 * DAY,
    Kept.RETURNED_MAIL: 90 * DAY,
    Kept.SPREADSHEETS: DAY,
    Kept.COMING_IN: 30 * DAY,
    Kept.AUDIT: 731 * DAY,
}
"""For how long, counted from what COUNTED_FROM says."""

COUNTED_FROM = {
    Kept.LINKS: "the end of a personal link",
    Kept.LINK_REQUESTS: "the question for a fresh link",
    Kept.INQUIRIES: "the question whether an organization signed",
    Kept.UNCONFIRMED: "the lapse of a sign-on by form that nobody confirmed, or its end",
    Kept.MAIL_LOG: "the archiving of a letter; how its sendings went is kept",
    Kept.RETURNED_MAIL: "the arrival of a returned mail, of which no word was kept",
    Kept.SPREADSHEETS: "the upload of a spreadsheet of members, or of a list of offices",
    Kept.COMING_IN: "the beginning of a coordinator's session, or the end of its invitation",
    Kept.AUDIT: "an act that was kept in the audit",
}


class Step(StrEnum):
    """What is to be done next about a letter's personal data."""

    NOTHING = "nothing"
    NOTIFY = "notify"
    REMIND = "remind"
    PURGE = "purge"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What decides about a letter's purge; `first_left_at` and `last_left_at` say when those two notices went out.

    They are None where a notice did not, or came back.
    """

    keep_days: int | None = None
    archived_at: datetime | None = None
    answered_at: datetime | None = None
    asked_at: datetime | None = None
    notified_at: datetime | None = None
    purge_at: datetime | None = None
    reminded_at: datetime | None = None
    first_left_at: datetime | None = None
    last_left_at: datetime | None = None
    shredded_at: datetime | None = None
    purged_at: datetime | None = None


def planned_at(facts: Facts) -> datetime | None:
    """Give when a letter's personal data is to go; None where nobody wants that, or the letter is still worked at.

    The days count from the answer, where there is one, else from the archiving: answers take weeks. Nothing goes
    before a notice of two weeks.
    """
    if facts.archived_at is None:
        return None
    if facts.purge_at is not None:
        return facts.purge_at
    if facts.asked_at is not None:
        return facts.asked_at + FIRST_NOTICE
    if facts.keep_days is None:
        return None
    kept_from = facts.answered_at or facts.archived_at
    return max(kept_from + facts.keep_days * DAY, facts.archived_at + FIRST_NOTICE)


def next_step(facts: Facts, *, now: datetime) -> Step:
    """Say what is to be done now about a letter's personal data.

    Nothing goes before both notices have left the house in time: one that did not, or that came back, is followed by a
    new pair.
    """
    if facts.purged_at is not None:
        return Step.NOTHING
    if facts.shredded_at is not None:
        return Step.PURGE
    planned = planned_at(facts)
    if planned is None:
        return Step.NOTHING
    if facts.notified_at is None:
        return Step.NOTIFY if now >= planned - FIRST_NOTICE else Step.NOTHING
    has_left = _in_time(facts.first_left_at, planned - _FIRST_LEFT)
    if not has_left and now >= facts.notified_at + _A_NOTICE_LEAVES_WITHIN:
        return Step.NOTIFY
    if facts.reminded_at is None:
        return Step.REMIND if now >= planned - LAST_NOTICE else Step.NOTHING
    if now < planned:
        return Step.NOTHING
    return Step.PURGE if _in_time(facts.last_left_at, planned - _LAST_LEFT) else Step.NOTIFY


def steps_to_come(facts: Facts, *, now: datetime) -> Sequence[tuple[Step, datetime]]:
    """Say which notices come and when the purge does, if nothing changes and each notice leaves in time.

    A step that is overdue comes now. It takes the same turns as next_step(), so that what it says then happens.
    """
    planned = planned_at(facts)
    if planned is None or facts.purged_at is not None or facts.shredded_at is not None:
        return ()
    coming: list[tuple[Step, datetime]] = []
    after_now = now
    if facts.notified_at is None or next_step(facts, now=now) is Step.NOTIFY:
        at = max(now, planned - FIRST_NOTICE)
        planned, after_now = purge_after_notice(facts, now=at), at
        coming.append((Step.NOTIFY, at))
        is_reminded = False
    else:
        is_reminded = facts.reminded_at is not None
    if not is_reminded:
        at = max(after_now, planned - LAST_NOTICE)
        planned = max(planned, at + LAST_NOTICE)
        coming.append((Step.REMIND, at))
    return (*coming, (Step.PURGE, max(now, planned)))


def _in_time(left_at: datetime | None, latest: datetime) -> bool:
    return left_at is not None and left_at <= latest


def purge_after_notice(facts: Facts, *, now: datetime) -> datetime:
    """Give the moment that a notice of today names."""
    at = planned_at(facts)
    earliest = now + FIRST_NOTICE
    return max(at, earliest) if at is not None else earliest


def purge_after_reminder(facts: Facts, *, now: datetime) -> datetime:
    """Give the moment that the last notice names: a house that slept does not purge on the day it wakes."""
    earliest = now + LAST_NOTICE
    return max(facts.purge_at, earliest) if facts.purge_at is not None else earliest
