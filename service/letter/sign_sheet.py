"""A sheet on which a letter is signed by hand, as a PDF with the letter's QR code."""

import json
from dataclasses import dataclass
from typing import Any

from service.foundation.sentence import Sentence
from service.i18n.formats import direction, isolate
from service.letter.fonts import Fonts, refuse_unprintable
from service.letter.paper import is_tall
from service.letter.qr import qr_svg
from service.letter.render_pdf import Limits, typeset

_LINES = 10


@dataclass(frozen=True, kw_only=True)
class SignSheet:
    """What the sheet says, in one language; `link` is the address in its QR code, "" where there is none."""

    language: str
    coalition: str
    title: str
    lead: str
    note: str
    columns: tuple[str, ...]
    link: str
    alt: str


def render_sign_sheet(sheet: SignSheet, *, fonts: Fonts, at: int) -> bytes:
    """Set the sheet, dated `at` in seconds of the epoch; raises Refused for a character that no font has."""
    texts = (sheet.coalition, sheet.title, sheet.lead, sheet.note, *sheet.columns)
    refuse_unprintable(((Sentence("The sheet"), text) for text in texts), fonts)
    words: dict[str, Any] = {
        "language": sheet.language,
        "direction": direction(sheet.language),
        "coalition": sheet.coalition,
        "title": isolate(sheet.title, within=sheet.language),
        "lead": sheet.lead,
        "note": sheet.note,
        "columns": list(sheet.columns),
        "qr": qr_svg(sheet.link) if sheet.link else "",
        "alt": sheet.alt,
        "lines": _LINES,
        "tall": any(is_tall(text) for text in texts),
    }
    job = {
        "inputs": {"sheet": json.dumps(words, ensure_ascii=False)},
        "profile": "mail",
        "densities": ["0"],
        "timestamp": at,
    }
    return typeset(job, files=fonts.needed(texts), limits=Limits(), templates=("letter/sign_sheet.typ",))
