"""Compare a list of offices with those that a letter has: what is new, what differs, and what is left alone (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from service.campaigns.file_tables import Recipient
from service.delivery.offices.congress_list import Member
from service.foundation.canonical import digest
from service.foundation.written import fold_name

# What a list may say of an office that is there already. Its mailboxes, its ways and its words are the secretariat's own.
_TAKEN = ("address", "country", "phone", "contact_form", "office_code")
_WITH_THEM = ("source", "checked")

Who = tuple[str, str, str]
"""An office's name, position and office, folded."""


class Standing(StrEnum):
    """How an office of a list stands to the letter's."""

    NEW = "new"
    SAME = "same"
    DIFFERS = "differs"
    CHECKED = "checked"
    """It differs, and somebody has checked what the letter has: that is never overwritten by a list."""
    ALIKE = "alike"
    """Somebody of the same name is there with another position or office."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that a list says otherwise than the letter; `key` is that of the campaign file."""

    key: str
    was: str
    becomes: str


@dataclass(frozen=True, kw_only=True)
class Compared:
    """An office of a list beside the letter's; `becomes` is what the letter would have, `seen` stands for all that was shown.

    `office_key` is that of the letter's own office, "" where it has none.
    """

    member: Member
    standing: Standing
    becomes: Recipient
    seen: str
    differences: Sequence[Difference] = ()
    office_key: str = ""

    @property
    def can_be_taken(self) -> bool:
        """Whether a press may take it."""
        return self.standing in {Standing.NEW, Standing.DIFFERS}


@dataclass(frozen=True, kw_only=True)
class Known:
    """An office that a letter has: its place, its key, and whether anybody has checked it."""

    place: int
    key: str
    office: Recipient
    is_checked: bool


def compare(members: Sequence[Member], known: Sequence[Known]) -> Sequence[Compared]:
    """Say of each office of a list how it stands to the letter's, in the list's order."""
    by_who = {who_of(one.office): one for one in known}
    by_name: Mapping[str, Known] = {fold_name(one.office.name): one for one in known}
    return [
        _compared(member, by_who.get(who_of(member.office)), by_name.get(fold_name(member.office.name)))
        for member in members
    ]


def who_of(office: Recipient) -> Who:
    """Give by what two offices are the same."""
    return fold_name(office.name), fold_name(office.position), fold_name(office.office)


def _compared(member: Member, same: Known | None, alike: Known | None) -> Compared:
    if same is None:
        standing = Standing.ALIKE if alike else Standing.NEW
        return Compared(
            member=member,
            standing=standing,
            becomes=member.office,
            seen=_seen(member.office, None),
            office_key=alike.key if alike else "",
        )
    listed = member.office
    # What the list does not know takes nothing away.
    taken = {key: getattr(listed, key) for key in _TAKEN if getattr(listed, key)}
    differences = [
        Difference(key=key, was=_written(getattr(same.office, key)), becomes=_written(value))
        for key, value in taken.items()
        if value != getattr(same.office, key)
    ]
    becomes = replace(same.office, **taken, **{key: getattr(listed, key) for key in _WITH_THEM})
    standing = Standing.SAME
    if differences:
        standing = Standing.CHECKED if same.is_checked else Standing.DIFFERS
    return Compared(
        member=member,
        standing=standing,
        becomes=becomes,
        seen=_seen(becomes, same.office),
        differences=differences,
        office_key=same.key,
    )


def _seen(becomes: Recipient, was: Recipient | None) -> str:
    return digest({"becomes": becomes.as_record(), "was": was.as_record() if was else None})[:32]


def _written(value: object) -> str:
    return "\n".join(value) if isinstance(value, tuple) else str(value or "")
