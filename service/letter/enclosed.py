"""What a letter has besides its words: the logos of its head, and the annexes that are signed with it."""

import base64
from dataclasses import dataclass, field
from typing import Literal

BESIDE = {"beside": True}
"""Marks a field that stands in no record: bytes, whose hash stands there."""

MOST_LOGOS = 4
LogoKind = Literal["svg", "png"]


@dataclass(frozen=True, kw_only=True)
class Logo:
    """A picture of the letterhead, cleaned by service/letter/logos.py; `width` and `height` tell its proportions.

    `file` is what `sha256` is the hash of, `picture` the same as PNG on white, for pages and Word.
    """

    sha256: str
    kind: LogoKind
    width: int
    height: int
    file: bytes = field(default=b"", repr=False, compare=False, metadata=BESIDE)
    picture: bytes = field(default=b"", repr=False, compare=False, metadata=BESIDE)


@dataclass(frozen=True, kw_only=True)
class WordLook:
    """The Word template that a letter has of its own; `file` is what `sha256` is the hash of."""

    sha256: str
    file: bytes = field(default=b"", repr=False, compare=False, metadata=BESIDE)


@dataclass(frozen=True, kw_only=True)
class Annex:
    """A PDF that is signed with the letter, byte for byte as it was given; `size` is in bytes."""

    title: str
    sha256: str
    size: int
    pages: int


def as_svg(logo: Logo) -> str:
    """Give a logo as the typesetter takes it: text, whichever kind it is, so that it opens no file."""
    if logo.kind == "svg":
        return logo.file.decode()
    pixels = base64.b64encode(logo.file).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {logo.width} {logo.height}"'
        f' width="{logo.width}" height="{logo.height}">'
        f'<image width="{logo.width}" height="{logo.height}" href="data:image/png;base64,{pixels}"/></svg>'
    )


def annex_file_name(slug: str, place: int) -> str:
    """Name the file of a letter's annex; `place` counts from 1."""
    return f"{slug}-annex-{place}.pdf"
