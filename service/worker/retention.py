"""Let go, some at a time, what the house keeps for a while only, and a letter's personal data when its time has come."""

import logging
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from service.campaigns.contents import forget_file
from service.model.campaign import Campaign
from service.model.retention import Retention
from service.model.states import CampaignState
from service.signing.invitees.directory import keep_willing
from service.store.transaction import reading, transaction
from service.store.vacuum import after_purge
from service.upkeep.house_sweeps import house_sweeps
from service.upkeep.keeping import Step, next_step
from service.upkeep.letter_sweeps import letter_sweeps
from service.upkeep.notices import tell_of_purge
from service.upkeep.purge import cancel_mails, end_purge, facts_of, has_mails, retention_of, shred
from service.upkeep.sweep import Sweep, clear, some
from service.wiring import Services

_log = logging.getLogger("undersigned.worker")


def forget_old(services: Services, owner: str) -> int:
    """Delete what the house keeps for a while only and whose time is over; gives how many rows."""
    del owner
    now = services.clock()
    with reading(services.engine) as session:
        sweeps = [one for some_of in house_sweeps(session, now=now).values() for one in some_of]
    return _sweep(services, sweeps)


def keep_retention(services: Services, owner: str) -> int:
    """Take the next step of each letter that was put away: tell, tell again, purge; gives how many steps and rows.

    A purge that was stopped is gone on with. It is over when nothing is left to clear.
    """
    del owner
    done = 0
    for campaign_id in _put_away(services):
        if services.wake.is_stopping():
            break
        done += _step(services, campaign_id)
    return done


def finish_purge(services: Services, campaign_id: str) -> int:
    """Clear all that is left of a letter whose keys were shredded; gives how many rows.

    What hangs on a sign-on goes along with it and is not counted by itself.
    """
    # Whoever looked at the letter just before its keys went has opened them once more.
    services.keyring.forget(campaign_id)
    forget_file(campaign_id)
    with transaction(services.engine) as session:
        # A sender had some in its hands when the keys went, and gave them back.
        cancel_mails(session, campaign_id, now=services.clock())
    with reading(services.engine) as session:
        campaign = session.get_one(Campaign, campaign_id)
        sweeps = letter_sweeps(campaign, now=services.clock())
    done = _sweep(services, sweeps)
    with reading(services.engine) as session:
        left = has_mails(session, campaign_id) or any(some(session, one) for one in sweeps)
    if left:
        # A sender had a mail in its hands, or the process is to end: the next turn goes on.
        return done
    with transaction(services.engine) as session:
        end_purge(session, campaign_id, now=services.clock())
    after_purge(services.engine)
    _log.warning("letter %s was purged", campaign_id)
    return done


def _put_away(services: Services) -> list[str]:
    found = (
        select(Retention.campaign_id)
        .join(Campaign, col(Campaign.id) == col(Retention.campaign_id))
        .where(
            col(Campaign.state).in_((CampaignState.ARCHIVED, CampaignState.PURGED)),
            col(Retention.purged_at).is_(None),
        )
        .order_by(col(Retention.campaign_id))
    )
    with reading(services.engine) as session:
        return list(session.exec(found).all())


def _step(services: Services, campaign_id: str) -> int:
    now = services.clock()
    with reading(services.engine) as session:
        row = session.get_one(Retention, campaign_id)
        step = next_step(facts_of(session, row), now=now)
    if step is Step.NOTHING:
        return 0
    if step is Step.PURGE and row.shredded_at is None:
        keep_willing_in_parts(services, campaign_id, by="clock", now=now)
    with transaction(services.engine) as session:
        told = _act(services, session, campaign_id, now=now)
    if told is not None:
        services.wake.ring()
        return told
    return finish_purge(services, campaign_id)


def keep_willing_in_parts(services: Services, campaign_id: str, *, by: str, now: datetime) -> None:
    """Keep for next letters whoever asked for it, a part at a time: the shred, which looks once more, holds others up less."""
    after: str | None = ""
    while after is not None and not services.wake.is_stopping():
        with transaction(services.engine) as session:
            campaign = session.get_one(Campaign, campaign_id)
            part = keep_willing(session, services.keyring, campaign, after=after, by=by, now=now)
        after = part.last


def _act(services: Services, session: Session, campaign_id: str, *, now: datetime) -> int | None:
    """Do what is due by now, or begin the purge; None where rows are to be cleared after this."""
    row = retention_of(session, campaign_id)
    facts = facts_of(session, row)
    step = next_step(facts, now=now)
    if step is not Step.PURGE:
        return int(tell_of_purge(session, row, facts, step, now=now))
    if row.shredded_at is None:
        locked = select(Campaign).where(Campaign.id == campaign_id).with_for_update()
        campaign = session.exec(locked).one()
        shred(session, services.keyring, campaign, row, by="clock", now=now)
    return None


def _sweep(services: Services, sweeps: Iterable[Sweep]) -> int:
    return sum(_sweep_one(services, one) for one in sweeps)


def _sweep_one(services: Services, sweep: Sweep) -> int:
    done, after = 0, None
    while not services.wake.is_stopping():
        with reading(services.engine) as session:
            keys = some(session, sweep, after=after)
        if not keys:
            break
        with transaction(services.engine) as session:
            done += clear(session, sweep, keys)
        after = keys[-1]
    return done
