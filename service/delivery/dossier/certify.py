"""Put the certificate of an edition together from what was gathered of it (pure)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.delivery.dossier.bag import PAYLOAD, safe_name
from service.delivery.dossier.certificate import Certificate, Seals
from service.delivery.dossier.contents import Folders, proofs_of, sending_told, told_of
from service.delivery.dossier.kept import SendingKept
from service.delivery.parcel import Document
from service.delivery.to_members import MemberCount
from service.i18n.languages import mail_language
from service.letter.copy import Copy
from service.letter.edition import Edition as Letter
from service.model.campaign import Campaign
from service.model.edition import Edition


@dataclass(frozen=True, kw_only=True, repr=False)
class Found:
    """What was gathered of an edition: its copies, its sendings, messages to Members in numbers, and the documents in their folders."""

    campaign: Campaign
    edition: Edition
    letter: Letter
    copies: Sequence[Copy]
    sendings: Sequence[SendingKept]
    members: Sequence[MemberCount]
    folders: Folders
    head: str
    now: datetime


def copy_folder(copy: Copy) -> str:
    """Give the folder of a copy of the letter; one in another language has its own."""
    return f"letter/{copy.audience}-{copy.text.language}" if copy.translation else f"letter/{copy.audience}"


def sending_folder(place: int, kept: SendingKept) -> str:
    """Give the folder of a sending, counted from 1."""
    return f"sendings/{place:02}-{safe_name(kept.seen.channel)}"


def by_path(folder: str, folders: Folders) -> Mapping[str, Document]:
    """Give the documents of a folder by their paths in the bag."""
    return {f"{PAYLOAD}/{folder}/{safe_name(one.name)}": one for one in folders[folder]}


def records_of(copies: Sequence[Copy], folders: Folders) -> Mapping[str, Copy]:
    """Give the copies by the paths of their records, whose SHA-256 are their check codes."""
    return {
        path: copy
        for copy in copies
        for path, document in by_path(copy_folder(copy), folders).items()
        if document.media_type == "application/json"
    }


def certify(found: Found) -> Certificate:
    """Put the certificate together; nobody seals it yet."""
    # The full copy where there is one: that is the letter as it was sent.
    first, edition = found.copies[0], found.edition
    assert edition.released_at is not None
    return Certificate(
        language=mail_language(reader="", letter=found.campaign.language),
        slug=found.campaign.slug,
        title=first.fill(first.text.title),
        coalition=first.coalition,
        edition=edition.number,
        kind=edition.kind.value,
        fingerprint=edition.fingerprint,
        revision=found.letter.revision,
        revision_sha256=found.letter.revision_sha256,
        organizations=first.numbers.organizations,
        individuals=first.numbers.individuals,
        frozen_at=edition.frozen_at,
        released_at=edition.released_at,
        made_at=found.now,
        letters=[
            told_of(path, document)
            for copy in found.copies
            for path, document in by_path(copy_folder(copy), found.folders).items()
            if document.media_type == "application/pdf"
        ],
        sendings=[sending_told(kept, files) for kept, files in _sendings(found)],
        members=found.members,
        proofs=tuple(_proofs(found)),
        head=found.head,
        seals=Seals(),
    )


def _sendings(found: Found) -> Iterator[tuple[SendingKept, Mapping[str, Document]]]:
    for place, kept in enumerate(found.sendings, start=1):
        yield kept, by_path(sending_folder(place, kept), found.folders)


def _proofs(found: Found) -> Iterator[tuple[str, str]]:
    for path, copy in records_of(found.copies, found.folders).items():
        yield path, copy.check_code
    annexes = by_path("annexes", found.folders)
    for path, annex in zip(annexes, found.copies[0].annexes, strict=True):
        yield path, annex.sha256
    for kept, files in _sendings(found):
        yield from proofs_of(kept, files)
