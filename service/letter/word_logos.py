"""The logos of a letterhead in a Word file: drawn in the text, their pictures beside it."""

from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from lxml import etree

from service.letter.document import Document
from service.letter.enclosed import Logo
from service.letter.word_blocks import WordWriter
from service.letter.word_package import TYPES, Parts, parse, relate, write_part

_PICTURE = "http://schemas.openxmlformats.org/drawingml/2006/picture"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_IN_TEXT = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DEFAULT = "{http://schemas.openxmlformats.org/package/2006/content-types}Default"
_DOCUMENT = "word/document.xml"
# English Metric Units, 36,000 to a millimetre: the height of all, and how wide one and all of them may be.
_HEIGHT, _WIDEST, _WIDEST_TOGETHER = 15 * 36_000, 62 * 36_000, 130 * 36_000
_GAP = "    "


def logos_paragraph(document: Document, writer: WordWriter) -> str:
    """Write the logos as a paragraph of their own, all of one height; nothing where there is none.

    The first has the coalition's name in place of the picture, so that it is said once.
    """
    if not document.logos:
        return ""
    ratios = [logo.width / logo.height for logo in document.logos]
    height = min(_HEIGHT, _WIDEST / max(ratios), _WIDEST_TOGETHER / sum(ratios))
    drawn = [
        _drawing(place, round(height * ratio), round(height), document.coalition if place == 1 else "")
        for place, ratio in enumerate(ratios, start=1)
    ]
    return writer.paragraph("Letterhead", writer.text(_GAP).join(drawn))


def add_logos(parts: Parts, logos: Sequence[Logo]) -> None:
    """Add the pictures of the logos, where the text draws them: a template may bring a letterhead of its own."""
    if b"letterLogo1" not in parts[_DOCUMENT]:
        return
    for place, logo in enumerate(logos, start=1):
        parts[f"word/media/letter-logo-{place}.png"] = logo.picture
        relate(parts, _DOCUMENT, f"letterLogo{place}", f"{_OFFICE}/image", f"media/letter-logo-{place}.png")
    root = parse(parts[TYPES])
    if not any(str(one.get("Extension")).lower() == "png" for one in root.iter(_DEFAULT)):
        root.insert(0, etree.Element(_DEFAULT, {"Extension": "png", "ContentType": "image/png"}))
    parts[TYPES] = write_part(root)


def _drawing(place: int, width: int, height: int, told: str) -> str:
    name = f'name="Logo {place}"'
    # Ids of drawings are numbers of the whole file; a template's own are small.
    number = 9_000 + place
    extent = f'cx="{width}" cy="{height}"'
    decorative = (
        ""
        if told
        else '<a:extLst><a:ext uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}"><adec:decorative'
        ' xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/></a:ext></a:extLst>'
    )
    return (
        f'<w:r><w:drawing><wp:inline xmlns:wp="{_IN_TEXT}" xmlns:a="{_DRAWING}" distT="0" distB="0" distL="0" distR="0">'
        f"<wp:extent {extent}/>"
        f'<wp:docPr id="{number}" {name} descr={quoteattr(told)}>{decorative}</wp:docPr>'
        f'<a:graphic><a:graphicData uri="{_PICTURE}"><pic:pic xmlns:pic="{_PICTURE}">'
        f'<pic:nvPicPr><pic:cNvPr id="{number}" {name}/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip xmlns:r="{_OFFICE}" r:embed="letterLogo{place}"/>'
        f"<a:stretch><a:fillRect/></a:stretch></pic:blipFill>"
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm>'
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
        f"</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
