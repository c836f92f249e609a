"""The mail that brings a member its kit, made again whenever it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.queries import WITHOUT_ITS_ROLL
from service.foundation.errors import Refused
from service.kit.own_kit import Kit, kit_link, make_kit
from service.mail.compose import Rendered, render_mail
from service.mail.envelope import Draft
from service.mail.postman import Composer, Unwanted
from service.model.campaign import Campaign
from service.model.edition import Edition
from service.model.link_token import Purpose
from service.model.message import Message, MessageKind
from service.model.signature import Signature
from service.model.states import MessageState
from service.signing.discreet import discreetly
from service.signing.party import email_index, read_party
from service.signing.unsubscribe import suppression_of
from service.signing.update_words import list_label
from service.store.keyring import Keyring
from service.store.links import Link, link_token


def kit_composers(keyring: Keyring, *, public_url: str) -> Mapping[MessageKind, Composer]:
    """Give the function that makes the mails of this room."""
    return {MessageKind.KIT: _KitMails(keyring=keyring, public_url=public_url)}


def write_kit_mail(kit: Kit, *, reply_to: str, link: str, unsubscribe_link: str) -> Rendered:
    """Write the mail that brings a kit, in the reader's language."""
    return render_mail(
        "kit",
        coalition=kit.coalition,
        letter_title=kit.title,
        language=kit.language,
        reply_to=reply_to,
        name=kit.name,
        embargo=kit.texts.embargo,
        headline=kit.texts.headline,
        paragraph=kit.texts.paragraph,
        link=link,
        unsubscribe_link=unsubscribe_link,
    )


@dataclass(frozen=True, kw_only=True)
class _KitMails:
    keyring: Keyring
    public_url: str

    def __call__(self, session: Session, message: Message) -> Draft:
        """Make the mail to one signatory; raises Unwanted where it is not to go any more."""
        signature, campaign = _rows_of(session, message)
        keys = self.keyring.of(session, campaign.id)
        party = read_party(keys, signature)
        to = party.confirming_email
        if not to:
            raise Unwanted(MessageState.CANCELLED, "no address is kept")
        if suppression_of(session, campaign.id, email_index(keys, to)) is not None:
            raise Unwanted(MessageState.SUPPRESSED, "the mailbox asked not to be written to, or cannot be")
        kit = self._kit(session, campaign, signature, message)
        reply_to = open_file(session, self.keyring, campaign).reply_to
        unsubscribe = Link(purpose=Purpose.UNSUBSCRIBE, row_id=signature.id)
        unsubscribe_url = f"{self.public_url}/unsubscribe/{link_token(keys, unsubscribe)}"
        written = write_kit_mail(
            kit,
            reply_to=reply_to,
            link=f"{self.public_url}/kit/{link_token(keys, kit_link(signature))}",
            unsubscribe_link=unsubscribe_url,
        )
        draft = Draft(
            to=to,
            subject=written.subject,
            text=written.text,
            html=written.html,
            sender_name=kit.coalition,
            reply_to=reply_to,
            language=kit.language,
            unsubscribe_url=unsubscribe_url,
            list_label=list_label(keys),
        )
        return discreetly(draft, message.kind) if signature.discreet else draft

    def _kit(self, session: Session, campaign: Campaign, signature: Signature, message: Message) -> Kit:
        try:
            return make_kit(
                session,
                self.keyring,
                campaign,
                signature,
                public_url=self.public_url,
                now=message.created_at,
            )
        except Refused as refusal:
            raise Unwanted(MessageState.CANCELLED, "there is no kit for this sign-on any more") from refusal


def _rows_of(session: Session, message: Message) -> tuple[Signature, Campaign]:
    signature = session.get(Signature, message.recipient_ref)
    campaign = session.get(Campaign, message.campaign_id)
    edition = session.get(Edition, message.occurrence, options=[WITHOUT_ITS_ROLL])
    if signature is None or campaign is None or edition is None:
        raise Unwanted(MessageState.CANCELLED, "the sign-on is gone")
    if edition.voided_at is not None:
        raise Unwanted(MessageState.CANCELLED, "this edition was stopped")
    return signature, campaign
