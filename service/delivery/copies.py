"""Which copy of a released letter one recipient gets."""

from sqlmodel import Session

from service.campaigns.queries import present_recipients
from service.letter.copy import Copy, make_copy
from service.letter.edition import Edition as Letter
from service.model.campaign import Campaign
from service.model.edition import Edition
from service.model.recipient import Recipient, RecipientRole
from service.signing.roll import frozen_letter, letter_since
from service.store.keyring import Keyring


def copy_for(letter: Letter, recipient: Recipient) -> Copy:
    """Give a recipient's copy of a letter."""
    return make_copy(letter, audience=recipient.copy_kind.value, office=letter.offices[recipient.position])


def letter_today(session: Session, keyring: Keyring, campaign: Campaign, edition: Edition) -> Letter:
    """Give a released edition as it may be shown now, without those who have left since: what copies that go out later are made from."""
    return letter_since(session, keyring, campaign, edition)


def copy_with_code(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    edition: Edition,
    recipient: Recipient,
    *,
    check_code: str,
) -> Copy | None:
    """Give the copy that a check code names: as approved, or as it is today; None where it is neither."""
    for letter in (
        frozen_letter(session, keyring, edition),
        letter_today(session, keyring, campaign, edition),
    ):
        copy = copy_for(letter, recipient)
        if copy.check_code == check_code:
            return copy
    return None


def copy_to_leave(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    edition: Edition,
    recipient: Recipient,
    *,
    check_code: str,
) -> Copy | None:
    """Give the copy that a check code names if it may leave now; None where somebody it names has left, or is named otherwise since."""
    today = letter_today(session, keyring, campaign, edition)
    copy = copy_for(today, recipient)
    if copy.check_code == check_code:
        return copy
    if today.roll != frozen_letter(session, keyring, edition).roll:
        return None
    return copy_with_code(session, keyring, campaign, edition, recipient, check_code=check_code)


def goes_by_post(session: Session, campaign: Campaign, *, place: int | None = None) -> bool:
    """Tell whether a letter is written to one office, or is for the recipient at a place from 1, and that one gets it by post."""
    offices = present_recipients(session, campaign)
    if place is not None:
        meant = [office for office in offices if office.position == place - 1]
    else:
        meant = [office for office in offices if office.role is RecipientRole.TO]
    return len(meant) == 1 and "post" in meant[0].channels
