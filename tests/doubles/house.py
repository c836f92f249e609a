"""A sending process for tests: its database, clock, relay and words, and ways in which it may stop."""

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from service.mail import outbox
from service.mail.dkim import DkimSigner
from service.mail.envelope import Draft, Envelope
from service.mail.journal import Journal
from service.mail.pace import Pace
from service.mail.postman import Sender, deliver_due, free_stale
from service.mail.sender import Composers
from service.mail.transport import OneByOne, Receipt, Stage, Transport
from service.model.message import Message, MessageEvent, MessageKind
from service.model.states import MessageState
from service.store.transaction import reading, transaction
from tests.doubles.postbox import Fault, Postbox

CONFIRM, DELIVERY = MessageKind.CONFIRM, MessageKind.DELIVERY
BREAKS = Fault(stage=Stage.END)
BREAKS_AND_ARRIVES = Fault(stage=Stage.END, arrives=True)
BUSY = Fault(stage=Stage.RCPT, code=450, enhanced="4.7.1")
UNKNOWN = Fault(stage=Stage.RCPT, code=550, enhanced="5.1.1")
NOBODY = Fault(stage=Stage.CONNECT)
ADDRESS = "someone@lakes.example"


@dataclass
class House:
    """One sending process with its clock, its relay and its words."""

    engine: Engine
    time: datetime = datetime(2026, 11, 24, 12, 0, 0, 250_000, tzinfo=UTC)
    postbox: Postbox = field(default_factory=Postbox)
    words: Callable[[Message], str] = lambda message: f"For {message.recipient_ref}."
    signer: DkimSigner | None = None
    journal: Journal | None = None
    pace: Pace | None = None
    is_stopping: bool = False

    def clock(self) -> datetime:
        return self.time

    def wait(self, time: timedelta) -> None:
        self.time += time

    def post(self, recipient: str = "anna", *, kind: MessageKind = CONFIRM, occurrence: str = "1") -> bool:
        with transaction(self.engine) as session:
            return outbox.post(
                session, kind=kind, recipient_ref=recipient, occurrence=occurrence, now=self.time
            )

    def send(self, *, by: Transport | None = None, owner: str = "here", most: int = 50) -> int:
        return deliver_due(
            self.engine,
            transport=by or self.postbox,
            composers=self.composers(),
            sender=Sender(
                site_key=b"k" * 32,
                mail_from="letters@rivers.example",
                domain="rivers.example",
                signer=self.signer,
                journal=self.journal,
                pace=self.pace or Pace(),
            ),
            clock=self.clock,
            owner=owner,
            most=most,
            is_stopping=lambda: self.is_stopping,
        )

    def free(self, *, owner: str | None = None) -> int:
        return free_stale(self.engine, owner=owner, clock=self.clock)

    def cancel(self, recipient: str = "anna", *, kinds: Collection[MessageKind] | None = None) -> int:
        with transaction(self.engine) as session:
            return outbox.cancel_for(session, recipient_ref=recipient, kinds=kinds, now=self.time)

    def composers(self) -> Composers:
        return dict.fromkeys(MessageKind, self.compose)

    def compose(self, session: Session, message: Message) -> Draft:
        del session
        return Draft(
            to=self.address(message.recipient_ref),
            subject="Rivers",
            text=self.words(message),
            html="",
            sender_name="Coalition",
            reply_to=None,
            language="en",
            unsubscribe_url=None,
        )

    def address(self, recipient: str) -> str:
        """Give the address of a recipient: one of its own, unless it is written as an address."""
        return recipient if "@" in recipient else f"{recipient.replace(' ', '')}@lakes.example"

    def row(self, recipient: str = "anna") -> Message:
        with reading(self.engine) as session:
            row = session.exec(select(Message).where(Message.recipient_ref == recipient)).one()
            session.expunge(row)
            return row

    def state(self, recipient: str = "anna") -> MessageState:
        return self.row(recipient).state

    def moves(self, recipient: str = "anna") -> list[str]:
        found = (
            select(MessageEvent)
            .where(MessageEvent.message_id == self.row(recipient).id)
            .order_by(col(MessageEvent.id))
        )
        with reading(self.engine) as session:
            # That it was posted is told by the mail's own row.
            return [MessageState.QUEUED.value, *(event.became for event in session.exec(found))]

    def counts(self) -> dict[MessageState, int]:
        with reading(self.engine) as session:
            return outbox.counts(session)


class Killed(BaseException):
    """The end of a process: nothing of ours catches it."""


@dataclass
class Interrupted(OneByOne):
    """A relay at which something happens around the fence."""

    postbox: Postbox = field(default_factory=Postbox)
    before: Callable[[], object] = lambda: None
    after: Callable[[], object] = lambda: None
    """Between the fence and the relay's last word."""

    def ready(self) -> None: ...

    def send(self, envelope: Envelope, *, before_data: Callable[[], None]) -> Receipt:
        self.before()

        def fence() -> None:
            before_data()
            self.after()

        return self.postbox.send(envelope, before_data=fence)


def kill() -> None:
    raise Killed


def in_parallel(number: int, act: Callable[[int], object]) -> None:
    """Let several threads do the same at the same time; what one of them raises fails the test."""
    errors: list[BaseException] = []

    def run(place: int) -> None:
        try:
            act(place)
        except BaseException as error:  # noqa: BLE001 -- it is raised again below
            errors.append(error)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
