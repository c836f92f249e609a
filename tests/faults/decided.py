"""A process that does one thing of a letter by a person's word, and is killed in its commit or behind it."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import event
from sqlmodel import Session

from service.campaigns.queries import get_campaign
from service.delivery.by_hand.brought import Brought, note_brought
from service.delivery.by_hand.packet import packet_of
from service.delivery.letter_mail import Making
from service.delivery.release import release
from service.foundation.sealing import KEY_BYTES, RootKey
from service.letter.fonts import Fonts
from service.model.delivery import Delivery
from service.store.engine import make_engine
from service.store.keyring import Keyring
from service.store.transaction import reading, transaction
from tests.coalition import OUTWARD, PUBLIC_URL, SLUG
from tests.faults.carried import die


class End(StrEnum):
    """Where it is killed."""

    IN_COMMIT = "in the commit"
    BEHIND_COMMIT = "behind the commit"


def release_it(url: str, moment: datetime, end: End) -> None:
    """Release the letter; a process's main function."""
    _do(
        url,
        end,
        lambda session, keyring: release(session, keyring, SLUG, OUTWARD, by="test", now=moment),
    )


def note_it(url: str, moment: datetime, end: End, delivery_id: str, brought: Brought) -> None:
    """Note that a copy was brought; a process's main function."""
    _do(
        url,
        end,
        lambda session, keyring: note_brought(
            session, keyring, SLUG, delivery_id, brought, by="test", now=moment
        ),
    )


def pack_it(url: str, delivery_id: str) -> None:
    """Make the packet of a copy, and die before it is given to anybody; a process's main function."""
    with reading(make_engine(url)) as session:
        make_packet(session, _keyring(), delivery_id)
        die()


def make_packet(session: Session, keyring: Keyring, delivery_id: str) -> tuple[str, bytes]:
    """Make the packet of a copy as the desk does."""
    return packet_of(
        session,
        keyring,
        get_campaign(session, SLUG),
        session.get_one(Delivery, delivery_id),
        making=Making(fonts=Fonts()),
        public_url=PUBLIC_URL,
        language="en",
    )


def _do(url: str, end: End, what: Callable[[Session, Keyring], object]) -> None:
    engine = make_engine(url)
    if end is End.IN_COMMIT:
        event.listen(engine, "commit", lambda _: die())
    else:
        event.listen(Session, "after_commit", lambda _: die())
    with transaction(engine) as session:
        what(session, _keyring())


def _keyring() -> Keyring:
    return Keyring(RootKey(bytes(range(KEY_BYTES))))
