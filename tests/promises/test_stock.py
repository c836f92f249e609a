"""What the sender promises while it carries much mail: the urgent first, nothing lost on the way; on each database."""

import contextlib
import os
import signal
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, make_url, text
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from service.foundation.errors import Transient
from service.mail import outbox, sending
from service.mail.envelope import Draft
from service.mail.journal import Journal, entries_beyond
from service.mail.mould import Filled, Pattern, blank_token
from service.mail.pace import Pace, Rates
from service.mail.sender import Unwanted
from service.mail.sending import check_journal
from service.mail.smtp import SmtpTransport
from service.mail.transport import OneByOne, Stage
from service.model.message import Message, MessageEvent, MessageKind
from service.model.states import MessageState
from service.store.engine import make_engine
from service.store.transaction import reading, transaction
from tests.doubles.house import CONFIRM, NOBODY, House, Interrupted, Killed
from tests.doubles.lines import LinesServer, lines_server
from tests.doubles.postbox import Fault, Postbox
from tests.doubles.verifier import both_signer

BULK, TYPED, WRITTEN = MessageKind.INVITATION, CONFIRM, MessageKind.INVITATION
ACCEPTED, QUEUED, CANCELLED = MessageState.ACCEPTED, MessageState.QUEUED, MessageState.CANCELLED


@pytest.fixture
def house(engine):
    return House(engine)


@contextlib.contextmanager
def over_lines(server=None, *, connections=3):
    with lines_server(server) as serving:
        transport = SmtpTransport(
            [serving.relay], connections=connections, timeout=30, end_of_data_timeout=30
        )
        try:
            yield serving, transport
        finally:
            transport.close()


def post(house, number, *, kind=BULK, to="person {}"):
    names = [to.format(place) for place in range(number)]
    with transaction(house.engine) as session:
        for name in names:
            outbox.post(session, kind=kind, recipient_ref=name, occurrence="1", now=house.time)
    return names


def rows(house):
    with reading(house.engine) as session:
        found = [*session.exec(select(Message).order_by(Message.id))]
        session.expunge_all()
    return found


def reasons(house, recipient):
    with reading(house.engine) as session:
        found = select(MessageEvent).where(MessageEvent.message_id == house.row(recipient).id)
        return [one.reason for one in session.exec(found.order_by(MessageEvent.id))]


def assert_untouched(some):
    """See that these wait as if they had never been taken."""
    for row in some:
        assert (row.state, row.attempt, row.lease_owner, row.lease_until) == (QUEUED, 0, None, None)
        assert row.due_at == row.created_at


# The urgent first


@pytest.mark.parametrize("bulk", [30, 70], ids=["all is in the stock", "more waits in the outbox"])
def test_a_confirmation_overtakes_a_slow_bulk(house, bulk):
    post(house, bulk)
    sent, urgent = [], []

    def slowly():
        sent.append(1)
        if len(sent) == 3:
            house.post("anna", kind=CONFIRM)
        if not urgent:
            time.sleep(0.06)
        if house.postbox.kept and house.postbox.kept[-1].rcpt_to.startswith("anna"):
            urgent.append(len(sent))

    house.send(by=Interrupted(house.postbox, before=slowly), most=1000)

    place = [kept.rcpt_to for kept in house.postbox.kept].index("anna@lakes.example")
    assert place <= 3 + 15
    assert house.counts() == {ACCEPTED: bulk + 1}


def test_a_confirmation_overtakes_a_bulk_that_goes_over_several_lines(house):
    post(house, 100)
    server = LinesServer(seconds_each=0.02)

    def script(step):
        if len(server.kept) >= 10 and not posted:
            posted.append(len(server.kept))
            house.post("anna", kind=CONFIRM)

    posted = []
    server.script = script
    with over_lines(server) as (_, transport):
        house.send(by=transport, most=1000)

    anna = house.row("anna").message_id
    assert [name for name, _ in server.kept].index(anna) < 70
    assert house.counts() == {ACCEPTED: 101}


# What cannot be carried


def test_what_was_taken_and_not_carried_goes_back_as_it_was(house):
    post(house, 70)
    house.postbox.fail_next(*[None] * 10, NOBODY)

    assert house.send(most=1000) == 10

    assert house.counts() == {ACCEPTED: 10, QUEUED: 60}
    assert_untouched([row for row in rows(house) if row.state is QUEUED])
    assert house.send(most=1000) == 60


def test_no_more_are_taken_than_asked_for(house):
    post(house, 70)

    assert house.send(most=20) == 20

    assert house.counts() == {ACCEPTED: 20, QUEUED: 50}
    assert_untouched([row for row in rows(house) if row.state is QUEUED])


def test_an_error_that_nobody_foresaw_loses_nothing_of_the_rest(house):
    post(house, 70)

    def break_at_the_tenth():
        if len(house.postbox.kept) == 10:
            raise ZeroDivisionError

    house.send(by=Interrupted(house.postbox, before=break_at_the_tenth), most=1000)

    assert house.counts() == {ACCEPTED: 10, QUEUED: 60}
    waiting = [row for row in rows(house) if row.state is QUEUED]
    set_aside = [row for row in waiting if row.due_at > row.created_at]
    assert len(set_aside) == 1
    assert_untouched([row for row in waiting if row not in set_aside])


def test_a_killed_sender_leaves_all_to_the_leases(house):
    post(house, 70)

    def die_at_the_tenth():
        if len(house.postbox.kept) == 10:
            raise Killed

    with pytest.raises(Killed):
        house.send(by=Interrupted(house.postbox, before=die_at_the_tenth), most=1000)
    house.wait(timedelta(seconds=61))
    house.free()

    assert house.counts() == {ACCEPTED: 10, QUEUED: 60}
    assert house.send(most=1000) == 60
    assert len(house.postbox.kept) == 70


def test_what_has_lain_longer_than_its_lease_goes_back(house):
    post(house, 40)

    def fall_asleep():
        if len(house.postbox.kept) == 5:
            house.wait(timedelta(seconds=61))

    house.send(by=Interrupted(house.postbox, after=fall_asleep), most=1000)

    # What was in hand when the lease ended goes; nothing that lay in the stock does.
    assert house.counts() == {ACCEPTED: 6, QUEUED: 34}
    assert_untouched([row for row in rows(house) if row.state is QUEUED])
    assert house.send(most=1000) == 34


def test_what_another_took_when_our_lease_had_ended_is_not_sent_by_us(house):
    post(house, 10)
    other = House(house.engine)

    def be_overtaken():
        if not other.postbox.kept:
            house.wait(timedelta(seconds=61))
            other.time = house.time
            other.free()
            other.send(owner="other")

    house.send(by=Interrupted(house.postbox, before=be_overtaken), most=1000)

    sent = [kept.message_id for kept in (*house.postbox.kept, *other.postbox.kept)]
    assert len(sent) == len(set(sent)) == 10
    assert house.counts() == {ACCEPTED: 10}


def test_of_mails_that_are_cancelled_on_the_way_not_one_leaves(house):
    names = post(house, 60)
    with over_lines(LinesServer(seconds_each=0.005)) as (server, transport):

        def script(step):
            if len(server.kept) == 15 and not done:
                done.append(1)
                for name in names[50:]:
                    house.cancel(name)

        done = []
        server.script = script
        house.send(by=transport, most=1000)

    assert house.counts() == {ACCEPTED: 50, CANCELLED: 10}
    assert len(server.kept) == len(server.copies()) == 50
    assert {row.message_id for row in rows(house) if row.state is CANCELLED}.isdisjoint(server.copies())


# Pace


def test_what_waits_for_a_group_that_asks_for_patience_is_put_back_and_the_others_go(house):
    house.pace = Pace()
    slow = post(house, 4, to="p{}@slow.example")
    quick = post(house, 4, to="p{}@quick.example")
    house.postbox.fail_next(Fault(stage=Stage.RCPT, code=421, enhanced="4.7.0"))

    house.send(most=1000)

    assert {house.state(name) for name in quick} == {ACCEPTED}
    first, *rest = (house.row(name) for name in slow)
    assert (first.state, first.attempt) == (QUEUED, 1)
    for row in rest:
        assert (row.state, row.attempt, row.lease_owner) == (QUEUED, 0, None)
        assert timedelta(seconds=10) < row.due_at - house.time < timedelta(minutes=10)
        assert reasons(house, row.recipient_ref)[-1] == "those who receive it ask for patience"


def test_as_many_go_in_a_second_as_the_limit_says(house):
    house.pace = Pace(Rates(overall=40))
    post(house, 100)
    began = time.monotonic()

    house.send(most=1000)

    seconds = time.monotonic() - began
    assert house.counts() == {ACCEPTED: 100}
    # The first second's mails may go at once.
    assert 40 + 40 * seconds + 1 >= 100
    assert seconds < 4


def test_a_confirmation_goes_at_once_although_a_bulk_uses_up_the_limit(house):
    house.pace = Pace(Rates(overall=20))
    post(house, 100)
    bulk = threading.Thread(target=lambda: house.send(most=1000))
    bulk.start()
    end = time.monotonic() + 10
    while house.postbox.tries < 20 and time.monotonic() < end:
        time.sleep(0.01)

    house.post("anna", kind=CONFIRM)
    posted_at = time.monotonic()
    while house.state() is not ACCEPTED and time.monotonic() < end:
        time.sleep(0.01)

    took, waiting = time.monotonic() - posted_at, house.counts()[QUEUED]
    house.is_stopping = True
    bulk.join()
    assert took < 1.5
    assert waiting > 30


# The share of a mailbox in a day


def test_what_strangers_type_beyond_a_mailboxs_share_ends(house):
    post(house, 12, kind=TYPED, to="p{}+x@lakes.example")
    post(house, 3, kind=TYPED, to="q{}@lakes.example")
    post(house, 12, kind=TYPED, to="same+{}@lakes.example")

    house.send(most=1000)

    assert house.counts() == {ACCEPTED: 25, CANCELLED: 2}
    gone = [row.recipient_ref for row in rows(house) if row.state is CANCELLED]
    assert gone == ["same+10@lakes.example", "same+11@lakes.example"]


def test_what_a_secretariat_writes_beyond_it_waits_for_the_next_day(house):
    post(house, 23, kind=WRITTEN, to="same+{}@lakes.example")

    house.send(most=1000)

    assert house.counts() == {ACCEPTED: 20, QUEUED: 3}
    midnight = house.time.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    for row in (row for row in rows(house) if row.state is QUEUED):
        assert (row.attempt, row.due_at, row.lease_owner) == (0, midnight, None)
    assert house.send() == 0
    house.time = midnight
    house.send()
    assert house.counts() == {ACCEPTED: 23}


@pytest.mark.parametrize("how", ["no relay", "held"])
def test_what_was_given_back_does_not_count_in_the_share(house, how):
    post(house, 10, kind=TYPED, to="same+{}@lakes.example")

    for _ in range(3):
        if how == "no relay":
            house.send(by=DownInTheMiddle(), most=1000)
        else:
            house.send(by=Interrupted(house.postbox, before=lambda: hold(house)), most=1000)
            with transaction(house.engine) as session:
                sending.release(session)
        assert house.counts() == {QUEUED: 10}
    house.send(most=1000)

    assert house.counts() == {ACCEPTED: 10}


class DownInTheMiddle(OneByOne):
    """A relay that can be reached and then cannot."""

    def ready(self) -> None:
        """Be ready."""

    def send(self, envelope, *, before_data):
        """Be gone."""
        relay = Postbox()
        relay.fail_next(NOBODY)
        return relay.send(envelope, before_data=before_data)


# A hold


def hold(house):
    with transaction(house.engine) as session:
        sending.hold(session, by="cli:ada", reason="", now=house.time)


def test_a_hold_in_the_middle_stops_within_one_mail_a_line_and_loses_nothing(house):
    post(house, 100)
    with over_lines(LinesServer(seconds_each=0.005)) as (server, transport):

        def script(step):
            if step.verb == "MAIL" and len(server.kept) >= 30 and not held:
                hold(house)
                held.append(len(server.kept))

        held = []
        server.script = script
        house.send(by=transport, most=1000)

        assert held
        assert len(server.kept) <= held[0] + 3
        counts = house.counts()
        assert counts == {ACCEPTED: len(server.kept), QUEUED: 100 - len(server.kept)}
        assert_untouched([row for row in rows(house) if row.state is QUEUED])
        with transaction(house.engine) as session:
            sending.release(session)
        house.send(by=transport, most=1000)

    assert house.counts() == {ACCEPTED: 100}
    assert len(server.copies()) == len(server.kept) == 100


# The database, away


class AwayAfterTheYes(OneByOne):
    """A relay behind whose third yes something happens before it can be written down."""

    def __init__(self, postbox, act):
        """Keep both."""
        self._postbox, self._act = postbox, act

    def ready(self) -> None:
        """Be ready."""

    def send(self, envelope, *, before_data):
        """Take it."""
        receipt = self._postbox.send(envelope, before_data=before_data)
        if len(self._postbox.kept) == 3:
            self._act()
        return receipt


def test_a_yes_that_cannot_be_written_down_at_once_is_written_down_later(house):
    post(house, 8)
    away_until = [0.0]

    @event.listens_for(house.engine, "begin")
    def be_away(_):
        if time.monotonic() < away_until[0]:
            raise OperationalError("BEGIN", {}, Exception("the database is away"))

    def go_away():
        away_until[0] = time.monotonic() + 0.4

    with contextlib.suppress(Transient):
        house.send(by=AwayAfterTheYes(house.postbox, go_away), most=1000)
    event.remove(house.engine, "begin", be_away)
    house.send(most=1000)

    assert house.counts() == {ACCEPTED: 8}
    assert len(house.postbox.kept) == len({kept.message_id for kept in house.postbox.kept}) == 8
    assert all("uncertain" not in house.moves(row.recipient_ref) for row in rows(house))


def test_where_postgresql_ends_our_connections_behind_a_yes_no_doubt_comes_of_it(postgresql_url):
    engine = make_engine(postgresql_url)
    house = House(engine)
    post(house, 8)

    def end_every_connection():
        address = make_url(postgresql_url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    with contextlib.suppress(Transient):
        house.send(by=AwayAfterTheYes(house.postbox, end_every_connection), most=1000)
    house.send(most=1000)

    assert house.counts() == {ACCEPTED: 8}
    assert len(house.postbox.kept) == 8
    assert all("uncertain" not in house.moves(row.recipient_ref) for row in rows(house))
    engine.dispose()


def test_where_the_database_goes_away_at_the_fence_nothing_leaves_and_nothing_is_lost(house):
    post(house, 40)
    away_until = [0.0]

    @event.listens_for(house.engine, "begin")
    def be_away(_):
        if time.monotonic() < away_until[0]:
            raise OperationalError("BEGIN", {}, Exception("the database is away"))

    with over_lines(LinesServer(seconds_each=0.005)) as (server, transport):

        def script(step):
            if step.verb == "DATA" and len(server.kept) >= 10 and not away_until[0]:
                away_until[0] = time.monotonic() + 0.4

        server.script = script
        with contextlib.suppress(Transient):
            house.send(by=transport, most=1000)
        event.remove(house.engine, "begin", be_away)
        house.wait(timedelta(seconds=61))
        house.free()
        house.send(by=transport, most=1000)

    assert house.counts() == {ACCEPTED: 40}
    assert len(server.copies()) == len(server.kept) == 40


# The journal


def test_a_journal_that_cannot_be_written_stops_all_lines_and_loses_nothing(house, tmp_path):
    full = threading.Event()

    def sync(_):
        if full.is_set():
            raise OSError(28, "No space left on device")

    with contextlib.closing(Journal(tmp_path / "journal", sync=sync)) as journal:
        house.journal = journal
        with transaction(house.engine) as session:
            check_journal(session, journal.standing, now=house.time)
        post(house, 80)
        with over_lines(LinesServer(seconds_each=0.005)) as (server, transport):
            server.script = lambda _: full.set() if len(server.kept) >= 20 else None
            house.send(by=transport, most=1000)
            stopped_at = len(server.kept)
            assert house.counts() == {ACCEPTED: stopped_at, QUEUED: 80 - stopped_at}
            assert stopped_at < 80
            waiting = Counter(row.due_at - house.time for row in rows(house) if row.state is QUEUED)
            assert set(waiting) <= {timedelta(0), timedelta(minutes=1)}
            assert 1 <= waiting[timedelta(minutes=1)] <= 3

            server.script = lambda _: None
            full.clear()
            house.wait(timedelta(minutes=1))
            house.send(by=transport, most=1000)

        assert house.counts() == {ACCEPTED: 80}
        assert len(server.copies()) == len(server.kept) == 80
        named = [entry.message_id for entry in entries_beyond(tmp_path / "journal", 0)]
        assert set(server.copies()) <= set(named)


# Rows that cannot be made


class Bulk:
    """Makes invitations by a pattern, but for some."""

    def __init__(self, wrong):
        """Keep what is wrong with whom."""
        self._wrong = wrong
        self._draft = Draft(
            to="whoever@lakes.example",
            subject="Rivers",
            text=f"Grüß Gott.\nhttps://u.example/{blank_token(0)}\n" + "a" * 200,
            html=f"<p>{blank_token(0)}",
            sender_name="Coalition",
            reply_to=None,
            language="en",
            unsubscribe_url=None,
        )

    def __call__(self, session, message):
        """Make one, as it is before its places are filled."""
        del session, message
        return self._draft

    def many(self, session, taken):
        """Make many."""
        del session
        pattern = Pattern(self._draft, tokens=1)
        return [
            self._wrong.get(row.recipient_ref)
            or Filled(
                pattern=pattern, to=f"{row.recipient_ref.replace(' ', '')}@lakes.example", tokens=["t" * 43]
            )
            for row in taken
        ]


@pytest.mark.parametrize("number", [12, 70], ids=["made here", "made apart"])
@pytest.mark.parametrize("is_signed", [1, 0], ids=["signed", "unsigned"])
def test_a_row_that_cannot_be_made_stops_no_other(house, number, is_signed):
    pattern = Pattern(Bulk({})._draft, tokens=1)
    wrong = {
        "person 3": ZeroDivisionError(),
        "person 5": Filled(pattern=pattern, to="person5@lakes.example", tokens=["too short"]),
        "person 7": Filled(pattern=pattern, to="a b@lakes.example", tokens=["t" * 43]),
        "person 9": Filled(pattern=pattern, to="perßon9@lakes.example", tokens=["<" * 43]),
    }
    house.signer = both_signer() if is_signed else None
    house.composers = lambda: {BULK: Bulk(wrong)}
    names = post(house, number)

    house.send(most=1000)

    assert {house.state(name) for name in names if name not in wrong} == {ACCEPTED}
    for name in wrong:
        row = house.row(name)
        assert (row.state, row.lease_owner, row.due_at > house.time) == (QUEUED, None, True), name
    assert len(house.postbox.kept) == number - len(wrong)


class Gathering:
    """Makes mails one by one, and reads together what they speak of; `wrong` says what to do for whom in place of it."""

    def __init__(self, house, wrong):
        """Keep what is wrong with whom."""
        self._house, self._wrong = house, wrong
        self.gathered, self.sessions = [], {}

    def gather(self, session, messages):
        """Read what these speak of."""
        del session
        self.gathered.append(sorted(message.recipient_ref for message in messages))

    def __call__(self, session, message):
        """Make one."""
        self.sessions.setdefault(message.recipient_ref, []).append(session)
        self._wrong.get(message.recipient_ref, lambda _: None)(session)
        return self._house.compose(session, message)


def complain(session):
    session.execute(text("SELECT of_nothing FROM nowhere"))


def test_mails_of_a_kind_read_together_what_they_speak_of(house):
    composer = Gathering(house, {})
    house.composers = lambda: {BULK: composer}
    names = post(house, 12)

    house.send(most=1000)

    assert house.counts() == {ACCEPTED: 12}
    assert composer.gathered == [sorted(names)]
    (used,) = {tuple(sessions) for sessions in composer.sessions.values()}
    assert len(used) == 1


def test_one_of_them_for_which_the_database_complains_stops_no_other(house):
    composer = Gathering(house, {"person 3": complain})
    house.composers = lambda: {BULK: composer}
    post(house, 12)

    house.send(most=1000)

    assert house.counts() == {ACCEPTED: 11, QUEUED: 1}
    assert house.state("person 3") is QUEUED
    assert house.row("person 3").due_at > house.time


def test_one_of_them_that_is_not_wanted_ends_as_it_says(house):
    def refuse(_):
        raise Unwanted(CANCELLED, "no longer wanted")

    composer = Gathering(house, {"person 3": refuse})
    house.composers = lambda: {BULK: composer}
    post(house, 12)

    house.send(most=1000)

    assert house.counts() == {ACCEPTED: 11, CANCELLED: 1}
    # All others were made at once, with nothing made twice.
    assert {len(sessions) for sessions in composer.sessions.values()} == {1}


def test_a_signature_that_fails_stops_no_other(house):
    class Fragile:
        """Signs all mails but one."""

        def __init__(self, signer):
            """Keep the signer that works."""
            self._signer, self.domain, self.keys = signer, signer.domain, signer.keys

        def signatures(self, data, *, at):
            """Sign."""
            if b"person4@" in data:
                raise ValueError("no")
            return self._signer.signatures(data, at=at)

    house.signer = Fragile(both_signer())
    names = post(house, 12)

    house.send(most=1000)

    assert house.counts() == {ACCEPTED: 11, QUEUED: 1}
    assert house.state(names[4]) is QUEUED
    assert house.row(names[4]).due_at > house.time


def test_where_the_process_that_makes_mails_dies_they_are_made_here(house):
    house.signer = both_signer()
    house.composers = lambda: {BULK: Bulk({})}
    post(house, 110)
    killed = []

    def kill_the_workshop():
        for child in _children() if len(house.postbox.kept) == 5 else ():
            killed.append(child)
            os.kill(child, signal.SIGKILL)

    house.send(by=Interrupted(house.postbox, before=kill_the_workshop), most=1000)

    assert killed
    assert house.counts() == {ACCEPTED: 110}
    assert all(kept.data.startswith(b"DKIM-Signature:") for kept in house.postbox.kept)
    assert len({kept.message_id for kept in house.postbox.kept}) == 110


def _children():
    """Find the processes that this one started to make mails."""
    for task in Path("/proc/self/task").iterdir():
        for child in (task / "children").read_text().split():
            if b"service.mail.workshop" in Path(f"/proc/{child}/cmdline").read_bytes():
                yield int(child)
