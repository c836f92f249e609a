"""What `outbox show` says to a person: aligned columns and plain words (pure)."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from service.mail.again import MAY_GO_AGAIN
from service.mail.destinations import OPAQUE
from service.mail.view.listing import Evidence, Listed, Page
from service.mail.view.meanings import AFTERWARDS, STATES
from service.mail.view.overview import Overview
from service.model.message import MessageKind
from service.model.states import MessageState

W = TypeVar("W", bound=StrEnum)

_WIDTH = 80
_NUMBER = 9
_ANSWER = 13
_LABEL = 17


def overview_lines(overview: Overview, *, now: datetime) -> Iterator[str]:
    """Say all counts, each beside what it means."""
    yield "WHERE THE E-MAILS STAND"
    yield from _counted(overview.states, STATES)
    yield f"{overview.in_all:>{_NUMBER}}  in all"
    yield from _waiting(overview, now=now)
    if overview.states[MessageState.UNCERTAIN] or overview.may_arrive_twice:
        yield from ("", "IN DOUBT (counted above as well)")
        yield from _beside(
            overview.states[MessageState.UNCERTAIN], "uncertain: nobody can know whether they arrived"
        )
        yield from _beside(
            overview.may_arrive_twice,
            "may arrive twice: a first copy was in doubt, and a second was sent or waits  (--twice)",
        )
    if any(overview.heard.values()):
        yield from ("", "HEARD AFTERWARDS (one e-mail may be in several lines)")
        yield from _counted({after: number for after, number in overview.heard.items() if number}, AFTERWARDS)
    yield from _replies(overview)
    yield from ("", "Who is behind a number: undersigned outbox show --state refused")
    yield "Also: --due now, --twice, --heard bounced, --reply 550; --help has them all."


def page_lines(page: Page, *, state: MessageState | None) -> Iterator[str]:
    """Name the messages behind a number, two lines each."""
    yield f"{page.in_all} e-mail{'' if page.in_all == 1 else 's'}{f' {state.value}' if state else ''}"
    if state is not None:
        yield from textwrap.wrap(STATES[state], _WIDTH, initial_indent="  ", subsequent_indent="  ")
    zone = _common_zone([listed.time_zone for listed in page.messages])
    widest = max((len(_to(listed)) for listed in page.messages), default=0)
    for listed in page.messages:
        yield ""
        yield f"{listed.id}  {listed.kind.value:<12}  {_to(listed):<{widest}}  {listed.letter}".rstrip()
        yield f"    {_story(listed, zone, state)}"
    if page.messages:
        yield from ("", f"Times are of {zone.key}.")
        yield "All that is known of one: undersigned outbox show ID"
        if state in MAY_GO_AGAIN:
            yield "To send one again: undersigned outbox retry ID"
    if page.more:
        yield f"There are more: repeat the command with --more {page.more}"


def evidence_lines(evidence: Evidence) -> Iterator[str]:
    """Say all that is known of one message, then its events in order."""
    listed = evidence.listed
    zone = ZoneInfo(listed.time_zone)
    for label, value in _facts(evidence, zone):
        wrapped = textwrap.wrap(value, _WIDTH - _LABEL, break_long_words=False, break_on_hyphens=False)
        for place, line in enumerate(wrapped or ["–"]):
            yield f"{'' if place else label:<{_LABEL}}{line}"
    yield from ("", f"WHAT HAPPENED (times of {zone.key})")
    widest = max((len(step.became) for step in evidence.steps), default=0)
    for step in evidence.steps:
        yield f"  {_moment(step.at, zone, seconds=True)}  {step.became:<{widest}}  {step.reason}".rstrip()


def _counted(numbers: Mapping[W, int], meanings: Mapping[W, str]) -> Iterator[str]:
    widest = max(len(word.value) for word in numbers)
    for word, number in numbers.items():
        first = f"{number:>{_NUMBER}}  {word.value:<{widest}}  "
        yield from textwrap.wrap(
            meanings[word],
            _WIDTH,
            initial_indent=first,
            subsequent_indent=" " * len(first),
            break_on_hyphens=False,
        )


def _beside(number: int | str, words: str) -> Iterator[str]:
    first = f"{number:>{_NUMBER}}  "
    yield from textwrap.wrap(
        words, _WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_on_hyphens=False
    )


def _waiting(overview: Overview, *, now: datetime) -> Iterator[str]:
    if not (overview.due_now or overview.due_later or overview.in_hand):
        return
    yield from ("", "WAITING (counted above as well)")
    yield f"{overview.due_now:>{_NUMBER}}  due now  (--due now)"
    next_at = f": the next in {_span(overview.next_at - now)}" if overview.next_at else ""
    yield f"{overview.due_later:>{_NUMBER}}  due later{next_at}  (--due later)"
    yield f"{overview.in_hand:>{_NUMBER}}  in a sender's hands"
    if overview.oldest_since is not None and overview.oldest_kind is not None:
        waited = _span(now - overview.oldest_since)
        yield from _beside(
            "", f"The oldest has waited {waited}: one of the kind {overview.oldest_kind.value}."
        )


def _replies(overview: Overview) -> Iterator[str]:
    if not overview.replies:
        return
    yield from ("", "LAST ANSWERS OF MAIL SERVERS, BY WHERE THE MAILBOX IS")
    for reply in overview.replies:
        said = f"{reply.code} {reply.enhanced}".rstrip()
        yield f"{reply.number:>{_NUMBER}}  {said:<{_ANSWER}}{_place(reply.destination)}"
    if overview.replies_left_out:
        yield f"{overview.replies_left_out:>{_NUMBER}}  others"
    yield from _beside(
        "", "2.. took it, 4.. not now, 5.. no. A name like x-abc stands for one domain that is not named."
    )


def _place(destination: str) -> str:
    if destination == OPAQUE:
        return f"{OPAQUE} (all other domains)"
    return destination or "not known"


def _to(listed: Listed) -> str:
    return listed.to or "(no address kept)"


def _story(listed: Listed, zone: ZoneInfo, asked: MessageState | None) -> str:
    """Say in one line where a message stands, since when, why, and what comes next."""
    last = listed.last
    parts = [
        listed.state.value if asked is None else "",
        f"{_moment(last.at, zone)}: {last.reason or last.became}",
        f"{listed.attempts} {'try' if listed.attempts == 1 else 'tries'}",
        f"{'next try' if listed.attempts else 'due'} {_moment(listed.due_at, zone)}"
        if listed.state is MessageState.QUEUED
        else "",
        "may arrive twice" if listed.may_arrive_twice else "",
    ]
    return " · ".join(part for part in parts if part)


def _facts(evidence: Evidence, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    listed = evidence.listed
    yield "E-mail", listed.id
    yield "Kind, letter", f"{listed.kind.value}, {listed.letter or 'of no letter'}"
    yield "To", f"{_to(listed)}{f', by {listed.destination}' if listed.destination else ''}"
    yield "State", f"{listed.state.value}: {STATES[listed.state]}"
    if listed.state in MAY_GO_AGAIN:
        yield "Again", f"undersigned outbox retry {listed.id}"
    if listed.state is MessageState.QUEUED:
        yield "Next try", _moment(listed.due_at, zone)
    yield "Tries until", _moment(listed.expires_at, zone)
    yield "Tries so far", str(listed.attempts)
    yield "Twice?", "a second copy may have arrived" if listed.may_arrive_twice else "no"
    yield "Message-ID", evidence.message_id or "none yet: it was never tried"
    if listed.reply_code is not None:
        yield "Last answer", f"{listed.reply_code} {listed.enhanced_code}".rstrip()
    for label, value in (
        ("Relay", evidence.relay),
        ("Encryption", evidence.tls),
        ("Relay's queue id", evidence.remote_queue_id),
        ("SHA-256", evidence.content_sha256 or ""),
    ):
        if value:
            yield label, value
    if listed.kind is MessageKind.DELIVERY:
        yield (
            "Its sending",
            f"`undersigned campaign show {listed.letter}` has its proof and what may be done.",
        )


def _common_zone(zones: Sequence[str]) -> ZoneInfo:
    return ZoneInfo(zones[0] if zones and len(set(zones)) == 1 else "UTC")


def _moment(moment: datetime, zone: ZoneInfo, *, seconds: bool = False) -> str:
    return f"{moment.astimezone(zone):{'%Y-%m-%d %H:%M:%S' if seconds else '%Y-%m-%d %H:%M'}}"


def _span(span: timedelta) -> str:
    """Say how long: the two largest units, minutes at least."""
    minutes = max(0, int(span.total_seconds())) // 60
    units = (("day", minutes // 1440), ("hour", minutes // 60 % 24), ("minute", minutes % 60))
    said = [f"{number} {unit}{'' if number == 1 else 's'}" for unit, number in units if number]
    return " and ".join(said[:2]) or "less than a minute"
