"""Two coordinators check an office's data against its source; without both, newly, no letter of a team is released."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func
from sqlmodel import Session, col, select

from service.campaigns.contents import open_file
from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.coordinators.permissions import ROLES_OF, Act
from service.delivery.offices.edit import find_office
from service.delivery.offices.identity import data_index, key_of, office_index
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.coordinator import Coordinator, Membership
from service.model.office import OfficeCheck
from service.store.insert import insert_or
from service.store.keyring import Keyring

LASTS = timedelta(days=90)
"""How long a check holds: offices move, and their mailboxes change hands."""
CHECKERS_NEEDED = 2
CHANGED_MEANWHILE = Sentence(
    "What you looked at was changed meanwhile; look at it once more, and then say that it is right."
)


class CheckState(StrEnum):
    """How well an office's data is checked."""

    NOBODY = "nobody"
    ONE = "one"
    TWO = "two"
    OLD = "old"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Who called exactly this data right, and when."""

    by: str
    at: datetime


def check_state(checks: Sequence[Checked], *, now: datetime) -> CheckState:
    """Say how well data is checked that these have checked (pure)."""
    everybody = {one.by for one in checks}
    lately = {one.by for one in checks if now - one.at <= LASTS}
    if len(lately) >= CHECKERS_NEEDED:
        return CheckState.TWO
    if len(everybody) >= CHECKERS_NEEDED or (everybody and not lately):
        return CheckState.OLD
    return CheckState.ONE if lately else CheckState.NOBODY


def keep_check(
    session: Session, keyring: Keyring, slug: str, key: str, *, seen: str, by: str, now: datetime
) -> CheckState:
    """Keep that a coordinator found an office's data right, and say how well it is checked by that.

    `seen` is the key of the data that was shown. Raises Refused where it is another by now.
    """
    campaign = lock_campaign(session, slug)
    keys, file = keyring.of(session, campaign.id), open_file(session, keyring, campaign)
    details = file.recipients[find_office(keys, file, key)].as_record()
    data = data_index(keys, details)
    if key_of(data) != seen:
        raise Refused(CHANGED_MEANWHILE)
    row = OfficeCheck(
        campaign_id=campaign.id,
        office_index=office_index(keys, details),
        data_index=data,
        checked_by=by,
        checked_at=now,
    )
    session.execute(
        insert_or(session, row).on_conflict_do_update(
            index_elements=["campaign_id", "office_index", "data_index", "checked_by"],
            set_={"checked_at": now},
        )
    )
    audit.record(session, by=by, act="recipient.check", campaign_id=campaign.id, thing=key, now=now)
    return check_state(checks_of_office(session, keys, details), now=now)


def checks_of_office(
    session: Session, keys: CampaignKeys, details: Mapping[str, object]
) -> Sequence[Checked]:
    """Give who has checked one office's data as it is now, the newest first."""
    found = select(OfficeCheck).where(
        OfficeCheck.campaign_id == keys.campaign,
        OfficeCheck.office_index == office_index(keys, details),
        OfficeCheck.data_index == data_index(keys, details),
    )
    rows = session.exec(found.order_by(col(OfficeCheck.checked_at).desc())).all()
    return [Checked(by=row.checked_by, at=row.checked_at) for row in rows]


def has_a_team(session: Session, campaign_id: str) -> bool:
    """Tell whether two coordinators may check recipients at a letter; where there are not two, nobody can ask for it."""
    checking = (
        select(func.count())
        .select_from(Membership)
        .join(Coordinator, col(Coordinator.id) == col(Membership.coordinator_id))
        .where(
            col(Membership.campaign_id) == campaign_id,
            col(Membership.role).in_(ROLES_OF[Act.EDIT_RECIPIENTS]),
            col(Coordinator.disabled_at).is_(None),
        )
    )
    return session.exec(checking).one() >= 2


def unchecked_offices(
    session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime
) -> Sequence[tuple[str, CheckState]]:
    """Name the offices whose data two coordinators have not checked lately, in the letter's order."""
    keys, file = keyring.of(session, campaign.id), open_file(session, keyring, campaign)
    states = [
        (office.name, check_state(checks_of_office(session, keys, office.as_record()), now=now))
        for office in file.recipients
    ]
    return [(name, state) for name, state in states if state is not CheckState.TWO]


def never_checked(session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime) -> int:
    """Count the offices of which neither a coordinator has lately said that they are right, nor the file when they were looked up."""
    keys, file = keyring.of(session, campaign.id), open_file(session, keyring, campaign)
    unknown = [office.as_record() for office in file.recipients if office.checked is None]
    states = [check_state(checks_of_office(session, keys, office), now=now) for office in unknown]
    return sum(state in {CheckState.NOBODY, CheckState.OLD} for state in states)


def refuse_unless_checked(session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime) -> None:
    """Raise Refused, naming them, where offices of a team's letter are not checked by two; a letter of one person may go."""
    if campaign.solo or not has_a_team(session, campaign.id):
        return
    names = [name for name, _ in unchecked_offices(session, keyring, campaign, now=now)]
    if names:
        raise Refused(not_checked_sentence(names))


def not_checked_sentence(names: Sequence[str]) -> Sentence:
    """Say which offices block a release, and what to do (pure)."""
    return Sentence(
        "Nothing was sent: two coordinators have to check each recipient against its source, within the last {days}"
        " days. Not checked so: {names}.",
        days=LASTS.days,
        names=", ".join(names),
    )
