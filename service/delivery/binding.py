"""Binds what goes in one envelope into one document for a printer."""

from collections.abc import Sequence
from typing import Protocol

from service.delivery.parcel import Document
from service.letter.annex_file import check_annex
from service.letter.bind_pdf import Part, bind_pdfs


class Binder(Protocol):
    """Binds PDFs into one, on "us-letter" or "a4"; may raise what the typesetter raises."""

    def __call__(self, documents: Sequence[Document], *, paper: str, double_sided: bool) -> Document:
        """Give them as one document."""
        ...


def bind(documents: Sequence[Document], *, paper: str, double_sided: bool) -> Document:
    """Bind PDFs in their order, each on sheets of its own and fitted to the paper; the same give the same bytes."""
    parts = [Part(data=one.data, pages=check_annex(one.data, name=one.name)) for one in documents]
    data = bind_pdfs(parts, paper=paper, double_sided=double_sided)
    return Document(name=documents[0].name, media_type="application/pdf", data=data)
