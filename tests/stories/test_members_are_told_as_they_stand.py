"""As a secretariat I read of each member what is so, and two of us do not undo one another's work."""

from datetime import timedelta

import pytest
from sqlmodel import select

from service.campaigns.life import reopen
from service.model.coordinator import Role
from service.model.message import Message, MessageKind
from service.model.signature import Kind
from service.model.states import MessageState
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition
from tests.desk import AtTheDesk, add_colleague
from tests.stories.test_the_secretariat_reaches_its_members import coalition, olga
from tests.stories.visitor import Door, Visitor, words_of

__all__ = ["coalition", "olga"]


def test_a_chasers_link_opens_as_long_as_the_letter_is_open(coalition: Coalition, visitor: Visitor) -> None:
    path = f"/chase/{coalition.newest_token('chase')}"
    coalition.now = coalition.campaign().deadline_at
    coalition.close()
    assert visitor.open(path).status_code == 404

    with transaction(coalition.engine) as session:
        until = coalition.now + timedelta(days=3)
        reopen(session, SLUG, until=until, by="test", now=coalition.now)

    assert visitor.open(path).status_code == 200


def test_a_person_who_filled_in_the_form_and_then_called_is_added_too(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    own = {"kind": Kind.PERSON, "email": "anna@valley.example", "name_latin": ""}
    coalition.sign("Anna Example", **own).deliver_mail()
    given = {
        "source": "She called: the button does not work for her.",
        "kind": "person",
        "name": "Anna Example",
        "email": "anna@valley.example",
        "visibility": "public",
    }

    page = olga.follow(olga.send("sign-ons/new", given, having="source"))

    assert "it counts now" in words_of(page)
    assert coalition.counts().individuals == 1
    assert "because you agreed to it" in coalition.deliver_mail().mails()[-1].text
    shown = olga.post(f"{page.request.path}/address", {"csrf": olga.mark()})
    assert "the button does not work for her" in words_of(shown)


@pytest.mark.parametrize("state", [MessageState.HELD, MessageState.QUEUED])
def test_whose_invitation_still_waits_is_not_said_to_be_asked(
    coalition: Coalition, visitor: Visitor, olga: AtTheDesk, state: MessageState
) -> None:
    chase = f"/chase/{coalition.newest_token('chase')}"
    assert "asked (3)" in words_of(olga.open("members"))
    assert "please look for it" in visitor.open(chase).text
    with transaction(coalition.engine) as session:
        for mail in session.exec(select(Message).where(Message.kind == MessageKind.INVITATION)):
            mail.state = state
            session.add(mail)

    page = words_of(olga.open("members"))

    assert "not asked yet (3)" in page
    assert "The invitation has gone out" not in page
    to_copy = visitor.open(chase).text
    assert "please look for it" not in to_copy, "there is nothing to be found"
    assert "no e-mail of ours has reached you" in to_copy


def test_two_who_give_members_to_a_chaser_do_not_take_away_what_the_other_gave(
    coalition: Coalition, door: Door, olga: AtTheDesk
) -> None:
    ben = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.MODERATOR, name="Ben Moderator"))
    own = olga.open("members/chasers").text.partition("members/chasers/")[2][:32]
    page, where = f"members/chasers/{own}", f"members/chasers/{own}/members"
    olga.post(where, {"csrf": olga.mark(), "had": coalition.ids, "member": []})
    stale = {"csrf": ben.mark(), "member": [coalition.ids[1]]}
    olga.post(where, {"csrf": olga.mark(), "member": [coalition.ids[0]]})

    ben.post(where, stale)

    assert olga.open(page).text.count('name="had"') == 2


def test_whom_another_has_given_away_meanwhile_is_not_taken_back_by_a_page_that_was_open(
    coalition: Coalition, door: Door, olga: AtTheDesk
) -> None:
    ben = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.MODERATOR, name="Ben Moderator"))
    own = olga.open("members/chasers").text.partition("members/chasers/")[2][:32]
    page = f"members/chasers/{own}"
    assert ben.open(page).text.count('name="had"') == 3
    olga.post(f"{page}/members", {"csrf": olga.mark(), "had": coalition.ids, "member": coalition.ids[1:]})

    # He changes nothing, and sends what he was shown.
    ben.post(f"{page}/members", {"csrf": ben.mark(), "had": coalition.ids, "member": coalition.ids})

    assert olga.open(page).text.count('name="had"') == 2


def test_a_sheet_that_is_sent_twice_asks_each_once(coalition: Coalition, olga: AtTheDesk) -> None:
    coalition.sign_and_confirm("River Friends", email="friends@river.example", name_latin="")
    before = len(coalition.deliver_mail().mails())
    typed = {
        "name-1": "Anna Example",
        "email-1": "anna@valley.example",
        "name-2": "River Friends",
        "kind-2": "organization",
        "email-2": "friends@river.example",
        "how": "mail",
    }

    first = olga.follow(olga.send("members/paper", typed, having="witness"))
    second = olga.follow(olga.send("members/paper", typed, having="witness"))

    assert "1 are asked by mail, 1 were known already" in words_of(first)
    assert "0 are asked by mail, 2 were known already" in words_of(second)
    assert [mail.to for mail in coalition.deliver_mail().mails()[before:]] == ["anna@valley.example"]
