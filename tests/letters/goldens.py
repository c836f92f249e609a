"""The twelve letters as text and structure; `python -m tests.letters.goldens` writes them, and their pages as pictures.

A golden file says what a letter is to its reader: pages, paper, language, outline, and every tag with its text. Fonts,
places on the page and bytes are left out, so that a change of the layout shows only where it changes what is read.
"""

import json
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


def describe_html(data: bytes, copy: Copy) -> str:
    """Give the fragment, its check code left out."""
    return _without_code(data.decode(), copy)


def describe_json(data: bytes, copy: Copy) -> str:
    """Give the record as one reads it, a line for each value."""
    return _without_code(json.dumps(json.loads(data), ensure_ascii=False, indent=1), copy) + "\n"


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


# A form, the end of its files' names, who describes it, and whether it is kept of every letter or of three.
FORMS = {
    "mail": ("pdf.txt", describe_pdf, True),
    "txt": ("txt", describe_text, True),
    "html": ("html", describe_html, False),
    "json": ("json", describe_json, False),
}
IN_EVERY_FORM = ("withheld", "chinese", "several-addressees")


def kept() -> Iterator[tuple[str, str]]:
    """Give each letter and form of which a golden file is kept."""
    for name in TWELVE:
        yield from ((name, form) for form, (_, _, of_all) in FORMS.items() if of_all or name in IN_EVERY_FORM)


def golden_file(name: str, form: str) -> Path:
    """Give the file in which a letter is kept in a form."""
    return HERE / f"{name}.{FORMS[form][0]}"


def main() -> None:
    """Write all golden files, and the pages of each letter as PNG under build/letters where pdftoppm is installed."""
    HERE.mkdir(exist_ok=True)
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, form in kept():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        copy = TWELVE[name].copy
        data = compile_copy(copy, form="pdf" if form == "mail" else form).data
        golden_file(name, form).write_text(FORMS[form][1](data, copy))
        if form != "mail":
            continue
        (PICTURES / f"{name}.pdf").write_bytes(data)
        if painter := shutil.which("pdftoppm"):
            subprocess.run(
                [painter, "-r", "60", "-png", str(PICTURES / f"{name}.pdf"), str(PICTURES / name)], check=True
            )


if __name__ == "__main__":
    main()
