"""Make the dossier of an edition: gather it, seal it, and keep that it was made."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile
from service.campaigns.queries import editions_out, get_campaign, numbered_edition
from service.coordinators import audit
from service.coordinators.chain import head_of
from service.delivery.dossier import verify
from service.delivery.dossier.bag import Bag, lay_out, make_bag, write_manifest
from service.delivery.dossier.certificate import Certificate, certificate_json
from service.delivery.dossier.certify import Found, certify, copy_folder, records_of, sending_folder
from service.delivery.dossier.contents import (
    Folders,
    annex_documents,
    answer_folders,
    edition_record,
    letter_copies,
    letter_documents,
    log_document,
    sending_documents,
)
from service.delivery.dossier.exchanges import member_documents
from service.delivery.dossier.kept import MadeAgain, sendings_kept
from service.delivery.dossier.paper import certificate_paper, render_certificate
from service.delivery.dossier.read_me import write_read_me
from service.delivery.dossier.room import Room
from service.delivery.dossier.sealing import Sealing
from service.delivery.dossier.time_stamp import ask_for_stamp
from service.delivery.issue import issue_copy
from service.delivery.letter_mail import Making
from service.delivery.parcel import Document
from service.delivery.sendings import evidence_record, sendings_of
from service.delivery.to_members import counted_for_members
from service.foundation.canonical import canonical
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.letter.copy import Copy
from service.letter.fonts import Fonts
from service.model.campaign import Campaign
from service.model.dossier import Dossier
from service.model.edition import Edition
from service.signing.roll import frozen_letter
from service.store.keyring import Keyring

NOTHING_SENT = Sentence("Nothing of this letter has been released, so there is nothing to prove yet.")
NOT_RELEASED = Sentence("That edition was not released, so there is nothing to prove of it.")
_FOR_WHOM = (
    "Of the coalition, for the coalition: it holds names that are not for publication, addresses of offices and the"
    " secretariat's own notes. Give nobody more of it than they may see; data/certificate.pdf names no signatory."
)


@dataclass(frozen=True, kw_only=True, repr=False)
class Gathered:
    """All that a dossier holds but its certificate and seals; `to_know` are copies whose codes are to be known from now on."""

    name: str
    folders: Folders
    info: Sequence[tuple[str, str]]
    certificate: Certificate
    to_know: Sequence[Copy]
    campaign_id: str
    edition_id: str


def gather_dossier(
    session: Session,
    keyring: Keyring,
    slug: str,
    *,
    number: int | None,
    making: Making,
    again: MadeAgain,
    now: datetime,
) -> Gathered:
    """Gather what is kept of a released edition, the newest where no number says which; it reads only, and takes a while.

    Raises Refused where nothing was released, TooLarge where its documents are more than `again` has room for, and as
    compile_copy() does.
    """
    room = Room(again.most_bytes)
    campaign = get_campaign(session, slug)
    edition = edition_to_prove(session, campaign, number)
    letter = frozen_letter(session, keyring, edition)
    copies = letter_copies(session, keyring, campaign, edition, letter)
    head = str(head_of(session))
    folders: Folders = {copy_folder(copy): room.keep(letter_documents(copy, making)) for copy in copies}
    folders["annexes"] = room.keep(annex_documents(session, keyring, campaign, copies[0]))
    seen, sendings = sendings_of(session, keyring, campaign, edition.id), []
    for place, kept in enumerate(sendings_kept(session, keyring, campaign, seen, again), start=1):
        sendings.append(kept)
        folders[sending_folder(place, kept)] = room.keep(sending_documents(kept, making))
    keys = keyring.of(session, campaign.id)
    folders["members"] = room.keep(member_documents(session, keys, edition, seen))
    for folder, documents in answer_folders(session, keyring, campaign):
        folders[folder] = room.keep(documents)
    evidence = evidence_record(session, keyring, campaign, edition.id)
    folders[""] = [
        _json("edition.json", edition_record(campaign, edition, letter, records_of(copies, folders))),
        _json("evidence.json", canonical(evidence)),
        _json("history.json", canonical({"head": head, "as_of": now.astimezone(UTC).isoformat()})),
        log_document(sendings),
    ]
    certificate = certify(
        Found(
            campaign=campaign,
            edition=edition,
            letter=letter,
            copies=copies,
            sendings=sendings,
            members=counted_for_members(seen),
            folders=folders,
            head=head,
            now=now,
        )
    )
    return Gathered(
        name=f"{slug}-edition-{edition.number}-dossier",
        folders=folders,
        info=_info(open_file(session, keyring, campaign), certificate),
        certificate=certificate,
        # The full copy in the letter's own language is known since the release.
        to_know=[copy for copy in copies if copy.audience == "public" or copy.translation],
        campaign_id=campaign.id,
        edition_id=edition.id,
    )


def seal_dossier(gathered: Gathered, sealing: Sealing, *, fonts: Fonts) -> Bag:
    """Write the certificate, sign and stamp the list of all files where that is set up, and make the bag.

    No transaction may be open: it may ask a time-stamp authority, and raises NotNow and NotTaken as that does.
    """
    certificate = replace(gathered.certificate, seals=sealing.seals)
    made_at, language = certificate.made_at, certificate.language
    paper = render_certificate(
        certificate_paper(certificate, language=language), fonts=fonts, at=int(made_at.timestamp())
    )
    own = [
        _json("certificate.json", certificate_json(certificate)),
        Document(name="certificate.pdf", media_type="application/pdf", data=paper),
    ]
    payload = lay_out({**gathered.folders, "": [*gathered.folders[""], *own]})
    signed = write_manifest(payload, "sha512")
    beside = {"README.txt": write_read_me(certificate), "verify.py": Path(verify.__file__).read_bytes()}
    if sealing.signer is not None:
        beside[verify.SIGNATURE] = sealing.signer.sign(signed)
    if sealing.authority is not None:
        stamp = ask_for_stamp(signed, sealing.authority, asking=sealing.asking, nonce=sealing.nonce)
        beside |= {verify.STAMP: stamp.answer, verify.AUTHORITY: sealing.authority.certificates}
    day = made_at.astimezone(UTC).date()
    return make_bag(gathered.name, payload, info=gathered.info, day=day, beside=beside)


def keep_dossier(
    session: Session,
    keyring: Keyring,
    gathered: Gathered,
    bag: Bag,
    *,
    by: str,
    now: datetime,
    asked: Dossier | None = None,
) -> Dossier:
    """Keep that a dossier was made, by the SHA-256 of its list of files, and the check codes of copies that it is the first to hold.

    `asked` is the row of one that was asked for; without it, a new one is made.
    """
    edition = session.get_one(Edition, gathered.edition_id)
    for copy in gathered.to_know:
        issue_copy(session, keyring, edition, copy, now=now)
    listed = {"manifest": bag.files[verify.SIGNED]}
    thing = write_manifest(listed, "sha256").decode().partition(" ")[0]
    row = asked or Dossier(
        campaign_id=gathered.campaign_id, edition_id=gathered.edition_id, asked_by=by, asked_at=now
    )
    row.made_at, row.listed_sha256 = now, thing
    row.is_signed, row.is_stamped = verify.SIGNATURE in bag.files, verify.STAMP in bag.files
    session.add(row)
    audit.record(session, by=by, act="dossier.make", campaign_id=gathered.campaign_id, thing=thing, now=now)
    return row


def edition_to_prove(session: Session, campaign: Campaign, number: int | None) -> Edition:
    """Get an edition that was released, the newest where no number says which; raises Refused where there is none."""
    out = editions_out(session, campaign)
    if number is None:
        if not out:
            raise Refused(NOTHING_SENT)
        return out[-1]
    edition = numbered_edition(session, campaign, number)
    if edition.id not in {one.id for one in out}:
        raise Refused(NOT_RELEASED)
    return edition


def _json(name: str, data: bytes) -> Document:
    return Document(name=name, media_type="application/json", data=data)


def _info(file: CampaignFile, certificate: Certificate) -> Sequence[tuple[str, str]]:
    contact, one = file.contact, certificate
    return (
        ("Source-Organization", one.coalition),
        *((("Contact-Name", contact.name), ("Contact-Phone", contact.phone)) if contact else ()),
        ("Contact-Email", file.reply_to),
        ("External-Description", f"Proof of delivery of the letter: {one.title}"),
        ("External-Identifier", f"{one.slug}, edition {one.edition}, {one.fingerprint}"),
        ("Internal-Sender-Description", _FOR_WHOM),
        ("Bag-Software-Agent", "Undersigned"),
    )
