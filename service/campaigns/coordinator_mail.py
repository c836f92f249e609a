"""The mails to coordinators about their accounts: an invitation, and what happened to an account."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.coordinators.accounts import Person
from service.coordinators.invitations import invitation_token, opened
from service.coordinators.notices import Told
from service.foundation.sentence import Sentence
from service.i18n.languages import mail_language
from service.i18n.moments import write_moment
from service.mail.compose import Rendered, render_mail
from service.mail.envelope import Draft
from service.mail.postman import Composer, Unwanted
from service.mail.view.listing import AddressOf
from service.model.campaign import Campaign
from service.model.coordinator import Coordinator, Role
from service.model.message import Message, MessageKind
from service.model.sign_in import CoordinatorInvitation
from service.model.states import CampaignState, MessageState
from service.store.keyring import Keyring

SERVICE = "Undersigned"
"""Who writes where no letter is behind a mail."""

ROLE_NAMES = {
    Role.OWNER: Sentence("owner"),
    Role.EDITOR: Sentence("editor"),
    Role.MODERATOR: Sentence("moderator"),
    Role.SENDER: Sentence("sender"),
    Role.AUDITOR: Sentence("auditor"),
}
TOLD = {
    Told.NEW_DEVICE: Sentence(
        "Your account was signed in to from a browser that was not used for it before."
    ),
    Told.OTHER_BROWSER: Sentence(
        "Somebody used your session from another browser than the one in which it began. The session was ended at"
        " once. If that was not you, another person had a copy of it: sign in and change your password."
    ),
    Told.RECOVERY_CODE: Sentence("One of your recovery codes was used to sign in."),
    Told.WRONG_CODES: Sentence(
        "Somebody typed the password of your account and then five wrong codes, and did not come in. If that was not"
        " you, another person knows your password: change it."
    ),
    Told.PHRASE: Sentence(
        "The password of your account was changed, and all your other sessions were ended."
    ),
    Told.TOTP: Sentence(
        "Your account takes its codes from another device now, and all your other sessions were ended."
    ),
    Told.RECOVERY_CODES: Sentence("Your account has new recovery codes; the old ones are worthless."),
    Told.PASSKEY_ADDED: Sentence("A passkey was added to your account."),
    Told.PASSKEY_REMOVED: Sentence("A passkey was taken off your account."),
    Told.PASSKEY_BACKWARDS: Sentence(
        "One of your passkeys was used that counts fewer uses than we have seen, as a copy of it would. It was"
        " refused. Take it off your account and add a new one."
    ),
    Told.SHEET: Sentence(
        "The code of the recovery sheet of a letter of yours was used: whoever typed it is invited as an owner. If you"
        " know of no reason, open that letter's team and take the invitation back at once."
    ),
}


class AboutAccount(Protocol):
    """A mail about an account, and whose it is."""

    @property
    def public_url(self) -> str:
        """Give the address of the service."""

    @property
    def message(self) -> Message:
        """Give the row of the mail."""

    @property
    def coordinator(self) -> Coordinator:
        """Give whom it is about and goes to."""

    @property
    def person(self) -> Person:
        """Give who that is."""


def coordinator_composers(keyring: Keyring, *, public_url: str) -> Mapping[MessageKind, Composer]:
    """Give the function that makes the mail which invites a coordinator."""
    return {
        MessageKind.COORDINATOR_INVITATION: _Invitations(keyring=keyring, public_url=public_url),
    }


def write_account_notice(about: AboutAccount) -> Draft:
    """Write what happened to an account; the message's occurrence begins with what that is (Told)."""
    row = about.coordinator
    language = mail_language(reader=row.language, letter="")
    at = about.message.created_at.astimezone(ZoneInfo(row.time_zone or "UTC"))
    written = render_mail(
        "desk_notice",
        coalition=SERVICE,
        letter_title="",
        language=language,
        reply_to="",
        name=about.person.name,
        sentence=TOLD[Told(about.message.occurrence.partition(":")[0])],
        at=write_moment(at, language=language),
        link=f"{about.public_url}/desk/account",
    )
    return _draft(written, _Letter(), to=about.person.email, language=language)


def coordinator_addresses(keyring: Keyring) -> Mapping[MessageKind, AddressOf]:
    """Give the function that finds the address of this mail."""

    def of_invitation(session: Session, message: Message) -> str:
        row = session.get(CoordinatorInvitation, message.recipient_ref)
        return opened(keyring.desk, row).email if row else ""

    return {MessageKind.COORDINATOR_INVITATION: of_invitation}


@dataclass(frozen=True, kw_only=True)
class _Letter:
    """What a mail says of the letter that it is about, where it is about one."""

    coalition: str = SERVICE
    title: str = ""
    reply_to: str = ""
    language: str = ""
    time_zone: str = "UTC"


@dataclass(frozen=True, kw_only=True)
class _Invitations:
    keyring: Keyring
    public_url: str

    def __call__(self, session: Session, message: Message) -> Draft:
        row = session.get(CoordinatorInvitation, message.recipient_ref)
        if row is None or row.used_at or row.ended_at:
            raise Unwanted(MessageState.CANCELLED, "the invitation is over")
        invited, letter = opened(self.keyring.desk, row), _letter_of(session, self.keyring, row.campaign_id)
        language = mail_language(reader="", letter=letter.language)
        until = invited.expires_at.astimezone(ZoneInfo(letter.time_zone))
        written = render_mail(
            "coordinator_invitation",
            coalition=letter.coalition,
            letter_title=letter.title,
            language=language,
            reply_to=letter.reply_to,
            role=ROLE_NAMES[invited.role] if invited.role else "",
            link=f"{self.public_url}/desk/invitation/{invitation_token(self.keyring.desk, row.id)}",
            until=write_moment(until, language=language),
        )
        return _draft(written, letter, to=invited.email, language=language)


def _letter_of(session: Session, keyring: Keyring, campaign_id: str | None) -> _Letter:
    campaign = session.get(Campaign, campaign_id) if campaign_id else None
    if campaign is None or campaign.state is CampaignState.PURGED:
        return _Letter()
    file = open_file(session, keyring, campaign)
    return _Letter(
        coalition=file.coalition,
        title=file.letter.title,
        reply_to=file.reply_to,
        language=campaign.language,
        time_zone=campaign.time_zone,
    )


def _draft(written: Rendered, letter: _Letter, *, to: str, language: str) -> Draft:
    return Draft(
        to=to,
        subject=written.subject,
        text=written.text,
        html=written.html,
        sender_name=letter.coalition,
        reply_to=letter.reply_to or None,
        language=language,
        unsubscribe_url=None,
    )
