"""What certified mail asks of a message, where that is written, and what of one message does not fit (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from service.delivery.rules import Finding, Rule
from service.foundation.sentence import Sentence

_CHECKED = date(2026, 11, 27)
_RFC = "RFC 6109, La Posta Elettronica Certificata"
_FORMAL = f"{_RFC}, section 3.1.1, Formal Checks on Messages"

MOST_BYTES = 30_000_000
"""So many bytes a message may have, times the mailboxes that it goes to."""

FROM_THE_MAILBOX = Rule(
    id="from-the-mailbox",
    says=Sentence("The sender in the message is the PEC mailbox that hands it in, and no other."),
    source=_FORMAL,
    checked=_CHECKED,
)
NAMED_RECIPIENTS = Rule(
    id="named-recipients",
    says=Sentence("Everyone it goes to stands in the message under To or Cc; nobody stands under Bcc."),
    source=_FORMAL,
    checked=_CHECKED,
)
ONE_RECIPIENT = Rule(
    id="one-recipient",
    says=Sentence("Each copy is a message of its own, so that every receipt is about one office."),
    source=f"How this service sends; {_RFC}, section 3, Message Processing",
    checked=_CHECKED,
)
SIZE = Rule(
    id="size",
    says=Sentence("A message has at most 30 MB, times the mailboxes that it goes to."),
    source=_FORMAL,
    checked=_CHECKED,
)
CERTIFIED_MAILBOX = Rule(
    id="certified-mailbox",
    says=Sentence(
        "Only between two certified mailboxes does a receipt prove the delivery, as a registered letter does."
    ),
    source="Codice dell'amministrazione digitale (decreto legislativo 82/2005), article 48",
    checked=_CHECKED,
)

RULES: tuple[Rule, ...] = (FROM_THE_MAILBOX, NAMED_RECIPIENTS, ONE_RECIPIENT, SIZE, CERTIFIED_MAILBOX)


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message as it would be handed in: the addresses in it and on its envelope, and its `size` in bytes.

    `certified` says whether the office's mailbox is known to be one of certified mail; None where nobody has looked.
    """

    mailbox: str
    sender: str
    envelope_sender: str
    recipients: Sequence[str]
    envelope_recipients: Sequence[str]
    bcc: Sequence[str] = ()
    size: int
    certified: bool | None = None


def examine(message: Message) -> tuple[Finding, ...]:
    """Say what of this message does not fit the rules."""
    found = (
        _sender(message),
        _named(message),
        _one(message),
        _size(message),
        _certified(message),
    )
    return tuple(finding for finding in found if finding)


def _sender(message: Message) -> Finding | None:
    senders = {_alike(one) for one in (message.mailbox, message.sender, message.envelope_sender)}
    if len(senders) == 1:
        return None
    return Finding(
        rule=FROM_THE_MAILBOX,
        found=Sentence("It would be sent in another name than that of the PEC mailbox."),
        instead=Sentence("Send it from the PEC mailbox, and let answers go to another address by Reply-To."),
    )


def _named(message: Message) -> Finding | None:
    named = {_alike(one) for one in message.recipients}
    unnamed = [one for one in message.envelope_recipients if _alike(one) not in named]
    if not unnamed and not message.bcc:
        return None
    count = len(unnamed) or len(message.bcc)
    return Finding(
        rule=NAMED_RECIPIENTS,
        found=Sentence(
            "{n} mailbox would get it without standing in it.",
            "{n} mailboxes would get it without standing in it.",
            n=count,
        ),
        instead=Sentence("Write to each of them in a message of its own."),
    )


def _one(message: Message) -> Finding | None:
    if len(message.envelope_recipients) == 1:
        return None
    return Finding(
        rule=ONE_RECIPIENT,
        found=Sentence(
            "It would go to {n} mailbox at once.",
            "It would go to {n} mailboxes at once.",
            n=len(message.envelope_recipients),
        ),
        instead=Sentence("Write to each of them in a message of its own."),
    )


def _size(message: Message) -> Finding | None:
    whole = message.size * max(1, len(message.envelope_recipients))
    if whole <= MOST_BYTES:
        return None
    return Finding(
        rule=SIZE,
        found=Sentence("It has {size} MB, and 30 MB are taken.", size=f"{whole / 1_000_000:,.1f}"),
        instead=Sentence("Leave annexes out, and say where they can be read."),
    )


def _certified(message: Message) -> Finding | None:
    if message.certified is not False:
        return None
    return Finding(
        rule=CERTIFIED_MAILBOX,
        found=Sentence("The office's mailbox is none of certified mail: no receipt will prove the delivery."),
        forbids=False,
        instead=Sentence("Look for the office's PEC address in the register of public offices (IPA)."),
    )


def _alike(address: str) -> str:
    return address.strip().lower()
