"""What a letter has set up for its ways of sending: set, forgotten, and shown without its secrets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, select

from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.delivery.asked import asked_counts
from service.delivery.channel import Outward, Settable
from service.delivery.kept_lists import lists_at, offices_in
from service.delivery.office_list import MISSED, ListNow, why_useless
from service.delivery.registry import OF_PEOPLE, PEOPLE, SETTABLE
from service.delivery.setting import Setting, Standing, read_given
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence, in_a_row
from service.model.campaign import Campaign
from service.model.chamber_list import ChamberList
from service.model.way_setting import WaySetting
from service.store.keyring import Keyring
from service.store.sealed import open_record, seal_record

NO_SUCH_WAY = Sentence("There is no such way of sending that a letter sets up.")
NOT_SET_UP = Sentence("That way is not set up, so there is nothing to forget.")


@dataclass(frozen=True, kw_only=True)
class ListSeen:
    """The list of offices by which a way goes: how many, since when, None where there is none.

    `missed` says why it could not be fetched anew at `tried_at`, "" where it could; `useless` why nothing goes by it, "" where
    something can.
    """

    offices: int
    fetched_at: datetime | None
    tried_at: datetime | None
    missed: str
    useless: str


@dataclass(frozen=True, kw_only=True)
class WaySeen:
    """One way that a letter sets up; secrets are not in it.

    `shown` are the values that may be shown, `kept` the keys of the secrets that are set. `said` is what its account is
    good for, with `is_trial` that nothing reaches anybody by it, or with `is_wrong` why it cannot be used. `set_at` is None
    while it is not set up. `listed` is None for a way that goes by no list of offices.
    """

    name: str
    settings: Sequence[Setting]
    shown: Mapping[str, str]
    kept: frozenset[str]
    said: str
    is_wrong: bool
    is_trial: bool
    set_by: str
    set_at: datetime | None
    listed: ListSeen | None = None


def settings_of(session: Session, keyring: Keyring, campaign: Campaign) -> Mapping[str, Mapping[str, str]]:
    """Give what a letter has set up, by the names of the ways: secrets, too, so that nothing may print it."""
    rows = session.exec(select(WaySetting).where(WaySetting.campaign_id == campaign.id)).all()
    if not rows:
        return {}
    keys = keyring.of(session, campaign.id)
    return {row.channel: open_record(keys, row, "details") for row in rows}


def outward_for(session: Session, keyring: Keyring, campaign: Campaign, outward: Outward) -> Outward:
    """Give what copies of a letter can be sent with: what the installation has, and what the letter has set up."""
    return replace(outward, settings=settings_of(session, keyring, campaign))


def outward_with_members(
    session: Session, keyring: Keyring, campaign: Campaign, outward: Outward, *, now: datetime
) -> Outward:
    """Give the same with what messages to Members of Congress need: who has asked them, and which offices take any now."""
    mine = outward_for(session, keyring, campaign, outward)
    if not OF_PEOPLE & mine.settings.keys():
        return mine
    lists = lists_now(session, mine.settings, now=now)
    return replace(mine, asked=asked_counts(session, campaign), lists=lists)


def lists_now(
    session: Session, settings: Mapping[str, Mapping[str, str]], *, now: datetime
) -> Mapping[str, ListNow]:
    """Give the lists of offices by which the ways of these settings go, by way; none of what cannot be used."""
    places = _places(settings)
    kept = lists_at(session, places.values())
    return {name: ListNow(offices=offices_in(kept.get(place)), now=now) for name, place in places.items()}


def ways_seen(session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime) -> Sequence[WaySeen]:
    """Show each way that a letter sets up, set up or not, in the order of the registry."""
    found = select(WaySetting).where(WaySetting.campaign_id == campaign.id)
    rows = {row.channel: row for row in session.exec(found).all()}
    values = settings_of(session, keyring, campaign)
    listed = _lists_seen(session, values, now=now)
    return [
        replace(_seen(channel, rows.get(name), values.get(name, {}), now=now), listed=listed.get(name))
        for name, channel in SETTABLE.items()
    ]


def set_way(
    session: Session,
    keyring: Keyring,
    slug: str,
    channel: str,
    values: Mapping[str, str],
    *,
    by: str,
    now: datetime,
) -> None:
    """Set a way up, or set it up anew; a secret that is left empty stays as it was.

    Raises NotFound for a way that no letter sets up, Misset with what is wrong of single values, and Refused where the way
    cannot be used with all of them together.
    """
    way = _way(channel)
    campaign = lock_campaign(session, slug)
    keys, row = keyring.of(session, campaign.id), _row(session, campaign, channel)
    kept = open_record(keys, row, "details") if row else {}
    read = read_given(way.settings, values, kept=kept)
    way.try_settings(read, now=now)
    row = row or WaySetting(campaign_id=campaign.id, channel=channel, details=b"", set_by=by, set_at=now)
    row.details, row.set_by, row.set_at = seal_record(keys, row, "details", read), by, now
    session.add(row)
    audit.record(session, by=by, act="way.set", campaign_id=campaign.id, thing=channel, now=now)


def forget_way(session: Session, slug: str, channel: str, *, by: str, now: datetime) -> None:
    """Forget what was set up for a way; raises NotFound for a way that no letter sets up, Refused where nothing is."""
    _way(channel)
    campaign = lock_campaign(session, slug)
    row = _row(session, campaign, channel)
    if row is None:
        raise Refused(NOT_SET_UP)
    session.delete(row)
    audit.record(session, by=by, act="way.forget", campaign_id=campaign.id, thing=channel, now=now)


def _way(channel: str) -> Settable:
    if channel not in SETTABLE:
        raise NotFound(NO_SUCH_WAY)
    return SETTABLE[channel]


def _row(session: Session, campaign: Campaign, channel: str) -> WaySetting | None:
    found = select(WaySetting).where(WaySetting.campaign_id == campaign.id, WaySetting.channel == channel)
    return session.exec(found).one_or_none()


def _seen(way: Settable, row: WaySetting | None, values: Mapping[str, str], *, now: datetime) -> WaySeen:
    found, is_wrong = Standing(says=""), False
    if row is not None:
        try:
            found = way.try_settings(values, now=now)
        except Refused as refusal:
            found, is_wrong = Standing(says=in_a_row((str(refusal), *refusal.faults))), True
    secrets = {one.key for one in way.settings if one.secret}
    return WaySeen(
        name=way.name,
        settings=way.settings,
        shown={
            one.key: values[one.key] for one in way.settings if one.key in values and one.key not in secrets
        },
        kept=frozenset(key for key in secrets if values.get(key)),
        said=found.says,
        is_wrong=is_wrong,
        is_trial=found.is_trial,
        set_by=row.set_by if row else "",
        set_at=row.set_at if row else None,
    )


def _places(settings: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    found = {}
    for name in OF_PEOPLE & settings.keys():
        try:
            found[name] = PEOPLE[name].list_at(settings[name])
        except Refused:
            continue
    return found


def _lists_seen(
    session: Session, settings: Mapping[str, Mapping[str, str]], *, now: datetime
) -> Mapping[str, ListSeen]:
    places = _places(settings)
    kept = lists_at(session, places.values())
    return {name: _list_seen(kept.get(place), now=now) for name, place in places.items()}


def _list_seen(row: ChamberList | None, *, now: datetime) -> ListSeen:
    offices = offices_in(row)
    return ListSeen(
        offices=len(offices.names) if offices else 0,
        fetched_at=offices.fetched_at if offices else None,
        tried_at=row.tried_at if row else None,
        missed=MISSED[row.missed] if row and row.missed else "",
        useless=why_useless(offices, now=now) or "",
    )
