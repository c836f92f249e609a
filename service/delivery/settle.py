"""A person decides on a copy that failed or is in doubt: send it again, or keep how it arrived."""

from datetime import datetime

from sqlmodel import Session, col, select

from service.campaigns.queries import editions_out, lock_campaign
from service.coordinators import audit
from service.delivery.carriages import let_go
from service.delivery.copies import copy_for, letter_today
from service.delivery.issue import issue_copy
from service.delivery.ladder import WORDS
from service.delivery.registry import BY_HAND, OF_PEOPLE
from service.delivery.steps import may_have_left, move_delivery, note_delivery, send_on_its_way
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_line
from service.letter.edition import Edition as Letter
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.edition import Edition
from service.model.recipient import Recipient
from service.model.states import DeliveryState
from service.signing.constituents import forget_address
from service.signing.roll import frozen_letter
from service.store.keyring import Keyring

_OPEN = {DeliveryState.FAILED, DeliveryState.UNCERTAIN}
_NEVER_ARRIVED = (
    DeliveryState.FAILED,
    DeliveryState.REFUSED,
    DeliveryState.NOT_CONFIGURED,
    DeliveryState.CANCELLED,
)
_GOES_ANOTHER_WAY = Sentence("This copy already goes another way: settle that one first.")


def send_again(
    session: Session, keyring: Keyring, slug: str, delivery_id: str, *, by: str, now: datetime
) -> None:
    """Send a copy again that failed or is in doubt, as it is today; raises Refused for any other, and where it goes another way already.

    A copy that waits for somebody to bring it is made anew, and waits on.
    """
    campaign, delivery = _open(session, slug, delivery_id, or_waits_to_be_brought=True)
    refuse_beside_another(session, delivery)
    _renew(session, keyring, campaign, delivery, now=now)
    if delivery.channel in BY_HAND:
        note_delivery(
            session, delivery, evidence="made anew, as the letter stood then", heard_ref=None, now=now
        )
    else:
        send_on_its_way(session, delivery, due_at=now, now=now)
    audit.record(session, by=by, act="delivery.again", campaign_id=campaign.id, thing=delivery.id, now=now)


def keep_arrival(session: Session, slug: str, delivery_id: str, how: str, *, by: str, now: datetime) -> None:
    """Keep that a copy reached its recipient after all, in the secretariat's own words of how it is known."""
    campaign, delivery = _open(session, slug, delivery_id)
    evidence = clean_line(how, what=Sentence("How it is known"), longest=300)
    if not evidence:
        raise Refused(Sentence("Say how it is known that the copy arrived."))
    # From now on a person's word stands: what may still be heard of it is noted and takes nothing back.
    delivery.message_ref = None
    let_go(session, delivery.id)
    forget_address(session, delivery.id, now=now)
    move_delivery(
        session, delivery, DeliveryState.HANDED_OVER, evidence=f"attested by {by}: {evidence}", now=now
    )
    audit.record(session, by=by, act="delivery.arrived", campaign_id=campaign.id, thing=delivery.id, now=now)


def refuse_beside_another(session: Session, delivery: Delivery) -> None:
    """Raise Refused where a person has set the same copy on another way since, and it has not failed there: an office gets one."""
    if delivery.channel in OF_PEOPLE:
        return
    edition = session.get_one(Edition, delivery.edition_id)
    same = select(Delivery).where(
        Delivery.edition_id == delivery.edition_id,
        Delivery.recipient_id == delivery.recipient_id,
        Delivery.id != delivery.id,
        # The ways of the release itself go side by side, as was approved.
        col(Delivery.created_at) > edition.released_at,
        col(Delivery.state).not_in(_NEVER_ARRIVED),
    )
    if session.exec(same.limit(1)).first() is not None:
        raise Refused(_GOES_ANOTHER_WAY)


def refuse_if_it_can_be_proposed_anew(
    session: Session, keyring: Keyring, campaign: Campaign, edition: Edition, today: Letter
) -> None:
    """Raise Refused where somebody has left since the release, and nobody has the letter yet: then it is proposed anew."""
    copies = session.exec(select(Delivery).where(Delivery.edition_id == edition.id)).all()
    somebody_left = today.roll != frozen_letter(session, keyring, edition).roll
    if somebody_left and not may_have_left(session, copies):
        raise Refused(
            Sentence(
                "A signatory has left since the release. Stop what has not left, propose the letter again and release it."
            ),
            command=f"undersigned deliver {campaign.slug} --stop",
        )


def _open(
    session: Session, slug: str, delivery_id: str, *, or_waits_to_be_brought: bool = False
) -> tuple[Campaign, Delivery]:
    campaign = lock_campaign(session, slug)
    out = {edition.id for edition in editions_out(session, campaign)}
    found = select(Delivery).where(Delivery.id == delivery_id, Delivery.campaign_id == campaign.id)
    delivery = session.exec(found.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if delivery is None or delivery.edition_id not in out:
        raise Refused(
            Sentence("There is no such sending of this letter."), command=f"undersigned campaign show {slug}"
        )
    waits_to_be_brought = delivery.channel in BY_HAND and delivery.state is DeliveryState.READY
    if delivery.state not in _OPEN and not (or_waits_to_be_brought and waits_to_be_brought):
        raise Refused(
            Sentence(
                "Only a sending that failed or is uncertain can be decided on. This one stands at “{state}”.",
                state=WORDS[delivery.state],
            )
        )
    return campaign, delivery


def _renew(
    session: Session, keyring: Keyring, campaign: Campaign, delivery: Delivery, *, now: datetime
) -> None:
    """Make the copy the one of today; raises Refused while a letter that nobody has yet can still be proposed anew.

    A constituent's message is no copy: whoever else leaves changes nothing of it, and it goes again under its own number.
    """
    if delivery.channel in OF_PEOPLE:
        return
    edition = session.get(Edition, delivery.edition_id)
    recipient = session.get(Recipient, delivery.recipient_id)
    assert edition is not None
    assert recipient is not None
    today = letter_today(session, keyring, campaign, edition)
    refuse_if_it_can_be_proposed_anew(session, keyring, campaign, edition, today)
    copy = copy_for(today, recipient)
    issue_copy(session, keyring, edition, copy, recipient_id=recipient.id, now=now)
    delivery.check_code = copy.check_code
