"""Two coordinators check an office's data against its source; without both, newly, no letter of a team is released."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations

from sqlmodel import Session, col, select

from service.campaigns.contents import open_file
from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.coordinators.permissions import Act
from service.coordinators.voices import has_invited, people_of, spoken_by, voices_of
from service.delivery.offices.edit import find_office
from service.delivery.offices.identity import data_index, key_of, office_index
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.office import OfficeCheck
from service.store.insert import insert_or
from service.store.keyring import Keyring

LASTS = timedelta(days=90)
"""How long a check holds: offices move, and their mailboxes change hands."""
CHECKERS_NEEDED = 2
CHECKED = "edition.checked:"
"""What the audit's act begins with that says by whom the recipients of a released edition were checked."""
CHANGED_MEANWHILE = Sentence(
    "What you looked at was changed meanwhile; look at it once more, and then say that it is right."
)


class CheckState(StrEnum):
    """How well an office's data is checked."""

    NOBODY = "nobody"
    ONE = "one"
    TWO = "two"
    OLD = "old"


class CheckedBy(StrEnum):
    """Who has checked the recipients of a letter that is released: as the evidence says it."""

    ONE_PERSON = "one_person"
    WHO_INVITED_ONE_ANOTHER = "two_one_invited_the_other"
    TWO_PEOPLE = "two_people"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Who called exactly this data right, and when; `voice` is whose that one's word is now, "" of who left the team."""

    by: str
    at: datetime
    voice: str


def check_state(checks: Sequence[Checked], *, now: datetime) -> CheckState:
    """Say how well data is checked that these have checked (pure)."""
    everybody = {one.voice for one in checks if one.voice}
    lately = {one.voice for one in checks if one.voice and now - one.at <= LASTS}
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
    return check_state(checks_of_office(session, keys, details, now=now), now=now)


def checks_of_office(
    session: Session, keys: CampaignKeys, details: Mapping[str, object], *, now: datetime
) -> Sequence[Checked]:
    """Give who has checked one office's data as it is now, the newest first."""
    found = select(OfficeCheck).where(
        OfficeCheck.campaign_id == keys.campaign,
        OfficeCheck.office_index == office_index(keys, details),
        OfficeCheck.data_index == data_index(keys, details),
    )
    rows = session.exec(found.order_by(col(OfficeCheck.checked_at).desc())).all()
    voices = voices_of(session, keys.campaign, now=now)
    return [
        Checked(by=row.checked_by, at=row.checked_at, voice=spoken_by(voices, row.checked_by)) for row in rows
    ]


def has_a_team(session: Session, campaign: Campaign, *, now: datetime) -> bool:
    """Tell whether two people may check the recipients of a letter; where there are not two, nobody can ask for it.

    A letter of one person alone has none, whoever else looks on.
    """
    people = people_of(session, campaign.id, Act.EDIT_RECIPIENTS, now=now)
    return not campaign.solo and len(people) >= CHECKERS_NEEDED


def offices_to_check(
    session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime
) -> Sequence[str]:
    """Name the offices for which a release waits, in the letter's order: those that two have not checked lately.

    None are where nobody can ask for two. Whatever speaks of a release, or goes before one, asks this one rule.
    """
    if not has_a_team(session, campaign, now=now):
        return ()
    keys, file = keyring.of(session, campaign.id), open_file(session, keyring, campaign)
    states = [
        (office.name, check_state(checks_of_office(session, keys, office.as_record(), now=now), now=now))
        for office in file.recipients
    ]
    return [name for name, state in states if state is not CheckState.TWO]


def checked_by(session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime) -> CheckedBy:
    """Say plainly by whom the recipients of a letter were checked whose release waits for nothing any more."""
    if not has_a_team(session, campaign, now=now):
        return CheckedBy.ONE_PERSON
    keys, file = keyring.of(session, campaign.id), open_file(session, keyring, campaign)
    for office in file.recipients:
        checks = checks_of_office(session, keys, office.as_record(), now=now)
        lately = [one for one in checks if one.voice and now - one.at <= LASTS]
        if not any(
            one.voice != other.voice and not has_invited(session, campaign.id, one.by, other.by)
            for one, other in combinations(lately, CHECKERS_NEEDED)
        ):
            return CheckedBy.WHO_INVITED_ONE_ANOTHER
    return CheckedBy.TWO_PEOPLE


def refuse_unless_checked(session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime) -> None:
    """Raise Refused, naming them, where offices of a team's letter are not checked by two; a letter of one person may go."""
    names = offices_to_check(session, keyring, campaign, now=now)
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
