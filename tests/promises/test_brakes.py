"""What stops bulk mail, on each database: it is held with one alert, and nothing else is touched."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select, update
from sqlmodel import col

from service.campaigns.queries import get_campaign
from service.foundation.identity import make_id
from service.mail import outbox
from service.mail.brakes.breaker import Trip
from service.mail.brakes.canaries import due_at_of, follow_canaries, keep_canary
from service.mail.brakes.canary import CanaryPlan, canary_plan, goes_first
from service.mail.brakes.watch import stop, trip_breakers
from service.model.brake import BreakerTrip, Canary, CanaryOutcome
from service.model.incoming_report import IncomingReport
from service.model.message import Message, MessageEvent, MessageKind
from service.model.report_kind import ReportKind
from service.model.states import MessageState
from service.store.keyring import Keyring
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition
from tests.make import make_campaign

INVITATION, REMINDER, CONFIRM = MessageKind.INVITATION, MessageKind.REMINDER, MessageKind.CONFIRM
HARD, POLICY, COMPLAINT = ReportKind.HARD, ReportKind.POLICY, ReportKind.COMPLAINT
# The kinds that begin with a canary come later; any kind with the same priority for all its mails serves here.
UPDATE = INVITATION


class Mail:
    """Bulk mail of two letters, at a time that the test moves."""

    def __init__(self, engine: Engine, root, now: datetime) -> None:
        self.engine, self.now = engine, now
        with transaction(engine) as session:
            self.letter = make_campaign(session, Keyring(root), now=now).id
            self.other = make_campaign(session, Keyring(root), now=now).id

    def post(
        self,
        number: int,
        *,
        state: MessageState = MessageState.ACCEPTED,
        kind: MessageKind = INVITATION,
        letter: str = "",
        enhanced: str = "",
        due_at: datetime | None = None,
        occurrence: str = "1",
    ) -> list[str]:
        ids = [make_id() for _ in range(number)]
        settled = state in {MessageState.ACCEPTED, MessageState.REFUSED}
        with transaction(self.engine) as session:
            for one in ids:
                outbox.post(
                    session,
                    kind=kind,
                    campaign_id=letter or self.letter,
                    recipient_ref=one,
                    occurrence=occurrence,
                    now=self.now,
                    due_at=due_at,
                )
            session.execute(
                update(Message)
                .where(col(Message.recipient_ref).in_(ids))
                .values(
                    state=state,
                    enhanced_code=enhanced,
                    settled_at=self.now if settled else None,
                )
            )
            found = select(col(Message.id)).where(col(Message.recipient_ref).in_(ids))
            return list(session.execute(found).scalars())

    def come_back(self, ids: list[str], kind: ReportKind = HARD) -> None:
        with transaction(self.engine) as session:
            session.add_all(
                IncomingReport(
                    fingerprint=make_id().encode(), message_ref=one, kind=kind, received_at=self.now
                )
                for one in ids
            )

    def watch(self) -> int:
        with transaction(self.engine) as session:
            return trip_breakers(session, now=self.now)

    def follow(self, most: int = 10_000) -> int:
        with transaction(self.engine) as session:
            return follow_canaries(session, now=self.now, most=most)

    def plan(self, audience: int = 1000) -> CanaryPlan:
        plan = canary_plan(audience, start=self.now, expires_at=self.now + timedelta(hours=48))
        with transaction(self.engine) as session:
            keep_canary(
                session,
                campaign_id=self.letter,
                kind=UPDATE,
                occurrence="update 1",
                audience=audience,
                plan=plan,
                start=self.now,
            )
        return plan

    def states(self, letter: str = "", kind: MessageKind = INVITATION) -> Counter[MessageState]:
        found = select(col(Message.state)).where(
            col(Message.campaign_id) == (letter or self.letter), col(Message.kind) == kind
        )
        with reading(self.engine) as session:
            return Counter(session.execute(found).scalars())

    def trips(self) -> list[BreakerTrip]:
        with reading(self.engine) as session:
            return list(session.execute(select(BreakerTrip).order_by(col(BreakerTrip.id))).scalars())

    def canary(self) -> Canary:
        with reading(self.engine) as session:
            return session.execute(select(Canary)).scalar_one()

    def due(self) -> Counter[datetime]:
        found = select(col(Message.due_at)).where(col(Message.state) == MessageState.QUEUED)
        with reading(self.engine) as session:
            return Counter(session.execute(found).scalars())


@pytest.fixture
def mail(engine, root, noon) -> Mail:
    return Mail(engine, root, noon)


# The breaker


def test_what_waits_is_held_and_the_secretariat_is_told_once(mail: Mail) -> None:
    mail.come_back(mail.post(60)[:10])
    mail.post(5, state=MessageState.QUEUED)
    mail.post(2, state=MessageState.CLAIMED)

    assert (mail.watch(), mail.watch(), mail.watch()) == (1, 0, 0)

    assert mail.states() == {MessageState.ACCEPTED: 60, MessageState.HELD: 7}
    assert mail.states(kind=MessageKind.ALERT) == {MessageState.QUEUED: 1}
    (trip,) = mail.trips()
    assert (trip.cause, trip.troubles, trip.handed_over, trip.held) == (HARD, 10, 60, 7)
    with reading(mail.engine) as session:
        reasons = session.execute(
            select(col(MessageEvent.reason)).where(col(MessageEvent.became) == "held")
        ).scalars()
        assert set(reasons) == {"stopped by itself: of 60 mails 10 went to mailboxes that do not exist"}


@pytest.mark.parametrize("kind", [CONFIRM, MessageKind.APPROVAL, MessageKind.DELIVERY, MessageKind.THANKS])
def test_what_somebody_waits_for_is_never_stopped(mail: Mail, kind: MessageKind) -> None:
    mail.come_back(mail.post(60, kind=kind))
    mail.post(5, kind=kind, state=MessageState.QUEUED)
    mail.come_back(mail.post(60)[:20])

    mail.watch()

    assert mail.states(kind=kind)[MessageState.QUEUED] == 5


def test_another_letter_and_another_kind_go_on(mail: Mail) -> None:
    mail.come_back(mail.post(60)[:20])
    mail.post(3, letter=mail.other, state=MessageState.QUEUED)
    mail.post(3, kind=REMINDER, state=MessageState.QUEUED)

    mail.watch()

    assert mail.states(mail.other) == {MessageState.QUEUED: 3}
    assert mail.states(kind=REMINDER) == {MessageState.QUEUED: 3}


@pytest.mark.parametrize(
    ("enhanced", "stopped"), [("5.1.1", 1), ("5.7.1", 1), ("", 1), ("5.2.2", 0), ("5.3.4", 0)]
)
def test_refusals_at_once_count_like_bounces(mail: Mail, enhanced: str, stopped: int) -> None:
    mail.post(50)
    mail.post(12, state=MessageState.REFUSED, enhanced=enhanced)

    assert mail.watch() == stopped


@pytest.mark.parametrize(
    ("kind", "number", "stopped"),
    [
        (POLICY, 5, 1),
        (POLICY, 4, 0),
        (COMPLAINT, 3, 1),
        (COMPLAINT, 2, 0),
        (HARD, 9, 0),
        (ReportKind.SOFT, 60, 0),
    ],
)
def test_each_trouble_has_its_limit(mail: Mail, kind: ReportKind, number: int, stopped: int) -> None:
    mail.come_back(mail.post(60)[:number], kind)

    assert mail.watch() == stopped


def test_a_mail_that_is_reported_twice_counts_once(mail: Mail) -> None:
    ids = mail.post(60)[:9]
    mail.come_back(ids)
    mail.come_back(ids)

    assert mail.watch() == 0


def test_a_small_share_of_many_stops_nothing(mail: Mail) -> None:
    mail.come_back(mail.post(201)[:10])
    assert mail.watch() == 0

    mail.come_back(mail.post(1))
    assert mail.watch() == 1


def test_what_was_handed_over_long_ago_is_past(mail: Mail) -> None:
    ids = mail.post(60)
    mail.now += timedelta(hours=25)
    mail.come_back(ids)

    assert mail.watch() == 0


def test_after_a_release_only_new_trouble_stops_again(mail: Mail) -> None:
    ids = mail.post(60)
    mail.come_back(ids[:10])
    mail.watch()
    mail.now += timedelta(hours=1)
    mail.come_back(ids[10:40])
    assert mail.watch() == 0

    mail.come_back(mail.post(60)[:10])

    assert mail.watch() == 1
    assert [trip.handed_over for trip in mail.trips()] == [60, 60]


def test_where_nothing_came_back_nothing_is_stopped(mail: Mail) -> None:
    mail.post(300)

    assert mail.watch() == 0


@pytest.mark.parametrize(
    ("kind", "cause", "words"),
    [
        (INVITATION, HARD, "The invitations of this letter were stopped: of 60 mails handed over 12 went to"),
        (
            REMINDER,
            COMPLAINT,
            "The reminders of this letter were stopped: of 60 mails handed over 12 were called",
        ),
        (INVITATION, POLICY, "12 were refused for how, or by whom, they were sent"),
    ],
)
def test_the_secretariat_reads_what_happened_and_what_to_do(engine, root, noon, kind, cause, words) -> None:
    coalition = Coalition(engine, root, noon).open()
    with transaction(engine) as session:
        trip = Trip(cause=cause, troubles=12, handed_over=60)
        stop(session, (get_campaign(session, SLUG).id, kind), trip, now=noon)

    (alert,) = coalition.deliver_mail().mails()

    text = " ".join(alert.text.split())
    assert alert.to == "letter@rivers.example"
    assert words in text
    assert f"undersigned outbox retry --state held --letter {SLUG}" in text


# The canary


def test_the_database_draws_the_same_lots(mail: Mail) -> None:
    plan = canary_plan(700, start=mail.now, expires_at=mail.now + timedelta(days=2))
    mail.post(700)

    with reading(mail.engine) as session:
        recipient = col(Message.recipient_ref)
        drawn = session.execute(select(recipient, due_at_of(recipient, plan, start=mail.now))).all()

    assert {one: due == mail.now for one, due in drawn} == {one: goes_first(one, plan) for one, _ in drawn}
    assert {due for _, due in drawn} == {mail.now, plan.rest_due_at}


def test_the_rest_follows_a_canary_that_went_well(mail: Mail) -> None:
    plan = mail.plan()
    first = mail.post(30, kind=UPDATE, state=MessageState.QUEUED, occurrence="update 1")
    mail.post(25, kind=UPDATE, state=MessageState.QUEUED, due_at=plan.rest_due_at, occurrence="update 1")
    mail.post(4, kind=UPDATE, state=MessageState.QUEUED, due_at=plan.rest_due_at, occurrence="update 2")
    assert mail.follow() == 0
    mail.now += timedelta(minutes=1)
    _accept(mail, first)

    steps = [mail.follow()]
    mail.now += timedelta(minutes=2, seconds=59)
    steps.append(mail.follow())
    mail.now += timedelta(seconds=1)
    steps += [mail.follow(most=10), mail.follow(most=10), mail.follow(most=10), mail.follow(most=10)]

    assert steps == [0, 0, 10, 10, 5, 0]
    assert mail.canary().outcome is CanaryOutcome.WELL
    assert mail.due() == {mail.now: 25, plan.rest_due_at: 4}


@pytest.mark.parametrize("state", [MessageState.QUEUED, MessageState.CLAIMED, MessageState.SUBMITTING])
def test_while_one_of_the_first_waits_the_rest_waits_for_its_time(mail: Mail, state: MessageState) -> None:
    plan = mail.plan()
    mail.post(30, kind=UPDATE, occurrence="update 1")
    mail.post(1, kind=UPDATE, state=state, occurrence="update 1")
    mail.post(25, kind=UPDATE, state=MessageState.QUEUED, due_at=plan.rest_due_at, occurrence="update 1")

    for _ in range(3):
        mail.now += timedelta(minutes=3)
        assert mail.follow() == 0
    mail.now = plan.rest_due_at
    mail.follow()

    assert mail.canary().outcome is CanaryOutcome.TIME


@pytest.mark.parametrize(("kind", "number"), [(HARD, 3), (POLICY, 2), (COMPLAINT, 1)])
def test_the_rest_is_held_where_the_canary_went_badly(mail: Mail, kind: ReportKind, number: int) -> None:
    plan = mail.plan()
    mail.come_back(mail.post(30, kind=UPDATE, occurrence="update 1")[:number], kind)
    mail.post(25, kind=UPDATE, state=MessageState.QUEUED, due_at=plan.rest_due_at, occurrence="update 1")
    mail.now += timedelta(minutes=1)

    assert (mail.follow(), mail.follow()) == (25, 0)

    assert mail.canary().outcome is CanaryOutcome.BADLY
    assert mail.states(kind=UPDATE)[MessageState.HELD] == 25
    assert mail.states(kind=MessageKind.ALERT) == {MessageState.QUEUED: 1}


def test_a_send_is_kept_once_and_a_small_one_not_at_all(mail: Mail) -> None:
    mail.plan()
    mail.plan()
    assert mail.canary().first == 30

    small = canary_plan(500, start=mail.now, expires_at=mail.now + timedelta(days=2))
    with transaction(mail.engine) as session:
        kept = keep_canary(
            session,
            campaign_id=mail.letter,
            kind=UPDATE,
            occurrence="update 9",
            audience=500,
            plan=small,
            start=mail.now,
        )
    assert kept is False


def _accept(mail: Mail, ids: list[str]) -> None:
    with transaction(mail.engine) as session:
        accepted = {"state": MessageState.ACCEPTED, "settled_at": mail.now}
        session.execute(update(Message).where(col(Message.id).in_(ids)).values(accepted))
