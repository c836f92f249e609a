"""The mails of this room: approval, rehearsal, delivery, alert."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile
from service.campaigns.going_live import TEST_MAIL, pressed_token
from service.campaigns.queries import latest_edition, present_recipients
from service.campaigns.warned import Warned, warned_owner
from service.delivery.annexes import annexes_of
from service.delivery.answers.chase import chase_mail
from service.delivery.answers.remind import WORD as DUE
from service.delivery.answers.remind import about_answer
from service.delivery.approvers.code import mailed_code
from service.delivery.channel_words import channel_word
from service.delivery.check import recipient_label
from service.delivery.copies import copy_for, copy_with_code
from service.delivery.count_alert import about_difference
from service.delivery.filed_alert import ABOUT_FILED
from service.delivery.filed_alert import WORD as FILED
from service.delivery.late_alert import about_late_schedule
from service.delivery.letter_mail import (
    FOLLOWS_THE_LETTER,
    MOST_BYTES,
    Making,
    attachments,
    formats_for,
    letter_parts,
    too_large,
)
from service.delivery.milestones import WORD as MILESTONE
from service.delivery.milestones import about_milestone
from service.delivery.propose import approval_link, unconfirmed_names
from service.delivery.purge_alert import about_purge
from service.delivery.show_words import show_alert
from service.delivery.signed_by import signatories_phrase
from service.delivery.supplement import recipients_of
from service.delivery.texts_beside import texts_beside, texts_sent
from service.foundation.addresses import ascii_address
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.i18n.catalogue import catalogue
from service.i18n.languages import mail_language
from service.i18n.moments import write_moment
from service.i18n.own_names import name_within
from service.letter.copy import Copy
from service.letter.edition import Edition as Letter
from service.letter.fonts import Fonts
from service.mail.compose import Rendered, render_mail, written_size
from service.mail.envelope import Attachment, Draft
from service.mail.postman import Composer, Unwanted
from service.mail.verp import make_return_path
from service.mail.view.listing import AddressOf
from service.model.approver_desk import ApproverQuestion
from service.model.brake import BreakerTrip
from service.model.campaign import Campaign
from service.model.carriage import Carriage
from service.model.coordinator import Coordinator
from service.model.delivery import Delivery
from service.model.edition import Approval, Approver, Decision, Edition, EditionKind
from service.model.message import Message, MessageKind
from service.model.recipient import Recipient
from service.model.report_kind import ReportKind
from service.model.show import Reason, ShowStep
from service.model.states import MessageState
from service.signing.codes import spaced
from service.signing.roll import frozen_letter, letter_as_it_stands
from service.store.keyring import Keyring
from service.store.links import link_token
from service.store.sealed import open_record, open_text

_TESTED = Sentence(
    "This is a test mail. If you read it among the spam, tell your mailbox that it is none. Then open the page and press its"
    " button, so that the letter can go live."
)
_ALERTS = {
    "stuck": Sentence(
        "E-mail of this letter is due for more than ten minutes and does not leave. The people who run the service can"
        " see why: `undersigned status` and `undersigned doctor`. Nothing is lost, and it leaves as soon as it can."
    ),
    "unhanded": Sentence(
        "A copy of this letter that goes another way than by e-mail is due for more than ten minutes and was not handed"
        " over. The people who run the service can see why: `undersigned status`. Nothing is lost, and it leaves as soon as"
        " it can; `undersigned deliver {slug} --stop` stops it until then."
    ),
    "quarantine": Sentence(
        "Sign-ons to this letter are held and wait for your look: they came in a way that machines do, or too many at"
        " once. They count nowhere and got no e-mail. `undersigned signatories quarantine list {slug}` shows them,"
        " and how to release or discard them."
    ),
    "solo": Sentence(
        "This letter was released by one person alone and goes out in 30 minutes. If it should not, tell the"
        " secretariat at once: `undersigned deliver {slug} --stop` stops it until then."
    ),
    "void": Sentence(
        "The letter that was proposed to you will not be sent as it was: it was opened again, or its text changed."
        " What you decided on it has no effect any more; a new edition will be proposed to you."
    ),
    "failed": Sentence(
        "The letter to {to} was not sent: it was refused, ran out of time, or a signatory left after the release."
        " `undersigned campaign show {slug}` says which; `undersigned deliver {slug} --again {id}` sends it again."
    ),
    "uncertain": Sentence(
        "Nobody can know whether the letter to {to} arrived: the connection broke at the last moment."
        " It is not sent again by itself; `undersigned campaign show {slug}` shows what is known."
    ),
    "no_mailbox": Sentence(
        "The letter to {to} came back: a mail server says that there is no such mailbox. Ask the office for its"
        " address and send the letter there yourself; then keep how it arrived:"
        ' `undersigned deliver {slug} --arrived {id} "…"`.'
    ),
    "not_taken": Sentence(
        "The letter to {to} came back: the office's mail server did not take it, for a reason that may pass, such"
        " as a full mailbox. Send that copy again in a while, `undersigned deliver {slug} --again {id}`, or call"
        " the office."
    ),
    "turned_away": Sentence(
        "The letter to {to} came back: the office's mail server refused it for how or by whom it was sent; the"
        " address may be right. Look at what `undersigned doctor` finds and ask the office to let our mail in; then"
        " send that copy again: `undersigned deliver {slug} --again {id}`."
    ),
    "came_back": Sentence(
        "The letter to {to} came back: a mail server could not deliver it. `undersigned campaign show {slug}` has"
        " what is known; call the office, then send that copy again: `undersigned deliver {slug} --again {id}`."
    ),
    "contradicted": Sentence(
        "What is heard of the letter to {to} contradicts itself: one report says that it was delivered, another"
        " that it was not. Ask the office before you send it again; then keep its answer,"
        ' `undersigned deliver {slug} --arrived {id} "…"`, or send that copy again with `--again {id}`.'
    ),
    "sent_back": Sentence(
        "The letter to {to} did not arrive after all: whoever carried it says so. `undersigned campaign show {slug}` has"
        " what is known; ask the office for its address, then send that copy again, `undersigned deliver {slug} --again"
        " {id}`, or bring it another way and keep how it arrived."
    ),
    FILED: ABOUT_FILED,
    "complained": Sentence(
        "The letter to {to} arrived, and was reported there as unwanted mail. Nothing is sent again by itself; call"
        " the office before you write to it once more."
    ),
}

_PAGES = {
    "quarantine": "held",
    "stuck": "sends",
    **dict.fromkeys(
        (
            "unhanded",
            "solo",
            "failed",
            "uncertain",
            "no_mailbox",
            "not_taken",
            "turned_away",
            "came_back",
            "contradicted",
            "sent_back",
        ),
        "deliveries",
    ),
}
"""The page of the desk, below a letter's, where what these alerts name by a command can be seen and done."""

_MANY = {
    MessageKind.INVITATION: Sentence("The invitations of this letter", context="what was stopped"),
    MessageKind.REMINDER: Sentence("The reminders of this letter", context="what was stopped"),
}
_STOPPED = {
    ReportKind.HARD: Sentence(
        "{what} were stopped: of {handed_over} mails handed over {troubles} went to mailboxes that do not exist."
        " Receivers take that for a list that was bought, and soon refuse every mail of ours: look through the list"
        " first, and take out what is old. {held} that still waited are held. Confirmations, approvals and the letter"
        " itself go on.\n\nTo send what is held after all: `undersigned outbox retry --state held --letter {slug}`."
    ),
    ReportKind.COMPLAINT: Sentence(
        "{what} were stopped: of {handed_over} mails handed over {troubles} were called unwanted by those who got them."
        " Ask where the addresses came from, and whether their owners expect this mail. {held} that still waited are"
        " held. Confirmations, approvals and the letter itself go on.\n\nTo send what is held after all:"
        " `undersigned outbox retry --state held --letter {slug}`."
    ),
    ReportKind.POLICY: Sentence(
        "{what} were stopped: of {handed_over} mails handed over {troubles} were refused for how, or by whom, they were"
        " sent; their addresses may be good. Run `undersigned doctor`, and read in the relay's log what the receivers"
        " said. {held} that still waited are held. Confirmations, approvals and the letter itself go on.\n\nTo send"
        " what is held after all: `undersigned outbox retry --state held --letter {slug}`."
    ),
}


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """Everything that a mail of this room may speak of."""

    keyring: Keyring
    keys: CampaignKeys
    campaign: Campaign
    file: CampaignFile
    public_url: str
    making: Making
    reader: str = ""

    @property
    def language(self) -> str:
        """The letter's language, in which its offices, its approvers and its secretariat are written to, or an owner's."""
        return mail_language(reader=self.reader, letter=self.campaign.language)

    def write(self, template: str, /, **context: Any) -> Rendered:
        """Fill one of the mail templates with what all of them say and what this one adds."""
        return render_mail(
            template,
            coalition=self.file.coalition,
            language=self.language,
            reply_to=self.file.reply_to,
            **{"letter_title": self.file.letter.title, **context},
        )

    def draft(self, to: str, written: Rendered, attachments: tuple[Attachment, ...] = ()) -> Draft:
        """Address a written mail to one mailbox."""
        return Draft(
            to=to,
            subject=written.subject,
            text=written.text,
            html=written.html,
            sender_name=self.file.coalition,
            reply_to=self.file.reply_to,
            language=self.language,
            unsubscribe_url=None,
            attachments=attachments,
        )


def delivery_composers(
    keyring: Keyring,
    *,
    public_url: str,
    fonts: Fonts,
    word_template: Path | None = None,
    most_bytes: int = MOST_BYTES,
    bounce_domain: str = "",
) -> Mapping[MessageKind, Composer]:
    """Give, for each kind of mail of this room, the function that makes it again whenever it is sent.

    A letter's mail of more than `most_bytes`, as it goes over the wire, is held: whoever released it is told. With a
    `bounce_domain` its reader's program is asked to say there that it was displayed.
    """
    making = Making(fonts=fonts, word_template=word_template, most_bytes=most_bytes)

    def composer(write: Callable[[Session, _Facts, Message], Draft]) -> Composer:
        def compose(session: Session, message: Message) -> Draft:
            campaign = session.get(Campaign, message.campaign_id)
            if campaign is None:
                raise Unwanted(MessageState.CANCELLED, "the letter is gone")
            facts = _facts(session, keyring, campaign, public_url=public_url, making=making)
            return write(session, facts, message)

        return compose

    def delivery(session: Session, facts: _Facts, message: Message) -> Draft:
        draft = _delivery(session, facts, message)
        if not bounce_domain:
            return draft
        # It must be the mail's own return path: programs answer no other address unasked (RFC 8098, section 2.1).
        back = make_return_path(message.id, site_key=keyring.site_key, bounce_domain=bounce_domain)
        return replace(draft, receipt_to=back)

    return {
        MessageKind.APPROVAL: composer(_approval),
        MessageKind.REHEARSAL: composer(_rehearsal),
        MessageKind.DELIVERY: composer(delivery),
        MessageKind.ALERT: composer(_alert),
        MessageKind.CHASE: composer(_chase),
    }


def office_domain(session: Session, keyring: Keyring, message_id: str | None) -> str:
    """Give the domain of the mailbox that an e-mail brings a letter to, in ASCII; "" for any other mail."""
    message = session.get(Message, message_id) if message_id else None
    if message is None or message.kind is not MessageKind.DELIVERY:
        return ""
    address = delivery_addresses(keyring)[MessageKind.DELIVERY](session, message)
    return ascii_address(address).rpartition("@")[2].lower() if address else ""


def delivery_addresses(keyring: Keyring) -> Mapping[MessageKind, AddressOf]:
    """Give, for each kind of mail of this room, the function that finds the address it goes to."""

    def to_office(session: Session, message: Message) -> str:
        delivery = session.get(Delivery, message.recipient_ref)
        recipient = session.get(Recipient, delivery.recipient_id) if delivery else None
        if delivery is None or recipient is None:
            return ""
        details = open_record(keyring.of(session, recipient.campaign_id), recipient, "details")
        return str(details["emails"][delivery.destination])

    def to_us(session: Session, message: Message) -> str:
        approver = session.get(Approver, message.recipient_ref)
        if approver is not None:
            return str(open_record(keyring.of(session, approver.campaign_id), approver, "details")["email"])
        campaign = session.get(Campaign, message.campaign_id)
        if campaign is None:
            return ""
        owner = warned_owner(session, keyring, campaign.id, message.recipient_ref)
        return owner.address if owner else open_file(session, keyring, campaign).reply_to

    def to_asked(session: Session, message: Message) -> str:
        keys = keyring.of(session, str(message.campaign_id))
        found = chase_mail(session, keys, message.recipient_ref, message.occurrence)
        return found[0] if found else ""

    return {
        MessageKind.DELIVERY: to_office,
        MessageKind.CHASE: to_asked,
        **dict.fromkeys((MessageKind.APPROVAL, MessageKind.REHEARSAL, MessageKind.ALERT), to_us),
    }


def _approval(session: Session, facts: _Facts, message: Message) -> Draft:
    approver = session.get(Approver, message.recipient_ref)
    edition = session.get(Edition, message.occurrence.partition(" ")[0])
    if (
        approver is None
        or edition is None
        or edition.released_at is not None
        or edition.voided_at is not None
    ):
        raise Unwanted(MessageState.CANCELLED, "nothing waits for this approval")
    details = open_record(facts.keys, approver, "details")
    code = mailed_code(facts.keys, approver, message.occurrence)
    if code:
        written = facts.write("approval_code", code=spaced(code), approver_name=details["name"])
        return facts.draft(str(details["email"]), written)
    letter = frozen_letter(session, facts.keyring, edition)
    is_letter = edition.kind is EditionKind.LETTER
    zone = ZoneInfo(facts.campaign.time_zone)
    written = facts.write(
        "approval",
        link=f"{facts.public_url}/approve/{link_token(facts.keys, approval_link(edition, approver))}",
        edition=edition.number,
        fingerprint=edition.fingerprint[:16],
        signatories=signatories_phrase(letter, facts.language),
        recipients=[
            recipient_label(open_record(facts.keys, recipient, "details"))
            for recipient in recipients_of(session, facts.keyring, facts.campaign, edition)
        ],
        approver_name=details["name"],
        unconfirmed=len(unconfirmed_names(session, facts.keys, facts.campaign)) if is_letter else 0,
        send_at=(
            write_moment(facts.campaign.send_at.astimezone(zone), facts.language)
            if facts.campaign.send_at and is_letter
            else ""
        ),
        **_titled(letter),
    )
    return facts.draft(str(details["email"]), written)


def _delivery(session: Session, facts: _Facts, message: Message) -> Draft:
    delivery = session.get(Delivery, message.recipient_ref)
    edition = session.get(Edition, delivery.edition_id) if delivery else None
    recipient = session.get(Recipient, delivery.recipient_id) if delivery else None
    if delivery is None or edition is None or recipient is None:
        raise Unwanted(MessageState.CANCELLED, "the sending is gone")
    details = open_record(facts.keys, recipient, "details")
    copy = copy_with_code(
        session, facts.keyring, facts.campaign, edition, recipient, check_code=delivery.check_code
    )
    if copy is None:
        raise Unwanted(MessageState.HELD, "the copy is not the one that was released")
    texts = texts_sent(session, facts.keyring, facts.campaign, delivery)
    if texts is None:
        raise Unwanted(MessageState.HELD, "a translation is not the one that was released")
    to = str(details["emails"][delivery.destination])
    draft = _letter_mail(session, facts, copy, details, to=to, texts=texts)
    reason = too_large(written_size(draft), facts.making.most_bytes)
    if reason:
        raise Unwanted(MessageState.HELD, reason)
    return draft


def letter_draft(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    copies: Sequence[Copy],
    details: dict[str, Any],
    *,
    public_url: str,
    making: Making,
) -> Draft:
    """Make the mail that would carry a copy to an office, addressed to the first of its mailboxes, with all that hangs on it.

    The first of `copies` is the office's own, the others are those in other languages that go along.
    """
    copy, *texts = copies
    facts = _facts(session, keyring, campaign, public_url=public_url, making=making)
    return _letter_mail(session, facts, copy, details, to=str(details["emails"][0]), texts=texts)


def mail_sizes(
    session: Session, keyring: Keyring, campaign: Campaign, *, public_url: str, making: Making, now: datetime
) -> Mapping[str, int]:
    """Tell how large the mail to each office would be over the wire, by the office's id; it is made for that, which takes a while.

    What was proposed last is weighed, or else the letter as it stands.
    """
    facts = _facts(session, keyring, campaign, public_url=public_url, making=making)
    edition = latest_edition(session, campaign)
    if edition is None or edition.voided_at is not None:
        letter, offices = (
            letter_as_it_stands(session, keyring, campaign, now=now),
            present_recipients(session, campaign),
        )
    else:
        letter = frozen_letter(session, keyring, edition)
        offices = recipients_of(session, keyring, campaign, edition)
    return {
        office.id: written_size(
            _letter_mail(
                session,
                facts,
                copy_for(letter, office),
                details,
                to=facts.file.reply_to,
                texts=texts_beside(letter, facts.file, office),
            )
        )
        for office in offices
        if "email" in office.channels
        for details in [open_record(facts.keys, office, "details")]
    }


def _facts(
    session: Session, keyring: Keyring, campaign: Campaign, *, public_url: str, making: Making
) -> _Facts:
    return _Facts(
        keyring=keyring,
        keys=keyring.of(session, campaign.id),
        campaign=campaign,
        file=open_file(session, keyring, campaign),
        public_url=public_url,
        making=making,
    )


def _letter_mail(
    session: Session, facts: _Facts, copy: Copy, details: dict[str, Any], *, to: str, texts: Sequence[Copy]
) -> Draft:
    around = _around(facts, details, texts)
    if copy.supplement is not None:
        # What the coalition wrote to go with the letter does not go with what follows it.
        around |= {"cover_note": FOLLOWS_THE_LETTER[copy.supplement.kind], **_titled(copy)}
    written = facts.write("delivery", **letter_parts(copy), **around)
    return facts.draft(to, written, _attached(session, facts, copy, details, texts))


def _attached(
    session: Session, facts: _Facts, copy: Copy, details: dict[str, Any], texts: Sequence[Copy]
) -> tuple[Attachment, ...]:
    return (
        *attachments(copy, formats_for(details), facts.making),
        *(made for text in texts for made in attachments(text, ("pdf",), facts.making)),
        *annexes_of(session, facts.keyring, facts.campaign, copy),
    )


def _titled(letter: Letter | Copy) -> dict[str, str]:
    """Give the headline of what follows a letter, in place of the letter's own."""
    return {"letter_title": letter.text.title} if letter.supplement is not None else {}


def _rehearsal(session: Session, facts: _Facts, message: Message) -> Draft:
    recipient = session.get(Recipient, message.recipient_ref)
    if recipient is None:
        raise Unwanted(MessageState.CANCELLED, "the recipient is gone")
    if recipient.revision_id != facts.campaign.revision_id:
        # By its place another office may stand there now.
        raise Unwanted(MessageState.CANCELLED, "the text was changed since it was asked for")
    details = open_record(facts.keys, recipient, "details")
    edition = latest_edition(session, facts.campaign)
    # After a stop or a change of the text the last edition is void, and is sent to nobody.
    letter = (
        frozen_letter(session, facts.keyring, edition)
        if edition is not None and edition.voided_at is None
        else letter_as_it_stands(session, facts.keyring, facts.campaign, now=message.created_at)
    )
    copy, texts = copy_for(letter, recipient), texts_beside(letter, facts.file, recipient)
    written = facts.write(
        "rehearsal",
        for_recipient=recipient_label(details),
        ways=[catalogue(facts.language).say(channel_word(name)) for name in recipient.channels],
        **letter_parts(copy),
        **_around(facts, details, texts),
    )
    return facts.draft(facts.file.reply_to, written, _attached(session, facts, copy, details, texts))


def _chase(session: Session, facts: _Facts, message: Message) -> Draft:
    found = chase_mail(session, facts.keys, message.recipient_ref, message.occurrence)
    if found is None:
        raise Unwanted(MessageState.CANCELLED, "the office is gone")
    to, text, details = found
    around = _around(facts, details, ())
    written = facts.write("chase", text=text, contact=around["contact"])
    return facts.draft(to, written)


def _alert(session: Session, facts: _Facts, message: Message) -> Draft:
    word, _, thing = message.occurrence.partition(":")
    if word == TEST_MAIL:
        return _test_mail(facts, message.occurrence)
    owner = _owner(session, facts, message)
    if owner is not None:
        facts = replace(facts, reader=owner.language)
    told = {
        "changes": _changes,
        "breaker": _stopped,
        "late": _late,
        "purge": _purge,
        "count": _count,
        "show": _show,
        "asked": _asked,
        "answered": _answered,
        DUE: _due,
        MILESTONE: _milestone,
    }.get(word)
    if told is not None:
        sentence = told(session, facts, thing)
    else:
        sentence = _ALERTS[word].with_values(slug=facts.campaign.slug, **_copy_of(session, facts, thing))
    approver = session.get(Approver, message.recipient_ref)
    to = str(open_record(facts.keys, approver, "details")["email"]) if approver else facts.file.reply_to
    if owner is not None:
        to = owner.address
    page = "" if approver else _desk_page(word, thing)
    link = f"{facts.public_url}/desk/letters/{facts.campaign.slug}/{page}" if page else ""
    return facts.draft(to, facts.write("alert", sentence=sentence, link=link))


def _owner(session: Session, facts: _Facts, message: Message) -> Warned | None:
    """Give the owner whom a warning goes to; None where it goes to the secretariat or an approver."""
    if session.get(Coordinator, message.recipient_ref) is None:
        return None
    owner = warned_owner(session, facts.keyring, facts.campaign.id, message.recipient_ref)
    if owner is None:
        raise Unwanted(MessageState.CANCELLED, "it was for an owner of the letter, who is none any more")
    return owner


def _desk_page(word: str, thing: str) -> str:
    """Give the page of the desk on which something can be done about it, below the letter's own; "" where the words say it all."""
    if word == "late":
        return f"sends/{thing.partition(':')[0]}"
    if word == FILED:
        return f"sendings/{thing}/by-hand"
    return _PAGES.get(word, "")


def _test_mail(facts: _Facts, occurrence: str) -> Draft:
    token = pressed_token(facts.keys, occurrence)
    link = f"{facts.public_url}/desk/letters/{facts.campaign.slug}/live/arrived?t={token}"
    return facts.draft(facts.file.reply_to, facts.write("alert", sentence=_TESTED, link=link))


def _copy_of(session: Session, facts: _Facts, thing: str) -> dict[str, str]:
    """Give whom the copy was for that an e-mail or another way carried, and the id by which a person decides on it."""
    message, carriage = session.get(Message, thing), session.get(Carriage, thing)
    ref = message.recipient_ref if message else carriage.delivery_id if carriage else thing
    delivery = session.get(Delivery, ref)
    recipient = session.get(Recipient, delivery.recipient_id) if delivery else None
    if delivery is None or recipient is None:
        return {"to": Sentence("one of its recipients"), "id": "ID"}
    return {"to": recipient_label(open_record(facts.keys, recipient, "details")), "id": delivery.id}


def _changes(session: Session, facts: _Facts, thing: str) -> str:
    approval = session.get(Approval, thing.partition(":")[0])
    approver = session.get(Approver, approval.approver_id) if approval else None
    if approval is None or approver is None or approval.decision is not Decision.CHANGES:
        raise Unwanted(MessageState.CANCELLED, "the approver thought better of it")
    name = open_record(facts.keys, approver, "details")["name"]
    note = open_text(facts.keys, approval, "note")
    return Sentence(
        "{name} looked at the proposed letter and asked for changes; it cannot be released so.\n\n{note}",
        name=name,
        note=note,
    )


def _asked(session: Session, facts: _Facts, thing: str) -> str:
    row, name = _question(session, facts, thing)
    return Sentence(
        "{name} asks about the letter that waits for approval:\n\n{question}\n\nAnswer on the page “Approvers” of the"
        " secretariat.",
        name=name,
        question=open_text(facts.keys, row, "question"),
    )


def _answered(session: Session, facts: _Facts, thing: str) -> str:
    row, _ = _question(session, facts, thing)
    return Sentence(
        "You asked about the letter that waits for your approval:\n\n{question}\n\nThe secretariat answers:\n\n{answer}\n\n"
        "You decide by the link that you have.",
        question=open_text(facts.keys, row, "question"),
        answer=open_text(facts.keys, row, "answer"),
    )


def _milestone(session: Session, facts: _Facts, thing: str) -> str:
    milestone, _, about = thing.partition(":")
    delivery = session.get(Delivery, about)
    office = session.get(Recipient, delivery.recipient_id) if delivery else None
    to = recipient_label(open_record(facts.keys, office, "details")) if office else ""
    return about_milestone(milestone, to=to)


def _due(session: Session, facts: _Facts, thing: str) -> str:
    return about_answer(session, facts.keys, facts.file, thing, language=facts.language)


def _question(session: Session, facts: _Facts, thing: str) -> tuple[ApproverQuestion, str]:
    row = session.get(ApproverQuestion, thing.partition(":")[0])
    approver = session.get(Approver, row.approver_id) if row else None
    if row is None or approver is None:
        raise Unwanted(MessageState.CANCELLED, "the question is gone")
    return row, str(open_record(facts.keys, approver, "details")["name"])


def _stopped(session: Session, facts: _Facts, thing: str) -> str:
    trip = session.get(BreakerTrip, thing)
    if trip is None:
        raise Unwanted(MessageState.CANCELLED, "the stop is gone")
    other = Sentence(
        "The mails of the kind {kind} of this letter", context="what was stopped", kind=trip.kind.value
    )
    return _STOPPED[trip.cause].with_values(
        what=_MANY.get(trip.kind, other),
        handed_over=trip.handed_over,
        troubles=trip.troubles,
        held=trip.held,
        slug=facts.campaign.slug,
    )


def _late(session: Session, facts: _Facts, thing: str) -> str:
    return about_late_schedule(session, facts.campaign, thing.partition(":")[0])


def _purge(session: Session, facts: _Facts, thing: str) -> str:
    page = f"{facts.public_url}/desk/letters/{facts.campaign.slug}/purge"
    return about_purge(session, facts.campaign, thing, page=page, language=facts.language)


def _count(_: Session, facts: _Facts, thing: str) -> str:
    return about_difference(facts.campaign, thing)


def _show(session: Session, facts: _Facts, thing: str) -> str:
    row_id, reason = thing.split(":")[:2]
    row = session.get(ShowStep, row_id)
    if row is None:
        raise Unwanted(MessageState.CANCELLED, "the run of show is gone")
    return show_alert(facts.campaign, row.step, Reason(reason), language=facts.language)


def _around(facts: _Facts, details: dict[str, Any], texts: Sequence[Copy]) -> dict[str, Any]:
    contact = facts.file.contact
    lines = [contact.name, contact.role, contact.email, contact.phone] if contact else [facts.file.coalition]
    return {
        "cover_note": str(details.get("cover_note", "")),
        "other_texts": [name_within(one.text.language, within=facts.language) for one in texts],
        "contact": [line for line in lines if line],
    }
