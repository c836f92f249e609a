"""The document that a comment is about, as regulations.gov tells of it, and whether it is open at all (pure)."""

from dataclasses import dataclass

from service.delivery.channels.regulations.answers import read_json


@dataclass(frozen=True, kw_only=True)
class Commented:
    """A document of an agency; `ends` is when comments end as it is written there (ISO 8601), or ""."""

    number: str
    title: str
    is_open: bool
    ends: str


def read_document(body: bytes, *, number: str) -> Commented | None:
    """Read a document (GET /documents/{id}); None where the answer is about another one, or does not say whether it is open.

    One that the agency takes late comments on is open.
    """
    data = read_json(body).get("data")
    attributes = data.get("attributes") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(attributes, dict) or data.get("id") != number:
        return None
    told = attributes.get("openForComment")
    if not isinstance(told, bool):
        return None
    return Commented(
        number=number,
        title=str(attributes.get("title") or ""),
        is_open=told or attributes.get("allowLateComments") is True,
        ends=str(attributes.get("commentEndDate") or ""),
    )
