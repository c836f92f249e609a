"""Compiles a copy into the format that is asked for."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.letter.copy import Copy
from service.letter.document import Document, copy_json, make_document
from service.letter.fit_text import Limit, fit_text
from service.letter.fonts import Fonts, printable_lines
from service.letter.render_docx import render_docx
from service.letter.render_html import render_html
from service.letter.render_pdf import render_pdf
from service.letter.render_text import render_text
from service.letter.volumes import part_into_volumes
from service.letter.windows import Layout

Profile = Literal["mail", "archive"]

_AT_ONCE = 2
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """A copy in one format, and what a coordinator should know of how it came out.

    `volumes` are the files of the names, in their order, where the letter itself cannot hold so many. The notices
    name signatories: show them to coordinators, never log them.
    """

    data: bytes
    media_type: str
    notices: tuple[str, ...] = ()
    volumes: tuple[bytes, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a copy is to be compiled: the PDF's profile, layout and fonts, how much text a form takes, the Word template."""

    profile: Profile
    layout: Layout
    fonts: Fonts
    limit: Limit | None = None
    template: bytes | None = None


Renderer = Callable[[Copy, Manner], Rendering]


def compile_copy(
    copy: Copy,
    *,
    form: str,
    profile: Profile = "mail",
    layout: Layout = "classic",
    fonts: Fonts | None = None,
    limit: Limit | None = None,
    template: bytes | None = None,
) -> Rendering:
    """Compile a copy as "pdf", "docx", "html" (a fragment), "txt" or "json".

    The same copy gives the same bytes. `profile` ("mail" or "archive") and `layout` (where the inside address stands)
    matter to the PDF only. Without `fonts` the system's are used. With a `limit` the text is made to fit a form; a
    `template` (a .docx) is what the Word file looks like where the letter has none of its own, ours without it. Raises
    Refused for an unknown format or profile, for a name that cannot be printed, for a limit where the format is not "txt" or that is too low, and for a
    template that cannot be used; Permanent where the typesetter breaks down.
    """
    if form not in RENDERERS:
        raise Refused(
            Sentence(
                "There is no format “{form}”: choose one of {known}.", form=form, known=", ".join(RENDERERS)
            )
        )
    if profile not in ("mail", "archive"):
        raise Refused(Sentence("There is no profile “{profile}”: choose mail or archive.", profile=profile))
    if limit is not None and form != "txt":
        raise Refused(
            Sentence("Only plain text is made to fit a limit, not {form}: choose the format txt.", form=form)
        )
    manner = Manner(profile=profile, layout=layout, fonts=fonts or Fonts(), limit=limit, template=template)
    return RENDERERS[form](copy, manner)


def file_name(copy: Copy, form: str) -> str:
    """Name the file of a copy; one with names that are not for publication says so."""
    edition = f"edition-{copy.number}" if copy.number else "draft"
    if copy.supplement is not None:
        edition = f"{copy.supplement.kind}-{copy.supplement.ordinal}"
    warning = "-not-for-publication" if copy.names_for_addressee_only else ""
    language = f"-{copy.text.language}" if copy.translation else ""
    return f"{copy.slug}-{edition}-{copy.audience}{language}{warning}.{form}"


def volume_names(copy: Copy, rendering: Rendering) -> tuple[str, ...]:
    """Name the files of a rendering's volumes, in their order."""
    stem = file_name(copy, "pdf").removesuffix(".pdf")
    last = len(rendering.volumes)
    return tuple(f"{stem}-volume-{place}-of-{last}.pdf" for place in range(1, last + 1))


def _pdf(copy: Copy, manner: Manner) -> Rendering:
    lines, notices = printable_lines(copy.lines, manner.fonts)
    # The code stays that of the whole copy, however its names could be printed.
    document = make_document(replace(copy, lines=lines), check_code=copy.check_code)
    letter, volumes = part_into_volumes(document)
    is_archive = manner.profile == "archive"

    def volume(of: Document) -> bytes:
        return render_pdf(of, profile=manner.profile, attachment=b"", fonts=manner.fonts)

    data = render_pdf(
        letter,
        profile=manner.profile,
        attachment=copy_json(copy) if is_archive else b"",
        fonts=manner.fonts,
        layout=manner.layout,
    )
    # Each is set in a process of its own, so two of them need no more than two threads that wait.
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        made = tuple(pool.map(volume, volumes))
    return Rendering(data=data, media_type="application/pdf", notices=notices, volumes=made)


def _docx(copy: Copy, manner: Manner) -> Rendering:
    template = (copy.word.file if copy.word else b"") or manner.template
    return Rendering(data=render_docx(make_document(copy), template=template), media_type=WORD_TYPE)


def _html(copy: Copy, _: Manner) -> Rendering:
    return Rendering(data=render_html(make_document(copy)).encode(), media_type="text/html; charset=utf-8")


def _text(copy: Copy, manner: Manner) -> Rendering:
    document = make_document(copy)
    text = fit_text(document, manner.limit) if manner.limit else render_text(document)
    return Rendering(data=text.encode(), media_type="text/plain; charset=utf-8")


def _json(copy: Copy, _: Manner) -> Rendering:
    return Rendering(data=copy_json(copy), media_type="application/json")


RENDERERS: dict[str, Renderer] = {"pdf": _pdf, "docx": _docx, "html": _html, "txt": _text, "json": _json}
