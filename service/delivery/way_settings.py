"""What a letter has set up for its ways of sending: set, forgotten, and shown without its secrets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, select

from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.delivery.asked import asked_counts
from service.delivery.channel import Outward, Settable
from service.delivery.registry import OF_PEOPLE, SETTABLE
from service.delivery.setting import Setting, Standing, read_given
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence, in_a_row
from service.model.campaign import Campaign
from service.model.way_setting import WaySetting
from service.store.keyring import Keyring
from service.store.sealed import open_record, seal_record

NO_SUCH_WAY = Sentence("There is no such way of sending that a letter sets up.")
NOT_SET_UP = Sentence("That way is not set up, so there is nothing to forget.")


@dataclass(frozen=True, kw_only=True)
class WaySeen:
    """One way that a letter sets up; secrets are not in it.

    `shown` are the values that may be shown, `kept` the keys of the secrets that are set. `said` is what its account is
    good for, with `is_trial` that nothing reaches anybody by it, or with `is_wrong` why it cannot be used. `set_at` is None
    while it is not set up.
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


def settings_of(session: Session, keyring: Keyring, campaign: Campaign) -> Mapping[str, Mapping[str, str]]:
    """Give what a letter has set up, by the names of the ways: secrets, too, so that nothing may print it."""
    rows = session.exec(select(WaySetting).where(WaySetting.campaign_id == campaign.id)).all()
    if not rows:
        return {}
    keys = keyring.of(session, campaign.id)
    return {row.channel: open_record(keys, row, "details") for row in rows}


def outward_for(session: Session, keyring: Keyring, campaign: Campaign, outward: Outward) -> Outward:
    """Give what a letter can be sent with: what the installation has, what the letter has set up, who asked their Members."""
    settings = settings_of(session, keyring, campaign)
    asked = asked_counts(session, campaign) if OF_PEOPLE & settings.keys() else {}
    return replace(outward, settings=settings, asked=asked)


def ways_seen(session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime) -> Sequence[WaySeen]:
    """Show each way that a letter sets up, set up or not, in the order of the registry."""
    found = select(WaySetting).where(WaySetting.campaign_id == campaign.id)
    rows = {row.channel: row for row in session.exec(found).all()}
    values = settings_of(session, keyring, campaign)
    return [
        _seen(channel, rows.get(name), values.get(name, {}), now=now) for name, channel in SETTABLE.items()
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
