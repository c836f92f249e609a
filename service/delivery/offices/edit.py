"""Change whom a letter is written to: in its file, and in the rows of a final text as far as that leaves it free."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from service.campaigns.contents import open_file, seal_file
from service.campaigns.file import CampaignFile, revision_record
from service.campaigns.file_checks import faults_between_keys
from service.campaigns.file_faults import key_name
from service.campaigns.file_tables import Recipient
from service.campaigns.queries import latest_edition, lock_campaign, present_recipients, released_edition
from service.campaigns.revision import void_proposal
from service.coordinators import audit
from service.delivery.offices.identity import key_of, office_index, office_key
from service.foundation.canonical import digest
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence, in_a_row, said_of
from service.model.campaign import Campaign
from service.model.office import AnswerClock, ContactNote, OfficeChase, OfficeReply
from service.model.recipient import Audience
from service.model.states import CampaignState
from service.store.keyring import Keyring
from service.store.sealed import seal_record

CHANGED_MEANWHILE = Sentence(
    "The letter has changed since this page was opened; look again before you decide."
)
NO_SUCH_OFFICE = Sentence("There is no such recipient of this letter.")
WORDS_ARE_FINAL = Sentence(
    "The text is final, and whom it is written to is part of it: role, name, position and office, and the order of the"
    " recipients, change only with a new version of the text."
)
LEFT_ALREADY = Sentence("The letter was released: whom it went to, and where, stays as it was then.")
ONE_MUST_STAY = Sentence("A letter is written to somebody: one recipient of the role “to” has to stay.")
# What follows an office when its name changes while the letter is a draft.
_FOLLOWS_OFFICE: tuple[Any, ...] = (ContactNote, AnswerClock, OfficeChase, OfficeReply)
_NOT_SENT = frozenset({"source", "checked", "phone", "contact_form", "otherwise"})


class Freedom(StrEnum):
    """What of a letter's recipients can be changed."""

    ALL = "all"
    BESIDE = "beside"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Changeable:
    """What can be changed now, and why no more than that; `proposed` is the edition that a change would end, or 0."""

    freedom: Freedom
    reason: str = ""
    proposed: int = 0


def freedom_of(state: CampaignState, *, is_released: bool) -> Changeable:
    """Say what of a letter's recipients can be changed (pure)."""
    if state is CampaignState.DRAFT:
        return Changeable(freedom=Freedom.ALL)
    if is_released or state in {CampaignState.SENT, CampaignState.ARCHIVED, CampaignState.PURGED}:
        return Changeable(freedom=Freedom.NOTHING, reason=LEFT_ALREADY)
    return Changeable(freedom=Freedom.BESIDE, reason=WORDS_ARE_FINAL)


def changeable(session: Session, campaign: Campaign) -> Changeable:
    """Look what of a letter's recipients can be changed now."""
    found = freedom_of(campaign.state, is_released=released_edition(session, campaign) is not None)
    edition = latest_edition(session, campaign)
    stands = edition is not None and edition.voided_at is None and edition.released_at is None
    return replace(found, proposed=edition.number) if stands and edition is not None else found


def find_office(keys: CampaignKeys, file: CampaignFile, key: str) -> int:
    """Find the place of an office in the file, from 0; raises NotFound where the letter has none of this key."""
    places = [place for place, office in enumerate(file.recipients) if office_key(keys, office) == key]
    if not places:
        raise NotFound(NO_SUCH_OFFICE)
    return places[0]


def add_office(
    session: Session, keyring: Keyring, slug: str, office: Recipient, *, by: str, now: datetime
) -> str:
    """Add an office at the end, while the letter is a draft; gives its key."""
    doing = _Doing(act="recipient.add", by=by, now=now)
    _change(session, keyring, slug, lambda offices, _: (*offices, office), doing)
    return office_key(keyring.of(session, lock_campaign(session, slug).id), office)


def version_of(office: Recipient) -> str:
    """Give the SHA-256 by which it is known whether an office is still as somebody has seen it (pure)."""
    return digest(office.as_record())


class ChangedMeanwhile(Refused):
    """Somebody else has changed what was looked at."""


def change_office(  # noqa: PLR0913 -- as post() has: each names one thing
    session: Session,
    keyring: Keyring,
    slug: str,
    key: str,
    office: Recipient,
    *,
    seen: str,
    by: str,
    now: datetime,
) -> str:
    """Change an office; gives its key, which is another where its name changed.

    Raises ChangedMeanwhile where it is not as `seen` (version_of) any more, and Refused where the final text forbids
    it. An edition that was proposed with what is sent ends by it, and its
    approvers are told.
    """

    def changed(offices: tuple[Recipient, ...], place: int) -> tuple[Recipient, ...]:
        return (*offices[:place], office, *offices[place + 1 :])

    campaign = lock_campaign(session, slug)
    keys, file = keyring.of(session, campaign.id), open_file(session, keyring, campaign)
    was = file.recipients[find_office(keys, file, key)]
    if version_of(was) != seen:
        raise ChangedMeanwhile(CHANGED_MEANWHILE)
    _change(session, keyring, slug, changed, _Doing(act="recipient.change", by=by, now=now), key=key)
    old, new = office_index(keys, was.as_record()), office_index(keys, office.as_record())
    if old != new:
        _follow(session, keys, old=old, new=new)
    return key_of(new)


def remove_office(session: Session, keyring: Keyring, slug: str, key: str, *, by: str, now: datetime) -> None:
    """Take an office out, while the letter is a draft and another is addressed."""

    def without(offices: tuple[Recipient, ...], place: int) -> tuple[Recipient, ...]:
        return (*offices[:place], *offices[place + 1 :])

    _change(session, keyring, slug, without, _Doing(act="recipient.remove", by=by, now=now), key=key)


def move_office(
    session: Session, keyring: Keyring, slug: str, key: str, *, down: bool, by: str, now: datetime
) -> None:
    """Move an office one place up or down, while the letter is a draft; at its end it stays."""

    def moved(offices: tuple[Recipient, ...], place: int) -> tuple[Recipient, ...]:
        there = min(max(place + (1 if down else -1), 0), len(offices) - 1)
        row = list(offices)
        row.insert(there, row.pop(place))
        return tuple(row)

    _change(session, keyring, slug, moved, _Doing(act="recipient.move", by=by, now=now), key=key)


def change_several(
    session: Session,
    keyring: Keyring,
    slug: str,
    change: Callable[[tuple[Recipient, ...]], tuple[Recipient, ...]],
    *,
    thing: str,
    by: str,
    now: datetime,
) -> None:
    """Change several offices at once, none of which gets another name; `thing` is what the audit says that they come from.

    Raises Refused as the single changes do.
    """
    doing = _Doing(act="recipient.import", by=by, now=now, thing=thing)
    _change(session, keyring, slug, lambda offices, _: change(offices), doing)


_Changed = Callable[[tuple[Recipient, ...], int], tuple[Recipient, ...]]


@dataclass(frozen=True, kw_only=True)
class _Doing:
    """Who does what, when; `thing` is what the audit names where that is no office."""

    act: str
    by: str
    now: datetime
    thing: str = ""


def _change(
    session: Session, keyring: Keyring, slug: str, change: _Changed, doing: _Doing, *, key: str = ""
) -> None:
    campaign = lock_campaign(session, slug)
    keys, was = keyring.of(session, campaign.id), open_file(session, keyring, campaign)
    place = find_office(keys, was, key) if key else len(was.recipients)
    free = changeable(session, campaign)
    if free.freedom is Freedom.NOTHING:
        raise Refused(free.reason)
    file = replace(was, recipients=change(was.recipients, place))
    if file.recipients == was.recipients:
        return
    _refuse_faults(file, now=doing.now)
    if free.freedom is Freedom.BESIDE:
        if digest(revision_record(file)) != digest(revision_record(was)):
            raise Refused(free.reason)
        _fill_rows(session, keys, campaign, file)
        if _is_sent_otherwise(was.recipients, file.recipients):
            void_proposal(session, campaign, now=doing.now)
    seal_file(keys, campaign, file)
    campaign.changed_at = doing.now
    session.add(campaign)
    session.flush()
    thing = doing.thing or key or office_key(keys, file.recipients[-1])
    audit.record(session, by=doing.by, act=doing.act, campaign_id=campaign.id, thing=thing, now=doing.now)


def _refuse_faults(file: CampaignFile, *, now: datetime) -> None:
    if not any(office.role == "to" for office in file.recipients):
        raise Refused(ONE_MUST_STAY)
    told = {"solo": True, "recipients": file.as_record()["recipients"]}
    faults = [
        said_of(key_name(fault.path), fault.told)
        for fault in faults_between_keys(told, now=now)
        if fault.path[:1] == ("recipients",)
    ]
    if faults:
        raise Refused(in_a_row(faults), tuple(faults))


def _is_sent_otherwise(was: Sequence[Recipient], became: Sequence[Recipient]) -> bool:
    def sent(office: Recipient) -> dict[str, object]:
        return {part: value for part, value in office.as_record().items() if part not in _NOT_SENT}

    return [sent(office) for office in was] != [sent(office) for office in became]


def _fill_rows(session: Session, keys: CampaignKeys, campaign: Campaign, file: CampaignFile) -> None:
    """Bring the rows of the present revision to what the file says: their order is the file's, and no row comes or goes."""
    for row in present_recipients(session, campaign):
        office = file.recipients[row.position]
        row.copy_kind, row.channels = Audience(office.copy_kind), list(office.channels)
        row.details = seal_record(keys, row, "details", office.as_record())
        session.add(row)


def _follow(session: Session, keys: CampaignKeys, *, old: bytes, new: bytes) -> None:
    """Let what was kept of an office go along with its new name; a check does not, for it was of other data."""
    for table in _FOLLOWS_OFFICE:
        mine = (col(table.campaign_id) == keys.campaign, col(table.office_index) == old)
        session.execute(update(table).where(*mine).values(office_index=new))
