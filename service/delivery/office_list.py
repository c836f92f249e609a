"""What the list of the offices that take letters says of one of them, and of itself: it is never without its age (pure).

Whoever asked a chamber for its list at every request went down with the chamber; whoever froze it had a stale one. So the last
good list stands until a better one is fetched, for a while.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.foundation.sentence import Sentence
from service.model.chamber_list import Missed

FRESH_FOR = timedelta(hours=24)
"""After so long it is time to fetch the list anew."""

GOOD_FOR = timedelta(days=7)
"""After so long nothing goes by the list any more: whoever was to mend what keeps it from being fetched has not looked."""

TRIED_AGAIN_AFTER = timedelta(hours=1)
"""So long nobody is asked again after a try that brought no list."""

NO_LIST = Sentence("No list of the offices that take letters was fetched yet.")
MISSED: Mapping[Missed, Sentence] = {
    Missed.AWAY: Sentence("The service could not be reached, or broke down."),
    Missed.CLOSED: Sentence("The service was closed for maintenance."),
    Missed.KEY: Sentence("The key was not accepted, or this installation is not let in."),
    Missed.NO_LIST: Sentence("What it answered is no list of offices."),
    Missed.SHORT: Sentence(
        "The list that came is hardly half as long as the last one, so it is not trusted."
    ),
}
"""What each reason says to people."""

_LEAST_SHARE = 0.5
_OK, _REFUSALS, _TOO_MANY = 200, range(400, 500), 429
_OF_KEY = frozenset({401, 403})


@dataclass(frozen=True, kw_only=True)
class Offices:
    """The offices that take letters now, by their codes, with what the chamber calls each ("" where it does not say)."""

    names: Mapping[str, str]
    fetched_at: datetime

    def has(self, code: str) -> bool:
        """Tell whether an office takes letters."""
        return code in self.names

    def is_fresh(self, *, now: datetime) -> bool:
        """Tell whether the list need not be fetched anew yet."""
        return now - self.fetched_at <= FRESH_FOR

    def is_too_old(self, *, now: datetime) -> bool:
        """Tell whether nothing goes by it any more."""
        return now - self.fetched_at > GOOD_FOR

    def age(self, *, now: datetime) -> Sentence:
        """Say how old the list is, for whoever sees anything of it."""
        hours = max(0, int((now - self.fetched_at) / timedelta(hours=1)))
        if hours < 1:
            return Sentence("The list of offices was fetched within the hour.")
        if hours < 48:
            return Sentence(
                "The list of offices is {n} hour old.", "The list of offices is {n} hours old.", n=hours
            )
        return Sentence(
            "The list of offices is {n} day old.", "The list of offices is {n} days old.", n=hours // 24
        )


@dataclass(frozen=True, kw_only=True)
class ListNow:
    """The last good list of a chamber, None where there never was one, at one moment."""

    offices: Offices | None
    now: datetime

    def why_useless(self) -> Sentence | None:
        """Say why nothing can go by the list at all; None where it can."""
        return why_useless(self.offices, now=self.now)

    def why_unlisted(self, code: str) -> Sentence | None:
        """Say that an office is not on it; None where it is, and where there is no list."""
        return why_unlisted(self.offices, code, now=self.now)

    def takes(self, code: str) -> bool:
        """Tell whether an office is known to take letters now."""
        return self.why_useless() is None and self.why_unlisted(code) is None


def why_useless(offices: Offices | None, *, now: datetime) -> Sentence | None:
    """Say why nothing can go by a list: there is none, or it is too old; None where it is good."""
    if offices is None:
        return NO_LIST
    if offices.is_too_old(now=now):
        return Sentence("Nothing goes by so old a list. {age}", age=offices.age(now=now))
    return None


def why_unlisted(offices: Offices | None, code: str, *, now: datetime) -> Sentence | None:
    """Say that an office is not on a list; None where it is, and where there is no list."""
    if offices is None or offices.has(code):
        return None
    return Sentence("The office {office} is not on the list. {age}", office=code, age=offices.age(now=now))


def why_missed(status: int) -> Missed:
    """Say what a status means that came, or 0 that came, in place of a list."""
    if status in _OF_KEY:
        return Missed.KEY
    if status == _OK or (status in _REFUSALS and status != _TOO_MANY):
        return Missed.NO_LIST
    return Missed.AWAY


def better_of(last: Offices | None, fetched: Offices | None) -> Offices | None:
    """Choose which list to keep: what was fetched, unless that is hardly half of the last good one.

    A chamber in trouble answers with a short list, or none; offices do not leave by the dozen.
    """
    if fetched is None:
        return last
    if last is not None and len(fetched.names) < len(last.names) * _LEAST_SHARE:
        return last
    return fetched
