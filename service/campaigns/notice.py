"""A mail to one coordinator about one letter, and what it is made with."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session

from service.coordinators.accounts import Person
from service.mail.envelope import Draft
from service.model.coordinator import Coordinator
from service.model.message import Message
from service.store.keyring import Keyring


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A mail to one coordinator about one letter, and what it is made with."""

    session: Session
    keyring: Keyring
    public_url: str
    message: Message
    thing: str
    coordinator: Coordinator
    person: Person


Write = Callable[[Notice], Draft]
