"""Addresses are shown one by one; after thirty within an hour whoever looks proves anew who it is."""

from datetime import timedelta

import pytest
from sqlmodel import select

from service.coordinators import audit
from service.coordinators.revealing import MOST_REVEALED, OF_MEMBERS
from service.coordinators.sessions import note_proof
from service.model.audit_event import AuditEvent
from service.model.coordinator import Role
from service.model.sign_in import DeskSession
from service.store.transaction import reading, transaction
from tests.coalition import Coalition
from tests.desk import AtTheDesk, add_colleague
from tests.desk_objects_members import chased
from tests.stories.visitor import Door, words_of


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    return coalition.open()


@pytest.fixture
def mo(coalition: Coalition, door: Door) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.MODERATOR, name="Mo Derator"))


def has_seen(coalition: Coalition, who: AtTheDesk, number: int) -> None:
    with transaction(coalition.engine) as session:
        for _ in range(number):
            audit.record(session, by=who.colleague.by, act=OF_MEMBERS, campaign_id=None, now=coalition.now)


def shows(who: AtTheDesk, member: str) -> bool:
    answer = who.post(f"members/{member}/contacts", {"csrf": who.mark()})
    assert answer.status_code in {200, 303}
    if answer.status_code == 303:
        assert answer.location.startswith("/desk/prove")
    return "office@lake.example" in answer.text


def proves(coalition: Coalition, who: AtTheDesk) -> None:
    with transaction(coalition.engine) as session:
        row = session.exec(select(DeskSession).where(DeskSession.coordinator_id == who.colleague.id)).one()
        note_proof(session, row.id, now=coalition.now)


def test_after_thirty_within_an_hour_a_fresh_proof_opens_thirty_more(
    coalition: Coalition, mo: AtTheDesk
) -> None:
    (member,) = chased(coalition, "Lake Alliance")
    assert f"After {MOST_REVEALED} addresses within an hour" in words_of(mo.open(f"members/{member}"))
    coalition.wait(minutes=10)
    has_seen(coalition, mo, MOST_REVEALED - 1)
    coalition.wait(minutes=1)
    assert shows(mo, member)
    assert not shows(mo, member)
    assert not shows(mo, member)

    proves(coalition, mo)
    coalition.wait(minutes=1)
    assert shows(mo, member)
    has_seen(coalition, mo, MOST_REVEALED - 1)
    assert not shows(mo, member), "nor does one proof open all"


def test_those_of_signatories_count_with_them_and_an_hour_later_it_begins_anew(
    coalition: Coalition, mo: AtTheDesk
) -> None:
    (member,) = chased(coalition, "Lake Alliance")
    coalition.wait(minutes=10)
    has_seen(coalition, mo, MOST_REVEALED)
    coalition.wait(minutes=10)

    refused = mo.post(f"signatories/{member}/address", {"csrf": mo.mark()})

    assert refused.location.startswith("/desk/prove")
    for _ in range(3):
        coalition.wait(minutes=17)
        mo.open("members")
    assert shows(mo, member)


def test_what_others_have_seen_is_theirs_and_what_is_refused_is_not_kept(
    coalition: Coalition, door: Door, mo: AtTheDesk
) -> None:
    (member,) = chased(coalition, "Lake Alliance")
    other = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    coalition.now += timedelta(minutes=10)
    has_seen(coalition, mo, MOST_REVEALED)

    assert not shows(mo, member)

    assert shows(other, member)
    with reading(coalition.engine) as session:
        kept = session.exec(select(AuditEvent.actor).where(AuditEvent.thing == member)).all()
    assert [by for by in kept if by.startswith("coordinator")] == [other.colleague.by]
