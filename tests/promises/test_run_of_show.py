"""What a run of show promises, on each database: every step once and in its turn, and a person asked where one fails."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from service.campaigns.life import publish_due
from service.campaigns.queries import get_campaign, released_edition
from service.delivery.follow import follow_deliveries, send_waiting_press
from service.foundation.errors import Refused
from service.model.delivery import Delivery
from service.model.message import Message, MessageKind
from service.model.show import ShowStep, Step, Word
from service.model.states import DeliveryState
from service.schedules.calendar import calendar
from service.schedules.forecast import forecast
from service.schedules.show_facts import steps_of
from service.schedules.show_run import shows_to_move, take_step
from service.schedules.show_word import go_on, resume_show, skip_step, stop_show
from service.signing.decide import decide
from service.store.transaction import reading, transaction
from tests.coalition import PUBLIC_URL, SLUG, Coalition, letter_file
from tests.doubles.house import in_parallel

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

    def copies_are(self, state: DeliveryState) -> None:
        """Let what is heard of the copies to the offices be this."""
        with transaction(self.coalition.engine) as session:
            for row in session.exec(select(Delivery)).all():
                if row.state in {DeliveryState.HANDED_OVER, DeliveryState.FAILED}:
                    row.state = state
                    session.add(row)


@pytest.fixture
def show(engine, root, noon):
    return Show(Coalition(engine=engine, root=root, now=noon))


def test_everything_goes_in_its_turn_once_and_the_page_at_its_minute(show):
    show.at(SEND_AT - SECOND)
    assert show.states() == ["waiting"] * 6
    show.at(SEND_AT)
    assert show.states() == ["done", *["waiting"] * 5]
    assert len(show.told(OFFICE)) == 1

    show.copies_are(DeliveryState.DELIVERED)
    show.at(SEND_AT + 60 * SECOND)
    show.at(SEND_AT + 200 * SECOND)
    assert show.states() == ["done", "done", "done", "done", "waiting", "waiting"]
    final, kit = show.told(MEMBER)[-2:]
    assert "Your letter has gone out" in final
    assert "embargo" in kit
    show.at(PUBLISH_AT - SECOND)
    assert (show.told(DAILY), show.coalition.campaign().published_at) == ([], None)

    show.at(PUBLISH_AT)
    assert show.states() == ["done"] * 6
    assert len(show.told(DAILY)) == 1
    assert show.coalition.campaign().published_at == PUBLISH_AT
    assert show.look() == 0
    assert show.alerts() == []


def test_a_copy_that_fails_stops_all_after_it_and_asks_once(show):
    show.at(SEND_AT)
    show.copies_are(DeliveryState.FAILED)
    for minute in range(5):
        show.at(SEND_AT + minute * 60 * SECOND)

    assert show.states() == ["done", "asking", *["waiting"] * 4]
    assert [mail for mail in show.told(MEMBER) if "gone out" in mail or "embargo" in mail] == []
    (alert,) = show.alerts()
    assert f"undersigned show skip {SLUG} delivered" in alert

    # What settles itself goes on by itself.
    show.copies_are(DeliveryState.DELIVERED)
    show.at(SEND_AT + 600 * SECOND)
    show.at(SEND_AT + 700 * SECOND)
    assert show.states()[:4] == ["done"] * 4


def test_a_page_whose_minute_is_at_risk_asks_before_it_and_at_it_and_is_not_published(show):
    show.at(SEND_AT)
    show.copies_are(DeliveryState.FAILED)
    show.at(PUBLISH_AT - timedelta(hours=1))
    before = len(show.alerts())
    show.at(PUBLISH_AT)
    show.at(PUBLISH_AT + 120 * SECOND)
    show.at(PUBLISH_AT + timedelta(days=1))

    assert before == 2
    assert len(show.alerts()) == 3
    assert "is to become public on December 8, 2026 at 10:00" in show.alerts()[1]
    assert f"undersigned show go {SLUG} page" in show.alerts()[2]
    assert show.coalition.campaign().published_at is None
    assert show.told(DAILY) == []

    # Even once the copies have arrived, a minute that was missed is a person's to choose anew.
    show.copies_are(DeliveryState.DELIVERED)
    show.at(PUBLISH_AT + timedelta(days=2))
    show.at(PUBLISH_AT + timedelta(days=2, minutes=5))
    assert show.states() == ["done"] * 4 + ["asking", "asking"]
    assert show.says(Word.GO, Step.PRESS) is True
    show.look()
    assert show.says(Word.GO, Step.PAGE) is True
    show.look()
    assert show.states() == ["done"] * 6


def test_a_letter_sent_a_way_that_nobody_goes_is_never_called_delivered(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon)
    file = letter_file(tables=PRESS, more=MORE).replace(
        b'channels = ["email"]', b'channels = ["email", "post"]'
    )
    show = Show(coalition, file=file)
    show.at(SEND_AT)

    assert show.states() == ["asking", *["waiting"] * 5]
    assert "not set up here" in show.alerts()[0]
    assert show.says(Word.SKIP, Step.DELIVERED) is False
    with pytest.raises(Refused, match="somebody else"):
        show.says(Word.SKIP, Step.DELIVERED)
    show.look()
    assert show.states()[0] == "asking"
    assert show.says(Word.SKIP, Step.DELIVERED, by="ben") is True
    show.at(SEND_AT + timedelta(hours=4))
    assert show.states()[:2] == ["skipped", "done"]


def test_going_on_early_takes_two_people_or_one_who_is_alone(show, engine, root, noon):
    show.at(SEND_AT)
    assert show.says(Word.GO, Step.KITS) is False
    assert show.says(Word.GO, Step.KITS, by="ben") is True
    show.look()

    assert show.states() == ["done", "waiting", "waiting", "done", "waiting", "waiting"]
    assert "embargo" in show.told(MEMBER)[-1]
    with pytest.raises(Refused, match="only seen"):
        show.says(Word.GO, Step.RECEIPT)
    with pytest.raises(Refused, match="done already"):
        show.says(Word.GO, Step.KITS)
    with pytest.raises(Refused, match="Say why"):
        show.says(Word.SKIP, Step.COPY, why=" ")


def test_what_is_stopped_rests_even_over_its_minute_and_goes_on_when_resumed(show):
    show.at(SEND_AT)
    with transaction(show.coalition.engine) as session:
        assert stop_show(session, SLUG, by="ada", now=show.coalition.now) == 5
    show.at(PUBLISH_AT + 60 * SECOND)
    assert show.states() == ["done", *["stopped"] * 5]
    assert show.coalition.campaign().published_at is None

    with transaction(show.coalition.engine) as session:
        resume_show(session, SLUG, by="ada", now=show.coalition.now)
    show.look()
    show.at(PUBLISH_AT + 180 * SECOND)
    assert show.states()[:4] == ["done"] * 4


def test_a_press_that_is_skipped_gets_nothing_even_when_the_page_is_public(show):
    show.at(SEND_AT)
    show.says(Word.SKIP, Step.PRESS)
    show.says(Word.SKIP, Step.PRESS, by="ben")
    show.at(SEND_AT + timedelta(hours=4))
    show.at(SEND_AT + timedelta(hours=4, minutes=5))
    show.at(PUBLISH_AT)

    assert show.coalition.campaign().published_at == PUBLISH_AT
    assert show.told(DAILY) == []


def test_two_workers_that_look_at_one_moment_do_each_step_once(show):
    show.at(SEND_AT)
    show.copies_are(DeliveryState.DELIVERED)
    show.coalition.now = SEND_AT + SECOND
    letter = show.coalition.campaign().id

    for _ in range(6):
        in_parallel(2, lambda _: show.take(letter))
    show.at(SEND_AT + 120 * SECOND)

    with reading(show.coalition.engine) as session:
        found = session.exec(select(Message.kind, Message.recipient_ref)).all()
    counted = Counter(kind for kind, _ in found)
    assert (counted[MessageKind.UPDATE], counted[MessageKind.KIT]) == (1, 1)
    assert show.states()[:4] == ["done"] * 4


def test_a_letter_without_a_run_of_show_goes_as_before(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon)
    show = Show(coalition, tables=PRESS.replace("[show]\nreceipt_hours = 4\n", ""))
    show.at(SEND_AT)
    show.at(PUBLISH_AT)

    with reading(engine) as session:
        assert session.exec(select(ShowStep)).all() == []
    assert coalition.campaign().published_at == PUBLISH_AT
    assert len(show.told(DAILY)) == 1
    assert not any("gone out" in subject for subject in show.told(MEMBER))


def test_it_stands_in_the_forecast_as_it_then_happens(show):
    with reading(show.coalition.engine) as session:
        planned = forecast(
            session,
            show.coalition.keyring,
            show.coalition.campaign(),
            lead=timedelta(days=1),
            until=PUBLISH_AT,
            now=show.coalition.now,
        )
        entries = calendar(
            session,
            show.coalition.keyring,
            lead=timedelta(days=1),
            until=PUBLISH_AT,
            now=show.coalition.now,
        )
    foretold = [
        (one.name, one.due.at, len(one.whom)) for one in planned if one.name in {"final-copy", "kits"}
    ]
    shown = [entry.what for entry in entries]
    show.at(SEND_AT)
    show.at(SEND_AT + timedelta(hours=4))
    show.at(SEND_AT + timedelta(hours=4, minutes=2))

    assert foretold == [
        ("final-copy", SEND_AT + timedelta(hours=4), 1),
        ("kits", SEND_AT + timedelta(hours=4), 1),
    ]
    assert show.rows()[Step.COPY].began_at == SEND_AT + timedelta(hours=4)
    assert {"grace for confirmations ends", "copies to the press", "becomes public"} <= set(shown)
