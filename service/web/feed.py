"""What an Atom feed (RFC 4287) says of a letter: what happened to it, and no name (pure)."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from service.signing.page import LetterView

_TITLES = {
    "opened": "Open for sign-ons",
    "closed": "Closed for sign-ons",
    "sent": "Sent",
    "published": "Published",
}


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened to the letter."""

    tag: str
    title: str
    at: str
    summary: str


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
        Event(tag=f"{tag}:{word}", title=_TITLES[word], at=_rfc3339(at), summary=_summary(letter, word))
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


def _summary(letter: LetterView, word: str) -> str:
    if word == "opened":
        return f"Sign-on deadline: {letter.deadline_text}"
    return letter.signatories_phrase if word in {"sent", "published"} else ""


def _tag(letter: LetterView, address: str) -> str:
    # RFC 4151: stays the same for as long as the letter is here, whatever its key.
    return f"tag:{urlsplit(address).hostname},{letter.deadline.year}:{letter.slug}"


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
