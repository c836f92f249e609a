"""A chamber's list of offices is fetched once a day and kept, and no message leaves for an office that is not on it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlmodel import select

from service.campaigns.queries import get_campaign
from service.delivery.asking import Answer, Asking
from service.delivery.carrying.lists import fetch_due_lists
from service.delivery.channels.cwc import CHANNEL as CWC
from service.delivery.check import check
from service.delivery.congress.rhythm import Rhythm
from service.delivery.constituents.ask import ask_member, offer_of
from service.delivery.kept_lists import take_turn
from service.delivery.way_settings import ListSeen, ways_seen
from service.foundation.errors import Refused
from service.model.chamber_list import ChamberList, Missed
from service.model.states import CampaignState, CarriageState, DeliveryState
from service.model.way_setting import WaySetting
from service.store.transaction import reading, transaction
from tests.carrying import carriages, evidence, set_up
from tests.coalition import OUTWARD, SLUG, Coalition, letter_file
from tests.constituents import (
    ASKED,
    OFFICE,
    OTHER_OFFICE,
    SENATOR,
    SETTINGS,
    carry_all,
    file_to_members,
    list_offices,
    opened,
    release,
    rows,
    sendings,
    sign_as_person,
)
from tests.doubles.congress import KEY, ChamberOnServer, Trouble, chamber_server
from tests.ways import set_up as set_up_in

OTHER = "other-letter"
LISTED = (OFFICE, OTHER_OFFICE)
HUGE = b'["HVA08"' + b',"HVA08"' * 100_000 + b"]"


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    # How often a chamber is asked in a second is tried in tests/unit/delivery/congress, without a clock.
    monkeypatch.setattr(Rhythm, "wait", lambda _: None)


@pytest.fixture
def house() -> Iterator[ChamberOnServer]:
    with chamber_server(offices=dict.fromkeys(LISTED, "")) as server:
        yield server


@pytest.fixture
def coalition(engine, root, noon) -> Coalition:
    return Coalition(engine=engine, root=root, now=noon)


@pytest.fixture
def letter(coalition: Coalition, house: ChamberOnServer) -> Coalition:
    """Open a letter with the House set up, of which no list was fetched yet."""
    coalition.open(file_to_members())
    set_up(coalition, "cwc", of(house))
    return coalition


def of(server: ChamberOnServer, **changes: str) -> dict[str, str]:
    return {**SETTINGS, "base": server.base, **changes}


def fetch(coalition: Coalition, asking: Asking | None = None) -> int:
    return fetch_due_lists(
        coalition.engine, coalition.keyring, asking or Asking(), clock=lambda: coalition.now
    )


def kept(coalition: Coalition) -> ChamberList:
    with reading(coalition.engine) as session:
        return session.exec(select(ChamberList)).one()


def seen(coalition: Coalition, way: str = "cwc") -> ListSeen | None:
    with reading(coalition.engine) as session:
        found = ways_seen(session, coalition.keyring, get_campaign(session, SLUG), now=coalition.now)
    return next(one.listed for one in found if one.name == way)


def reason(coalition: Coalition, label: str = "Ada Member") -> str:
    with reading(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        lines = check(session, coalition.keyring, campaign, OUTWARD, now=coalition.now)
    return next(one.verdict.reason for one in lines if one.label.startswith(label))


def ask(coalition: Coalition, own: str, office: str = OFFICE) -> None:
    given = {name: text for name, text in ASKED.items() if name != "office"} | {"phone": "703-555-0102"}
    with transaction(coalition.engine) as session:
        token = own.rpartition("/")[2]
        ask_member(session, coalition.keyring, given, office, token=token, now=coalition.now)


def offers(coalition: Coalition, own: str) -> bool:
    with reading(coalition.engine) as session:
        token = own.rpartition("/")[2]
        return offer_of(session, coalition.keyring, token=token, now=coalition.now).leads_on


def test_a_list_is_fetched_once_a_day(letter, house) -> None:
    assert fetch(letter) == 1
    assert (kept(letter).offices, kept(letter).fetched_at) == (sorted(LISTED), letter.now)
    letter.wait(hours=24)
    assert fetch(letter) == 0

    house.offices["HTX01"] = ""
    letter.wait(minutes=1)

    assert fetch(letter) == 1
    assert kept(letter).offices == sorted((*LISTED, "HTX01"))
    assert house.asked == ["GET /v2/offices"] * 2


def test_the_senate_is_asked_in_its_own_words(coalition) -> None:
    with chamber_server(is_senate=True, offices={SENATOR: "Cy Senator [bioguide_id: C000001]"}) as senate:
        coalition.open(file_to_members())
        set_up(coalition, "soapbox", of(senate))

        assert fetch(coalition) == 1

    assert kept(coalition).offices == [SENATOR]
    assert seen(coalition, "cwc") is None
    assert seen(coalition, "lob") is None
    assert seen(coalition, "soapbox").offices == 1


@pytest.mark.parametrize(
    ("trouble", "missed"),
    [
        (Trouble(), Missed.AWAY),
        (Trouble(status=503), Missed.AWAY),
        (Trouble(status=429), Missed.AWAY),
        (Trouble(status=200, body=b'["HVA08",', half=True), Missed.AWAY),
        (Trouble(status=401), Missed.KEY),
        (Trouble(status=403), Missed.KEY),
        (Trouble(status=404), Missed.NO_LIST),
        (Trouble(status=302, headers={"Location": "/login"}), Missed.AWAY),
        (Trouble(status=200), Missed.NO_LIST),
        (Trouble(status=200, body=b"<html>HVA08</html>"), Missed.NO_LIST),
        (Trouble(status=200, body=b"[]"), Missed.NO_LIST),
        (Trouble(status=200, body=b"[" * 60_000), Missed.NO_LIST),
        (Trouble(status=200, body=b'["' + b"1" * 60_000 + b'"]'), Missed.NO_LIST),
        (Trouble(status=200, body=b"[" + b"1" * 60_000 + b"]"), Missed.NO_LIST),
        (Trouble(status=200, body=HUGE), Missed.NO_LIST),
        (Trouble(status=200, body=b'["<script>", {"office_code": ["HVA08"]}, null, 1]'), Missed.NO_LIST),
    ],
)
def test_what_brings_no_list_leaves_the_last_one_and_is_said(letter, house, trouble, missed) -> None:
    list_offices(letter, of(house), *LISTED)
    fetched_at = letter.now
    letter.wait(hours=25)
    house.office_troubles.append(trouble)

    assert fetch(letter) == 1

    row = kept(letter)
    assert (row.offices, row.fetched_at) == (sorted(LISTED), fetched_at)
    assert (row.tried_at, row.missed) == (letter.now, missed)
    told = seen(letter)
    assert (told.offices, told.fetched_at, told.tried_at) == (2, fetched_at, letter.now)
    assert told.missed.endswith(".")
    assert told.useless == ""


def test_after_a_try_in_vain_nobody_asks_for_an_hour(letter, house) -> None:
    house.office_troubles.append(Trouble(status=503))
    fetch(letter)
    assert seen(letter).fetched_at is None
    letter.wait(minutes=59)
    assert fetch(letter) == 0

    letter.wait(minutes=1)

    assert fetch(letter) == 1
    assert (kept(letter).missed, seen(letter).missed) == (None, "")


def test_whoever_mends_the_key_waits_for_nothing(letter, house) -> None:
    set_up(letter, "cwc", of(house, key="wrong"))
    fetch(letter)
    assert kept(letter).missed is Missed.KEY

    letter.wait(minutes=2)
    set_up(letter, "cwc", of(house))
    with transaction(letter.engine) as session:
        session.exec(select(WaySetting)).one().set_at = letter.now

    assert fetch(letter) == 1
    assert kept(letter).missed is None


def test_the_bad_key_of_one_letter_keeps_the_list_from_no_other(letter, house) -> None:
    letter.load(letter_file().replace(SLUG.encode(), OTHER.encode()))
    letter.wait(minutes=1)
    set_up_in(letter, "cwc", of(house, key="wrong"), slug=OTHER)

    assert fetch(letter) == 1

    assert kept(letter).offices == sorted(LISTED)
    assert house.asked == ["GET /v2/offices"] * 2


def test_a_list_hardly_half_as_long_is_not_trusted_until_nothing_goes_by_the_last(letter, house) -> None:
    list_offices(letter, of(house), *(f"HVA{number:02d}" for number in range(11)))
    letter.wait(hours=25)
    fetch(letter)
    assert (len(kept(letter).offices), kept(letter).missed) == (11, Missed.SHORT)

    letter.wait(days=7)
    fetch(letter)

    assert (kept(letter).offices, kept(letter).missed) == (sorted(LISTED), None)


def test_a_chamber_that_is_closed_is_not_asked(letter, house) -> None:
    letter.now = datetime(2026, 11, 25, 6, tzinfo=UTC)

    fetch(letter)

    assert house.asked == []
    assert kept(letter).missed is Missed.CLOSED


@pytest.mark.parametrize("state", [CampaignState.ARCHIVED, CampaignState.PURGED])
def test_for_a_letter_that_is_put_away_nothing_is_fetched(letter, house, state) -> None:
    with transaction(letter.engine) as session:
        get_campaign(session, SLUG).state = state

    assert fetch(letter) == 0
    assert house.asked == []


def test_where_no_letter_goes_this_way_nobody_is_asked(coalition, house) -> None:
    coalition.open(file_to_members())

    assert fetch(coalition) == 0
    assert house.asked == []


def test_two_who_come_at_once_ask_once(letter, house) -> None:
    place = CWC.list_at(of(house))
    with transaction(letter.engine) as session:
        first = take_turn(session, place, set_at=None, now=letter.now)
    with transaction(letter.engine) as session:
        second = take_turn(session, place, set_at=None, now=letter.now)

    assert (first, second) == (True, False)


@dataclass(frozen=True, kw_only=True)
class LooksFirst(Asking):
    """Does something whenever it asks."""

    look: Callable[[], None]

    def ask(self, method: str, url: str, **what: Any) -> Answer:
        self.look()
        return super().ask(method, url, **what)


def test_no_transaction_is_open_while_a_chamber_is_asked(letter, house) -> None:
    open_now: set[Connection] = set()
    looked: list[int] = []
    event.listen(letter.engine, "begin", open_now.add)
    for ending in ("commit", "rollback"):
        event.listen(letter.engine, ending, open_now.discard)

    fetch(letter, LooksFirst(look=lambda: looked.append(len(open_now))))

    assert looked == [0]


# Who is asked for an address, and what is released


def test_nobody_is_asked_for_an_address_before_it_is_known_that_the_office_takes_any(letter, house) -> None:
    own = sign_as_person(letter)
    assert not offers(letter, own)
    with pytest.raises(Refused, match="cannot ask a Member"):
        ask(letter, own)

    fetch(letter)
    assert offers(letter, own)
    letter.wait(days=7, minutes=1)
    assert not offers(letter, own)
    list_offices(letter, of(house), OTHER_OFFICE)

    with pytest.raises(Refused, match="Choose your Member"):
        ask(letter, own)
    assert rows(letter) == []


def test_an_office_that_is_not_on_the_list_holds_the_release_back(letter, house) -> None:
    fetch(letter)
    ask(letter, sign_as_person(letter))
    list_offices(letter, of(house), OTHER_OFFICE)

    said = "The office HVA08 is not on the list. The list of offices was fetched within the hour."
    assert reason(letter) == said
    with pytest.raises(Refused, match=r"To Ada Member.*The office HVA08 is not on the list"):
        release(letter)
    assert house.seen == []


def test_a_list_of_more_than_a_week_holds_the_release_back(letter, house) -> None:
    fetch(letter)
    ask(letter, sign_as_person(letter))
    letter.wait(days=7, minutes=1)

    assert reason(letter) == "Nothing goes by so old a list. The list of offices is 7 days old."
    with pytest.raises(Refused, match="Nothing goes by so old a list"):
        release(letter)


def test_a_member_whom_nobody_asked_holds_nothing_back_listed_or_not(letter, house) -> None:
    list_offices(letter, of(house), OFFICE)
    ask(letter, sign_as_person(letter))

    assert reason(letter, "Bo Member").startswith("The office HCA11 is not on the list.")
    release(letter)

    assert [one.state for one in sendings(letter)] == [DeliveryState.CARRYING]


# What leaves


@pytest.fixture
def released(coalition: Coalition, house: ChamberOnServer) -> Coalition:
    """Release a letter with one message to a Member."""
    opened(coalition, house)
    ask(coalition, sign_as_person(coalition))
    release(coalition)
    return coalition


def test_before_a_message_leaves_a_list_of_a_day_is_fetched_anew(released, house) -> None:
    released.wait(hours=25)

    carry_all(released)

    assert house.asked == ["GET /v2/offices", "POST /v2/validate", "POST /v2/message"]
    assert [one.state for one in sendings(released)] == [DeliveryState.ACCEPTED]


def test_an_office_that_is_on_the_list_no_more_is_not_asked(released, house) -> None:
    released.wait(hours=25)
    del house.offices[OFFICE]

    carry_all(released)

    assert house.asked == ["GET /v2/offices"]
    assert [one.state for one in sendings(released)] == [DeliveryState.FAILED]
    assert any("The office HVA08 is not on the list." in one for one in evidence(released))


def test_a_list_of_some_days_still_serves_where_none_can_be_fetched(released, house) -> None:
    released.wait(days=6)
    house.office_troubles.append(Trouble(status=503))

    carry_all(released)

    assert len(house.letters) == 1


def test_by_too_old_a_list_nothing_leaves_until_there_is_another(released, house) -> None:
    released.wait(days=8)
    house.office_troubles.append(Trouble(status=503))
    carry_all(released)
    assert (house.seen, [one.state for one in carriages(released)]) == ([], [CarriageState.NOT_NOW])

    released.wait(hours=2)
    carry_all(released)

    assert len(house.letters) == 1
    assert [one.state for one in sendings(released)] == [DeliveryState.ACCEPTED]


def test_no_key_is_kept_with_a_list(letter, house) -> None:
    fetch(letter)

    assert KEY not in repr(kept(letter))
    assert kept(letter).place == f"{house.base}/v2/offices"
