"""As a signatory I ask my Member of Congress to raise the letter; my home address goes to that office and nowhere else."""

import json
import logging
from dataclasses import replace
from datetime import datetime

import pytest
from sqlmodel import select

from service.delivery.asking import Asking
from service.delivery.carrying.carry import carry_due
from service.delivery.constituents.person import stop_taken_back
from service.foundation.errors import Refused
from service.model.constituent import Constituent
from service.model.delivery import Delivery
from service.model.states import CampaignState, CarriageState, DeliveryState
from service.store.transaction import reading, transaction
from tests.carrying import carriages, cart, evidence, set_up
from tests.coalition import Coalition, letter_file
from tests.constituents import (
    ASKED,
    OFFICE,
    OTHER_OFFICE,
    SECRETS,
    SENATOR,
    SETTINGS,
    carry_all,
    list_offices,
    member,
    opened,
    release,
    rows,
    sendings,
    sign_as_person,
)
from tests.desk import AtTheDesk, add_colleague
from tests.doubles.congress import Trouble, chamber_server, errors, part_of
from tests.stories.test_a_dossier_proves_the_delivery import gathered
from tests.stories.test_nothing_is_legible_at_rest import bytes_at_rest, found_in
from tests.stories.visitor import Visitor, form_of, words_of

LINK = "Ask your Member to raise this letter"


@pytest.fixture
def house():
    with chamber_server(offices={OFFICE: "", OTHER_OFFICE: ""}) as server:
        yield server


@pytest.fixture
def letter(coalition: Coalition, house) -> Coalition:
    return opened(coalition, house)


@pytest.fixture
def own(letter: Coalition) -> str:
    return sign_as_person(letter)


def ask(visitor: Visitor, own: str, **changes: str):
    return visitor.send(f"{own}/member", {**ASKED, **changes}, having="city")


def test_a_message_reaches_the_office_and_the_address_is_gone(
    letter, own, visitor, door, house, caplog
) -> None:
    caplog.set_level(logging.DEBUG)
    assert LINK in words_of(visitor.open(own))
    form = words_of(visitor.open(f"{own}/member"))
    assert "The coalition never sees it" in form
    assert "deleted as soon as the office has accepted your message" in form
    assert ask(visitor, own).status_code == 303
    other = sign_as_person(letter, "Pema Example")
    assert ask(visitor, other, first_name="Pema", office=OTHER_OFFICE, state="CA").status_code == 303
    assert not found_in(bytes_at_rest(letter.engine), SECRETS)

    made = release(letter)
    carry_all(letter)

    assert [one.channel for one in made].count("cwc") == 2
    first, second = house.letters
    assert (part_of(first, "Recipient/MemberOffice"), part_of(second, "Recipient/MemberOffice")) == (
        OFFICE,
        OTHER_OFFICE,
    )
    assert part_of(first, "Constituent/Address1") == ASKED["address"]
    assert part_of(first, "Constituent/Phone") == "703-555-0102"
    assert part_of(first, "Constituent/Email") == "tenzin@valley.example"
    assert part_of(first, "Constituent/EmailValidation") == "Y"
    assert part_of(first, "Message/ConstituentMessage") == ASKED["own_words"]
    assert [one.state for one in sendings(letter)] == [DeliveryState.ACCEPTED] * 2
    assert [(one.details, one.settled_at is not None) for one in rows(letter)] == [(b"", True)] * 2
    assert not found_in(bytes_at_rest(letter.engine), SECRETS)
    olga = AtTheDesk(door.app(), letter, add_colleague(letter))
    desk = words_of(olga.open(f"editions/{made[0].edition_id}"))
    assert (
        "Ada Member, Member of Congress, US House (Communicating with Congress): 1 of 1 message accepted"
        in desk
    )
    told = olga.open(f"editions/{made[0].edition_id}/evidence.json").text
    assert [one["accepted"] for one in json.loads(told)["messages_to_members"]] == [1, 1]
    assert not [secret for secret in SECRETS if secret in desk + told]
    assert "your home address was deleted" in words_of(visitor.open(f"{own}/member"))
    said = " ".join([*evidence(letter), caplog.text])
    assert not [secret for secret in SECRETS if secret in said]


def test_of_what_was_given_only_beginnings_are_shown_again(own, visitor, letter) -> None:
    ask(visitor, own)

    shown = visitor.open(f"{own}/member").text
    assert not [secret for secret in SECRETS if secret in shown]
    assert "Ms. A… O…, 4…, A… VA 2…" in words_of(visitor.open(f"{own}/member"))


def test_asking_again_takes_the_place_of_what_was_asked(own, visitor, letter, house) -> None:
    ask(visitor, own)
    ask(visitor, own, own_words="I live on its bank.")
    ask(visitor, own, own_words="I live on its bank.")

    assert len(rows(letter)) == 1
    release(letter)
    carry_all(letter)
    assert [part_of(one, "Message/ConstituentMessage") for one in house.letters] == ["I live on its bank."]


def test_it_is_taken_back_on_the_page(own, visitor, letter, house) -> None:
    ask(visitor, own)
    answer = visitor.send(f"{own}/member", {}, answer="back")

    assert "your address is deleted" in words_of(visitor.open(answer.headers["Location"]))
    assert rows(letter) == []
    assert "nothing to take back" in words_of(
        visitor.post(
            f"{own}/member", {**dict(form_of(visitor.open(f"{own}/member")).filled({})), "answer": "back"}
        )
    )
    assert not [one for one in release(letter) if one.channel == "cwc"]


def test_what_was_released_is_taken_back_until_it_leaves(own, visitor, letter, house) -> None:
    ask(visitor, own)
    release(letter)

    visitor.send(f"{own}/member", {}, answer="back")
    carry_all(letter)

    assert (house.letters, rows(letter)) == ([], [])
    assert [one.state for one in sendings(letter)] == [DeliveryState.CANCELLED]
    assert "stopped before leaving: the signatory took it back" in evidence(letter)
    letter.deliver_mail()
    carry_all(letter)
    assert letter.campaign().state is CampaignState.SENT


def test_what_has_left_is_not_taken_back(own, visitor, letter, house) -> None:
    house.troubles.append(Trouble(takes=True))
    ask(visitor, own)
    page = visitor.open(f"{own}/member")
    release(letter)
    carry_all(letter)

    answer = visitor.post(f"{own}/member", dict(form_of(page, answer="back").filled({})))

    assert "Your message has left" in words_of(answer)
    assert sendings(letter)[0].state is DeliveryState.UNCERTAIN
    assert rows(letter)[0].details, "in doubt it is kept, for it may have to go again"


def test_what_was_not_accepted_has_not_left_and_is_taken_back(own, visitor, letter, house) -> None:
    house.check_troubles.append(Trouble(status=400, body=errors(["The ZIP code is not of this district."])))
    ask(visitor, own)
    release(letter)
    carry_all(letter)
    assert sendings(letter)[0].state is DeliveryState.FAILED

    shown = words_of(visitor.open(f"{own}/member"))
    assert "Ada Member: Did not arrive" in shown
    assert not [said for said in ("has left", "waits for the letter") if said in shown]
    visitor.send(f"{own}/member", {}, answer="back")

    assert (house.letters, rows(letter)) == ([], [])


def test_what_was_not_accepted_now_but_may_have_arrived_before_is_not_taken_back(
    own, visitor, letter, house
) -> None:
    house.troubles.append(Trouble(takes=True))
    ask(visitor, own)
    page = visitor.open(f"{own}/member")
    release(letter)
    carry_all(letter)
    with transaction(letter.engine) as session:
        session.get_one(Delivery, sendings(letter)[0].id).state = DeliveryState.FAILED

    answer = visitor.post(f"{own}/member", dict(form_of(page, answer="back").filled({})))

    assert "Your message has left" in words_of(answer)
    assert rows(letter)[0].details


@pytest.mark.parametrize("answer", ["withdraw", "erase"])
def test_who_leaves_after_the_release_is_not_written_for(own, visitor, letter, house, answer) -> None:
    ask(visitor, own)
    release(letter)

    if answer == "erase":
        visitor.send(f"{own}/erase", {})
    else:
        visitor.send(own, {}, answer=answer)
    carry_all(letter)

    assert (house.letters, rows(letter)) == ([], [])
    assert [one.state for one in sendings(letter)] == [DeliveryState.CANCELLED]


def test_a_person_settles_what_is_in_doubt_and_the_address_goes(own, visitor, letter, door, house) -> None:
    house.troubles.append(Trouble(takes=True))
    ask(visitor, own)
    release(letter)
    carry_all(letter)
    (sending,) = sendings(letter)
    olga = AtTheDesk(door.app(), letter, add_colleague(letter))

    shown = olga.open(f"editions/{sending.edition_id}").text
    olga.post(f"sendings/{sending.id}/arrived", {"csrf": olga.mark(), "how": "Their office has it."})

    assert not [secret for secret in (*SECRETS, "Tenzin") if secret in shown]
    assert [(one.details, one.settled_at is not None) for one in rows(letter)] == [(b"", True)]


def test_a_message_goes_again_under_the_same_number_by_a_persons_word(
    own, visitor, letter, door, house
) -> None:
    house.troubles.append(Trouble())
    ask(visitor, own)
    release(letter)
    carry_all(letter)
    (sending,) = sendings(letter)
    olga = AtTheDesk(door.app(), letter, add_colleague(letter))

    olga.post(f"sendings/{sending.id}/again", {"csrf": olga.mark()})
    carry_all(letter)

    assert len(house.letters) == 1
    assert len({part_of(one, "Delivery/DeliveryId") for one in house.seen}) == 1
    assert rows(letter)[0].details == b""


def test_after_a_stop_it_waits_for_the_next_release(own, visitor, letter, door, house) -> None:
    ask(visitor, own)
    made = release(letter)
    olga = AtTheDesk(door.app(), letter, add_colleague(letter))

    olga.post(f"editions/{made[0].edition_id}/stop", {"csrf": olga.mark()})
    (row,) = rows(letter)
    assert (row.delivery_id, row.settled_at) == (None, None)
    letter.propose()
    letter.approve_all().release()
    carry_all(letter)

    assert len(house.letters) == 1
    assert rows(letter)[0].details == b""


def test_asked_again_after_its_address_was_deleted_it_goes_with_the_next_release(
    own, visitor, letter, door, house
) -> None:
    ask(visitor, own)
    made = release(letter)
    with transaction(letter.engine) as session:
        stop_taken_back(session, sendings(letter)[0].id, now=letter.now)
    olga = AtTheDesk(door.app(), letter, add_colleague(letter))
    olga.post(f"editions/{made[0].edition_id}/stop", {"csrf": olga.mark()})

    ask(visitor, own)
    letter.propose()
    letter.approve_all().release()
    carry_all(letter)

    assert len(house.letters) == 1


def test_where_nothing_is_set_up_nothing_is_asked(coalition, visitor) -> None:
    own = sign_as_person(opened(coalition))

    assert LINK not in words_of(visitor.open(own))
    page = words_of(visitor.open(f"{own}/member"))
    assert "cannot ask a Member of Congress now" in page
    assert "ZIP code" not in page


def test_a_test_system_asks_nobody_for_an_address(coalition, visitor, house) -> None:
    own = sign_as_person(opened(coalition, house, mode="test"))

    assert LINK not in words_of(visitor.open(own))
    assert "ZIP code" not in words_of(visitor.open(f"{own}/member"))


def test_only_a_person_who_counts_can_ask(letter, visitor) -> None:
    letter.sign_and_confirm("Lake Alliance").deliver_mail()
    organization = f"/manage/{letter.newest_token('manage')}"
    person = sign_as_person(letter)
    ready = dict(form_of(visitor.open(f"{person}/member"), having="city").filled(ASKED))
    visitor.send(person, {}, answer="withdraw")

    assert LINK not in words_of(visitor.open(organization))
    assert "cannot ask" in words_of(visitor.open(f"{organization}/member"))
    answer = visitor.post(f"{person}/member", ready)
    assert (answer.status_code, rows(letter)) == (422, [])
    assert "cannot ask a Member of Congress now" in words_of(answer)


def test_a_stranger_learns_nothing(letter, visitor) -> None:
    assert visitor.open(f"/manage/{'x' * 43}/member").status_code == 404
    assert visitor.post(f"/manage/{'x' * 43}/member", dict(ASKED)).status_code == 404


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"office": ""}, "Choose your Member."),
        ({"office": "HXX99"}, "Choose your Member."),
        ({"office": "SVA02"}, "Choose your Member."),
        ({"first_name": ""}, "The first name is missing."),
        ({"address": "4"}, "The street and number has 1 character"),
        ({"state": "CA"}, "This Member is of another state"),
        ({"state": "XX"}, "The state does not have the form"),
        ({"zip": "2220"}, "The ZIP code does not have the form"),
        ({"phone": "call me"}, "The telephone number does not have the form"),
        ({"own_words": "Dear [Your Name]"}, "Something is still to be filled in here."),
        (
            {"own_words": "The coalition asks you to raise the letter about the river before the summit."},
            "repeat the coalition",
        ),
        ({"last_name": "Oka\x00for"}, "The last name"),
        ({"last_name": "x" * 600}, "The last name is too long"),
        ({"own_words": "x" * 10_001}, "too long"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(own, visitor, letter, given, sentence) -> None:
    ready = dict(form_of(visitor.open(f"{own}/member"), having="city").filled(ASKED))
    answer = visitor.post(f"{own}/member", {**ready, **given})

    assert answer.status_code == 422
    assert sentence in words_of(answer)
    assert rows(letter) == []


def test_hostile_words_arrive_as_they_are(own, visitor, letter, house) -> None:
    words = "</ConstituentMessage><Constituent>&amp; ]]> <script>alert(1)</script>"
    ask(visitor, own, last_name="O'Hara & <Sons>", own_words=words)
    release(letter)
    carry_all(letter)

    assert part_of(house.letters[0], "Message/ConstituentMessage") == words
    assert part_of(house.letters[0], "Constituent/LastName") == "O'Hara & <Sons>"
    assert "<script>" not in visitor.open(f"{own}/member").text.replace("</script>", "")


def test_a_member_whom_nobody_asked_holds_nothing_back(own, visitor, letter, door, house) -> None:
    ask(visitor, own)
    olga = AtTheDesk(door.app(), letter, add_colleague(letter))

    assert "Nobody has asked this Member yet." in words_of(olga.open("recipients"))
    made = release(letter)

    assert sorted(one.channel for one in made) == ["cwc", "email", "soapbox"]
    assert [one.state for one in sendings(letter, "soapbox")] == [DeliveryState.NOT_CONFIGURED]


def test_a_letter_to_a_member_alone_does_not_leave_before_somebody_asked(coalition, visitor, house) -> None:
    file = letter_file(more='admit = "everyone"').replace(
        b'channels = ["email"]', f'channels = ["cwc"]\noffice_code = "{OFFICE}"'.encode()
    )
    coalition.open(file)
    set_up(coalition, "cwc", {**SETTINGS, "base": house.base})
    list_offices(coalition, {**SETTINGS, "base": house.base}, OFFICE)
    sign_as_person(coalition)

    with pytest.raises(Refused, match="Nobody has asked this Member yet"):
        release(coalition)


def test_what_is_part_of_no_release_is_deleted_at_the_release(own, visitor, letter, house) -> None:
    ask(visitor, own)
    with transaction(letter.engine) as session:
        session.exec(select(Constituent)).one().office = "HXX99"

    release(letter)

    assert [(one.details, one.delivery_id) for one in rows(letter)] == [(b"", None)]
    assert "did not go with the letter" in words_of(visitor.open(f"{own}/member"))


def test_the_key_of_home_addresses_is_none_of_the_letters(letter) -> None:
    with reading(letter.engine) as session:
        campaign = letter.campaign()
        of_letter = letter.keyring.of(session, campaign.id)
        own = letter.keyring.constituents(session, campaign.id)

    assert len({of_letter.data, of_letter.index, of_letter.token, own.data, own.index, own.token}) == 6


def test_who_else_leaves_does_not_change_the_number_of_a_message(own, visitor, letter, door, house) -> None:
    house.troubles.append(Trouble())
    other = sign_as_person(letter, "Pema Example")
    ask(visitor, own)
    release(letter)
    carry_all(letter)
    visitor.send(other, {}, answer="withdraw")
    (sending,) = sendings(letter)
    olga = AtTheDesk(door.app(), letter, add_colleague(letter))

    olga.post(f"sendings/{sending.id}/again", {"csrf": olga.mark()})
    carry_all(letter)

    assert len(house.letters) == 1
    assert len({part_of(one, "Delivery/DeliveryId") for one in house.seen}) == 1


def test_a_senator_is_asked_by_the_same_road(coalition, visitor) -> None:
    with chamber_server(is_senate=True, offices={SENATOR: ""}) as senate:
        coalition.open(
            letter_file(more='admit = "everyone"', tables=member("Cy Senator", SENATOR, "soapbox"))
        )
        settings = {**SETTINGS, "base": senate.base}
        set_up(coalition, "soapbox", settings)
        list_offices(coalition, settings, SENATOR, channel="soapbox")
        own = sign_as_person(coalition)
        refused = ask(visitor, own, office=SENATOR, prefix="Mx.")
        senate.troubles.append(Trouble(takes=True))
        ask(visitor, own, office=SENATOR)
        release(coalition)
        carry_all(coalition)
        coalition.wait(minutes=10)
        carry_all(coalition)

        assert "The form of address does not have the form that is asked for." in words_of(refused)
        assert [part_of(one, "Recipient/MemberOffice") for one in senate.letters] == [SENATOR]
        assert [one.state for one in sendings(coalition, "soapbox")] == [DeliveryState.ACCEPTED]
        assert rows(coalition)[0].details == b""


def test_who_takes_it_back_while_it_is_made_is_not_written_for(own, visitor, letter, house) -> None:
    ask(visitor, own)
    release(letter)

    def clock() -> datetime:
        # The first time that it is asked for while somebody holds the message is after that was read.
        if rows(letter) and [one.state for one in carriages(letter)] == [CarriageState.HELD]:
            visitor.send(f"{own}/member", {}, answer="back")
        return letter.now

    carry_due(replace(cart(letter, asking=Asking()), clock=clock))

    assert (house.asked, rows(letter)) == ([], [])
    assert [one.state for one in sendings(letter)] == [DeliveryState.CANCELLED]


def test_the_dossier_holds_numbers_and_no_message(own, visitor, letter, house) -> None:
    ask(visitor, own)
    release(letter)
    letter.deliver_mail()
    carry_all(letter)

    found = gathered(letter)

    assert [name for name in found.folders if "cwc" in name] == []
    (member_file,) = found.folders["members"]
    assert member_file.name == "01-cwc.json"
    record = json.loads(member_file.data)
    assert (record["office"], record["released"], record["accepted"]) == (
        "Ada Member, Member of Congress",
        1,
        1,
    )
    assert [(one["outcome"], one["status"], one["times"]) for one in record["answers"]] == [
        ("Receipt", 200, 1)
    ]
    assert [one.accepted for one in found.certificate.members] == [1]
    data = b"".join(one.data for documents in found.folders.values() for one in documents)
    assert not found_in(data, SECRETS)
    (told,) = [one for one in found.folders[""] if one.name == "evidence.json"]
    assert [one["accepted"] for one in json.loads(told.data)["messages_to_members"]] == [1]


def test_in_the_dossier_no_answer_belongs_to_one_message(own, visitor, letter, house) -> None:
    ask(visitor, own)
    release(letter)
    letter.deliver_mail()
    [key] = [one.key for one in carriages(letter)]
    # A chamber may say again what a constituent wrote, and the number of the message.
    said = f"<Errors><Error>{ASKED['address']} stands in {key}</Error></Errors>"
    house.troubles.append(Trouble(status=400, body=said.encode()))
    carry_all(letter)

    found = gathered(letter)

    data = b"".join(one.data for documents in found.folders.values() for one in documents)
    assert not found_in(data, (*SECRETS, key))
    (member_file,) = found.folders["members"]
    record = json.loads(member_file.data)
    assert (record["released"], record["accepted"], record["not_accepted"]) == (1, 0, 1)
    assert [(one["outcome"], one["status"], one["times"]) for one in record["answers"]] == [
        ("NotTaken", 400, 1)
    ]
    assert "stands in …" in record["answers"][0]["answered"]
    assert set(record["answers"][0]) == {"outcome", "status", "answered", "times"}


def test_the_desk_lists_the_copies_and_offers_no_other_way_for_what_one_person_wrote(
    letter, own, visitor, door, house
) -> None:
    ask(visitor, own)
    made = release(letter)
    house.troubles.append(Trouble(status=400, body=b"<Errors><Error>Not enabled</Error></Errors>"))
    carry_all(letter)
    assert [one.state for one in sendings(letter)].count(DeliveryState.FAILED) == 1
    olga = AtTheDesk(door.app(), letter, add_colleague(letter))

    listed = words_of(olga.open("deliveries"))
    (message,) = [
        one
        for one in olga.open(f"editions/{made[0].edition_id}").text.split("<article")
        if "one constituent’s message" in one
    ]

    assert "Cy Senator" in listed
    assert "Ada Member" not in listed
    assert "Send this copy again" in message
    assert "Bring it another way" not in message
