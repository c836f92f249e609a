"""As an approver I open my link on a phone, type the code, read the letter, and approve it or ask, without an account."""

import re

import pytest

from tests.coalition import Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.stories.visitor import Door, Visitor, form_of, words_of


@pytest.fixture
def path(coalition: Coalition) -> str:
    coalition.open(letter_file(more='admit = "everyone"'))
    coalition.sign_and_confirm("Lake Alliance").sign_and_confirm(
        "Hidden Spring", visibility="recipient"
    ).close()
    coalition.propose()
    coalition.deliver_mail()
    return f"/approve/{coalition.tokens('approve')[0]}"


def code_by_mail(coalition: Coalition, visitor: Visitor, path: str) -> str:
    assert "on its way to your mailbox" in words_of(visitor.send(path, {}, having="wish"))
    coalition.deliver_mail()
    [found] = re.findall(r"\b\d{3} \d{3}\b", coalition.mails()[-1].text)
    assert path not in coalition.mails()[-1].text
    return found


def test_the_link_alone_shows_nothing_and_the_code_opens_it(
    path: str, coalition: Coalition, visitor: Visitor
) -> None:
    closed = words_of(visitor.open(path))
    for hidden in ("Lake Alliance", "Hidden Spring", "Keep the river open", "Jane Q. Example", "Ada"):
        assert hidden not in closed
    before = len(coalition.mails())
    code = code_by_mail(coalition, visitor, path)
    assert len(coalition.mails()) == before + 1

    opened = visitor.send(path, {"code": code}, having="code").location
    shown = words_of(visitor.open(opened))
    for wanted in ("Hidden Spring", "2 organizations", "Jane Q. Example"):
        assert wanted in shown
    assert "You approved this edition" in words_of(visitor.send(opened, {"decision": "approved"}))

    coalition.wait(minutes=61)
    assert "Hidden Spring" not in words_of(visitor.open(opened))


def test_what_was_written_for_longer_than_the_code_holds_is_not_lost(
    path: str, coalition: Coalition, visitor: Visitor
) -> None:
    code = code_by_mail(coalition, visitor, path)
    opened = visitor.send(path, {"code": code}, having="code").location
    form = form_of(visitor.open(opened), having="decision")
    coalition.wait(minutes=61)

    late = visitor.post(form.action, dict(form.filled({"decision": "changes", "note": "The second\nask."})))
    assert "Code" in words_of(late)
    assert "tries are left" not in words_of(late)
    mailed = form_of(late, having="wish")
    again = visitor.post(mailed.action, dict(mailed.filled({})))
    asked = form_of(again, having="code")
    wrong = visitor.post(asked.action, dict(asked.filled({"code": "12"})))
    typed = form_of(wrong, having="code")
    shown = visitor.post(typed.action, dict(typed.filled({"code": code})))

    back = form_of(shown, having="decision")
    assert "Hidden Spring" in words_of(shown)
    assert dict(back.filled({}))["note"].replace("\r\n", "\n") == "The second\nask."
    assert dict(back.filled({}))["decision"] == "changes"
    assert "You asked for changes" in words_of(visitor.post(back.action, dict(back.filled({}))))


def test_five_wrong_codes_lock_it_until_a_coordinator_gives_another(
    path: str, coalition: Coalition, door: Door, visitor: Visitor
) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    page = words_of(olga.open("approvers"))
    [code, _] = re.findall(r"\b(\d{3} \d{3})\b", page)
    wrong = "000 000" if code != "000 000" else "111 111"

    for left in (4, 3, 2, 1):
        assert f"{left} tr" in words_of(visitor.send(path, {"code": wrong}, having="code"))
    form = form_of(visitor.open(path), having="code")
    visitor.post(path, dict(form.filled({"code": wrong})))
    locked = visitor.post(path, dict(form.filled({"code": code})))
    assert "Five codes were wrong" in words_of(locked)
    assert locked.status_code == 200

    olga.send("approvers", having="renew")
    [other, _] = re.findall(r"\b(\d{3} \d{3})\b", words_of(olga.open("approvers")))
    assert other != code
    assert visitor.send(path, {"code": other}, having="code").status_code == 303


def test_a_question_reaches_the_secretariat_and_is_answered_there(
    path: str, coalition: Coalition, door: Door, visitor: Visitor
) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    opened = coalition.approval(path.rpartition("/")[2])

    assert visitor.send(opened, {"decision": "ask", "note": " "}).status_code == 422
    asked = visitor.send(opened, {"decision": "ask", "note": "Why the second ask?"})
    assert "Your question is with the secretariat" in words_of(asked)
    # A second press asks nothing new.
    before = coalition.wait(seconds=2).deliver_mail().mails()
    twice = visitor.send(opened, {"decision": "ask", "note": "Why the second ask?"})
    assert words_of(twice).count("Why the second ask?") == 1
    assert len(coalition.wait(seconds=2).deliver_mail().mails()) == len(before)
    told = coalition.mails()[-1]
    assert (told.to, "Why the second ask?" in told.text) == ("letter@rivers.example", True)

    assert "Why the second ask?" in words_of(olga.open("approvers"))
    olga.send("approvers", {"answer": "The villages wanted it."}, having="answer")
    coalition.deliver_mail()
    answered = coalition.mails()[-1]
    assert (answered.to, "The villages wanted it." in answered.text) == ("ada@lakes.example", True)
    assert "The villages wanted it." in words_of(visitor.open(opened))


def test_changes_that_are_asked_for_by_two_presses_are_told_once(
    path: str, coalition: Coalition, visitor: Visitor
) -> None:
    opened, before = coalition.approval(path.rpartition("/")[2]), len(coalition.mails())
    for note in ("The second ask.", "The second ask.", "And the first."):
        said = visitor.send(opened, {"decision": "changes", "note": note})
        assert "You asked for changes" in words_of(said)
        coalition.wait(seconds=2).deliver_mail()

    told = [mail.text for mail in coalition.mails()[before:]]
    assert [("The second ask." in text, "And the first." in text) for text in told] == [
        (True, False),
        (False, True),
    ]


def test_approvers_change_only_while_nothing_is_proposed(coalition: Coalition, door: Door) -> None:
    coalition.open(letter_file(more='admit = "everyone"')).sign_and_confirm("Lake Alliance").close()
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    who = {"name": "Cleo Approver", "email": "cleo@delta.example"}

    assert "Cleo Approver" in words_of(olga.follow(olga.send("approvers", who, having="email")))
    assert olga.send("approvers", who, having="email").status_code == 422
    page = olga.open("approvers").text
    removes = re.findall(r'action="([^"]+/remove)"', page)
    assert len(removes) == 3
    olga.post(removes[0], {"csrf": olga.mark()})
    assert olga.post(removes[1], {"csrf": olga.mark()}).status_code == 422
    coalition.propose()
    coalition.deliver_mail()
    assert {mail.to for mail in coalition.mails()} >= {"ben@rivers.example", "cleo@delta.example"}
    assert olga.post(removes[1], {"csrf": olga.mark()}).status_code == 422
