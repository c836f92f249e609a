"""A copy that leaves by itself leaves once, is told as far as is known, and in doubt waits for a person, on each database."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from service.delivery.asking import Answer, Asking
from service.delivery.carrying.carry import carry_due
from service.delivery.carrying.claim import (
    LEASE,
    LEASE_BEHIND_THE_FENCE,
    NotToLeave,
    claim_carriage,
    give_back,
    pass_fence,
)
from service.delivery.carrying.decide import GIVES_UP_AFTER
from service.delivery.carrying.hear import take_in
from service.delivery.parcel import Heard
from service.delivery.release import stop
from service.delivery.sendings import leaves_next, sendings_of
from service.delivery.settle import keep_arrival, send_again
from service.foundation.errors import Refused
from service.foundation.sealing import RootKey
from service.mail.sending import hold, release
from service.model.delivery import DeliveryEvent
from service.model.states import CampaignState, CarriageState, DeliveryState
from service.store.transaction import reading, transaction
from tests.carrying import (
    LOB,
    PINGEN,
    carriages,
    carry,
    cart,
    delivery_of,
    evidence,
    file_by,
    follow,
    kept_of,
    released,
    set_up,
)
from tests.coalition import SLUG, Coalition
from tests.doubles.lob import TEST, Lob
from tests.doubles.loopback_http import Fault, Reply, open_house
from tests.doubles.pingen import Pingen
from tests.doubles.regulations_gov import API_KEY, DOCUMENT, How, RegulationsGov, Step, open_regulations_gov
from tests.printing import ASKING

ORDER = r"POST /v1/letters"
SEARCH = r"GET /v1/letters"
FAULTS = [
    *(
        Fault(of=of, manner=manner)
        for of in (ORDER, SEARCH)
        for manner in ("break before", "break after", "half")
    ),
    *(
        Fault(of=ORDER, manner=manner, reply=Reply(status=status, body=body))
        for manner in ("instead", "afterwards")
        for status, body in ((500, b"oops"), (200, b"{"))
    ),
    Fault(of=ORDER, manner="instead", reply=Reply(status=429)),
    Fault(of=SEARCH, manner="instead", reply=Reply(status=503, body=b"later")),
]
PRESS = """
[[recipients]]
role = "press"
name = "The Basin Herald"
address = ["9 Ink Lane", "Capital City, DC 20501"]
country = "US"
channels = ["lob"]
"""


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    return Coalition(engine=engine, root=root, now=noon)


@pytest.fixture
def house(noon: datetime) -> Lob:
    return Lob(now=noon)


@pytest.fixture
def lob(house: Lob) -> Iterator[dict[str, str]]:
    """Give the settings by which the house is asked with a live key."""
    with open_house(house) as base:
        yield {**LOB, "url": f"{base}/v1"}


@pytest.fixture
def sent(coalition: Coalition, lob: dict[str, str]) -> Coalition:
    """Give a letter that was released and goes by Lob alone."""
    return released(coalition, "lob", lob)


def state(coalition: Coalition, channel: str = "lob") -> DeliveryState:
    return delivery_of(coalition, channel).state


def stop_all(coalition: Coalition) -> int:
    with transaction(coalition.engine) as session:
        return stop(session, SLUG, by="ada", now=coalition.now)


def again(coalition: Coalition, channel: str = "lob") -> None:
    with transaction(coalition.engine) as session:
        send_again(
            session,
            coalition.keyring,
            SLUG,
            delivery_of(coalition, channel).id,
            by="ada",
            now=coalition.now,
        )


def told(coalition: Coalition) -> list[str]:
    """Give the alerts that the secretariat got."""
    coalition.deliver_mail()
    return [mail.text for mail in coalition.mails() if mail.to == "letter@rivers.example"]


class Doing(Asking):
    """Asks, and does something before or after one of the requests, such as pressing a button, or dying."""

    def __init__(self, do: Callable[[], object], *, at: str, after: bool = False) -> None:
        super().__init__(ca_file=ASKING.ca_file)
        object.__setattr__(self, "doing", (do, at, after))

    def ask(self, method: str, url: str, **given: Any) -> Answer:
        do, at, after = self.__dict__["doing"]
        if method == at and not after:
            do()
        answer = super().ask(method, url, **given)
        if method == at and after:
            do()
        return answer


class GoneError(BaseException):
    """Dying, as far as a process can be asked to within a test."""


def die() -> None:
    raise GoneError


def test_it_is_handed_over_once_and_told_as_far_as_is_known(sent: Coalition, house: Lob) -> None:
    assert state(sent) is DeliveryState.CARRYING

    carry(sent)
    sent.wait(hours=12)
    carry(sent)

    [letter] = house.letters["live"]
    assert state(sent) is DeliveryState.HANDED_OVER
    assert any(letter["id"] in one for one in evidence(sent))
    assert sent.campaign().state is CampaignState.SENT
    [row] = carriages(sent)
    assert (row.state, row.receipt, row.tries) == (CarriageState.TAKEN, letter["id"], 1)
    [kept] = kept_of(sent, row)
    assert str(kept["asked"]).startswith("POST ")
    assert letter["id"].encode() not in row.details
    assert told(sent) == []


def test_the_letter_that_arrives_is_the_copy_with_its_annexes_on_the_paper_of_that_way(
    sent: Coalition, house: Lob
) -> None:
    carry(sent)

    [letter] = house.letters["live"]
    assert letter["to"]["address_city"] == "CAPITAL CITY"
    assert house.files[letter["id"]].startswith(b"%PDF")


def test_pingen_is_given_the_address_that_it_will_read(coalition: Coalition, noon: datetime) -> None:
    meant = "Jane Q. Example\nPresident of the Republic\nThe Presidential Office\n1 Palace Square\n3003 Bern"
    house = Pingen(now=noon, reads=lambda _: (meant, "CH"))
    with open_house(house) as base:
        house.base = base
        released(
            coalition,
            "pingen",
            {**PINGEN, "url": base, "identity_url": base},
            file=file_by("pingen", country="CH"),
        )

        carry(coalition)

    assert len(house.sent) == 1
    assert state(coalition, "pingen") is DeliveryState.HANDED_OVER


def test_an_address_that_was_misread_is_told_to_the_desk_and_stands_in_no_evidence(
    coalition: Coalition, noon: datetime
) -> None:
    house = Pingen(now=noon, reads=lambda _: ("Somebody Else\n9 Wrong Road", "CH"))
    with open_house(house) as base:
        house.base = base
        released(
            coalition,
            "pingen",
            {**PINGEN, "url": base, "identity_url": base},
            file=file_by("pingen", country="CH"),
        )

        carry(coalition)

    assert house.sent == []
    assert state(coalition, "pingen") is DeliveryState.FAILED
    assert not any("Palace" in one or "Wrong Road" in one for one in evidence(coalition))
    with reading(coalition.engine) as session:
        [seen] = sendings_of(
            session,
            coalition.keyring,
            coalition.campaign(),
            delivery_of(coalition, "pingen").edition_id,
        )
    assert any("9 Wrong Road" in one for one in seen.faults)
    assert any("was not sent" in text for text in told(coalition))


def commented(coalition: Coalition, office: RegulationsGov) -> None:
    """Release a letter that goes to regulations.gov, and let it be handed over."""
    named = f'''regulations_document = "{DOCUMENT}"
regulations_organization_type = "Non-Governmental Organization"
channels'''
    file = file_by("regulations").replace(b"channels", named.encode())
    values = {"api_key": API_KEY, "mode": "live", "certified": "yes", "url": f"{office.url}/v4"}
    released(coalition, "regulations", values, file=file)
    carry(coalition)


@pytest.mark.parametrize(
    ("step", "how", "becomes", "later"),
    [
        (None, None, DeliveryState.HANDED_OVER, DeliveryState.HANDED_OVER),
        ("key", "closes", DeliveryState.CARRYING, DeliveryState.HANDED_OVER),
        ("upload", "expires", DeliveryState.CARRYING, DeliveryState.HANDED_OVER),
        ("comment", "is_throttled", DeliveryState.CARRYING, DeliveryState.HANDED_OVER),
        ("comment", "closes", DeliveryState.UNCERTAIN, DeliveryState.UNCERTAIN),
        ("comment", "takes_and_closes", DeliveryState.UNCERTAIN, DeliveryState.UNCERTAIN),
        ("comment", "takes_and_answers_half", DeliveryState.UNCERTAIN, DeliveryState.UNCERTAIN),
    ],
)
def test_a_comment_is_submitted_once_and_in_doubt_never_again_by_itself(
    coalition: Coalition, step: Step | None, how: How | None, becomes: DeliveryState, later: DeliveryState
) -> None:
    with open_regulations_gov() as office:
        if step and how:
            office.misbehaves[step] = how
        commented(coalition, office)
        assert state(coalition, "regulations") is becomes
        coalition.wait(days=1)
        carry(coalition)

        assert state(coalition, "regulations") is later
        assert len(office.comments) == (how != "closes" or step != "comment")
    if later is DeliveryState.HANDED_OVER:
        assert carriages(coalition)[-1].receipt == office.comments[0]["number"]


def test_with_a_test_key_nothing_is_ever_called_sent(
    coalition: Coalition, house: Lob, lob: dict[str, str]
) -> None:
    released(coalition, "lob", lob)
    set_up(coalition, "lob", {**lob, "key": TEST})

    carry(coalition)

    assert state(coalition) is DeliveryState.FAILED
    assert house.letters["live"] == []
    assert coalition.campaign().state is CampaignState.CLOSED


def test_before_its_moment_nothing_leaves_and_it_can_be_stopped(
    coalition: Coalition, house: Lob, lob: dict[str, str]
) -> None:
    file = file_by("lob").replace(
        b"count_shown_from = 1", b"count_shown_from = 1\nsend_at = 2026-12-06T12:00:00"
    )
    released(coalition, "lob", lob, file=file)

    assert carry(coalition) == 0
    with reading(coalition.engine) as session:
        leaves = leaves_next(session, delivery_of(coalition, "lob").edition_id)
    assert leaves is not None
    assert leaves > coalition.now
    assert stop_all(coalition) == 1
    coalition.wait(days=20)
    carry(coalition)

    assert house.asked == []
    assert state(coalition) is DeliveryState.CANCELLED


def test_who_stops_it_while_the_other_side_is_looked_at_is_in_time(sent: Coalition, house: Lob) -> None:
    carry(sent, asking=Doing(lambda: stop_all(sent), at="GET", after=True))

    assert house.letters["live"] == []
    assert state(sent) is DeliveryState.CANCELLED
    assert [row.state for row in carriages(sent)] == [CarriageState.STOPPED]


def test_who_stops_it_behind_the_fence_is_told_that_it_is_too_late(sent: Coalition, house: Lob) -> None:
    refused: list[str] = []

    def press() -> None:
        with pytest.raises(Refused) as error:
            stop_all(sent)
        refused.append(str(error.value))

    carry(sent, asking=Doing(press, at="POST"))

    assert len(refused) == 1
    assert len(house.letters["live"]) == 1
    assert state(sent) is DeliveryState.HANDED_OVER


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.of} {fault.manner} {fault.reply.status}")
def test_one_fault_doubles_nothing_and_is_told_truly(sent: Coalition, house: Lob, fault: Fault) -> None:
    house.faults.append(fault)

    carry(sent)
    first = state(sent)
    has = len(house.letters["live"])
    assert first in {DeliveryState.HANDED_OVER, DeliveryState.CARRYING, DeliveryState.UNCERTAIN}
    assert has <= 1
    assert first is not DeliveryState.HANDED_OVER or has == 1
    sent.wait(hours=1)
    carry(sent)

    assert len(house.letters["live"]) == 1
    assert state(sent) is DeliveryState.HANDED_OVER


def test_a_house_that_is_closed_is_asked_again_and_given_up_after_days(sent: Coalition, house: Lob) -> None:
    house.faults += [
        Fault(
            of=ORDER,
            manner="instead",
            reply=Reply(status=503, body=b'{"error": {"code": "service_unavailable"}}'),
        )
        for _ in range(200)
    ]
    begun = sent.now
    while state(sent) is DeliveryState.CARRYING:
        carry(sent)
        sent.wait(minutes=30)

    assert state(sent) is DeliveryState.FAILED
    assert GIVES_UP_AFTER - timedelta(hours=5) < sent.now - begun < GIVES_UP_AFTER + timedelta(hours=5)
    assert house.letters["live"] == []
    asked = [one for one in house.asked if one.method == "POST"]
    assert 15 < len(asked) < 40
    assert len([text for text in told(sent) if "was not sent" in text]) == 1


def test_what_waits_to_be_tried_again_can_be_stopped(sent: Coalition, house: Lob) -> None:
    house.faults.append(Fault(of=SEARCH, manner="instead", reply=Reply(status=503)))
    carry(sent)

    assert stop_all(sent) == 1
    sent.wait(days=1)
    carry(sent)

    assert house.letters["live"] == []
    assert state(sent) is DeliveryState.CANCELLED


def test_a_refusal_is_the_end_until_a_person_says_so_and_then_another_letter_is_ordered(
    sent: Coalition, house: Lob
) -> None:
    house.refuse = "payment_method_unverified"
    carry(sent)
    sent.wait(days=2)
    carry(sent)
    assert state(sent) is DeliveryState.FAILED
    assert house.letters["live"] == []

    again(sent)
    carry(sent)

    assert state(sent) is DeliveryState.HANDED_OVER
    assert len(house.letters["live"]) == 1
    first, second = carriages(sent)
    assert (first.number, second.number) == (1, 2)
    assert first.key != second.key


def in_doubt(coalition: Coalition, house: Lob) -> Coalition:
    """Let nobody know whether the order was taken, which it was."""
    house.faults += [
        Fault(of=ORDER, manner="break after"),
        Fault(of=ORDER, manner="break after"),
        Fault(of=SEARCH, manner="break before", skip=1),
    ]
    carry(coalition)
    house.faults.clear()
    return coalition


def test_in_doubt_it_waits_for_a_person_however_long(sent: Coalition, house: Lob) -> None:
    in_doubt(sent, house)
    assert state(sent) is DeliveryState.UNCERTAIN
    assert len([text for text in told(sent) if "Nobody can know" in text]) == 1
    asked = len(house.asked)

    for _ in range(10):
        sent.wait(days=1)
        carry(sent)

    assert state(sent) is DeliveryState.UNCERTAIN
    assert len(house.asked) == asked
    assert sent.campaign().state is CampaignState.CLOSED
    assert len([text for text in told(sent) if "Nobody can know" in text]) == 1


def test_sent_again_after_a_doubt_the_other_side_is_asked_first_and_no_second_letter_is_made(
    sent: Coalition, house: Lob
) -> None:
    in_doubt(sent, house)
    house.forget_keys()

    again(sent)
    carry(sent)

    assert len(house.letters["live"]) == 1
    assert state(sent) is DeliveryState.HANDED_OVER
    assert carriages(sent)[-1].receipt == house.letters["live"][0]["id"]


def test_after_a_doubt_a_stop_of_the_second_try_does_not_say_that_it_was_never_on_its_way(
    sent: Coalition, house: Lob
) -> None:
    in_doubt(sent, house)
    again(sent)

    assert stop_all(sent) == 1

    assert state(sent) is DeliveryState.UNCERTAIN
    sent.wait(days=1)
    carry(sent)
    assert state(sent) is DeliveryState.UNCERTAIN


def test_a_persons_word_that_it_arrived_stands(sent: Coalition, house: Lob) -> None:
    in_doubt(sent, house)
    with transaction(sent.engine) as session:
        keep_arrival(session, SLUG, delivery_of(sent, "lob").id, "the office called", by="ada", now=sent.now)
    follow(sent)

    assert state(sent) is DeliveryState.HANDED_OVER
    assert sent.campaign().state is CampaignState.SENT
    assert not any(row.is_followed for row in carriages(sent))


@pytest.mark.parametrize(
    ("when", "at", "letters", "becomes"),
    [
        ("before", "GET", 0, DeliveryState.HANDED_OVER),
        ("after", "GET", 0, DeliveryState.HANDED_OVER),
        ("before", "POST", 0, DeliveryState.UNCERTAIN),
        ("after", "POST", 1, DeliveryState.UNCERTAIN),
    ],
)
def test_who_dies_before_the_fence_is_followed_by_another_and_who_dies_behind_it_leaves_a_doubt(
    sent: Coalition, house: Lob, when: str, at: str, letters: int, becomes: DeliveryState
) -> None:
    with pytest.raises(GoneError):
        carry(sent, asking=Doing(die, at=at, after=when == "after"))
    assert state(sent) is DeliveryState.CARRYING
    assert len(house.letters["live"]) == letters

    carry(sent)
    assert state(sent) is DeliveryState.CARRYING
    for _ in range(3):
        sent.wait(minutes=LEASE_BEHIND_THE_FENCE.total_seconds() / 60 + 1)
        carry(sent)

    assert state(sent) is becomes
    assert len(house.letters["live"]) == (1 if becomes is DeliveryState.HANDED_OVER else letters)


def test_what_a_slow_one_tells_after_its_time_ends_the_doubt(sent: Coalition, house: Lob) -> None:
    def oversleep() -> None:
        sent.wait(minutes=LEASE_BEHIND_THE_FENCE.total_seconds() / 60 + 1)
        carry_due(cart(sent, "another"))

    carry(sent, asking=Doing(oversleep, at="POST", after=True))

    assert len(house.letters["live"]) == 1
    assert state(sent) is DeliveryState.HANDED_OVER
    assert "ended before it kept" in " ".join(evidence(sent))


def test_whose_time_is_over_before_the_fence_does_not_pass_it(sent: Coalition, house: Lob) -> None:
    def oversleep() -> None:
        sent.wait(minutes=LEASE.total_seconds() / 60 + 1)
        carry_due(cart(sent, "another"))

    carry(sent, asking=Doing(oversleep, at="GET", after=True))
    sent.wait(hours=1)
    carry(sent)

    assert len(house.letters["live"]) == 1
    assert len([one for one in house.asked if one.method == "POST"]) == 1
    assert state(sent) is DeliveryState.HANDED_OVER


def test_while_all_sending_is_held_nothing_is_taken_and_no_fence_is_passed(
    sent: Coalition, house: Lob
) -> None:
    def hold_all() -> None:
        with transaction(sent.engine) as session:
            hold(session, by="ada", reason="", now=sent.now)

    carry(sent, asking=Doing(hold_all, at="GET", after=True))
    sent.wait(days=1)
    carry(sent)
    assert house.letters["live"] == []

    with transaction(sent.engine) as session:
        release(session)
    carry(sent)

    assert len(house.letters["live"]) == 1
    assert state(sent) is DeliveryState.HANDED_OVER


def test_of_a_letter_that_is_hidden_in_an_emergency_nothing_leaves(sent: Coalition, house: Lob) -> None:
    set_emergency(sent, at=sent.now)
    sent.wait(days=1)
    carry(sent)
    assert house.asked == []

    set_emergency(sent, at=None)
    carry(sent)

    assert len(house.letters["live"]) == 1


def set_emergency(coalition: Coalition, *, at: datetime | None) -> None:
    with transaction(coalition.engine) as session:
        row = session.merge(coalition.campaign())
        row.emergency_at = at
        session.add(row)


def test_who_passed_no_fence_gives_back_and_behind_it_nothing_is_given_back(sent: Coalition) -> None:
    with transaction(sent.engine) as session:
        claim = claim_carriage(session, owner="one", now=sent.now)
    assert claim is not None
    with transaction(sent.engine) as session:
        assert claim_carriage(session, owner="two", now=sent.now) is None
        pass_fence(session, claim, now=sent.now)
    with transaction(sent.engine) as session:
        give_back(session, claim, now=sent.now)

    [row] = carriages(sent)
    assert row.state is CarriageState.FENCED
    with pytest.raises(NotToLeave), transaction(sent.engine) as session:
        pass_fence(session, claim, now=sent.now)


def test_many_share_the_work_and_each_copy_leaves_once(
    coalition: Coalition, house: Lob, lob: dict[str, str]
) -> None:
    offices = "".join(
        f"""
[[recipients]]
role = "cc"
name = "Office {number}"
address = ["{number} Long Road", "Capital City, DC 2060{number}"]
country = "US"
channels = ["lob"]
"""
        for number in range(5)
    )
    released(coalition, "lob", lob, file=file_by("lob", tables=offices))
    done: list[int] = []
    crew = [
        threading.Thread(target=lambda owner=owner: done.append(carry_due(cart(coalition, owner))))
        for owner in ("one", "two", "three")
    ]
    for one in crew:
        one.start()
    for one in crew:
        one.join(timeout=120)

    assert sum(done) == 6
    assert len(house.letters["live"]) == 6
    assert len({letter["to"]["address_line1"] for letter in house.letters["live"]}) == 6
    with reading(coalition.engine) as session:
        became = session.exec(select(DeliveryEvent.became)).all()
    assert became.count(DeliveryState.HANDED_OVER.value) == 6


def test_a_copy_for_the_press_leaves_once_the_letter_is_public(
    coalition: Coalition, house: Lob, lob: dict[str, str]
) -> None:
    released(coalition, "lob", lob, file=file_by("lob", tables=PRESS))
    carry(coalition)
    assert len(house.letters["live"]) == 1

    coalition.publish()
    follow(coalition)
    carry(coalition)

    assert len(house.letters["live"]) == 2
    assert "INK LANE" in house.letters["live"][0]["to"]["address_line1"]


def test_what_came_back_goes_again_as_another_letter(sent: Coalition, house: Lob) -> None:
    carry(sent)
    number = house.letters["live"][0]["id"]
    returned = Heard(number=number, key="1", says="It came back.", rung=DeliveryState.FAILED, at=sent.now)
    with transaction(sent.engine) as session:
        assert take_in(session, sent.campaign().id, "lob", returned, now=sent.now)
    assert state(sent) is DeliveryState.FAILED

    again(sent)
    carry(sent)

    assert len(house.letters["live"]) == 2
    assert state(sent) is DeliveryState.HANDED_OVER


def test_nothing_leaves_with_the_name_of_somebody_who_has_left(
    coalition: Coalition, lob: dict[str, str], house: Lob
) -> None:
    released(coalition, "lob", lob)
    coalition.leave()

    carry(coalition)

    assert (state(coalition), house.letters["live"]) == (DeliveryState.FAILED, [])
    assert "somebody has left the letter" in evidence(coalition)[-1]


def test_who_leaves_while_the_other_side_is_looked_at_is_seen_at_the_fence(
    coalition: Coalition, lob: dict[str, str], house: Lob
) -> None:
    released(coalition, "lob", lob)

    carry(coalition, asking=Doing(coalition.leave, at="GET"))

    assert (state(coalition), house.letters["live"]) == (DeliveryState.FAILED, [])
    assert carriages(coalition)[0].state is CarriageState.NOT_TAKEN
