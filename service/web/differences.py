"""Passages that changed, with the words by which a page tells which ones they are (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.i18n.own_names import own_name
from service.letter.difference import Passage

_PARTS: Mapping[str, str] = {
    "title": "Title",
    "subtitle": "Subtitle",
    "date": "Date",
    "re": "Subject line",
    "salutation": "Salutation",
    "body": "Text",
    "asks_intro": "Words before the requests",
    "asks": "Request",
    "ending": "Ending",
    "closing": "Closing words",
    "recipients": "Written to",
}
_NUMBERED: Mapping[str, str] = {
    "body": "Paragraph {number}",
    "asks_intro": "Before the requests, paragraph {number}",
    "asks": "Request {number}",
    "ending": "Ending, paragraph {number}",
    "recipients": "Written to, {number}",
}
_WAS = {"changed": "changed", "added": "new", "removed": "taken out"}


@dataclass(frozen=True, kw_only=True)
class ShownPassage:
    """A passage under its heading."""

    heading: str
    text: str
    what: str
    passage: Passage


def shown_passages(passages: Sequence[Passage], *, language: str) -> tuple[ShownPassage, ...]:
    """Put a heading over each passage: "Paragraph 3", and whether it changed, is new or was taken out.

    A passage in another language than the letter's says in which.
    """
    return tuple(
        ShownPassage(
            heading=_heading(passage),
            text=own_name(passage.language) if passage.language != language else "",
            what=_WAS[passage.kind],
            passage=passage,
        )
        for passage in passages
    )


def _heading(passage: Passage) -> str:
    if not passage.number or passage.part not in _NUMBERED:
        return _PARTS[passage.part]
    heading = _NUMBERED[passage.part].format(number=passage.number)
    # It is counted where it stood: what stands in its place now may have the same number.
    return f"Former {heading[0].lower()}{heading[1:]}" if passage.kind == "removed" else heading
