"""The comment as regulations.gov takes it: its words fitted, its fields, the files beside it (pure)."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.delivery.parcel import Document
from service.foundation.canonical import canonical
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.letter import document as letter
from service.letter.fit_text import Limit, fit_text

LONGEST_COMMENT = 5_000
LONGEST_ORGANIZATION = 120
LONGEST_EMAIL = 100
MOST_FILES = 20
# "10 MB" is not said more exactly, so the smaller of its two meanings is kept to.
LARGEST_FILE = 10_000_000
COMMENT_NAME = "comment.json"
COMMENT_TYPE = "application/vnd.api+json"

USER_NOTICE = "https://www.regulations.gov/user-notice"
PRIVACY_NOTICE = "https://www.regulations.gov/privacy-notice"


@dataclass(frozen=True, kw_only=True)
class Comment:
    """One comment of one organization on one document of regulations.gov.

    `document` is its id there, such as "FDA-2009-N-0501-0012". `organization_type` and `category` are the agency's own
    words; `category` may be "". `items` says how many submissions the files carry, 0 where that is not to be said. `email`
    is where regulations.gov sends its own receipt, or "". `files` begin with the letter. `certified` says that a coordinator
    has certified what the terms of participation ask, `is_open` whether the document was open for comment when it was asked
    for, None where nobody has asked.
    """

    document: str
    text: str
    organization: str
    organization_type: str
    files: Sequence[Document]
    category: str = ""
    items: int = 0
    email: str = ""
    certified: bool = False
    is_open: bool | None = None


def write_text(document: letter.Document, *, file: str) -> str:
    """Write the letter as the text of a comment; where it is too long, its last line names what is left out and the `file`.

    A comment is published. Raises Refused for a copy with names that may not be, and where not even the least of it fits.
    """
    if document.not_for_publication:
        raise Refused(
            Sentence(
                "A comment is published: make it of the copy that holds only names that may be published."
            )
        )
    # Never more characters than bytes, so what keeps to the one keeps to both.
    return fit_text(document, Limit(most=LONGEST_COMMENT, unit="bytes", whole_at=file))


def as_sent(text: str) -> str:
    """Give a text as it is sent, which is how it is counted: Unicode NFC, line ends as LF."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def document_page(document: str) -> str:
    """Give the address of the document that a comment is about, which the terms of participation want shown."""
    return f"https://www.regulations.gov/document/{document}"


def make_documents(comment: Comment) -> tuple[Document, ...]:
    """Give what is frozen and goes out: the files, the letter first, and the comment's fields as JSON.

    The same comment gives the same bytes. The address for a receipt is not among them: it is no part of what is published.
    """
    told: dict[str, object] = {
        "commentOnDocumentId": comment.document,
        "comment": comment.text,
        "submissionType": "API",
        # The document of the interface says "Organization", its prose "ORGANIZATION"; the prose is newer.
        "submitterType": "ORGANIZATION",
        "organization": comment.organization,
        "organizationType": comment.organization_type,
    }
    if comment.category:
        told["category"] = comment.category
    if comment.items:
        told["numItemsReceived"] = comment.items
    return (*comment.files, Document(name=COMMENT_NAME, media_type=COMMENT_TYPE, data=canonical(told)))


def part_documents(documents: Sequence[Document]) -> tuple[Mapping[str, object] | None, tuple[Document, ...]]:
    """Part what make_documents gave into the comment's fields, None where there are none, and the files."""
    found = [one for one in documents if (one.name, one.media_type) == (COMMENT_NAME, COMMENT_TYPE)]
    files = tuple(one for one in documents if one not in found)
    return (json.loads(found[0].data) if found else None), files
