"""What a run of show will send, before it does: who would get the final copy and a kit, and when."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from service.campaigns.queries import released_edition
from service.kit.send import list_kits
from service.model.campaign import Campaign
from service.model.show import Step
from service.model.states import ShowState
from service.model.update import UpdateAudience
from service.schedules.due import Due
from service.schedules.planned import Planned
from service.schedules.show_listing import list_show
from service.signing.updates import list_readers
from service.store.keyring import Keyring


def forecast_show(
    session: Session, keyring: Keyring, campaign: Campaign, *, until: datetime, now: datetime
) -> Iterator[Planned]:
    """Tell what the run of show of a letter would send to those who signed, until a moment, if nothing changes."""
    is_released = released_edition(session, campaign) is not None
    for line in list_show(session, keyring, campaign, now=now):
        find = _READERS.get(line.step)
        if find is None or line.is_over or line.state is ShowState.UNDER_WAY:
            continue
        if line.at is None or line.at > until:
            continue
        whom = find(session, keyring, campaign)
        clock = line.at.astimezone(ZoneInfo(campaign.time_zone))
        yield Planned(
            slug=campaign.slug,
            name=line.step.value,
            due=Due(at=line.at, clock=clock.replace(tzinfo=None), zone=campaign.time_zone),
            whom=sorted(one for one, _ in whom),
            languages=dict(Counter(language for _, language in whom)),
            waits_for="" if is_released else "the release",
        )


def _readers(session: Session, keyring: Keyring, campaign: Campaign) -> Sequence[tuple[str, str]]:
    return list_readers(session, keyring, campaign, UpdateAudience.SIGNATORIES)


def _members(session: Session, keyring: Keyring, campaign: Campaign) -> Sequence[tuple[str, str]]:
    return list_kits(session, keyring, campaign, released_edition(session, campaign))


_READERS: Mapping[Step, Callable[[Session, Keyring, Campaign], Sequence[tuple[str, str]]]] = {
    Step.COPY: _readers,
    Step.KITS: _members,
}
