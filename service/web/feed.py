"""What an Atom feed (RFC 4287) says of a letter: what happened to it, and no name (pure)."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from service.foundation.sentence import Sentence
from service.signing.page import LetterView

_TITLES = {
    # translators: the title of an entry in a letter's feed, as are the next three
    "opened": Sentence("Open for sign-ons"),
    "closed": Sentence("Closed for sign-ons"),
    "sent": Sentence("The letter was sent"),
    "published": Sentence("The letter was published"),
}
_ADDENDUM = Sentence(
    "{n} more has signed since the letter was sent", "{n} more have signed since the letter was sent", n=1
)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened to the letter; `deadline` is told where sign-ons began."""

    tag: str
    title: str
    at: datetime
    summary: str
    deadline: datetime | None = None

    @property
    def at_text(self) -> str:
        """The moment as Atom writes it."""
        return _rfc3339(self.at)


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A letter's feed, its newest event first."""

    tag: str
    title: str
    coalition: str
    language: str
    updated: str
    events: tuple[Event, ...]


def feed_of(letter: LetterView, *, address: str) -> Feed:
    """Tell the letter's life to those who follow it."""
    tag = _tag(letter, address)
    happened = [
        Event(
            tag=f"{tag}:{word}",
            title=_TITLES[word],
            at=at,
            summary=letter.signatories_phrase if word in {"sent", "published"} else "",
            deadline=letter.deadline if word == "opened" else None,
        )
        for word, at in letter.happened
    ]
    joined = [
        Event(
            tag=f"{tag}:addendum-{addendum.ordinal}",
            title=_ADDENDUM.with_values(n=addendum.numbers.signatories),
            at=addendum.at,
            summary=addendum.name,
        )
        for addendum in letter.addenda
    ]
    # Of two that happened at one moment, the later in the letter's life comes first.
    newest_first = [*reversed(joined), *reversed(happened)]
    events = tuple(sorted(newest_first, key=lambda event: event.at, reverse=True))
    return Feed(
        tag=tag,
        title=letter.title,
        coalition=letter.coalition,
        language=letter.language,
        # Before anything happened, the deadline is all that is known, and a feed must have a date.
        updated=events[0].at_text if events else _rfc3339(letter.deadline),
        events=events,
    )


def _tag(letter: LetterView, address: str) -> str:
    # RFC 4151: stays the same for as long as the letter is here, whatever its key.
    return f"tag:{urlsplit(address).hostname},{letter.deadline.year}:{letter.slug}"


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
