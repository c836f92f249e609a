"""Where one way has failed, a person chooses another for the same copy; nothing ever goes a second way by itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

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


def other_ways(
    session: Session, keyring: Keyring, campaign: Campaign, delivery: Delivery, outward: Outward
) -> Sequence[str]:
    """Name the ways by which the copy of a stuck sending can go instead: those that can take it and were not tried."""
    # What a constituent wrote to a Member is no copy of the letter.
    if delivery.state not in STUCK or (delivery.channel in OF_PEOPLE and delivery.state in _WAS_OF_SOMEBODY):
        return ()
    office = session.get_one(Recipient, delivery.recipient_id)
    details = open_record(keyring.of(session, campaign.id), office, "details")
    tried = session.exec(
        select(Delivery.channel).where(
            Delivery.edition_id == delivery.edition_id, Delivery.recipient_id == office.id
        )
    ).all()
    return spare_ways(office, details, outward_for(session, keyring, campaign, outward), without=tried)


def spare_ways(
    office: Recipient, details: dict[str, object], outward: Outward, *, without: Iterable[str]
) -> Sequence[str]:
    """Name the ways that could take a copy to an office beside these (pure)."""
    beside = set(without) | OF_PEOPLE
    return [
        name
        for name, channel in CHANNELS.items()
        if name not in beside and channel.check(office, details, outward).reaches
    ]


def fall_backs(
    session: Session, keyring: Keyring, campaign: Campaign, lines: Sequence[Line], outward: Outward
) -> Mapping[str, Sequence[str]]:
    """Name for each recipient of these lines, by its id, the ways that a person could choose where its own fail."""
    keys, outward = keyring.of(session, campaign.id), outward_for(session, keyring, campaign, outward)
    offices = {line.recipient.id: line.recipient for line in lines}
    return {
        key: spare_ways(office, open_record(keys, office, "details"), outward, without=office.channels)
        for key, office in offices.items()
    }


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
