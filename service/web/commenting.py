"""What pages say of comments on a draft: the names of places, and rendered paragraphs (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.campaigns.writing.paragraphs import Paragraph, Place
from service.letter.call import call_html
from service.letter.difference import Passage
from service.signing.commenting.comments import Comment
from service.web.differences import ShownPassage, heading_of
from service.web.render import TrustedHtml, letter_fragment

_ONE_LINE = frozenset({"title", "subtitle", "re", "salutation", "closing"})


@dataclass(frozen=True, kw_only=True)
class ShownParagraph:
    """A paragraph under its heading; `html` is None for a line, which is shown as it was written."""

    code: str
    heading: str
    words: str
    html: TrustedHtml | None
    digest: str


def shown_paragraphs(paragraphs: Sequence[Paragraph]) -> tuple[ShownParagraph, ...]:
    """Put a heading over each paragraph, and render its Markdown."""
    return tuple(
        ShownParagraph(
            code=one.place.code,
            heading=place_name(one.place, is_alone=one.is_alone),
            words=one.words,
            html=None if one.place.part in _ONE_LINE else letter_fragment(call_html(one.words)),
            digest=one.digest,
        )
        for one in paragraphs
    )


def place_name(place: Place, *, is_alone: bool = False) -> str:
    """Name a place in a letter: "Paragraph 3"."""
    number = 0 if is_alone or place.part in _ONE_LINE else place.number
    return heading_of(Passage(part=place.part, language="", kind="changed", number=number, stretches=()))


def amendments(comments: Sequence[Comment]) -> Mapping[str, ShownPassage]:
    """Give the word-level differences of amendments, by the id of the comment."""
    return {
        one.id: ShownPassage(
            heading=place_name(one.place),
            text="",
            what="",
            passage=Passage(
                part=one.place.part,
                language=one.language,
                kind="changed",
                number=one.place.number,
                stretches=one.stretches,
            ),
        )
        for one in comments
        if one.is_amendment
    }


def read_place(code: str) -> Place:
    """Read a place from a form or an address; one that is nowhere is a place all the same, where nothing stands."""
    part, _, number = code.partition("-")
    is_number = number.isascii() and number.isdigit() and len(number) <= 4
    return Place(part=part[:24], number=int(number) if is_number else 0)
