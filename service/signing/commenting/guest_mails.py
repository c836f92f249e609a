"""The mail that invites a guest to comment, made when it is sent."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.i18n.languages import mail_language
from service.i18n.moments import write_moment
from service.mail.compose import render_mail
from service.mail.envelope import Draft
from service.mail.postman import Composer, Unwanted
from service.mail.view.listing import AddressOf
from service.model.campaign import Campaign
from service.model.comment import CommentGuest
from service.model.message import Message, MessageKind
from service.model.states import CampaignState, MessageState
from service.signing.commenting.guests import guest_link
from service.store.keyring import Keyring
from service.store.links import link_token
from service.store.sealed import open_record


def guest_composers(keyring: Keyring, *, public_url: str) -> Mapping[MessageKind, Composer]:
    """Give the function that makes the mails to guests who comment."""

    def compose(session: Session, message: Message) -> Draft:
        row = session.get(CommentGuest, message.recipient_ref)
        campaign = session.get(Campaign, row.campaign_id) if row is not None else None
        if row is None or campaign is None or row.ended_at is not None:
            raise Unwanted(MessageState.CANCELLED, "the guest is not invited any more")
        if message.occurrence != f"comment:{row.generation}" or campaign.state is not CampaignState.DRAFT:
            raise Unwanted(MessageState.CANCELLED, "there is nothing to comment on by this link")
        keys, file = keyring.of(session, campaign.id), open_file(session, keyring, campaign)
        details = open_record(keys, row, "details")
        language = mail_language(reader="", letter=campaign.language)
        until = row.comments_until
        written = render_mail(
            "comment",
            coalition=file.coalition,
            letter_title=file.letter.title,
            language=language,
            reply_to=file.reply_to,
            guest=details["name"],
            until=write_moment(until.astimezone(ZoneInfo(campaign.time_zone)), language) if until else "",
            link=f"{public_url.rstrip('/')}/comment/{link_token(keys, guest_link(row))}",
        )
        return Draft(
            to=details["email"],
            subject=written.subject,
            text=written.text,
            html=written.html,
            sender_name=file.coalition,
            reply_to=file.reply_to,
            language=language,
            unsubscribe_url=None,
        )

    return {MessageKind.GUEST: compose}


def guest_addresses(keyring: Keyring) -> Mapping[MessageKind, AddressOf]:
    """Give the function that finds the address of the mails to guests."""

    def to_guest(session: Session, message: Message) -> str:
        row = session.get(CommentGuest, message.recipient_ref)
        if row is None:
            return ""
        return str(open_record(keyring.of(session, row.campaign_id), row, "details")["email"])

    return {MessageKind.GUEST: to_guest}
