"""The decision pack as a PDF: what a board has to know in front, then the letter itself."""

import json
from dataclasses import dataclass, replace
from typing import Any

from service.foundation.sentence import Sentence
from service.i18n.formats import direction, isolate
from service.letter.document import Document
from service.letter.edition import plain
from service.letter.fonts import Fonts, refuse_unprintable
from service.letter.paper import is_tall, labelled_texts
from service.letter.render_pdf import Limits, letter_job, typeset


@dataclass(frozen=True, kw_only=True)
class PackRow:
    """One thing to know: what it is (or nothing), and the words; `strong` where a decision hangs on it."""

    what: str = ""
    text: str
    strong: bool = False


@dataclass(frozen=True, kw_only=True)
class PackSection:
    """Things to know that belong together."""

    heading: str
    rows: tuple[PackRow, ...]


@dataclass(frozen=True, kw_only=True)
class Pack:
    """What stands in front of the letter, in the reader's language, which may be another than the letter's."""

    language: str
    coalition: str
    label: str
    title: str
    lead: str
    sections: tuple[PackSection, ...]


def render_pack(pack: Pack, document: Document, *, fonts: Fonts, limits: Limits | None = None) -> bytes:
    """Set the pack as PDF/A-2a and PDF/UA-1; the same pack, document and fonts give the same bytes.

    Raises as render_pdf() does.
    """
    texts = tuple(_texts(pack))
    letter_texts = tuple(labelled_texts(document))
    refuse_unprintable((*((Sentence("The decision pack"), text) for text in texts), *letter_texts), fonts)
    job = letter_job(document, profile="mail", attachment=b"", layout="classic")
    job["inputs"] = {**job["inputs"], "pack": json.dumps(_data(pack, document), ensure_ascii=False)}
    files = fonts.needed((*texts, *(text for _, text in letter_texts)))
    return typeset(
        job, files=files, limits=limits or Limits(), templates=("kit/pack.typ", "letter/letter.typ")
    )


def _texts(pack: Pack) -> list[str]:
    rows = [row for section in pack.sections for row in section.rows]
    return [
        *(pack.coalition, pack.label, pack.title, pack.lead),
        *(section.heading for section in pack.sections),
        *(f"{row.what} {row.text}" for row in rows),
    ]


def _data(pack: Pack, document: Document) -> dict[str, Any]:
    isolated = replace(pack, title=isolate(pack.title, within=pack.language))
    return {
        **plain(isolated),
        "paper": document.paper,
        "direction": direction(pack.language),
        "tall": any(is_tall(text) for text in _texts(pack)),
    }
