"""Logos and annexes for tests, made here byte by byte; and a campaign file that names them."""

import io
import zlib
from collections.abc import Iterable

from PIL import Image, ImageDraw

from tests.coalition import letter_file

RIVERS = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 80">
<path fill="#1d4453" d="M10 50 q25 -30 50 0 t50 0 v14 h-100 z"/><circle cx="180" cy="40" r="30" fill="#b5832a"/></svg>"""
LAKES_SIZE = (300, 120)
HEAD = '\n[letterhead]\nlogos = ["rivers.svg", "logos/lakes.png"]\nlines = ["Coalition for Open Rivers"]\n'
ANNEXES = """
[[letter.annexes]]
title = "Cases"
file = "cases.pdf"

[[letter.annexes]]
title = "The Charter, article 7"
file = "texts/charter.pdf"
"""


def make_png(size: tuple[int, int] = LAKES_SIZE, *, mode: str = "RGBA") -> bytes:
    """Draw a mark on nothing, with words in its metadata that nobody else should read."""
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((8, 8, size[0] - 8, size[1] - 8), fill=(29, 68, 83, 255))
    written = io.BytesIO()
    picture.convert(mode).save(written, format="PNG")
    return with_chunk(written.getvalue(), b"tEXt", b"Author\0Somebody in particular")


def with_chunk(png: bytes, kind: bytes, content: bytes) -> bytes:
    """Put a chunk in front of a PNG's end."""
    chunk = len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")
    end = png.rindex(b"IEND") - 4
    return png[:end] + chunk + png[end:]


def make_pdf(
    *, pages: int = 1, words: str = "Cases", more: Iterable[bytes] = (), catalog: bytes = b""
) -> bytes:
    """Write a small PDF by hand; `more` are further objects, `catalog` further entries of the root."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * place) for place in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % pages,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for place in range(pages):
        drawn = f"BT /F 18 Tf 72 700 Td ({words}, page {place + 1}) Tj ET".encode()
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F 3 0 R >> >> >>" % (5 + 2 * place)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
    return assemble([*objects, *more])


def assemble(objects: Iterable[bytes]) -> bytes:
    """Put numbered objects together, with the table of where they stand."""
    written, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(written)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(places) + 1, rows)
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, table)
    return bytes(written)


CASES, CHARTER = make_pdf(pages=12), make_pdf(pages=1, words="Charter")
BESIDE = {
    "rivers.svg": RIVERS,
    "logos/lakes.png": make_png(),
    "cases.pdf": CASES,
    "texts/charter.pdf": CHARTER,
}


def enclosing_file(*, more: str = 'admit = "everyone"', tables: str = "") -> bytes:
    """Write the small campaign file with two logos and two annexes."""
    return letter_file(more=more, tables=HEAD + ANNEXES + tables)
