"""A member signs: by the form, by its invitation; confirms from the mail; nothing else ever counts."""

import pytest

from service.signing.invite import import_signatories
from service.signing.roll_file import read_signatories
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.stories.visitor import ORGANIZATION, PERSON, Door, Visitor, form_of, letter_page, same, words_of

EVERYONE = letter_file(more='admit = "everyone"')


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    """Give a coalition whose letter collects sign-ons and accepts each at once."""
    return coalition.open(EVERYONE)


def invite(coalition: Coalition, row: str) -> str:
    """Invite one signatory, deliver the mail, and give its invitation's path."""
    with transaction(coalition.engine) as session:
        rows = read_signatories(f"kind,name,email\n{row}\n".encode(), attested=False)
        import_signatories(session, coalition.keyring, SLUG, rows, attest="", by="test", now=coalition.now)
    coalition.deliver_mail()
    return f"/invitation/{coalition.newest_token('invitation')}"


def confirm_path(coalition: Coalition) -> str:
    coalition.deliver_mail()
    return f"/confirm/{coalition.newest_token('confirm')}"


@pytest.mark.parametrize(("kind", "entries"), [("organization", ORGANIZATION), ("person", PERSON)])
def test_a_sign_on_counts_once_it_is_confirmed(
    coalition: Coalition, door: Door, visitor: Visitor, kind: str, entries: dict[str, str]
) -> None:
    answer = visitor.send(letter_page(coalition, "/sign", kind=kind), entries)

    assert answer.status_code == 303
    assert answer.location.startswith("/waiting/")
    assert "Check your e-mail" in words_of(visitor.open(answer.location))
    assert door.rung
    assert coalition.counts().signatories == 0

    path = confirm_path(coalition)
    shown = visitor.open(path)
    assert entries["name"] in words_of(shown)
    confirmed = visitor.follow(visitor.send(path, {}))

    assert confirmed.status_code == 200
    assert "confirmed" in words_of(confirmed)
    assert coalition.counts().signatories == 1


def test_whoever_is_only_counted_needs_no_name(coalition: Coalition, visitor: Visitor) -> None:
    entries = {**PERSON, "name": "", "visibility": "counted"}

    assert visitor.send(letter_page(coalition, "/sign", kind="person"), entries).status_code == 303
    visitor.send(confirm_path(coalition), {})

    assert coalition.counts().individuals == 1


def test_looking_at_the_confirm_page_changes_nothing(coalition: Coalition, visitor: Visitor) -> None:
    visitor.send(letter_page(coalition, "/sign", kind="organization"), ORGANIZATION)
    path = confirm_path(coalition)

    for _ in range(50):
        assert visitor.open(path).status_code == 200
    visitor.open(path, method="HEAD")
    visitor.open(path, method="OPTIONS")

    assert coalition.counts().signatories == 0


def test_confirming_twice_shows_the_same_page_and_counts_once(coalition: Coalition, visitor: Visitor) -> None:
    visitor.send(letter_page(coalition, "/sign", kind="organization"), ORGANIZATION)
    path = confirm_path(coalition)
    form = dict(form_of(visitor.open(path)).filled({}))

    first, second = visitor.post(path, form), visitor.post(path, form)

    assert same(first, second)
    assert "The sign-on is confirmed" in words_of(visitor.follow(second))
    assert coalition.counts().signatories == 1


def test_a_form_without_its_mark_confirms_nothing_and_says_what_to_do(
    coalition: Coalition, visitor: Visitor
) -> None:
    visitor.send(letter_page(coalition, "/sign", kind="organization"), ORGANIZATION)
    path = confirm_path(coalition)

    answer = visitor.post(path, {})

    assert answer.status_code == 422
    assert "press the button again" in words_of(answer)
    assert coalition.counts().signatories == 0
    assert visitor.post(path, dict(form_of(answer).filled({}))).status_code == 303
    assert coalition.counts().signatories == 1


def test_signing_twice_looks_like_signing_once(coalition: Coalition, visitor: Visitor) -> None:
    path = letter_page(coalition, "/sign", kind="organization")
    form = form_of(visitor.open(path))
    first = visitor.post(form.action, dict(form.filled(ORGANIZATION)))
    visitor.send(confirm_path(coalition), {})

    again = visitor.post(form.action, dict(form.filled(ORGANIZATION)))
    another = visitor.post(form.action, dict(form.filled({**ORGANIZATION, "email": "other@lakes.example"})))

    assert same(first, again)
    assert same(first, another)
    assert coalition.counts().signatories == 1


def test_a_form_with_mistakes_comes_back_filled_in_with_all_of_them(
    coalition: Coalition, visitor: Visitor
) -> None:
    wrong = {**ORGANIZATION, "name": "", "email": "one@lakes.example, two@lakes.example", "acronym": "LA"}

    answer = visitor.send(letter_page(coalition, "/sign", kind="organization"), wrong)

    assert answer.status_code == 422
    assert "Enter the name of the organization." in words_of(answer)
    assert "Your e-mail address must be a single address" in words_of(answer)
    kept = dict(form_of(answer).filled({}))
    assert {name: kept[name] for name in wrong} == wrong
    assert answer.text.count("<h1>") == 1
    assert '<a href="#name">' in answer.text


def test_a_form_that_was_open_for_hours_is_not_lost(coalition: Coalition, visitor: Visitor) -> None:
    path = letter_page(coalition, "/sign", kind="organization")
    form = form_of(visitor.open(path))
    coalition.wait(hours=2)

    answer = visitor.post(form.action, dict(form.filled(ORGANIZATION)))

    assert answer.status_code == 422
    assert "open for more than an hour" in words_of(answer)
    again = form_of(answer)
    assert visitor.post(again.action, dict(again.filled({}))).status_code == 303


def test_a_letter_that_closes_while_one_writes_says_so_and_keeps_what_was_written(
    coalition: Coalition, visitor: Visitor
) -> None:
    form = form_of(visitor.open(letter_page(coalition, "/sign", kind="organization")))
    coalition.close()

    answer = visitor.post(form.action, dict(form.filled(ORGANIZATION)))

    assert answer.status_code == 422
    assert "The time for sign-ons to this letter is over." in words_of(answer)
    assert dict(form_of(answer).filled({}))["name"] == ORGANIZATION["name"]


def test_a_form_from_another_site_is_refused(coalition: Coalition, visitor: Visitor) -> None:
    form = form_of(visitor.open(letter_page(coalition, "/sign", kind="organization")))
    entries = dict(form.filled(ORGANIZATION))

    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert visitor.post(form.action, entries, headers=headers).status_code == 403

    own = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
    assert visitor.post(form.action, entries, headers=own).status_code == 303


def test_an_invited_organization_signs_and_confirms_from_the_address_on_record(
    coalition: Coalition, visitor: Visitor
) -> None:
    path = invite(coalition, "organization,Lake Alliance,office@lakes.example")
    page = visitor.open(path)
    assert "Lake Alliance" in words_of(page)
    assert "office@lakes.example" not in page.text
    assert "o…@lakes.example" in page.text

    entries = {
        name: ORGANIZATION[name] for name in ("representative_name", "representative_title", "authority")
    }
    answer = visitor.send(path, entries, answer="sign")

    assert answer.status_code == 303
    assert "o…@lakes.example" in words_of(visitor.open(answer.location))
    visitor.send(confirm_path(coalition), {})
    assert coalition.counts().organizations == 1


@pytest.mark.parametrize(
    ("answer", "values", "says"),
    [
        ("intend", {"decision_by": "2026-12-01"}, "knows when to expect your decision"),
        ("question", {"question": "May we sign as a network?"}, "Your question is on its way"),
        ("decline", {}, "The invitation is declined"),
    ],
)
def test_an_invitation_can_be_answered_in_other_ways(
    coalition: Coalition, visitor: Visitor, answer: str, values: dict[str, str], says: str
) -> None:
    path = invite(coalition, "organization,Lake Alliance,office@lakes.example")

    taken = visitor.send(path, values, answer=answer)

    assert taken.status_code == 303
    assert says in words_of(visitor.open(taken.location))
    assert coalition.counts().signatories == 0


def test_a_wrong_answer_to_an_invitation_comes_back_with_its_sentence(
    coalition: Coalition, visitor: Visitor
) -> None:
    path = invite(coalition, "organization,Lake Alliance,office@lakes.example")

    answer = visitor.send(path, {"decision_by": "2020-01-01"}, answer="intend")

    assert answer.status_code == 422
    assert "The day of your decision must not be in the past." in words_of(answer)
