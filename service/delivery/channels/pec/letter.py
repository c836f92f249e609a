"""A parcel as certified mail sees it: from which mailbox, and as which message; and what of it does not fit (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service.delivery.channels.pec.message import part_documents, write_message
from service.delivery.channels.pec.rules import Message, examine
from service.delivery.channels.pec.settings import Mailbox, read_mailbox
from service.delivery.parcel import Parcel
from service.delivery.rules import Finding
from service.foundation.addresses import ascii_address, normal_address
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.mail.envelope import Envelope

ADDRESS = "pec"
"""The name under which an office's details hold the address of its certified mailbox."""

_THE_ADDRESS = Sentence("The office's PEC address")
_NO_WORDS = Sentence("The parcel holds no words of a certified message.")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """The message's `key`, the mailbox that it goes from, and the message."""

    key: str
    mailbox: Mailbox
    envelope: Envelope


def read_letter(parcel: Parcel, *, now: datetime) -> Letter:
    """Read a parcel; raises Refused where no mailbox can be read, the office has no address, or the message no words."""
    words, files = part_documents(parcel.documents)
    if words is None:
        raise Refused(_NO_WORDS)
    mailbox = read_mailbox(parcel.settings, now=now)
    to = address_of(parcel.details)
    envelope = write_message(parcel.key, words, files, mailbox=mailbox, to=to, now=now)
    return Letter(key=parcel.key, mailbox=mailbox, envelope=envelope)


def address_of(details: Mapping[str, object]) -> str:
    """Give the address of an office's certified mailbox, its domain in ASCII; raises Refused where it has none."""
    return ascii_address(normal_address(str(details.get(ADDRESS) or ""), what=_THE_ADDRESS))


def examine_letter(letter: Letter) -> tuple[Finding, ...]:
    """Say what of this letter does not fit the rules of certified mail."""
    to = letter.envelope.rcpt_to
    return examine(
        Message(
            mailbox=letter.mailbox.address,
            sender=letter.mailbox.address,
            envelope_sender=letter.envelope.mail_from,
            recipients=[to],
            envelope_recipients=[to],
            size=len(letter.envelope.data),
        )
    )
