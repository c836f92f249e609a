"""The mails to a letter's owners about its team: who has come in, and that a second one was invited by the first."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from service.campaigns.contents import open_file
from service.campaigns.coordinator_mail import ROLE_NAMES
from service.campaigns.letter_mail import write_about_letter
from service.campaigns.notice import Notice, Write
from service.coordinators.accounts import name_of_actor, person_of, role_in
from service.coordinators.invitations import JOINED
from service.coordinators.second_look_notice import BY_THE_INVITED
from service.foundation.sentence import Sentence
from service.i18n.languages import mail_language
from service.i18n.moments import write_moment
from service.mail.envelope import Draft
from service.mail.postman import Unwanted
from service.model.campaign import Campaign
from service.model.coordinator import Coordinator, Role
from service.model.second_look import SecondLook
from service.model.sign_in import CoordinatorInvitation
from service.model.states import PUT_AWAY, MessageState


def write_joined(notice: Notice) -> Draft:
    """Write to an owner who has come into the team, as what, and by whose invitation."""
    session, keys = notice.session, notice.keyring.desk
    row = session.get(CoordinatorInvitation, notice.thing)
    if row is None or row.role is None:
        raise Unwanted(MessageState.CANCELLED, "the invitation is gone")
    found = select(Coordinator).where(Coordinator.email_index == row.email_index)
    newcomer = session.exec(found).one_or_none()
    if newcomer is None:
        raise Unwanted(MessageState.CANCELLED, "nobody is there any more")
    sentence = _CAME.with_values(
        name=person_of(keys, newcomer).name,
        role=ROLE_NAMES[Role(row.role)],
        inviter=_named(session, notice, row.invited_by),
    )
    return _write(notice, sentence, page="team")


def write_by_the_invited(notice: Notice) -> Draft:
    """Write to an owner that the second of two was invited by the first, or the other way about."""
    look = notice.session.get(SecondLook, notice.thing)
    if look is None:
        raise Unwanted(MessageState.CANCELLED, "it is gone")
    sentence = _BY_THE_INVITED.with_values(
        first=_named(notice.session, notice, look.asked_by),
        second=_named(notice.session, notice, look.decided_by),
    )
    return _write(notice, sentence, page="second-looks")


def _named(session: Session, notice: Notice, by: str) -> Sentence | str:
    name = name_of_actor(session, notice.keyring.desk, by)
    return name if name != by else _NO_COORDINATOR


def _write(notice: Notice, sentence: Sentence, *, page: str) -> Draft:
    campaign = notice.session.get(Campaign, notice.message.campaign_id)
    if campaign is None or campaign.state in PUT_AWAY:
        raise Unwanted(MessageState.CANCELLED, "the letter is put away")
    if (
        role_in(notice.session, coordinator_id=notice.coordinator.id, campaign_id=campaign.id)
        is not Role.OWNER
    ):
        raise Unwanted(MessageState.CANCELLED, "is no owner any more")
    file = open_file(notice.session, notice.keyring, campaign)
    language = mail_language(reader=notice.coordinator.language, letter=campaign.language)
    at = notice.message.created_at.astimezone(ZoneInfo(notice.coordinator.time_zone or campaign.time_zone))
    return write_about_letter(
        "team_notice",
        file,
        to=notice.person.email,
        language=language,
        sentence=sentence,
        at=write_moment(at, language=language),
        link=f"{notice.public_url}/desk/letters/{campaign.slug}/{page}",
    )


_NO_COORDINATOR = Sentence("the people who run the service, or a recovery sheet")
_CAME = Sentence(
    "{name} has come into the team of this letter as {role}, invited by {inviter}. For a day the two count as one person"
    " where two are needed, unless another owner vouches."
)
_BY_THE_INVITED = Sentence(
    "{second} has approved, as the second person, what {first} asked for. One of the two was invited by the other."
)
WRITERS: Mapping[str, Write] = {JOINED: write_joined, BY_THE_INVITED: write_by_the_invited}
"""What writes each of these mails, by what its occurrence begins with."""
