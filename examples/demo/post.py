"""Sorts the caught mail by what it is for, and holds it against what was promised."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from examples.demo.catcher import Mail


class Kind(StrEnum):
    """What a mail is for."""

    INVITATION = "invitation"
    CONFIRM = "confirmation request"
    REMINDER = "reminder"
    REHEARSAL = "rehearsal"
    APPROVAL = "request for approval"
    CODE = "code for an approver"
    DELIVERY = "letter"
    OTHER = "other mail"


_ONCE_ONLY = {Kind.INVITATION, Kind.CONFIRM, Kind.REMINDER, Kind.APPROVAL, Kind.DELIVERY}

Item = tuple[Kind, str]
"""A kind of mail, and whom it is for."""


@dataclass(frozen=True, kw_only=True)
class Directory:
    """Whose mailbox is whose."""

    offices: frozenset[str]
    """The recipients' addresses."""
    secretariat: str
    owner: Callable[[str], str]
    """Gives one name for all mailboxes of one signatory: any address of it becomes the same text."""


@dataclass(kw_only=True)
class Ledger:
    """What was promised; each promise is one mail."""

    promised: Counter[Item] = field(default_factory=Counter)

    def promise(self, kind: Kind, owners: Iterable[str]) -> list[Item]:
        """Write down that each of these will get one mail of a kind."""
        items = [(kind, owner) for owner in owners]
        self.promised.update(items)
        return items

    def lost(self, caught: Counter[Item]) -> Counter[Item]:
        """Give the promised mails that were not caught."""
        return self.promised - caught

    def surplus(self, caught: Counter[Item]) -> Counter[Item]:
        """Give the mails that were caught oftener than promised, of those kinds that nobody may get twice."""
        return Counter({item: n for item, n in (caught - self.promised).items() if item[0] in _ONCE_ONLY})


def sort_post(mails: Iterable[Mail], directory: Directory) -> dict[int, Item]:
    """Tell for each mail, by its number, its kind and whom it is for.

    A reminder is known by its place: it is a second mail with a link to confirm for the same signatory.
    """
    asked: set[str] = set()
    sorted_post: dict[int, Item] = {}
    for mail in mails:
        owner = directory.owner(mail.to[0]) if mail.to else ""
        kind = _kind(mail, directory)
        if kind is Kind.CONFIRM and owner in asked:
            kind = Kind.REMINDER
        elif kind is Kind.CONFIRM:
            asked.add(owner)
        sorted_post[mail.number] = (kind, owner)
    return sorted_post


def count_post(mails: Iterable[Mail], directory: Directory) -> Counter[Item]:
    """Count the mails of each kind for each person."""
    return Counter(sort_post(mails, directory).values())


def _kind(mail: Mail, directory: Directory) -> Kind:
    for purpose, kind in (
        ("confirm", Kind.CONFIRM),
        ("invitation", Kind.INVITATION),
        ("approve", Kind.APPROVAL),
    ):
        if mail.link(purpose):
            return kind
    if mail.code():
        return Kind.CODE
    if set(mail.to) & directory.offices:
        return Kind.DELIVERY
    return Kind.REHEARSAL if directory.secretariat in mail.to else Kind.OTHER
