"""The words of a digest: its numbers, how much time is left, and the one thing to do next (pure)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.foundation.sentence import Sentence
from service.schedules.digest import Happened, Waiting

_HOURS_SAID = timedelta(hours=72)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Next:
    """The one thing to do next, the command that does it, and its word; all are empty where nothing waits."""

    what: str = ""
    command: str = ""
    word: str = ""


def lines_of(
    happened: Happened, waiting: Waiting, *, deadline_at: datetime, grace: timedelta, at: datetime
) -> Sequence[Sentence]:
    """Say a digest's numbers, a line each: what has happened, what stands, and how much time is left."""
    return (*_happened(happened), *_stands(waiting), time_left(deadline_at, grace=grace, at=at))


def next_thing(waiting: Waiting, slug: str) -> Next:
    """Choose what is most pressing of all that waits for a person."""
    for word, is_so, what, command in (
        (
            "copies",
            waiting.copies_in_trouble,
            Sentence("Decide about the copies of the letter that failed or are uncertain."),
            f"undersigned campaign show {slug}",
        ),
        (
            "show",
            waiting.show_asks,
            Sentence("A step of the run of show asks you: all that comes after it waits."),
            f"undersigned show list {slug}",
        ),
        (
            "late",
            waiting.late,
            Sentence("A planned sending came late and waits for your word."),
            f"undersigned schedule decide {slug} {waiting.late} --send",
        ),
        (
            "release",
            waiting.is_approved and not waiting.is_released,
            Sentence("The letter is approved: release it."),
            f"undersigned deliver {slug} --release",
        ),
        (
            "quarantine",
            waiting.quarantined,
            Sentence("Look at the sign-ons that were held before they were taken in."),
            f"undersigned signatories quarantine list {slug}",
        ),
        (
            "check",
            waiting.to_check,
            Sentence("Look at the sign-ons that need your check."),
            f'undersigned signatories list {slug} --standing "held"',
        ),
        (
            "accept",
            waiting.to_accept,
            Sentence("Accept or decline the sign-ons that wait for it."),
            f'undersigned signatories list {slug} --standing "awaiting acceptance"',
        ),
        (
            "approve",
            waiting.proposed,
            Sentence("A planned sending waits for the approval of somebody who did not plan it."),
            f"undersigned schedule approve {slug} {waiting.proposed}",
        ),
        (
            "propose",
            waiting.is_closed and not waiting.is_proposed and not waiting.is_released,
            Sentence("Sign-ons are over: propose the letter to its approvers."),
            f"undersigned deliver {slug} --propose",
        ),
        (
            "approvers",
            waiting.is_closed and waiting.is_proposed and not waiting.is_released,
            Sentence("The letter waits for its approvers: ask who has not answered."),
            f"undersigned campaign show {slug}",
        ),
    ):
        if is_so:
            return Next(what=what, command=command, word=word)
    return Next()


def time_left(deadline_at: datetime, *, grace: timedelta, at: datetime) -> Sentence:
    """Say how much time is left for sign-ons, or for their confirmations."""
    left = deadline_at - at
    if left > _HOURS_SAID:
        return Sentence("Days left for sign-ons: {n}", n=left // _DAY)
    if left > timedelta(0):
        return Sentence("Hours left for sign-ons: {n}", n=max(1, left // _HOUR))
    if left + grace > timedelta(0):
        hours = max(1, (left + grace) // _HOUR)
        return Sentence("Sign-ons are over. Hours left for confirmations: {n}", n=hours)
    return Sentence("Sign-ons are over.")


def signed_line(happened: Happened) -> Sentence:
    """Say how many have signed: the first of the lines, and what the mail's subject begins with."""
    # A word and a number after it: no language has to bend either to the other.
    return Sentence("Signed: +{n}", n=happened.signed)


def _happened(happened: Happened) -> Iterator[Sentence]:
    # All are said, also a nought: whoever reads it every day finds each at its place.
    yield signed_line(happened)
    yield Sentence("Mailboxes that bounced: {n}", n=happened.bounced)
    yield Sentence("Questions, and wishes for a correction: {n}", n=happened.asked)
    if happened.fixed:
        yield Sentence(
            "Printed lines that their signatories changed in the proof round: {n}", n=happened.fixed
        )
    if happened.left:
        yield Sentence("Withdrawn or declined: {n}", n=happened.left)


def _stands(waiting: Waiting) -> Iterator[Sentence]:
    pending = waiting.to_accept + waiting.to_check + waiting.quarantined
    yield Sentence("Decisions pending: {n}", n=pending)
    yield Sentence("Unconfirmed: {n}", n=waiting.unconfirmed)
    if waiting.deciding:
        yield Sentence("Still deciding whether to sign: {n}", n=waiting.deciding)
    yield Sentence("Counted in all: {n}", n=waiting.counted)
