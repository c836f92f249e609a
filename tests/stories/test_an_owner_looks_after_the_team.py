"""An owner looks after the team: invites, changes roles, says farewell, and keeps the letter from being lost with her."""

from datetime import timedelta

import pytest
from sqlmodel import select

from service.campaigns.queries import get_campaign
from service.coordinators.accounts import role_in
from service.coordinators.backing import backing_of
from service.coordinators.factors import disable
from service.coordinators.invitations import open_invitations
from service.coordinators.second_look import ask_second, decide_look
from service.model.coordinator import Role
from service.model.schedule import Action, Schedule
from service.model.second_look import SecondLook, Verdict
from service.model.states import ScheduleState
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition
from tests.desk import AtTheDesk, Colleague, add_colleague
from tests.stories.visitor import Door, Visitor, words_of


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    return coalition.load()


@pytest.fixture
def olga(coalition: Coalition, door: Door) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition))


@pytest.fixture
def eddie(coalition: Coalition) -> Colleague:
    return add_colleague(coalition, Role.SENDER, name="Eddie Sender")


def role_of(coalition: Coalition, colleague: Colleague) -> Role | None:
    with reading(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        return role_in(session, coordinator_id=colleague.id, campaign_id=campaign.id)


def test_somebody_is_invited_in_a_role_and_taken_back(olga: AtTheDesk, coalition: Coalition) -> None:
    answer = olga.send("team", {"email": "frida@lakes.example", "role": "moderator"}, having="email")
    coalition.deliver_mail()

    assert "good once" in words_of(olga.follow(answer))
    mail = coalition.mails()[-1]
    assert (mail.to, "moderator" in mail.text) == ("frida@lakes.example", True)
    link = f"/desk/invitation/{coalition.newest_token('desk/invitation')}"
    assert olga.open(link).status_code == 200
    olga.send("team", having="invitation")
    assert "taken back" in words_of(olga.open(link))


@pytest.mark.parametrize(
    ("email", "role", "said"),
    [
        ("", "editor", "is missing"),
        ("frida", "editor", "like name@example.org"),
        ("frida@lakes.example", "", "Choose a role"),
        ("OLGA@secretariat.example", "editor", "in the team already"),
    ],
)
def test_a_wrong_invitation_comes_back_filled_in(olga: AtTheDesk, email: str, role: str, said: str) -> None:
    entries = {"csrf": olga.mark(), "email": email.lower() if "OLGA" in email else email, "role": role}
    page = olga.post("team", entries)

    assert page.status_code == 422
    assert said in words_of(page)
    assert f'value="{entries["email"]}"' in page.text


def test_another_role_counts_at_once_and_ends_the_sessions(
    olga: AtTheDesk, eddie: Colleague, coalition: Coalition, door: Door
) -> None:
    his = AtTheDesk(door.app(), coalition, eddie)
    assert his.open("").status_code == 200

    olga.send(f"team/{eddie.id}", {"role": "auditor"}, having="role")

    assert role_of(coalition, eddie) is Role.AUDITOR
    assert his.open("").status_code == 303


def test_the_last_owner_neither_leaves_nor_becomes_less(
    olga: AtTheDesk, eddie: Colleague, coalition: Coalition
) -> None:
    mine = f"team/{olga.colleague.id}"

    assert olga.send(mine, {"role": "editor"}, having="role").status_code == 422
    assert olga.send(mine, {"heir": eddie.id}, having="heir").status_code == 422
    assert role_of(coalition, olga.colleague) is Role.OWNER


def test_a_leaver_hands_over_what_it_planned_asked_and_approved(
    olga: AtTheDesk, eddie: Colleague, coalition: Coalition, door: Door
) -> None:
    heir = add_colleague(coalition, Role.SENDER, name="Hanna Heir")
    his = AtTheDesk(door.app(), coalition, eddie)
    with transaction(coalition.engine) as session:
        letter = get_campaign(session, SLUG).id
        at = {"campaign_id": letter, "now": coalition.now}
        asked = ask_second(session, act="export", thing={"n": 1}, by=eddie.by, **at).id
        by_heir = ask_second(session, act="export", thing={"n": 2}, by=heir.by, **at).id
        decide_look(session, by_heir, verdict=Verdict.APPROVED, by=eddie.by, **at)
        plans = [
            plan(letter, name, coalition, created_by=created, approved_by=approved)
            for name, created, approved in (
                ("planned", eddie.by, olga.colleague.by),
                ("approved", olga.colleague.by, eddie.by),
                ("both", eddie.by, heir.by),
            )
        ]
        session.add_all(plans)

    olga.send(f"team/{eddie.id}", {"heir": heir.id}, having="heir")

    assert role_of(coalition, eddie) is None
    assert his.open("/desk/").status_code == 303
    with reading(coalition.engine) as session:
        looks = {row.id: row for row in session.exec(select(SecondLook)).all()}
        found = {row.name: row for row in session.exec(select(Schedule)).all()}
    assert looks[asked].asked_by == heir.by
    assert looks[by_heir].verdict is None, "an approval of who has left is given again"
    got = {name: (found[name].created_by, found[name].state) for name in ("planned", "approved", "both")}
    assert got == {
        "planned": (heir.by, ScheduleState.ACTIVE),
        "approved": (olga.colleague.by, ScheduleState.PROPOSED),
        "both": (heir.by, ScheduleState.PROPOSED),
    }


def plan(letter: str, name: str, coalition: Coalition, *, created_by: str, approved_by: str) -> Schedule:
    return Schedule(
        campaign_id=letter,
        name=name,
        action=Action.REMIND,
        state=ScheduleState.ACTIVE,
        timing={},
        audience={},
        created_at=coalition.now,
        created_by=created_by,
        approved_at=coalition.now,
        approved_by=approved_by,
    )


def test_nobody_takes_over_who_is_not_in_the_team(
    olga: AtTheDesk, eddie: Colleague, coalition: Coalition
) -> None:
    stranger = add_colleague(coalition, None, name="Stran Ger")
    for heir in (stranger.id, eddie.id, "", "x" * 500):
        entries = {"csrf": olga.mark(), "heir": heir}
        assert olga.post(f"team/{eddie.id}/leave", entries).status_code == 422
    assert role_of(coalition, eddie) is Role.SENDER


def test_a_sheet_of_paper_makes_a_second_owner_once_and_all_owners_are_told(
    olga: AtTheDesk, coalition: Coalition, door: Door
) -> None:
    def backing() -> tuple[int, bool, bool]:
        with reading(coalition.engine) as session:
            found = backing_of(session, get_campaign(session, SLUG).id)
        return found.owners, found.has_sheet, found.is_enough

    assert backing() == (1, False, False)
    page = olga.send("team", to="team/sheet")
    code = page.text.split('<code dir="ltr">')[1].split("<")[0]
    assert backing() == (1, True, True)

    finder = Visitor(door.app())
    typed = {"email": "gerd@lakes.example", "code": code.lower().replace("-", " ")}
    assert finder.post("/desk/recovery-sheet", {**typed, "code": "A" * 32}).status_code == 422
    assert finder.post("/desk/recovery-sheet", typed).status_code == 200
    assert finder.post("/desk/recovery-sheet", typed).status_code == 422
    coalition.deliver_mail()

    assert {mail.to for mail in coalition.mails()} == {"gerd@lakes.example", olga.colleague.email}
    assert backing() == (1, False, False)


def test_a_newer_sheet_makes_the_earlier_worthless(olga: AtTheDesk, coalition: Coalition, door: Door) -> None:
    first = olga.send("team", to="team/sheet").text.split('<code dir="ltr">')[1].split("<")[0]
    olga.send("team", to="team/sheet")

    answer = Visitor(door.app()).post("/desk/recovery-sheet", {"email": "gerd@lakes.example", "code": first})

    assert answer.status_code == 422


def test_who_may_not_change_the_team_sees_no_address(
    eddie: Colleague, olga: AtTheDesk, coalition: Coalition, door: Door
) -> None:
    page = AtTheDesk(door.app(), coalition, eddie).open("team")

    assert "Olga Owner" in words_of(page)
    assert olga.colleague.email not in page.text


def test_the_team_is_changed_after_a_fresh_proof_only(olga: AtTheDesk, coalition: Coalition) -> None:
    olga.mark()
    coalition.now += timedelta(minutes=6)

    answer = olga.post("team", {"csrf": olga.mark(), "email": "frida@lakes.example", "role": "owner"})

    assert (answer.status_code, "not sent yet" in words_of(answer)) == (403, True)


@pytest.mark.parametrize("farewell", ["less", "leaves", "disabled"])
def test_whoever_is_no_owner_any_more_has_kept_no_way_back(
    olga: AtTheDesk, coalition: Coalition, door: Door, farewell: str
) -> None:
    gone = add_colleague(coalition, name="Greta Gone")
    hers = AtTheDesk(door.app(), coalition, gone)
    hers.send("team", {"email": "other@greta.example", "role": "owner"}, having="email")
    code = hers.send("team", to="team/sheet").text.split('<code dir="ltr">')[1].split("<")[0]

    if farewell == "less":
        olga.send(f"team/{gone.id}", {"role": "editor"}, having="role")
    elif farewell == "leaves":
        olga.send(f"team/{gone.id}", {"heir": olga.colleague.id}, having="heir")
    else:
        with transaction(coalition.engine) as session:
            disable(session, coalition.keyring.desk, gone.email, by="test", now=coalition.now)

    typed = {"email": "other@greta.example", "code": code}
    assert Visitor(door.app()).post("/desk/recovery-sheet", typed).status_code == 422
    with reading(coalition.engine) as session:
        letter = get_campaign(session, SLUG).id
        assert open_invitations(session, coalition.keyring.desk, letter, now=coalition.now) == []
