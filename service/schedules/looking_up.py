"""Look up whom a part of a reminder goes to, and when, before it is posted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from service.foundation.sealing import CampaignKeys
from service.i18n.zones import zone_of_country
from service.model.campaign import Campaign
from service.model.schedule import Action, Occurrence, Schedule
from service.model.signature import Signature
from service.schedules.audience import Audience, is_meant, sparing_mails
from service.schedules.due import ON_TIME, Due, Timing, reader_moment
from service.signing.party import read_party
from service.signing.remind import Reminded, pick_reminded
from service.signing.remind_stretch import Stretch, pick_stretch
from service.store.keyring import Keyring

A_PART = 10_000
"""Sign-ons that one transaction posts to at most: nobody has to wait for long, and memory stays flat."""


_LOOKED_UP = frozenset({Action.REMIND, Action.INVITE})


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of an occurrence that was looked up: those after `after`, and the last of them, None where no other follows.

    `moments` gives for each moment the sign-ons that are written to then, each of which is among the `reminded`; where
    all are written to at one `moment` and lie close together, it has them as a `stretch` instead.
    """

    occurrence_id: str
    after: str
    last: str | None
    moment: datetime
    stretch: Stretch | None = None
    reminded: Sequence[Reminded] = ()
    moments: Mapping[datetime, Sequence[str]] = field(default_factory=dict)

    def is_that(self, occurrence_id: str, after: str | None) -> bool:
        """Tell whether this is the part of that occurrence after that sign-on."""
        return (self.occurrence_id, self.after) == (occurrence_id, after)


def look_up_part(
    session: Session,
    keyring: Keyring,
    occurrence_id: str,
    *,
    after: str,
    now: datetime,
    most: int = A_PART,
) -> Part | None:
    """Look up whom a part of an occurrence goes to, so that it need only be posted; None where it is not of that kind.

    It only reads, and may be done while the part before it is being posted.
    """
    occurrence = session.get_one(Occurrence, occurrence_id)
    schedule = session.get_one(Schedule, occurrence.schedule_id)
    if schedule.action not in _LOOKED_UP:
        return None
    campaign = session.get_one(Campaign, occurrence.campaign_id)
    keys, audience = keyring.of(session, campaign.id), Audience.from_record(schedule.audience)
    due = due_of(occurrence)
    # Who is spared is found for all of a part at once, and not by a look for each of them.
    meant = is_meant(replace(audience, spare_hours=0), campaign, keys, due_at=due.at, day=due.clock.date())
    spared = (
        sparing_mails(since=due.at - timedelta(hours=audience.spare_hours)) if audience.spare_hours else ()
    )
    timing = Timing.from_record(schedule.timing)
    # What is on time is due when it was planned: whoever is spared for a day is then spared for just that.
    moment = due.at if now - due.at <= ON_TIME else now
    each_alone = timing.by_reader or bool(audience.countries)
    if not each_alone and (
        stretch := pick_stretch(session, campaign, meant, after=after, most=most, spared=spared, now=now)
    ):
        return Part(
            occurrence_id=occurrence_id,
            after=after,
            last=stretch.last if stretch.number == most else None,
            moment=moment,
            stretch=stretch,
        )
    picked = pick_reminded(session, campaign, meant, after=after, most=most, spared=spared, now=now)
    reminded = [one for one in picked if not one.is_spared]
    moments: Mapping[datetime, Sequence[str]] = {moment: [one.id for one in reminded]}
    if each_alone:
        moments = reader_moments(
            _countries(session, keys, reminded),
            audience,
            timing,
            due,
            fallback=ZoneInfo(campaign.time_zone),
            earliest=moment,
            ends=campaign.deadline_at,
        )
    return Part(
        occurrence_id=occurrence_id,
        after=after,
        last=picked[-1].id if len(picked) == most else None,
        moment=moment,
        reminded=reminded,
        moments=moments,
    )


def due_of(occurrence: Occurrence) -> Due:
    """Give the time that an occurrence was due again."""
    clock, zone = occurrence.local.split(" ", 1)
    return Due(at=occurrence.due_at, clock=datetime.fromisoformat(clock), zone=zone)


def reader_moments(
    countries: Mapping[str, str],
    audience: Audience,
    timing: Timing,
    due: Due,
    *,
    fallback: ZoneInfo,
    earliest: datetime,
    ends: datetime,
) -> Mapping[datetime, Sequence[str]]:
    """Give for each moment the sign-ons that are written to then, of those whose countries are given (pure).

    Who is in none of the audience's countries is left out. A country of several zones, or none, reads `fallback`.
    Whose moment has passed is written to at the `earliest`, and so is whose clock shows the time only when all `ends`:
    then a mail could do nothing but lapse.
    """
    found: dict[datetime, list[str]] = {}
    for one, country in countries.items():
        if audience.countries and country not in audience.countries:
            continue
        zone = zone_of_country(country, at=due.at) if country and timing.by_reader else None
        at = reader_moment(due, zone or fallback) if timing.by_reader else due.at
        if timing.by_reader and at >= ends:
            at = earliest
        found.setdefault(max(at, earliest), []).append(one)
    return found


def _countries(session: Session, keys: CampaignKeys, reminded: Sequence[Reminded]) -> Mapping[str, str]:
    if not reminded:
        return {}
    rows = session.execute(
        select(Signature).where(
            col(Signature.campaign_id) == keys.campaign,
            col(Signature.id).between(reminded[0].id, reminded[-1].id),
        )
    ).scalars()
    wanted = {one.id for one in reminded}
    return {row.id: read_party(keys, row).country for row in rows if row.id in wanted}
