"""As a moderator with a phone I see which forms are held and why, take in what people sent, discard the rest, and undo a slip."""

import pytest

from service.model.coordinator import Role
from tests.coalition import Coalition
from tests.desk import AtTheDesk, add_colleague, form_of
from tests.holding import send_form
from tests.stories.visitor import Door, words_of

FLOOD, TOWN = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    coalition.open()
    for number in range(4):
        send_form(coalition, number, at=FLOOD, trapped=True)
    send_form(coalition, 4, at=TOWN, trapped=True, name="Ada <b>Example</b>")
    return coalition.take_in()


@pytest.fixture
def mo(coalition: Coalition, door: Door) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.MODERATOR, name="Mo Derator"))


def ids_on(who: AtTheDesk, page: str = "held") -> list[str]:
    return [one.value for one in form_of(who.open(page), having="id").fields if one.name == "id"]


def test_what_is_held_stands_there_with_its_reason_and_without_its_address(
    mo: AtTheDesk,
) -> None:
    assert "Held before they become sign-ons" in words_of(mo.open(""))
    assert 'href="/desk/letters/clean-river/held"' in mo.open("").text
    page = mo.open("held")
    shown = words_of(page)

    assert "filled in a field that people do not see: 5" in shown
    assert "Ada <b>Example</b>" in shown
    assert "p4@d0.example" not in page.text
    assert len(ids_on(mo)) == 5
    assert "Nothing that fits is held" in words_of(mo.open("held?reason=blocked"))


def test_a_ticked_form_is_taken_in_and_its_owner_asked_to_confirm(
    coalition: Coalition, mo: AtTheDesk
) -> None:
    *_, ada = ids_on(mo)

    after = mo.follow(mo.post("held/decide", {"csrf": mo.mark(), "id": ada, "decision": "release"}))

    assert "1 form taken in" in words_of(after)
    coalition.take_in().deliver_mail()
    assert [envelope.rcpt_to for envelope in coalition.postbox.kept] == ["p4@d0.example"]
    assert len(ids_on(mo)) == 4


def test_all_of_one_network_are_counted_discarded_and_held_again(coalition: Coalition, mo: AtTheDesk) -> None:
    page = mo.open("held").text
    network = page.partition("held?network=")[2].partition('"')[0]
    here = f"held?network={network}"
    assert len(ids_on(mo, here)) == 4
    check = mo.post("held/check", {"csrf": mo.mark(), "network": network, "decision": "discard"})
    assert "Discard 4 forms" in words_of(check)
    assert len(ids_on(mo)) == 5

    form = form_of(check, having="all")
    done = mo.follow(mo.post(form.action, dict(form.filled({"decision": "discard"}))))

    assert "4 forms discarded" in words_of(done)
    assert len(ids_on(mo)) == 1
    again = form_of(done, having="batch")
    back = mo.follow(mo.post(again.action, dict(again.filled({}))))
    assert "4 forms are held again." in words_of(back)
    assert len(ids_on(mo)) == 5
    assert coalition.take_in().deliver_mail().postbox.kept == []


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ({"decision": "release"}, "Tick the forms that are meant"),
        ({"decision": "", "id": "x"}, "Choose whether they are to be taken in or discarded."),
        ({"decision": "discard", "id": "0" * 32}, "is not held in this letter"),
        ({"decision": "discard", "all": "yes", "reason": "blocked"}, "Nothing of that kind is held any more"),
    ],
)
def test_what_cannot_be_done_gets_one_sentence(mo: AtTheDesk, entries: dict[str, str], sentence: str) -> None:
    answer = mo.post("held/decide", {"csrf": mo.mark(), **entries})

    assert answer.status_code == 422
    assert sentence in words_of(answer)
    assert len(ids_on(mo)) == 5


def test_nothing_is_taken_in_once_the_letter_is_closed(coalition: Coalition, mo: AtTheDesk) -> None:
    one, *_ = ids_on(mo)
    coalition.close()

    answer = mo.post("held/decide", {"csrf": mo.mark(), "id": one, "decision": "release"})

    assert "Open it again before you release what is held." in words_of(answer)
    assert len(ids_on(mo)) == 5


def test_an_auditor_sees_it_and_has_no_button(coalition: Coalition, door: Door) -> None:
    ann = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.AUDITOR, name="Ann Auditor"))

    page = ann.open("held")

    assert "Ada" in words_of(page)
    assert 'name="decision"' not in page.text
    assert "This waits for others of your team:" in words_of(ann.open(""))
