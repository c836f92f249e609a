"""What changed between two texts, passage by passage and word by word (pure)."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import groupby, zip_longest
from typing import Literal

Kind = Literal["same", "removed", "added"]

# Below this share of words in common two paragraphs are two paragraphs, not one that was changed.
_ALIKE = 0.4
# Comparing costs the product of two lengths; beyond this a passage is shown as replaced as a whole.
_MOST_PAIRS = 1_000_000
_MOST_PARAGRAPH_PAIRS = 40_000
# Scripts that put no spaces between words: there each letter is a word of its own.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # kana
    (0x3400, 0x9FFF),  # Han
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_JOINERS = "\u200c\u200d"
_INSIDE_WORDS = "'’-"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of a text, such as its body, in its paragraphs; `name` and `language` say which one it is."""

    name: str
    language: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Words in a row that stayed, left or came."""

    kind: Kind
    text: str


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A paragraph that is not what it was.

    `number` counts the part's paragraphs from 1, in the new text, or in the old one for a removed one; it is 0 where
    the part has one only.
    """

    part: str
    language: str
    kind: Literal["changed", "removed", "added"]
    number: int
    stretches: tuple[Stretch, ...] = field(repr=False)


def difference(old: Sequence[Part], new: Sequence[Part]) -> tuple[Passage, ...]:
    """Give every passage that differs, in the order of the new text; nothing at all for equal texts.

    Of each passage the stretches that are not added make the old paragraph, those that are not removed the new one,
    to the last character.
    """
    before = {(part.language, part.name): part for part in old}
    after = {(part.language, part.name): part for part in new}
    found: list[Passage] = []
    for place in dict.fromkeys((*after, *before)):
        was, now = before.get(place), after.get(place)
        found += _passages(was.paragraphs if was else (), now.paragraphs if now else (), place)
    return tuple(found)


def words_changed(old: str, new: str) -> tuple[Stretch, ...]:
    """Compare two paragraphs word by word."""
    was, now = _words(old), _words(new)
    if len(was) * len(now) > _MOST_PAIRS:
        return _replaced(old, new)
    stretches: list[Stretch] = []
    for tag, i, j, k, m in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag == "equal":
            stretches.append(Stretch(kind="same", text="".join(was[i:j])))
        else:
            stretches += _replaced("".join(was[i:j]), "".join(now[k:m]))
    return _smooth(stretches)


def _passages(old: Sequence[str], new: Sequence[str], place: tuple[str, str]) -> Iterator[Passage]:
    language, name = place
    several = max(len(old), len(new)) > 1
    for i, j in _pairs(old, new):
        if i is not None and j is not None:
            if old[i] == new[j]:
                continue
            kind: Literal["changed", "removed", "added"] = "changed"
            stretches = words_changed(old[i], new[j])
        elif j is not None:
            kind, stretches = "added", (Stretch(kind="added", text=new[j]),)
        else:
            assert i is not None
            kind, stretches = "removed", (Stretch(kind="removed", text=old[i]),)
        number = (j if j is not None else i or 0) + 1
        yield Passage(
            part=name, language=language, kind=kind, number=number if several else 0, stretches=stretches
        )


def _pairs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """Pair each old paragraph with the new one that it became; None stands beside one that has no other."""
    if len(old) == len(new) == 1 or len(old) * len(new) > _MOST_PAIRS:
        # What there is one of, a title say, is always called changed; of what is too much to compare, each in its place.
        yield from zip_longest(range(len(old)), range(len(new)))
        return
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from zip(range(i, j), range(k, m), strict=True)
        else:
            yield from _alike(old, new, range(i, j), range(k, m))


def _alike(
    old: Sequence[str], new: Sequence[str], mine: range, theirs: range
) -> Iterator[tuple[int | None, int | None]]:
    """Pair those that have most words in common, without crossing; the rest left or came."""
    if len(mine) * len(theirs) > _MOST_PARAGRAPH_PAIRS:
        yield from ((i, None) for i in mine)
        yield from ((None, j) for j in theirs)
        return
    bags = {("old", i): _bag(old[i]) for i in mine} | {("new", j): _bag(new[j]) for j in theirs}
    rows, columns = len(mine), len(theirs)
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    likeness = [[_likeness(bags["old", i], bags["new", j]) for j in theirs] for i in mine]
    for a in range(rows - 1, -1, -1):
        for b in range(columns - 1, -1, -1):
            paired = best[a + 1][b + 1] + likeness[a][b] if likeness[a][b] >= _ALIKE else 0.0
            best[a][b] = max(paired, best[a + 1][b], best[a][b + 1])
    a = b = 0
    while a < rows and b < columns:
        if likeness[a][b] >= _ALIKE and best[a][b] == best[a + 1][b + 1] + likeness[a][b]:
            yield mine[a], theirs[b]
            a, b = a + 1, b + 1
        elif best[a][b] == best[a + 1][b]:
            yield mine[a], None
            a += 1
        else:
            yield None, theirs[b]
            b += 1
    yield from ((mine[rest], None) for rest in range(a, rows))
    yield from ((None, theirs[rest]) for rest in range(b, columns))


def _bag(text: str) -> Counter[str]:
    return Counter(word for word in _words(text) if not word.isspace())


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    everything = one.total() + other.total()
    return 2 * (one & other).total() / everything if everything else 1.0


def _replaced(old: str, new: str) -> tuple[Stretch, ...]:
    both = (Stretch(kind="removed", text=old), Stretch(kind="added", text=new))
    return tuple(stretch for stretch in both if stretch.text)


def _smooth(stretches: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """Let changes that only a space or a mark parts be one change: a reader sees sentences, not crumbs."""
    last = len(stretches) - 1
    settled: list[Stretch] = []
    for place, stretch in enumerate(stretches):
        is_crumb = stretch.kind == "same" and not any(c.isalnum() for c in stretch.text)
        if is_crumb and 0 < place < last:
            settled += _both_ways(stretch.text)
        else:
            settled.append(stretch)
    smooth: list[Stretch] = []
    for is_same, run in groupby(settled, key=lambda stretch: stretch.kind == "same"):
        together = list(run)
        if is_same:
            smooth.append(Stretch(kind="same", text="".join(one.text for one in together)))
        else:
            left, came = (
                "".join(one.text for one in together if one.kind == kind) for kind in ("removed", "added")
            )
            smooth += _replaced(left, came)
    return tuple(_space_behind(smooth))


def _space_behind(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Let a word that came or left bring the space behind it, not the one before it: it reads as a word then."""
    settled = list(stretches)
    for place in range(1, len(settled) - 1):
        before, change, after = settled[place - 1 : place + 2]
        is_alone = before.kind == after.kind == "same" != change.kind
        space = change.text[: len(change.text) - len(change.text.lstrip())]
        if is_alone and space and len(after.text) > len(space) and after.text.startswith(space):
            settled[place - 1] = Stretch(kind="same", text=before.text + space)
            settled[place] = Stretch(kind=change.kind, text=change.text[len(space) :] + space)
            settled[place + 1] = Stretch(kind="same", text=after.text[len(space) :])
    return settled


def _both_ways(text: str) -> tuple[Stretch, Stretch]:
    return Stretch(kind="removed", text=text), Stretch(kind="added", text=text)


def _words(text: str) -> list[str]:
    """Cut a text into words, runs of space and single marks; joined together they are the text again."""
    words: list[str] = []
    kinds: list[str] = []
    for place, character in enumerate(text):
        kind = _kind_at(text, place)
        # An accent, vowel sign or joiner belongs to the letter before it, whatever that is.
        belongs = kind == "mark" or (kind in {"word", "space"} and kinds[-1:] == [kind])
        if words and belongs:
            words[-1] += character
        else:
            words.append(character)
            kinds.append("word" if kind == "mark" else kind)
    return words


def _kind_at(text: str, place: int) -> str:
    character = text[place]
    if character.isspace():
        return "space"
    category = unicodedata.category(character)
    if category.startswith("M") or character in _JOINERS:
        return "mark"
    if character.isalnum():
        code = ord(character)
        unspaced = any(first <= code <= last for first, last in _UNSPACED)
        return "letter" if unspaced else "word"
    is_inside = 0 < place < len(text) - 1 and text[place - 1].isalnum() and text[place + 1].isalnum()
    return "word" if character in _INSIDE_WORDS and is_inside else "other"
