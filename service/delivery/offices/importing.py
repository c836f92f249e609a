"""Take recipients from a list that the secretariat brings: kept sealed for a day, compared first, and only what is chosen is taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.file_tables import CopyKind, Recipient, RecipientRole
from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.delivery.offices.checks import LASTS, checks_of_office
from service.delivery.offices.congress_list import CongressList, Member, read_congress
from service.delivery.offices.edit import change_several
from service.delivery.offices.identity import office_key
from service.delivery.offices.listed import Compared, Known, Standing, compare, who_of
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.foundation.spreadsheet import read_spreadsheet
from service.model.campaign import Campaign
from service.model.office import OfficeImport
from service.store.keyring import Keyring
from service.store.sealed import open_record, seal_record

KEPT_FOR = timedelta(days=1)
"""So long recipients can be chosen from a list; then it is deleted."""
MOST_AT_ONCE = 100
_GONE = Sentence("There is no such list any more: it is deleted a day after it was uploaded.")
_TO_COME = Sentence("This day is still to come: give the day on which the list was published.")
_NOBODY = Sentence("Choose first who is to be taken from the list.")
_TOO_MANY = Sentence("Take at most {n} at once.", n=MOST_AT_ONCE)
_CHANGED = Sentence("What you looked at has changed meanwhile: look at the list once more, and choose again.")


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Whom to take, by number and by what was seen of each; and how those who are new stand in the letter."""

    offices: Mapping[str, str]
    role: RecipientRole
    by_post: bool


@dataclass(frozen=True, kw_only=True)
class Taken:
    """How many were added, and of how many the data was changed."""

    added: int
    changed: int


@dataclass(frozen=True, kw_only=True)
class ListSeen:
    """A list beside the letter as it is now; `is_old` is one that was published longer ago than a check of an office lasts."""

    id: str
    day: date
    is_old: bool
    offices: Sequence[Compared]
    left_out: Sequence[tuple[int, str]]


def keep_list(
    session: Session, keyring: Keyring, slug: str, data: bytes, *, day: date, by: str, now: datetime
) -> str:
    """Keep a list that was published on a day, sealed; gives its id.

    Raises Refused for what is no such list, and for a day that is to come.
    """
    campaign = lock_campaign(session, slug)
    # A day may have begun elsewhere before it begins in UTC.
    if day > (now + timedelta(hours=14)).date():
        raise Refused(_TO_COME)
    read = read_congress(read_spreadsheet(data), day=day, today=now.date())
    row = OfficeImport(campaign_id=campaign.id, created_at=now, data=b"")
    row.data = seal_record(keyring.of(session, campaign.id), row, "data", _record(read, day))
    session.add(row)
    audit.record(session, by=by, act="recipient.upload", campaign_id=campaign.id, thing=row.id, now=now)
    session.flush()
    return row.id


def list_seen(
    session: Session, keyring: Keyring, campaign: Campaign, import_id: str, *, now: datetime
) -> ListSeen:
    """Compare a list with the letter; raises NotFound for one of another letter, and once its day is over."""
    row = session.get(OfficeImport, import_id)
    if row is None or row.campaign_id != campaign.id or now >= row.created_at + KEPT_FOR:
        raise NotFound(_GONE)
    keys = keyring.of(session, campaign.id)
    kept = open_record(keys, row, "data")
    file = open_file(session, keyring, campaign)
    known = [
        Known(
            place=place,
            key=office_key(keys, office),
            office=office,
            is_checked=_is_checked(session, keys, office, now=now),
        )
        for place, office in enumerate(file.recipients)
    ]
    return ListSeen(
        id=row.id,
        day=(day := date.fromisoformat(kept["day"])),
        is_old=now.date() - day > LASTS,
        offices=compare([_member(one) for one in kept["members"]], known),
        left_out=[(int(number), Sentence.from_record(told)) for number, told in kept["left_out"]],
    )


def take_from_list(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    import_id: str,
    choice: Choice,
    *,
    by: str,
    now: datetime,
) -> Taken:
    """Take who was chosen from a list: new ones are added, what differs is changed.

    Raises Refused, and takes nobody, where anything of it has changed since, or the text is final and somebody new is chosen.
    What somebody has checked is never overwritten.
    """
    chosen = choice.offices
    if not chosen:
        raise Refused(_NOBODY)
    if len(chosen) > MOST_AT_ONCE:
        raise Refused(_TOO_MANY)
    locked = lock_campaign(session, campaign.slug)
    there = {one.member.key: one for one in list_seen(session, keyring, locked, import_id, now=now).offices}
    taken = [there[key] for key in chosen if key in there]
    if len(taken) < len(chosen) or any(
        not one.can_be_taken or one.seen != chosen[one.member.key] for one in taken
    ):
        raise Refused(_CHANGED)
    new = [_as_chosen(one.becomes, choice) for one in taken if one.standing is Standing.NEW]
    changed = {who_of(one.becomes): one.becomes for one in taken if one.standing is Standing.DIFFERS}

    def with_them(offices: tuple[Recipient, ...]) -> tuple[Recipient, ...]:
        return (*(changed.get(who_of(office), office) for office in offices), *new)

    change_several(session, keyring, campaign.slug, with_them, thing=import_id, by=by, now=now)
    return Taken(added=len(new), changed=len(changed))


def _is_checked(session: Session, keys: CampaignKeys, office: Recipient, *, now: datetime) -> bool:
    return bool(checks_of_office(session, keys, office.as_record(), now=now))


def _as_chosen(office: Recipient, choice: Choice) -> Recipient:
    kind: CopyKind = "full" if choice.role == "to" else "public"
    return replace(office, role=choice.role, copy=kind, channels=("post",) if choice.by_post else ())


def _record(read: CongressList, day: date) -> dict[str, object]:
    return {
        "day": day.isoformat(),
        "members": [
            {
                "key": one.key,
                "state": one.state,
                "state_name": one.state_name,
                "office": one.office.as_record(),
            }
            for one in read.members
        ],
        "left_out": [
            [number, told.as_record()] for number, told in read.left_out if isinstance(told, Sentence)
        ],
    }


def _member(kept: Mapping[str, object]) -> Member:
    office = kept["office"]
    assert isinstance(office, dict)
    return Member(
        key=str(kept["key"]),
        state=str(kept["state"]),
        state_name=str(kept["state_name"]),
        office=Recipient.from_record(office),
    )
