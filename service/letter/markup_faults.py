"""Finds in the Markdown of a draft what will not be in the letter as it was meant: links, pictures, HTML, deep nesting."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from service.foundation.sentence import Sentence
from service.letter.markdown import LINKS, line_too_deep

# These are set as they stand; all other parts of a text are Markdown.
_BARE = frozenset({"title", "subtitle", "re", "salutation", "closing"})
# No bracket stands inside: else each of many beginnings would look as far as the end of the line.
_PICTURE = re.compile(r"(?<!\\)!\[[^\[\]\n]*\](?=[(\[])")
_LINK = re.compile(r"(?<![\\!])\[(?!\^)(?:[^\[\]\\\n]|\\.)*\]\([ ]*<?([^)\s>]*)")
_REFERENCE = re.compile(r"^ {0,3}\[(?!\^)[^\]\n]+\]:[ ]*<?([^\s>]+)", re.MULTILINE)
_BARE_LINK = re.compile(r"(?<!\\)<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*)>")
_TAG = re.compile(r"(?<!\\)<(?:!--|/?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>\n]*)?/?>)")
# Placeholders stay what they are: a closing bracket is a mark behind a number only.
_MARKS = re.compile(r"([\\`*_>\[\]#+\-.!<]|(?<=\d)\))")


def is_marked(part: str) -> bool:
    """Tell whether a part of a text, by its name, is read as Markdown."""
    return part not in _BARE


def markup_faults(text: str) -> Iterator[tuple[int, Sentence]]:
    """Give the place and the sentence of everything in a Markdown text that the letter will not have as it was meant."""
    for match in (*_LINK.finditer(text), *_REFERENCE.finditer(text), *_BARE_LINK.finditer(text)):
        if _scheme(match[1]) not in LINKS:
            yield (
                match.start(),
                Sentence(
                    "“{target}” will be no link: begin it with https://, http:// or mailto:.",
                    target=match[1],
                ),
            )
    for match in _PICTURE.finditer(text):
        yield (
            match.start(),
            Sentence("A letter's text holds no picture: take it out, or enclose it as an annex."),
        )
    for match in _TAG.finditer(text):
        yield (
            match.start(),
            Sentence("“{written}” will be printed as it stands: a letter knows no HTML.", written=match[0]),
        )
    line = line_too_deep(text)
    if line is not None:
        place = sum(len(one) + 1 for one in text.split("\n")[:line])
        yield (
            place,
            Sentence(
                "The text is nested too deeply here: use fewer lists, quotations or emphases within one another."
            ),
        )


def without_depth(text: str) -> str:
    """Write a Markdown text that nests too deeply as the plain words it is, so that a draft can be looked at all the same."""
    if line_too_deep(text) is None:
        return text
    return "\n".join(_MARKS.sub(r"\\\1", line.lstrip()) for line in text.split("\n"))


def _scheme(target: str) -> str:
    try:
        return urlsplit(target).scheme.lower()
    except ValueError:
        return ""
