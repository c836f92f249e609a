"""What the sender promises with its journal, on each database: told before the dot, paused at once, stopped after a restore."""

import contextlib
from datetime import timedelta

import pytest
from sqlmodel import select

from service.mail import sending
from service.mail.journal import Journal, entries_beyond
from service.mail.sending import check_journal
from service.model.sending import HoldCause, JournalMark
from service.model.states import MessageState
from service.store.transaction import reading, transaction
from tests.doubles.house import DELIVERY, House, Interrupted, Killed, kill


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "journal"


class FullDisk:
    """A disk that takes nothing while it is full."""

    def __init__(self):
        self.is_full = False

    def sync(self, _):
        if self.is_full:
            raise OSError(28, "No space left on device")


@pytest.fixture
def disk():
    return FullDisk()


@pytest.fixture
def house(engine, folder, disk):
    with contextlib.closing(Journal(folder, sync=disk.sync)) as journal:
        house = House(engine, journal=journal)
        start(house)
        yield house


def start(house):
    with transaction(house.engine) as session:
        return check_journal(session, house.journal.standing, now=house.time)


def hold(house):
    with transaction(house.engine) as session:
        sending.hold(session, by="cli:ada", reason="", now=house.time)


def names(folder):
    return [entry.message_id for entry in entries_beyond(folder, 0)]


def test_the_journal_knows_a_mail_before_its_bytes_leave(house, folder):
    house.post()
    known = []

    house.send(by=Interrupted(house.postbox, after=lambda: known.extend(names(folder))))

    assert known == [house.row().message_id]


def test_a_mail_that_was_never_fenced_is_not_in_the_journal(house, folder):
    house.post()
    with pytest.raises(Killed):
        house.send(by=Interrupted(house.postbox, before=kill))

    assert names(folder) == []


def test_database_and_journal_count_alike(house):
    for number in range(5):
        house.post(f"person {number}")
    house.send()

    with reading(house.engine) as session:
        assert session.exec(select(JournalMark)).one().fence_no == house.journal.last == 5
    assert start(house) is None


def test_where_the_journal_cannot_be_written_nothing_is_sent_and_later_each_mail_once(house, disk):
    house.post(kind=DELIVERY)
    house.post("bela", kind=DELIVERY)
    disk.is_full = True

    assert (house.send(), house.send()) == (0, 0)

    assert (house.postbox.kept, house.counts()) == ([], {MessageState.QUEUED: 2})
    disk.is_full = False
    house.wait(timedelta(minutes=1))
    assert house.send() == 2
    assert house.counts() == {MessageState.ACCEPTED: 2}
    assert len(house.postbox.kept) == 2


def test_a_pause_takes_effect_at_the_next_mail(house):
    for number in range(5):
        house.post(f"person {number}")
    sent = []

    def pause_at_the_third():
        sent.append(1)
        if len(sent) == 3:
            hold(house)

    house.send(by=Interrupted(house.postbox, before=pause_at_the_third))

    assert len(house.postbox.kept) == 2
    assert house.counts() == {MessageState.ACCEPTED: 2, MessageState.QUEUED: 3}
    assert house.send() == 0
    with transaction(house.engine) as session:
        sending.release(session)
    assert house.send() == 3


def test_what_is_past_its_fence_when_a_pause_comes_ends_well(house):
    house.post(kind=DELIVERY)

    house.send(by=Interrupted(house.postbox, after=lambda: hold(house)))

    assert house.state() is MessageState.ACCEPTED


def test_while_all_is_held_no_mail_is_tried_nor_loses_a_try(house):
    house.post()
    hold(house)

    for _ in range(3):
        house.wait(timedelta(minutes=10))
        assert house.send() == 0

    assert (house.postbox.tries, house.row().attempt) == (0, 0)


def test_a_database_restored_beneath_a_running_sender_sends_nothing_more(house):
    house.post()
    house.post("bela")
    house.send()
    house.post("cleo")
    with transaction(house.engine) as session:
        mark = session.exec(select(JournalMark)).one()
        mark.fence_no = 1
        session.add(mark)

    assert house.send() == 0

    assert (house.state("cleo"), len(house.postbox.kept)) == (MessageState.QUEUED, 2)
    with reading(house.engine) as session:
        assert sending.sending_state(session).cause is HoldCause.JOURNAL_AHEAD
