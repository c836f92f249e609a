"""What is counted of a mailbox in a day, on each database: every mail once, whichever letter it is of."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import col

from service.mail.brakes.mailbox_days import (
    count_mailboxes,
    forget_mailbox_days,
    renew_share,
    uncount_mailboxes,
)
from service.mail.brakes.share import Share
from service.model.mailbox_day import MailboxDay
from service.store.transaction import reading, transaction
from tests.coalition import Coalition
from tests.doubles.house import in_parallel

KEY = b"k" * 32
ANN, BEN = "ann@lakes.example", "Ben@lakes.example"


class Days:
    """The counts of one database, at a time that the test moves."""

    def __init__(self, engine: Engine, now) -> None:
        self.engine, self.now = engine, now

    def count(self, *mails: tuple[str, Share]) -> list[int]:
        with transaction(self.engine) as session:
            return count_mailboxes(session, mails, now=self.now, site_key=KEY)

    def uncount(self, *mails: tuple[str, Share]) -> None:
        with transaction(self.engine) as session:
            uncount_mailboxes(session, mails, now=self.now, site_key=KEY)

    def rows(self) -> int:
        with reading(self.engine) as session:
            return session.execute(select(func.count()).select_from(MailboxDay)).scalar_one()


@pytest.fixture
def days(engine, noon) -> Days:
    return Days(engine, noon)


def test_each_mail_has_its_place_within_and_beyond_the_batch(days: Days) -> None:
    typed, written = (ANN, Share.TYPED), (ANN, Share.WRITTEN)

    assert days.count(typed, (BEN, Share.TYPED), typed, written, typed) == [1, 1, 2, 1, 3]
    assert days.count(written, typed, (BEN.lower(), Share.TYPED)) == [2, 4, 2]


def test_what_is_free_is_not_counted(days: Days) -> None:
    assert days.count((ANN, Share.FREE), (ANN, Share.FREE)) == [0, 0]
    assert days.count() == []
    assert days.rows() == 0


def test_what_was_not_tried_is_taken_back(days: Days) -> None:
    days.count(*[(ANN, Share.TYPED)] * 5, (BEN, Share.WRITTEN))

    days.uncount(*[(ANN, Share.TYPED)] * 2, (BEN, Share.WRITTEN), (ANN, Share.FREE))

    assert days.count((ANN, Share.TYPED), (BEN, Share.WRITTEN)) == [4, 1]


def test_the_next_day_begins_at_one_and_the_earlier_is_forgotten(days: Days) -> None:
    days.count((ANN, Share.TYPED), (BEN, Share.TYPED))
    days.now += timedelta(hours=12)

    assert days.count((ANN, Share.TYPED)) == [1]
    with transaction(days.engine) as session:
        assert forget_mailbox_days(session, now=days.now) == 2
    assert days.rows() == 1
    assert days.count((ANN, Share.TYPED)) == [2]


def test_who_confirms_gets_the_share_of_what_is_typed_anew(days: Days) -> None:
    days.count(*[(ANN, Share.TYPED)] * 9, (ANN, Share.WRITTEN), (BEN, Share.TYPED))

    with transaction(days.engine) as session:
        renew_share(session, "ann+office@lakes.example", now=days.now, site_key=KEY)

    assert days.count((ANN, Share.TYPED), (ANN, Share.WRITTEN), (BEN, Share.TYPED)) == [1, 2, 2]


def test_the_button_of_a_confirmation_renews_the_share(engine, root, noon) -> None:
    coalition = Coalition(engine, root, noon).open()
    coalition.sign("Lake Alliance", email=ANN).deliver_mail()
    with transaction(engine) as session:
        key = coalition.keyring.site_key
        count_mailboxes(session, [(ANN, Share.TYPED)] * 9, now=noon, site_key=key)

    coalition.confirm(coalition.newest_token("confirm"))

    with transaction(engine) as session:
        assert count_mailboxes(session, [(ANN, Share.TYPED)], now=noon, site_key=key) == [1]


def test_a_large_batch_is_counted_whole(days: Days) -> None:
    mails = [(f"m{number % 1500}@lakes.example", Share.WRITTEN) for number in range(3000)]

    assert days.count(*mails) == [1] * 1500 + [2] * 1500


def test_senders_at_the_same_time_give_each_place_once(days: Days) -> None:
    places: list[int] = []
    batch = [(f"m{number}@lakes.example", Share.TYPED) for number in range(20)]

    in_parallel(6, lambda _: places.extend(days.count(*batch)))

    assert sorted(places) == sorted([1, 2, 3, 4, 5, 6] * 20)


def test_no_address_is_kept(days: Days) -> None:
    days.count((ANN, Share.TYPED))

    with reading(days.engine) as session:
        mailbox = session.execute(select(col(MailboxDay.mailbox))).scalar_one()
    assert len(mailbox) == 16
    assert b"ann" not in bytes(mailbox)
