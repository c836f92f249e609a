"""The mail that brings a letter to an office: what is in it, what is attached, and how large it may be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.delivery.parcel import Document
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.letter.compile import compile_copy, file_name, volume_names
from service.letter.copy import Copy
from service.letter.fonts import Fonts
from service.letter.windows import Layout
from service.mail.envelope import Attachment

MOST_BYTES = 7_000_000
"""So large a mail may be as it is sent where no setting says otherwise: many offices refuse more than 10 MB."""

FOLLOWS_THE_LETTER: Mapping[str, Sentence] = {
    "addendum": Sentence(
        "Please find below, and attached as a PDF, an addendum to our open letter: others have signed it since. Any"
        " answer to this mail reaches us."
    ),
    "correction": Sentence(
        "Please find below, and attached as a PDF, a correction to our open letter. Any answer to this mail reaches us."
    ),
}
"""What goes before an edition that follows the letter, by its kind."""

THE_SETTING = "UNDERSIGNED_LETTER_MAIL_MB"

_PDF_ALONE = ("pdf",)


@dataclass(frozen=True, kw_only=True)
class Making:
    """With what the mail of a letter is made: fonts, the Word template of the house, and how large it may be, by whose word.

    `texts` are its copies in other languages that go along by a way that is handed over as a mail of somebody else.
    A draft that a person sends bears an address of ours at `filing_domain` as its Bcc, and none where that is "".
    """

    fonts: Fonts
    word_template: Path | None = None
    most_bytes: int = MOST_BYTES
    allowed_by: str = THE_SETTING
    texts: Sequence[Copy] = ()
    filing_domain: str = ""


def letter_parts(copy: Copy) -> dict[str, Any]:
    """Give the letter as it stands in the mail itself, as text and as HTML."""
    return {
        "letter_text": compile_copy(copy, form="txt").data.decode(),
        "html_parts": {"letter_html": compile_copy(copy, form="html").data.decode()},
    }


def formats_for(details: dict[str, Any]) -> tuple[str, ...]:
    """Give in which formats an office gets the letter, the first the one that everybody gets."""
    return tuple(details.get("formats") or _PDF_ALONE)


def letter_documents(copy: Copy, making: Making, *, layout: Layout = "classic") -> tuple[Document, ...]:
    """Compile a copy as what is handed to somebody who prints or publishes it: the PDF, then the volumes of its names.

    Raises Refused for a name that cannot be printed, and as compile_copy() does.
    """
    made = compile_copy(copy, form="pdf", layout=layout, fonts=making.fonts)
    names = (file_name(copy, "pdf"), *volume_names(copy, made))
    return tuple(
        Document(name=name, media_type=made.media_type, data=data)
        for name, data in zip(names, (made.data, *made.volumes), strict=True)
    )


def attachments(copy: Copy, formats: Sequence[str], making: Making) -> tuple[Attachment, ...]:
    """Compile what is attached: the PDF, the volumes of its names where there are any, and a Word file where it is wanted.

    Raises Refused where the Word template of the house cannot be read.
    """
    return tuple(made for form in formats for made in _attached(copy, form, making))


def allowed(most: int, sizes: Mapping[str, int]) -> tuple[int, str]:
    """Give how many bytes the mail of a letter may have, and who allows no more: the setting's `most`, or a relay of `sizes` (pure)."""
    return min([(most, THE_SETTING), *((size, relay) for relay, size in sizes.items())])


def too_large(size: int, most: int, *, allowed_by: str = THE_SETTING) -> str:
    """Say in one sentence that a mail is too large and what to do; empty where it is not.

    `allowed_by` is the setting, or the relay that takes no larger one.
    """
    if size <= most:
        return ""
    return Sentence(
        "the mail would have {size} MB, and {most} MB are allowed ({setting}), since many offices refuse more than 10:"
        " attach the PDF alone, or send this copy and its annexes yourself, or have the setting raised if the office takes"
        " so much.",
        size=_megabytes(size),
        most=_megabytes(most),
        setting=allowed_by,
    )


def read_template(template: Path) -> bytes:
    """Read the Word template of the house; raises Refused where that cannot be done."""
    try:
        return template.read_bytes()
    except OSError as error:
        raise Refused(
            Sentence(
                "The Word template {template} cannot be read: {reason}.",
                template=template,
                reason=error.strerror,
            )
        ) from error


def _attached(copy: Copy, form: str, making: Making) -> Iterator[Attachment]:
    template = read_template(making.word_template) if form == "docx" and making.word_template else None
    made = compile_copy(copy, form=form, profile="mail", fonts=making.fonts, template=template)
    names = (file_name(copy, form), *volume_names(copy, made))
    for name, data in zip(names, (made.data, *made.volumes), strict=True):
        yield Attachment(filename=name, media_type=made.media_type, data=data)


def _megabytes(size: int) -> str:
    # Rounded up, so that what is too large never reads as if it were not.
    return f"{-(-size // 100_000) / 10:g}"
