"""As a secretariat I greet in the confirming mail in my own words, and what makes that mail safe stays as it is."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from service.campaigns.queries import get_campaign
from service.model.coordinator import Role
from service.model.own_words import OwnWords
from service.model.signature import Kind
from service.store.transaction import reading
from tests.coalition import SLUG, Coalition, Mail
from tests.corpus.markup import foreign_markup
from tests.desk import AtTheDesk, add_colleague, form_of
from tests.stories.visitor import Door, words_of

HELLO = "Dear friends,\n\nwe are glad that you sign “((title))”.\n<b>Until soon</b> {{ 7*7 }}"
FILLED = "we are glad that you sign “Keep the river open”."
THANKS = "How good that you are with us!"
WORDS = {"confirm-en": HELLO, "thanks-en": THANKS}


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    return coalition.open()


@pytest.fixture
def sena(coalition: Coalition, door: Door) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.SENDER, name="Sena Sender"))


def written(who: AtTheDesk, **words: str) -> AtTheDesk:
    answer = who.send("sends/greeting", {**WORDS, **words}, having="confirm-en")
    assert answer.status_code == 303, words_of(answer)
    return who


def used(who: AtTheDesk) -> AtTheDesk:
    assert who.send("sends/greeting", to="sends/greeting/use").status_code == 303
    return who


def mail_to(coalition: Coalition, name: str, **given: Any) -> Mail:
    """Let somebody sign, and give the mail that asks to confirm it."""
    coalition.sign(name, **given).deliver_mail()
    return coalition.mails()[-1]


def without_links(text: str) -> str:
    """Take out what is another in every mail: tokens and codes."""
    plain = text.replace("\r\n", "\n")
    return re.sub(r"\b\d{3} \d{3}\b", "…", re.sub(r"/[\w-]{43}", "/…", plain))


def unmarked(text: str) -> str:
    """Give marked lines as one."""
    return " ".join(text.replace("\r\n", "\n").replace("\n>", "\n").split())


def frame_of(html: str) -> str:
    """Give the frame in which the words of others stand; fails where there is not exactly one."""
    frame: str
    (frame,) = re.findall(r"<div style=\"[^\"]*border:.*?</div>", html, re.DOTALL)
    return frame


def test_a_greeting_stands_above_a_mail_that_is_otherwise_the_same(
    coalition: Coalition, sena: AtTheDesk
) -> None:
    usual = mail_to(coalition, "Usual Union")
    written(sena)
    assert without_links(mail_to(coalition, "Draft Dale").text) == without_links(usual.text)

    used(sena)
    greeted = mail_to(coalition, "Lake Alliance")

    assert greeted.subject == usual.subject
    above, ours = without_links(greeted.text), without_links(usual.text)
    assert above.endswith(ours)
    head, *own = above.removesuffix(ours).split("\n\n", 1)
    assert head == "Coalition for Open Rivers writes to you:"
    assert all(line.startswith(">") for line in own[0].strip().split("\n"))
    assert FILLED in unmarked(own[0])
    frame = frame_of(greeted.html)
    assert FILLED in frame
    assert "&lt;b&gt;Until soon&lt;/b&gt; {{ 7*7 }}" in frame
    assert "<a " not in frame
    below = without_links(greeted.html.replace(frame, ""))
    assert re.sub(r"\n+", "\n", below) == re.sub(r"\n+", "\n", without_links(usual.html))
    assert foreign_markup(re.sub(r' style="[^"]*"', "", greeted.html)) == []


def test_the_mail_that_thanks_has_its_own(coalition: Coalition, sena: AtTheDesk) -> None:
    used(written(sena))

    coalition.sign_and_confirm("Lake Alliance").deliver_mail()

    thanks = coalition.mails()[-1]
    assert f"> {THANKS}\r\n" in thanks.text
    assert THANKS in frame_of(thanks.html)
    assert "Dear friends" not in thanks.text


def test_discreet_mail_and_other_languages_have_our_words_alone(
    coalition: Coalition, sena: AtTheDesk
) -> None:
    used(written(sena))

    discreet = mail_to(coalition, "Quiet Quay", discreet=True)
    french = mail_to(coalition, "Lac Uni", language="fr")
    british = mail_to(coalition, "Thames Union", language="en-GB")
    coalition.sign_and_confirm("Hushed Harbour", discreet=True).deliver_mail()

    for mail in (discreet, french, coalition.mails()[-1]):
        assert "Dear friends" not in mail.text + mail.html
        assert THANKS not in mail.text + mail.html
        assert "border:1px solid" not in mail.html
    assert "Dear friends" in british.text


def test_each_language_has_its_own(coalition: Coalition, sena: AtTheDesk) -> None:
    used(written(sena, **{"confirm-fr": "Chers amis, merci de signer avant le ((deadline))."}))

    french = mail_to(coalition, "Lac Uni", language="fr")

    assert "Chers amis, merci de signer avant le 5 décembre 2026" in unmarked(french.text)
    assert "Dear friends" not in french.text


def test_it_is_taken_out_by_one_press_and_back_by_another(coalition: Coalition, sena: AtTheDesk) -> None:
    page = sena.follow(used(written(sena)).send("sends/greeting", to="sends/greeting/leave"))
    assert "usual words alone" in words_of(page)
    assert "Dear friends" not in mail_to(coalition, "Lake Alliance").text

    undo = form_of(page, to=f"/desk/letters/{SLUG}/sends/greeting/use")
    sena.post(undo.action, dict(undo.filled({})))
    assert "Dear friends" in mail_to(coalition, "Delta Friends").text


def test_it_is_looked_at_as_a_real_reader_gets_it_masked(coalition: Coalition, sena: AtTheDesk) -> None:
    coalition.sign("Lake Alliance", email="office@lakes.example")
    coalition.sign_and_confirm("Delta Friends", email="board@delta.example")
    written(sena)

    confirming = words_of(sena.open("sends/greeting"))
    thanking = words_of(sena.open("sends/greeting?mail=thanks&language=en"))
    alone = sena.open("sends/greeting/mail?mail=thanks&language=en")
    nobody = words_of(sena.open("sends/greeting?mail=confirm&language=bo"))

    assert "As o…@lakes.example would get it" in confirming
    assert FILLED in " ".join(confirming.replace("> ", "").split())
    assert "As b…@delta.example would get it" in thanking
    assert "Signed as: D… F…" in thanking
    assert "nobody waits for such a mail" in nobody
    for page in (confirming, thanking, alone.text):
        assert "Delta Friends" not in page
        assert "office@lakes" not in page
        assert not re.search(r"/(confirm|manage|not-me)/", page)
    assert "sandbox" in alone.headers["Content-Security-Policy"]
    assert THANKS in frame_of(alone.text)


def test_a_test_goes_to_oneself_and_changes_nothing(coalition: Coalition, sena: AtTheDesk) -> None:
    coalition.sign("Lake Alliance").deliver_mail()
    coalition.postbox.kept.clear()

    written(sena).send("sends/greeting", to="sends/greeting/test")
    coalition.deliver_mail()

    (mail,) = coalition.mails()
    assert mail.to == sena.colleague.email
    assert mail.subject.startswith("[Test] Please confirm")
    assert "Dear friends" in mail.text
    assert "Lake Alliance" not in mail.text + mail.html
    assert coalition.tokens("confirm") == []


def test_what_is_refused_comes_back_as_it_was_typed(sena: AtTheDesk) -> None:
    answer = sena.send(
        "sends/greeting", {**WORDS, "confirm-fr": "Ouvrez evil.example, code 123 456"}, having="confirm-en"
    )

    assert answer.status_code == 422
    assert "leave addresses of pages and mailboxes out" in words_of(answer)
    assert "Ouvrez evil.example, code 123 456" in answer.text
    assert "Dear friends" in answer.text


def test_nothing_written_cannot_be_put_in_use(sena: AtTheDesk, coalition: Coalition) -> None:
    mark = {"csrf": sena.mark()}

    assert sena.post("sends/greeting/use", mark).status_code == 422
    assert sena.post("sends/greeting/test", mark).status_code == 422
    assert coalition.campaign().greeting_id is None


@pytest.fixture
def asked(coalition: Coalition) -> Iterator[list[str]]:
    """Give every statement that is sent to the database."""
    statements: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    event.listen(coalition.engine, "before_cursor_execute", note)
    yield statements
    event.remove(coalition.engine, "before_cursor_execute", note)


def test_without_a_greeting_a_mail_asks_the_database_nothing_more(
    coalition: Coalition, sena: AtTheDesk, asked: list[str]
) -> None:
    written(sena)
    for number in range(3):
        coalition.sign(f"Member {number}", kind=Kind.PERSON)
    asked.clear()
    coalition.deliver_mail()
    assert len(coalition.mails()) == 3
    assert not [one for one in asked if "own_words" in one]

    used(sena)
    for number in range(3):
        coalition.sign(f"Friend {number}", kind=Kind.PERSON)
    asked.clear()
    coalition.deliver_mail()
    assert "Dear friends" in coalition.mails()[-1].text
    assert len([one for one in asked if "own_words" in one]) == 1


def test_it_is_legible_to_nobody_who_has_the_database_alone(coalition: Coalition, sena: AtTheDesk) -> None:
    used(written(sena))

    with reading(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        row = session.get_one(OwnWords, campaign.greeting_id)
        assert b"friends" not in row.words
