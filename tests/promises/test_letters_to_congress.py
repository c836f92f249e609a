"""Letters to Congress: nothing leaves before its fence, nothing is doubled, and what is told is true, whatever a chamber does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.delivery.asking import Asking
from service.delivery.channels.cwc import CHANNEL as CWC
from service.delivery.channels.soapbox import CHANNEL as SOAPBOX
from service.delivery.congress.carrier import CongressCarrier
from service.delivery.congress.chamber import set_up
from service.delivery.congress.offices import fetch_offices
from service.delivery.congress.rhythm import Rhythm
from service.delivery.congress.write import write_letter
from service.delivery.parcel import InDoubt, NotNow, NotTaken, Parcel, Receipt
from service.foundation.errors import ServiceError
from service.model.states import DeliveryState
from tests.congress import KEY, LETTER, NOON, PERSON, letter, person, plea, senate_letter
from tests.doubles.congress import KEY as API_KEY
from tests.doubles.congress import Trouble, chamber_server, libxml2_faults
from tests.doubles.net_dialect import net_faults

CHANNELS = {"house": CWC, "senate": SOAPBOX}
CHAMBERS = {name: channel.chamber for name, channel in CHANNELS.items()}
ONE_OF = {"house": letter, "senate": senate_letter}


@pytest.fixture(params=["house", "senate"])
def server(request):
    with chamber_server(is_senate=request.param == "senate", offices={"HVA08": "", "SCA03": ""}) as server:
        yield server


@pytest.fixture
def house():
    with chamber_server(offices={"HVA08": ""}) as server:
        yield server


@pytest.fixture
def senate():
    with chamber_server(is_senate=True, offices={"SCA03": "Alex Padilla"}) as server:
        yield server


class Fence:
    """Counts how often it was passed, and what the chamber was asked before."""

    def __init__(self, server):
        self.server, self.begin, self.passed, self.asked_before = server, len(server.asked), 0, []

    def __call__(self):
        self.passed += 1
        self.asked_before = self.asked

    @property
    def asked(self):
        return self.server.asked[self.begin :]


class Stopped(ServiceError):
    """A coordinator stopped it."""


def stop():
    raise Stopped


def name_of(server):
    return "senate" if server.is_senate else "house"


def parcel_for(server, one=None, **settings):
    one = one or ONE_OF[name_of(server)]()
    return Parcel(
        key=KEY,
        details={"office_code": one.office},
        settings={"mode": "live", "key": API_KEY, "base": server.base, **settings},
        documents=[write_letter(one)],
    )


def carry(server, parcel=None, *, now=NOON, fence=None):
    """Carry one parcel, and give the receipt or what was raised."""
    carrier = CongressCarrier(
        chamber=CHAMBERS[name_of(server)], asking=Asking(), clock=lambda: now, rhythm=Rhythm(1000)
    )
    fence = fence or Fence(server)
    try:
        told = carrier.carry(parcel or parcel_for(server), fence=fence)
    except (NotNow, NotTaken, InDoubt) as raised:
        told = raised
    assert fence.passed <= 1
    assert fence.asked_before == []
    assert fence.passed or not fence.asked
    nothing_personal_in(told)
    return told


def nothing_personal_in(told):
    exchange = told.exchange
    said = [str(told), exchange.asked, exchange.answered, *getattr(told, "faults", ()), repr(told)]
    for secret in (PERSON.email, PERSON.last_name, PERSON.address, PERSON.own_words, API_KEY):
        assert not any(secret in one for one in said), said


def test_a_letter_arrives_as_it_was_written(server):
    told = carry(server)

    assert isinstance(told, Receipt)
    assert (told.number, told.rung) == (KEY, DeliveryState.ACCEPTED)
    assert server.letters == [write_letter(ONE_OF[name_of(server)]()).data]
    assert told.exchange.asked.startswith(f"POST {server.base}/")
    assert ", SHA-256 " in told.exchange.asked


def test_the_house_checks_before_it_is_sent(house):
    carry(house)

    assert house.asked == ["POST /v2/validate", "POST /v2/message"]


TROUBLES = {
    "hangs up before it took it": Trouble(),
    "hangs up after it took it": Trouble(takes=True),
    "half a yes, taken": Trouble(status=200, body=b"Message Accepted", takes=True, half=True),
    "half a yes, not taken": Trouble(status=201, body=b"Created", half=True),
    "a page with status 200": Trouble(status=200, body=b"<!DOCTYPE html><p>Message Accepted"),
    "an empty 200": Trouble(status=200),
    "a 302": Trouble(status=302, headers={"Location": "/login"}),
    "a 400 without words": Trouble(status=400),
    "a 400 with an empty list": Trouble(status=400, body=b"<Errors/>"),
    "a 400 that is no XML": Trouble(status=400, body=b"Bad Request"),
    "a 401": Trouble(status=401, body=b"Unauthorized"),
    "a 404": Trouble(status=404),
    "a 429": Trouble(status=429, headers={"Retry-After": "120"}),
    "a 500 before": Trouble(status=500),
    "a 500 after": Trouble(status=500, takes=True),
    "a 503": Trouble(status=503, headers={"Retry-After": "Tue, 24 Nov 2026 17:05:00 GMT"}),
    "a 504 after": Trouble(status=504, takes=True),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_what_is_told_of_a_trouble_is_true_and_nothing_is_doubled(server, trouble):
    server.troubles.append(trouble)

    told = carry(server)

    assert not isinstance(told, Receipt)
    if isinstance(told, NotTaken):
        assert server.letters == []
    if isinstance(told, NotNow) and not server.is_senate:
        assert server.letters == []
    if isinstance(told, NotNow):
        again = carry(server, replace(parcel_for(server), tried_before=True))
        assert isinstance(again, Receipt)
        assert server.numbers == [KEY]


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_a_check_in_trouble_sends_nothing_and_leaves_no_doubt(house, trouble):
    house.check_troubles.append(replace(trouble, takes=False))

    told = carry(house)

    if not isinstance(told, Receipt):
        assert not isinstance(told, InDoubt)
        assert house.letters == []
        assert "POST /v2/message" not in house.asked


def test_how_long_a_chamber_asks_to_wait_is_passed_on(server):
    server.troubles += [TROUBLES["a 429"], TROUBLES["a 503"]]

    assert carry(server).again_after == timedelta(minutes=2)
    assert carry(server).again_after == timedelta(minutes=5)


def test_the_house_may_have_what_it_was_given_when_it_hung_up(house):
    house.troubles.append(Trouble(takes=True))

    assert isinstance(carry(house), InDoubt)
    assert house.numbers == [KEY]


def test_the_senate_tells_that_it_had_a_letter_and_that_is_a_receipt(senate):
    senate.troubles.append(Trouble(takes=True))
    assert isinstance(carry(senate), NotNow)

    told = carry(senate, replace(parcel_for(senate), tried_before=True))

    assert isinstance(told, Receipt)
    assert senate.numbers == [KEY]


def test_a_number_that_is_there_before_anything_was_sent_is_for_a_person_to_look_at(senate):
    carry(senate)

    told = carry(senate)

    assert isinstance(told, InDoubt)
    assert "a person must look" in str(told)
    assert senate.numbers == [KEY]


def test_an_office_that_is_switched_off_refuses_after_the_check_said_yes(house):
    house.switched_off.add("HVA08")

    told = carry(house)

    assert isinstance(told, NotTaken)
    assert house.asked == ["POST /v2/validate", "POST /v2/message"]
    assert told.faults == ("Message delivery is not enabled for HVA08",)
    assert "The office HVA08 does not take letters this way now." in str(told)


@pytest.mark.parametrize(
    ("dialect", "words"),
    [
        (libxml2_faults, "Error validating datatype token"),
        (
            net_faults,
            (
                "The 'Email' element is invalid - The value '…' is invalid according to its datatype 'email_type'"
                " - The Pattern constraint failed."
            ),
        ),
    ],
    ids=["2014", "2021"],
)
def test_a_refusal_is_told_in_both_dialects_without_what_the_person_gave(house, dialect, words):
    # Another schema than ours there: theirs may change on any day.
    house.dialect = lambda data, schema: dialect(data.replace(PERSON.email.encode(), b"zebedee"), schema)

    told = carry(house)

    assert isinstance(told, NotTaken)
    assert words in told.faults
    assert "zebedee" not in told.exchange.answered
    assert house.letters == []


def test_what_does_not_fit_the_schema_is_asked_of_nobody(house):
    told = carry(house, parcel_for(house, letter(constituent=person(email="zebedee"))))

    assert isinstance(told, NotTaken)
    assert "Error validating datatype token" in told.faults
    assert house.asked == []


@pytest.mark.parametrize(
    ("one", "changes"),
    [
        (letter(plea=plea(statement="Dear [Your Representative], please act.")), {}),
        (letter(plea=plea(subject="From ((count)) organizations")), {}),
        (letter(), {"key": "f" * 32}),
        (letter(), {"details": {"office_code": "HVA09"}}),
        (letter(), {"settings": {}}),
        (letter(), {"settings": {"mode": "live"}}),
        (letter(), {"documents": []}),
    ],
)
def test_what_must_not_go_is_stopped_before_the_fence(house, one, changes):
    told = carry(house, replace(parcel_for(house, one), **changes), fence=(fence := Fence(house)))

    assert isinstance(told, NotTaken)
    assert fence.passed == 0
    assert house.asked == []


def test_a_letter_that_claims_a_checked_address_is_stopped(house):
    parcel = parcel_for(house)
    data = parcel.documents[0].data.replace(b"<AddressValidation>N", b"<AddressValidation>Y")

    told = carry(house, replace(parcel, documents=[replace(parcel.documents[0], data=data)]))

    assert isinstance(told, NotTaken)
    assert house.asked == []


@pytest.mark.parametrize(
    ("name", "night", "wait"),
    [
        ("house", datetime(2026, 11, 24, 6, tzinfo=UTC), timedelta(hours=5)),
        ("senate", datetime(2026, 11, 25, 10, 30, tzinfo=UTC), timedelta(hours=1, minutes=30)),
    ],
)
def test_during_maintenance_nobody_is_asked(request, name, night, wait):
    server = request.getfixturevalue(name)

    told = carry(server, now=night, fence=(fence := Fence(server)))

    assert isinstance(told, NotNow)
    assert told.again_after == wait
    assert (fence.passed, server.asked) == (0, [])


def test_maintenance_that_nobody_announced_is_waited_for(server):
    server.is_closed = True

    assert isinstance(carry(server), NotNow)
    assert server.letters == []


@pytest.mark.parametrize("setting", [{"key": "another"}, {"message_path": "/api/messages/"}])
def test_a_wrong_set_up_is_told_as_such(server, setting):
    told = carry(server, parcel_for(server, **setting))

    assert isinstance(told, NotTaken)
    assert server.letters == []


def test_what_a_test_system_takes_is_never_called_sent(server):
    told = carry(server, parcel_for(server, mode="test"))

    assert isinstance(told, NotTaken)
    assert "no office gets what goes there" in str(told)


def test_the_carrier_of_each_channel_sends_nothing_before_its_fence(server):
    carrier = CHANNELS[name_of(server)].carrier(Asking(), now=NOON)

    with pytest.raises(Stopped):
        carrier.carry(parcel_for(server), fence=stop)
    assert server.asked == []


def test_the_list_of_offices_is_fetched_or_the_last_one_stands(server):
    setup = set_up(CHAMBERS[name_of(server)], {"mode": "live", "key": API_KEY, "base": server.base})

    fetched = fetch_offices(CHAMBERS[name_of(server)], setup, Asking(), now=NOON)
    server.office_answer = b"<html>down</html>"

    assert fetched.has("SCA03" if server.is_senate else "HVA08")
    assert fetched.fetched_at == NOON
    with pytest.raises(NotNow) as raised:
        fetch_offices(CHAMBERS[name_of(server)], setup, Asking(), now=NOON)
    assert API_KEY not in raised.value.exchange.asked


def test_the_letter_of_another_try_has_the_same_number():
    assert LETTER.key == KEY
    assert KEY.encode() in write_letter(letter()).data
