"""The statement: a short paper for a body that counts words, with a title, who submits it, numbered paragraphs and notes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.letter.copy import Copy
from service.letter.document import plain_blocks
from service.letter.headed import Headed
from service.letter.markdown import Block, Blocks, Run, read_markdown


@dataclass(frozen=True, kw_only=True)
class Statement(Headed):
    """A statement in the order in which it is read.

    `front` are the lines between title and text. With `has_title_note` the first of the `notes` belongs to the title, and the
    text refers to the others. Each paragraph of the `body` that stands in no list and no quotation is numbered.
    """

    front: tuple[str, ...]
    body: Blocks
    notes: tuple[Blocks, ...]
    has_title_note: bool = False


@dataclass(frozen=True, kw_only=True)
class WordCount:
    """How many words each part has, as word processors count: whatever stands between blanks."""

    title: int
    front: int
    text: int
    notes: int

    @property
    def limited(self) -> int:
        """What a limit that counts notes is about: the text and all notes, that of the title too."""
        return self.text + self.notes

    @property
    def whole(self) -> int:
        """What a word processor says of the whole file."""
        return self.limited + self.title + self.front


def markdown_of(copy: Copy) -> str:
    """Give a letter's text for a statement as one Markdown text: its asks as a list, without salutation and closing."""
    text = copy.text
    asks = (f"{place}. {_indented(ask, place)}" for place, ask in enumerate(text.asks, start=1))
    parts = (text.body, text.asks_intro, "\n".join(asks), text.ending)
    return copy.fill("\n\n".join(part for part in parts if part))


def make_statement(markdown: str, head: Headed, *, front: Sequence[str], title_note: str = "") -> Statement:
    """Lay out a statement: its text is CommonMark with notes, its `title_note` plain words that become its first note.

    Raises Refused for a text without any paragraph, and for one that holds what has no place in a text.
    """
    written = read_markdown([markdown], fill=lambda text: text)
    (body,) = written.parts
    if not any(block.kind == "paragraph" for block in body):
        raise Refused(Sentence("The statement has no paragraph that could be numbered."))
    first: tuple[Blocks, ...] = ((Block(kind="paragraph", runs=(Run(kind="text", text=title_note),)),),)
    shift = 1 if title_note else 0
    return Statement(
        language=head.language,
        direction=head.direction,
        coalition=head.coalition,
        day=head.day,
        title=head.title,
        front=tuple(front),
        body=tuple(_shifted(block, shift) for block in body),
        notes=(*(first if title_note else ()), *written.notes),
        has_title_note=bool(title_note),
    )


def count_words(statement: Statement) -> WordCount:
    """Count the words of a statement, part by part."""
    return WordCount(
        title=_count(statement.title),
        front=sum(map(_count, statement.front)),
        text=_count(plain_blocks(statement.body)),
        notes=sum(_count(plain_blocks(note)) for note in statement.notes),
    )


def is_numbered(block: Block) -> bool:
    """Tell whether a block of the body gets a number of its own."""
    return block.kind == "paragraph"


def without_emphasis(blocks: Sequence[Block]) -> Blocks:
    """Give blocks with nothing bold and nothing in italics."""
    return tuple(
        replace(block, runs=_plain(block.runs), items=tuple(map(without_emphasis, block.items)))
        for block in blocks
    )


def _indented(ask: str, place: int) -> str:
    return ask.replace("\n", "\n" + " " * len(f"{place}. "))


def _shifted(block: Block, by: int) -> Block:
    """Make room for the title's note: it is the first, so those of the text come after it."""
    return replace(
        block,
        runs=tuple(_shifted_run(run, by) for run in block.runs),
        items=tuple(tuple(_shifted(one, by) for one in item) for item in block.items),
    )


def _shifted_run(run: Run, by: int) -> Run:
    number = run.number + by if run.kind == "note" else run.number
    return replace(run, number=number, runs=tuple(_shifted_run(one, by) for one in run.runs))


def _count(text: str) -> int:
    return len(text.split())


def _plain(runs: Sequence[Run]) -> tuple[Run, ...]:
    found: list[Run] = []
    for run in runs:
        inner = _plain(run.runs)
        if run.kind in {"emphasis", "strong"}:
            found.extend(inner)
        else:
            found.append(replace(run, runs=inner))
    return tuple(found)
