"""As somebody with a slow phone I press a button twice, and it is done once, and I read that it is done."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlmodel import select
from werkzeug.test import TestResponse

from service.model.campaign import Campaign
from service.store.transaction import reading
from tests.coalition import PUBLIC_URL, SLUG, Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague, form_of
from tests.stories.test_a_secretariat_begins_a_letter import FORM
from tests.stories.visitor import Door, Visitor, words_of


@pytest.fixture
def olga(coalition: Coalition, door: Door) -> AtTheDesk:
    coalition.load()
    return AtTheDesk(door.app(), coalition, add_colleague(coalition))


def twice(
    coalition: Coalition,
    who: AtTheDesk,
    page: str,
    values: Mapping[str, str],
    *,
    having: str = "",
    to: str = "",
) -> TestResponse:
    """Fill in a form and press its button twice within some seconds; gives what the second press shows."""
    form = form_of(who.open(page), having=having or "csrf", to=f"/desk/letters/{SLUG}/{to}" if to else "")
    sent = dict(form.filled(values))
    first = who.post(form.action, sent)
    assert first.status_code == 303, first.text
    # The sender is quick: what the first press posted has left before the second.
    coalition.deliver_mail()
    coalition.now += timedelta(seconds=3)
    return who.follow(who.post(form.action, sent))


def letters(coalition: Coalition) -> int:
    with reading(coalition.engine) as session:
        return len(session.exec(select(Campaign.id)).all())


def test_a_text_is_saved_once_and_nobody_is_said_to_have_saved_it_meanwhile(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    words = {"title": "Protect the river", "body": "We are ((signatories)).\r\n\r\nStop.\r\n", "do": "save"}

    shown = twice(coalition, olga, "text", words, having="body")

    assert "The text is saved." in words_of(shown)
    assert "unsaved changes from" not in words_of(olga.open("text"))


def test_somebody_elses_words_are_still_never_overwritten(
    coalition: Coalition, door: Door, olga: AtTheDesk
) -> None:
    form = form_of(olga.open("text"), having="body")
    other = AtTheDesk(door.app(), coalition, add_colleague(coalition, name="Paul Second"))
    other.send("text", {"title": "Another title", "do": "save"}, having="body")

    late = olga.post(form.action, dict(form.filled({"title": "My title", "do": "save"})))

    assert late.status_code == 409


GUEST = {"name": "Dora Drafter", "email": "dora@drafters.example"}
COLLEAGUE = {"email": "paul@lakes.example", "role": "editor"}


@pytest.mark.parametrize(
    ("page", "to", "who", "link"),
    [
        ("text/comments", "text/guests", GUEST, "comment"),
        ("team", "team", COLLEAGUE, "desk/invitation"),
    ],
)
def test_whoever_is_invited_is_invited_once_and_the_first_link_opens(
    coalition: Coalition,
    olga: AtTheDesk,
    visitor: Visitor,
    page: str,
    to: str,
    who: Mapping[str, str],
    link: str,
) -> None:
    twice(coalition, olga, page, who, having="email", to=to)

    coalition.deliver_mail()
    assert len(coalition.mails()) == 1
    assert visitor.open(f"/{link}/{coalition.newest_token(link)}").status_code == 200
    coalition.wait(minutes=2)
    olga.send(page, who, having="email", to=to)
    assert len(coalition.deliver_mail().mails()) == 2


def test_an_answer_to_an_approver_is_mailed_once(coalition: Coalition, door: Door, visitor: Visitor) -> None:
    coalition.open(letter_file(more='admit = "everyone"')).sign_and_confirm("Lake Alliance").close().propose()
    coalition.deliver_mail()
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    opened = coalition.approval(coalition.tokens("approve")[0])
    visitor.send(opened, {"decision": "ask", "note": "Why the second ask?"})
    before = len(coalition.deliver_mail().mails())

    twice(coalition, olga, "approvers", {"answer": "The villages wanted it."}, having="answer")

    assert len(coalition.deliver_mail().mails()) == before + 1


def test_a_letter_is_begun_and_copied_once(coalition: Coalition, olga: AtTheDesk) -> None:
    form = {**FORM, "slug": "new-river"}

    begun = twice(coalition, olga, "/desk/letters/new", form, having="coalition")
    copied = twice(coalition, olga, "duplicate", {"slug": "river-again"}, having="slug")

    assert "you are its owner" in words_of(begun)
    assert "you are its owner" in words_of(copied)
    assert letters(coalition) == 3
    other = olga.send("duplicate", {"slug": "new-river"}, having="slug")
    assert (other.status_code, "already" in words_of(other)) == (422, True)


def test_in_an_emergency_two_presses_say_that_it_is_done(coalition: Coalition, olga: AtTheDesk) -> None:
    shown = twice(coalition, olga, "emergency", {}, to="emergency")

    assert "Done. No page shows a name or a number" in words_of(shown)


def test_of_two_test_mails_there_is_one_and_its_button_works(coalition: Coalition, olga: AtTheDesk) -> None:
    twice(coalition, olga, "live", {}, to="live/mail")

    mails = coalition.deliver_mail().mails()
    assert len(mails) == 1
    [link] = [word for word in mails[0].text.split() if "/live/arrived?t=" in word]
    pressed = olga.send(link.removeprefix(PUBLIC_URL), having="token")
    assert "its button works" in words_of(olga.follow(pressed))
