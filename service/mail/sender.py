"""Whom our mail comes from, how a mail is made again from its row, and how it is signed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from sqlmodel import Session

from service.mail.dkim import DkimSigner
from service.mail.envelope import Draft, Envelope
from service.mail.journal import Journal
from service.mail.pace import Pace
from service.mail.verp import make_return_path
from service.model.message import Message, MessageKind
from service.model.states import MessageState
from service.store.claim import Taken

CLAIM_LEASE = timedelta(seconds=60)
"""How long a batch is kept in hand; what is not carried by then is given back."""

SUBMITTING_LEASE = timedelta(minutes=30)
"""How long a submission may take: longer than a transport waits for the bytes and for the last answer."""


Divert = Callable[[Session, str, Draft], Draft | None]
"""Turns a mail of a letter that is tried to somebody of its team; None where there is nobody."""


@dataclass(frozen=True, kw_only=True)
class Leases:
    """How long a mail may stay in one sender's hands before another may settle it: claimed, and submitting."""

    claim: timedelta = CLAIM_LEASE
    submitting: timedelta = SUBMITTING_LEASE


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Whom our mail comes from: a normal address, the domain of our Message-IDs, and the key that makes them.

    Without a `signer` mail goes out unsigned; the relay may sign it.
    `leases` are shorter only where a proof cannot wait for the usual ones.
    With a `bounce_domain` each mail has a return path of its own there (service/mail/verp.py).
    Each fence is told to the `journal`; without one, a restored database cannot be told from another.
    `divert` turns mail of letters that are tried to their team; without one, such mail is held.
    """

    site_key: bytes = field(repr=False)
    mail_from: str
    domain: str
    leases: Leases = Leases()
    signer: DkimSigner | None = None
    bounce_domain: str = ""
    journal: Journal | None = None
    pace: Pace = field(default_factory=Pace)
    divert: Divert | None = None

    def sign(self, envelope: Envelope, *, at: datetime) -> Envelope:
        """Give the mail with its signatures, dated `at`; without a signer, as it is."""
        if self.signer is None:
            return envelope
        return envelope.signed(self.signer.signatures(envelope.data, at=at))

    def return_path(self, row_id: str) -> str | None:
        """Give the envelope sender of one mail; None where it is the sender's own address."""
        if not self.bounce_domain:
            return None
        return make_return_path(row_id, site_key=self.site_key, bounce_domain=self.bounce_domain)


class Unwanted(Exception):
    """A mail is no longer wanted: it goes `there` (cancelled, suppressed or held); `reason` holds no address."""

    def __init__(self, there: MessageState, reason: str) -> None:
        """Keep where the mail goes, and why."""
        super().__init__(reason)
        self.there = there
        self.reason = reason


Composer = Callable[[Session, Message], Draft]
"""Makes a mail again from its row, the same whenever it is asked; reads only; raises Unwanted."""


class Makes(Protocol):
    """A way to make the bytes of one mail, for those that share everything but a few words."""

    def make(self, row: Taken, sender: Sender) -> Envelope:
        """Write the mail of a row as it goes over the wire, unsigned; equal arguments give equal bytes."""
        ...


@runtime_checkable
class GatheringComposer(Protocol):
    """Makes mails one by one, but can read at once what many of them speak of."""

    def __call__(self, session: Session, message: Message) -> Draft:
        """Make one mail, as a Composer does."""
        ...

    def gather(self, session: Session, messages: Sequence[Message]) -> None:
        """Read into the session what the mails of these messages speak of; each is then made by the same session."""
        ...


@runtime_checkable
class BulkComposer(Protocol):
    """Makes many mails of one kind at once, each the same as it would be alone."""

    def __call__(self, session: Session, message: Message) -> Draft:
        """Make one mail, as a Composer does."""
        ...

    def many(self, session: Session, rows: Sequence[Taken]) -> Sequence[Makes | Unwanted | Exception]:
        """Give for each row how its mail is made, or why it is not; reads only."""
        ...


Composers = Mapping[MessageKind, Composer]
