"""An outsider cannot tell a private letter from one that never was; after publication everyone sees the public copy."""

import json

import pytest
from werkzeug.test import TestResponse

from service.delivery.follow import follow_deliveries
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.stories.visitor import ORGANIZATION, Visitor, letter_page, same, words_of

PAGES = ("", "/sign", "/sign?kind=person", "/count.json")
NEVER = ("never-was", "x", "a" * 61, "Clean-River", "clean%20river", "%00", "..", "%F0%9F%92%A5", "a" * 2000)
TOKEN_PAGES = ("confirm", "unsubscribe", "approve", "not-me")


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    """Give a coalition with a private letter, one public name and one that only the addressee may see."""
    opened = coalition.open(letter_file(more='admit = "everyone"'))
    return opened.sign_and_confirm("Lake Alliance").sign_and_confirm("Hidden Spring", visibility="recipient")


@pytest.fixture
def nothing(coalition: Coalition, visitor: Visitor) -> TestResponse:
    """Give the answer for a letter that never was."""
    return visitor.open("/letters/never-was")


@pytest.mark.parametrize("page", PAGES)
def test_a_private_letter_answers_as_one_that_never_was(
    page: str, nothing: TestResponse, visitor: Visitor, coalition: Coalition
) -> None:
    separator = "&" if "?" in page else "?"
    wrong = f"{separator}k={coalition.key()[:-1]}_"

    for path in (f"/letters/{SLUG}{page}", f"/letters/{SLUG}{page}{wrong}"):
        answer = visitor.open(path)
        assert answer.status_code == 404
        assert same(answer, nothing)
        assert SLUG not in answer.text
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("slug", NEVER)
def test_whatever_is_asked_for_answers_the_same(slug: str, nothing: TestResponse, visitor: Visitor) -> None:
    for page in PAGES:
        assert same(visitor.open(f"/letters/{slug}{page}"), nothing)


def test_a_form_for_a_private_letter_answers_the_same(nothing: TestResponse, visitor: Visitor) -> None:
    for slug in (SLUG, "never-was", "%00"):
        assert same(visitor.post(f"/letters/{slug}/sign", ORGANIZATION), nothing)


def test_a_draft_answers_the_same_even_with_its_key(
    coalition: Coalition, nothing: TestResponse, visitor: Visitor
) -> None:
    other = letter_file().replace(SLUG.encode(), b"second-letter")
    coalition.load(other)

    assert same(visitor.open("/letters/second-letter"), nothing)


@pytest.mark.parametrize("purpose", TOKEN_PAGES)
def test_a_link_that_opens_nothing_says_so_the_same_way(
    purpose: str, coalition: Coalition, visitor: Visitor
) -> None:
    expected = visitor.open("/confirm/nothing")
    assert expected.status_code == 404
    assert "does not open anything" in words_of(expected)

    # A link of another purpose opens nothing either.
    other = coalition.newest_token("manage" if purpose == "confirm" else "confirm")
    for token in ("x", "A" * 43, "%00", "a" * 3000, other):
        assert same(visitor.open(f"/{purpose}/{token}"), expected)
        assert same(visitor.post(f"/{purpose}/{token}", {}), expected)


def test_the_holder_of_the_address_sees_the_letter_and_no_names(
    coalition: Coalition, visitor: Visitor
) -> None:
    page = visitor.open(letter_page(coalition))

    assert page.status_code == 200
    assert "Keep the river open" in words_of(page)
    assert "Lake Alliance" not in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_after_publication_everyone_sees_the_count_and_the_public_names_only(
    coalition: Coalition, visitor: Visitor
) -> None:
    coalition.close()
    coalition.propose()
    coalition.approve_all().release()
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)
    coalition.publish()

    page = visitor.open(f"/letters/{SLUG}")
    count = visitor.open(f"/letters/{SLUG}/count.json")

    assert page.status_code == 200
    assert "2 organizations" in words_of(page)
    assert "Lake Alliance" in page.text
    assert "Hidden Spring" not in page.text
    assert json.loads(count.text)["signatories"] == 2
    assert page.headers["Cache-Control"] != "no-store"
    assert not same(visitor.open("/letters/never-was"), page)


def test_the_front_page_lists_nothing_private(coalition: Coalition, visitor: Visitor) -> None:
    page = visitor.open("/")

    assert page.status_code == 200
    assert SLUG not in page.text
    assert "Keep the river open" not in page.text
