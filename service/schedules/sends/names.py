"""Name those to whom a planned sending would go: the first of them, for who may see names."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from service.model.campaign import Campaign
from service.model.schedule import Action
from service.model.signature import Signature
from service.model.states import SignatureState
from service.model.update import Update
from service.schedules.audience import Audience, is_meant
from service.schedules.begin import dates_of, times_of
from service.schedules.due import Due
from service.schedules.reach import Some, Within, some_of
from service.schedules.sends.listing import get_schedule
from service.signing.party import read_party
from service.signing.updates import unreached
from service.store.keyring import Keyring

A_PAGE = 100


@dataclass(frozen=True, kw_only=True)
class Named:
    """Some of those to whom a sending would go: `is_more` where there are more, `is_cut` where only so many sign-ons were looked at."""

    names: Sequence[str]
    is_more: bool = False
    is_cut: bool = False


def names_of(
    session: Session, keyring: Keyring, campaign: Campaign, schedule_id: str, *, now: datetime
) -> Named:
    """Name the first of those to whom the next time of a sending would go; no other name is opened."""
    schedule, keys = get_schedule(session, campaign.id, schedule_id), keyring.of(session, campaign.id)
    within = Within(session, campaign)
    coming = times_of(schedule, dates_of(session, keyring, campaign, schedule))
    due = next((one for one in coming if one.at > now), Due(at=now, clock=now, zone="UTC"))
    if schedule.action is Action.UPDATE and schedule.update_id is not None:
        until = within.until((SignatureState.CONFIRMED,))
        update = session.get_one(Update, schedule.update_id)
        ids = unreached(session, keys, update, most=A_PAGE + 1, at=due.at, until=until)
        found = select(Signature).where(col(Signature.id).in_(ids)).order_by(col(Signature.id))
        some = Some(rows=session.exec(found).all(), is_cut=until is not None)
    elif schedule.action in {Action.REMIND, Action.INVITE, Action.PROOF}:
        audience = Audience.from_record(schedule.audience)
        audience = replace(audience, printed=audience.printed or schedule.action is Action.PROOF)
        meant = is_meant(audience, campaign, keys, due_at=due.at, day=due.clock.date())
        some = some_of(session, keys, audience, meant, within=within, most=A_PAGE + 1)
    else:
        return Named(names=())
    parties = [read_party(keys, row) for row in some.rows[:A_PAGE]]
    return Named(
        names=[party.name or "–" for party in parties],
        is_more=len(some.rows) > A_PAGE,
        is_cut=some.is_cut,
    )
