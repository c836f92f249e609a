"""What one person may do with sign-ons alone, and what a second one is asked about: these, and where each stands now."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from service.campaigns.queries import lock_campaign
from service.coordinators.lately import things_since
from service.coordinators.permissions import Act
from service.coordinators.second_look import ask_second
from service.coordinators.second_look_notice import tell_second
from service.model.audit_event import AuditEvent
from service.model.second_look import SecondLook, Verdict
from service.model.signature import Signature
from service.signing.secretariat.acts import AUDITED_AS, Does, stamp
from service.signing.secretariat.doing import can_be_done

BATCH = "signatures.batch"
"""The act that waits for a second coordinator before it is done with many."""
MOST_ALONE = 10
"""With more sign-ons than these within a day nobody does the same thing alone."""
ALONE_WITHIN = timedelta(days=1)
TAKES_OUT = frozenset({Does.DECLINE, Does.INVALIDATE})
"""What nobody does alone with many, one by one neither."""


def needs_second(
    session: Session, campaign_id: str, does: Does, ids: Sequence[str], *, by: str, now: datetime
) -> bool:
    """Tell whether a second coordinator has to look: these, and those of the last day with which `by` did it alone, are many.

    What another has asked for, and `by` approved, was not done alone.
    """
    since = now - ALONE_WITHIN
    done = things_since(session, by=by, acts=(AUDITED_AS[does],), since=since, campaign_id=campaign_id)
    looked = select(SecondLook).where(
        SecondLook.campaign_id == campaign_id,
        SecondLook.act == BATCH,
        SecondLook.decided_by == by,
        SecondLook.verdict == Verdict.APPROVED,
        col(SecondLook.decided_at) > since,
    )
    by_two = {
        one
        for look in session.exec(looked).all()
        if look.thing["does"] == does.value
        for one in look.thing["ids"]
    }
    return len({*done, *ids} - (by_two - set(ids))) > MOST_ALONE


def ask_if_many(
    session: Session, slug: str, does: Does, ids: Sequence[str], *, by: str, now: datetime
) -> bool:
    """Ask a second coordinator where these would be too many for one person within a day; tells whether it was asked."""
    # Two that are sent at once are counted one after the other.
    campaign = lock_campaign(session, slug)
    rows = can_be_done(session, campaign, ids, does)
    if not needs_second(session, campaign.id, does, [row.id for row in rows], by=by, now=now):
        return False
    thing = {"does": does.value, "ids": [row.id for row in rows], "stand": [stamp(row) for row in rows]}
    look = ask_second(session, campaign_id=campaign.id, act=BATCH, thing=thing, by=by, now=now)
    tell_second(session, look, Act.MODERATE, now=now)
    return True


def ask_if_one_too_many(
    session: Session, slug: str, does: Does, signature_id: str, *, by: str, now: datetime
) -> bool:
    """Ask where this one would be one too many of those whom one person took out within a day; tells whether it was asked.

    One person alone has nobody to ask; to hold a sign-on waits for nobody.
    """
    if does not in TAKES_OUT or lock_campaign(session, slug).solo:
        return False
    return ask_if_many(session, slug, does, [signature_id], by=by, now=now)


def as_they_stood(session: Session, slug: str, thing: Mapping[str, Any]) -> Sequence[str]:
    """List those of a question that stand as they did then: who said "that was not me" since is not let in by it."""
    campaign = lock_campaign(session, slug)
    stood = dict(zip(thing["ids"], thing.get("stand", ()), strict=False))
    if not stood:
        return list(thing["ids"])
    found = select(Signature).where(Signature.campaign_id == campaign.id, col(Signature.id).in_(thing["ids"]))
    rows = session.exec(found.order_by(col(Signature.id)).with_for_update()).all()
    return [row.id for row in rows if stood[row.id] == stamp(row)]


def taken_out(session: Session, slug: str, look_id: str) -> Sequence[str]:
    """List those whom a look took out and about whom nothing was decided since, by the secretariat or by "that was not me"."""
    campaign, look = lock_campaign(session, slug), session.get_one(SecondLook, look_id)
    since = select(AuditEvent).where(
        AuditEvent.campaign_id == campaign.id,
        col(AuditEvent.thing).in_(look.thing["ids"]),
        col(AuditEvent.act).in_((*AUDITED_AS.values(), "signature.not_me")),
        col(AuditEvent.at) >= look.done_at,
    )
    decided: dict[str, list[AuditEvent]] = {}
    for event in session.exec(since).all():
        decided.setdefault(event.thing, []).append(event)
    own = (AUDITED_AS[Does(look.thing["does"])], look.decided_by)
    return [thing for thing, events in decided.items() if [(one.act, one.actor) for one in events] == [own]]
