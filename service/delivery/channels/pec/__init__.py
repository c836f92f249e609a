"""By Italian certified mail (PEC): an ordinary mail from the coalition's certified mailbox, proved by its providers' receipts."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from service.delivery.asking import Asking
from service.delivery.channel import Outward, Verdict
from service.delivery.channels.pec.carrier import PecCarrier
from service.delivery.channels.pec.hearing import follow
from service.delivery.channels.pec.letter import ADDRESS, address_of, examine_letter, read_letter
from service.delivery.channels.pec.message import Words, make_documents
from service.delivery.channels.pec.rules import RULES
from service.delivery.channels.pec.settings import SETTINGS, read_mailbox, refuse_within
from service.delivery.letter_mail import FOLLOWS_THE_LETTER, Making, attachments, formats_for, letter_parts
from service.delivery.parcel import Document, Heard, Parcel
from service.delivery.rules import Finding
from service.delivery.setting import Standing
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence, in_a_row
from service.i18n.languages import mail_language
from service.i18n.own_names import name_within
from service.letter.copy import Copy
from service.mail.compose import render_mail
from service.model.recipient import Recipient

_NOTHING_SET = Sentence(
    "Set up the coalition's PEC mailbox first: its address, where it sends and receives, and whom it trusts."
)
# No size depends on it.
_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)


class PecChannel:
    """Sends by the coalition's own PEC provider; what the providers certify is the evidence."""

    name = "pec"
    by_hand = False
    steps = ()
    rules = RULES
    settings = SETTINGS

    def check(self, recipient: Recipient, details: dict[str, Any], outward: Outward) -> Verdict:
        """Say whether the letter can go from our PEC mailbox to the one of this office, named as `pec` in its details."""
        del recipient
        if not details.get(ADDRESS):
            return Verdict(reason=Sentence("No PEC address is given for this recipient."))
        try:
            address_of(details)
        except Refused as refusal:
            return Verdict(reason=str(refusal))
        given = outward.settings.get(self.name, {})
        if not any(given.values()):
            return Verdict(destinations=1, configured=False, reason=_NOTHING_SET)
        try:
            read_mailbox(given, now=None)
        except Refused as refusal:
            return Verdict(destinations=1, configured=False, reason=in_a_row([str(refusal), *refusal.faults]))
        return Verdict(destinations=1)

    def try_settings(self, values: Mapping[str, str], *, now: datetime) -> Standing:
        """Say from where letters go and how many authorities are trusted; raises Refused, with every fault."""
        mailbox = read_mailbox(values, now=now)
        refuse_within(mailbox)
        return Standing(
            says=Sentence(
                "Letters go from {address}; a receipt is believed where the authority stands behind it.",
                "Letters go from {address}; a receipt is believed where one of {n} authorities stands behind it.",
                address=mailbox.address,
                n=len(mailbox.authorities),
            )
        )

    def documents(self, copy: Copy, details: Mapping[str, Any], making: Making) -> Sequence[Document]:
        """Give the letter as PDF, the volumes of its names, other forms and other languages where there are any, and the message's own words.

        Raises Refused where the Word template of the house cannot be read.
        """
        own = attachments(copy, formats_for(dict(details)), making)
        beside = (made for text in making.texts for made in attachments(text, ("pdf",), making))
        files = (*own, *beside)
        return make_documents(
            _words(copy, details, making.texts),
            *(Document(name=one.filename, media_type=one.media_type, data=one.data) for one in files),
        )

    def examine_parcel(self, parcel: Parcel) -> Sequence[Finding]:
        """Give what of a parcel does not fit; raises Refused where the mailbox or the office's address cannot be read."""
        return examine_letter(read_letter(parcel, now=_ANY_DAY))

    def carrier(self, asking: Asking, *, now: datetime) -> PecCarrier:
        """Give what hands letters over."""
        return PecCarrier(asking=asking, now=now)

    def follow(
        self, number: str, *, settings: Mapping[str, str], asking: Asking, now: datetime
    ) -> Sequence[Heard]:
        """Read what the receipts in our mailbox prove of a letter."""
        return follow(number, settings=settings, asking=asking, now=now)


def _words(copy: Copy, details: Mapping[str, Any], texts: Sequence[Copy]) -> Words:
    """Write what stands above the letter, and the letter itself, as its mail has them."""
    contact = copy.contact
    lines = (contact.name, contact.role, contact.email, contact.phone) if contact else (copy.coalition,)
    language = mail_language(reader="", letter=copy.text.language)
    follows = FOLLOWS_THE_LETTER[copy.supplement.kind] if copy.supplement else None
    written = render_mail(
        "delivery",
        **letter_parts(copy),
        coalition=copy.coalition,
        letter_title=copy.fill(copy.text.title),
        language=language,
        reply_to="",
        # What the coalition wrote to go with the letter does not go with what follows it.
        cover_note=follows or str(details.get("cover_note", "")),
        other_texts=[name_within(one.text.language, within=language) for one in texts],
        contact=[line for line in lines if line],
    )
    return Words(subject=written.subject, text=written.text, sender_name=copy.coalition, language=language)


CHANNEL = PecChannel()
