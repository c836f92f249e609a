"""The annexes of a letter on their way: attached to its mails, named in the evidence, told by their bytes."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import Session, col, select

from service.campaigns.access import is_public
from service.campaigns.enclosures import annex_bytes, letters_with_annex
from service.letter.copy import Copy, make_copy
from service.letter.edition import Edition as Letter
from service.letter.enclosed import Annex, annex_file_name
from service.mail.envelope import Attachment
from service.model.campaign import Campaign
from service.model.edition import Edition
from service.signing.roll import frozen_letter
from service.store.keyring import Keyring

_PDF = "application/pdf"


@dataclass(frozen=True, kw_only=True)
class FoundAnnex:
    """An annex of an edition that was released: which one, counted from 1, and of which letter."""

    place: int
    annex: Annex
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

    An annex may be a document that everybody has: where `anybody_asks`, only letters that everybody may see are told,
    or a guess at what is enclosed with an unpublished letter could be tested.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    for campaign in letters_with_annex(session, keyring, sha256, only_public=anybody_asks):
        released = select(Edition).where(
            Edition.campaign_id == campaign.id,
            col(Edition.released_at).is_not(None),
            col(Edition.voided_at).is_(None),
        )
        for row in session.exec(released.order_by(col(Edition.number))).all():
            letter = frozen_letter(session, keyring, row)
            for place, annex in enumerate(letter.annexes, start=1):
                if annex.sha256 == sha256:
                    return _tell(campaign, letter, place, annex)
    return None


def _tell(campaign: Campaign, letter: Letter, place: int, annex: Annex) -> FoundAnnex:
    return FoundAnnex(
        place=place,
        annex=annex,
        edition=letter.number,
        title=make_copy(letter, audience="public", office=None).fill(letter.text.title),
        coalition=letter.coalition,
        language=letter.text.language,
        slug=campaign.slug if is_public(campaign) else "",
    )
