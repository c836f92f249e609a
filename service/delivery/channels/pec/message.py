"""The message as it is certified: the letter's words as its text, the files behind them, to one mailbox of one office (pure)."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from service.delivery.channels.pec.settings import Mailbox
from service.delivery.parcel import Document
from service.foundation.canonical import canonical
from service.foundation.keyed import keyed_hash
from service.mail.compose import make_envelope
from service.mail.envelope import Attachment, Draft, Envelope
from service.mail.headers import write_plain
from service.model.message import MessageKind

WORDS_NAME, WORDS_TYPE = "message.json", "application/json"
_MARK_DIGITS = 16
_KEY_DIGITS = 32


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a person reads before any file is opened; `language` is a BCP 47 tag."""

    subject: str
    text: str
    sender_name: str
    language: str


def make_documents(words: Words, *files: Document) -> tuple[Document, ...]:
    """Give what is frozen and goes out: the files, the letter first, and the words of the message as JSON.

    The same values give the same bytes.
    """
    return (*files, Document(name=WORDS_NAME, media_type=WORDS_TYPE, data=canonical(asdict(words))))


def part_documents(documents: Sequence[Document]) -> tuple[Words | None, tuple[Document, ...]]:
    """Part what make_documents() gave into the words, None where there are none, and the files."""
    found = [one for one in documents if (one.name, one.media_type) == (WORDS_NAME, WORDS_TYPE)]
    files = tuple(one for one in documents if one not in found)
    return (Words(**json.loads(found[0].data)) if found else None), files


def message_id(key: str, mailbox: Mailbox) -> str:
    """Give the Message-ID that goes with a key, without its brackets: the same for every try, so that its receipts find it."""
    return f"{key}@{mailbox.address.rpartition('@')[2]}"


def key_after(key: str) -> str:
    """Give the key of the message that goes in place of one that has failed: the receipts of that one say nothing of it."""
    return keyed_hash(key.encode(), b"the message after it").hex()[:_KEY_DIGITS]


def number_of(key: str, address: str) -> str:
    """Give the number by which a parcel to an address is followed: it tells that address from others, and does not say it."""
    mark = keyed_hash(key.encode(), address.lower().encode()).hex()
    return f"{key}-{mark[:_MARK_DIGITS]}"


def key_in(number: str) -> str:
    """Give a message's key out of its number."""
    return number.partition("-")[0]


def write_message(
    key: str, words: Words, files: Sequence[Document], *, mailbox: Mailbox, to: str, now: datetime
) -> Envelope:
    """Write the message to `to`, an address whose domain is in ASCII; the same arguments give the same bytes.

    Nobody is asked to answer elsewhere: to the PEC mailbox an answer comes certified, too.
    """
    draft = Draft(
        to=to,
        subject=words.subject,
        text=words.text,
        html="",
        sender_name=words.sender_name,
        reply_to=None,
        language=words.language,
        unsubscribe_url=None,
        attachments=tuple(
            Attachment(filename=file.name, media_type=file.media_type, data=file.data) for file in files
        ),
    )
    made = make_envelope(
        draft,
        kind=MessageKind.DELIVERY,
        message_id=f"<{message_id(key, mailbox)}>",
        dated_at=now,
        mail_from=mailbox.address,
    )
    asks = "".join(write_plain(name, value) for name, value in mailbox.headers.items())
    # The receipts of certified mail say more than a relay's, which would come as mails among them.
    return replace(made.signed(asks.encode()), notify="")
