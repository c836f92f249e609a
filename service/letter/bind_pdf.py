"""Binds several PDFs into one that is printed: each on sheets of its own, each page fitted to the paper."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from service.letter.render_pdf import Limits, typeset

_POINTS = {"us-letter": (612, 792), "a4": (595.276, 841.89)}
# Bound again, the same files give the same bytes: a print has no date of its own.
_NO_DATE = 0


@dataclass(frozen=True, kw_only=True)
class Part:
    """A PDF to be bound, and how many pages it has."""

    data: bytes
    pages: int


def bind_pdfs(
    parts: Sequence[Part], *, paper: str, double_sided: bool, limits: Limits | None = None
) -> bytes:
    """Bind PDFs on "us-letter" or "a4", in their order; what has that size already is printed as it stands.

    With `double_sided` an empty page is put where a part would begin on the back of a sheet. Links and tags of the parts
    are lost: it is for paper alone. Raises as render_pdf() does.
    """
    width, height = _POINTS[paper]
    names = [f"part-{place}.pdf" for place in range(len(parts))]
    words = {
        "width": width,
        "height": height,
        "double": double_sided,
        "parts": [{"file": name, "pages": one.pages} for name, one in zip(names, parts, strict=True)],
    }
    job = {
        "inputs": {"bound": json.dumps(words)},
        "profile": "print",
        "densities": ["0"],
        "timestamp": _NO_DATE,
    }
    return typeset(
        job,
        files=(),
        limits=limits or Limits(),
        templates=("letter/bound.typ",),
        beside=dict(zip(names, (one.data for one in parts), strict=True)),
    )
