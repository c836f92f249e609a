"""As a drafter without an account I comment on the draft by my own link, and see what became of it."""

from datetime import timedelta

import pytest

from service.campaigns.contents import open_file
from service.model.coordinator import Role
from service.store.transaction import reading
from tests.coalition import Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.stories.visitor import Door, Visitor, words_of

TWO = b"We write to you about the river.\n\nIt must stay open."


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    return coalition.load(
        letter_file().replace(b"On behalf of ((signatories)) we write to you about the river.", TWO)
    )


@pytest.fixture
def olga(coalition: Coalition, door: Door) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition))


def body(coalition: Coalition) -> str:
    with reading(coalition.engine) as session:
        return open_file(session, coalition.keyring, coalition.campaign()).letter.body


def invited(coalition: Coalition, olga: AtTheDesk, **more: str) -> str:
    """Invite a guest, and give the path of its link."""
    guest = {"name": "Dora Drafter", "email": "dora@drafters.example", **more}
    told = olga.follow(olga.send("text/comments", guest, having="email"))
    assert "The link is on its way" in words_of(told)
    return f"/comment/{coalition.deliver_mail().newest_token('comment')}"


def say(visitor: Visitor, path: str, at: str, **words: str):
    return visitor.send(f"{path}?at={at}", words, having="comment")


def decide(olga: AtTheDesk, do: str, reason: str = ""):
    return olga.send("text/comments", {"do": do, "reason": reason}, having="reason")


def test_an_amendment_is_proposed_and_put_into_the_text(
    coalition: Coalition, olga: AtTheDesk, visitor: Visitor
) -> None:
    path = invited(coalition, olga)
    seen = words_of(visitor.open(path))
    assert "It must stay open." in seen
    assert "double brackets" not in seen

    kept = visitor.follow(say(visitor, path, "body-2", proposed="It must stay open for all."))
    assert "The coalition has not decided yet." in words_of(kept)
    assert "<ins>" in kept.text
    told = olga.follow(decide(olga, "accept"))

    assert "The words stand in the text now." in words_of(told)
    assert body(coalition) == "We write to you about the river.\n\nIt must stay open for all."
    assert "Accepted." in words_of(visitor.open(path))


def test_a_guest_is_told_what_is_filled_in_later(
    coalition: Coalition, olga: AtTheDesk, visitor: Visitor
) -> None:
    path = invited(coalition, olga)
    changed = body(coalition).replace("We write", "On behalf of ((signatories)) we write")
    olga.follow(olga.send("text", {"body": changed, "do": "save"}, having="body"))

    assert "Words in ((double brackets)) are filled in" in words_of(visitor.open(path))


def test_a_comment_is_rejected_with_a_reason_that_its_writer_sees(
    coalition: Coalition, olga: AtTheDesk, visitor: Visitor
) -> None:
    path = invited(coalition, olga)
    say(visitor, path, "body-1", comment="Too <b>short</b>.")
    assert decide(olga, "reject").status_code == 422

    undone = olga.follow(decide(olga, "reject", "It is meant to be."))

    assert "Too <b>short</b>." in words_of(undone)
    seen = words_of(visitor.open(path))
    assert "Not taken." in seen
    assert "It is meant to be." in seen
    olga.follow(olga.send(undone.request.full_path, having="do"))
    assert "The coalition has not decided yet." in words_of(visitor.open(path))


def test_a_paragraph_that_changed_meanwhile_is_not_overwritten(
    coalition: Coalition, olga: AtTheDesk, visitor: Visitor
) -> None:
    path = invited(coalition, olga)
    say(visitor, path, "body-2", proposed="It must stay open for all.")
    # One before it is new: it is found again where it stands now.
    changed = body(coalition).replace("We write", "Before.\n\nWe write")
    olga.follow(olga.send("text", {"body": changed, "do": "save"}, having="body"))
    olga.follow(decide(olga, "accept"))
    assert body(coalition) == "Before.\n\nWe write to you about the river.\n\nIt must stay open for all."

    say(visitor, path, "body-3", proposed="It must flow.")
    again = body(coalition).replace("for all", "for ever")
    olga.follow(olga.send("text", {"body": again, "do": "save"}, having="body"))
    refused = decide(olga, "accept")
    assert refused.status_code == 422
    assert "does not stand as it did" in words_of(refused)
    assert body(coalition) == again


def test_a_stale_page_loses_no_words(coalition: Coalition, olga: AtTheDesk, visitor: Visitor) -> None:
    path = invited(coalition, olga)
    form = visitor.open(f"{path}?at=body-2")
    assert 'name="seen"' in form.text
    entries = {"at": "body-2", "text": "en", "comment": "Mine.", "proposed": "", "seen": "0" * 64}
    nonce = form.text.split('name="nonce" value="')[1].split('"')[0]

    stale = visitor.post(path, {**entries, "nonce": nonce})

    assert stale.status_code == 422
    assert "was changed meanwhile" in words_of(stale)
    assert "Mine." in stale.text


def test_a_link_ends_with_its_deadline_its_guest_and_its_draft(
    coalition: Coalition, olga: AtTheDesk, visitor: Visitor
) -> None:
    path = invited(coalition, olga, until="2026-11-25T12:00")
    coalition.wait(days=2)
    assert "The deadline for comments has passed." in words_of(visitor.open(path))
    coalition.now -= timedelta(days=2)

    fresh = invited(coalition, olga)
    assert visitor.open(path).status_code == 404
    gone = olga.follow(olga.send("text/comments", {"do": "end"}, having="do"))
    assert "opens nothing any more" in words_of(gone)
    assert visitor.open(fresh).status_code == 404
    olga.follow(olga.send(gone.request.full_path, having="do"))
    assert visitor.open(fresh).status_code == 200

    coalition.open(letter_file())
    assert "The text is final" in words_of(visitor.open(fresh))
    assert 'name="comment"' not in visitor.open(f"{fresh}?at=body-1").text


def half_an_hour(coalition: Coalition, olga: AtTheDesk) -> None:
    """Let half an hour go by, in which somebody is at the desk."""
    for _ in range(2):
        coalition.wait(minutes=16)
        olga.open("text/comments")


def mails_to(coalition: Coalition, address: str) -> list[str]:
    """Give the texts of the mails to an address, whatever else went out."""
    return [mail.text for mail in coalition.mails() if mail.to == address]


def test_those_who_edit_hear_once_in_half_an_hour_that_comments_wait(
    coalition: Coalition, olga: AtTheDesk, visitor: Visitor, door: Door
) -> None:
    add_colleague(coalition, Role.SENDER, name="Sam Sender")
    path = invited(coalition, olga)
    say(visitor, path, "body-1", comment="Too short.")
    coalition.wait(minutes=5)
    say(visitor, path, "body-2", proposed="It must stay open for all.")
    assert mails_to(coalition.deliver_mail(), olga.colleague.email) == []

    half_an_hour(coalition, olga)

    [told] = mails_to(coalition.deliver_mail(), olga.colleague.email)
    assert "New: 2" in told
    assert "Waiting for a decision, in all: 2" in told
    assert "/desk/letters/clean-river/text/comments" in told
    assert "Too short" not in told
    assert "Dora" not in told
    assert mails_to(coalition, "sam@secretariat.example") == []
    say(visitor, path, "body-1", comment="Still too short.")
    decide(olga, "reject", "No.")
    decide(olga, "reject", "No.")
    decide(olga, "reject", "No.")
    half_an_hour(coalition, olga)
    assert len(mails_to(coalition.deliver_mail(), olga.colleague.email)) == 1


def test_a_guest_hears_what_was_decided_if_it_asked_to(
    coalition: Coalition, olga: AtTheDesk, visitor: Visitor
) -> None:
    path = invited(coalition, olga)
    say(visitor, path, "body-1", comment="Too short.")
    decide(olga, "accept")
    half_an_hour(coalition, olga)
    dora = "dora@drafters.example"
    assert len(mails_to(coalition.deliver_mail(), dora)) == 1

    kept = visitor.follow(visitor.send(path, {"word": "yes"}, having="do"))
    assert 'name="word" value="yes" checked' in kept.text
    say(visitor, path, "body-2", comment="Why open?")
    decide(olga, "reject", "It is the point of the letter.")
    half_an_hour(coalition, olga)

    told = mails_to(coalition.deliver_mail(), dora)[-1]
    assert "Accepted: 1" in told
    assert "Not taken: 1" in told
    assert path in told
    assert "point of the letter" not in told
    visitor.send(path, {"word": ""}, having="do")
    assert 'value="yes" checked' not in visitor.open(path).text
