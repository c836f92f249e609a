"""A name that looks like another one is held until somebody has said what it is; one organization counts once."""

import json
from datetime import datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from service.campaigns.queries import get_campaign
from service.foundation.errors import Refused
from service.foundation.sealing import RootKey
from service.model.evidence import Evidence
from service.model.member import Member
from service.model.resemblance import LikenessIndex
from service.model.signature import HeldReason, Kind, Signature
from service.signing.decide import decide
from service.signing.invite import import_signatories
from service.signing.listing import list_signatories
from service.signing.manage import withdraw
from service.signing.organizations import listed as listed_members
from service.signing.organizations import look_alikes
from service.signing.organizations.joined import say_another, say_same
from service.signing.organizations.proofs import attest
from service.signing.party import name_index
from service.signing.roll import letter_as_it_stands
from service.signing.roll_file import read_signatories
from service.signing.workplace import Desk
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.make import make_sign_on, make_signature
from tests.promises.holder import holder_of

FAKE = "Аmnesty lnternational"


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    return Coalition(engine=engine, root=root, now=noon).open(letter_file(more='admit = "everyone"'))


def invite(coalition: Coalition, *rows: str) -> None:
    with transaction(coalition.engine) as session:
        read = read_signatories("\n".join(["kind,name,email", *rows, ""]).encode(), attested=False)
        import_signatories(session, coalition.keyring, SLUG, read, attest="", by="test", now=coalition.now)


def listed(coalition: Coalition, name: str) -> dict[str, str]:
    with reading(coalition.engine) as session:
        rows = list_signatories(session, coalition.keyring, get_campaign(session, SLUG))
    return next(row for row in rows if row["name"] == name)


def printed(coalition: Coalition) -> list[str]:
    with reading(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        roll = letter_as_it_stands(session, coalition.keyring, campaign, now=coalition.now).roll
    return sorted(entry.name for entry in roll)


def another(coalition: Coalition, name: str) -> None:
    with transaction(coalition.engine) as session:
        say_another(
            session, coalition.keyring, SLUG, listed(coalition, name)["id"], by="test", now=coalition.now
        )


def same(coalition: Coalition, name: str, other: str) -> str:
    with transaction(coalition.engine) as session:
        ids = (listed(coalition, name)["id"], listed(coalition, other)["id"])
        return say_same(session, coalition.keyring, SLUG, *ids, by="test", now=coalition.now)


def decided(coalition: Coalition, act: str, *names: str) -> int:
    with transaction(coalition.engine) as session:
        ids = [listed(coalition, name)["id"] for name in names] or None
        return decide(session, coalition.keyring, SLUG, ids, act=act, by="test", now=coalition.now)


def test_a_look_alike_is_held_and_the_secretariat_is_told_of_whom(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Amnesty International", email="a@amnesty.example")

    coalition.sign_and_confirm(FAKE, email="x@mail.example").deliver_mail()

    row = listed(coalition, FAKE)
    assert (row["standing"], row["held"]) == ("held", "look_alike")
    assert row["resembles"] == listed(coalition, "Amnesty International")["id"]
    assert printed(coalition) == ["Amnesty International"]
    assert coalition.counts().organizations == 1
    told = [mail for mail in coalition.mails() if mail.to == "letter@rivers.example"]
    assert len(told) == 1
    assert f"same {SLUG} {row['id']}" in " ".join(told[0].text.split())
    assert f"/desk/letters/{SLUG}/signatories/{row['id']}" in told[0].text


@pytest.mark.parametrize("first", ["organization,Amnesty International,a@amnesty.example"])
def test_whoever_is_on_the_list_is_shielded_before_it_signs_and_after_it_declined(
    coalition: Coalition, first: str
) -> None:
    invite(coalition, first)
    decided(coalition, "decline", "Amnesty International")

    coalition.sign_and_confirm(FAKE, email="x@mail.example")

    assert listed(coalition, FAKE)["held"] == "look_alike"


def test_who_was_invited_is_never_held_for_its_name(coalition: Coalition) -> None:
    coalition.sign_and_confirm(FAKE, email="x@mail.example")
    invite(coalition, "organization,Amnesty International,a@amnesty.example")

    coalition.sign_and_confirm("Amnesty International", email="a@amnesty.example")

    assert listed(coalition, "Amnesty International")["standing"] == "counted"


def test_a_stranger_who_never_confirmed_holds_nobody_up(coalition: Coalition) -> None:
    coalition.sign(FAKE, email="x@mail.example").deliver_mail()

    coalition.sign_and_confirm("Amnesty International", email="a@amnesty.example")

    assert listed(coalition, "Amnesty International")["standing"] == "counted"


def test_a_slip_of_the_pen_is_found_among_sealed_names(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Greenpeace", email="a@green.example")

    coalition.sign_and_confirm("Greenpeece", email="x@mail.example")

    assert listed(coalition, "Greenpeece")["held"] == "look_alike"


def test_a_person_of_such_a_name_is_left_alone(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Amnesty International", email="a@amnesty.example")

    coalition.sign_and_confirm(FAKE, email="x@mail.example", kind=Kind.PERSON)

    assert listed(coalition, FAKE)["standing"] == "counted"


def test_another_organization_counts_by_itself_and_is_not_held_again(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Lakes United", email="a@lakes.example")
    coalition.sign_and_confirm("Lake United", email="x@lake.example")
    coalition.sign_and_confirm("Greenpeace", email="a@green.example")
    coalition.sign_and_confirm("Greenpeece", email="b@green.example")

    another(coalition, "Greenpeece")

    assert coalition.counts().organizations == len(printed(coalition)) == 4
    assert listed(coalition, "Greenpeece")["resembles"] == ""
    with pytest.raises(Refused, match="looks like no other"):
        another(coalition, "Lakes United")


def test_the_same_organization_counts_and_is_printed_once(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Amnesty International", email="a@amnesty.example")
    coalition.sign_and_confirm("Amnesty International e.V.", email="x@amnesty.example")

    stands = same(coalition, "Amnesty International e.V.", "Amnesty International")

    assert stands == listed(coalition, "Amnesty International")["id"]
    assert listed(coalition, "Amnesty International e.V.")["standing"] == "joined"
    assert coalition.counts().organizations == 1
    assert printed(coalition) == ["Amnesty International"]


def test_a_chapter_that_counted_is_joined_and_let_go_again(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Lake Alliance", email="a@lakes.example")
    coalition.sign_and_confirm("Lake Alliance North", email="n@lakes.example")
    assert coalition.counts().organizations == 2

    same(coalition, "Lake Alliance North", "Lake Alliance")
    assert printed(coalition) == ["Lake Alliance"]

    another(coalition, "Lake Alliance North")
    assert coalition.counts().organizations == 2


def test_a_colleagues_sign_on_stands_for_the_invited_that_has_not_signed(coalition: Coalition) -> None:
    invite(coalition, "organization,Amnesty International,a@amnesty.example")
    coalition.sign_and_confirm("Amnesty International e.V.", email="x@amnesty.example")

    same(coalition, "Amnesty International e.V.", "Amnesty International")
    coalition.sign_and_confirm("Amnesty International", email="a@amnesty.example")

    assert printed(coalition) == ["Amnesty International e.V."]
    assert coalition.counts().organizations == 1


def test_a_name_in_latin_letters_that_is_given_later_is_compared_as_well(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Amnesty International", email="a@amnesty.example")
    coalition.sign_and_confirm("Ֆորում", email="x@mail.example").deliver_mail()

    holder_of(coalition, "Ֆորում").change(name_latin="Amnesty lnternational")

    assert listed(coalition, "Ֆորում")["held"] == "look_alike"
    assert printed(coalition) == ["Amnesty International"]


def test_an_erased_sign_on_leaves_no_look_no_evidence_and_no_member_behind(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Greenpeace", signs_for="members", members=("Lac",)).deliver_mail()
    holder = holder_of(coalition, "Greenpeace")
    with transaction(coalition.engine) as session:
        attest(session, coalition.keyring, SLUG, holder.row_id, how="called", by="test", now=coalition.now)

    holder.erase()

    with reading(coalition.engine) as session:
        assert session.exec(select(LikenessIndex)).all() == []
        assert session.exec(select(Evidence)).all() == []
        assert [member.name for member in session.exec(select(Member)).all()] == [b""]
    coalition.sign_and_confirm("Greenpeece", email="x@mail.example")
    assert printed(coalition) == ["Greenpeece"]


def test_who_was_joined_is_looked_at_again_when_the_whole_leaves(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Lake Alliance", email="a@lakes.example").deliver_mail()
    manage = coalition.newest_token("manage")
    coalition.sign_and_confirm("Lake Alliance North", email="n@lakes.example")
    same(coalition, "Lake Alliance North", "Lake Alliance")

    with transaction(coalition.engine) as session:
        withdraw(session, coalition.keyring, token=manage, now=coalition.now)

    north = listed(coalition, "Lake Alliance North")
    assert (north["standing"], north["joined_to"]) == ("held", "")
    assert coalition.counts().organizations == 0
    another(coalition, "Lake Alliance North")
    assert printed(coalition) == ["Lake Alliance North"]


def test_those_that_are_joined_follow_to_where_the_whole_is_joined(coalition: Coalition) -> None:
    for name in ("Lake Alliance", "Lake Alliance North", "Lake Alliance World"):
        coalition.sign_and_confirm(name, email=f"{name.split()[-1].lower()}@lakes.example")

    same(coalition, "Lake Alliance North", "Lake Alliance")
    same(coalition, "Lake Alliance", "Lake Alliance World")

    assert printed(coalition) == ["Lake Alliance World"]
    with pytest.raises(Refused, match="is joined to"):
        same(coalition, "Lake Alliance", "Lake Alliance North")


def test_nobody_lets_look_alikes_go_all_at_once_or_by_a_plain_release(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Amnesty International", email="a@amnesty.example")
    coalition.sign_and_confirm(FAKE, email="x@mail.example")

    assert decided(coalition, "release") == 0
    with pytest.raises(Refused, match="looks like another sign-on"):
        decided(coalition, "release", FAKE)
    assert coalition.counts().organizations == 1


@pytest.mark.parametrize(
    ("one", "other", "sentence"),
    [
        ("Lake Alliance", "Lake Alliance", "cannot be joined to itself"),
        ("Dana Example", "Lake Alliance", "Only organizations can be joined"),
        ("Never Confirmed", "Nor This", "Neither of the two is confirmed"),
    ],
)
def test_what_cannot_be_joined_is_refused(coalition: Coalition, one: str, other: str, sentence: str) -> None:
    coalition.sign_and_confirm("Lake Alliance")
    coalition.sign_and_confirm("Dana Example", kind=Kind.PERSON)
    coalition.sign("Never Confirmed").sign("Nor This")

    with pytest.raises(Refused, match=sentence):
        same(coalition, one, other)


def test_the_look_of_a_name_lies_there_as_keyed_hashes_only(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Amnesty International", email="a@amnesty.example")

    with reading(coalition.engine) as session:
        kept = session.exec(select(LikenessIndex)).all()

    assert kept
    assert all(len(entry.digest) == 32 for entry in kept)
    assert "mnesty" not in json.dumps([str(entry) for entry in kept])


def test_spelling_is_compared_with_the_newest_and_looks_with_all(
    coalition: Coalition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look_alikes, "MOST_COMPARED", 1)
    coalition.sign_and_confirm("Greenpeace", email="a@green.example")
    coalition.sign_and_confirm("River Watch", email="a@river.example")

    coalition.sign_and_confirm("Greenpeece", email="x@mail.example")
    coalition.sign_and_confirm("Grееnpeace", email="y@mail.example")

    assert listed(coalition, "Greenpeece")["standing"] == "counted"
    assert listed(coalition, "Grееnpeace")["held"] == "look_alike"


def test_a_name_that_came_by_a_list_is_found_too(coalition: Coalition) -> None:
    with transaction(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        keys = coalition.keyring.of(session, campaign.id)
        sign_on = make_sign_on(name="རྒྱ་མཚོའི་ཚོགས་པ", name_latin="Ocean Union", acronym="OUT")
        make_signature(session, keys, campaign, now=coalition.now, sign_on=sign_on)

    coalition.sign_and_confirm("Осеаn Union", email="x@mail.example")
    coalition.sign_and_confirm("O.U.T.", email="y@mail.example")

    assert listed(coalition, "Осеаn Union")["held"] == "look_alike"
    assert listed(coalition, "O.U.T.")["held"] == "look_alike"


def test_the_same_folded_name_from_another_mailbox_is_a_second_claim_as_ever(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Lake Alliance", email="a@lakes.example")

    coalition.sign_and_confirm("LAKE  alliance", email="x@mail.example")

    assert listed(coalition, "LAKE  alliance")["held"] == HeldReason.SECOND_CLAIM
    with reading(coalition.engine) as session:
        keys = coalition.keyring.of(session, get_campaign(session, SLUG).id)
        index = name_index(keys, Kind.ORGANIZATION, "Lake Alliance")
        assert session.exec(select(Signature).where(Signature.name_index == index)).one()


# Members that another one lists


def network(coalition: Coalition, *members: str) -> None:
    coalition.sign_and_confirm("Lakes Network", email="n@lakes.example", signs_for="members", members=members)


def test_who_looks_like_a_listed_member_is_held_and_counts_once_by_its_own_word(coalition: Coalition) -> None:
    invite(coalition, "organization,Lakes Network,n@lakes.example")
    network(coalition, "Lac", "Delta")

    coalition.sign_and_confirm("Lac e.V.", email="lac@lac.example").deliver_mail()
    row = listed(coalition, "Lac e.V.")
    assert (row["held"], row["resembles"]) == ("look_alike", listed(coalition, "Lakes Network")["id"])
    told = [mail.text for mail in coalition.mails() if mail.to == "letter@rivers.example"]
    assert "another one: Lac – Lakes Network" in " ".join(told[-1].split())
    assert printed(coalition) == ["Delta", "Lac", "Lakes Network"]

    assert same(coalition, "Lac e.V.", "Lakes Network") == row["id"]
    assert printed(coalition) == ["Delta", "Lac e.V.", "Lakes Network"]
    assert coalition.counts().organizations == 3
    holder_of(coalition, "Lakes Network").change(representative_title="Chair")
    assert printed(coalition) == ["Delta", "Lac e.V.", "Lakes Network"]


def test_who_lists_a_member_that_looks_like_a_signatory_is_held_even_if_it_was_invited(
    coalition: Coalition,
) -> None:
    invite(coalition, "organization,Lakes Network,n@lakes.example")
    coalition.sign_and_confirm("Lac e.V.", email="lac@lac.example")

    network(coalition, "Lac", "Delta")
    assert listed(coalition, "Lakes Network")["held"] == "look_alike"
    same(coalition, "Lakes Network", "Lac e.V.")

    assert printed(coalition) == ["Delta", "Lac e.V.", "Lakes Network"]
    assert coalition.counts().organizations == 3


def test_a_listed_member_that_is_another_than_it_looks_like_is_printed_beside_it(
    coalition: Coalition,
) -> None:
    invite(coalition, "organization,Lakes Network,n@lakes.example")
    network(coalition, "Lac")
    coalition.sign_and_confirm("Lac e.V.", email="lac@lac.example")

    another(coalition, "Lac e.V.")

    assert printed(coalition) == ["Lac", "Lac e.V.", "Lakes Network"]


def test_among_very_many_listed_members_exact_names_and_spelling_are_still_compared(
    coalition: Coalition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listed_members, "MOST_LOOKED_AT", 0)
    invite(coalition, "organization,Lakes Network,n@lakes.example")
    network(coalition, "Greenpeace", "River Watch")

    coalition.sign_and_confirm("Greenpeece", email="x@mail.example")
    assert listed(coalition, "Greenpeece")["held"] == "look_alike"

    monkeypatch.setattr(listed_members, "MOST_LISTED", 1)
    with reading(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        keys = coalition.keyring.of(session, campaign.id)
        desk = Desk(session=session, keys=keys, campaign=campaign, now=coalition.now)
        for name in ("Greenpeace", "River Watch"):
            assert len(listed_members.listed_under(desk, name)) == 1
