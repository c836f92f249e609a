"""The campaign file that a coalition writes: read whole, or refused with every fault in it."""

import re
import tomllib
from datetime import datetime
from typing import Any

from service.campaigns.file_checks import faults_between_keys
from service.campaigns.file_faults import MOST_FAULTS_TOLD, Fault, file_or_faults, key_name
from service.campaigns.file_tables import FOUND_BY_LOADING, CampaignFile, Translation, Words
from service.campaigns.source_text import source_text
from service.campaigns.toml_lines import KeyLines, Path, find_lines
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence, said_of

__all__ = ["CampaignFile", "read_campaign_file", "revision_record", "translated_words"]

_SIGNED_KEYS = (
    "title", "subtitle", "re", "salutation", "body", "asks_intro", "asks", "ending", "closing",
)  # fmt: skip


def read_campaign_file(data: bytes, *, now: datetime) -> CampaignFile:
    """Read a campaign file (TOML 1.0, UTF-8, at most 1 MB).

    Raises Refused for a faulty one. Its `faults` are all of them at once, in the order of the file: one sentence
    each, with the key (entries of a list counted from 1), the line where it is written, and what is allowed.
    """
    source = source_text(data, what=Sentence("The campaign file"))
    lines = _find_lines(source)
    values = _parse(source)
    own = _take_out_own(values)
    _fill_in_recipients(values)
    found = file_or_faults(values)
    faults = [*own, *faults_between_keys(values, now=now), *(found if isinstance(found, list) else [])]
    if faults or isinstance(found, list):
        raise _refusal(faults, lines)
    return found


def revision_record(file: CampaignFile) -> dict[str, Any]:
    """Give the record that a revision is: its canonical digest is what every signatory agrees to.

    It holds the words of the letter with their placeholders unfilled, once for each authentic language (that of the
    letter first, the others by their tags): title,
    subtitle, re, salutation, body, asks_intro, asks, ending, closing, the fixed words that it brings in place of ours
    (where it brings any, for they speak of those who sign), and the date where the coalition chose
    one (else null: the day of sending is not known yet). It holds every recipient's role, name, position and
    office in their order, and the annexes' title, SHA-256, size and pages. Not part of it are `footnotes`, which moves notes about the
    paper and changes no word; letterhead with its logos, contact and roll order, which are presentation; addresses, channels
    and cover notes, which belong to sending; and every moment of the process.
    """
    return {
        "letter": [_signed(file, {"language": file.language, **_words(file.letter)}), *_authentic(file)],
        "recipients": [
            {"role": to.role, "name": to.name, "position": to.position, "office": to.office}
            for to in file.recipients
        ],
        "annexes": [
            {"title": annex.title, "sha256": annex.sha256, "size": annex.size, "pages": annex.pages}
            for annex in file.letter.annexes
        ],
    }


def translated_words(translation: Translation) -> dict[str, Any]:
    """Give the language and the words of a translation under the keys of the file, placeholders unfilled."""
    return {"language": translation.language, **_words(translation)}


def _authentic(file: CampaignFile) -> list[dict[str, Any]]:
    texts = sorted(file.letter.translations, key=lambda text: text.language)
    return [_signed(file, translated_words(text)) for text in texts if text.status == "authentic"]


def _signed(file: CampaignFile, words: dict[str, Any]) -> dict[str, Any]:
    date = file.letter.date
    return words | {"date": date.isoformat() if date else None}


def _words(words: Words) -> dict[str, Any]:
    said = {key: getattr(words, key) for key in _SIGNED_KEYS} | {"asks": list(words.asks)}
    # Texts that bring no fixed words keep the hash that they had before texts could.
    return said | ({"words": [list(pair) for pair in words.words]} if words.words else {})


def _find_lines(source: str) -> KeyLines:
    try:
        return find_lines(source)
    except Refused as refusal:
        raise Refused(str(refusal), faults=(str(refusal),)) from refusal


def _parse(source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(source)
    except ValueError as error:
        sentence = _syntax_fault(str(error), last_line=source.rstrip().count("\n") + 1)
        raise Refused(sentence, faults=(sentence,)) from error


def _syntax_fault(told: str, *, last_line: int) -> Sentence:
    place = re.search(r" \(at line (\d+), column (\d+)\)$", told)
    reason = re.sub(r" \(at .*\)$", "", told)
    if not reason or "integer string" in reason:
        return Sentence("The campaign file is not valid TOML at one of its lines: a number is far too long.")
    reason = f"{reason[0].lower()}{reason[1:]}"
    if place is None:
        return Sentence(
            "The campaign file is not valid TOML at line {line}, the end of the file: {reason}.",
            line=last_line,
            reason=reason,
        )
    return Sentence(
        "The campaign file is not valid TOML at line {line}, column {column}: {reason}.",
        line=int(place[1]),
        column=int(place[2]),
        reason=reason,
    )


def _take_out_own(values: dict[str, Any]) -> list[Fault]:
    """Refuse, and take out, what only loading may fill in."""
    letter, head = values.get("letter"), values.get("letterhead")
    annexes = letter.get("annexes") if isinstance(letter, dict) else None
    tables: list[tuple[Path, str, Any]] = [(("letterhead",), "letterhead", head)]
    for place, annex in enumerate(annexes if isinstance(annexes, list) else []):
        tables.append((("letter", "annexes", place), "annexes", annex))
    return [
        Fault((*path, key), Sentence("is not a key that a campaign file has here. {hint}", hint=""))
        for path, name, table in tables
        for key in list(table if isinstance(table, dict) else ())
        if (name, key) in FOUND_BY_LOADING and table.pop(key, None) is not None
    ]


def _fill_in_recipients(values: dict[str, Any]) -> None:
    """Fill in the defaults that look at another key."""
    offices = values.get("recipients")
    for office in offices if isinstance(offices, list) else []:
        if isinstance(office, dict):
            office.setdefault("copy", "full" if office.get("role", "to") == "to" else "public")
            office.setdefault("channels", ["email"] if office.get("emails") else [])


def _refusal(faults: list[Fault], lines: KeyLines) -> Refused:
    placed = sorted(((_line(fault, lines), fault) for fault in faults), key=lambda pair: pair[0])
    told = tuple(_sentence(fault, lines) for _, fault in placed[:MOST_FAULTS_TOLD])
    if len(placed) > MOST_FAULTS_TOLD:
        told = (
            *told,
            Sentence(
                "There is one more fault.", "There are {n} more faults.", n=len(placed) - MOST_FAULTS_TOLD
            ),
        )
    return Refused(
        Sentence(
            "The campaign file has one fault, so nothing was loaded; mend and load it again.",
            "The campaign file has {n} faults, so nothing was loaded; mend and load it again.",
            n=len(placed),
        ),
        faults=told,
    )


def _line(fault: Fault, lines: KeyLines) -> int:
    """Give the line a fault is sorted under: its own, or that of the nearest table around it."""
    path = fault.path
    while path and lines.line(path) is None:
        path = path[:-1]
    return (lines.line(path) or 0) if path else 0


def _sentence(fault: Fault, lines: KeyLines) -> str:
    line = lines.line_of_text(fault.path, fault.near) if fault.near else lines.line(fault.path)
    table = _line(fault, lines)
    key, told = key_name(fault.path), fault.told
    if line:
        return said_of(Sentence("{key} (line {line})", key=key, line=line), told)
    if table:
        return said_of(Sentence("{key} (below line {line})", key=key, line=table), told)
    return said_of(key, told)
