"""What a chamber answers, told in plain words: faults in both dialects, lists of offices, hours, and what each status means."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.delivery.channels.cwc.house import HOUSE
from service.delivery.channels.soapbox.senate import SENATE
from service.delivery.congress.answers import (
    Meaning,
    again_after,
    meaning_of_sending,
    meaning_of_validation,
)
from service.delivery.congress.chamber import opens_again, set_up
from service.delivery.congress.faults import read_faults, retell
from service.delivery.congress.offices import read_offices
from service.delivery.congress.rhythm import Rhythm
from service.delivery.congress.veil import veil_of
from service.delivery.congress.write import write_letter
from service.delivery.office_list import Offices, better_of
from tests.congress import LETTER, NOON, letter, offices, person
from tests.doubles.congress import HOUSE_SCHEMA, errors, libxml2_faults
from tests.doubles.net_dialect import net_faults

GOLDEN = Path("tests/golden/congress")
XML = write_letter(LETTER).data
VEIL = veil_of(XML, key="a-key")


PIECES = [
    b'<?xml version="1.0" encoding="unheard-of"?>',
    b"<Errors>",
    b"<Error>",
    b"Error validating datatype token",
    b"Element DeliveryId failed to validate content",
    b"</Error>",
    b"</Errors>",
    b"<!-- x -->",
    b"<?x y?>",
    b"&lt;&x;",
    b"\xff\xfe",
    b"[",
    b'"HVA08"',
    b"]",
]


def told(body):
    return [(fault.element, fault.words, str(fault.says)) for fault in read_faults(body, veil=VEIL)]


def test_the_faults_of_2014_are_told_with_the_plain_name():
    assert told((GOLDEN / "example-400-libxml2.xml").read_bytes()) == [
        (
            "DeliveryId",
            "Error validating datatype token",
            "The number of the delivery does not have the form that is asked for.",
        ),
        (
            "DeliveryId",
            "Element DeliveryId failed to validate content",
            "The number of the delivery is not taken as it stands.",
        ),
    ]


def test_the_faults_of_2021_are_told_with_the_plain_name_and_without_the_value():
    body = (GOLDEN / "example-400-dotnet.xml").read_bytes()
    twice = body.replace(
        b"</Errors>", body[body.index(b"  <Error>") : body.index(b"</Errors>")] + b"</Errors>"
    )

    assert told(twice) == [
        (
            "Email",
            (
                "The 'Email' element is invalid - The value '…' is invalid according to its datatype 'email_type'"
                " - The Pattern constraint failed."
            ),
            "The constituent's e-mail address does not have the form that is asked for.",
        )
    ]


def test_what_was_kept_of_a_refusal_is_told_the_same_later():
    found = read_faults((GOLDEN / "example-400-libxml2.xml").read_bytes(), veil=VEIL)

    assert retell([fault.words for fault in found]) == found


@settings(max_examples=200)
@given(parts=st.lists(st.one_of(st.binary(max_size=20), st.sampled_from(PIECES)), max_size=8))
def test_no_answer_whatever_it_is_breaks_who_reads_it(parts):
    body = b"".join(parts)

    for fault in read_faults(body, veil=VEIL):
        assert fault.says
    read_offices(body, HOUSE)


def test_an_answer_that_is_made_to_burst_is_read_as_little():
    doubled = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    body = f'<!DOCTYPE Errors [<!ENTITY e0 "x">{doubled}]><Errors><Error>&e11;</Error></Errors>'

    assert sum(len(words) for _, words, _ in told(body.encode())) < 100


@pytest.mark.parametrize(
    ("words", "element", "says"),
    [
        (
            "Extra element MiddleName in interleave",
            "MiddleName",
            "The middle name is not taken as it stands, or not at all.",
        ),
        (
            "Element Message failed to validate content",
            "Message",
            "The message is not taken as it stands.",
        ),
        (
            (
                "The 'City' element is invalid - The value 'Ur' is invalid according to its datatype 'String'"
                " - The actual length is less than the MinLength value."
            ),
            "City",
            "The city is too short.",
        ),
        (
            (
                "The 'Subject' element is invalid - The value 'x\nx' is invalid according to its datatype 'String'"
                " - The actual length is greater than the MaxLength value."
            ),
            "Subject",
            "The subject is too long.",
        ),
        (
            (
                "The 'LibraryOfCongressTopic' element is invalid - The value 'Human Rights' is invalid according to its"
                " datatype 'String' - The Enumeration constraint failed."
            ),
            "LibraryOfCongressTopic",
            "A topic is not one of the words that are taken.",
        ),
        (
            "The element 'Message' has incomplete content. List of possible elements expected: 'Subject'.",
            "Message",
            "The message is not complete, or holds what is not taken.",
        ),
        (
            (
                "The element 'Constituent' has invalid child element 'Organization'. List of possible elements expected:"
                " 'Prefix'."
            ),
            "Organization",
            "The name of the coalition stands where it is not taken.",
        ),
        (
            "Message delivery is not enabled for HDC98",
            "MemberOffice",
            "The office HDC98 does not take letters this way now.",
        ),
        (
            "Element Unheard failed to validate content",
            "Unheard",
            "A part of the letter is not taken as it stands.",
        ),
        ("Something new", "", "The other side says: Something new"),
    ],
)
def test_each_fault_is_told_in_plain_words(words, element, says):
    ((found, _, said),) = told(errors([words]))

    assert (found, said) == (element, says)


@pytest.mark.parametrize("dialect", [libxml2_faults, net_faults])
def test_nothing_a_constituent_gave_is_in_a_fault_of_either_dialect(dialect):
    bad = person(
        email="secret@zebedee",
        city="Ur",
        state="Zebedee",
        phone="Zebedee's phone",
        zip="Zebedee's <zip>",
        last_name="Z" * 501,
    )
    data = write_letter(letter(constituent=bad)).data
    faults = read_faults(errors(dialect(data, HOUSE_SCHEMA)), veil=veil_of(data, key="a-key"))

    assert faults
    said = " ".join(f"{fault.words} {fault.says}" for fault in faults)
    assert "Zebedee" not in said
    assert "zebedee" not in said
    assert "ZZZ" not in said


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", []),
        (b"<Errors/>", []),
        (b"<Errors><Error> </Error></Errors>", []),
        (b"Bad Request", ["Bad Request"]),
        (b"<html><body>No</body></html>", ["<html><body>No</body></html>"]),
        (
            b"<Errors><Error>Element Message failed to validate content</Err",
            ["Element Message failed to validate content"],
        ),
        (b"the key a-key is unknown to alex@example.org", ["the key … is unknown to …"]),
    ],
)
def test_what_is_no_list_of_faults_is_shown_as_it_stands(body, words):
    assert [fault[1] for fault in told(body)] == words


@pytest.mark.parametrize(
    ("body", "chamber", "names"),
    [
        (b'["HVA08", "HAK00", "MP00", 7]', HOUSE, {"HVA08": "", "HAK00": ""}),
        (
            b'[{"name": "Alex Padilla [bioguide_id: P000145]", "office_code": "SCA03"}, {"name": "x"}]',
            SENATE,
            {"SCA03": "Alex Padilla [bioguide_id: P000145]"},
        ),
        (b"[]", HOUSE, None),
        (b'{"offices": []}', HOUSE, None),
        (b"<html>", HOUSE, None),
        (b"\xff", HOUSE, None),
        (b"[" * 60_000, HOUSE, None),
    ],
)
def test_a_list_of_offices_is_read_or_is_none(body, chamber, names):
    assert read_offices(body, chamber) == names


def test_the_last_good_list_stands_until_a_better_one_comes():
    many = offices(*(f"HVA{number:02d}" for number in range(10)))
    newer = Offices(
        names={"HVA00": "", **{f"HVA{n:02d}": "" for n in range(1, 5)}}, fetched_at=NOON + timedelta(1)
    )
    short = Offices(names=dict.fromkeys(list(newer.names)[:4], ""), fetched_at=NOON + timedelta(1))

    assert better_of(None, None) is None
    assert better_of(many, None) is many
    assert better_of(None, short) is short
    assert better_of(many, newer) is newer
    assert better_of(many, short) is many


@pytest.mark.parametrize(
    ("hours", "said", "is_fresh"),
    [
        (0.5, "The list of offices was fetched within the hour.", True),
        (1, "The list of offices is 1 hour old.", True),
        (24, "The list of offices is 24 hours old.", True),
        (25, "The list of offices is 25 hours old.", False),
        (72, "The list of offices is 3 days old.", False),
    ],
)
def test_a_list_of_offices_says_how_old_it_is(hours, said, is_fresh):
    now = NOON + timedelta(hours=hours)

    assert offices("HVA08").age(now=now) == said
    assert offices("HVA08").is_fresh(now=now) is is_fresh


@pytest.mark.parametrize(
    ("chamber", "now", "opens"),
    [
        (HOUSE, datetime(2026, 11, 24, 4, 59, tzinfo=UTC), None),
        (HOUSE, datetime(2026, 11, 24, 5, 0, tzinfo=UTC), datetime(2026, 11, 24, 11, tzinfo=UTC)),
        (HOUSE, datetime(2026, 11, 24, 10, 59, 59, tzinfo=UTC), datetime(2026, 11, 24, 11, tzinfo=UTC)),
        (HOUSE, datetime(2026, 11, 24, 11, 0, tzinfo=UTC), None),
        # The nights on which the clocks of the East change: five hours, and seven.
        (HOUSE, datetime(2026, 3, 8, 5, 0, tzinfo=UTC), datetime(2026, 3, 8, 10, tzinfo=UTC)),
        (HOUSE, datetime(2026, 11, 1, 4, 0, tzinfo=UTC), datetime(2026, 11, 1, 11, tzinfo=UTC)),
        (SENATE, datetime(2026, 11, 24, 5, 0, tzinfo=UTC), None),
        (SENATE, datetime(2026, 11, 22, 6, 0, tzinfo=UTC), datetime(2026, 11, 22, 11, tzinfo=UTC)),
        (SENATE, datetime(2026, 11, 25, 10, 30, tzinfo=UTC), datetime(2026, 11, 25, 12, tzinfo=UTC)),
        (SENATE, datetime(2026, 11, 25, 9, 59, tzinfo=UTC), None),
    ],
)
def test_a_chamber_is_closed_at_its_hours_of_the_east(chamber, now, opens):
    assert opens_again(chamber, now=now) == opens


@pytest.mark.parametrize(
    ("status", "text", "house", "senate"),
    [
        (200, "Message Accepted", Meaning.TAKEN, Meaning.NOBODY_KNOWS),
        (200, "", Meaning.NOBODY_KNOWS, Meaning.NOBODY_KNOWS),
        (200, "Message not accepted", Meaning.NOBODY_KNOWS, Meaning.NOBODY_KNOWS),
        (200, "<html>Accepted</html>", Meaning.NOBODY_KNOWS, Meaning.NOBODY_KNOWS),
        (200, "Message Validated", Meaning.NOBODY_KNOWS, Meaning.NOBODY_KNOWS),
        (201, "", Meaning.NOBODY_KNOWS, Meaning.TAKEN),
        (201, "<Errors><Error>x</Error></Errors>", Meaning.NOBODY_KNOWS, Meaning.NOBODY_KNOWS),
        (202, "", Meaning.NOBODY_KNOWS, Meaning.NOBODY_KNOWS),
        (302, "", Meaning.NOBODY_KNOWS, Meaning.NOBODY_KNOWS),
        (400, "<Errors/>", Meaning.NOT_TAKEN, Meaning.NOT_TAKEN),
        (400, "DeliveryId is a duplicate", Meaning.NOBODY_KNOWS, Meaning.NOBODY_KNOWS),
        (401, "", Meaning.NOT_TAKEN, Meaning.NOT_TAKEN),
        (404, "", Meaning.NOT_TAKEN, Meaning.NOT_TAKEN),
        (408, "", Meaning.NOT_NOW, Meaning.NOT_NOW),
        (409, "", Meaning.NOBODY_KNOWS, Meaning.KNOWN),
        (415, "", Meaning.NOT_TAKEN, Meaning.NOT_TAKEN),
        (429, "", Meaning.NOT_NOW, Meaning.NOT_NOW),
        (500, "", Meaning.NOBODY_KNOWS, Meaning.NOT_NOW),
        (503, "", Meaning.NOT_NOW, Meaning.NOT_NOW),
        (504, "", Meaning.NOBODY_KNOWS, Meaning.NOT_NOW),
    ],
)
def test_only_what_says_that_the_letter_is_there_means_taken(status, text, house, senate):
    assert meaning_of_sending(status, text, chamber=HOUSE) is house
    assert meaning_of_sending(status, text, chamber=SENATE) is senate


@pytest.mark.parametrize(
    ("status", "text", "meaning"),
    [
        (200, "Message Validated", Meaning.TAKEN),
        (200, "<html>", Meaning.NOT_NOW),
        (400, "", Meaning.NOT_TAKEN),
        (401, "", Meaning.NOT_TAKEN),
        (429, "", Meaning.NOT_NOW),
        (500, "", Meaning.NOT_NOW),
        (302, "", Meaning.NOT_NOW),
    ],
)
def test_a_check_never_leaves_doubt(status, text, meaning):
    assert meaning_of_validation(status, text) is meaning


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("Tue, 24 Nov 2026 17:05:00 GMT", timedelta(minutes=5)),
        ("Tue, 24 Nov 2026 16:00:00 GMT", timedelta(0)),
        ("999999999", timedelta(days=1)),
        ("soon", None),
        ("", None),
    ],
)
def test_how_long_a_chamber_asks_to_wait_is_read(said, wait):
    assert again_after({"retry-after": said}, now=NOON) == wait


def test_a_rhythm_lets_nobody_pass_too_soon():
    now, slept = [100.0], []

    def pause(seconds):
        slept.append(round(seconds, 3))
        now[0] += seconds

    rhythm = Rhythm(5, ticks=lambda: now[0], pause=pause)

    for _ in range(3):
        rhythm.wait()
    now[0] += 1
    rhythm.wait()

    assert slept == [0.2, 0.2]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "Say whether letters go to the offices or to the test system: this way is off until then."),
        (
            {"mode": "both", "key": "k"},
            "Say whether letters go to the offices or to the test system: this way is off until then.",
        ),
        ({"mode": "live"}, "The key is missing that the chamber gives to those whom it lets send."),
    ],
)
def test_a_way_that_is_not_set_up_says_so(settings, said):
    assert set_up(HOUSE, settings) == said


def test_the_key_is_in_no_address_that_is_shown():
    setup = set_up(HOUSE, {"mode": "live", "key": "a&key"})

    assert setup.shown("/v2/message") == "https://cwc.house.gov/v2/message"
    assert setup.address("/v2/message") == "https://cwc.house.gov/v2/message?apikey=a%26key"
    assert "a&key" not in repr(setup)
