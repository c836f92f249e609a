"""The letter as a PDF, tagged and archival, set by Typst in a process of its own."""

import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import service
from service.foundation.errors import Permanent, Refused
from service.i18n.formats import isolate
from service.letter.document import Document, Piece, plain_blocks, plain_pieces
from service.letter.edition import plain
from service.letter.fonts import Fonts, refuse_unprintable
from service.templating import TEMPLATES

LONGEST_ROLL = 20_000

_STANDARDS = {"mail": ["a-2a", "ua-1"], "archive": ["a-3a", "ua-1"]}
_CHILD = "service.letter.typeset"
_REFUSED = 3
# Measured: 600 names take 1 s and 150 MB, 20,000 names some 10 s and 900 MB.
_MEMORY_BYTES = 4 * 1024**3
_CPU_SECONDS = 120
_WALL_SECONDS = 180
_GROUP = 8
# How closely the template can set a letter; trying them is not worth the time for a long roll.
_DENSITIES = ["0", "1", "2"]
_LONG_ROLL = 2_000
# Rows of scripts that reach far above and below the line need more room (design: row heights).
_TALL = ((0x0590, 0x08FF), (0x0900, 0x109F), (0x1780, 0x18AF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFF))


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one letter may cost: address space in bytes, seconds of computing, seconds altogether."""

    memory_bytes: int = _MEMORY_BYTES
    cpu_seconds: int = _CPU_SECONDS
    wall_seconds: int = _WALL_SECONDS


def render_pdf(
    document: Document, *, profile: str, attachment: bytes, fonts: Fonts, limits: Limits | None = None
) -> bytes:
    """Set a document as a PDF; the same document and fonts give the same bytes.

    `profile` "mail" is PDF/A-2a and PDF/UA-1 with nothing attached; "archive" is PDF/A-3a and PDF/UA-1 with
    `attachment`, the copy's JSON. Raises Refused for a character that no font has and for a roll that is too
    long, Permanent where the typesetter breaks down or takes more than `limits` allow.
    """
    names = sum(len(group.entries) for section in document.sections for group in section.groups)
    if names > LONGEST_ROLL:
        raise Refused(
            f"A PDF holds at most {LONGEST_ROLL:,} names and this one would have {names:,}: "
            "use the text or the JSON, or group the signatories in several letters."
        )
    refuse_unprintable(_labelled(document), fonts)
    files = fonts.needed(text for _, text in _labelled(document))
    inputs = {"letter": json.dumps(_data(document), ensure_ascii=False), "attachment": ""}
    if profile == "archive":
        inputs["attachment"] = attachment.decode()
    job = {
        "inputs": inputs,
        "standards": _STANDARDS[profile],
        "densities": _DENSITIES if names <= _LONG_ROLL else _DENSITIES[:1],
        # Noon: the same day in every time zone but the outermost.
        "timestamp": int(datetime.combine(date.fromisoformat(document.day), time(12), UTC).timestamp()),
    }
    return _run(job, files=files, limits=limits or Limits())


def _run(job: dict[str, Any], *, files: tuple[Path, ...], limits: Limits) -> bytes:
    with tempfile.TemporaryDirectory(prefix="letter-") as folder:
        root, font_directory = Path(folder, "root"), Path(folder, "fonts")
        root.mkdir()
        template = Path(shutil.copyfile(TEMPLATES / "letter" / "letter.typ", root / "letter.typ"))
        font_directory.mkdir()
        for place, file in enumerate(files):
            Path(font_directory, f"{place:03}{file.suffix.lower()}").symlink_to(file.resolve())
        whole = {
            **job,
            "template": str(template),
            "root": str(root),
            "font_directory": str(font_directory),
            "font_files": [str(file.resolve()) for file in files],
            "memory_bytes": limits.memory_bytes,
            "cpu_seconds": limits.cpu_seconds,
            "exit_when_refused": _REFUSED,
        }
        return _start(json.dumps(whole).encode(), cwd=root, wall_seconds=limits.wall_seconds)


def _start(job: bytes, *, cwd: Path, wall_seconds: int) -> bytes:
    home = Path(service.__file__).resolve().parent.parent
    try:
        done = subprocess.run(  # noqa: S603 -- our own interpreter and module, the input on a pipe
            [sys.executable, "-P", "-s", "-m", _CHILD],
            input=job,
            capture_output=True,
            cwd=cwd,
            # Nothing of our own environment, which holds secrets, reaches the typesetter. Without a home, the
            # interpreter would ask the system for one, by a socket where names are looked up over the network.
            env={"PYTHONPATH": str(home), "HOME": str(cwd), "LC_ALL": "C.UTF-8", "RAYON_NUM_THREADS": "2"},
            timeout=wall_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Permanent(
            f"The PDF could not be made: the typesetter took more than {wall_seconds} seconds."
        ) from None
    if done.returncode == 0 and done.stdout.startswith(b"%PDF-"):
        return done.stdout
    raise _failure(done.returncode, done.stderr)


def _failure(returncode: int, stderr: bytes) -> Exception:
    if returncode == _REFUSED:
        reason = str(json.loads(stderr)["reason"])
        if "could not be displayed" in reason:
            return Refused(
                f"The PDF could not be made: no font at hand can show a text of the letter ({reason})."
            )
        # This one may be logged: what the typesetter quotes could be a name.
        unquoted = re.sub(r"[`“\"].*[`”\"]", "…", reason, flags=re.DOTALL)
        return Permanent(f"The PDF could not be made: the typesetter refused the letter ({unquoted}).")
    if returncode in {-signal.SIGXCPU, -signal.SIGKILL}:
        return Permanent("The PDF could not be made: the typesetter took more time or memory than it may.")
    return Permanent(
        f"The PDF could not be made: the typesetter broke down (exit {returncode}), perhaps for want of memory."
    )


def _labelled(document: Document) -> Iterator[tuple[str, str]]:
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
        ("The contact", " ".join(document.contact)),
        ("The other languages", " ".join((document.other_texts_label, *document.other_texts))),
        ("The address for checking", document.check_at),
    )
    for section in document.sections:
        for group in section.groups:
            yield "A group's heading", group.heading
            for entry in group.entries:
                yield "A signatory's line", plain_pieces(entry.line) + plain_pieces(entry.below)


def _data(document: Document) -> dict[str, Any]:
    """Give the document as the template reads it: user strings isolated, names with their row height."""
    own = document.language
    code = document.check_code
    return {
        **plain(document),
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
            "tall": _is_tall(piece.text),
            "script": _right_to_left_script(piece.text),
        }
        for piece in pieces
    ]


def _is_tall(text: str) -> bool:
    return not text.isascii() and any(
        first <= ord(character) <= last for character in text for first, last in _TALL
    )


def _right_to_left_script(text: str) -> str:
    """Tell which face the words of a foreign direction need: "arabic", "hebrew", or "" for any other script."""
    kinds = {unicodedata.bidirectional(character) for character in text}
    return "arabic" if "AL" in kinds else "hebrew" if "R" in kinds else ""
