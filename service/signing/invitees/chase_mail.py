"""The mail that gives a chaser the personal link, made when it is sent."""

from collections.abc import Mapping

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.letter_mail import write_about_letter
from service.i18n.languages import mail_language
from service.mail.envelope import Draft
from service.mail.postman import Composer, Unwanted
from service.mail.view.listing import AddressOf
from service.model.campaign import Campaign
from service.model.chaser import Chaser
from service.model.message import Message, MessageKind
from service.model.states import MessageState
from service.signing.invitees.chasers import CHASE, chase_link
from service.signing.page import deadline_text
from service.store.keyring import Keyring
from service.store.links import link_token
from service.store.sealed import open_record


def with_chase_mails(
    composers: Mapping[MessageKind, Composer], keyring: Keyring, *, public_url: str
) -> Mapping[MessageKind, Composer]:
    """Give these composers and, of the mails to guests, what makes those to chasers; others stay with who makes them."""
    other = composers.get(MessageKind.GUEST)

    def compose(session: Session, message: Message) -> Draft:
        if is_to_chaser(message):
            return _to_chaser(session, keyring, message, public_url=public_url)
        if other is None:
            raise Unwanted(MessageState.CANCELLED, "the guest is not invited any more")
        return other(session, message)

    return {**composers, MessageKind.GUEST: compose}


def with_chase_addresses(
    addresses: Mapping[MessageKind, AddressOf], keyring: Keyring
) -> Mapping[MessageKind, AddressOf]:
    """Give these finders of addresses and, of the mails to guests, what finds those of chasers."""
    other = addresses.get(MessageKind.GUEST)

    def find(session: Session, message: Message) -> str:
        if not is_to_chaser(message):
            return other(session, message) if other is not None else ""
        row = session.get(Chaser, message.recipient_ref)
        if row is None:
            return ""
        return str(open_record(keyring.of(session, row.campaign_id), row, "details")["email"])

    return {**addresses, MessageKind.GUEST: find}


def is_to_chaser(message: Message) -> bool:
    """Tell whether a mail to a guest is one to a chaser."""
    return message.occurrence.split(" ")[0] == CHASE


def _to_chaser(session: Session, keyring: Keyring, message: Message, *, public_url: str) -> Draft:
    row = session.get(Chaser, message.recipient_ref)
    campaign = session.get(Campaign, message.campaign_id)
    if row is None or campaign is None or row.ended_at is not None:
        raise Unwanted(MessageState.CANCELLED, "nobody chases by this link any more")
    if message.occurrence.split(" ")[1] != str(row.generation):
        raise Unwanted(MessageState.CANCELLED, "a newer link was given")
    keys, file = keyring.of(session, campaign.id), open_file(session, keyring, campaign)
    details = open_record(keys, row, "details")
    language = mail_language(reader=row.language, letter=campaign.language)
    return write_about_letter(
        "chaser",
        file,
        to=str(details["email"]),
        language=language,
        chaser=details["name"],
        deadline=deadline_text(campaign, language),
        link=f"{public_url.rstrip('/')}/chase/{link_token(keys, chase_link(row))}",
    )
