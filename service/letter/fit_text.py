"""The letter's plain text, made to fit into a form that takes only so much."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.i18n.left_out import say_left_out, say_names, say_range
from service.letter.document import Document
from service.letter.render_text import Paragraph, Part, wrap, write_paragraphs

Unit = Literal["characters", "utf16", "bytes", "crlf_bytes"]
UNITS: tuple[Unit, ...] = get_args(Unit)

# In this order whole parts are given up: first what the whole letter's readers find elsewhere.
_FIRST_GIVEN_UP: tuple[Part, ...] = (
    "names",
    "notes",
    "texts",
    "contact",
    "cc",
    "enclosures",
    "head",
    "check",
)
_SIZES: dict[Unit, Callable[[str], int]] = {
    "characters": len,
    "utf16": lambda text: len(text.encode("utf-16-le")) // 2,
    "bytes": lambda text: len(text.encode()),
    "crlf_bytes": lambda text: len(text.encode()) + text.count("\n"),
}


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How much a form takes, counted as it counts; `whole_at` is where the whole letter stands, or empty.

    Forms count code points ("characters"), UTF-16 code units as browsers do ("utf16"), UTF-8 bytes ("bytes"), or
    those with each line end as two ("crlf_bytes"), as a form sends it (HTML Standard, 4.10.21.7).
    """

    most: int
    unit: Unit
    whole_at: str = ""


def size_of(text: str, unit: Unit) -> int:
    """Count a text as a form does that counts in `unit`."""
    return _SIZES[unit](text)


def fit_text(document: Document, limit: Limit) -> str:
    """Write the plain letter within a limit; where it is too long, the last line names what was left out.

    Only whole paragraphs are left out, in this order: the names with the lines below them, the notes, the other
    languages, the contact, who gets a copy, letterhead and address, the check code; then paragraphs of the text
    from its end upwards, the ending first; then asks from the last one upwards. Title, date, Re line, salutation, first ask
    (the first paragraph, where nothing is asked), closing, the line that counts who signed, and every mark always stay. Raises
    Refused where not even these fit.
    """
    whole = write_paragraphs(document)
    text = ""
    for given_up in _ways(whole):
        text = _shortened(whole, given_up, document, limit)
        if size_of(text, limit.unit) <= limit.most:
            return text
    least = size_of(text, limit.unit)
    raise Refused(
        Sentence(
            "The letter cannot be made to fit into {most}: its title, salutation, first ask and closing "
            "alone take {least}.",
            most=limit.most,
            least=least,
        )
    )


def _ways(whole: tuple[Paragraph, ...]) -> Iterator[frozenset[int]]:
    """Give what is left out, as places in the letter, each time a little more."""
    gone: frozenset[int] = frozenset()
    yield gone
    for part in _FIRST_GIVEN_UP:
        more = frozenset(_places(whole, part))
        if more:
            gone |= more
            yield gone
    asks = _places(whole, "ask")
    text = [*_places(whole, "body"), *_places(whole, "asks_intro"), *_places(whole, "ending")]
    # What introduces the asks stays with them; of a letter that asks for nothing the first paragraph stays.
    for place in reversed(_may_go(whole, text, keeps_first=not asks)):
        gone |= {place} | _headings_left_alone(whole, text, gone | {place})
        yield gone
    for place in reversed(asks[1:]):
        gone |= {place}
        yield gone


def _may_go(whole: tuple[Paragraph, ...], text: list[int], *, keeps_first: bool) -> list[int]:
    said = [place for place in text if not whole[place].is_heading and whole[place].part != "asks_intro"]
    return said[1:] if keeps_first else said


def _headings_left_alone(
    whole: tuple[Paragraph, ...], text: list[int], gone: frozenset[int]
) -> frozenset[int]:
    """Find the headings below which nothing is left."""
    alone: set[int] = set()
    last_part, empty = "", True
    for place in reversed(text):
        part = whole[place].part
        if part != last_part:
            last_part, empty = part, True
        if whole[place].is_heading and empty:
            alone.add(place)
        elif place not in gone:
            empty = False
    return frozenset(alone)


def _places(whole: tuple[Paragraph, ...], part: Part) -> list[int]:
    return [place for place, paragraph in enumerate(whole) if paragraph.part == part]


def _shortened(whole: tuple[Paragraph, ...], gone: frozenset[int], document: Document, limit: Limit) -> str:
    kept = [paragraph.text for place, paragraph in enumerate(whole) if place not in gone]
    if gone:
        named = _named(whole, gone, document)
        kept.append(wrap(say_left_out(named, document.words, whole_at=limit.whole_at)))
    return "\n\n".join(kept)


def _named(whole: tuple[Paragraph, ...], gone: frozenset[int], document: Document) -> list[str]:
    words = document.words
    parts = {whole[place].part for place in gone}
    names = sum(len(group.entries) for section in document.sections for group in section.groups)
    said = {
        "names": say_names(names, words) or document.withheld,
        "notes": words.left_notes,
        "texts": words.left_texts,
        "contact": words.left_contact,
        "cc": words.left_cc,
        "enclosures": words.left_enclosures,
        "head": words.left_head,
        "check": words.left_check,
    }
    named = [said[part] for part in _FIRST_GIVEN_UP if part in parts]
    text = [
        place for part in ("body", "ending") for place in _places(whole, part) if not whole[place].is_heading
    ]
    ways = (
        ((words.left_paragraph, words.left_paragraphs), text),
        ((words.left_ask, words.left_asks), _places(whole, "ask")),
    )
    for forms, places in ways:
        numbers = [number for number, place in enumerate(places, start=1) if place in gone]
        if numbers:
            named.append(say_range(forms, numbers[0], numbers[-1], words))
    return named
