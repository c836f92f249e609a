"""A word to the secretariat at each milestone of a delivery, where its letter has asked for that: what is proved, never more."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from service.foundation.sentence import Sentence
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.delivery import Proof
from service.model.message import MessageKind
from service.model.states import DeliveryState

WORD = "milestone"
RELEASED, LEFT = "released", "left"

_OF_LETTER: Mapping[str, Sentence] = {
    RELEASED: Sentence(
        "The letter was released. What leaves by itself leaves at its time; what a person brings waits for somebody of you."
    ),
    LEFT: Sentence(
        "A copy has left to each addressee of the letter. Whether each has arrived is another matter: the desk shows what is"
        " proved of each."
    ),
}
_OF_SENDING: Mapping[str, Sentence] = {
    DeliveryState.HANDED_OVER.value: Sentence(
        "The letter to {to} was handed over. Whether it has reached the office nobody has said yet."
    ),
    DeliveryState.ACCEPTED.value: Sentence(
        "The letter to {to} was passed on, and nothing further is reported. Whether it lies in a mailbox nobody has said."
    ),
    DeliveryState.DELIVERED.value: Sentence("The letter to {to} is reported as delivered."),
    Proof.DISPLAYED.value: Sentence(
        "The letter to {to} was displayed, as the reader's mail program reports. Whether it was read nobody knows."
    ),
    DeliveryState.ANSWERED.value: Sentence(
        "An answer to the letter to {to} is noted. Decide on the desk who is told of it."
    ),
}


def tell_milestone(session: Session, campaign_id: str, milestone: str, thing: str, *, now: datetime) -> None:
    """Post a word about a milestone, once for each `thing` (a delivery or an edition); nothing where no word is wanted."""
    campaign = session.get_one(Campaign, campaign_id)
    if not campaign.milestones or not (milestone in _OF_LETTER or milestone in _OF_SENDING):
        return
    outbox.post(
        session,
        kind=MessageKind.ALERT,
        campaign_id=campaign_id,
        recipient_ref=campaign_id,
        occurrence=f"{WORD}:{milestone}:{thing}",
        now=now,
    )


def about_milestone(milestone: str, *, to: str) -> Sentence:
    """Say what is proved, of the letter or of the copy to an office (pure)."""
    return _OF_LETTER[milestone] if milestone in _OF_LETTER else _OF_SENDING[milestone].with_values(to=to)
