"""A letter's Markdown, read once into blocks and runs that have no format."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import Literal
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.footnote import footnote_plugin

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

# A line between two parts of the letter. Private-use characters cannot be written into a text (foundation/written.py).
_BETWEEN = "\ue000\ue001\ue000"
# Eight lists within one another. Deeper, the reader would leave text out without a word (its own limit is 20).
_DEEPEST = 16
LINKS = frozenset({"http", "https", "mailto"})
# Notes number through the whole letter, so all parts are read as one. No HTML, no pictures, no code: it is a letter.
_READER = (
    MarkdownIt("commonmark", {"html": False})
    .disable(["html_block", "html_inline", "code", "fence", "backticks", "image", "lheading"])
    .use(footnote_plugin)
)


@dataclass(frozen=True, kw_only=True)
class Run:
    """A stretch of text of one kind: `text` of a text, `runs` inside the others, `number` of a note."""

    kind: Literal["text", "emphasis", "strong", "link", "note", "break"]
    text: str = ""
    runs: tuple["Run", ...] = ()
    target: str = ""
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block: `runs` of a paragraph or heading, `items` of a list or (one) of a quotation.

    `level` is a heading's, 2 to 4; `start` is the number of a list's first item, or -1 for bullets.
    """

    kind: Literal["paragraph", "heading", "list", "quote", "rule"]
    runs: tuple[Run, ...] = ()
    items: tuple[tuple["Block", ...], ...] = ()
    level: int = 0
    start: int = -1


Blocks = tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class Written:
    """The parts of a text, in their order, and the notes that all of them refer to, the first being note 1."""

    parts: tuple[Blocks, ...]
    notes: tuple[Blocks, ...]


def read_markdown(parts: Sequence[str], *, fill: Callable[[str], str]) -> Written:
    """Read the parts of one letter: CommonMark with notes, `fill` called on each stretch of text.

    What `fill` puts in stays text, whatever it looks like. Links other than http, https and mailto become
    their text. Raises Refused where a part holds a character that has no place in a text or nests too deeply.
    """
    if any(mark in part for mark in _BETWEEN for part in parts):
        raise Refused(
            Sentence("The text holds a character that cannot be shown (U+E000 or U+E001): remove it.")
        )
    source = f"\n\n{_BETWEEN}\n\n".join(parts)
    tree = _tree(source)
    reading = _Reading(fill)
    found: list[list[Block]] = [[]]
    notes: tuple[Blocks, ...] = ()
    for node in tree.children:
        if node.type == "footnote_block":
            notes = tuple(reading.blocks(note.children) for note in node.children)
        elif _is_between(node):
            found.append([])
            reading.level = 1
        else:
            found[-1].extend(reading.blocks([node]))
    return Written(parts=tuple(map(tuple, found)), notes=notes)


def line_too_deep(source: str) -> int | None:
    """Give the line, counted from 0, at which a part nests more deeply than read_markdown() takes; None where none does."""
    line = 0
    for token in _READER.parse(source, {}):
        line = token.map[0] if token.map else line
        if any(one.level >= _DEEPEST for one in (token, *(token.children or ()))):
            return line
    return None


@lru_cache(maxsize=64)
def _tree(source: str) -> SyntaxTreeNode:
    """Parse a text; each view of a letter reads the same one, and nobody changes its tree."""
    tokens = _READER.parse(source, {})
    inline = (child for token in tokens for child in token.children or ())
    if any(token.level >= _DEEPEST for token in chain(tokens, inline)):
        raise Refused(
            Sentence(
                "The text is nested too deeply: use fewer lists, quotations or emphases within one another."
            )
        )
    return SyntaxTreeNode(tokens)


def _is_between(node: SyntaxTreeNode) -> bool:
    return node.type == "paragraph" and node.children[0].content == _BETWEEN


class _Reading:
    """Turns a tree of markdown-it into ours, and remembers the last heading: levels must not skip."""

    def __init__(self, fill: Callable[[str], str]) -> None:
        self.fill = fill
        self.level = 1

    def blocks(self, nodes: Sequence[SyntaxTreeNode]) -> Blocks:
        return tuple(block for node in nodes if (block := self._block(node)) is not None)

    def _block(self, node: SyntaxTreeNode) -> Block | None:
        if node.type == "paragraph":
            return Block(kind="paragraph", runs=self._line(node))
        if node.type == "heading":
            # The title is the one heading of level 1; below it no level may be left out (PDF/UA-1, 7.4.2).
            self.level = min(max(int(node.tag[1:]), 2), self.level + 1, 4)
            return Block(kind="heading", level=self.level, runs=self._line(node))
        if node.type in {"bullet_list", "ordered_list"}:
            first = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else -1
            return Block(
                kind="list", start=first, items=tuple(self.blocks(item.children) for item in node.children)
            )
        if node.type == "blockquote":
            return Block(kind="quote", items=(self.blocks(node.children),))
        return Block(kind="rule") if node.type == "hr" else None

    def _line(self, node: SyntaxTreeNode) -> tuple[Run, ...]:
        return self._filled(tuple(run for inline in node.children for run in self._runs(inline.children)))

    def _runs(self, nodes: Sequence[SyntaxTreeNode]) -> tuple[Run, ...]:
        runs: list[Run] = []
        for node in nodes:
            for run in self._run(node):
                if run.kind == "text" and runs and runs[-1].kind == "text":
                    runs[-1] = Run(kind="text", text=runs[-1].text + run.text)
                else:
                    runs.append(run)
        return tuple(run for run in runs if run.kind != "text" or run.text)

    def _filled(self, runs: tuple[Run, ...]) -> tuple[Run, ...]:
        # Last of all and once only, or what was put in could be filled again.
        return tuple(replace(run, text=self.fill(run.text), runs=self._filled(run.runs)) for run in runs)

    def _run(self, node: SyntaxTreeNode) -> tuple[Run, ...]:
        match node.type:
            case "softbreak":
                return (Run(kind="text", text=" "),)
            case "hardbreak":
                return (Run(kind="break"),)
            case "em":
                return (Run(kind="emphasis", runs=self._runs(node.children)),)
            case "strong":
                return (Run(kind="strong", runs=self._runs(node.children)),)
            case "link":
                return self._link(node)
            case "footnote_ref":
                return (Run(kind="note", number=int(node.meta["id"]) + 1),)
            case "footnote_anchor":
                return ()
            case _:
                return (Run(kind="text", text=node.content),)

    def _link(self, node: SyntaxTreeNode) -> tuple[Run, ...]:
        target = str(node.attrs.get("href", ""))
        inside = self._runs(node.children)
        if urlsplit(target).scheme.lower() in LINKS and inside:
            return (Run(kind="link", runs=inside, target=target),)
        return inside
