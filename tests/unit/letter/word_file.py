"""Reads a Word file as a reader of it would: words in their order, parts, and what they refer to."""

import io
import re
import zipfile

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MARKS = re.compile("[\u200e\u200f\u2068\u2069]")


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_parts(data: bytes, **changed: bytes | None) -> bytes:
    """Make the file again with parts changed (`word__document` is word/document.xml), added or (None) left out."""
    named = {
        name.replace("__", "/") + ("" if "." in name else ".xml"): part for name, part in changed.items()
    }
    return packed({**parts_of(data), **named})


def packed(parts: dict[str, bytes | None]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            if part is not None:
                archive.writestr(name, part)
    return target.getvalue()


def xml_of(data: bytes, part: str = "word/document.xml") -> etree._Element:
    return etree.fromstring(parts_of(data)[part])


def said_in(data: bytes, part: str = "word/document.xml") -> list[str]:
    """Give the words of each paragraph, without marks of direction."""
    return [
        _MARKS.sub("", "".join(_word(one) for one in paragraph.iter(W + "t", W + "br")))
        for paragraph in xml_of(data, part).iter(W + "p")
    ]


def _word(element: etree._Element) -> str:
    return "\n" if element.tag == W + "br" else element.text or ""


def styled(data: bytes) -> list[tuple[str, str]]:
    """Give the style and the words of each paragraph."""
    styles = [paragraph.find(f"{W}pPr/{W}pStyle") for paragraph in xml_of(data).iter(W + "p")]
    names = [style.get(W + "val") if style is not None else "" for style in styles]
    return list(zip(names, said_in(data), strict=True))
