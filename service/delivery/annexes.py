"""The annexes of a letter on their way: attached to its mails, named in the evidence, told by their bytes."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from service.campaigns.access import is_public
from service.campaigns.enclosures import annex_bytes, letters_with_annex
from service.campaigns.queries import WITHOUT_ITS_ROLL
from service.letter.copy import Copy
from service.letter.enclosed import annex_file_name
from service.mail.envelope import Attachment
from service.model.campaign import Campaign
from service.model.edition import Edition, EditionKind
from service.model.issued_copy import IssuedCopy
from service.model.letter_revision import LetterRevision
from service.model.recipient import Audience
from service.store.keyring import Keyring
from service.store.sealed import open_record

_PDF = "application/pdf"


@dataclass(frozen=True, kw_only=True)
class FoundAnnex:
    """An annex of an edition that was released: which one, counted from 1, and of which letter."""

    place: int
    annex_title: str
    sha256: str
    edition: int
    title: str
    coalition: str
    language: str
    slug: str


def annexes_of(session: Session, keyring: Keyring, campaign: Campaign, copy: Copy) -> tuple[Attachment, ...]:
    """Give the annexes of a copy as attachments, in their order, byte for byte as they were signed."""
    return tuple(
        Attachment(
            filename=annex_file_name(copy.slug, place),
            media_type=_PDF,
            data=annex_bytes(session, keyring, campaign.id, annex),
        )
        for place, annex in enumerate(copy.annexes, start=1)
    )


def annex_evidence(copy: Copy) -> Iterator[str]:
    """Say of each annex which it is, for the evidence of a sending."""
    for place, annex in enumerate(copy.annexes, start=1):
        yield f"with annex {place}, SHA-256 {annex.sha256}"


def find_annex(session: Session, keyring: Keyring, data: bytes, *, anybody_asks: bool) -> FoundAnnex | None:
    """Tell whether a file is an annex of a released edition, the earliest that has it; None where it is not.

    An annex may be a document that everybody has: where `anybody_asks`, only published letters are told, or a guess at
    what is enclosed with another, and whether that has left, could be tested.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    for campaign in letters_with_annex(session, keyring, sha256, only_published=anybody_asks):
        for edition in _released(session, campaign):
            # What was signed names the annexes, and no roll has to be opened for a stranger.
            revision = session.get_one(LetterRevision, edition.revision_id)
            signed = open_record(keyring.of(session, campaign.id), revision, "content")["annexes"]
            for place, annex in enumerate(signed, start=1):
                if annex["sha256"] == sha256:
                    return _tell(session, keyring, campaign, edition, place, annex)
    return None


def _released(session: Session, campaign: Campaign) -> Sequence[Edition]:
    found = select(Edition).where(
        Edition.campaign_id == campaign.id,
        Edition.kind == EditionKind.LETTER,
        col(Edition.released_at).is_not(None),
        col(Edition.voided_at).is_(None),
    )
    return session.exec(found.order_by(col(Edition.number)).options(WITHOUT_ITS_ROLL)).all()


def _tell(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    edition: Edition,
    place: int,
    annex: Mapping[str, str],
) -> FoundAnnex:
    # The public copy is kept at every release, with the few words that an answer needs.
    issued = select(IssuedCopy).where(
        IssuedCopy.edition_id == edition.id, IssuedCopy.audience == Audience.PUBLIC
    )
    copy = session.exec(issued.order_by(col(IssuedCopy.id)).limit(1)).one()
    details = open_record(keyring.of(session, campaign.id), copy, "details")
    return FoundAnnex(
        place=place,
        annex_title=annex["title"],
        sha256=annex["sha256"],
        edition=edition.number,
        title=details["title"],
        coalition=details["coalition"],
        language=details["language"],
        slug=campaign.slug if is_public(campaign) else "",
    )
