"""What goes into a dossier: the letter as it was sent in every form, its sendings with all that is kept of them, and the log."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.delivery.annexes import annexes_of
from service.delivery.answers.replies import replies_of, reply_file
from service.delivery.copies import letter_today
from service.delivery.dossier.certificate import Fact, File, RungTold, SendingTold, file_of, write_utc
from service.delivery.dossier.exchanges import EXCHANGES, exchanges_document
from service.delivery.dossier.kept import MailKept, SendingKept
from service.delivery.issue import general_copies
from service.delivery.ladder import StepSeen
from service.delivery.letter_mail import Making
from service.delivery.parcel import Document
from service.delivery.posted import posted
from service.delivery.registry import POSTED
from service.foundation.canonical import canonical
from service.foundation.sentence import Sentence
from service.letter.annex_file import count_pages
from service.letter.compile import RENDERERS, Profile, compile_copy, file_name, volume_names
from service.letter.copy import Copy
from service.letter.edition import Edition as Letter
from service.model.campaign import Campaign
from service.model.edition import Edition
from service.model.states import GONE_OUT, DeliveryState
from service.signing.translated import in_language_or_none
from service.store.keyring import Keyring

_JSON = "application/json"
_MAIL = "message/rfc822"
_JPEG = "image/jpeg"
_PDF = "application/pdf"
_LOG = "application/jsonl"
_RECORD = "sending.json"
_LEFT = GONE_OUT | {DeliveryState.UNCERTAIN}
_NOT_IN_IT = (
    "The edition's whole record names also those who are never to be named, and is not part of a dossier: the copies"
    " hold it as far as they may. Only the service that sent the letter can make the fingerprint again."
)
_MESSAGE_ID = Sentence("Message-ID")
_RELAY = Sentence("Our relay, which took it")
_TLS = Sentence("Encrypted on the way to the relay")
_REPLY = Sentence("The relay's answer")
_QUEUE = Sentence("The relay's number for it")
_GIVEN = Sentence("Given to the relay")
_RECEIPT = Sentence("The office's own number for it")
_SHA256 = Sentence("SHA-256 of the mail, written down before it left")

Folders = dict[str, list[Document]]


def letter_copies(
    session: Session, keyring: Keyring, campaign: Campaign, edition: Edition, frozen: Letter
) -> tuple[Copy, ...]:
    """Give the copies of an edition that its dossier holds: the full one as it was sent, the public one, then both in other languages.

    A public copy that is made now names nobody who has left since.
    """
    file, today = open_file(session, keyring, campaign), letter_today(session, keyring, campaign, edition)
    copies = list[Copy]()
    for language in ("", *(one.language for one in frozen.other_texts)):
        pair = (in_language_or_none(letter, file, language) for letter in (frozen, today))
        for letter, audience in zip(pair, ("full", "public"), strict=True):
            copies += [copy for copy in general_copies(letter) if copy.audience == audience] if letter else []
    return tuple(copies)


def letter_documents(copy: Copy, making: Making) -> Iterator[Document]:
    """Compile a copy in every form there is, the PDF as an archive, with the volumes of its names where it has any."""
    template = making.word_template.read_bytes() if making.word_template else None
    for form in RENDERERS:
        look, profile = (template if form == "docx" else None), _profile(form)
        made = compile_copy(copy, form=form, profile=profile, fonts=making.fonts, template=look)
        names = (file_name(copy, form), *volume_names(copy, made))
        for name, data in zip(names, (made.data, *made.volumes), strict=True):
            yield Document(name=name, media_type=made.media_type, data=data)


def annex_documents(session: Session, keyring: Keyring, campaign: Campaign, copy: Copy) -> Sequence[Document]:
    """Give the annexes of a letter, byte for byte as they were signed."""
    return [
        Document(name=one.filename, media_type=one.media_type, data=one.data)
        for one in annexes_of(session, keyring, campaign, copy)
    ]


def sending_documents(kept: SendingKept, making: Making) -> Iterator[Document]:
    """Give what is kept of a sending; of one that may have left, the copy that it carried and its mails as well."""
    yield Document(name=_RECORD, media_type=_JSON, data=canonical(_record(kept)))
    if kept.copy is not None and _may_have_left(kept.seen.steps):
        yield from _carried(kept, kept.copy, making)
        yield from kept.made
    for number, mail in enumerate(kept.mails, start=1):
        if mail.data is not None:
            yield Document(name=f"message-{number}.eml", media_type=_MAIL, data=mail.data)
    if kept.exchanges:
        yield exchanges_document(kept.seen.channel, kept.exchanges)
    for number, receipt in enumerate(kept.certified, start=1):
        yield Document(name=_receipt_name(number), media_type=_MAIL, data=receipt.data)
    for number, picture in enumerate(kept.pictures, start=1):
        yield Document(name=f"picture-{number}.jpg", media_type=_JPEG, data=picture)


def sending_told(kept: SendingKept, files: Mapping[str, Document]) -> SendingTold:
    """Say of a sending what the certificate says of it; `files` are its documents by their paths in the bag."""
    seen = kept.seen
    return SendingTold(
        office=seen.office,
        channel=seen.channel,
        copy=seen.copy_kind,
        check_code=seen.check_code,
        state=seen.state,
        word=seen.ladder.word,
        rungs=[
            RungTold(rung=rung.state.value, word=rung.word, at=rung.at, known=rung.evidence)
            for rung in seen.ladder.rungs
            if rung.at is not None
        ],
        facts=[
            *_receipt(kept),
            *(fact for number, mail in enumerate(kept.mails, start=1) for fact in _facts(number, mail)),
        ],
        files=[
            told_of(path, document)
            for path, document in files.items()
            if document.media_type in {_PDF, _MAIL, _JPEG}
        ],
    )


def told_of(path: str, document: Document) -> File:
    """Describe a document for the certificate, the pages of a PDF counted."""
    pages = count_pages(document.data) if document.media_type == _PDF else 0
    return file_of(path, document.data, pages=pages)


def proofs_of(kept: SendingKept, files: Mapping[str, Document]) -> Iterator[tuple[str, str]]:
    """Give the files whose SHA-256 was kept before there was a dossier: the copy by its check code, mails and receipts by theirs."""
    mails = {f"message-{number}.eml": mail.sha256 for number, mail in enumerate(kept.mails, start=1)}
    mails |= {_receipt_name(number): one.sha256 for number, one in enumerate(kept.certified, start=1)}
    for path, document in files.items():
        name = path.rpartition("/")[2]
        if name in mails:
            yield path, mails[name]
        elif document.media_type == _JSON and name not in {_RECORD, EXCHANGES}:
            yield path, kept.seen.check_code


def edition_record(campaign: Campaign, edition: Edition, letter: Letter, copies: Mapping[str, Copy]) -> bytes:
    """Tell of an edition what anybody may know of it; `copies` are the dossier's by the paths of their records."""
    released = edition.released_at
    return canonical(
        {
            "record": "undersigned-dossier-edition-1",
            "letter": campaign.slug,
            "coalition": letter.coalition,
            "number": edition.number,
            "kind": edition.kind.value,
            "fingerprint": edition.fingerprint,
            "of_the_fingerprint": _NOT_IN_IT,
            "language": letter.text.language,
            "date": letter.date.isoformat(),
            "revision": letter.revision,
            "revision_sha256": letter.revision_sha256,
            "frozen_at": edition.frozen_at.astimezone(UTC).isoformat(),
            "released_at": released.astimezone(UTC).isoformat() if released else None,
            "solo": campaign.solo,
            "copies": [
                {
                    "copy": copy.audience,
                    **(
                        {"language": copy.text.language, "text": copy.translation} if copy.translation else {}
                    ),
                    "check_code": copy.check_code,
                    "file": path,
                }
                for path, copy in copies.items()
            ],
            "annexes": [
                {"title": one.title, "sha256": one.sha256, "pages": one.pages} for one in letter.annexes
            ],
        }
    )


def log_document(sendings: Sequence[SendingKept]) -> Document:
    """Give every step of every sending with its evidence, one line of JSON each, in the order in which they were made."""
    steps = [
        (step.at, place, {"office": kept.seen.office, "channel": kept.seen.channel, **_step(step)})
        for place, kept in enumerate(sendings, start=1)
        for step in kept.seen.steps
    ]
    steps.sort(key=lambda one: one[:2])
    lines = (canonical({"sending": place, **said}) + b"\n" for _, place, said in steps)
    return Document(name="log.jsonl", media_type=_LOG, data=b"".join(lines))


def answer_folders(
    session: Session, keyring: Keyring, campaign: Campaign
) -> Iterator[tuple[str, Sequence[Document]]]:
    """Give what the offices have answered, each answer in a folder of its own, the first one first."""
    keys = keyring.of(session, campaign.id)
    for place, reply in enumerate(reversed(replies_of(session, keys)), start=1):
        told = {"office": reply.office, "came_on": reply.came_on.isoformat(), "text": reply.text}
        documents = [Document(name="answer.json", media_type=_JSON, data=canonical(told))]
        if reply.file_name:
            name, data = reply_file(session, keys, reply.id)
            documents.append(Document(name=name, media_type="application/octet-stream", data=data))
        yield f"answers/{place:02}", documents


def _carried(kept: SendingKept, copy: Copy, making: Making) -> Iterator[Document]:
    """Compile a copy as it went: on paper the office's address stands behind an envelope's window."""
    record = compile_copy(copy, form="json", fonts=making.fonts)
    yield Document(name=file_name(copy, "json"), media_type=record.media_type, data=record.data)
    if kept.seen.channel in POSTED:
        yield from posted(copy, kept.details, making).documents
        return
    made = compile_copy(copy, form="pdf", fonts=making.fonts)
    yield Document(name=file_name(copy, "pdf"), media_type=made.media_type, data=made.data)


def _profile(form: str) -> Profile:
    return "archive" if form == "pdf" else "mail"


def _receipt_name(number: int) -> str:
    return f"receipt-{number}.eml"


def _may_have_left(steps: Sequence[StepSeen]) -> bool:
    return any(step.became == state.value for step in steps for state in _LEFT)


def _record(kept: SendingKept) -> dict[str, Any]:
    seen = kept.seen
    return {
        "id": seen.id,
        "office": seen.office,
        "channel": seen.channel,
        "copy": seen.copy_kind,
        "check_code": seen.check_code,
        "copy_can_be_made_again": kept.copy is not None,
        "state": seen.state.value,
        "receipt": kept.receipt,
        "steps": [_step(step) for step in seen.steps],
        "mails": [_mail(mail) for mail in kept.mails],
    }


def _mail(mail: MailKept) -> dict[str, Any]:
    return {
        "message_id": mail.message_id,
        "sha256": mail.sha256,
        "made_again_to_the_byte": mail.data is not None,
        "state": mail.state,
        "relay": mail.relay,
        "tls": mail.tls,
        "reply": mail.reply,
        "queue_id": mail.queue_id,
        "submitted_at": mail.submitted_at.astimezone(UTC).isoformat() if mail.submitted_at else None,
        "events": [_step(event) for event in mail.events],
    }


def _step(step: StepSeen) -> dict[str, Any]:
    return {
        "at": step.at.astimezone(UTC).isoformat(),
        "was": step.was,
        "became": step.became,
        "evidence": step.evidence,
    }


def _receipt(kept: SendingKept) -> Iterator[Fact]:
    if kept.receipt:
        yield Fact(code="receipt", what=_RECEIPT, says=kept.receipt)


def _facts(number: int, mail: MailKept) -> Iterator[Fact]:
    given = write_utc(mail.submitted_at) if mail.submitted_at else ""
    for code, what, says in (
        ("message_id", _MESSAGE_ID, mail.message_id),
        ("given_at", _GIVEN, given),
        ("relay", _RELAY, mail.relay),
        ("tls", _TLS, mail.tls),
        ("reply", _REPLY, mail.reply),
        ("queue_id", _QUEUE, mail.queue_id),
        ("sha256", _SHA256, mail.sha256),
    ):
        if says:
            yield Fact(code=f"mail-{number}.{code}", what=what, says=says)
