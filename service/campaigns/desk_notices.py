"""The mails to coordinators, told apart by what their occurrence begins with; they name nobody who signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from service.campaigns import team_mail
from service.campaigns.contents import open_file
from service.campaigns.coordinator_mail import write_account_notice
from service.campaigns.letter_mail import write_about_letter
from service.campaigns.notice import Notice, Write
from service.coordinators import comment_notice
from service.coordinators.accounts import person_of, role_in
from service.coordinators.notices import Told
from service.coordinators.permissions import Act, may
from service.coordinators.second_look_notice import NOTICE
from service.i18n.languages import mail_language
from service.mail.envelope import Draft
from service.mail.postman import Composer, Unwanted
from service.mail.view.listing import AddressOf
from service.model.campaign import Campaign
from service.model.comment import TextComment
from service.model.coordinator import Coordinator
from service.model.message import Message, MessageKind
from service.model.second_look import SecondLook
from service.model.states import PUT_AWAY, MessageState
from service.store.keyring import Keyring


def desk_notice_composers(keyring: Keyring, *, public_url: str) -> Mapping[MessageKind, Composer]:
    """Give the function that makes the mails to coordinators."""
    return {MessageKind.DESK_NOTICE: _Notices(keyring=keyring, public_url=public_url)}


def desk_notice_addresses(keyring: Keyring) -> Mapping[MessageKind, AddressOf]:
    """Give the function that finds the address of a coordinator."""

    def to_coordinator(session: Session, message: Message) -> str:
        row = session.get(Coordinator, message.recipient_ref)
        return person_of(keyring.desk, row).email if row else ""

    return {MessageKind.DESK_NOTICE: to_coordinator}


@dataclass(frozen=True, kw_only=True)
class _Notices:
    keyring: Keyring
    public_url: str

    def __call__(self, session: Session, message: Message) -> Draft:
        about, _, thing = message.occurrence.partition(":")
        row = session.get(Coordinator, message.recipient_ref)
        if row is None or row.disabled_at is not None or about not in WRITERS:
            raise Unwanted(MessageState.CANCELLED, "nobody is there any more")
        return WRITERS[about](
            Notice(
                session=session,
                keyring=self.keyring,
                public_url=self.public_url,
                message=message,
                thing=thing,
                coordinator=row,
                person=person_of(self.keyring.desk, row),
            )
        )


def write_second_look(notice: Notice) -> Draft:
    """Write that something waits for a second coordinator, with the way to its page."""
    session = notice.session
    look, campaign = session.get(SecondLook, notice.thing), session.get(Campaign, notice.message.campaign_id)
    if look is None or look.verdict is not None or campaign is None or campaign.state in PUT_AWAY:
        raise Unwanted(MessageState.CANCELLED, "it was decided already")
    if role_in(session, coordinator_id=notice.coordinator.id, campaign_id=campaign.id) is None:
        raise Unwanted(MessageState.CANCELLED, "is not of the team any more")
    return _about_letter(notice, campaign, "second_look", page="second-looks")


def write_comments_waiting(notice: Notice) -> Draft:
    """Write how many comments on a draft wait for a decision, and no word of any."""
    session = notice.session
    campaign = session.get(Campaign, notice.message.campaign_id)
    if campaign is None or campaign.state in PUT_AWAY:
        raise Unwanted(MessageState.CANCELLED, "nothing is decided about it any more")
    role = role_in(session, coordinator_id=notice.coordinator.id, campaign_id=campaign.id)
    if not may(role, Act.EDIT_TEXT):
        raise Unwanted(MessageState.CANCELLED, "does not edit the text any more")
    waiting, new = _comments_waiting(session, campaign, since=notice.message.created_at)
    if not new:
        raise Unwanted(MessageState.CANCELLED, "all of it was decided already")
    return _about_letter(notice, campaign, "comments_waiting", page="text/comments", new=new, waiting=waiting)


def _comments_waiting(session: Session, campaign: Campaign, *, since: datetime) -> tuple[int, int]:
    """Count what guests said and nobody has decided: all of it, and what has come since a moment."""
    mine = (col(TextComment.campaign_id) == campaign.id, col(TextComment.verdict).is_(None))
    is_new = col(TextComment.created_at) >= since
    waiting, new = session.execute(select(func.count(), func.count().filter(is_new)).where(*mine)).one()
    return waiting, new


def _about_letter(notice: Notice, campaign: Campaign, template: str, *, page: str, **more: object) -> Draft:
    return write_about_letter(
        template,
        open_file(notice.session, notice.keyring, campaign),
        to=notice.person.email,
        language=mail_language(reader=notice.coordinator.language, letter=campaign.language),
        link=f"{notice.public_url}/desk/letters/{campaign.slug}/{page}",
        **more,
    )


WRITERS: Mapping[str, Write] = {
    NOTICE: write_second_look,
    comment_notice.NOTICE: write_comments_waiting,
    **team_mail.WRITERS,
    **dict.fromkeys((told.value for told in Told), write_account_notice),
}
"""What writes each mail, by what its occurrence begins with."""
