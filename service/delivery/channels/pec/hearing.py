"""Reads the receipts of a message in the PEC mailbox, where they stay, and says of each what it proves."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from service.delivery.asking import Asking
from service.delivery.channels.pec.message import key_in, message_id, number_of
from service.delivery.channels.pec.parts import MOST_READ
from service.delivery.channels.pec.receipt import Sent, Told, hear
from service.delivery.channels.pec.settings import Mailbox, read_mailbox
from service.delivery.parcel import Exchange, Heard, NotNow
from service.foundation.errors import Transient
from service.foundation.sentence import Sentence
from service.mail.connection import make_tls_context
from service.mail.mailbox import find_mails

UNREAD = Sentence("The PEC mailbox cannot be read: nothing is known of its receipts.")
_SAID = Sentence("{said} The receipt in the mailbox has the SHA-256 {sha256}.", said="", sha256="")
_ABOUT = "X-Riferimento-Message-ID"


def follow(number: str, *, settings: Mapping[str, str], asking: Asking, now: datetime) -> tuple[Heard, ...]:
    """Say what the receipts of a message prove, with each that is genuine and by its hash; what is read again has the same key.

    `number` is that of the receipt that carry() gave. Raises NotNow where the mailbox cannot be read, Refused where none is
    set up.
    """
    mailbox = read_mailbox(settings, now=now)
    told = receipts_of(number, mailbox=mailbox, asking=asking, now=now)
    return tuple(
        replace(
            one.heard,
            says=_SAID.with_values(said=one.heard.says, sha256=one.receipt.sha256),
            receipt=one.receipt if one.is_genuine else None,
        )
        for one in told
    )


def receipts_of(number: str, *, mailbox: Mailbox, asking: Asking, now: datetime) -> tuple[Told, ...]:
    """Give each receipt that says it is about a message, oldest first, with what it proves; raises NotNow."""
    key = key_in(number)
    wanted = message_id(key, mailbox)
    sent = Sent(
        number=number, sender=mailbox.address, is_for=lambda address: number_of(key, address) == number
    )
    try:
        mails = find_mails(
            mailbox.inbox,
            header=_ABOUT,
            value=wanted,
            most_bytes=MOST_READ + 1,
            context=make_tls_context(Path(asking.ca_file) if asking.ca_file else None),
        )
    except Transient:
        raise NotNow(UNREAD, exchange=Exchange(asked=asked_for(mailbox, key))) from None
    told = [
        hear(
            mail.data,
            sent={wanted: sent}.get,
            authorities=mailbox.authorities,
            # A certificate must be good when the receipt came, not whenever it is looked at.
            now=mail.at or now,
        )
        for mail in mails
    ]
    # A provider may send the same twice.
    return tuple({one.heard.key: one for one in told if one is not None}.values())


def asked_for(mailbox: Mailbox, key: str) -> str:
    """Say what a mailbox was asked for, as evidence does."""
    return f"IMAP {mailbox.inbox.host}:{mailbox.inbox.port}, receipts of {message_id(key, mailbox)}"
