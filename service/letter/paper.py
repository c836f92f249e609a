"""The letter as its template reads it: every word as data, never as markup (pure)."""

import functools
import unicodedata
from collections.abc import Iterator
from typing import Any

from service.foundation.sentence import Sentence
from service.i18n.formats import isolate, own_digits, script_of
from service.i18n.words import comma_between
from service.letter.document import Document, Piece, plain_blocks, plain_pieces
from service.letter.edition import plain
from service.letter.enclosed import as_svg
from service.letter.qr import qr_svg
from service.letter.scripts import language_of, stretches
from service.letter.windows import Window

_GROUP = 8
# What the template does not read as it stands.
_NOT_PRINTED = frozenset({"sections", "words"})
# What stands on lines of its own, and may be in several scripts.
_LINES = ("title", "subtitle", "running_title", "return_line", "delivery_line", "re", "salutation", "closing")
_LISTS = ("letterhead", "cc", "enclosures", "contact", "other_texts")
# Rows of scripts that reach far above and below the line need more room (design: row heights): how much, in em. What
# stands between two rows anyway takes the rest. Nastaliq falls further than any.
_TALL = (
    (0x0600, 0x08FF, (0.85, 0.25)),
    (0x0900, 0x0DFF, (0.85, 0.25)),
    (0x0E00, 0x0EFF, (0.95, 0.2)),
    (0x0F00, 0x0FFF, (0.9, 0.4)),
    (0x1000, 0x109F, (0.9, 0.4)),
    (0x1780, 0x17FF, (0.9, 0.4)),
    (0x1800, 0x18AF, (0.85, 0.3)),
    (0xFB50, 0xFDFF, (0.85, 0.25)),
    (0xFE70, 0xFEFF, (0.85, 0.25)),
)
# What lines of a text in one of these scripts need between them beyond what Latin does, in em.
_LEADING = {
    "Tibt": 0.3,
    "Thai": 0.3,
    "Laoo": 0.3,
    "Deva": 0.2,
    "Beng": 0.2,
    "Mymr": 0.45,
    "Khmr": 0.45,
    "Mong": 0.2,
}
# Scripts whose faces slant, and those whose usual fonts have one weight only.
_SLANTED = frozenset({"Latn", "Grek", "Cyrl"})
_ONE_WEIGHT = frozenset({"Hans", "Hant", "Jpan", "Kore"})
# Languages of long words, which part them at the ends of lines; there are patterns for each in the typesetter.
_HYPHENATED = frozenset(
    {
        "cs",
        "da",
        "de",
        "el",
        "et",
        "fi",
        "hr",
        "hu",
        "is",
        "lt",
        "nb",
        "nl",
        "nn",
        "pl",
        "ru",
        "sk",
        "sl",
        "sv",
        "tr",
        "uk",
    }
)


_A_GROUP, _A_LINE = Sentence("A group's heading"), Sentence("A signatory's line")


def labelled_texts(document: Document) -> Iterator[tuple[str, str]]:
    """Give every text of the letter with what it is, for the check against the fonts."""
    yield from (
        (Sentence("The letterhead"), " ".join(document.letterhead)),
        (Sentence("The coalition's name"), document.coalition),
        (Sentence("The title"), f"{document.title} {document.subtitle}"),
        (Sentence("The inside address"), " ".join(" ".join(one) for one in document.addressees)),
        (Sentence("The delivery line"), document.delivery_line),
        (Sentence("The Re line"), document.re),
        (Sentence("The salutation"), document.salutation),
        (Sentence("The body"), plain_blocks(document.body)),
        (Sentence("The line before the asks"), plain_blocks(document.asks_intro)),
        *(
            (Sentence("Ask {number}", number=place), plain_blocks(ask))
            for place, ask in enumerate(document.asks, start=1)
        ),
        (Sentence("The ending"), plain_blocks(document.ending)),
        (Sentence("The closing"), document.closing),
        *(
            (Sentence("Note {number}", number=place), plain_blocks(note))
            for place, note in enumerate(document.notes, start=1)
        ),
        (Sentence("The cc list"), " ".join(document.cc)),
        (Sentence("The enclosures"), " ".join((document.enclosures_label, *document.enclosures))),
        (Sentence("The contact"), " ".join(document.contact)),
        (Sentence("The other languages"), " ".join((document.other_texts_label, *document.other_texts))),
        (Sentence("The address for checking"), document.check_at),
        (
            Sentence(
                "What letters say by themselves in the language “{language}”", language=document.language
            ),
            _own_words(document),
        ),
    )
    for section in document.sections:
        for group in section.groups:
            yield _A_GROUP, group.heading
            for entry in group.entries:
                yield _A_LINE, plain_pieces(entry.line) + plain_pieces(entry.below)


def _own_words(document: Document) -> str:
    """Give what the letter says by itself: words of its language, with the digits in which it counts."""
    words = document.words
    said = (
        *(
            *document.marks,
            document.date,
            document.re_label,
            document.undersigned,
        ),
        *(document.identification, document.withheld, document.cc_label, document.notes_label, document.page),
        *(document.contact_label, document.check_label, document.volume, document.in_volumes, document.more),
        *(section.heading for section in document.sections),
        *(
            words.check_title,
            words.check_how,
            words.comma,
            words.brackets,
            own_digits("0123456789", words.language),
        ),
    )
    return " ".join(said)


def paper_data(document: Document, *, window: Window | None, with_check_block: bool) -> dict[str, Any]:
    """Give the document as the template reads it: user strings isolated, each stretch in another script with its language.

    Names have their row height, too.

    With a check block, a document that says where it can be checked gets a QR code of that address. The check code stands
    in it as the fragment, which browsers send to no server, so that it comes into no log.
    """
    own = document.language
    code = document.check_code
    volume = f" · {document.volume}" if document.volume else ""
    checkable = with_check_block and bool(document.check_at) and bool(code) and not document.volume
    words = document.words
    data = {
        **{name: plain(part) for name, part in vars(document).items() if name not in _NOT_PRINTED},
        "marks": document.marks,
        "document_title": document.title + volume,
        "running_title": document.running_title + volume,
        "window": plain(window),
        "return_line": isolate(" · ".join(document.letterhead[:2]), within=own),
        "region": _region(own),
        "digits": own_digits("0123456789", own).replace("0123456789", ""),
        "hyphenate": own.partition("-")[0] in _HYPHENATED,
        "emphasis": _emphasis(script_of(own)),
        "leading": _LEADING.get(script_of(own), 0),
        "comma": comma_between(document.contact, words),
        "stretches": stretches(_prose(document), within=own),
        "qr": qr_svg(f"{document.check_at}#{code}") if checkable else "",
        "qr_alt": words.qr_alt,
        "check_title": words.check_title,
        "check_how": words.check_how,
        "logos": [{"svg": as_svg(one), "ratio": [one.width, one.height]} for one in document.logos],
        "letterhead": [isolate(line, within=own) for line in document.letterhead],
        "addressees": [[isolate(line, within=own) for line in one] for one in document.addressees],
        "cc": [isolate(line, within=own) for line in document.cc],
        "contact": [isolate(part, within=own) for part in document.contact],
        "check_code": " ".join(code[place : place + _GROUP] for place in range(0, len(code), _GROUP)),
        "sections": [
            {
                "heading": section.heading,
                "groups": [
                    {
                        "heading": isolate(group.heading, within=own),
                        "entries": [
                            {
                                "line": _pieces(entry.line, own),
                                "below": _pieces(entry.below, own),
                            }
                            for entry in group.entries
                        ],
                    }
                    for group in section.groups
                ],
            }
            for section in document.sections
        ],
    }
    return {**data, "spoken": _spoken(data, own)}


def _spoken(data: dict[str, Any], language: str) -> dict[str, list[tuple[str, str]]]:
    """Give the stretches of each line that has any, by the line as it is printed."""
    lines = (
        *(data[name] for name in _LINES),
        *(line for name in _LISTS for line in data[name]),
        *(line for one in data["addressees"] for line in one),
        *(group["heading"] for section in data["sections"] for group in section["groups"]),
    )
    return {line: found for line in lines if (found := stretches(line, within=language))}


def _pieces(pieces: tuple[Piece, ...], language: str) -> list[dict[str, Any]]:
    return [
        {
            "glue": piece.glue,
            "text": isolate(piece.text, within=language),
            "tall": tallness(piece.text),
            "lang": language_of(piece.text, within=language),
            "script": _right_to_left_script(piece.text),
        }
        for piece in pieces
    ]


def tallness(text: str) -> tuple[float, float] | None:
    """Tell how far a text reaches above and below its line, in em, where that is further than Latin does."""
    if text.isascii():
        return None
    found = [room for character in text if (room := _room_of(ord(character))) is not None]
    if not found:
        return None
    return max(above for above, _ in found), max(below for _, below in found)


def is_tall(text: str) -> bool:
    """Tell whether a text reaches further above and below its line than Latin does, as Arabic and Tibetan do."""
    return tallness(text) is not None


@functools.lru_cache(maxsize=4096)
def _room_of(code: int) -> tuple[float, float] | None:
    return next((room for first, last, room in _TALL if first <= code <= last), None)


def _region(language: str) -> str:
    found = next((part for part in language.split("-")[1:] if len(part) == 2 and part.isalpha()), "")
    # The typesetter knows traditional characters by a region only.
    return found or ("TW" if script_of(language) == "Hant" else "")


def _emphasis(script: str) -> str:
    if script in _ONE_WEIGHT:
        return "rule"
    return "slant" if script in _SLANTED else "weight"


def _right_to_left_script(text: str) -> str:
    """Tell which face the words of a foreign direction need: "arabic", "hebrew", or "" for any other script."""
    kinds = {unicodedata.bidirectional(character) for character in text}
    return "arabic" if "AL" in kinds else "hebrew" if "R" in kinds else ""


def _prose(document: Document) -> str:
    parts = (document.body, document.asks_intro, *document.asks, document.ending, *document.notes)
    return "\n".join(plain_blocks(part) for part in parts)
