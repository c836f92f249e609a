"""A logo is made anew of what is known to be harmless, or refused with one sentence."""

import io
import struct
import zlib

import pytest
from lxml import etree
from PIL import Image

from service.foundation.errors import Refused
from service.letter.logos import read_logo
from service.letter.svg_logo import clean_svg
from tests.enclosing import RIVERS, make_png, with_chunk

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 20 10">{}</svg>'
SHAPE = '<rect width="20" height="10"/>'
LAUGHS = '<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>' + SVG.format(
    SHAPE + "<desc>&b;</desc>"
)
USES = "".join(f'<g id="g{place}">' + f'<use href="#g{place + 1}"/>' * 10 + "</g>" for place in range(8))

# What is inside, and what the sentence has to say.
HOSTILE = {
    "entities": (LAUGHS, "entities"),
    "an outer file as entity": (
        '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + SVG.format("<desc>&x;</desc>" + SHAPE),
        "entities",
    ),
    "a document type in other letters": ("<!doctype svg [ ]>" + SVG.format(SHAPE), "entities"),
    "an entity that nobody declared": (SVG.format("<g>&what;</g>" + SHAPE), "well-formed"),
    "a script": (SVG.format(SHAPE + "<script>alert(1)</script>"), "script"),
    "a script in a name space": (
        SVG.format('<s:script xmlns:s="http://www.w3.org/2000/svg">alert(1)</s:script>' + SHAPE),
        "script",
    ),
    "an event": (SVG.format('<rect width="1" height="1" onload="alert(1)"/>'), "script"),
    "an event of the whole": (SVG.format(SHAPE).replace("viewBox", 'OnLoad="x()" viewBox'), "script"),
    "a foreign object": (SVG.format("<foreignObject><p>x</p></foreignObject>"), "foreign object"),
    "text": (SVG.format("<text>Rivers</text>"), "outlines"),
    "a picture": (SVG.format('<image href="data:image/png;base64,AAAA"/>'), "PNG file"),
    "a link": (SVG.format('<a href="https://evil.example">' + SHAPE + "</a>"), "link"),
    "animation": (SVG.format('<rect width="1" height="1"><animate attributeName="x"/></rect>'), "moves"),
    "a filter": (SVG.format("<filter id='f'><feImage href='https://evil.example/x.png'/></filter>" + SHAPE), "filter"),
    "an outer reference": (SVG.format('<use xlink:href="https://evil.example/a.svg#x"/>'), "outside"),
    "an outer paint": (SVG.format('<rect width="1" height="1" fill="url(https://evil.example/a#x)"/>'), "outside"),
    "an outer paint in a style": (
        SVG.format('<rect width="1" height="1" style="fill:url(//evil.example/a)"/>'),
        "outside",
    ),
    "an escaped style": (SVG.format('<rect width="1" height="1" style="fill:u\\72l(//evil.example/a)"/>'), "outside"),
    "an imported style sheet": (SVG.format('<style>@import "https://evil.example/a.css";</style>' + SHAPE), "style"),
    "a font face": (SVG.format("<style>@font-face{src:url(//evil.example/f)}</style>" + SHAPE), "style"),
    "a style sheet that reaches out": (
        SVG.format("<style>rect{fill:url(https://evil.example/a)}</style>" + SHAPE),
        "outside",
    ),
    "a value with quotes": (SVG.format("<rect width=\"1\" height=\"1\" fill=\"red';x:y\"/>"), "value"),
    "parts without end": (SVG.format('<g id="a"><use href="#a"/></g>' + SHAPE), "without end"),
    "parts repeated beyond count": (SVG.format(USES + SHAPE), "too often"),
    "a chain of parts": (
        SVG.format(
            "".join(f'<g id="c{place}"><use href="#c{place + 1}"/></g>' for place in range(2000)) + SHAPE
        ),
        "without end",
    ),
    "too many parts": (SVG.format(SHAPE * 6000), "simplify"),
    "nothing drawn": (SVG.format(""), "draws nothing"),
    "no size": ('<svg xmlns="http://www.w3.org/2000/svg">' + SHAPE + "</svg>", "viewBox"),
    "no finite size": (SVG.format(SHAPE).replace("0 0 20 10", "0 0 nan 10"), "viewBox"),
    "a line": (SVG.format(SHAPE).replace("0 0 20 10", "0 0 2000 10"), "too long"),
    "another picture": ("<html><svg></svg></html>", "no SVG"),
    "half a picture": (SVG.format(SHAPE)[:-9], "well-formed"),
    "too many bytes": (SVG.format(SHAPE + " " * 600_000), "larger than"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_svg_is_refused_in_one_sentence_that_names_it(what):
    written, told = HOSTILE[what]

    with pytest.raises(Refused) as refused:
        clean_svg(written.encode(), name="logos/a.svg")

    sentence = str(refused.value)
    assert told in sentence
    assert sentence.startswith("logos/a.svg ")
    assert sentence.endswith(".")
    assert "evil" not in sentence


def test_another_encoding_hides_nothing():
    with pytest.raises(Refused, match="UTF-8"):
        clean_svg(LAUGHS.encode("utf-16"), name="a.svg")


def test_what_drawing_programs_write_becomes_plain_shapes():
    written = """<?xml version="1.0" encoding="utf-8"?><!-- made by -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns="http://www.w3.org/2000/svg" xmlns:ink="urn:ink" xmlns:xlink="http://www.w3.org/1999/xlink"
 width="30mm" height="10mm" ink:version="1" id="Layer_1" class="x" style="fill-rule:evenodd">
<title>Secret</title><metadata><a>b</a></metadata><ink:view/>
<style type="text/css">/* c */ rect{fill:red} .st0{fill:#0055AA;-ink-x:y} #one{fill:#123456}</style>
<defs><linearGradient id="g"><stop offset="0" style="stop-color:#fff"/></linearGradient></defs>
<rect class="st0" width="1" height="2"/><rect id="one" class="st0" width="3" height="4" style="fill:url(#g)"/>
<use xlink:href="#one" data-x="1"/></svg>"""

    clean, width, height = clean_svg(written.encode(), name="a.svg")

    root = etree.fromstring(clean)
    assert (width, height) == (360, 120)
    assert root.get("viewBox") == "0 0 30 10"
    assert root.get("fill-rule") == "evenodd"
    first, second, use = list(root)[1:]
    assert dict(first.attrib) == {"width": "1", "height": "2", "fill": "#0055AA"}
    assert second.get("fill") == "url(#g)"
    assert dict(use.attrib) == {"href": "#one"}
    for gone in (b"Secret", b"ink", b"class", b"style", b"DOCTYPE", b"made by", b"xlink"):
        assert gone not in clean
    assert clean_svg(clean, name="a.svg") == (clean, width, height)


def test_a_png_keeps_its_pixels_on_white_and_nothing_else():
    given = with_chunk(make_png(), b"eXIf", b"MM\0*GPS") + b"PK\x05\x06" + b"<script>"

    logo = read_logo(given, name="a.png")

    assert (logo.kind, logo.width, logo.height) == ("png", 300, 120)
    for gone in (b"Somebody", b"GPS", b"PK\x05\x06", b"script", b"tEXt"):
        assert gone not in logo.file
    with Image.open(io.BytesIO(logo.picture)) as picture:
        assert picture.mode == "RGB"
        assert picture.getpixel((0, 0)) == (255, 255, 255)
        assert picture.getpixel((150, 60)) == (29, 68, 83)
    assert read_logo(given, name="a.png") == logo


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "I;16"])
def test_every_kind_of_png_is_taken(mode):
    drawn = make_png(mode="L" if mode == "I;16" else mode)
    if mode == "I;16":
        written = io.BytesIO()
        Image.new("I;16", (20, 10), 40_000).save(written, format="PNG")
        drawn = written.getvalue()

    with Image.open(io.BytesIO(read_logo(drawn, name="a.png").file)) as picture:
        assert picture.mode == "RGB"
        if mode == "I;16":
            assert picture.getpixel((3, 3)) == (156, 156, 156)


def test_a_large_png_is_brought_to_the_size_of_a_letterhead():
    logo = read_logo(make_png((3000, 1500)), name="a.png")

    assert (logo.width, logo.height) == (1200, 600)


def png(width, height, *, rows=b""):
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head)
    return start + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def _chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def animation():
    written = io.BytesIO()
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "blue")]
    frames[0].save(written, format="PNG", save_all=True, append_images=frames[1:])
    return written.getvalue()


HOSTILE_PNGS = {
    "more pixels than a machine has room for": (png(60_000, 60_000), "pixels"),
    "a size that would not fit a number": (png(2**31 - 1, 2**31 - 1), "pixels"),
    "no width": (png(0, 10), "whole PNG"),
    "a line": (png(2000, 20, rows=b"\0" * 20 * 6001), "too long"),
    "half of it": (make_png()[:200], "whole PNG"),
    "no pixels": (png(100, 50), "whole PNG"),
    "a broken sum": (make_png().replace(b"IDAT", b"IDAX", 1), "whole PNG"),
    "words unpacked without end": (
        with_chunk(png(100, 50, rows=b"\0" * 50 * 301), b"zTXt", b"a\0\0" + zlib.compress(b"a" * 80_000_000)),
        "",
    ),
    "an animation": (animation(), "stands still"),
    "a GIF": (b"GIF89a" + bytes(50), "neither SVG nor PNG"),
    "a JPEG named PNG": (b"\xff\xd8\xff\xe0" + bytes(50), "neither SVG nor PNG"),
    "nothing": (b"", "neither SVG nor PNG"),
    "too many bytes": (make_png() + bytes(6_000_000), "larger than"),
}


@pytest.mark.parametrize("what", HOSTILE_PNGS)
def test_a_hostile_png_is_refused_in_one_sentence_that_names_it(what):
    data, told = HOSTILE_PNGS[what]
    if not told:
        # What stands beside the pixels is never unpacked, or stops the reading: both keep the memory.
        assert read_or_refuse(data) in {"taken", "refused"}
        return

    with pytest.raises(Refused) as refused:
        read_logo(data, name="a.png")

    assert told in str(refused.value)
    assert str(refused.value).startswith("a.png ")


def read_or_refuse(data):
    try:
        read_logo(data, name="a.png")
    except Refused:
        return "refused"
    return "taken"


def test_an_svg_is_drawn_once_for_pages_and_word():
    logo = read_logo(RIVERS, name="rivers.svg")

    assert (logo.kind, logo.width, logo.height) == ("svg", 360, 120)
    with Image.open(io.BytesIO(logo.picture)) as picture:
        assert picture.size == (1200, 400)
        assert picture.convert("RGB").getpixel((900, 200)) == (181, 131, 42)
        assert picture.convert("RGB").getpixel((5, 5)) == (255, 255, 255)
