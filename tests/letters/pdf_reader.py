"""Reads a letter's PDF as an assistive reader does: by its tags, each with the text that stands under it.

It leans on pikepdf for the file's syntax and on nothing else, so what it gives does not change with the machine. It knows
what our typesetter writes, no more: fonts with two bytes a glyph and a ToUnicode map, marked content, ActualText.
"""

import io
import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pikepdf

_MAPPED = re.compile(r"<([0-9A-Fa-f]{4})> <((?:[0-9A-Fa-f]{4})+)>")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
# Further apart than a raised figure and its line, in points.
_NEXT_LINE = 7


@dataclass(kw_only=True)
class Tag:
    """An element of the structure tree: its kind, its language where it says one, its text and elements in order."""

    kind: str
    page: int
    language: str = ""
    inside: list["str | Tag"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The whole text under the tag, as one line."""
        return " ".join("".join(self._texts()).split())

    def every(self) -> Iterator["Tag"]:
        """Give the tag and all beneath it, in reading order."""
        yield self
        for each in self.inside:
            if isinstance(each, Tag):
                yield from each.every()

    def _texts(self) -> Iterator[str]:
        for each in self.inside:
            yield each if isinstance(each, str) else each.text


@dataclass(frozen=True, kw_only=True)
class Outlined:
    """A line of the outline: how deep it stands, and what it says."""

    depth: int
    title: str


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A PDF as read: its tags, what each page prints beside them, outline, language, metadata, attachments."""

    root: Tag
    margins: tuple[tuple[str, ...], ...]
    sizes: tuple[tuple[int, int], ...]
    outline: tuple[Outlined, ...]
    language: str
    metadata: Mapping[str, str]
    attachments: Mapping[str, bytes]
    everything: bytes

    @property
    def text(self) -> str:
        """The text under all tags, in reading order."""
        return self.root.text


def read_letter(data: bytes) -> Letter:
    """Read a PDF whole."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        rtl = pdf.Root.get("/ViewerPreferences", pikepdf.Dictionary()).get("/Direction") == "/R2L"
        pages = [_Page(page, rtl=rtl) for page in pdf.pages]
        places = {page.obj.objgen: place for place, page in enumerate(pdf.pages)}
        root = _tag(_only(pdf.Root.StructTreeRoot.K), pages, places, page=0)
        assert isinstance(root, Tag)
        return Letter(
            root=root,
            margins=tuple(tuple(page.beside) for page in pages),
            sizes=tuple((round(float(p.mediabox[2])), round(float(p.mediabox[3]))) for p in pdf.pages),
            outline=tuple(_outline(pdf)),
            language=str(pdf.Root.get("/Lang", "")),
            metadata=_metadata(pdf),
            attachments={name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()},
            everything=_everything(pdf),
        )


class _Page:
    """A page's text by the number of its marked content, and what it prints beside the letter's own text."""

    def __init__(self, page: pikepdf.Page, *, rtl: bool) -> None:
        self._rtl = rtl
        runs: dict[int, list[_Run]] = defaultdict(list)
        beside: dict[int, list[_Run]] = defaultdict(list)
        before: _Run | None = None
        for run in _Stream(page).runs():
            if run.number is None:
                beside[run.artifact].append(run)
                continue
            runs[run.number].append(run)
            if before is not None and before.number != run.number and abs(before.y - run.y) > _NEXT_LINE:
                before.ends_line = True
            before = run
        self.text = {number: self._join(all_) for number, all_ in runs.items()}
        self.beside = [text for all_ in beside.values() if (text := self._join(all_).strip())]

    def _join(self, runs: list["_Run"]) -> str:
        lines: list[list[_Run]] = []
        for run in runs:
            if lines and abs(lines[-1][-1].y - run.y) < _NEXT_LINE:
                lines[-1].append(run)
            else:
                lines.append([run])
        ordered = (sorted(line, key=lambda run: run.x, reverse=self._rtl) for line in lines)
        end = " " if any(run.ends_line for run in runs) else ""
        return " ".join("".join(run.text for run in line) for line in ordered) + end


class _Stream:
    """Walks through a page's drawing and picks up its runs of glyphs, each under the mark that it stands in."""

    def __init__(self, page: pikepdf.Page) -> None:
        self._page = page
        self._fonts = {name: _glyphs(font) for name, font in page.Resources.get("/Font", {}).items()}
        self._font: Mapping[int, str] = {}
        self._matrices = [pikepdf.Matrix()]
        # Of each open mark: its number, or "actual" where it says itself what its glyphs mean.
        self._marks: list[int | str | None] = []
        self._artifact = 0
        self._run: _Run | None = None

    def runs(self) -> Iterator["_Run"]:
        """Give the runs in the order in which they are drawn."""
        for instruction in pikepdf.parse_content_stream(self._page):
            operator = str(instruction.operator)
            if operator == "ET" and self._run is not None:
                yield self._run
            elif operator in {"q", "Q", "cm", "BT"}:
                self._place(operator, instruction.operands)
            elif operator in {"BDC", "BMC", "EMC"}:
                self._mark(operator, instruction.operands)
            elif operator in {"Tf", "Tj", "TJ"}:
                self._show(operator, instruction.operands)

    def _place(self, operator: str, operands: list[pikepdf.Object]) -> None:
        if operator == "q":
            self._matrices.append(self._matrices[-1])
        elif operator == "Q":
            self._matrices.pop()
        elif operator == "cm":
            self._matrices[-1] = pikepdf.Matrix(*(float(each) for each in operands)) @ self._matrices[-1]
        else:
            number = next((mark for mark in reversed(self._marks) if isinstance(mark, int)), None)
            here = self._matrices[-1]
            self._run = _Run(x=here.e, y=here.f, number=number, artifact=self._artifact)

    def _mark(self, operator: str, operands: list[pikepdf.Object]) -> None:
        if operator == "EMC":
            self._marks.pop()
            return
        self._artifact += operands[0] == "/Artifact"
        known = operands[-1] if isinstance(operands[-1], pikepdf.Dictionary) else pikepdf.Dictionary()
        if "/ActualText" in known and self._run is not None:
            self._run.clusters.append(str(known.ActualText))
        self._marks.append("actual" if "/ActualText" in known else known.get("/MCID"))

    def _show(self, operator: str, operands: list[pikepdf.Object]) -> None:
        if operator == "Tf":
            self._font = self._fonts[str(operands[0])]
            return
        if "actual" in self._marks or self._run is None:
            return
        for string in operands[0] if operator == "TJ" else operands:
            if isinstance(string, pikepdf.String):
                raw = bytes(string)
                pairs = (int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2))
                self._run.clusters += [self._font[pair] for pair in pairs]


@dataclass(kw_only=True)
class _Run:
    x: float
    y: float
    number: int | None
    artifact: int
    ends_line: bool = False
    clusters: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The run's text in the order in which it is read; glyphs stand from left to right."""
        letters = [unicodedata.bidirectional(letter) for cluster in self.clusters for letter in cluster]
        backwards = any(letter in _RIGHT_TO_LEFT for letter in letters) and "L" not in letters
        return "".join(reversed(self.clusters) if backwards else self.clusters)


def _glyphs(font: pikepdf.Object) -> dict[int, str]:
    found = {}
    for glyph, text in _MAPPED.findall(font.ToUnicode.read_bytes().decode()):
        found[int(glyph, 16)] = bytes.fromhex(text).decode("utf-16-be")
    # A glyph without text of its own stands inside ActualText.
    return defaultdict(str, found)


def _only(kids: pikepdf.Object) -> pikepdf.Object:
    return kids[0] if isinstance(kids, pikepdf.Array) else kids


def _tag(
    node: pikepdf.Object, pages: list[_Page], places: Mapping[tuple[int, int], int], *, page: int
) -> "str | Tag":
    if isinstance(node, int):
        return pages[page].text.get(int(node), "")
    if "/Pg" in node:
        page = places[node.Pg.objgen]
    if node.get("/Type") == "/MCR":
        return pages[page].text.get(int(node.MCID), "")
    if node.get("/Type") == "/OBJR":
        return ""
    kids = node.get("/K", [])
    inside = [
        _tag(kid, pages, places, page=page) for kid in (kids if isinstance(kids, pikepdf.Array) else [kids])
    ]
    # An element begins where its first content stands.
    first = next((each.page for each in inside if isinstance(each, Tag)), page)
    return Tag(
        kind=str(node.S).lstrip("/"),
        page=page if "/Pg" in node else first,
        language=str(node.get("/Lang", "")),
        inside=inside,
    )


def _outline(pdf: pikepdf.Pdf) -> Iterator[Outlined]:
    def lines(items: list[pikepdf.OutlineItem], depth: int) -> Iterator[Outlined]:
        for item in items:
            yield Outlined(depth=depth, title=item.title)
            yield from lines(item.children, depth + 1)

    with pdf.open_outline() as outline:
        yield from lines(outline.root, 0)


def _metadata(pdf: pikepdf.Pdf) -> dict[str, str]:
    with pdf.open_metadata() as metadata:
        return {key: str(value) for key, value in metadata.items()}


def _everything(pdf: pikepdf.Pdf) -> bytes:
    """Give every byte of the file that says something: streams as they are meant, strings as UTF-8."""
    streams = (thing.read_bytes() for thing in pdf.objects if isinstance(thing, pikepdf.Stream))
    return b"\n".join(itertools.chain(streams, _strings(pdf)))


def _strings(pdf: pikepdf.Pdf) -> Iterator[bytes]:
    open_ = list(pdf.objects)
    while open_:
        thing = open_.pop()
        if isinstance(thing, pikepdf.String):
            yield str(thing).encode(errors="replace")
        elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            yield from (str(key).encode() for key in thing)
            open_ += [value for value in thing.values() if _is_direct(value)]
        elif isinstance(thing, pikepdf.Array):
            open_ += [value for value in thing if _is_direct(value)]


def _is_direct(value: object) -> bool:
    return isinstance(value, pikepdf.Object) and not value.is_indirect
