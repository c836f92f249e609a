"""The offices of a letter as the desk lists them: who they are, how well checked, what can reach them, what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile
from service.campaigns.file_tables import Recipient
from service.coordinators.names import names_of
from service.delivery.channel import Outward
from service.delivery.check import Line, check_file
from service.delivery.offices.checks import Checked, CheckState, check_state, checks_of_office
from service.delivery.offices.contacts import NextStep, next_steps
from service.delivery.offices.edit import find_office
from service.delivery.offices.identity import data_index, key_of, office_key
from service.delivery.way_settings import outward_with_members
from service.foundation.sealing import CampaignKeys
from service.model.campaign import Campaign
from service.store.keyring import Keyring


@dataclass(frozen=True, kw_only=True)
class OfficeSeen:
    """One office; `data` is the key of what a coordinator looks at, and `names` those of who has checked it."""

    key: str
    data: str
    place: int
    office: Recipient
    ways: Sequence[Line]
    state: CheckState
    checks: Sequence[Checked]
    names: Mapping[str, str]
    next_step: NextStep | None

    def is_checked_by(self, actor: str) -> bool:
        """Tell whether somebody has checked the data as it is now."""
        return any(one.by == actor for one in self.checks)


def offices_seen(
    session: Session, keyring: Keyring, campaign: Campaign, outward: Outward, *, now: datetime
) -> Sequence[OfficeSeen]:
    """List the offices of a letter, in its order."""
    look = _look(session, keyring, campaign, outward, now=now)
    return [_seen(look, place, now=now) for place in range(len(look.file.recipients))]


def office_seen(
    session: Session, keyring: Keyring, campaign: Campaign, key: str, outward: Outward, *, now: datetime
) -> OfficeSeen:
    """Show one office by its key; raises NotFound where the letter has none of this key."""
    look = _look(session, keyring, campaign, outward, now=now)
    return _seen(look, find_office(look.keys, look.file, key), now=now)


@dataclass(frozen=True, kw_only=True)
class _Look:
    session: Session
    keys: CampaignKeys
    of_desk: CampaignKeys
    file: CampaignFile
    lines: Sequence[Line]
    steps: Mapping[str, NextStep]


def _look(
    session: Session, keyring: Keyring, campaign: Campaign, outward: Outward, *, now: datetime
) -> _Look:
    keys, file = keyring.of(session, campaign.id), open_file(session, keyring, campaign)
    return _Look(
        session=session,
        keys=keys,
        of_desk=keyring.desk,
        file=file,
        lines=check_file(file, outward_with_members(session, keyring, campaign, outward, now=now)),
        steps=next_steps(session, keys),
    )


def _seen(look: _Look, place: int, *, now: datetime) -> OfficeSeen:
    office = look.file.recipients[place]
    details, key = office.as_record(), office_key(look.keys, office)
    checks = checks_of_office(look.session, look.keys, details, now=now)
    return OfficeSeen(
        key=key,
        data=key_of(data_index(look.keys, details)),
        place=place,
        office=office,
        ways=[line for line in look.lines if line.recipient.position == place],
        state=check_state(checks, now=now),
        checks=checks,
        names=names_of(look.session, look.of_desk, [one.by for one in checks]),
        next_step=look.steps.get(key),
    )
