"""The letter in the other languages in which it was signed, on its way to an office: which copies go along, and how the evidence names them."""

import re
from collections.abc import Iterator, Sequence

from sqlmodel import Session, col, select

from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile
from service.delivery.copies import copy_for, letter_today
from service.letter.copy import Copy
from service.letter.edition import Edition as Letter
from service.model.campaign import Campaign
from service.model.delivery import Delivery, DeliveryEvent
from service.model.edition import Edition
from service.model.recipient import Recipient
from service.signing.roll import frozen_letter
from service.signing.translated import in_language_or_none
from service.store.keyring import Keyring

_WITH = "with its text in "
_NAMED = re.compile(rf"{_WITH}([A-Za-z0-9-]+), check code ([0-9a-f]{{64}})")


def texts_beside(letter: Letter, file: CampaignFile, recipient: Recipient) -> tuple[Copy, ...]:
    """Give an office's copies of a letter in every other language in which it was signed; a courtesy translation is none of them (pure)."""
    return tuple(copy_for(one, recipient) for one in signed_texts(letter, file))


def signed_texts(letter: Letter, file: CampaignFile) -> Iterator[Letter]:
    """Give a letter in every other language in which it was signed (pure)."""
    for named in letter.other_texts:
        if named.status == "authentic":
            found = in_language_or_none(letter, file, named.language)
            if found is not None:
                yield found


def text_evidence(texts: Sequence[Copy]) -> Iterator[str]:
    """Say of each text that goes along which it is, for the evidence of a sending: by that it is made again."""
    for copy in texts:
        yield f"{_WITH}{copy.text.language}, check code {copy.check_code}"


def texts_sent(
    session: Session, keyring: Keyring, campaign: Campaign, delivery: Delivery
) -> tuple[Copy, ...] | None:
    """Give the very texts that go along with a sending, as its evidence names them; None where one can be made no more.

    A sending that was released before texts went along has none.
    """
    named = _named(session, delivery)
    if not named:
        return ()
    edition = session.get_one(Edition, delivery.edition_id)
    recipient = session.get_one(Recipient, delivery.recipient_id)
    file = open_file(session, keyring, campaign)
    known: dict[str, Copy] = {}
    for letter in (
        frozen_letter(session, keyring, edition),
        letter_today(session, keyring, campaign, edition),
    ):
        known |= {copy.check_code: copy for copy in texts_beside(letter, file, recipient)}
    if not all(code in known for code in named):
        return None
    return tuple(known[code] for code in named)


def _named(session: Session, delivery: Delivery) -> Sequence[str]:
    told = select(DeliveryEvent.evidence).where(
        DeliveryEvent.delivery_id == delivery.id, col(DeliveryEvent.evidence).startswith(_WITH)
    )
    found = map(_NAMED.fullmatch, session.exec(told.order_by(col(DeliveryEvent.id))).all())
    return [match[2] for match in found if match]
