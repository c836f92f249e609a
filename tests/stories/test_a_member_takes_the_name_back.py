"""A member looks after its sign-on, takes it back, or stops the mail."""

import pytest

from service.signing.invite import import_signatories
from service.signing.roll_file import read_signatories
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.stories.visitor import Visitor, same, words_of


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    """Give a coalition with one sign-on that counts, whose owner was thanked by mail."""
    opened = coalition.open(letter_file(more='admit = "everyone"'))
    return opened.sign_and_confirm("Lake Alliance").deliver_mail()


def test_a_member_sees_what_it_signed(coalition: Coalition, visitor: Visitor) -> None:
    page = visitor.open(f"/manage/{coalition.newest_token('manage')}")

    assert "Lake Alliance" in words_of(page)
    assert "Version 1" in words_of(page)


def test_a_member_withdraws_and_counts_no_more(coalition: Coalition, visitor: Visitor) -> None:
    path = f"/manage/{coalition.newest_token('manage')}"

    answer = visitor.send(path, {}, answer="withdraw")

    assert answer.status_code == 200
    assert "Withdrawn" in words_of(answer)
    assert coalition.counts().signatories == 0
    assert same(visitor.open(path), answer)


def test_looking_withdraws_nothing_and_neither_does_a_form_without_its_mark(
    coalition: Coalition, visitor: Visitor
) -> None:
    path = f"/manage/{coalition.newest_token('manage')}"

    visitor.open(path)
    visitor.open(path, method="HEAD")
    answer = visitor.post(path, {})

    assert answer.status_code == 422
    assert coalition.counts().signatories == 1


@pytest.fixture
def stop(coalition: Coalition) -> str:
    """Give the path by which somebody invited stops the mail."""
    with transaction(coalition.engine) as session:
        rows = read_signatories(
            b"kind,name,email\norganization,Dale Union,office@dale.example\n", attested=False
        )
        import_signatories(session, coalition.keyring, SLUG, rows, attest="", by="test", now=coalition.now)
    coalition.deliver_mail()
    return f"/unsubscribe/{coalition.newest_token('unsubscribe')}"


def test_the_mail_stops_by_a_button(stop: str, visitor: Visitor) -> None:
    assert "Press the button" in words_of(visitor.open(stop))

    answer = visitor.send(stop, {})

    assert "No more of these messages" in words_of(answer)
    assert same(visitor.open(stop), answer)


def test_the_mail_stops_by_the_one_click_of_a_mail_program(stop: str, visitor: Visitor) -> None:
    headers = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}

    answer = visitor.post(stop, {"List-Unsubscribe": "One-Click"}, headers=headers)

    assert answer.status_code == 200
    assert "No more of these messages" in words_of(answer)


def test_looking_stops_no_mail(stop: str, visitor: Visitor) -> None:
    visitor.open(stop)
    visitor.open(stop, method="HEAD")
    visitor.post(stop, {})

    assert "Press the button" in words_of(visitor.open(stop))


def test_stopping_the_mail_leaves_a_sign_on_as_it_is(
    coalition: Coalition, stop: str, visitor: Visitor
) -> None:
    visitor.send(stop, {})

    assert coalition.counts().signatories == 1
