"""As the secretariat I hand boards their decision pack and send members their kits, from the desk."""

import pytest

from service.model.coordinator import Role
from service.model.signature import Signature, Visibility
from service.store.sealed import open_text
from service.store.transaction import transaction
from service.web.desk.sends import kits
from tests.changing import file_of
from tests.coalition import SLUG, Coalition
from tests.desk import AtTheDesk, add_colleague
from tests.desk_objects_members import make_member
from tests.letters.pdf_reader import read_letter
from tests.stories.test_a_copy_is_handed_over import GERMAN
from tests.stories.visitor import Door, words_of


def at_the_desk(coalition: Coalition, door: Door, role: Role = Role.OWNER) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition, role))


def closed(coalition: Coalition) -> Coalition:
    coalition.open(file_of(tables=GERMAN)).sign_and_confirm("Lake Alliance")
    coalition.sign_and_confirm("Hidden House", visibility=Visibility.RECIPIENT)
    return coalition.sign_and_confirm("River Watch").close()


def kits_mailed(coalition: Coalition) -> list[str]:
    coalition.deliver_mail()
    return sorted(mail.to for mail in coalition.mails() if "/kit/" in mail.text)


def test_kits_go_by_their_own_button_once_to_each_who_is_named_in_public(
    coalition: Coalition, door: Door
) -> None:
    closed(coalition).propose()
    coalition.approve_all().release()
    olga = at_the_desk(coalition, door)

    looked = words_of(olga.open("kits"))
    assert kits_mailed(coalition) == []
    sent = words_of(olga.follow(olga.send("kits")))
    again = words_of(olga.follow(olga.send("kits")))

    assert "get a kit 2" in looked
    assert "Personal link" not in looked
    assert "/kit/…" in looked
    assert "The kits are on their way to 2 members." in sent
    assert "have it already 2" in sent
    assert "nothing was sent" in again
    assert kits_mailed(coalition) == ["lake@members.example", "river@members.example"]


def test_of_a_large_letter_they_are_counted_when_that_is_asked_for(
    coalition: Coalition, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kits, "_COUNTED_AT_ONCE", 1)
    closed(coalition).propose()
    coalition.approve_all().release()
    olga = at_the_desk(coalition, door)

    looked, counted = words_of(olga.open("kits")), words_of(olga.open("kits?count=yes"))

    assert ("get a kit" in looked, "Count what would go" in looked) == (False, True)
    assert "Send the kits to whoever has none" in looked
    assert ("get a kit 2" in counted, "Count what would go" in counted) == (True, False)
    assert "2 members" in words_of(olga.follow(olga.send("kits")))


def test_before_the_release_they_go_only_under_embargo_and_once_something_is_proposed(
    coalition: Coalition, door: Door
) -> None:
    closed(coalition)
    olga = at_the_desk(coalition, door)

    nothing = words_of(olga.open("kits"))
    refused = olga.post("kits", {"csrf": olga.mark(), "embargo": "yes"})
    coalition.propose()
    early = words_of(olga.open("kits"))
    unsaid = olga.post("kits", {"csrf": olga.mark()})

    assert ("Propose the letter first" in nothing, "Send the kits" in nothing) == (True, False)
    assert refused.status_code == unsaid.status_code == 422
    assert "Send the kits now, under embargo" in early
    assert kits_mailed(coalition) == []
    olga.send("kits")
    assert kits_mailed(coalition) == ["lake@members.example", "river@members.example"]


def test_who_may_only_look_sees_no_button_and_presses_none(coalition: Coalition, door: Door) -> None:
    closed(coalition).propose()
    auditor = at_the_desk(coalition, door, Role.AUDITOR)

    assert "Send the kits" not in words_of(auditor.open("kits"))
    assert auditor.post("kits", {"csrf": auditor.mark(), "embargo": "yes"}).status_code == 403


def test_a_board_gets_its_decision_pack_in_each_language_of_the_letter(
    coalition: Coalition, door: Door
) -> None:
    coalition.load(file_of(tables=GERMAN))
    olga = at_the_desk(coalition, door)
    assert "Decision pack" not in words_of(olga.open("members"))
    assert olga.open("pack.pdf").status_code == 422
    olga.send("team", to="team/sheet")
    coalition.open(file_of(tables=GERMAN)).sign_and_confirm("Lake Alliance")

    page = words_of(olga.open("members"))
    english, german = (read_letter(olga.open(f"pack.pdf?language={tag}").data).text for tag in ("en", "de"))

    assert "Decision pack for boards (PDF), English" in page
    assert "Decision pack for boards (PDF), Deutsch" in page
    assert "Keep the river open" in english
    assert "Haltet den Fluss offen" in german
    # It is passed on to whoever decides: nobody is named in it.
    assert "Lake Alliance" not in english + german


def test_one_of_the_invited_has_a_pack_with_its_own_line(coalition: Coalition, door: Door) -> None:
    coalition.open(file_of())
    olga = at_the_desk(coalition, door)
    with transaction(coalition.engine) as session:
        member = make_member(session, coalition, SLUG)
        name = open_text(
            coalition.keyring.of(session, coalition.campaign().id), session.get_one(Signature, member), "name"
        )

    page = olga.open(f"members/{member}")
    pack = read_letter(olga.open(f"members/{member}/pack.pdf").data).text

    assert f"members/{member}/pack.pdf" in page.text
    assert name
    assert f"asks {name} to sign" in pack
    assert "Your line" in pack
