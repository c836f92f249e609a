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


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened to the letter; `deadline` is told where sign-ons began."""

    tag: str
    title: str
    at: str
    summary: str
    deadline: datetime | None


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
    events = tuple(
        Event(
            tag=f"{tag}:{word}",
            title=_TITLES[word],
            at=_rfc3339(at),
            summary=letter.signatories_phrase if word in {"sent", "published"} else "",
            deadline=letter.deadline if word == "opened" else None,
        )
        for word, at in reversed(letter.happened)
    )
    return Feed(
        tag=tag,
        title=letter.title,
        coalition=letter.coalition,
        language=letter.language,
        # Before anything happened, the deadline is all that is known, and a feed must have a date.
        updated=events[0].at if events else _rfc3339(letter.deadline),
        events=events,
    )


def _tag(letter: LetterView, address: str) -> str:
    # RFC 4151: stays the same for as long as the letter is here, whatever its key.
    return f"tag:{urlsplit(address).hostname},{letter.deadline.year}:{letter.slug}"


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
