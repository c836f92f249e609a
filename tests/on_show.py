"""A released letter with a run of show, on its way from the hand-over to its page, for tests."""

from datetime import UTC, datetime, timedelta

from sqlmodel import select

from service.campaigns.life import publish_due
from service.campaigns.queries import get_campaign, released_edition
from service.delivery.follow import follow_deliveries, send_waiting_press
from service.model.delivery import Delivery
from service.model.message import Message, MessageKind
from service.model.show import ShowStep, Step, Word
from service.model.states import DeliveryState, MessageState
from service.schedules.show_facts import steps_of
from service.schedules.show_run import shows_to_move, take_step
from service.schedules.show_word import go_on, skip_step
from service.signing.decide import decide
from service.store.transaction import reading, transaction
from tests.coalition import PUBLIC_URL, SLUG, Coalition, letter_file

PRESS = """
[show]
receipt_hours = 4

[[recipients]]
role = "press"
name = "The Daily Example"
emails = ["news@daily.example"]
"""
MORE = "send_at = 2026-12-07T09:00:00\npublish_at = 2026-12-08T10:00:00"
SEND_AT = datetime(2026, 12, 7, 14, tzinfo=UTC)
PUBLISH_AT = datetime(2026, 12, 8, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)
OFFICE, DAILY, MEMBER = "president@office.example", "news@daily.example", "lake@members.example"


class Killed(Exception):
    """What ends a process in the middle of a move."""


class Show:
    """A released letter with a run of show, and a worker that looks when a test says."""

    def __init__(self, coalition: Coalition, *, tables: str = PRESS, file: bytes = b"") -> None:
        self.coalition = coalition
        coalition.open(file or letter_file(tables=tables, more=MORE))
        coalition.sign_and_confirm("Lake Alliance")
        with transaction(coalition.engine) as session:
            decide(session, coalition.keyring, SLUG, None, act="accept", by="test", now=coalition.now)
        coalition.close().propose()
        coalition.approve_all().release()

    def look(self) -> int:
        """Do all that a worker does now, until nothing moves; gives how many moves."""
        moves = 0
        while True:
            self.coalition.deliver_mail()
            with transaction(self.coalition.engine) as session:
                follow_deliveries(session, now=self.coalition.now)
                publish_due(session, now=self.coalition.now)
                send_waiting_press(session, self.coalition.keyring, now=self.coalition.now)
            with reading(self.coalition.engine) as session:
                letters = shows_to_move(session, now=self.coalition.now)
            moved = sum(self.take(letter) for letter in letters)
            moves += moved
            if not moved:
                self.coalition.deliver_mail()
                return moves

    def take(self, letter: str) -> bool:
        with transaction(self.coalition.engine) as session:
            return take_step(
                session, self.coalition.keyring, letter, public_url=PUBLIC_URL, now=self.coalition.now
            )

    def take_and_die(self, letter: str) -> None:
        """Make a move, and die before it is kept; raises Killed."""
        with transaction(self.coalition.engine) as session:
            take_step(session, self.coalition.keyring, letter, public_url=PUBLIC_URL, now=self.coalition.now)
            raise Killed

    def at(self, moment: datetime) -> "Show":
        self.coalition.now = moment
        self.look()
        return self

    def says(self, word: Word, step: Step, *, by: str = "ada", why: str = "we called them") -> bool:
        """Let somebody go on with a step or skip it; tells whether it was done."""
        keyring, now = self.coalition.keyring, self.coalition.now
        with transaction(self.coalition.engine) as session:
            if word is Word.GO:
                said = go_on(session, keyring, SLUG, step, public_url=PUBLIC_URL, by=by, now=now)
            else:
                said = skip_step(session, keyring, SLUG, step, why=why, by=by, now=now)
        return said.is_done

    def rows(self) -> dict[Step, ShowStep]:
        with reading(self.coalition.engine) as session:
            edition = released_edition(session, get_campaign(session, SLUG))
            return {row.step: row for row in steps_of(session, edition)}

    def states(self) -> list[str]:
        return [row.state.value for row in self.rows().values()]

    def told(self, address: str) -> list[str]:
        return [mail.subject for mail in self.coalition.mails() if mail.to == address]

    def alerts(self) -> list[str]:
        return [mail.text for mail in self.coalition.mails() if mail.subject.startswith("For your attention")]

    def mails_are(self, kind: MessageKind, state: MessageState) -> None:
        """Let what became of the mails of a kind be this."""
        with transaction(self.coalition.engine) as session:
            for row in session.exec(select(Message).where(Message.kind == kind)).all():
                row.state = state
                session.add(row)

    def copies_are(self, state: DeliveryState) -> None:
        """Let what is heard of the copies to the offices be this."""
        with transaction(self.coalition.engine) as session:
            for row in session.exec(select(Delivery)).all():
                if row.state in {DeliveryState.HANDED_OVER, DeliveryState.FAILED}:
                    row.state, row.settled_at = state, self.coalition.now
                    session.add(row)
