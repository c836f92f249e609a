"""The letter as its template reads it: every word as data, never as markup (pure)."""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from service.i18n.formats import isolate
from service.i18n.paper_words import paper_words_of
from service.letter.document import Document, Piece, plain_blocks, plain_pieces
from service.letter.edition import plain
from service.letter.enclosed import as_svg
from service.letter.qr import qr_svg
from service.letter.scripts import language_of, stretches
from service.letter.windows import Window

_GROUP = 8
# Rows of scripts that reach far above and below the line need more room (design: row heights).
_TALL = ((0x0590, 0x08FF), (0x0900, 0x109F), (0x1780, 0x18AF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFF))


def labelled_texts(document: Document) -> Iterator[tuple[str, str]]:
    """Give every text of the letter with what it is, for the check against the fonts."""
    yield from (
        ("The letterhead", " ".join(document.letterhead)),
        ("The coalition's name", document.coalition),
        ("The title", f"{document.title} {document.subtitle}"),
        ("The inside address", " ".join(" ".join(one) for one in document.addressees)),
        ("The delivery line", document.delivery_line),
        ("The Re line", document.re),
        ("The salutation", document.salutation),
        ("The body", plain_blocks(document.body)),
        ("The line before the asks", plain_blocks(document.asks_intro)),
        ("The asks", "\n".join(plain_blocks(ask) for ask in document.asks)),
        ("The ending", plain_blocks(document.ending)),
        ("The closing", document.closing),
        ("The notes", "\n".join(plain_blocks(note) for note in document.notes)),
        ("The cc list", " ".join(document.cc)),
        ("The enclosures", " ".join((document.enclosures_label, *document.enclosures))),
        ("The contact", " ".join(document.contact)),
        ("The other languages", " ".join((document.other_texts_label, *document.other_texts))),
        ("The address for checking", document.check_at),
    )
    for section in document.sections:
        for group in section.groups:
            yield "A group's heading", group.heading
            for entry in group.entries:
                yield "A signatory's line", plain_pieces(entry.line) + plain_pieces(entry.below)


def paper_data(document: Document, *, window: Window | None, with_check_block: bool) -> dict[str, Any]:
    """Give the document as the template reads it: user strings isolated, names with their row height and language.

    With a check block, a document that says where it can be checked gets a QR code of that address and its code, behind a
    # so that the code comes into no log.
    """
    own = document.language
    code = document.check_code
    volume = f" · {document.volume}" if document.volume else ""
    checkable = with_check_block and bool(document.check_at) and bool(code) and not document.volume
    words = paper_words_of(own)
    return {
        **plain(replace(document, sections=())),
        "document_title": document.title + volume,
        "running_title": document.running_title + volume,
        "window": plain(window),
        "return_line": isolate(" · ".join(document.letterhead[:2]), within=own),
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


def _pieces(pieces: tuple[Piece, ...], language: str) -> list[dict[str, Any]]:
    return [
        {
            "glue": piece.glue,
            "text": isolate(piece.text, within=language),
            "tall": is_tall(piece.text),
            "lang": language_of(piece.text, within=language),
            "script": _right_to_left_script(piece.text),
        }
        for piece in pieces
    ]


def is_tall(text: str) -> bool:
    """Tell whether a text reaches far above and below the line, as Arabic and Tibetan do."""
    return not text.isascii() and any(
        first <= ord(character) <= last for character in text for first, last in _TALL
    )


def _right_to_left_script(text: str) -> str:
    """Tell which face the words of a foreign direction need: "arabic", "hebrew", or "" for any other script."""
    kinds = {unicodedata.bidirectional(character) for character in text}
    return "arabic" if "AL" in kinds else "hebrew" if "R" in kinds else ""


def _prose(document: Document) -> str:
    parts = (document.body, document.asks_intro, *document.asks, document.ending, *document.notes)
    return "\n".join(plain_blocks(part) for part in parts)
