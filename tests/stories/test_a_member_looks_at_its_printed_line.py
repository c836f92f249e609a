"""As a signatory I want to see my line as the letter will print it, to call it right or fix it, and to be left in peace otherwise."""

from datetime import timedelta

import pytest
from sqlmodel import select

from service.campaigns.life import close_due
from service.campaigns.queries import get_campaign
from service.model.proof_answer import ProofAnswer
from service.model.signature import Kind, Visibility
from service.signing.listing import list_signatories
from service.signing.proof_status import with_proof
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, Mail, letter_file
from tests.reminding import pass_time
from tests.stories.visitor import Visitor, form_of, same, words_of

DAY = timedelta(days=1)
FILE = letter_file(more='admit = "everyone"\nsend_at = 2026-12-07T09:00:00')
UNTIL = "December 7, 2026 at 8:00 AM (America/New_York, UTC-05:00)"
TENZIN = {"kind": Kind.PERSON, "email": "tenzin@valley.example"}


def ask(coalition: Coalition) -> list[Mail]:
    """Let the deadline pass, and give the mails of the proof round."""
    before = len(coalition.mails())
    coalition.now = coalition.campaign().deadline_at
    with transaction(coalition.engine) as session:
        close_due(session, now=coalition.now)
    pass_time(coalition.engine, coalition.keyring, lead=DAY, now=coalition.now)
    coalition.deliver_mail()
    return [mail for mail in coalition.mails()[before:] if "/proof/" in mail.text]


def said_of(coalition: Coalition) -> dict[str, str]:
    """Give the secretariat's column of what came of the round, by name."""
    with reading(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        rows = list_signatories(session, coalition.keyring, campaign)
        told = with_proof(session, coalition.keyring, campaign, rows, now=coalition.now)
    return {row["name"]: row["proof"] for row in told}


@pytest.fixture
def signed(coalition: Coalition) -> Coalition:
    """Give a letter that three have signed: by name, only to the addressee, and without a name."""
    coalition.open(FILE)
    pass_time(coalition.engine, coalition.keyring, lead=DAY, now=coalition.now)
    coalition.sign_and_confirm(
        "Lake Alliance", representative_name="Noor Example", representative_title="Chair"
    )
    coalition.sign_and_confirm("Tenzin Example", visibility=Visibility.RECIPIENT, position="Poet", **TENZIN)
    coalition.sign_and_confirm("Quiet Example", kind=Kind.PERSON, visibility=Visibility.COUNTED)
    return coalition.deliver_mail()


@pytest.fixture
def own(signed: Coalition) -> str:
    """Give the path of the person's page."""
    text = next(mail.text for mail in ask(signed) if mail.to == TENZIN["email"])
    return f"/proof/{text.partition('/proof/')[2][:43]}"


def test_each_who_is_printed_gets_its_own_line_and_nobody_elses(signed: Coalition) -> None:
    mails = {mail.to: mail for mail in ask(signed)}

    assert set(mails) == {"lake@members.example", TENZIN["email"]}
    lake, tenzin = mails["lake@members.example"], mails[TENZIN["email"]]
    assert "Lake Alliance" in lake.text
    assert "Tenzin" not in lake.text + lake.html
    assert "\n    Tenzin Example, Poet\r\n" in tenzin.text
    assert "Tenzin Example, Poet" in tenzin.html
    assert UNTIL in " ".join(tenzin.text.split())
    assert ask(signed) == []


def test_a_discreet_reader_gets_it_in_an_own_language_and_nothing_on_the_outside(
    coalition: Coalition,
) -> None:
    coalition.open(FILE)
    pass_time(coalition.engine, coalition.keyring, lead=DAY, now=coalition.now)
    coalition.sign_and_confirm("Tenzin Example", discreet=True, language="fr", **TENZIN)

    (mail,) = ask(coalition)

    assert mail.subject == "Un message pour vous"
    assert "7 décembre 2026 à 08:00" in " ".join(mail.text.split())


def test_looking_changes_nothing_and_the_button_says_that_it_is_right(visitor: Visitor, own: str) -> None:
    looked = visitor.open(own)
    assert same(visitor.open(own), looked)
    assert looked.headers["Cache-Control"] == "no-store"
    assert "Is this line right?" in words_of(looked)
    assert "Tenzin Example, Poet" in words_of(looked)
    assert f"Until {UNTIL} you can answer." in words_of(looked)

    answered = visitor.follow(visitor.send(own, {}, answer="right"))

    assert "Thank you, the line is right" in words_of(answered)
    stale = form_of(looked, answer="right")
    again = visitor.post(own, dict(stale.filled({})))
    assert "Thank you, the line is right" in words_of(again)


def test_the_line_is_fixed_by_the_form_of_ones_own_page_and_asked_about_again(
    visitor: Visitor, own: str
) -> None:
    visitor.send(own, {}, answer="right")
    form = visitor.send(own, {}, answer="fix")
    assert form.location == f"{own}/line"
    shown = visitor.send(form.location, {"position": "Poet and Teacher"})
    assert "Tenzin Example, Poet and Teacher" in words_of(shown)
    assert "Poet and Teacher" not in words_of(visitor.open(own))

    fixed = visitor.follow(visitor.post(f"{own}/line", dict(form_of(shown).filled({}))))

    assert "Kept: from now on the name appears like this." in words_of(fixed)
    assert "Is this line right?" in words_of(fixed)
    assert "Tenzin Example, Poet and Teacher" in words_of(fixed)
    right = visitor.follow(visitor.send(own, {}, answer="right"))
    assert "Thank you, the line is right" in words_of(right)


def test_what_was_changed_elsewhere_meanwhile_is_not_called_right(
    signed: Coalition, visitor: Visitor, own: str
) -> None:
    stale = form_of(visitor.open(own), answer="right")
    manage = f"/manage/{signed.tokens('manage')[1]}/line"
    shown = visitor.send(manage, {"position": "Scribe"})
    visitor.post(manage, dict(form_of(shown).filled({})))

    answer = visitor.post(own, dict(stale.filled({})))

    assert answer.status_code == 422
    assert "the line was changed since" in words_of(answer)
    assert "Tenzin Example, Scribe" in words_of(answer)


def test_the_secretariat_sees_who_said_what_and_who_was_not_reached(
    signed: Coalition, visitor: Visitor, own: str
) -> None:
    lake = next(mail.text for mail in signed.mails() if mail.to.startswith("lake") and "/proof/" in mail.text)
    visitor.send(own, {}, answer="right")
    assert said_of(signed) == {"Tenzin Example": "right", "Lake Alliance": "asked", "Quiet Example": ""}

    visitor.send(f"/unsubscribe/{lake.partition('/unsubscribe/')[2][:43]}", {})
    assert said_of(signed)["Lake Alliance"] == "not reached"
    shown = visitor.send(f"{own}/line", {"position": "Teacher"})
    visitor.post(f"{own}/line", dict(form_of(shown).filled({})))
    signed.wait(days=2)

    assert said_of(signed) == {"Tenzin Example": "fixed", "Lake Alliance": "not reached", "Quiet Example": ""}


def test_after_its_time_the_page_says_so_and_silence_was_right(
    signed: Coalition, visitor: Visitor, own: str
) -> None:
    form = form_of(visitor.open(own), answer="right")
    signed.wait(days=1, hours=15)

    page = visitor.open(own)

    assert page.status_code == 200
    assert f"ended on {UNTIL}. Nothing was said against this line" in words_of(page)
    assert "letter@rivers.example" in words_of(page)
    assert "It is right" not in words_of(page)
    late = visitor.post(own, dict(form.filled({})))
    assert "The time to answer ended" in words_of(late)
    form = words_of(visitor.open(f"{own}/line"))
    assert "The time to answer is over." in form
    assert "Show the new line" not in form


def test_who_has_left_is_told_so_in_one_sentence(signed: Coalition, visitor: Visitor, own: str) -> None:
    manage = f"/manage/{signed.tokens('manage')[1]}"
    visitor.send(manage, {}, answer="withdraw")

    page = visitor.open(own)
    assert "Tenzin Example" not in words_of(page)
    assert "withdrawn" in words_of(page).lower()

    visitor.send(f"{manage}/erase", {})
    assert visitor.open(own).status_code == 404


def test_once_the_letter_is_being_approved_the_line_stays(
    signed: Coalition, visitor: Visitor, own: str
) -> None:
    signed.propose()

    assert "The letter is being approved with this line" in words_of(visitor.open(own))
    assert "Fix it" not in words_of(visitor.open(own))


def test_an_organization_under_another_name_is_told_that_it_waits(
    signed: Coalition, visitor: Visitor
) -> None:
    text = next(mail.text for mail in ask(signed) if mail.to.startswith("lake"))
    own = f"/proof/{text.partition('/proof/')[2][:43]}"
    shown = visitor.send(f"{own}/line", {"name": "Ocean Alliance"})

    page = visitor.follow(visitor.post(f"{own}/line", dict(form_of(shown).filled({}))))

    assert "looks at it before it counts" in words_of(page)
    assert "Your change is kept." in words_of(page)


@pytest.mark.parametrize("answer", ["", "withdraw", "x" * 5000])
def test_another_answer_gets_one_sentence(visitor: Visitor, own: str, answer: str) -> None:
    page = visitor.post(own, {"answer": answer})

    assert page.status_code == 422
    assert "Choose one of the two answers" in words_of(page)


def test_the_link_opens_this_one_line_and_nothing_else(visitor: Visitor, own: str) -> None:
    token = own.removeprefix("/proof/")

    for path in ("manage", "change", "confirm", "unsubscribe", "kit"):
        assert visitor.open(f"/{path}/{token}").status_code == 404
    assert visitor.open(f"/proof/{token[:-1]}{'A' if token[-1] != 'A' else 'B'}").status_code == 404


def test_what_was_said_is_taken_along_and_goes_with_the_sign_on(
    signed: Coalition, visitor: Visitor, own: str
) -> None:
    visitor.send(own, {}, answer="right")
    manage = f"/manage/{signed.tokens('manage')[1]}"

    (said,) = visitor.send(manage, {}, answer="data").json["said_of_the_printed_line"]
    assert said["right_at"].startswith("2026-12-05T22:00")
    visitor.send(f"{manage}/erase", {})

    with reading(signed.engine) as session:
        assert session.exec(select(ProofAnswer)).all() == []
