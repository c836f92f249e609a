"""The mails of this room: confirm, already, link, reminder, invitation, thanks, change, question, proof, update, news."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile
from service.campaigns.queries import present_revision
from service.campaigns.revise import takes_answers
from service.campaigns.wording import addressee
from service.foundation.errors import Permanent
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.i18n.catalogue import catalogue
from service.i18n.formats import direction, write_date
from service.i18n.languages import mail_language
from service.i18n.moments import write_moment
from service.letter.call import call_text
from service.mail.compose import Rendered, render_mail
from service.mail.envelope import Draft
from service.mail.halted import CLOSED_EARLY
from service.mail.postman import Composer, Unwanted
from service.mail.returned import Mailbox
from service.mail.verp import make_return_path
from service.mail.view.listing import AddressOf
from service.model.campaign import Campaign
from service.model.letter_revision import LetterRevision
from service.model.link_token import Purpose
from service.model.message import Message, MessageKind
from service.model.schedule import Occurrence
from service.model.signature import Provenance, Signature, Standing, standing
from service.model.states import CampaignState, MessageState, SignatureState
from service.model.suppression import SuppressionReason
from service.signing.codes import mail_code, spaced
from service.signing.discreet import discreetly
from service.signing.earlier_text import until_text
from service.signing.greetings import Greeted, greeting_in_use
from service.signing.invite import FIRST_INVITATION, MAY_COME_LATE
from service.signing.naming import HOW_NAMED, printed_name
from service.signing.organization_mails import TO_CONTACTS, WRITERS, contact_address, organization_addresses
from service.signing.own_code import OWN
from service.signing.own_words import own_parts, own_text_of
from service.signing.page import deadline_text
from service.signing.party import SignOn, email_index, read_party
from service.signing.proof_line import proof_line
from service.signing.proof_mail import is_settled, until_words
from service.signing.remind_change import is_reminder, reminder_of
from service.signing.resting import refuse_resting
from service.signing.secretariat.fix_name import FIXED
from service.signing.sign import decide_until, link_until
from service.signing.unsubscribe import suppression_of
from service.signing.update_mails import UpdateMails
from service.store.held import hold
from service.store.keyring import Keyring
from service.store.links import Link, link_token
from service.store.sealed import open_text

REPLY = "reply "
"""What the occurrence of a mail to the secretariat begins with that tells of an answer to a confirming mail."""

_TO_SIGNATORIES = frozenset(
    {
        MessageKind.CONFIRM,
        MessageKind.ALREADY,
        MessageKind.LINK,
        MessageKind.REMINDER,
        MessageKind.INVITATION,
        MessageKind.THANKS,
        MessageKind.CHANGE,
        MessageKind.PROOF,
        MessageKind.UPDATE,
        MessageKind.NEWS,
        MessageKind.KIT,
        *TO_CONTACTS,
    }
)


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """Everything that a mail of this room may speak of."""

    message: Message
    signature: Signature
    campaign: Campaign
    file: CampaignFile
    keyring: Keyring
    keys: CampaignKeys
    party: SignOn
    revision: LetterRevision | None
    public_url: str
    replies_to: str
    language: str

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
            language=self.language,
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
        draft = Draft(
            to=to,
            subject=written.subject,
            text=written.text,
            html=written.html,
            sender_name=self.file.coalition,
            reply_to=reply_to or self.file.reply_to,
            language=self.language,
            unsubscribe_url=unsubscribe_url,
            list_label=list_label,
        )
        is_for_them = self.message.kind in _TO_SIGNATORIES
        return discreetly(draft, self.message.kind) if self.signature.discreet and is_for_them else draft

    def answered_to_us(self, draft: Draft) -> Draft:
        """Let the answer to a mail come back to us, where returned mail does; else to the coalition."""
        return replace(draft, reply_to=self.replies_to) if self.replies_to else draft


@dataclass(frozen=True, kw_only=True)
class _Composer:
    """Makes the mails of one kind."""

    write: Callable[[Session, _Facts], Draft]
    keyring: Keyring
    public_url: str
    reply_domain: str

    def __call__(self, session: Session, message: Message) -> Draft:
        return self.write(
            session,
            _facts(
                session,
                self.keyring,
                message,
                public_url=self.public_url,
                reply_domain=self.reply_domain,
            ),
        )

    def gather(self, session: Session, messages: Sequence[Message]) -> None:
        ids = [message.recipient_ref for message in messages]
        for signature in session.exec(select(Signature).where(col(Signature.id).in_(ids))):
            hold(session, signature)


def signing_composers(
    keyring: Keyring, *, public_url: str, reply_domain: str = ""
) -> Mapping[MessageKind, Composer]:
    """Give, for each kind of mail of this room, the function that makes it again whenever it is sent.

    Answers to a confirming mail come to return paths at `reply_domain`, where returned mail is taken in; without one
    they go to the coalition, and confirm nothing.
    """

    def composer(write: Callable[[Session, _Facts], Draft]) -> Composer:
        return _Composer(write=write, keyring=keyring, public_url=public_url, reply_domain=reply_domain)

    updates = UpdateMails(keyring=keyring, public_url=public_url)
    return {
        MessageKind.CONFIRM: composer(_confirm),
        MessageKind.ALREADY: composer(_already),
        MessageKind.LINK: composer(_link),
        MessageKind.REMINDER: composer(_reminder),
        MessageKind.INVITATION: composer(_invitation),
        MessageKind.THANKS: composer(_thanks),
        MessageKind.CHANGE: composer(_change),
        MessageKind.PROOF: composer(_proof),
        MessageKind.QUESTION: composer(_question),
        **{kind: composer(_careful(write)) for kind, write in WRITERS.items()},
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

    return {
        **dict.fromkeys(_TO_SIGNATORIES, to_signatory),
        **dict.fromkeys((MessageKind.QUESTION, MessageKind.NEEDS_CHECK), to_secretariat),
        **organization_addresses(keyring),
    }


def _confirm(session: Session, facts: _Facts) -> Draft:
    _unless(facts.signature.state is SignatureState.PENDING, "no longer waits for confirmation")
    _unless_complained(session, facts)
    written = facts.write(
        "confirm",
        link=facts.address_of(Purpose.CONFIRM, "confirm", generation=facts.signature.generation),
        deadline=_deadline(facts),
        expires=_until(facts),
        code=spaced(mail_code(facts.keys, facts.signature.id, facts.message.occurrence)),
        for_approver=bool(facts.party.approver_email),
        may_reply=bool(facts.replies_to),
        not_me_link=facts.address_of(Purpose.NOT_ME, "not-me", generation=facts.signature.generation),
        **_greeting(session, facts, Greeted.CONFIRM),
    )
    return facts.answered_to_us(facts.draft(facts.party.confirming_email, written))


def _already(session: Session, facts: _Facts) -> Draft:
    _unless(facts.signature.state is SignatureState.CONFIRMED, "does not stand any more")
    _unless_complained(session, facts)
    on_earlier_text = standing(facts.signature, facts.campaign) is Standing.EARLIER_TEXT
    written = facts.write(
        "already", link=_change_link(facts) if on_earlier_text else _manage(facts), changed=on_earlier_text
    )
    return facts.draft(facts.party.confirming_email, written)


def _link(session: Session, facts: _Facts) -> Draft:
    _unless(facts.signature.erased_at is None, "was erased")
    _unless_complained(session, facts)
    if facts.message.occurrence.startswith(FIXED):
        return _line_fixed(session, facts)
    if facts.message.occurrence.startswith(OWN):
        return _own_code(facts)
    return facts.draft(facts.party.confirming_email, facts.write("link", link=_manage(facts)))


def _line_fixed(session: Session, facts: _Facts) -> Draft:
    line = proof_line(session, facts.keyring, facts.campaign, facts.signature, now=facts.message.created_at)
    _unless(bool(line), "is not printed any more")
    written = facts.write(
        "line_fixed",
        lines=line.split("\n"),
        letter_direction=direction(facts.campaign.language),
        link=_manage(facts),
    )
    return facts.draft(facts.party.confirming_email, written)


def _own_code(facts: _Facts) -> Draft:
    _unless(facts.signature.state is SignatureState.CONFIRMED, "does not stand any more")
    code = mail_code(facts.keys, facts.signature.id, facts.message.occurrence)
    return facts.draft(facts.party.confirming_email, facts.write("own_code", code=spaced(code)))


def _greeting(session: Session, facts: _Facts, mail: Greeted) -> Mapping[str, Any]:
    # Words of others could say outside what a discreet mail keeps inside; and who was added has asked for no mail.
    if facts.signature.discreet or facts.signature.provenance is Provenance.ATTESTED:
        return {}
    return greeting_in_use(session, facts.keys, facts.campaign, facts.file, mail, facts.language)


def _reminder(session: Session, facts: _Facts) -> Draft:
    refuse_resting(session, facts.message)
    _unless(facts.signature.state is SignatureState.PENDING, "no longer waits for confirmation")
    _unless_suppressed(session, facts, facts.party.confirming_email)
    written = facts.write(
        "reminder",
        link=facts.address_of(Purpose.CONFIRM, "confirm", generation=facts.signature.generation),
        deadline=deadline_text(facts.campaign, facts.language),
        unsubscribe_link=facts.unsubscribe(),
        **_own_words(session, facts),
    )
    return facts.draft(facts.party.confirming_email, written, unsubscribe_url=facts.unsubscribe())


def _own_words(session: Session, facts: _Facts) -> Mapping[str, Any]:
    text = own_text_of(session, facts.keys, facts.message.occurrence)
    return own_parts(text, facts.campaign, facts.file, facts.language)


def _invitation(session: Session, facts: _Facts) -> Draft:
    refuse_resting(session, facts.message)
    is_late = facts.signature.late_until is not None and facts.campaign.state is CampaignState.CLOSED
    open_states = {SignatureState.INVITED, SignatureState.INTENDS}
    is_open = facts.signature.state in (MAY_COME_LATE if is_late else open_states)
    _unless(is_open, "was already answered")
    # Posted ahead of the opening it may wait for days, in which the letter can be closed.
    if not is_late and facts.message.occurrence == FIRST_INVITATION and _was_closed_early(facts.campaign):
        # It goes once for ever: cancelled, a slip of "Close" could not be undone for whoever it was to reach.
        raise Unwanted(MessageState.HELD, CLOSED_EARLY)
    _unless(is_late or facts.campaign.state is CampaignState.OPEN, "the letter takes no sign-ons")
    _unless_suppressed(session, facts, facts.party.email)
    again = not is_late and facts.message.occurrence != FIRST_INVITATION
    written = facts.write(
        "invitation",
        again=again,
        intends=again and facts.signature.state is SignatureState.INTENDS,
        link=facts.address_of(Purpose.INVITATION, "invitation"),
        deadline=_deadline(facts),
        is_late=is_late,
        event=facts.file.event.name if facts.file.event else "",
        call_text=call_text(facts.file.call),
        addressee=addressee(facts.file),
        convenors=", ".join(facts.file.convenors),
        party=facts.party.name,
        unsubscribe_link=facts.unsubscribe(),
        **_own_words(session, facts),
    )
    return facts.draft(facts.party.email, written, unsubscribe_url=facts.unsubscribe())


def _was_closed_early(campaign: Campaign) -> bool:
    closed_at = campaign.closed_at if campaign.state is CampaignState.CLOSED else None
    return closed_at is not None and closed_at < campaign.deadline_at


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
        attested=facts.signature.provenance is Provenance.ATTESTED,
        link=_manage(facts),
        revision=facts.revision.number if facts.revision else 0,
        fingerprint=facts.revision.sha256 if facts.revision else "",
        day=write_date(signed.date(), facts.language),
        **_greeting(session, facts, Greeted.THANKS),
    )
    return facts.draft(facts.party.confirming_email, written, unsubscribe_url=facts.unsubscribe())


def _change(session: Session, facts: _Facts) -> Draft:
    campaign, signature = facts.campaign, facts.signature
    _unless(signature.state is SignatureState.CONFIRMED, "does not stand any more")
    of_present = {campaign.revision_id or "", reminder_of(campaign.revision_id or "")}
    _unless(facts.message.occurrence in of_present, "the text has changed again")
    _unless(signature.revision_id != campaign.revision_id, "stands on the present text already")
    _unless(takes_answers(session, campaign), "the letter was released")
    _unless_suppressed(session, facts, facts.party.confirming_email)
    present = present_revision(session, campaign)
    written = facts.write(
        "change",
        keeps=signature.keeps_on_change,
        again=is_reminder(facts.message),
        signed=facts.revision.number if facts.revision else 0,
        present=present.number,
        reason=open_text(facts.keys, present, "reason"),
        until=until_text(campaign, present, told_at=facts.message.created_at, language=facts.language),
        link=_change_link(facts),
        unsubscribe_link=facts.unsubscribe(),
    )
    return facts.draft(facts.party.confirming_email, written, unsubscribe_url=facts.unsubscribe())


def _proof(session: Session, facts: _Facts) -> Draft:
    refuse_resting(session, facts.message)
    signature, campaign = facts.signature, facts.campaign
    occurrence = session.get(Occurrence, facts.message.occurrence)
    counts = standing(signature, campaign) is Standing.COUNTED
    line = proof_line(session, facts.keyring, campaign, signature, now=facts.message.created_at)
    _unless(occurrence is not None and counts and bool(line), "is not printed any more")
    _unless(not is_settled(session, campaign), "the letter is being approved, or has gone")
    _unless_suppressed(session, facts, facts.party.confirming_email)
    assert occurrence is not None
    written = facts.write(
        "proof",
        lines=line.split("\n"),
        letter_direction=direction(campaign.language),
        until=until_words(campaign, occurrence, facts.language),
        link=facts.address_of(Purpose.PROOF, "proof", generation=signature.generation),
        unsubscribe_link=facts.unsubscribe(),
    )
    return facts.draft(facts.party.confirming_email, written, unsubscribe_url=facts.unsubscribe())


def _question(_: Session, facts: _Facts) -> Draft:
    who = facts.party.name or facts.party.email
    if facts.message.occurrence.startswith(REPLY):
        sentence = Sentence(
            "{who} answered the confirming mail. {doubt}\n\n{reply}",
            who=who,
            # It was kept in English, which is how the catalogues know it.
            doubt=catalogue(facts.language).gettext(facts.party.reply_doubt),
            reply=facts.party.reply,
        )
    else:
        sentence = Sentence(
            "{who} asks about the letter:\n\n{question}", who=who, question=facts.party.question
        )
    written = facts.write("alert", sentence=sentence, link="")
    return facts.draft(facts.file.reply_to, written, reply_to=facts.party.confirming_email)


def _careful(write: Callable[[Session, _Facts], Draft]) -> Callable[[Session, _Facts], Draft]:
    """Keep a mail about an organization from a mailbox of it that complained."""

    def composed(session: Session, facts: _Facts) -> Draft:
        if facts.message.kind in TO_CONTACTS:
            mailbox = email_index(facts.keys, contact_address(facts.message, facts.party))
            if suppression_of(session, facts.campaign.id, mailbox) is SuppressionReason.COMPLAINED:
                raise Unwanted(MessageState.SUPPRESSED, "the mailbox complained")
        return write(session, facts)

    return composed


def _to(message: Message, party: SignOn) -> str:
    if message.kind in TO_CONTACTS:
        return contact_address(message, party)
    return party.email if message.kind is MessageKind.INVITATION else party.confirming_email


def _manage(facts: _Facts) -> str:
    return facts.address_of(Purpose.MANAGE, "manage", generation=facts.signature.generation)


def _change_link(facts: _Facts) -> str:
    return facts.address_of(Purpose.CHANGE, "change", generation=facts.signature.generation)


def _deadline(facts: _Facts) -> str:
    return deadline_text(facts.campaign, facts.language, at=decide_until(facts.campaign, facts.signature))


def _until(facts: _Facts) -> str:
    until = link_until(facts.campaign, facts.signature, since=facts.message.created_at)
    moment = until.astimezone(ZoneInfo(facts.campaign.time_zone))
    return write_moment(moment, facts.language)


def _unless(wanted: bool, reason: str) -> None:  # noqa: FBT001 -- reads as a guard
    if not wanted:
        raise Unwanted(MessageState.CANCELLED, reason)


def _unless_suppressed(session: Session, facts: _Facts, to: str) -> None:
    if to and suppression_of(session, facts.campaign.id, email_index(facts.keys, to)) is not None:
        raise Unwanted(MessageState.SUPPRESSED, "the mailbox asked not to be written to, or cannot be")


def _unless_complained(session: Session, facts: _Facts) -> None:
    """Let an answer go to a mailbox that bounced, for its owner has just asked for it; never where one complained."""
    mailbox = email_index(facts.keys, facts.party.confirming_email)
    reason = suppression_of(session, facts.campaign.id, mailbox)
    if reason in {SuppressionReason.COMPLAINED, SuppressionReason.NOT_ME}:
        raise Unwanted(MessageState.SUPPRESSED, "the mailbox complained, or is not who signed")


def _facts(
    session: Session, keyring: Keyring, message: Message, *, public_url: str, reply_domain: str
) -> _Facts:
    signature = session.get(Signature, message.recipient_ref)
    campaign = session.get(Campaign, message.campaign_id)
    if signature is None or campaign is None:
        raise Unwanted(MessageState.CANCELLED, "the sign-on is gone")
    # Many mails of one letter are made in one session.
    hold(session, campaign)
    keys = keyring.of(session, campaign.id)
    return _Facts(
        message=message,
        signature=signature,
        campaign=campaign,
        file=open_file(session, keyring, campaign),
        keyring=keyring,
        keys=keys,
        party=read_party(keys, signature),
        revision=_revision(session, signature),
        public_url=public_url,
        replies_to=make_return_path(message.id, site_key=keyring.site_key, bounce_domain=reply_domain)
        if reply_domain
        else "",
        language=_language(message, signature, campaign),
    )


def _revision(session: Session, signature: Signature) -> LetterRevision | None:
    found = session.get(LetterRevision, signature.revision_id) if signature.revision_id else None
    return hold(session, found) if found is not None else None


def _language(message: Message, signature: Signature, campaign: Campaign) -> str:
    """Give the language of the sign-on to its own people, a second officer among them, and the letter's to the secretariat."""
    is_for_theirs = message.kind in _TO_SIGNATORIES or message.kind is MessageKind.COUNTERSIGN
    reader = signature.language if is_for_theirs else ""
    return mail_language(reader=reader, letter=campaign.language)
