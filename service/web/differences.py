"""Passages that changed, with the words by which a page tells which ones they are (pure)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from service.foundation.sentence import Sentence
from service.i18n.own_names import own_name
from service.letter.difference import Passage, Stretch

PART_NAMES: Mapping[str, Sentence] = {
    "title": Sentence("Title", context="a part of a letter"),
    "subtitle": Sentence("Subtitle", context="a part of a letter"),
    "date": Sentence("Date", context="a part of a letter"),
    "re": Sentence("Subject line", context="a part of a letter"),
    "salutation": Sentence("Salutation", context="a part of a letter"),
    "body": Sentence("Text", context="a part of a letter"),
    "asks_intro": Sentence("Words before the requests", context="a part of a letter"),
    "asks": Sentence("Request", context="a part of a letter"),
    "ending": Sentence("Ending", context="a part of a letter"),
    "closing": Sentence("Closing words", context="a part of a letter"),
    "words": Sentence("Labels and fixed words", context="a part of a letter"),
    "recipients": Sentence("Written to", context="a part of a letter"),
    "annexes": Sentence("Annex", context="a part of a letter"),
}
_NUMBERED: Mapping[str, Callable[[int], Sentence]] = {
    "body": lambda number: Sentence("Paragraph {number}", number=number),
    "asks_intro": lambda number: Sentence("Before the requests, paragraph {number}", number=number),
    "asks": lambda number: Sentence("Request {number}", number=number),
    "ending": lambda number: Sentence("Ending, paragraph {number}", number=number),
    "recipients": lambda number: Sentence("Written to, {number}", number=number),
    "annexes": lambda number: Sentence("Annex {number}", number=number),
}
# It is counted where it stood: what stands in its place now may have the same number.
_FORMER: Mapping[str, Callable[[int], Sentence]] = {
    "body": lambda number: Sentence("Former paragraph {number}", number=number),
    "asks_intro": lambda number: Sentence("Former before the requests, paragraph {number}", number=number),
    "asks": lambda number: Sentence("Former request {number}", number=number),
    "ending": lambda number: Sentence("Former ending, paragraph {number}", number=number),
    "recipients": lambda number: Sentence("Former written to, {number}", number=number),
    "annexes": lambda number: Sentence("Former annex {number}", number=number),
}
# Neither before an empty line nor after two spaces, and not before what begins a list, a heading or a quotation.
_SOFT_BREAK = re.compile(r"(?<!\n)(?<! {2})\n(?![\n \t]|[-*+>#] |\d+[.)] )")
_WAS = {
    "changed": Sentence("changed", context="of a passage of the letter"),
    "added": Sentence("new", context="of a passage of the letter"),
    "removed": Sentence("taken out", context="of a passage of the letter"),
}


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
            heading=heading_of(passage),
            text=own_name(passage.language) if passage.language != language else "",
            what=_WAS[passage.kind],
            passage=replace(passage, stretches=tuple(map(_as_printed, passage.stretches))),
        )
        for passage in passages
    )


def _as_printed(stretch: Stretch) -> Stretch:
    """Let a line that only its writer's editor broke go on: printed, it does."""
    return replace(stretch, text=_SOFT_BREAK.sub(" ", stretch.text))


def heading_of(passage: Passage) -> Sentence:
    """Name the place of a passage: "Paragraph 3", or what its part is called where it has no other."""
    if not passage.number or passage.part not in _NUMBERED:
        return PART_NAMES[passage.part]
    headings = _FORMER if passage.kind == "removed" else _NUMBERED
    return headings[passage.part](passage.number)
