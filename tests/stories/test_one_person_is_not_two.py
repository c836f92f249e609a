"""Where two are needed, one person with two mailboxes is not enough, and a team that really is two gets on."""

from datetime import timedelta

import pytest
from sqlmodel import select
from werkzeug.test import TestResponse

from service.campaigns.contents import open_file
from service.coordinators.accounts import make_coordinator
from service.coordinators.backing import make_sheet, use_sheet
from service.coordinators.invitations import take_up
from service.delivery.offices.checks import offices_to_check
from service.delivery.offices.identity import office_key
from service.model.anchor import Anchor
from service.model.audit_event import AuditEvent
from service.model.coordinator import Role
from service.model.export import Export
from service.model.schedule import Action, Schedule
from service.model.states import ScheduleState
from service.schedules.due import Timing
from service.store.transaction import reading, transaction
from tests.coalition import Coalition, letter_file
from tests.desk import AtTheDesk, Colleague, add_colleague
from tests.joining import join_team
from tests.stories.visitor import Door, words_of

A_DAY = timedelta(hours=24)


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    return coalition.open(letter_file(more='admit = "everyone"')).sign_and_confirm("Lake Alliance")


@pytest.fixture
def olga(coalition: Coalition) -> Colleague:
    return add_colleague(coalition)


def at(door: Door, coalition: Coalition, colleague: Colleague) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, colleague)


def asked(who: AtTheDesk) -> str:
    """Ask for an export; give the path of the question."""
    who.post("exports", {"csrf": who.mark(), "form": "csv"})
    page = who.open("second-looks").text
    return "second-looks/" + page.partition("/second-looks/")[2].partition('"')[0]


def approve(who: AtTheDesk, look: str) -> TestResponse:
    return who.post(look, {"csrf": who.mark(), "verdict": "approved"})


def is_approved(coalition: Coalition) -> bool:
    with reading(coalition.engine) as session:
        return session.exec(select(Export)).one().approved_at is not None


def test_whom_one_has_just_invited_is_no_second_person_until_a_day_is_over(
    coalition: Coalition, door: Door, olga: Colleague
) -> None:
    sock = join_team(coalition, olga.by, name="Sock Puppet")
    look = asked(at(door, coalition, olga))

    page = at(door, coalition, sock)
    assert "count as one person" in words_of(page.open("second-looks"))
    assert approve(page, look).status_code == 422
    assert not is_approved(coalition)

    coalition.now += A_DAY
    page = at(door, coalition, sock)
    assert approve(page, look).status_code == 303
    assert is_approved(coalition)
    assert "One of the two had invited the other" in words_of(page.open("second-looks"))


def test_it_is_the_same_the_other_way_about(coalition: Coalition, door: Door, olga: Colleague) -> None:
    sock = join_team(coalition, olga.by, name="Sock Puppet")
    look = asked(at(door, coalition, sock))

    assert approve(at(door, coalition, olga), look).status_code == 422
    assert not is_approved(coalition)


def test_two_whom_the_same_has_just_invited_are_one(
    coalition: Coalition, door: Door, olga: Colleague
) -> None:
    first, second = (join_team(coalition, olga.by, name=name) for name in ("Sock One", "Glove Two"))
    look = asked(at(door, coalition, first))

    assert approve(at(door, coalition, second), look).status_code == 422
    assert not is_approved(coalition)


def test_who_is_new_is_a_second_person_for_whoever_did_not_invite(
    coalition: Coalition, door: Door, olga: Colleague
) -> None:
    otto = add_colleague(coalition, name="Otto Other")
    new = join_team(coalition, olga.by, name="Nina New")
    look = asked(at(door, coalition, otto))

    assert approve(at(door, coalition, new), look).status_code == 303
    assert is_approved(coalition)


def test_another_owner_vouches_and_the_inviter_cannot(
    coalition: Coalition, door: Door, olga: Colleague
) -> None:
    otto = add_colleague(coalition, name="Otto Other")
    new = join_team(coalition, olga.by, name="Nina New")
    mine = at(door, coalition, olga)
    look = asked(mine)
    assert "Counts as one with Olga Owner" in words_of(mine.open("team"))
    assert mine.post(f"team/{new.id}/vouch", {"csrf": mine.mark()}).status_code == 422

    his = at(door, coalition, otto)
    his.follow(his.send("team", to=f"team/{new.id}/vouch"))

    assert approve(at(door, coalition, new), look).status_code == 303
    assert is_approved(coalition)
    with reading(coalition.engine) as session:
        (event,) = session.exec(select(AuditEvent).where(AuditEvent.act == "team.vouch")).all()
    assert (event.actor, event.thing) == (otto.by, new.id)


def test_all_owners_hear_at_once_who_came_and_that_the_first_had_invited_the_second(
    coalition: Coalition, door: Door, olga: Colleague
) -> None:
    otto = add_colleague(coalition, name="Otto Other")
    new = join_team(coalition, olga.by, name="Nina New")
    coalition.deliver_mail()
    told = {mail.to: mail.text for mail in coalition.mails() if "the team of this letter" in mail.subject}
    assert set(told) == {olga.email, otto.email}
    assert "Nina New has come into the team of this letter as owner, invited by Olga Owner" in " ".join(
        told[otto.email].split()
    )
    look = asked(at(door, coalition, olga))
    coalition.now += A_DAY
    coalition.postbox.kept.clear()

    approve(at(door, coalition, new), look)

    coalition.deliver_mail()
    assert [mail.to for mail in coalition.mails() if "has approved" in " ".join(mail.text.split())] == [
        otto.email
    ]
    with reading(coalition.engine) as session:
        assert session.exec(select(AuditEvent).where(AuditEvent.act == "second.by_the_invited")).one()


def test_the_finder_of_a_sheet_counts_as_whoever_made_the_sheet(
    coalition: Coalition, door: Door, olga: Colleague
) -> None:
    keys = coalition.keyring.desk
    with transaction(coalition.engine) as session:
        letter = coalition.campaign().id
        code = make_sheet(session, keys, campaign_id=letter, by=olga.by, now=coalition.now)
    coalition.wait(minutes=1)
    with transaction(coalition.engine) as session:
        invitation = use_sheet(session, keys, code=code, email="find@er.example", now=coalition.now)
        row = make_coordinator(session, keys, name="Fin Der", email="find@er.example", now=coalition.now)
        take_up(session, invitation, row, now=coalition.now)
    finder = Colleague(id=row.id, name="Fin Der", email="find@er.example")
    look = asked(at(door, coalition, olga))

    assert approve(at(door, coalition, finder), look).status_code == 422


def test_an_emergency_is_not_ended_by_one_with_two_mailboxes(
    coalition: Coalition, door: Door, olga: Colleague
) -> None:
    sock = join_team(coalition, olga.by, name="Sock Puppet")
    mine, other = at(door, coalition, olga), at(door, coalition, sock)
    mine.send("emergency", to="emergency")
    mine.post("emergency/ask", {"csrf": mine.mark(), "meant": "end"})

    refused = other.send("emergency", {"verdict": "approved"}, to="emergency/end")

    assert refused.status_code == 422
    assert coalition.campaign().emergency_at is not None


def test_two_who_are_one_have_not_both_checked_a_recipient(
    coalition: Coalition, door: Door, olga: Colleague
) -> None:
    sock = join_team(coalition, olga.by, name="Sock Puppet")
    assert not waits(coalition), "where there is one person, nobody else can be asked for"
    sam = add_colleague(coalition, Role.SENDER, name="Sam Sender")
    for who in (olga, sock):
        at(door, coalition, who).send(f"recipients/{office(coalition)}", having="data")
    assert waits(coalition)

    at(door, coalition, sam).send(f"recipients/{office(coalition)}", having="data")

    assert not waits(coalition)


def test_what_one_has_checked_who_left_the_team_does_not_count(
    coalition: Coalition, door: Door, olga: Colleague
) -> None:
    sam = add_colleague(coalition, Role.SENDER, name="Sam Sender")
    add_colleague(coalition, Role.SENDER, name="Sena Sender")
    for who in (olga, sam):
        at(door, coalition, who).send(f"recipients/{office(coalition)}", having="data")
    assert not waits(coalition)

    mine = at(door, coalition, olga)
    mine.send(f"team/{sam.id}", {"heir": olga.id}, having="heir")

    assert waits(coalition)


def test_a_sending_is_not_approved_by_one_with_two_mailboxes(
    coalition: Coalition, door: Door, olga: Colleague
) -> None:
    sock = join_team(coalition, olga.by, name="Sock Puppet")
    with transaction(coalition.engine) as session:
        row = Schedule(
            campaign_id=coalition.campaign().id,
            name="news",
            action=Action.REMIND,
            state=ScheduleState.PROPOSED,
            timing=Timing(anchor=Anchor.DEADLINE, seconds=-3600).as_record(),
            audience={},
            since=coalition.now,
            created_by=olga.by,
            created_at=coalition.now,
        )
        session.add(row)
        session.flush()
        schedule = row.id
    other = at(door, coalition, sock)

    answer = other.send(f"sends/{schedule}", to=f"sends/{schedule}/approve")

    assert answer.status_code == 422
    assert "count as one person" in words_of(answer)


def waits(coalition: Coalition) -> bool:
    with reading(coalition.engine) as session:
        campaign = coalition.campaign()
        return bool(offices_to_check(session, coalition.keyring, campaign, now=coalition.now))


def office(coalition: Coalition) -> str:
    with reading(coalition.engine) as session:
        campaign = coalition.campaign()
        file = open_file(session, coalition.keyring, campaign)
        return office_key(coalition.keyring.of(session, campaign.id), file.recipients[0])


@pytest.mark.parametrize(("hours", "said"), [(1, "one_person"), (25, "two_one_invited_the_other")])
def test_a_letter_of_two_is_released_and_the_evidence_says_who_they_are_to_one_another(
    coalition: Coalition, door: Door, olga: Colleague, hours: int, said: str
) -> None:
    """Nobody has to wait for a third: what cannot be proved of the two is told."""
    paul = join_team(coalition, olga.by, name="Paul Second")
    coalition.wait(hours=hours)
    for who in (olga, paul):
        at(door, coalition, who).send(f"recipients/{office(coalition)}", having="data")
    coalition.close()
    mine = at(door, coalition, olga)
    edition = mine.send("propose", having="kind").location.split("?")[0]
    coalition.approve_all()

    released = mine.follow(mine.send(f"{edition}/release", having="csrf"))

    assert "1 copy is about to leave" in words_of(released)
    record = mine.open(f"{edition}/evidence.json").get_json(force=True)
    assert record["recipients_checked_by"] == said
