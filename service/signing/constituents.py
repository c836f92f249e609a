"""The home addresses of those who ask their Member of Congress to raise the letter: kept, opened for their owner, deleted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from service.model.constituent import Constituent
from service.store.keyring import Keyring
from service.store.sealed import open_record, seal_record


def constituent_of(session: Session, signature_id: str, *, to_change: bool = False) -> Constituent | None:
    """Find what a signatory asked of a Member; `to_change` keeps its row locked until the transaction ends."""
    found = select(Constituent).where(Constituent.signature_id == signature_id)
    if to_change:
        found = found.with_for_update().execution_options(populate_existing=True)
    return session.exec(found).one_or_none()


def open_address(session: Session, keyring: Keyring, row: Constituent) -> dict[str, Any]:
    """Open what a signatory gave for the own Member; empty once it was deleted. Nothing may print it."""
    return open_record(keyring.constituents(session, row.campaign_id), row, "details")


def seal_address(session: Session, keyring: Keyring, row: Constituent, given: Mapping[str, str]) -> bytes:
    """Seal what a signatory gave under the key that is for nothing else."""
    return seal_record(keyring.constituents(session, row.campaign_id), row, "details", dict(given))


def forget_constituent(session: Session, signature_id: str) -> None:
    """Delete what a signatory asked of a Member, and the address with it."""
    session.execute(delete(Constituent).where(col(Constituent.signature_id) == signature_id))


def forget_address(session: Session, delivery_id: str, *, now: datetime) -> None:
    """Delete the address behind a sending; that and when the Member was written to stays."""
    _empty(session, col(Constituent.delivery_id) == delivery_id, now=now)


def forget_waiting(session: Session, campaign_id: str, *, now: datetime) -> None:
    """Delete the addresses of a letter's signatories whose message is part of no sending: the letter has left without it."""
    mine = col(Constituent.campaign_id) == campaign_id
    _empty(session, mine & col(Constituent.delivery_id).is_(None), now=now)


def wait_again(session: Session, delivery_id: str) -> None:
    """Let a message wait for the next release: the one that it was part of was stopped."""
    mine = update(Constituent).where(
        col(Constituent.delivery_id) == delivery_id, col(Constituent.settled_at).is_(None)
    )
    session.execute(mine.values(delivery_id=None).execution_options(synchronize_session="fetch"))


def _empty(session: Session, which: Any, *, now: datetime) -> None:
    mine = update(Constituent).where(which, col(Constituent.settled_at).is_(None))
    session.execute(mine.values(details=b"", settled_at=now).execution_options(synchronize_session="fetch"))
