"""The letter as an HTML fragment, for a page or a mail."""

from dataclasses import dataclass

from service.i18n.languages import ENGLISH
from service.letter.document import Document, Entry
from service.templating import render

_GROUP = 8


@dataclass(frozen=True, kw_only=True)
class Beside:
    """The addresses of the logos' pictures and of the annexes' files, in their order; empty where they are not at hand."""

    logos: tuple[str, ...] = ()
    annexes: tuple[str, ...] = ()


def render_html(
    document: Document,
    *,
    mark: Entry | None = None,
    mark_words: str = "",
    language: str = ENGLISH.tag,
    beside: Beside | None = None,
) -> str:
    """Write a document as one `<article>`: semantic, nothing external, no script, no style of its own.

    Every word of a person stands in `<bdi>` or in an element of its own with `dir`; the page around it brings
    the style sheet. The first entry that equals `mark` is marked as its reader's own, with `mark_words` for those
    who do not see it, said in `language`; it has the id "your-line". Logos are shown, and annexes
    linked, only where `beside` says where their files are.
    """
    code = document.check_code
    groups = [code[place : place + _GROUP] for place in range(0, len(code), _GROUP)]
    return render(
        "letter/letter.html",
        language=language,
        letter=document,
        check_code=" ".join(groups),
        mark=mark,
        mark_words=mark_words,
        beside=beside or Beside(),
    )
