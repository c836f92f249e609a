"""What happens with a letter beside the mails to those who signed: steps of its run of show, and what precedes a purge."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from service.model.campaign import Campaign
from service.model.show import Step as ShowStep
from service.schedules.show_listing import list_show
from service.store.keyring import Keyring
from service.upkeep.coming import Coming, coming_of, coming_of_all
from service.upkeep.keeping import Step

_OF_SHOW: Mapping[ShowStep, str] = {
    ShowStep.DELIVERED: "the letter is handed over to its recipients",
    ShowStep.RECEIPT: "a receipt is waited for until now at the latest",
    ShowStep.PRESS: "copies to the press",
    ShowStep.PAGE: "the page becomes public",
}
_TOLD_ANYWAY = frozenset({ShowStep.DELIVERED, ShowStep.PAGE})
_OF_PURGE: Mapping[Step, tuple[str, str]] = {
    Step.NOTIFY: ("purge-notice", "notice that its personal data will be purged"),
    Step.REMIND: ("purge-reminder", "last notice before its personal data is purged"),
    Step.PURGE: ("purge", "its personal data is purged, unless that is put off"),
}


@dataclass(frozen=True, kw_only=True)
class Beside:
    """One such moment; `mails` counts those to the secretariat, and `is_told` says that the letter's own dates tell it anyway."""

    at: datetime
    name: str
    what: str
    mails: int = 0
    is_told: bool = False


def moments_beside(
    session: Session, keyring: Keyring, campaign: Campaign, *, until: datetime, now: datetime
) -> Iterator[Beside]:
    """Give what comes of one letter until a moment."""
    for line in list_show(session, keyring, campaign, now=now):
        if line.step in _OF_SHOW and not line.is_over and line.at is not None and line.at <= until:
            yield Beside(
                at=line.at,
                name=line.step.value,
                what=_OF_SHOW[line.step],
                is_told=line.step in _TOLD_ANYWAY,
            )
    for coming in coming_of(session, campaign, until=until, now=now):
        yield _before_purge(coming)


def purges_beside(session: Session, *, until: datetime, now: datetime) -> Iterator[tuple[str, Beside]]:
    """Give what precedes the purges of all letters until a moment, each with the letter's slug."""
    for coming in coming_of_all(session, until=until, now=now):
        yield coming.slug, _before_purge(coming)


def _before_purge(coming: Coming) -> Beside:
    name, what = _OF_PURGE[coming.step]
    return Beside(at=coming.at, name=name, what=what, mails=int(coming.step is not Step.PURGE))
