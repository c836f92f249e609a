"""What the styles and lists of a Word file make of a paragraph: a title, a heading, a quotation, an item of a list."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.letter.word_opening import Element, child, each, value_of

_DEEPEST = 20


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a paragraph is; `heading` counts from 1, `list_id` is "" outside lists."""

    is_title: bool = False
    heading: int | None = None
    is_quote: bool = False
    list_id: str = ""
    level: int = 0


@dataclass(frozen=True, kw_only=True)
class Shapes:
    """The styles and lists of one file."""

    styles: Mapping[str, Element]
    lists: Mapping[tuple[str, int], tuple[bool, int]]

    def of_paragraph(self, paragraph: Element) -> Shape:
        """Tell what a paragraph is, by its own marks first, then by its style and those that it is based on."""
        own = child(paragraph, "pPr")
        style = child(own, "pStyle") if own is not None else None
        chain = self._chain(value_of(style) if style is not None else "")
        names = [value_of(found).casefold() for one in chain if (found := child(one, "name")) is not None]
        marks = [own, *(child(one, "pPr") for one in chain)]
        list_id, level = _list_of([one for one in marks if one is not None])
        return Shape(
            is_title=names[:1] == ["title"],
            heading=_heading(names, [one for one in marks if one is not None]),
            is_quote=any(name in {"quote", "intense quote", "block text"} for name in names),
            list_id=list_id if (list_id, level) in self.lists else "",
            level=level,
        )

    def is_numbered(self, list_id: str, level: int) -> bool:
        """Tell whether a list has numbers at a level, or bullets."""
        return self.lists.get((list_id, level), (False, 1))[0]

    def first(self, list_id: str, level: int) -> int:
        """Give the number with which a list begins at a level."""
        return self.lists.get((list_id, level), (False, 1))[1]

    def _chain(self, style_id: str) -> list[Element]:
        chain: list[Element] = []
        while style_id in self.styles and len(chain) < _DEEPEST:
            chain.append(self.styles[style_id])
            based = child(chain[-1], "basedOn")
            style_id = value_of(based) if based is not None else ""
        return chain


def shapes_of(styles: Element | None, numbering: Element | None) -> Shapes:
    """Read the styles and lists of a file."""
    kinds = {value_of(one, "abstractNumId"): one for one in each(numbering, "abstractNum")}
    lists: dict[tuple[str, int], tuple[bool, int]] = {}
    for one in each(numbering, "num"):
        kind = child(one, "abstractNumId")
        for level in each(kinds.get(value_of(kind)) if kind is not None else None, "lvl"):
            shape, start = child(level, "numFmt"), child(level, "start")
            numbered = shape is not None and value_of(shape) not in {"bullet", "none", ""}
            first = _number(value_of(start)) if start is not None else 1
            lists[value_of(one, "numId"), _number(value_of(level, "ilvl"))] = (numbered, first)
    return Shapes(styles={value_of(one, "styleId"): one for one in each(styles, "style")}, lists=lists)


def _list_of(marks: list[Element]) -> tuple[str, int]:
    for one in marks:
        found = child(one, "numPr")
        if found is None:
            continue
        number, level = child(found, "numId"), child(found, "ilvl")
        list_id = value_of(number) if number is not None else ""
        if list_id:
            return ("" if list_id == "0" else list_id), _number(value_of(level)) if level is not None else 0
    return "", 0


def _heading(names: list[str], marks: list[Element]) -> int | None:
    for name in names:
        word, _, number = name.partition(" ")
        if word == "heading" and number.isdigit():
            return _number(number)
    for one in marks:
        outline = child(one, "outlineLvl")
        if outline is not None and _number(value_of(outline)) < 9:
            return _number(value_of(outline)) + 1
    return None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
