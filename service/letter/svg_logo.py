"""A logo's SVG, read with distrust and written again from what is known to be harmless (pure)."""

import re
from collections.abc import Iterator

from lxml import etree

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.letter.svg_parts import why_not_drawn
from service.letter.svg_style import declarations, rules_of

SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_NOTHING_DRAWN = frozenset({"title", "desc", "metadata"})
_SHAPES = frozenset({"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"})
_GROUPS = frozenset({"svg", "g", "defs", "symbol", "use", "clipPath", "mask"})
_PAINTS = frozenset({"linearGradient", "radialGradient", "stop"})
_DRAWN = _SHAPES | _GROUPS | _PAINTS
_GEOMETRY = frozenset((
    "id", "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "fr", "width",
    "height", "points", "transform", "viewBox", "offset", "gradientUnits", "gradientTransform",
    "spreadMethod", "clipPathUnits", "maskUnits", "maskContentUnits", "pathLength",
))  # fmt: skip
PRESENTATION = frozenset((
    "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap",
    "stroke-linejoin", "stroke-miterlimit", "stroke-dasharray", "stroke-dashoffset", "opacity", "color",
    "display", "visibility", "clip-path", "clip-rule", "mask", "stop-color", "stop-opacity", "paint-order",
    "vector-effect", "shape-rendering",
))  # fmt: skip
_POINTERS = frozenset({"fill", "stroke", "clip-path", "mask"})
_PLAIN = re.compile(r"[-+\w\s#.,%()]*")
_POINTER = re.compile(r"url\(\s*[\"']?#([A-Za-z_][\w.-]*)[\"']?\s*\)\s*(?:none|#[0-9A-Fa-f]{3,8})?")
_ID = re.compile(r"[A-Za-z_][\w.-]*")
_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?|\.\d+)(?:px|pt|mm|cm|in)?\s*")
_BLANKS = re.compile(r"[\s,]+")
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
# Illustrator and older tools name the document type of SVG 1.1 at the top; with nothing in brackets it says nothing.
_DOCTYPE = re.compile(r"<!DOCTYPE\s+svg(\s+PUBLIC\s+\"[^\"]*\"\s+\"[^\"]*\"|\s+SYSTEM\s+\"[^\"]*\")?\s*>")
_MOST_ELEMENTS = 5_000
_MOST_BYTES = 500_000
_DEEPEST = 300
_WIDEST, _TALLEST = 12, 3
# What a logo of this height measures, so that whole numbers tell its proportions.
HEIGHT = 120


def clean_svg(data: bytes, *, name: str) -> tuple[bytes, int, int]:
    """Give a logo's SVG written anew, with its width and height; `name` is that of the file, for the sentences.

    What stands in it is a list of shapes, groups and gradients with plain attributes: no script, no style sheet, no
    text, nothing that refers outside. Raises Refused, in one sentence, for what cannot be brought to that.
    """
    root = _parse(data, name)
    if root.tag != SVG + "svg":
        raise Refused(
            Sentence(
                "{name} is no SVG picture: save the logo as plain SVG, or give it as a PNG file.", name=name
            )
        )
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    if len(elements) > _MOST_ELEMENTS:
        raise Refused(
            Sentence(
                "{name} has more than {most} parts: simplify the logo, or give it as a PNG file.",
                name=name,
                most=_MOST_ELEMENTS,
            )
        )
    if next(root.iter(SVG + "style"), None) is not None:
        _take_style_in(root, name)
    box, width, height = _box(root, name)
    written = etree.Element(SVG + "svg", nsmap={None: SVG[1:-1]})
    written.set("viewBox", " ".join(box))
    written.set("width", str(width))
    written.set("height", str(height))
    for key, value in _attributes(root, name):
        if key in PRESENTATION:
            written.set(key, value)
    _write_children(root, written, name)
    _refuse_expansion(written, name)
    if not any(one.tag.removeprefix(SVG) in _SHAPES for one in written.iter()):
        raise Refused(
            Sentence("{name} draws nothing: save the logo as plain SVG, or give it as a PNG file.", name=name)
        )
    clean: bytes = etree.tostring(written, encoding="UTF-8", xml_declaration=False)
    return clean, width, height


def _parse(data: bytes, name: str) -> etree._Element:
    if len(data) > _MOST_BYTES:
        raise Refused(
            Sentence(
                "{name} is larger than {most} KB: simplify the logo, or give it as a PNG file.",
                name=name,
                most=_MOST_BYTES // 1_000,
            )
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(
            Sentence("{name} is not written in UTF-8: save the logo as plain SVG.", name=name)
        ) from None
    text = _DOCTYPE.sub("", _DECLARATION.sub("", text), count=1)
    if "\0" in text or "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        raise Refused(
            Sentence(
                "{name} declares a document type or entities: save the logo as plain SVG without them.",
                name=name,
            )
        )
    reader = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(text.encode(), reader)
    except (etree.XMLSyntaxError, ValueError):
        raise Refused(
            Sentence("{name} cannot be read: it is not well-formed SVG; save the logo again.", name=name)
        ) from None


def _take_style_in(root: etree._Element, name: str) -> None:
    """Turn the rules of style sheets into attributes: what applies to an element comes to stand on it."""
    for sheet in list(root.iter(SVG + "style")):
        for rule in rules_of(sheet.text or "", name=name):
            for element in root.iter():
                if isinstance(element.tag, str) and rule.applies_to(
                    element.tag.removeprefix(SVG), element.attrib
                ):
                    for key, value in rule.declarations:
                        if key in PRESENTATION:
                            element.set(key, value)
        parent = sheet.getparent()
        if parent is not None:
            parent.remove(sheet)


def _write_children(source: etree._Element, target: etree._Element, name: str) -> None:
    for child in source:
        if not isinstance(child.tag, str):
            # An entity that was not resolved.
            raise Refused(Sentence("{name} refers to an entity: save the logo as plain SVG.", name=name))
        own = child.tag.removeprefix(SVG)
        if own.startswith("{") or own in _NOTHING_DRAWN:
            # What drawing programs keep for themselves: no viewer draws it.
            continue
        if own not in _DRAWN:
            raise Refused(why_not_drawn(own, name=name))
        made = etree.SubElement(target, child.tag)
        for key, value in _attributes(child, name):
            made.set(key, value)
        _write_children(child, made, name)


def _attributes(element: etree._Element, name: str) -> Iterator[tuple[str, str]]:
    """Give the attributes that are kept, those of the style attribute last, as they win in SVG."""
    styled = dict(declarations(element.get("style", ""), name=name))
    for key, value in element.attrib.items():
        if key.lower().startswith("on"):
            raise Refused(Sentence("{name} holds a script: save it as plain SVG.", name=name))
        if key in {"href", _XLINK}:
            yield "href", _inner(value, name)
        elif (key in _GEOMETRY or key in PRESENTATION) and key not in styled:
            yield key, _value(key, value, name)
    for key, value in styled.items():
        if key in PRESENTATION:
            yield key, _value(key, value, name)


def _inner(value: str, name: str) -> str:
    if not value.startswith("#") or not _ID.fullmatch(value[1:]):
        raise Refused(
            Sentence(
                "{name} refers to something outside of itself: save the logo as plain SVG with all it needs.",
                name=name,
            )
        )
    return value


def _value(key: str, value: str, name: str) -> str:
    if "url" in value.lower():
        found = _POINTER.fullmatch(value.strip())
        if key not in _POINTERS or found is None:
            raise Refused(
                Sentence(
                    "{name} refers to something outside of itself: save the logo as plain SVG with all it needs.",
                    name=name,
                )
            )
        return f"url(#{found[1]})"
    if not _PLAIN.fullmatch(value):
        raise Refused(
            Sentence(
                "{name} has a value that a logo may not have (in “{key}”): save it as plain SVG.",
                name=name,
                key=key,
            )
        )
    return value


def _box(root: etree._Element, name: str) -> tuple[tuple[str, ...], int, int]:
    given = _BLANKS.split(root.get("viewBox", "").strip())
    try:
        numbers = [float(one) for one in given] if given != [""] else []
    except ValueError:
        numbers = []
    if len(numbers) != 4:
        width, height = (_NUMBER.fullmatch(root.get(key, "")) for key in ("width", "height"))
        if width is None or height is None:
            raise Refused(
                Sentence("{name} does not say how large it is: save the logo with a viewBox.", name=name)
            )
        given, numbers = ["0", "0", width[1], height[1]], [0.0, 0.0, float(width[1]), float(height[1])]
    wide, tall = numbers[2:]
    if not (0 < wide < 1e6 and 0 < tall < 1e6) or not all(abs(one) < 1e6 for one in numbers):
        raise Refused(
            Sentence("{name} does not say how large it is: save the logo with a viewBox.", name=name)
        )
    refuse_shape(wide, tall, name=name)
    return tuple(given), max(1, round(HEIGHT * wide / tall)), HEIGHT


def refuse_shape(wide: float, tall: float, *, name: str) -> None:
    """Raise Refused for a logo that no letterhead has room for."""
    if wide / tall > _WIDEST or tall / wide > _TALLEST:
        raise Refused(
            Sentence(
                "{name} is too long for a letterhead: at most {widest} times as wide as high, and {tallest} "
                "times as high as wide.",
                name=name,
                widest=_WIDEST,
                tallest=_TALLEST,
            )
        )


def _refuse_expansion(root: etree._Element, name: str) -> None:
    """Refuse a picture that repeats its parts without end, or so often that to draw it takes a machine's whole memory."""
    named = {str(one.get("id")): one for one in root.iter() if one.get("id")}
    known: dict[etree._Element, int] = {}
    open_now: set[etree._Element] = set()

    def size(element: etree._Element) -> int:
        if element in known:
            return known[element]
        if element in open_now or len(open_now) > _DEEPEST:
            raise Refused(
                Sentence(
                    "{name} repeats itself without end: simplify the logo, or give it as a PNG file.",
                    name=name,
                )
            )
        open_now.add(element)
        pointers = [element.get("href", "")] + [element.get(key, "") for key in _POINTERS]
        aims = [
            named.get(one.removeprefix("url(").rstrip(")").removeprefix("#"))
            for one in pointers
            if "#" in one
        ]
        total = 1 + sum(size(child) for child in element) + sum(size(aim) for aim in aims if aim is not None)
        open_now.discard(element)
        known[element] = total
        if total > _MOST_ELEMENTS * 4:
            raise Refused(
                Sentence(
                    "{name} repeats its parts too often: simplify the logo, or give it as a PNG file.",
                    name=name,
                )
            )
        return total

    size(root)
