"""What a hold promises on each database: after its commit no fence commits, and a restored database sends nothing."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from service.foundation.identity import make_id
from service.mail import sending
from service.mail.headers import make_message_id
from service.mail.journal import Entry, Standing
from service.mail.restored import resume
from service.mail.sending import JournalAhead, check_journal, enrol, raise_fence, why_held
from service.model.message import Message, MessageEvent, MessageKind
from service.model.sending import HoldCause, JournalMark
from service.model.states import MessageState
from service.store.engine import make_engine
from service.store.transaction import reading, transaction
from tests.doubles.house import CONFIRM, House, Interrupted, Killed, kill

SITE_KEY = b"k" * 32
OURS = Standing(journal_id="a" * 32, place="here", last=0)


@pytest.fixture
def house(engine):
    return House(engine)


def check(house, journal=OURS):
    with transaction(house.engine) as session:
        return check_journal(session, journal, now=house.time)


def fence(house, journal=OURS, count=1):
    with transaction(house.engine) as session:
        return raise_fence(
            session.connection(), journal.journal_id, count, above=journal.last, now=house.time
        )


def held(house):
    with transaction(house.engine) as session:
        return why_held(session.connection())


def hold(house, reason="the relay is moved"):
    with transaction(house.engine) as session:
        return sending.hold(session, by="cli:ada", reason=reason, now=house.time)


def go_on(house, journal=OURS, *gone, without_journal=False):
    """Resume with a journal that holds these mails, by recipient, with the numbers that end at its last."""
    entries = [
        Entry(fence_no=journal.last - place, at=house.time, message_id=name_of(house, recipient))
        for place, recipient in enumerate(gone)
    ]

    def beyond(number):
        return [entry for entry in entries if entry.fence_no > number]

    with transaction(house.engine) as session:
        return resume(
            session, journal, beyond, site_key=SITE_KEY, without_journal=without_journal, now=house.time
        )


def name_of(house, recipient):
    with reading(house.engine) as session:
        row = session.exec(select(Message).where(Message.recipient_ref == recipient)).first()
    return make_message_id(SITE_KEY, row.dedupe_key if row else recipient, "rivers.example")


def reasons(house, recipient):
    with reading(house.engine) as session:
        found = select(MessageEvent).where(MessageEvent.message_id == house.row(recipient).id)
        return [event.reason for event in session.exec(found.order_by(MessageEvent.id))]


# A person holds


def test_nothing_is_held_at_first(house):
    assert held(house) is None


def test_a_hold_says_who_and_why_until_it_is_lifted(house):
    sentence = hold(house)

    assert held(house) == sentence
    assert "cli:ada: the relay is moved; " in sentence
    assert go_on(house).goes_on
    assert held(house) is None


def test_holding_twice_keeps_since_when(house):
    hold(house)
    house.wait(timedelta(hours=1))
    hold(house, reason="still")

    with reading(house.engine) as session:
        state = sending.sending_state(session)
    assert state.held_since == house.time - timedelta(hours=1)
    assert "still" in state.reason


def test_once_a_hold_has_committed_no_fence_commits(house):
    """Four senders fence without a pause, and none of them commits a fence after the hold's commit."""
    committed, told = [], []
    many, stop = threading.Event(), threading.Event()
    names = [make_id() for _ in range(4)]
    for name in names:
        with transaction(house.engine) as session:
            enrol(session, replace(OURS, journal_id=name), now=house.time)

    def send(name):
        while not stop.is_set():
            with transaction(house.engine) as session:
                if why_held(session.connection()) is not None:
                    told.append(name)
                    return
                raise_fence(session.connection(), name, 1, above=0, now=house.time)
            committed.append(name)
            if len(committed) > 40:
                many.set()

    threads = [threading.Thread(target=send, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    try:
        assert many.wait(20)
        hold(house)
        after = fences(house)
        for thread in threads:
            thread.join(20)
    finally:
        stop.set()

    assert sorted(told) == sorted(names)
    assert fences(house) == after


def test_a_hold_waits_for_the_fence_under_way_and_comes_before_the_next(house):
    check(house)
    in_fence, may_end, order = threading.Event(), threading.Event(), []

    def fence_slowly():
        with transaction(house.engine) as session:
            assert why_held(session.connection()) is None
            raise_fence(session.connection(), OURS.journal_id, 1, above=0, now=house.time)
            in_fence.set()
            may_end.wait(10)
            order.append("fenced")

    def pause():
        hold(house)
        order.append("held")

    def ask():
        order.append(held(house))

    threads = [threading.Thread(target=act) for act in (fence_slowly, pause, ask)]
    threads[0].start()
    assert in_fence.wait(10)
    threads[1].start()
    threads[1].join(0.3)
    assert threads[1].is_alive()
    threads[2].start()
    threads[2].join(0.3)
    may_end.set()
    for thread in threads:
        thread.join(10)

    assert order[0] == "fenced"
    if house.engine.dialect.name == "postgresql":
        # Whoever asks after the hold began to wait stands behind it, and is told.
        assert any("cli:ada" in str(word) for word in order)


def test_to_look_at_the_state_waits_for_nobody(house):
    with transaction(house.engine) as session:
        sending.lock_sending(session)
        with reading(house.engine) as other:
            assert sending.sending_state(other).reason is None


def fences(house):
    with reading(house.engine) as session:
        return sum(mark.fence_no for mark in session.exec(select(JournalMark)))


# Numbers


def test_each_fence_takes_the_next_numbers_of_its_own_sender(house):
    other = replace(OURS, journal_id="b" * 32)
    check(house)
    check(house, other)

    assert (fence(house), fence(house, count=3), fence(house)) == (1, 2, 5)
    assert fence(house, other) == 1


def test_on_postgresql_a_sender_does_not_wait_for_another_senders_fence(postgresql_url):
    engine = make_engine(postgresql_url)
    house = House(engine)
    other = replace(OURS, journal_id="b" * 32)
    check(house)
    check(house, other)
    with transaction(house.engine) as session:
        assert why_held(session.connection()) is None
        raise_fence(session.connection(), OURS.journal_id, 1, above=0, now=house.time)

        assert fence(house, other) == 1
    engine.dispose()


def test_numbers_of_a_fence_that_failed_are_taken_again(house):
    check(house)

    def fence_and_die():
        with transaction(house.engine) as session:
            raise_fence(session.connection(), OURS.journal_id, 5, above=0, now=house.time)
            kill()

    with pytest.raises(Killed):
        fence_and_die()

    assert fence(house) == 1


def test_a_database_that_was_restored_beneath_its_sender_lets_no_fence_pass(house):
    check(house)
    fence(house, count=4)

    with pytest.raises(JournalAhead):
        fence(house, replace(OURS, last=9))
    with pytest.raises(JournalAhead):
        fence(house, replace(OURS, journal_id="f" * 32))
    assert fence(house, replace(OURS, last=4)) == 5


# At the start


def test_the_first_start_is_not_held_nor_one_after_a_crash(house):
    assert check(house) is None
    fence(house, count=3)

    assert check(house, replace(OURS, last=3)) is None
    # The crash came between the fence's commit and the journal.
    assert check(house, replace(OURS, last=2)) is None


def test_the_first_start_after_an_upgrade_is_not_held(house):
    house.post()
    house.send()

    assert check(house) is None


def test_a_journal_left_over_from_an_emptied_database_holds_nothing(house):
    assert check(house, replace(OURS, last=7)) is None
    assert fence(house, replace(OURS, last=7)) == 8


@pytest.mark.parametrize(
    ("journal", "cause", "words"),
    [
        (replace(OURS, last=9), HoldCause.JOURNAL_AHEAD, "restored from a backup"),
        (replace(OURS, journal_id="b" * 32, last=9), HoldCause.JOURNAL_AHEAD, "restored from a backup"),
        (replace(OURS, journal_id="b" * 32), HoldCause.JOURNAL_MISSING, "its journal is not in JOURNAL_DIR"),
        (replace(OURS, last=0), HoldCause.JOURNAL_MISSING, "its journal is not in JOURNAL_DIR"),
        (replace(OURS, last=4, place="there"), HoldCause.MOVED, "not where they last sent mail"),
    ],
    ids=["behind", "older than its sender", "another journal", "emptied", "moved"],
)
def test_a_database_that_does_not_agree_with_its_journal_is_held(house, journal, cause, words):
    house.post()
    check(house)
    fence(house, count=4)

    sentence = check(house, journal)

    assert words in sentence
    assert "`undersigned outbox resume`" in sentence
    assert held(house) == sentence
    with reading(house.engine) as session:
        assert sending.sending_state(session).cause is cause
    assert check(house, journal) == sentence


def test_what_was_in_submission_is_left_in_doubt_and_not_sent_once_more(house):
    check(house)
    fence(house, count=4)
    house.post(kind=CONFIRM)
    submitting(house)

    check(house, replace(OURS, last=9))

    assert house.state() is MessageState.UNCERTAIN
    house.wait(timedelta(hours=1))
    assert (house.free(), house.state()) == (0, MessageState.UNCERTAIN)


def test_where_nothing_is_wrong_what_is_in_submission_is_left_alone(house):
    check(house)
    house.post()
    submitting(house)
    hold(house)

    check(house)
    go_on(house)

    assert house.state() is MessageState.SUBMITTING


def submitting(house):
    with pytest.raises(Killed):
        house.send(by=Interrupted(house.postbox, after=kill))


# Going on


def restored(house, *, last=9):
    """Give the journal of a sender whose database was restored: it has fenced up to 4, and goes on to `last`."""
    check(house)
    fence(house, count=4)
    for recipient in ("anna", "bela", "cleo", "dora"):
        house.post(recipient)
    journal = replace(OURS, last=last)
    assert check(house, journal) is not None
    return journal


def test_what_has_gone_does_not_go_twice_and_the_rest_goes(house):
    journal = restored(house)

    done = go_on(house, journal, "anna", "cleo", "nobody here")

    assert (done.gone, done.left_in_doubt, done.settled, done.unknown) == (3, 2, 0, 1)
    assert (done.will_go, done.goes_on) == (2, True)
    assert held(house) is None
    assert house.send() == 2
    house.wait(timedelta(hours=1))
    assert house.send() == 0
    assert [house.state(who) for who in ("anna", "bela", "cleo", "dora")] == [
        MessageState.UNCERTAIN,
        MessageState.ACCEPTED,
        MessageState.UNCERTAIN,
        MessageState.ACCEPTED,
    ]
    assert reasons(house, "anna")[-1].startswith(
        "the journal says that it was handed over on 2026-11-24 at 12:00"
    )
    assert fence(house, journal) == 10


def test_a_row_left_in_doubt_can_be_found_at_its_relay(house):
    journal = restored(house)

    go_on(house, journal, "anna")

    row = house.row("anna")
    assert row.message_id == name_of(house, "anna")
    assert row.submitted_at == row.dated_at == house.time.replace(microsecond=row.dated_at.microsecond)


def test_a_held_and_a_second_copy_that_have_gone_do_not_go_either(house):
    journal = restored(house)
    with transaction(house.engine) as session:
        for recipient in ("anna", "bela"):
            row = session.exec(select(Message).where(Message.recipient_ref == recipient)).one()
            if recipient == "anna":
                sending.move_message(session, row, MessageState.HELD, reason="a test", now=house.time)
            else:
                row.possible_duplicate = True
                session.add(row)

    done = go_on(house, journal, "anna", "bela")

    assert done.left_in_doubt == 2
    assert {house.state("anna"), house.state("bela")} == {MessageState.UNCERTAIN}


def test_a_domain_that_has_changed_since_does_not_hide_what_has_gone(house):
    journal = restored(house)
    name = name_of(house, "anna").replace("rivers.example", "old.example")
    entry = Entry(fence_no=9, at=house.time, message_id=name)

    with transaction(house.engine) as session:
        done = resume(
            session, journal, lambda _: [entry], site_key=SITE_KEY, without_journal=False, now=house.time
        )

    assert done.left_in_doubt == 1


def test_a_mail_the_database_knew_to_be_fenced_is_not_touched(house):
    """Its number is not beyond the database's: the relay deferred it before the backup, and it waits rightly."""
    journal = restored(house, last=5)

    done = go_on(house, journal, "anna", "bela")

    assert done.gone == 1
    assert (house.state("anna"), house.state("bela")) == (MessageState.UNCERTAIN, MessageState.QUEUED)


def test_resuming_without_a_start_before_reconciles_as_well(house):
    check(house)
    fence(house, count=4)
    house.post()

    done = go_on(house, replace(OURS, last=9), "anna")

    assert (done.left_in_doubt, done.goes_on) == (1, True)
    assert check(house, replace(OURS, last=9)) is None


@pytest.mark.parametrize(
    "journal",
    [replace(OURS, journal_id="b" * 32), replace(OURS, last=4, place="there"), None],
    ids=["missing", "moved", "no folder"],
)
def test_without_a_journal_it_goes_on_only_when_told_so(house, journal):
    house.post()
    check(house)
    fence(house, count=4)
    check(house, journal or replace(OURS, journal_id="c" * 32))

    refused = go_on(house, journal)
    assert refused.obstacle
    assert "--without-journal" in refused.obstacle
    assert not refused.goes_on
    assert held(house) is not None

    assert go_on(house, journal, without_journal=True).goes_on
    assert held(house) is None
    if journal is not None:
        assert check(house, journal) is None
        fence(house, journal)


def test_a_pause_does_not_open_a_way_around_the_journal(house):
    house.post()
    check(house)
    fence(house, count=4)
    stranger = replace(OURS, journal_id="b" * 32)
    hold(house)

    assert go_on(house, stranger).goes_on

    assert "its journal is not in JOURNAL_DIR" in check(house, stranger)


def test_holding_what_the_service_holds_does_not_make_it_easier_to_lift(house):
    journal = restored(house)

    assert "restored from a backup" in hold(house)

    assert go_on(house, journal, "anna").left_in_doubt == 1


def test_every_sender_of_before_must_be_compared(house):
    other = replace(OURS, journal_id="b" * 32)
    check(house, other)
    check(house)
    fence(house, other, count=2)
    journal = restored(house)
    house.wait(timedelta(minutes=1))

    here = go_on(house, journal, "anna")
    assert (here.goes_on, here.other_senders, here.left_in_doubt) == (False, 1, 1)
    assert held(house) is not None

    house.wait(timedelta(minutes=1))
    there = go_on(house, replace(other, last=3), "bela")
    assert (there.goes_on, there.left_in_doubt) == (True, 1)
    assert house.send() == 2


def test_a_sender_that_is_gone_for_good_is_given_up_once(house):
    other = replace(OURS, journal_id="b" * 32)
    check(house, other)
    check(house)
    fence(house, other)
    journal = restored(house)
    house.wait(timedelta(minutes=1))

    assert go_on(house, journal, without_journal=True).goes_on

    with pytest.raises(JournalAhead):
        fence(house, other)
    check(house, replace(journal, last=20))
    assert go_on(house, replace(journal, last=20)).goes_on


def test_reconciling_many_rows_is_quick(house):
    check(house)
    fence(house)
    with transaction(house.engine) as session:
        session.add_all(
            Message(
                kind=MessageKind.CONFIRM,
                recipient_ref=f"r{number}",
                occurrence="1",
                dedupe_key=f"r{number}",
                priority=0,
                due_at=house.time,
                expires_at=house.time + timedelta(days=1),
                created_at=house.time,
            )
            for number in range(1500)
        )
    entries = [
        Entry(fence_no=9, at=house.time, message_id=make_message_id(SITE_KEY, f"r{number}", "rivers.example"))
        for number in range(1000)
    ]

    with transaction(house.engine) as session:
        done = resume(
            session,
            replace(OURS, last=9),
            lambda _: entries,
            site_key=SITE_KEY,
            without_journal=False,
            now=house.time,
        )

    assert (done.left_in_doubt, done.will_go) == (1000, 500)
