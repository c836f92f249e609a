"""What regulations.gov asks of a comment, and what of one comment does not fit it (pure)."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

from service.delivery.channels.regulations.comment import (
    LARGEST_FILE,
    LONGEST_COMMENT,
    LONGEST_EMAIL,
    LONGEST_ORGANIZATION,
    MOST_FILES,
    Comment,
    as_sent,
)
from service.delivery.channels.regulations.emoji import find_doubtful, find_emoji
from service.delivery.rules import Finding, Rule
from service.foundation.sentence import Sentence

_CHECKED = date(2026, 11, 27)
_API = "Regulations.gov API v4, Post Comment API Validation"
_COMMON = f"{_API}, Common Validations for all comments"
_ORGANIZATION = f"{_API}, Organization Comment Validations"
_FORM = "Regulations.gov, frequently asked questions, attachments (as the American Hospital Association quotes them)"
_DOCUMENT_ID = re.compile(r"[A-Za-z0-9_]+(-[A-Za-z0-9_]+)+")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,199}")
_MEGABYTE = 1_000_000

DOCUMENT = Rule(
    id="document",
    says=Sentence("A comment is about one document, which is named by its number at regulations.gov."),
    source=_COMMON,
    checked=_CHECKED,
)
OPEN = Rule(
    id="open",
    says=Sentence("A comment is taken while its document is open for comment."),
    source="Regulations.gov API v4, OpenAPI specification, DocumentDetail: openForComment, allowLateComments",
    checked=_CHECKED,
)
TEXT = Rule(id="text", says=Sentence("A comment has words of its own."), source=_COMMON, checked=_CHECKED)
LENGTH = Rule(
    id="length",
    says=Sentence("A comment has at most 5,000 characters and at most 5,000 bytes."),
    source=_COMMON,
    checked=_CHECKED,
)
EMOJI = Rule(
    id="no-emoji", says=Sentence("Nothing in a comment is an emoji."), source=_COMMON, checked=_CHECKED
)
ORGANIZATION = Rule(
    id="organization",
    says=Sentence("An organization's comment names the organization, in at most 120 characters and bytes."),
    source=_ORGANIZATION,
    checked=_CHECKED,
)
KIND = Rule(
    id="organization-type",
    says=Sentence("An organization's comment says of which type it is, in the agency's own words."),
    source=_ORGANIZATION,
    checked=_CHECKED,
)
EMAIL = Rule(
    id="receipt",
    says=Sentence("The address that gets a receipt has at most 100 characters and bytes."),
    source=_COMMON,
    checked=_CHECKED,
)
FILES = Rule(
    id="files",
    says=Sentence("At most 20 files go along, each of at most 10 MB."),
    source=_FORM,
    checked=_CHECKED,
)
NAMES = Rule(
    id="file-names",
    says=Sentence("Each file has a name of its own, for a comment knows its files by their names."),
    source="Regulations.gov API v4, Posting a comment with attachment",
    checked=_CHECKED,
)
TERMS = Rule(
    id="terms",
    says=Sentence(
        "Who holds the key certifies that the comment comes from real persons and was gathered by lawful means, and shows"
        " them the user notice, the privacy notice and the document."
    ),
    source="Regulations.gov API v4, Terms of Participation, 1 and 2",
    checked=_CHECKED,
)
ONCE = Rule(
    id="one-comment",
    says=Sentence("A coalition submits one comment: the same words sent again are pooled."),
    source="Regulations.gov API v4, Posting multiple submissions in a single comment",
    checked=_CHECKED,
)
RULES: tuple[Rule, ...] = (
    DOCUMENT, OPEN, TEXT, LENGTH, EMOJI, ORGANIZATION, KIND, EMAIL, FILES, NAMES, TERMS, ONCE,
)  # fmt: skip


def examine(comment: Comment) -> tuple[Finding, ...]:
    """Give what of a comment does not fit, in the order of the rules; nothing where it can go."""
    return (
        *_document(comment),
        *_open(comment),
        *_text(comment),
        *_emoji(comment),
        *_organization(comment),
        *_email(comment),
        *_files(comment),
        *_terms(comment),
    )


def _document(comment: Comment) -> Iterator[Finding]:
    if not comment.document:
        yield Finding(
            rule=DOCUMENT, found=Sentence("No document is named."), instead=Sentence("Name it by its number.")
        )
    elif not _DOCUMENT_ID.fullmatch(comment.document):
        yield Finding(
            rule=DOCUMENT,
            found=Sentence("“{number}” is no number of a document.", number=comment.document),
            instead=Sentence("Copy it from the document's page, such as FDA-2009-N-0501-0012."),
        )


def _open(comment: Comment) -> Iterator[Finding]:
    if comment.is_open is False:
        yield Finding(
            rule=OPEN,
            found=Sentence("The document is not open for comment."),
            instead=Sentence("Write to the agency itself."),
        )
    elif comment.is_open is None:
        yield Finding(
            rule=OPEN,
            found=Sentence("Nobody has asked whether the document is open for comment."),
            forbids=False,
            instead=Sentence("Look at its page at regulations.gov."),
        )


def _text(comment: Comment) -> Iterator[Finding]:
    if not comment.text.strip():
        yield Finding(rule=TEXT, found=Sentence("The comment is empty."))
    if _is_longer(comment.text, LONGEST_COMMENT):
        yield Finding(
            rule=LENGTH,
            found=Sentence(
                "The comment has {characters} characters and {bytes} bytes.",
                characters=f"{len(as_sent(comment.text)):,}",
                bytes=f"{len(as_sent(comment.text).encode()):,}",
            ),
            instead=Sentence("Say it shorter; the whole letter goes along as a file."),
        )


def _emoji(comment: Comment) -> Iterator[Finding]:
    # The address cannot hold one, and the agency's own words are not ours to check.
    for text in (comment.text, comment.organization):
        if found := find_emoji(text):
            yield Finding(
                rule=EMOJI,
                found=Sentence("It holds {signs}.", signs=_named(found)),
                instead=Sentence("Write it in words."),
            )
        if doubtful := find_doubtful(text):
            yield Finding(
                rule=EMOJI,
                found=Sentence("It holds {signs}, which may pass for an emoji.", signs=_named(doubtful)),
                forbids=False,
                instead=Sentence("Write it in words, to be sure."),
            )


def _organization(comment: Comment) -> Iterator[Finding]:
    if not comment.organization.strip():
        yield Finding(rule=ORGANIZATION, found=Sentence("No organization is named."))
    if _is_longer(comment.organization, LONGEST_ORGANIZATION):
        yield Finding(
            rule=ORGANIZATION,
            found=Sentence(
                "The name has {characters} characters and {bytes} bytes.",
                characters=len(as_sent(comment.organization)),
                bytes=len(as_sent(comment.organization).encode()),
            ),
            instead=Sentence("Give its short name; the letter has the full one."),
        )
    if not comment.organization_type.strip():
        yield Finding(rule=KIND, found=Sentence("No type of organization is chosen."))


def _email(comment: Comment) -> Iterator[Finding]:
    if _is_longer(comment.email, LONGEST_EMAIL):
        yield Finding(
            rule=EMAIL,
            found=Sentence("The address has {bytes} bytes.", bytes=len(comment.email.encode())),
            instead=Sentence("Give a shorter one, or none: the tracking number is the receipt."),
        )


def _files(comment: Comment) -> Iterator[Finding]:
    if len(comment.files) > MOST_FILES:
        yield Finding(
            rule=FILES,
            found=Sentence("{n} file would go along.", "{n} files would go along.", n=len(comment.files)),
            instead=Sentence("Join annexes into one file."),
        )
    for file in comment.files:
        if len(file.data) > LARGEST_FILE:
            size = f"{len(file.data) / _MEGABYTE:.1f}"
            yield Finding(rule=FILES, found=Sentence("{file} has {size} MB.", file=file.name, size=size))
        if not file.data:
            yield Finding(rule=FILES, found=Sentence("{file} is empty.", file=file.name))
        if not _PLAIN_NAME.fullmatch(file.name):
            yield Finding(
                rule=NAMES,
                found=Sentence("“{file}” is no plain name for a file.", file=file.name),
                instead=Sentence("Use Latin letters, digits, dots and dashes."),
            )
    for name, times in Counter(file.name.casefold() for file in comment.files).items():
        if times > 1:
            yield Finding(
                rule=NAMES,
                found=Sentence(
                    "{n} file is called “{file}”.", "{n} files are called “{file}”.", n=times, file=name
                ),
            )


def _terms(comment: Comment) -> Iterator[Finding]:
    if not comment.certified:
        yield Finding(
            rule=TERMS,
            found=Sentence("Nobody has certified it for this comment."),
            instead=Sentence("Read the terms of participation, then certify it."),
        )


def _is_longer(text: str, most: int) -> bool:
    sent = as_sent(text)
    return len(sent) > most or len(sent.encode()) > most


def _named(characters: tuple[str, ...]) -> str:
    return ", ".join(f"{one} (U+{ord(one):04X})" for one in characters)
