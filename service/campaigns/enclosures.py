"""The files beside a campaign file: its logos, annexes and Word template, checked when they are loaded and kept sealed."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import delete
from sqlmodel import Session, col, select

from service.campaigns.file import CampaignFile
from service.campaigns.file_tables import AnnexFile, LogoMade
from service.foundation.errors import Permanent, Refused
from service.foundation.keyed import keyed_hash
from service.foundation.sentence import Sentence
from service.letter.annex_file import LARGEST_ANNEX, check_annex
from service.letter.enclosed import Annex, Logo, WordLook
from service.letter.logos import LARGEST_LOGO, read_logo
from service.letter.word_package import LARGEST_TEMPLATE, clean_template
from service.model.campaign import Campaign
from service.model.enclosure import Enclosure, EnclosureKind
from service.model.letter_revision import LetterRevision
from service.model.states import CampaignState
from service.store.keyring import Keyring
from service.store.sealed import open_bytes, seal_bytes

MOST_BYTES_OF_ANNEXES = 15_000_000
"""All annexes of a letter together. A mail of the letter is weighed with them (service/delivery/letter_mail.py)."""

_TOO_MUCH = Sentence(
    "The annexes have more than {most} MB together, which few offices take in a mail: make them smaller.",
    most=MOST_BYTES_OF_ANNEXES // 1_000_000,
)
A = TypeVar("A")
B = TypeVar("B")
Files = Mapping[tuple[EnclosureKind, str], bytes]
"""Files by what they are to the letter and by the SHA-256 under which it names them."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Enclosed:
    """A campaign file that knows the files beside it by their hashes, and those files."""

    file: CampaignFile
    files: Files


def names_beside(file: CampaignFile) -> dict[str, int]:
    """Name the files that a campaign file asks for, each with how many bytes it may have at most."""
    asked = dict.fromkeys(file.letterhead.logos, LARGEST_LOGO)
    word = dict.fromkeys(filter(None, [file.letterhead.word_template]), LARGEST_TEMPLATE)
    return asked | word | dict.fromkeys((annex.file for annex in file.letter.annexes), LARGEST_ANNEX)


def enclose(file: CampaignFile, given: Mapping[str, bytes]) -> Enclosed:
    """Check the files beside a campaign file, all of names_beside().

    Raises Refused with every file that is faulty, one sentence each.
    """
    faults: list[str] = []
    logos = tuple(_told(faults, lambda name: read_logo(given[name], name=name), file.letterhead.logos))
    annexes = tuple(_told(faults, lambda annex: _read_annex(annex, given[annex.file]), file.letter.annexes))
    named = filter(None, [file.letterhead.word_template])
    words = tuple(_told(faults, lambda name: read_word(given[name]), named))
    if _weigh_too_much(annexes):
        faults.append(_TOO_MUCH)
    if len({annex.sha256 for annex in annexes}) < len(annexes):
        faults.append(Sentence("Two annexes are the same file: leave one of them out."))
    if faults:
        raise Refused(
            Sentence("The files beside the campaign file cannot be taken; nothing was changed."),
            tuple(faults),
        )
    made = tuple(
        LogoMade(sha256=logo.sha256, kind=logo.kind, width=logo.width, height=logo.height) for logo in logos
    )
    head = replace(file.letterhead, made=made, word_sha256=words[0].sha256 if words else None)
    letter = replace(file.letter, annexes=annexes)
    files = {(EnclosureKind.ANNEX, annex.sha256): given[annex.file] for annex in annexes}
    files |= {(EnclosureKind.LOGO, logo.sha256): logo.file for logo in logos}
    files |= {(EnclosureKind.PICTURE, logo.sha256): logo.picture for logo in logos}
    files |= {(EnclosureKind.WORD, word.sha256): word.file for word in words}
    return Enclosed(file=replace(file, letter=letter, letterhead=head), files=files)


def _told(faults: list[str], read: Callable[[A], B], given: Iterable[A]) -> Iterator[B]:
    """Read one after the other, and go on where one is refused, so that all faults are told at once."""
    for one in given:
        try:
            yield read(one)
        except Refused as refusal:
            faults.append(str(refusal))


def _read_annex(annex: AnnexFile, data: bytes) -> AnnexFile:
    pages = check_annex(data, name=annex.file)
    return replace(annex, sha256=hashlib.sha256(data).hexdigest(), size=len(data), pages=pages)


def refuse_annexes(annexes: Sequence[AnnexFile]) -> None:
    """Refuse annexes that have too many bytes together."""
    if _weigh_too_much(annexes):
        raise Refused(_TOO_MUCH)


def _weigh_too_much(annexes: Sequence[AnnexFile]) -> bool:
    return sum(annex.size for annex in annexes) > MOST_BYTES_OF_ANNEXES


def refuse_unread(file: CampaignFile) -> None:
    """Refuse a campaign file whose logos or annexes were not read with it."""
    head = file.letterhead
    is_read = len(head.made) == len(head.logos) and bool(head.word_template) is bool(head.word_sha256)
    if not is_read or not all(annex.sha256 for annex in file.letter.annexes):
        raise Refused(
            Sentence("The files beside the campaign file were not read with it; nothing was changed.")
        )


def keep_files(
    session: Session, keyring: Keyring, campaign: Campaign, files: Files, *, now: datetime
) -> None:
    """Keep the files of a letter, each once; while its text was never final, those that it no longer has are dropped."""
    keys = keyring.of(session, campaign.id)
    wanted = {file_key(keyring, kind, sha256): (kind, data) for (kind, sha256), data in files.items()}
    there = session.exec(
        select(Enclosure.id, Enclosure.file_index).where(Enclosure.campaign_id == campaign.id)
    ).all()
    known = {file_index for _, file_index in there}
    for file_index, (kind, data) in wanted.items():
        if file_index in known:
            continue
        row = Enclosure(campaign_id=campaign.id, kind=kind, file_index=file_index, content=b"", kept_at=now)
        row.content = seal_bytes(keys, row, "content", data)
        session.add(row)
    was_final = session.exec(
        select(LetterRevision.id).where(LetterRevision.campaign_id == campaign.id).limit(1)
    ).first()
    gone = [row_id for row_id, file_index in there if file_index not in wanted and was_final is None]
    if gone:
        session.execute(delete(Enclosure).where(col(Enclosure.id).in_(gone)))
    session.flush()


def logos_of(session: Session, keyring: Keyring, campaign_id: str, logos: Sequence[Logo]) -> tuple[Logo, ...]:
    """Give logos with their files."""
    return tuple(
        replace(
            logo,
            file=_open(session, keyring, campaign_id, EnclosureKind.LOGO, logo.sha256),
            picture=_open(session, keyring, campaign_id, EnclosureKind.PICTURE, logo.sha256),
        )
        for logo in logos
    )


def letter_logos(
    session: Session, keyring: Keyring, campaign_id: str, file: CampaignFile
) -> tuple[Logo, ...]:
    """Give the logos of a letter as its file has them now, with their files."""
    made = (
        Logo(sha256=one.sha256, kind=one.kind, width=one.width, height=one.height)
        for one in file.letterhead.made
    )
    return logos_of(session, keyring, campaign_id, tuple(made))


def read_word(data: bytes) -> WordLook:
    """Make a letter's own Word template anew of a file, which open_template() has to let in."""
    file = clean_template(data)
    return WordLook(sha256=hashlib.sha256(file).hexdigest(), file=file)


def word_of(session: Session, keyring: Keyring, campaign_id: str, word: WordLook | None) -> WordLook | None:
    """Give a letter's own Word template with its file; None where it has none."""
    if word is None:
        return None
    return replace(word, file=_open(session, keyring, campaign_id, EnclosureKind.WORD, word.sha256))


def letter_word(file: CampaignFile) -> WordLook | None:
    """Name the Word template that a letter has of its own as its file says now, without its bytes; None where it has none."""
    sha256 = file.letterhead.word_sha256
    return WordLook(sha256=sha256) if sha256 else None


def letter_annexes(file: CampaignFile) -> tuple[Annex, ...]:
    """Give the annexes of a letter as its file has them now."""
    return tuple(
        Annex(title=one.title, sha256=one.sha256, size=one.size, pages=one.pages)
        for one in file.letter.annexes
    )


def annex_bytes(session: Session, keyring: Keyring, campaign_id: str, annex: Annex) -> bytes:
    """Open the file of an annex; raises Permanent where it is gone."""
    return _open(session, keyring, campaign_id, EnclosureKind.ANNEX, annex.sha256)


def letters_with_annex(
    session: Session, keyring: Keyring, sha256: str, *, only_published: bool
) -> Sequence[Campaign]:
    """Find the letters that have, or had, the file of this hash as an annex, or those that are published and not hidden.

    Of a letter that was purged nobody can read any more which of its files that was.
    """
    index = file_key(keyring, EnclosureKind.ANNEX, sha256)
    found = (
        select(Campaign)
        .join(Enclosure, col(Enclosure.campaign_id) == Campaign.id)
        .where(Enclosure.file_index == index, Campaign.state != CampaignState.PURGED)
        .order_by(col(Campaign.id))
    )
    if only_published:
        found = found.where(col(Campaign.published_at).is_not(None), col(Campaign.emergency_at).is_(None))
    return session.exec(found).all()


def enclosure_of(
    session: Session, keyring: Keyring, campaign_id: str, kind: EnclosureKind, sha256: str
) -> Enclosure:
    """Get the row of a letter's file; raises Permanent where it is gone."""
    wanted = select(Enclosure).where(
        Enclosure.campaign_id == campaign_id, Enclosure.file_index == file_key(keyring, kind, sha256)
    )
    row = session.exec(wanted).one_or_none()
    if row is None:
        raise Permanent(f"A file of this letter is gone: its {kind.value} {sha256[:16]}….")
    return row


def _open(session: Session, keyring: Keyring, campaign_id: str, kind: EnclosureKind, sha256: str) -> bytes:
    row = enclosure_of(session, keyring, campaign_id, kind, sha256)
    return open_bytes(keyring.of(session, campaign_id), row, "content")


def file_key(keyring: Keyring, kind: EnclosureKind, sha256: str) -> bytes:
    """Give the keyed hash by which a file is found: what it is to the letter, and its SHA-256."""
    return keyed_hash(keyring.site_key, f"{kind.value}\0{sha256}".encode())
