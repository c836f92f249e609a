"""What of a letter has gone to an office, without which nothing is answered and nobody is asked."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from service.campaigns.queries import editions_out
from service.delivery.offices.identity import office_index
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.recipient import Recipient
from service.model.states import GONE_OUT
from service.store.sealed import open_record

NOT_GONE_YET = Sentence(
    "The letter has not gone to this recipient yet: an answer is waited for, and asked for, once it has left and did not come back."
)


def sendings_to(session: Session, keys: CampaignKeys, campaign: Campaign, index: bytes) -> Sequence[Delivery]:
    """List the sendings to an office of all editions that were released, however far they came."""
    out = {edition.id for edition in editions_out(session, campaign)}
    found = (
        select(Delivery, Recipient)
        .join(Recipient, col(Recipient.id) == Delivery.recipient_id)
        .where(Delivery.campaign_id == campaign.id, col(Delivery.edition_id).in_(out))
    )
    return [
        delivery
        for delivery, office in session.exec(found).all()
        if office_index(keys, open_record(keys, office, "details")) == index
    ]


def gone_to(session: Session, keys: CampaignKeys, campaign: Campaign) -> frozenset[bytes]:
    """Give the indexes of the offices to which something has left that did not come back."""
    out = {edition.id for edition in editions_out(session, campaign)}
    left = select(Delivery.recipient_id).where(
        Delivery.campaign_id == campaign.id,
        col(Delivery.edition_id).in_(out),
        col(Delivery.state).in_(GONE_OUT),
    )
    offices = session.exec(select(Recipient).where(col(Recipient.id).in_(left))).all()
    return frozenset(office_index(keys, open_record(keys, office, "details")) for office in offices)
