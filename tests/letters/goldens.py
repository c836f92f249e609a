"""The twelve letters as text and structure; `python -m tests.letters.goldens` writes them, and their pages as pictures.

A golden file says what a letter is to its reader: pages, paper, language, outline, and every tag with its text. Fonts,
places on the page and bytes are left out, so that a change of the layout shows only where it changes what is read.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from service.letter.compile import compile_copy
from service.letter.copy import Copy
from tests.letters.pdf_reader import Letter, Tag, read_letter
from tests.letters.twelve import TWELVE

HERE = Path(__file__).resolve().parent / "golden"
PICTURES = Path(__file__).resolve().parents[2] / "build" / "letters"

_INLINE = {"Em", "Strong", "Link", "Span", "Note", "Lbl", "Reference", "Code", "Quote"}
_SILENT = {"Span"}
_GROUP = 8
# Invisible, and not in the same place for every version of the typesetter.
_ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))


def describe_pdf(data: bytes, copy: Copy) -> str:
    """Say what a PDF is to its reader, a line for each thing."""
    text = "\n".join(_lines(read_letter(data))) + "\n"
    return _without_code(text.translate(_ISOLATES), copy)


def describe_text(data: bytes, copy: Copy) -> str:
    """Give the plain text, its check code left out."""
    return _without_code(data.decode(), copy)


def _without_code(text: str, copy: Copy) -> str:
    # It changes with every field that a record gains, and is proved elsewhere.
    code = copy.check_code
    groups = [code[place : place + _GROUP] for place in range(0, len(code), _GROUP)]
    shown = "<check code>" if " ".join(groups) in text else "<CHECK CODE>"
    broken = "\n".join([" ".join(groups[:-1]), groups[-1]])
    return text.replace(" ".join(groups), shown).replace(broken, shown).replace(code, shown)


def _lines(letter: Letter) -> Iterator[str]:
    width, height = letter.sizes[0]
    yield f"pages: {len(letter.sizes)} of {width} by {height} points"
    yield f"language: {letter.language}"
    for name, value in sorted(letter.metadata.items()):
        short = name.rpartition("}")[2]
        if short in {"title", "creator", "CreateDate", "part", "conformance"}:
            yield f"metadata {name}: {value}"
    yield f"attached: {', '.join(letter.attachments) or 'nothing'}"
    for item in letter.outline:
        yield f"outline: {'  ' * item.depth}{item.title}"
    yield from (
        f"beside page {page}: {text}" for page, texts in enumerate(letter.margins, 1) for text in texts
    )
    page = -1
    for tag_page, line in _tag_lines(letter.root, 0):
        if tag_page > page:
            page = tag_page
            yield f"======== page {page + 1}"
        yield line.rstrip()


def _tag_lines(tag: Tag, depth: int) -> Iterator[tuple[int, str]]:
    start = "  " * depth + tag.kind + (f" ({tag.language})" if tag.language else "")
    blocks = [each for each in tag.inside if isinstance(each, Tag) and each.kind not in _INLINE]
    only = _only_paragraph(tag)
    if only is not None:
        yield only.page, f"{start} {_said(tag.inside[0])} | {_inline(only)}"
    elif not blocks:
        yield tag.page, f"{start}: {_inline(tag)}"
    else:
        yield -1, start
        for each in tag.inside:
            if isinstance(each, Tag):
                yield from _tag_lines(each, depth + 1)
            elif each.strip():
                yield tag.page, "  " * (depth + 1) + each


def _only_paragraph(tag: Tag) -> Tag | None:
    """Find the one paragraph of a list's item, which then stands on one line with its mark."""
    if tag.kind != "LI" or len(tag.inside) != 2:
        return None
    body = tag.inside[1]
    if not isinstance(body, Tag) or len(body.inside) != 1 or not isinstance(body.inside[0], Tag):
        return None
    return body.inside[0] if body.inside[0].kind == "P" else None


def _said(part: str | Tag) -> str:
    return part if isinstance(part, str) else part.text


def _inline(tag: Tag) -> str:
    parts = [each if isinstance(each, str) else _marked(each) for each in tag.inside]
    return " ".join("".join(parts).split())


def _marked(tag: Tag) -> str:
    return _inline(tag) if tag.kind in _SILENT else f"[{tag.kind} {_inline(tag)}]"


def main() -> None:
    """Write all golden files, and the pages of each letter as PNG under build/letters where pdftoppm is installed."""
    HERE.mkdir(exist_ok=True)
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or TWELVE:
        copy = TWELVE[name].copy
        data = compile_copy(copy, form="pdf").data
        (HERE / f"{name}.pdf.txt").write_text(describe_pdf(data, copy))
        (HERE / f"{name}.txt").write_text(describe_text(compile_copy(copy, form="txt").data, copy))
        (PICTURES / f"{name}.pdf").write_bytes(data)
        if painter := shutil.which("pdftoppm"):
            subprocess.run(
                [painter, "-r", "60", "-png", str(PICTURES / f"{name}.pdf"), str(PICTURES / name)], check=True
            )


if __name__ == "__main__":
    main()
