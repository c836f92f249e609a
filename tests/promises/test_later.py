"""Who joins after a letter was sent stands on its page by an addendum, as they chose, and leaves it like anybody else."""

import re

import pytest
from sqlalchemy import event, update

from service.delivery.release import stop
from service.letter.document import plain_blocks
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.states import DeliveryState
from service.signing.manage import withdraw
from service.signing.proof import own_proof
from service.store.transaction import reading, transaction
from service.web.feed import feed_of
from service.web.kept import KeptLetters
from tests.coalition import SLUG
from tests.promises.test_page_stamp import NEVER_CHANGES, WATCHED
from tests.promises.test_supplements import (
    ADDENDUM,
    CORRECTION,
    accept,
    attest,
    carry,
    leave_and_ask,
    link_of,
    propose,
    send,
    sent,
)

__all__ = ["sent"]


@pytest.fixture
def published(sent):
    return sent.publish()


@pytest.fixture
def letters(published):
    return KeptLetters(published.engine, published.keyring)


def view(letters, coalition):
    return letters.view(letters.look(slug=SLUG, key=coalition.key(), now=coalition.now))


def names(shown):
    return [entry.entry.line[0].text for addendum in shown.addenda for entry in addendum.names]


def join(coalition, name, **given):
    """Sign while the grace lasts, after the letter was sent, and be let in by the secretariat."""
    attest(coalition, name, **given)
    return send(coalition, ADDENDUM)


def test_the_page_names_who_joined_with_the_day_and_that_the_office_has_it(published, letters):
    before = view(letters, published)
    attest(published, "Quiet Quay", "counted")
    attest(published, "Shy Shore", "recipient")
    join(published, "New Estuary")

    shown = view(letters, published)

    assert before.addenda == ()
    assert shown.joined_since == 3
    assert names(shown) == ["New Estuary"]
    (addendum,) = shown.addenda
    assert addendum.is_sent
    assert addendum.name == "Addendum 1"
    assert addendum.day == published.now.date()
    assert "2 signatories whose names are withheld" in addendum.document.withheld
    # The letter says of itself what was sent, whoever came later.
    assert shown.counts == before.counts
    assert letters.counts(letters.look(slug=SLUG, key="", now=published.now)) == before.counts
    assert "New Estuary" not in shown.letter_html


def test_an_addendum_in_which_nobody_is_named_publicly_is_nowhere(published, letters):
    join(published, "Shy Shore", visibility="recipient")

    shown = view(letters, published)

    assert shown.addenda == ()
    assert shown.joined_since == 0


@pytest.mark.parametrize("names_shown", ["after_publication", "live"])
def test_before_it_is_published_nobody_learns_that_anything_followed(sent, names_shown):
    join(sent, "New Estuary")
    with transaction(sent.engine) as session:
        session.execute(update(Campaign).values(names_shown=names_shown))

    assert view(KeptLetters(sent.engine, sent.keyring), sent).addenda == ()


def test_what_was_only_proposed_or_stopped_is_not_shown(published, letters):
    attest(published, "New Estuary")
    propose(published, ADDENDUM)
    assert view(letters, published).addenda == ()
    published.approve_all().release()
    (waiting,) = view(letters, published).addenda
    assert not waiting.is_sent

    with transaction(published.engine) as session:
        stop(session, SLUG, by="test", now=published.now)

    assert view(letters, published).addenda == ()


def test_that_an_office_has_it_is_seen_at_once(published, letters):
    attest(published, "New Estuary")
    propose(published, ADDENDUM)
    published.approve_all().release()
    assert [one.is_sent for one in view(letters, published).addenda] == [False]

    carry(published)
    assert [one.is_sent for one in view(letters, published).addenda] == [True]

    with transaction(published.engine) as session:
        session.execute(update(Delivery).values(state=DeliveryState.FAILED))
    assert [one.is_sent for one in view(letters, published).addenda] == [False]


def test_who_withdraws_after_an_addendum_leaves_the_page_and_later_copies_quietly(published, letters):
    published.confirm(published.newest_token("confirm"))
    attest(published, "New Estuary")
    accept(published, "Late Lagoon")
    send(published, ADDENDUM)
    assert names(view(letters, published)) == ["Late Lagoon", "New Estuary"]
    mails = len(published.mails())

    leave(published)
    published.deliver_mail()

    shown = view(letters, published)
    assert names(shown) == ["New Estuary"]
    assert shown.joined_since == 1
    assert [mail.to for mail in published.mails()[mails:]] == []
    join(published, "Newer Estuary")
    assert "now signed by 4 organizations" in " ".join(published.mails()[-1].text.split())


def leave(coalition):
    with transaction(coalition.engine) as session:
        withdraw(session, coalition.keyring, token=link_of(coalition, "Late Lagoon"), now=coalition.now)


def test_the_last_name_that_leaves_takes_the_addendum_with_it(published, letters):
    published.confirm(published.newest_token("confirm"))
    attest(published, "Quiet Quay", "counted")
    accept(published, "Late Lagoon")
    send(published, ADDENDUM)
    assert view(letters, published).joined_since == 2

    leave(published)

    assert view(letters, published).addenda == ()
    assert feed(letters, published).events[0].title == "The letter was published"


def feed(letters, coalition):
    return feed_of(view(letters, coalition), address="https://letters.example/letters/x")


def test_the_feed_tells_of_each_addendum_and_names_nobody(published, letters):
    join(published.wait(hours=1), "New Estuary")
    join(published.wait(hours=1), "Newer Estuary")

    told = feed(letters, published)

    assert [(event.title, event.summary) for event in told.events[:2]] == [
        ("1 more has signed since the letter was sent", "Addendum 2"),
        ("1 more has signed since the letter was sent", "Addendum 1"),
    ]
    assert told.updated == told.events[0].at_text
    assert len({event.tag for event in told.events}) == len(told.events)
    assert "Estuary" not in repr(told)


def test_a_correction_is_nowhere_on_the_page(published, letters):
    before = view(letters, published)
    leave_and_ask(published, "Lake Alliance")
    send(published, CORRECTION)

    shown = view(letters, published)

    assert shown.addenda == ()
    assert shown.happened == before.happened
    assert "Lake Alliance" not in shown.letter_html


def test_a_page_with_an_addendum_reads_nothing_that_could_change_unnoticed(published):
    join(published, "New Estuary")
    read: set[str] = set()

    def note(_connection, _cursor, statement, *_):
        read.update(re.findall(r"(?:FROM|JOIN) \"?([a-z_]+)", statement))

    event.listen(published.engine, "before_cursor_execute", note)
    assert view(KeptLetters(published.engine, published.keyring), published).addenda

    # The offices of a frozen text never change.
    assert read - NEVER_CHANGES <= WATCHED | {"recipient"}


def test_what_is_kept_is_given_again_without_opening_anything(published, letters):
    join(published, "New Estuary")
    first = view(letters, published)

    assert view(letters, published) is first


def test_who_joined_later_sees_the_addendum_with_its_own_line(published):
    published.confirm(published.newest_token("confirm"))
    attest(published, "New Estuary")
    accept(published, "Late Lagoon")
    send(published, ADDENDUM)

    with reading(published.engine) as session:
        proof = own_proof(
            session, published.keyring, token=link_of(published, "Late Lagoon"), now=published.now
        )

    assert proof.has_line
    assert proof.document.title == "Addendum 1: Keep the river open"
    assert proof.own_line.line[0].text == "Late Lagoon"
    assert "now signed by 4 organizations" in plain_blocks(proof.document.body)
