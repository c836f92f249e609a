"""Dossiers that are asked for at the desk: made later, kept as files for a week, and known by their hashes for good."""

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import delete
from sqlmodel import Session, col, select

from service.campaigns.halt import refuse_if_hidden
from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.delivery.dossier.bag import Bag, zip_bag
from service.delivery.dossier.make import Gathered, edition_to_prove, keep_dossier
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.dossier import Dossier, DossierPart
from service.model.edition import Edition
from service.store.keyring import Keyring
from service.store.sealed import open_bytes, seal_bytes

KEPT_FOR = timedelta(days=7)
"""How long the file of a dossier is kept: it holds names that are not for publication, and can be made again."""
MOST_TRIES = 5
PIECE_BYTES = 1_000_000
_MOST_LISTED = 50
_FIRST_PAUSE = timedelta(minutes=1)
SILENT, REFUSED_STAMP, SET_UP, NO_COPY, NOT_WHOLE, BROKE_OFF, TOO_LARGE = (
    "silent",
    "stamp",
    "set_up",
    "no_copy",
    "not_whole",
    "broke_off",
    "too_large",
)
FAILURES = {
    SILENT: Sentence("The time-stamp authority did not answer, several times; ask for it again later."),
    REFUSED_STAMP: Sentence(
        "The time-stamp authority gave no stamp that can be used; tell whoever runs the service."
    ),
    SET_UP: Sentence(
        "The certificates or the key that seal dossiers cannot be used; tell whoever runs the service."
    ),
    NO_COPY: Sentence("The letter could not be made again as it was sent; tell whoever runs the service."),
    NOT_WHOLE: Sentence("It did not pass its own check, so it was not kept; tell whoever runs the service."),
    BROKE_OFF: Sentence(
        "Making it broke off, several times; ask for it again, and tell whoever runs the service."
    ),
    TOO_LARGE: Sentence(
        "It is too large to be made here; tell whoever runs the service, who can make it at the terminal."
    ),
}
"""Why a dossier was not made, by the codes of its row."""
_NO_SUCH = Sentence("There is no such dossier of this letter.")
_NOT_THERE = Sentence("The file of this dossier is not there yet, or not any more; ask for it again.")


@dataclass(frozen=True, kw_only=True)
class DossierSeen:
    """A dossier as a page lists it: who asked for it, and what became of that; `file_until` is None where no file is kept."""

    id: str
    edition: int
    asked_by: str
    asked_at: datetime
    why_not: Sentence | None
    made_at: datetime | None
    listed_sha256: str
    sha256: str
    size: int
    is_signed: bool
    is_stamped: bool
    file_until: datetime | None

    @property
    def megabytes(self) -> int:
        """Tell how large the file is, rounded up."""
        return -(-self.size // 1_000_000)

    @property
    def is_waiting(self) -> bool:
        """Tell whether it is still to be made."""
        return self.made_at is None and self.why_not is None


@dataclass(frozen=True, kw_only=True)
class Due:
    """A dossier that is to be made now, for the n-th time of `tries`."""

    id: str
    slug: str
    campaign_id: str
    edition: int
    asked_by: str
    tries: int


def ask_dossier(session: Session, slug: str, number: int | None, *, by: str, now: datetime) -> Dossier:
    """Keep that a dossier of a released edition is asked for, the newest where no number says which.

    While one of it is being made, that is it. Raises Refused where nothing was released, and while the letter is hidden.
    """
    campaign = lock_campaign(session, slug)
    refuse_if_hidden(campaign)
    edition = edition_to_prove(session, campaign, number)
    waiting = select(Dossier).where(
        Dossier.edition_id == edition.id, col(Dossier.made_at).is_(None), Dossier.failed == ""
    )
    known = session.exec(waiting.limit(1)).first()
    if known is not None:
        return known
    row = Dossier(campaign_id=campaign.id, edition_id=edition.id, asked_by=by, asked_at=now, next_try_at=now)
    session.add(row)
    session.flush()
    audit.record(session, by=by, act="dossier.ask", campaign_id=campaign.id, thing=row.id, now=now)
    return row


def dossiers_of(session: Session, campaign: Campaign, *, now: datetime) -> Sequence[DossierSeen]:
    """List the dossiers of a letter that were asked for or made, the newest first."""
    found = (
        select(Dossier, col(Edition.number))
        .join(Edition, col(Edition.id) == Dossier.edition_id)
        .where(Dossier.campaign_id == campaign.id)
        .order_by(col(Dossier.id).desc())
        .limit(_MOST_LISTED)
    )
    return [_seen(row, number, now=now) for row, number in session.exec(found)]


def get_dossier(session: Session, dossier_id: str, *, campaign_id: str) -> Dossier:
    """Get one of a letter's; raises NotFound for any other."""
    row = session.get(Dossier, dossier_id)
    if row is None or row.campaign_id != campaign_id:
        raise NotFound(_NO_SUCH)
    return row


def begin_next(session: Session, *, now: datetime) -> Due | None:
    """Begin the next dossier that waits, if any; those of a letter that is hidden wait on.

    The try is kept before anything is done, so that one on which the process dies is not tried without end.
    """
    found = (
        select(Dossier, col(Edition.number), col(Campaign.slug))
        .join(Campaign, col(Campaign.id) == Dossier.campaign_id)
        .join(Edition, col(Edition.id) == Dossier.edition_id)
        .where(
            col(Dossier.made_at).is_(None),
            Dossier.failed == "",
            col(Dossier.next_try_at) <= now,
            col(Campaign.emergency_at).is_(None),
        )
        .order_by(col(Dossier.next_try_at), col(Dossier.id))
    )
    for row, number, slug in session.exec(found):
        session.add(row)
        if row.tries >= MOST_TRIES:
            row.failed = BROKE_OFF
            continue
        row.tries += 1
        row.next_try_at = now + _FIRST_PAUSE * 2**row.tries
        return Due(
            id=row.id,
            slug=slug,
            campaign_id=row.campaign_id,
            edition=number,
            asked_by=row.asked_by,
            tries=row.tries,
        )
    return None


def give_up(session: Session, dossier_id: str, why: str) -> None:
    """Keep that a dossier will not be made, and why, as one of the codes of FAILURES."""
    row = session.get(Dossier, dossier_id)
    if row is not None:
        row.failed = why
        session.add(row)


def keep_made(
    session: Session, keyring: Keyring, due: Due, gathered: Gathered, bag: Bag, *, now: datetime
) -> None:
    """Keep a dossier that was made: its hashes for good, and its file for a week, in pieces that the letter's keys seal.

    The file lies on the disk for a moment, under no name. Nothing is kept where its row is gone, or somebody else has begun it anew.
    """
    row = session.get(Dossier, due.id, with_for_update=True)
    if row is None or row.made_at is not None or row.tries != due.tries:
        return
    digest, size = hashlib.sha256(), 0
    with tempfile.TemporaryFile() as file:
        zip_bag(bag, file)
        file.seek(0)
        for place, piece in enumerate(iter(partial(file.read, PIECE_BYTES), b"")):
            _keep_piece(session, keyring, due, piece, place=place)
            digest.update(piece)
            size += len(piece)
    row = keep_dossier(session, keyring, gathered, bag, by=due.asked_by, now=now, asked=row)
    row.sha256, row.size, row.file_until = digest.hexdigest(), size, now + KEPT_FOR


def forget_files(session: Session, *, now: datetime) -> int:
    """Delete the files whose week is over; that they were made stays. Gives how many."""
    over = list(session.exec(select(Dossier).where(col(Dossier.file_until) <= now).limit(100)))
    for row in over:
        session.execute(delete(DossierPart).where(col(DossierPart.dossier_id) == row.id))
        row.file_until = None
        session.add(row)
    return len(over)


def piece_ids(session: Session, row: Dossier, *, now: datetime) -> Sequence[str]:
    """List the pieces of a dossier's file; raises Refused where it is not there."""
    if row.file_until is None or now >= row.file_until:
        raise Refused(_NOT_THERE)
    found = select(DossierPart.id).where(DossierPart.dossier_id == row.id)
    return session.exec(found.order_by(col(DossierPart.place))).all()


def open_piece(session: Session, keyring: Keyring, piece_id: str) -> bytes:
    """Open one piece."""
    part = session.get_one(DossierPart, piece_id)
    return open_bytes(keyring.of(session, part.campaign_id), part, "data")


def _keep_piece(session: Session, keyring: Keyring, due: Due, piece: bytes, *, place: int) -> None:
    part = DossierPart(campaign_id=due.campaign_id, dossier_id=due.id, place=place, data=b"")
    part.data = seal_bytes(keyring.of(session, due.campaign_id), part, "data", piece)
    session.add(part)
    # One at a time in memory, beside the dossier itself.
    session.flush()
    session.expunge(part)


def _seen(row: Dossier, number: int, *, now: datetime) -> DossierSeen:
    is_there = row.file_until is not None and now < row.file_until
    return DossierSeen(
        id=row.id,
        edition=number,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        why_not=FAILURES[row.failed] if row.failed else None,
        made_at=row.made_at,
        listed_sha256=row.listed_sha256,
        sha256=row.sha256,
        size=row.size,
        is_signed=row.is_signed,
        is_stamped=row.is_stamped,
        file_until=row.file_until if is_there else None,
    )
