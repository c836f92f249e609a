"""What follows from a press is done once for each confirmation, whatever else was noted or happened in between."""

from datetime import timedelta

import pytest
from sqlmodel import select

from service.campaigns.halt import begin_emergency
from service.model.follow_up import FollowUp
from service.model.message import Message, MessageKind
from service.model.signature import Kind
from service.model.states import SignatureState
from service.signing.confirm import look_at_confirmation
from service.signing.pressing import press
from service.signing.queries import all_signatures
from service.store.direct import Direct
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.doubles.house import in_parallel


@pytest.fixture
def coalition(engine, root, noon):
    coalition = Coalition(engine, root, noon).open(letter_file(more='admit = "everyone"'))
    return coalition.sign("Ada Example", kind=Kind.PERSON, email="ada@lakes.example").deliver_mail()


@pytest.fixture
def line(coalition):
    return Direct(coalition.engine)


def pressed(coalition, line, *, opened=None):
    """Press the newest link's button; the page was opened a minute ago."""
    ago = coalition.now - timedelta(minutes=1)
    token = coalition.newest_token("confirm")
    return press(line, coalition.keyring, token=token, opened=opened or (lambda _: ago), now=coalition.now)


def note(coalition, *, at):
    """Leave what a press that failed leaves, or one that came too late."""
    row = only(coalition)
    with transaction(coalition.engine) as session:
        session.add(FollowUp(signature_id=row.id, opened_at=at))


def only(coalition):
    with reading(coalition.engine) as session:
        (row,) = all_signatures(session, coalition.campaign())
    return row


def thanks(coalition):
    with reading(coalition.engine) as session:
        return len(session.exec(select(Message).where(Message.kind == MessageKind.THANKS)).all())


def noted(coalition):
    with reading(coalition.engine) as session:
        return len(session.exec(select(FollowUp)).all())


def test_it_counts_at_once_and_the_rest_follows(coalition, line):
    assert pressed(coalition, line)
    assert (coalition.counts().signatories, thanks(coalition), noted(coalition)) == (1, 0, 1)

    coalition.follow_up()

    assert (thanks(coalition), noted(coalition)) == (1, 0)
    assert coalition.deliver_mail().tokens("manage")


def test_fifty_at_one_moment_are_one(coalition, line):
    done = []

    in_parallel(50, lambda _: done.append(pressed(coalition, line)))
    coalition.follow_up()

    assert (done.count(True), coalition.counts().signatories, thanks(coalition)) == (1, 1, 1)


def test_what_a_failed_press_has_noted_keeps_nothing_from_following(coalition, line):
    note(coalition, at=coalition.now - timedelta(seconds=5))

    assert pressed(coalition, line)
    coalition.follow_up()

    assert (coalition.counts().signatories, thanks(coalition), noted(coalition)) == (1, 1, 0)


def test_what_was_noted_of_nothing_does_nothing(coalition):
    note(coalition, at=coalition.now)

    coalition.follow_up()

    assert (coalition.counts().signatories, thanks(coalition), noted(coalition)) == (0, 0, 0)


def test_what_was_followed_already_is_not_followed_again(coalition, line):
    pressed(coalition, line)
    coalition.follow_up().deliver_mail()
    note(coalition, at=coalition.now)
    coalition.wait(minutes=5).follow_up()

    assert (thanks(coalition), noted(coalition)) == (1, 0)


def test_what_changed_since_it_was_looked_at_is_not_confirmed(coalition, line):
    token = coalition.newest_token("confirm")
    with reading(coalition.engine) as session:
        view = look_at_confirmation(session, coalition.keyring, token=token, now=coalition.now)

    def opened(seen):
        # Somebody fills the form in anew in this very moment.
        coalition.sign("Ada Example", kind=Kind.PERSON, email="ada@lakes.example", position="Agent")
        return coalition.now if seen == view.seen else None

    assert not pressed(coalition, line, opened=opened)
    assert only(coalition).state is SignatureState.PENDING
    assert coalition.follow_up().counts().signatories == 0


@pytest.mark.parametrize("name", ["organization", "expired link", "closed for good"])
def test_what_is_not_plain_is_left_to_the_long_way(coalition, line, name):
    if name == "organization":
        coalition.sign("Lake Alliance").deliver_mail()
    if name == "expired link":
        coalition.wait(days=60)
    if name == "closed for good":
        coalition.close().wait(days=30)

    assert not pressed(coalition, line)
    assert coalition.counts().signatories == 0


def test_while_the_letter_is_hidden_no_page_that_is_still_open_confirms(coalition, line):
    with transaction(coalition.engine) as session:
        begin_emergency(session, SLUG, by="ada", now=coalition.now)

    assert not pressed(coalition, line)
    assert only(coalition).state is SignatureState.PENDING
