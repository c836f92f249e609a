"""As a coordinator I have the dates of my letters in my telephone, by an address that nobody else knows and that I can end."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from service.coordinators.factors import disable
from service.model.calendar_link import CalendarLink
from service.model.campaign import Campaign
from service.model.coordinator import Role
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.stories.visitor import Door, Visitor, words_of

OTHER = "other-letter"


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    coalition.open()
    other = letter_file().replace(SLUG.encode(), OTHER.encode()).replace(b"Summit", b"Assembly")
    coalition.load(other.replace(b"protect the river", b"protect the lake"))
    return coalition.sign_and_confirm("Lake Alliance")


@pytest.fixture
def olga(coalition: Coalition, door: Door) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition))


def address_of(olga: AtTheDesk) -> str:
    """Make the address, and give its path."""
    page = olga.send("/desk/calendar", to="/desk/calendar/link")
    found = re.search(r"https://[^\s<]+(/desk/calendar/[\w-]{43}\.ics)", page.text)
    assert found is not None, page.text
    return found[1]


def test_a_program_reads_the_dates_and_no_name(olga: AtTheDesk, visitor: Visitor) -> None:
    given = visitor.open(address_of(olga))

    assert given.content_type == "text/calendar; charset=utf-8"
    assert given.headers["Cache-Control"] == "no-store"
    text = given.text.replace("\r\n ", "")
    assert "DTSTART:20261205T220000Z\r\nSUMMARY:Deadline for sign-ons: " in text
    assert f"/desk/letters/{SLUG}/" in text
    assert OTHER not in text
    assert "Lake Alliance" not in text
    uids = re.findall(r"UID:(\S+)", text)
    assert len(set(uids)) == len(uids) >= 2


def test_an_event_stays_the_same_when_its_date_moves(
    coalition: Coalition, olga: AtTheDesk, visitor: Visitor
) -> None:
    def deadline(text: str) -> tuple[str, str]:
        [found] = re.findall(
            r"UID:(\S+)\r\nDTSTAMP:\S+\r\nDTSTART:(\S+)\r\nSUMMARY:Deadline", text.replace("\r\n ", "")
        )
        return found

    path = address_of(olga)
    was = deadline(visitor.open(path).text)
    with transaction(coalition.engine) as session:
        campaign = session.exec(select(Campaign).where(Campaign.slug == SLUG)).one()
        campaign.deadline_at += timedelta(days=1)

    now = deadline(visitor.open(path).text)

    assert (now[0], now[1]) == (was[0], "20261206T220000Z")


def test_only_the_newest_address_opens_and_none_after_it_was_ended(
    coalition: Coalition, olga: AtTheDesk, visitor: Visitor
) -> None:
    first = address_of(olga)
    second = address_of(olga)
    assert (visitor.open(first).status_code, visitor.open(second).status_code) == (404, 200)
    with reading(coalition.engine) as session:
        kept = session.exec(select(CalendarLink)).one()
    assert second.split("/")[-1].removesuffix(".ics").encode() not in kept.digest

    told = olga.follow(olga.send("/desk/calendar", to="/desk/calendar/link/end"))

    assert "opens nothing any more" in words_of(told)
    assert visitor.open(second).status_code == 404
    # Made anew, it is another one.
    assert address_of(olga) not in {first, second}


def test_it_ends_with_its_coordinator_and_its_letters_with_their_team(
    coalition: Coalition, olga: AtTheDesk, door: Door, visitor: Visitor
) -> None:
    path = address_of(olga)
    paul = AtTheDesk(
        door.app(), coalition, add_colleague(coalition, Role.AUDITOR, name="Paul Other", slug=OTHER)
    )
    assert OTHER in visitor.open(address_of(paul)).text
    with transaction(coalition.engine) as session:
        hidden = session.exec(select(Campaign).where(Campaign.slug == SLUG)).one()
        hidden.emergency_at = coalition.now
    assert "BEGIN:VEVENT" not in visitor.open(path).text

    with transaction(coalition.engine) as session:
        disable(session, coalition.keyring.desk, olga.colleague.email, by="test", now=coalition.now)

    assert visitor.open(path).status_code == 404


def test_it_asks_who_is_there_before_it_gives_an_address(coalition: Coalition, olga: AtTheDesk) -> None:
    olga.mark()
    coalition.now += timedelta(minutes=6)

    answer = olga.send("/desk/calendar", to="/desk/calendar/link")

    assert answer.status_code == 303
    assert answer.location.startswith("/desk/prove")
