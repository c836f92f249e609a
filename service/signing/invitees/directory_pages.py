"""The pages of the directory: whom a coordinator may invite from it, newest first, or found by a name or an address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from service.foundation.addresses import comparable_address, masked_address
from service.foundation.sealing import CampaignKeys
from service.foundation.searched import fold_for_search, is_found
from service.model.directory_entry import DirectoryEntry
from service.model.signature import Kind
from service.signing.invitees.directory import letters_of
from service.store.keyring import Keyring
from service.store.sealed import open_record

PAGE = 50
LOOKED_THROUGH = 2_000
"""So many of the directory one page opens at most; where it has found too few, it says where to look on."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Entry:
    """One member of the directory as the secretariat sees it: the address masked."""

    id: str
    kind: Kind
    name: str
    name_latin: str
    address: str
    language: str
    consent: str
    kept_at: datetime
    source_slug: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Page:
    """Some of the directory; `before` is the key to go on from, "" at the end.

    `is_cut` where the page ended because it had looked through enough, and not because it was full.
    """

    rows: Sequence[Entry]
    before: str = ""
    is_cut: bool = False


def list_directory(
    session: Session,
    keyring: Keyring,
    coordinator_id: str,
    *,
    words: str = "",
    before: str = "",
    most: int = PAGE,
    looked: int = LOOKED_THROUGH,
) -> Page:
    """List whom a coordinator may invite from the directory: kept from a letter whose contacts are open to it.

    The newest come first, or those that were kept before the key `before`; `words` are some of a name, or a whole address.
    Names lie sealed, so a page opens at most so many as `looked`.
    """
    slugs, keys = letters_of(session, coordinator_id), keyring.directory
    found = select(DirectoryEntry).where(col(DirectoryEntry.source_letter).in_(list(slugs)))
    if before:
        found = found.where(col(DirectoryEntry.id) < before)
    if "@" in words:
        # A whole address is found by its keyed hash: nothing has to be opened to compare it.
        found = found.where(DirectoryEntry.email_index == keys.blind("email", comparable_address(words)))
        words = ""
    query = fold_for_search(words)
    rows = session.exec(found.order_by(col(DirectoryEntry.id).desc()).limit(looked + 1)).all()
    entries: list[Entry] = []
    for row in rows[:looked]:
        if len(entries) == most:
            return Page(rows=entries, before=entries[-1].id)
        entry = _entry(keys, row, slugs[row.source_letter])
        if not words or is_found(query, fold_for_search(f"{entry.name} {entry.name_latin}")):
            entries.append(entry)
    is_cut = len(rows) > looked
    return Page(rows=entries, before=rows[looked - 1].id if is_cut else "", is_cut=is_cut)


def _entry(keys: CampaignKeys, row: DirectoryEntry, slug: str) -> Entry:
    details, consent = open_record(keys, row, "details"), open_record(keys, row, "consent")
    return Entry(
        id=row.id,
        kind=row.kind,
        name=str(details.get("name", "")),
        name_latin=str(details.get("name_latin", "")),
        address=masked_address(str(details["email"])) if details.get("email") else "",
        language=str(details.get("language", "")),
        consent=str(consent["how"]),
        kept_at=row.kept_at,
        source_slug=slug,
    )
