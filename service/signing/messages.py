"""The mails of this room: confirm, already, reminder, invitation, thanks, question, update, news."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile
from service.campaigns.wording import addressee
from service.foundation.errors import Permanent
from service.foundation.sealing import CampaignKeys
from service.i18n.formats import write_date
from service.i18n.moments import write_moment
from service.letter.call import call_text
from service.mail.compose import Rendered, render_mail
from service.mail.envelope import Draft
from service.mail.postman import Composer, Unwanted
from service.mail.returned import Mailbox
from service.mail.view.listing import AddressOf
from service.model.campaign import Campaign
from service.model.letter_revision import LetterRevision
from service.model.link_token import Purpose
from service.model.message import Message, MessageKind
from service.model.signature import Signature
from service.model.states import MessageState, SignatureState
from service.model.suppression import SuppressionReason
from service.signing.naming import HOW_NAMED, printed_name
from service.signing.page import deadline_text
from service.signing.party import SignOn, email_index, read_party
from service.signing.sign import confirm_until
from service.signing.unsubscribe import suppression_of
from service.signing.update_mails import UpdateMails
from service.store.keyring import Keyring
from service.store.links import Link, link_token

_TO_SIGNATORIES = frozenset(
    {
        MessageKind.CONFIRM,
        MessageKind.ALREADY,
        MessageKind.REMINDER,
        MessageKind.INVITATION,
        MessageKind.THANKS,
        MessageKind.PROOF,
        MessageKind.UPDATE,
        MessageKind.NEWS,
        MessageKind.KIT,
        MessageKind.DIGEST,
    }
)


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """Everything that a mail of this room may speak of."""

    message: Message
    signature: Signature
    campaign: Campaign
    file: CampaignFile
    keys: CampaignKeys
    party: SignOn
    revision: LetterRevision | None
    public_url: str

    def address_of(self, purpose: Purpose, path: str, *, generation: int = 1) -> str:
        """Give the full address of a personal link."""
        link = Link(purpose=purpose, row_id=self.signature.id, generation=generation)
        return f"{self.public_url}/{path}/{link_token(self.keys, link)}"

    def unsubscribe(self) -> str:
        """Give the address that stops invitations, reminders and updates."""
        return self.address_of(Purpose.UNSUBSCRIBE, "unsubscribe")

    def write(self, template: str, /, **context: Any) -> Rendered:
        """Fill one of the mail templates with what all of them say and what this one adds."""
        return render_mail(
            template,
            coalition=self.file.coalition,
            letter_title=self.file.letter.title,
            language=self.campaign.language,
            reply_to=self.file.reply_to,
            **context,
        )

    def draft(
        self,
        to: str,
        written: Rendered,
        *,
        reply_to: str = "",
        unsubscribe_url: str | None = None,
        list_label: str = "",
    ) -> Draft:
        """Address a written mail to one mailbox; raises Unwanted where there is none."""
        if not to:
            raise Unwanted(MessageState.CANCELLED, "no address is kept")
        return Draft(
            to=to,
            subject=written.subject,
            text=written.text,
            html=written.html,
            sender_name=self.file.coalition,
            reply_to=reply_to or self.file.reply_to,
            language=self.campaign.language,
            unsubscribe_url=unsubscribe_url,
            list_label=list_label,
        )


def signing_composers(keyring: Keyring, *, public_url: str) -> Mapping[MessageKind, Composer]:
    """Give, for each kind of mail of this room, the function that makes it again whenever it is sent."""

    def composer(write: Callable[[Session, _Facts], Draft]) -> Composer:
        return lambda session, message: write(
            session, _facts(session, keyring, message, public_url=public_url)
        )

    updates = UpdateMails(keyring=keyring, public_url=public_url)
    return {
        MessageKind.CONFIRM: composer(_confirm),
        MessageKind.ALREADY: composer(_already),
        MessageKind.REMINDER: composer(_reminder),
        MessageKind.INVITATION: composer(_invitation),
        MessageKind.THANKS: composer(_thanks),
        MessageKind.QUESTION: composer(_question),
        MessageKind.UPDATE: updates,
        MessageKind.NEWS: updates,
    }


def signing_mailbox(keyring: Keyring) -> Mailbox:
    """Give the function that finds the keyed hash of the mailbox that a mail to a signatory went to.

    Only signatories' mailboxes are ever suppressed: offices, approvers and the secretariat are for a person to see to.
    """

    def find(session: Session, message: Message) -> bytes | None:
        signature = session.get(Signature, message.recipient_ref)
        if message.kind not in _TO_SIGNATORIES or signature is None:
            return None
        try:
            keys = keyring.of(session, signature.campaign_id)
        except Permanent:
            # The letter was purged: nothing more is sent for it.
            return None
        to = _to(message, read_party(keys, signature))
        return email_index(keys, to) if to else None

    return find


def signing_addresses(keyring: Keyring) -> Mapping[MessageKind, AddressOf]:
    """Give, for each kind of mail of this room, the function that finds the address it goes to."""

    def to_signatory(session: Session, message: Message) -> str:
        signature = session.get(Signature, message.recipient_ref)
        if signature is None:
            return ""
        return _to(message, read_party(keyring.of(session, signature.campaign_id), signature))

    def to_secretariat(session: Session, message: Message) -> str:
        campaign = session.get(Campaign, message.campaign_id)
        return open_file(session, keyring, campaign).reply_to if campaign else ""

    return {**dict.fromkeys(_TO_SIGNATORIES, to_signatory), MessageKind.QUESTION: to_secretariat}


def _confirm(session: Session, facts: _Facts) -> Draft:
    _unless(facts.signature.state is SignatureState.PENDING, "no longer waits for confirmation")
    _unless_complained(session, facts)
    written = facts.write(
        "confirm",
        link=facts.address_of(Purpose.CONFIRM, "confirm", generation=facts.signature.generation),
        deadline=deadline_text(facts.campaign),
        expires=_until(facts),
    )
    return facts.draft(facts.party.confirming_email, written)


def _already(session: Session, facts: _Facts) -> Draft:
    _unless(facts.signature.state is SignatureState.CONFIRMED, "does not stand any more")
    _unless_complained(session, facts)
    written = facts.write("already", link=_manage(facts))
    return facts.draft(facts.party.confirming_email, written)


def _reminder(session: Session, facts: _Facts) -> Draft:
    _unless(facts.signature.state is SignatureState.PENDING, "no longer waits for confirmation")
    _unless_suppressed(session, facts, facts.party.confirming_email)
    written = facts.write(
        "reminder",
        link=facts.address_of(Purpose.CONFIRM, "confirm", generation=facts.signature.generation),
        deadline=deadline_text(facts.campaign),
        unsubscribe_link=facts.unsubscribe(),
    )
    return facts.draft(facts.party.confirming_email, written, unsubscribe_url=facts.unsubscribe())


def _invitation(session: Session, facts: _Facts) -> Draft:
    open_states = {SignatureState.INVITED, SignatureState.INTENDS}
    _unless(facts.signature.state in open_states, "was already answered")
    _unless_suppressed(session, facts, facts.party.email)
    written = facts.write(
        "invitation",
        link=facts.address_of(Purpose.INVITATION, "invitation"),
        deadline=deadline_text(facts.campaign),
        event=facts.file.event.name if facts.file.event else "",
        call_text=call_text(facts.file.call),
        addressee=addressee(facts.file),
        convenors=", ".join(facts.file.convenors),
        party=facts.party.name,
        unsubscribe_link=facts.unsubscribe(),
    )
    return facts.draft(facts.party.email, written, unsubscribe_url=facts.unsubscribe())


def _thanks(session: Session, facts: _Facts) -> Draft:
    _unless(facts.signature.state is SignatureState.CONFIRMED, "does not stand any more")
    _unless_complained(session, facts)
    signed = (facts.signature.signed_at or facts.signature.created_at).astimezone(
        ZoneInfo(facts.campaign.time_zone)
    )
    written = facts.write(
        "thanks",
        name=printed_name(facts.signature, facts.party.name),
        how_named=HOW_NAMED[facts.signature.visibility],
        link=_manage(facts),
        revision=facts.revision.number if facts.revision else 0,
        fingerprint=facts.revision.sha256 if facts.revision else "",
        day=write_date(signed.date(), facts.campaign.language),
    )
    return facts.draft(facts.party.confirming_email, written, unsubscribe_url=facts.unsubscribe())


def _question(_: Session, facts: _Facts) -> Draft:
    sentence = f"{facts.party.name or facts.party.email} asks about the letter:\n\n{facts.party.question}"
    written = facts.write("alert", sentence=sentence, link="")
    return facts.draft(facts.file.reply_to, written, reply_to=facts.party.email)


def _to(message: Message, party: SignOn) -> str:
    return party.email if message.kind is MessageKind.INVITATION else party.confirming_email


def _manage(facts: _Facts) -> str:
    return facts.address_of(Purpose.MANAGE, "manage", generation=facts.signature.generation)


def _until(facts: _Facts) -> str:
    moment = confirm_until(facts.campaign).astimezone(ZoneInfo(facts.campaign.time_zone))
    return write_moment(moment, facts.campaign.language)


def _unless(wanted: bool, reason: str) -> None:  # noqa: FBT001 -- reads as a guard
    if not wanted:
        raise Unwanted(MessageState.CANCELLED, reason)


def _unless_suppressed(session: Session, facts: _Facts, to: str) -> None:
    if to and suppression_of(session, facts.campaign.id, email_index(facts.keys, to)) is not None:
        raise Unwanted(MessageState.SUPPRESSED, "the mailbox asked not to be written to, or cannot be")


def _unless_complained(session: Session, facts: _Facts) -> None:
    """Let an answer go to a mailbox that bounced, for its owner has just asked for it; never where one complained."""
    mailbox = email_index(facts.keys, facts.party.confirming_email)
    if suppression_of(session, facts.campaign.id, mailbox) is SuppressionReason.COMPLAINED:
        raise Unwanted(MessageState.SUPPRESSED, "the mailbox complained")


def _facts(session: Session, keyring: Keyring, message: Message, *, public_url: str) -> _Facts:
    signature = session.get(Signature, message.recipient_ref)
    campaign = session.get(Campaign, message.campaign_id)
    if signature is None or campaign is None:
        raise Unwanted(MessageState.CANCELLED, "the sign-on is gone")
    keys = keyring.of(session, campaign.id)
    return _Facts(
        message=message,
        signature=signature,
        campaign=campaign,
        file=open_file(session, keyring, campaign),
        keys=keys,
        party=read_party(keys, signature),
        revision=session.get(LetterRevision, signature.revision_id) if signature.revision_id else None,
        public_url=public_url,
    )
