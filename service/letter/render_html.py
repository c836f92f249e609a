"""The letter as an HTML fragment, for a page or a mail."""

from service.letter.document import Document
from service.templating import render

_GROUP = 8


def render_html(document: Document) -> str:
    """Write a document as one `<article>`: semantic, nothing external, no script, no style of its own.

    Every word of a person stands in `<bdi>` or in an element of its own with `dir`; the page around it brings
    the style sheet.
    """
    code = document.check_code
    groups = [code[place : place + _GROUP] for place in range(0, len(code), _GROUP)]
    return render("letter/letter.html", letter=document, check_code=" ".join(groups))
