"""Where several senders of one machine keep their journals, on each database: a place for each, and one check for all."""

import contextlib

import pytest

from service.mail.journal import entries_beyond, look_at
from service.mail.journal_places import journal_folders, look_at_others, open_free
from service.mail.restored import resume, sum_up
from service.mail.sending import check_journal, is_stranger, sending_state
from service.model.sending import HoldCause, JournalMark
from service.model.states import MessageState
from service.store.transaction import reading, transaction
from tests.doubles.house import DELIVERY, House

SITE_KEY = b"k" * 32


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "journal"


class Sender(contextlib.AbstractContextManager):
    """A sending process among others: the first free place, and what the check at its start says."""

    def __init__(self, engine, folder, *, joins=False):
        self.house = House(engine)
        self.journal, self.place = open_free(folder)
        self.house.journal = self.journal
        beside = look_at_others(folder, self.place)
        with transaction(engine) as session:
            self.is_stranger = is_stranger(session, self.journal.standing, beside)
            self.held = check_journal(
                session, self.journal.standing, now=self.house.time, beside=beside, joins=joins
            )

    def __exit__(self, *_):
        self.journal.close()

    def sends(self, *people):
        for person in people:
            self.house.post(person, kind=DELIVERY)
        return self.house.send(owner=self.place.name)


def forget(engine, journal, *, last):
    """Put the database back to where it was before its last fences."""
    with transaction(engine) as session:
        mark = session.get(JournalMark, journal.journal_id)
        mark.fence_no = last
        session.add(mark)


def test_each_process_has_a_place_and_takes_that_of_one_that_is_gone(engine, folder):
    with Sender(engine, folder) as first:
        with Sender(engine, folder) as second:
            assert [first.place, second.place] == [folder, folder / "sender-2"]
            assert first.journal.journal_id != second.journal.journal_id
        with Sender(engine, folder) as third:
            assert (third.place, third.journal.journal_id) == (second.place, second.journal.journal_id)
    assert journal_folders(folder) == [folder, folder / "sender-2"]


def test_a_process_that_begins_beside_one_that_has_sent_is_known_and_sends(engine, folder):
    with Sender(engine, folder) as first:
        assert first.sends("anna", "bela") == 2
        with Sender(engine, folder) as second:
            assert (second.is_stranger, second.held) == (False, None)
            assert second.sends("cleo") == 1
            assert first.sends("dora") == 1
            lasts = {look_at(place).last for place in journal_folders(folder)}
    assert lasts == {3, 1}


def test_a_new_machine_is_a_stranger_until_a_person_lets_it_join(engine, folder, tmp_path):
    with Sender(engine, folder) as first:
        first.sends("anna")
    with Sender(engine, tmp_path / "elsewhere") as far:
        assert far.is_stranger
        assert "its journal is not in" in far.held
    with transaction(engine) as session:
        resume(session, None, lambda _: (), site_key=SITE_KEY, without_journal=True, now=first.house.time)
    with Sender(engine, tmp_path / "far away", joins=True) as joined:
        assert joined.held is None
        assert joined.sends("bela") == 1
    with Sender(engine, tmp_path / "far away") as again:
        assert (again.is_stranger, again.held) == (False, None)


def test_one_that_knows_more_than_the_database_stops_all_and_is_compared_with_all(engine, folder):
    with Sender(engine, folder) as first, Sender(engine, folder) as second:
        first.sends("anna")
        second.sends("bela", "cleo")
        name = second.house.row("cleo").message_id
    forget(engine, second.journal, last=1)
    with transaction(engine) as session:
        row = second.house.row("cleo")
        row.state, row.message_id = MessageState.QUEUED, None
        session.merge(row)

    # The first alone is at work again, and looks at the journal that the second has left.
    with Sender(engine, folder) as alone:
        assert "run `undersigned outbox resume`" in alone.held
        assert alone.house.send() == 0
    with transaction(engine) as session:
        done = sum_up(
            [
                resume(
                    session,
                    look_at(place),
                    lambda number, place=place: entries_beyond(place, number),
                    site_key=SITE_KEY,
                    without_journal=False,
                    now=alone.house.time,
                )
                for place in journal_folders(folder)
            ]
        )

    assert (done.goes_on, done.gone, done.left_in_doubt) == (True, 1, 1)
    assert (alone.house.state("cleo"), alone.house.row("cleo").message_id) == (MessageState.UNCERTAIN, name)
    with reading(engine) as session:
        assert sending_state(session).reason is None


def test_a_copy_of_all_journals_is_told_from_the_original(engine, folder):
    with Sender(engine, folder) as first, Sender(engine, folder) as second:
        first.sends("anna")
        second.sends("bela")
    with transaction(engine) as session:
        mark = session.get(JournalMark, second.journal.journal_id)
        mark.place = "another disk"
        session.add(mark)

    with Sender(engine, folder) as copied:
        assert "may be a copy" in copied.held
    with reading(engine) as session:
        assert sending_state(session).cause is HoldCause.MOVED
