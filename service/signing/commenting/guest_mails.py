"""The mails to guests who comment, made when they are sent: an invitation, and how many of their comments were decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from service.campaigns.contents import open_file
from service.campaigns.letter_mail import write_about_letter
from service.i18n.languages import mail_language
from service.i18n.moments import write_moment
from service.mail.envelope import Draft
from service.mail.postman import Composer, Unwanted
from service.mail.view.listing import AddressOf
from service.model.campaign import Campaign
from service.model.comment import CommentGuest, CommentVerdict, TextComment
from service.model.message import Message, MessageKind
from service.model.states import PUT_AWAY, CampaignState, MessageState
from service.signing.commenting.deciding import DECIDED
from service.signing.commenting.guests import guest_link
from service.store.keyring import Keyring
from service.store.links import link_token
from service.store.sealed import open_record


@dataclass(frozen=True, kw_only=True)
class _Seat:
    """A guest, its letter, and what its mails are made with."""

    session: Session
    keyring: Keyring
    public_url: str
    guest: CommentGuest
    campaign: Campaign


def guest_composers(keyring: Keyring, *, public_url: str) -> Mapping[MessageKind, Composer]:
    """Give the function that makes the mails to guests who comment."""

    def compose(session: Session, message: Message) -> Draft:
        row = session.get(CommentGuest, message.recipient_ref)
        campaign = session.get(Campaign, row.campaign_id) if row is not None else None
        if row is None or campaign is None or row.ended_at is not None:
            raise Unwanted(MessageState.CANCELLED, "the guest is not invited any more")
        seat = _Seat(session=session, keyring=keyring, public_url=public_url, guest=row, campaign=campaign)
        if message.occurrence.startswith(f"{DECIDED}:"):
            return _decided(seat)
        if message.occurrence != f"comment:{row.generation}" or campaign.state is not CampaignState.DRAFT:
            raise Unwanted(MessageState.CANCELLED, "there is nothing to comment on by this link")
        return _invitation(seat)

    return {MessageKind.GUEST: compose}


def guest_addresses(keyring: Keyring) -> Mapping[MessageKind, AddressOf]:
    """Give the function that finds the address of the mails to guests."""

    def to_guest(session: Session, message: Message) -> str:
        row = session.get(CommentGuest, message.recipient_ref)
        if row is None:
            return ""
        return str(open_record(keyring.of(session, row.campaign_id), row, "details")["email"])

    return {MessageKind.GUEST: to_guest}


def _invitation(seat: _Seat) -> Draft:
    until, language = seat.guest.comments_until, mail_language(reader="", letter=seat.campaign.language)
    zone = ZoneInfo(seat.campaign.time_zone)
    return _draft(seat, "comment", until=write_moment(until.astimezone(zone), language) if until else "")


def _decided(seat: _Seat) -> Draft:
    """Write how many of a guest's comments were decided and how, and no word of any."""
    if not seat.guest.wants_word or seat.campaign.state in PUT_AWAY:
        raise Unwanted(MessageState.CANCELLED, "the guest does not want to hear of it")
    found = (
        select(col(TextComment.verdict), func.count())
        .where(col(TextComment.guest_id) == seat.guest.id)
        .group_by(col(TextComment.verdict))
    )
    rows = seat.session.execute(found).all()
    numbers: dict[CommentVerdict | None, int] = dict(rows)
    accepted, rejected = (
        numbers.get(verdict, 0) for verdict in (CommentVerdict.ACCEPTED, CommentVerdict.REJECTED)
    )
    if not accepted and not rejected:
        raise Unwanted(MessageState.CANCELLED, "what was decided was taken back")
    return _draft(
        seat, "comments_decided", accepted=accepted, rejected=rejected, waiting=numbers.get(None, 0)
    )


def _draft(seat: _Seat, template: str, **more: object) -> Draft:
    keys = seat.keyring.of(seat.session, seat.campaign.id)
    file = open_file(seat.session, seat.keyring, seat.campaign)
    details = open_record(keys, seat.guest, "details")
    return write_about_letter(
        template,
        file,
        to=details["email"],
        language=mail_language(reader="", letter=seat.campaign.language),
        guest=details["name"],
        link=f"{seat.public_url.rstrip('/')}/comment/{link_token(keys, guest_link(seat.guest))}",
        **more,
    )
