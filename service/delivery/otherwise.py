"""Where one way has failed, a person chooses another for the same copy; nothing ever goes a second way by itself."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from service.campaigns.queries import editions_out, lock_campaign
from service.coordinators import audit
from service.delivery.channel import Outward
from service.delivery.check import Line, recipient_label
from service.delivery.copies import letter_today
from service.delivery.fitted import fitted
from service.delivery.registry import CHANNELS, OF_PEOPLE
from service.delivery.release import leaves_at, plan_copies
from service.delivery.settle import refuse_beside_another, refuse_if_it_can_be_proposed_anew
from service.delivery.steps import note_delivery
from service.delivery.way_settings import outward_for
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.edition import Edition
from service.model.recipient import Recipient
from service.model.states import DeliveryState
from service.store.keyring import Keyring
from service.store.sealed import open_record

STUCK = frozenset(
    {
        DeliveryState.FAILED,
        DeliveryState.UNCERTAIN,
        DeliveryState.REFUSED,
        DeliveryState.NOT_CONFIGURED,
    }
)
"""Where a sending stands of which a person may bring the copy another way."""
_WAS_OF_SOMEBODY = frozenset({DeliveryState.FAILED, DeliveryState.UNCERTAIN})
NOT_STUCK = Sentence("Only a copy that failed, is uncertain or could not go its way is brought another way.")
NO_SUCH_SENDING = Sentence("There is no such sending of this letter.")
NOT_THIS_WAY = Sentence(
    "This copy cannot go this way, or went it already: choose one of those that are offered."
)


@dataclass(frozen=True, kw_only=True)
class Otherwise:
    """By which way the copy of a sending is to go instead."""

    sending: str
    way: str


@dataclass(frozen=True, kw_only=True)
class Spare:
    """A way by which a copy could go instead; that it was planned for that only puts it first, and sends nothing."""

    way: str
    is_planned: bool


def other_ways(
    session: Session, keyring: Keyring, campaign: Campaign, delivery: Delivery, outward: Outward
) -> Sequence[str]:
    """Name the ways by which the copy of a stuck sending can go instead: those that can take it and were not tried."""
    found = instead_of(session, keyring, campaign, delivery.edition_id, outward)
    return [one.way for one in found.get(delivery.id, ())]


def instead_of(
    session: Session, keyring: Keyring, campaign: Campaign, edition_id: str, outward: Outward
) -> Mapping[str, Sequence[Spare]]:
    """Name for each stuck sending of an edition, by its id, the ways by which its copy can go instead, what was planned first."""
    found = (
        select(Delivery, Recipient)
        .join(Recipient, col(Recipient.id) == Delivery.recipient_id)
        .where(Delivery.campaign_id == campaign.id, Delivery.edition_id == edition_id)
    )
    rows = session.exec(found).all()
    if not any(_is_stuck(delivery) for delivery, _ in rows):
        return {}
    keys, outward = keyring.of(session, campaign.id), outward_for(session, keyring, campaign, outward)
    tried: dict[str, set[str]] = defaultdict(set)
    for delivery, office in rows:
        tried[office.id].add(delivery.channel)
    return {
        delivery.id: spare_ways(
            office, open_record(keys, office, "details"), outward, without=tried[office.id]
        )
        for delivery, office in rows
        if _is_stuck(delivery)
    }


def spare_ways(
    office: Recipient, details: Mapping[str, Any], outward: Outward, *, without: Iterable[str]
) -> Sequence[Spare]:
    """Name the ways that could take a copy to an office beside these, those that are planned first, in their order (pure)."""
    beside, planned = set(without) | OF_PEOPLE, planned_ways(details)
    could = [
        name
        for name, channel in CHANNELS.items()
        if name not in beside and channel.check(office, dict(details), outward).reaches
    ]
    return [
        *(Spare(way=name, is_planned=True) for name in planned if name in could),
        *(Spare(way=name, is_planned=False) for name in could if name not in planned),
    ]


def planned_ways(details: Mapping[str, Any]) -> Sequence[str]:
    """Give the ways that were planned in advance for where the first one fails, in their order (pure)."""
    return tuple(details.get("otherwise") or ())


@dataclass(frozen=True, kw_only=True)
class FallBack:
    """What a person could choose where the ways of a recipient fail; `missing` are those planned that could take nothing now."""

    spare: Sequence[Spare]
    missing: Sequence[str]

    @property
    def first(self) -> str:
        """The way that is offered first because it was planned, "" where none is."""
        return next((one.way for one in self.spare if one.is_planned), "")


def fall_backs(
    session: Session, keyring: Keyring, campaign: Campaign, lines: Sequence[Line], outward: Outward
) -> Mapping[str, FallBack]:
    """Name for each recipient of these lines, by its id, what a person could choose where its own ways fail."""
    keys, outward = keyring.of(session, campaign.id), outward_for(session, keyring, campaign, outward)
    offices = {line.recipient.id: line.recipient for line in lines}
    return {
        key: _fall_back(office, open_record(keys, office, "details"), outward)
        for key, office in offices.items()
    }


def _fall_back(office: Recipient, details: Mapping[str, Any], outward: Outward) -> FallBack:
    spare = spare_ways(office, details, outward, without=office.channels)
    could = {one.way for one in spare}
    return FallBack(spare=spare, missing=[name for name in planned_ways(details) if name not in could])


def send_otherwise(
    session: Session,
    keyring: Keyring,
    slug: str,
    wanted: Otherwise,
    outward: Outward,
    *,
    by: str,
    now: datetime,
) -> Sequence[Delivery]:
    """Let the copy of a stuck sending go another way, as the copy of today; what became of the first way stays as it is.

    Raises Refused for a sending that is not stuck, for a way that was tried or cannot take it, and where a letter that nobody
    has yet can be proposed anew. Of a sending in doubt a person decides: the office may get two.
    """
    campaign = lock_campaign(session, slug)
    out = {edition.id for edition in editions_out(session, campaign)}
    found = select(Delivery).where(Delivery.id == wanted.sending, Delivery.campaign_id == campaign.id)
    # Whoever waited for the lock must not go on with what it had read before.
    fresh = found.with_for_update().execution_options(populate_existing=True)
    delivery = session.exec(fresh).one_or_none()
    if delivery is None or delivery.edition_id not in out:
        raise Refused(NO_SUCH_SENDING)
    if delivery.state not in STUCK:
        raise Refused(NOT_STUCK)
    refuse_beside_another(session, delivery)
    if wanted.way not in other_ways(session, keyring, campaign, delivery, outward):
        raise Refused(NOT_THIS_WAY)
    edition = session.get_one(Edition, delivery.edition_id)
    office = session.get_one(Recipient, delivery.recipient_id)
    details = open_record(keyring.of(session, campaign.id), office, "details")
    today = letter_today(session, keyring, campaign, edition)
    refuse_if_it_can_be_proposed_anew(session, keyring, campaign, edition, today)
    line = Line(
        recipient=office,
        label=recipient_label(details),
        channel=wanted.way,
        verdict=CHANNELS[wanted.way].check(office, details, outward_for(session, keyring, campaign, outward)),
    )
    (fits,) = fitted(keyring.of(session, campaign.id), [line], today, now=now)
    if not fits.verdict.can:
        raise Refused(fits.verdict.reason)
    # Not before its hour, if that is still to come.
    due_at = max(now, leaves_at(campaign, now=edition.released_at or now))
    made = plan_copies(session, keyring, edition, today, fits, due_at=due_at, now=now)
    note_delivery(session, delivery, evidence=f"goes another way: {wanted.way}", heard_ref=None, now=now)
    audit.record(
        session, by=by, act="delivery.otherwise", campaign_id=campaign.id, thing=delivery.id, now=now
    )
    return made


def _is_stuck(delivery: Delivery) -> bool:
    """Tell whether a person may bring a sending's copy another way; what a constituent wrote to a Member is no copy."""
    of_somebody = delivery.channel in OF_PEOPLE and delivery.state in _WAS_OF_SOMEBODY
    return delivery.state in STUCK and not of_somebody
