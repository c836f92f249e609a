"""As the secretariat I want machines' sign-ons held for my look, and nobody else's, on a page that looks the same."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from service.model.campaign import Campaign
from service.model.intake import Intake
from service.signing.abuse.attack import start_attack_mode
from service.signing.abuse.bucket import ADDRESS
from service.signing.abuse.visit import Caution
from service.store.transaction import reading, transaction
from tests.coalition import Coalition, letter_file
from tests.doubles.house import in_parallel
from tests.stories.visitor import ORGANIZATION, Door, Visitor, form_of, letter_page, same, words_of

CAREFUL = Caution(quickest=timedelta(seconds=2))


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    """Give a coalition whose letter collects sign-ons and accepts each at once."""
    return coalition.open(letter_file(more='admit = "everyone"'))


@pytest.fixture
def visitor(door: Door) -> Visitor:
    """Give somebody at a door that knows how long people need, behind one proxy."""
    return Visitor(replace(door, caution=CAREFUL, trusted_proxies=1).app())


def form_path(coalition: Coalition) -> str:
    return letter_page(coalition, "/sign", kind="organization")


def entries_of(coalition: Coalition, visitor: Visitor, **changed: str) -> dict[str, str]:
    form = form_of(visitor.open(form_path(coalition)))
    return dict(form.filled({**ORGANIZATION, **changed}))


def reasons(coalition: Coalition) -> list[str]:
    with reading(coalition.engine) as session:
        rows = session.exec(select(Intake).order_by(Intake.id)).all()
    return [row.reason.value if row.reason else "" for row in rows]


def attacked(coalition: Coalition) -> None:
    with transaction(coalition.engine) as session:
        campaign = session.get(Campaign, coalition.campaign().id)
        assert campaign is not None
        start_attack_mode(session, campaign, by="test", now=coalition.now)


def test_who_takes_a_moment_is_taken_in(coalition: Coalition, visitor: Visitor) -> None:
    entries = entries_of(coalition, visitor)
    coalition.wait(seconds=3)

    assert visitor.post(form_path(coalition), entries).status_code == 303
    assert reasons(coalition) == [""]


def test_a_machine_sees_the_page_that_everybody_sees_and_is_held(
    coalition: Coalition, visitor: Visitor
) -> None:
    entries = entries_of(coalition, visitor)
    quick = visitor.post(form_path(coalition), entries)
    coalition.wait(seconds=3)
    trapped = visitor.post(form_path(coalition), {**entries, "comments": "Buy here"})
    good = visitor.post(form_path(coalition), entries)

    assert same(quick, good)
    assert same(trapped, good)
    assert reasons(coalition) == ["too_quick", "trap", ""]
    coalition.deliver_mail()
    assert len(coalition.mails()) == 1


def test_who_corrects_a_slip_at_once_is_not_too_quick(coalition: Coalition, visitor: Visitor) -> None:
    entries = entries_of(coalition, visitor, email="office")
    coalition.wait(seconds=30)
    wrong = visitor.post(form_path(coalition), entries)
    assert wrong.status_code == 422

    form = form_of(wrong)
    again = visitor.post(form_path(coalition), dict(form.filled({"email": ORGANIZATION["email"]})))

    assert again.status_code == 303
    assert reasons(coalition) == [""]


def test_who_comes_back_after_hours_and_presses_at_once_is_not_too_quick(
    coalition: Coalition, visitor: Visitor
) -> None:
    entries = entries_of(coalition, visitor)
    coalition.wait(hours=3)
    late = form_of(visitor.post(form_path(coalition), entries))
    made_up = form_of(visitor.post(form_path(coalition), {**entries, "nonce": "x.y.z"}))

    assert visitor.post(form_path(coalition), dict(late.filled({}))).status_code == 303
    assert visitor.post(form_path(coalition), dict(made_up.filled({}))).status_code == 303
    assert reasons(coalition) == ["", "too_quick"]


def test_the_trap_is_seen_by_no_person(coalition: Coalition, visitor: Visitor) -> None:
    page = visitor.open(form_path(coalition)).text
    trap = page[page.index('aria-hidden="true"') - 60 : page.index('id="comments"') + 120]

    assert 'class="unseen"' in trap
    assert 'tabindex="-1"' in trap
    assert 'autocomplete="off"' in trap
    assert "Leave this field empty" in trap


def test_what_a_visitor_writes_into_a_header_makes_no_new_address(
    coalition: Coalition, visitor: Visitor
) -> None:
    entries = entries_of(coalition, visitor)
    coalition.wait(seconds=3)
    for number in range(ADDRESS.burst + 2):
        chain = {"X-Forwarded-For": f"198.51.100.{number}, 8.8.4.{number}, 203.0.113.7"}
        answer = visitor.post(
            form_path(coalition), {**entries, "email": f"o{number}@lakes.example"}, headers=chain
        )
        assert answer.status_code == 303

    assert reasons(coalition) == [""] * ADDRESS.burst + ["over_limit"] * 2


def test_without_a_trusted_proxy_the_header_is_not_read(coalition: Coalition, door: Door) -> None:
    visitor = Visitor(door.app())
    entries = entries_of(coalition, visitor)
    for _ in range(ADDRESS.burst + 2):
        visitor.post(form_path(coalition), entries, headers={"X-Forwarded-For": "203.0.113.7"})

    assert set(reasons(coalition)) == {""}


def test_fifty_forms_at_one_moment_get_one_answer_and_make_one_sign_on(
    coalition: Coalition, door: Door
) -> None:
    app = door.app()
    entries = entries_of(coalition, Visitor(app))
    answers = []

    in_parallel(50, lambda _: answers.append(Visitor(app).post(form_path(coalition), entries)))
    coalition.deliver_mail()

    assert len(answers) == 50
    assert all(same(answers[0], answer) for answer in answers)
    coalition.confirm(coalition.newest_token("confirm"))
    assert coalition.counts().signatories == 1
    # Within the caps of one mailbox.
    assert len(coalition.mails()) == 3


def test_under_attack_who_has_no_script_is_told_that_it_takes_longer_and_is_held(
    coalition: Coalition, visitor: Visitor
) -> None:
    assert "<script" not in visitor.open(form_path(coalition)).text
    attacked(coalition)

    page = visitor.open(form_path(coalition))
    assert "a person looks at your sign-on before our message goes out" in words_of(page)
    assert page.text.count("<script") == 1
    entries = entries_of(coalition, visitor)
    coalition.wait(seconds=3)
    answers = [
        visitor.post(form_path(coalition), {**entries, "proof": proof})
        for proof in ("", "nonsense", "bnVsbA==", "\0")
    ]

    assert {answer.status_code for answer in answers} == {303}
    assert set(reasons(coalition)) == {"no_proof"}


def test_attack_mode_of_a_private_letter_shows_no_outsider_that_there_is_one(
    coalition: Coalition, visitor: Visitor
) -> None:
    attacked(coalition)

    assert same(visitor.open("/letters/clean-river/sign"), visitor.open("/letters/never-was/sign"))
