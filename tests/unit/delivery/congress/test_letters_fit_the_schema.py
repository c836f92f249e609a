"""Letters to Congress fit the schema of the House, which is the real one, and what does not is refused in its words."""

import dataclasses
import hashlib
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from service.delivery.channels.cwc.house import HOUSE
from service.delivery.channels.soapbox.senate import SENATE
from service.delivery.congress.limits import STATES, TOPICS
from service.delivery.congress.rules import examine
from service.delivery.congress.schema import faults_by_schema
from service.delivery.congress.write import write_letter
from tests.congress import LETTER, NOON, PERSON, any_letters, letter, offices, person, plea, senate_letter
from tests.doubles.congress import HOUSE_SCHEMA, SENATE_SCHEMA, libxml2_faults
from tests.doubles.net_dialect import net_faults

GOLDEN = Path("tests/golden/congress")
XML = write_letter(LETTER).data.decode()


@pytest.mark.parametrize(
    ("chamber", "schema", "seed"),
    [(HOUSE, HOUSE_SCHEMA, 1), (SENATE, SENATE_SCHEMA, 2)],
    ids=["house", "senate"],
)
def test_five_hundred_letters_are_valid(chamber, schema, seed):
    relax = etree.RelaxNG(etree.fromstring(schema))

    for one in any_letters(chamber, count=500, seed=seed):
        data = write_letter(one).data

        assert relax.validate(etree.fromstring(data)), relax.error_log
        assert faults_by_schema(data, chamber) == ()
        assert [
            finding.found
            for finding in examine(one, chamber=chamber, offices=offices(one.office), now=NOON)
            if finding.forbids
        ] == []


SOME_TEXT = st.one_of(
    st.text(max_size=12), st.sampled_from(["x" * 501, "x" * 10_001, "🙂" * 10_000, "  \r\n ", "a@b", "a@b.c"])
)


@settings(max_examples=150)
@given(data=st.data())
def test_what_the_rules_let_pass_the_schema_takes(data):
    def some_of(value, **kept):
        names = [
            field.name
            for field in dataclasses.fields(value)
            if isinstance(getattr(value, field.name), str) and field.name not in kept
        ]
        changed = data.draw(st.sets(st.sampled_from(names), max_size=2))
        return dataclasses.replace(value, **{name: data.draw(SOME_TEXT) for name in changed}, **kept)

    one = letter(
        agent=some_of(LETTER.agent),
        organization=some_of(LETTER.organization),
        plea=some_of(LETTER.plea, stance=None),
        constituent=some_of(LETTER.constituent),
    )

    findings = examine(one, chamber=HOUSE, offices=offices(one.office), now=NOON)

    if not any(finding.forbids for finding in findings):
        assert libxml2_faults(write_letter(one).data, HOUSE_SCHEMA) == []


def test_the_schema_is_the_one_that_was_published():
    sha256 = hashlib.sha256(HOUSE_SCHEMA).hexdigest()

    assert sha256 == "77fd5d7549bd931558f370961d28471984eb9bd248c8531538a9440f49d4ba11"
    assert sha256 in Path("service/delivery/congress/README.md").read_text()


def test_states_topics_and_bills_are_those_of_the_schema():
    rules = etree.fromstring(HOUSE_SCHEMA)
    rng = "{http://relaxng.org/ns/structure/1.0}"

    def words_of(name):
        return [
            one.text
            for one in rules.find(f".//{rng}element[@name='{name}']").iter(f"{rng}value", f"{rng}param")
        ]

    assert tuple(words_of("LibraryOfCongressTopic")) == TOPICS
    assert words_of("StateAbbreviation") == [STATES]
    assert words_of("BillTypeAbbreviation") == ["|".join(HOUSE.bills)]
    assert words_of("MemberOffice") == [HOUSE.office]


@pytest.mark.parametrize(
    ("name", "made"), [("house", letter()), ("senate", senate_letter())], ids=["house", "senate"]
)
def test_the_golden_letter(name, made):
    assert write_letter(made).data == (GOLDEN / f"{name}.xml").read_bytes()


def test_the_same_letter_is_the_same_bytes():
    assert write_letter(letter()) == write_letter(letter())


def test_ten_thousand_emoji_are_no_more_than_ten_thousand_characters():
    longest = letter(plea=plea(statement="🙂" * 10_000))

    assert faults_by_schema(write_letter(longest).data, HOUSE) == ()


def changed(old, new):
    assert old in XML
    return XML.replace(old, new).encode()


def failed(element):
    return f"Element {element} failed to validate content"


STATEMENT, OWN_WORDS = (
    re.search(rf" *<{name}>.*</{name}>\n", XML).group()
    for name in ("OrganizationStatement", "ConstituentMessage")
)

A_VALUE, MISSING = (
    "Error validating datatype token",
    "Expecting an element OrganizationStatement, got nothing",
)
SEQUENCE = "Invalid sequence in interleave"
# What published senders to Congress got wrong, and what the House said to it in 2014.
REFUSED = [
    ("a number that is no number", changed(LETTER.key, "0123"), (A_VALUE, failed("DeliveryId"))),
    (
        "an empty middle name",
        changed("<MiddleName>Q.</MiddleName>", "<MiddleName></MiddleName>"),
        ("Extra element MiddleName in interleave", failed("Constituent")),
    ),
    (
        "own words before the statement",
        changed(STATEMENT + OWN_WORDS, OWN_WORDS + STATEMENT),
        ("Extra element OrganizationStatement in interleave", failed("Message")),
    ),
    ("an office of EFF's list", changed("HVA08", "MP00"), (A_VALUE, failed("MemberOffice"))),
    (
        "a topic that is none",
        changed("International Affairs", "Human Rights"),
        ("Error validating value ", failed("LibraryOfCongressTopic")),
    ),
    (
        "neither for nor against",
        changed(">Pro<", ">Undecided<"),
        ("Extra element ProOrCon in interleave", failed("Message")),
    ),
    (
        "a bill without its list (EFF)",
        changed("<Bills>", "").replace(b"</Bills>", b""),
        (MISSING, SEQUENCE, failed("Message")),
    ),
    (
        "an organization of the constituent (EFF)",
        changed("ConstituentOrganization>", "Organization>"),
        ("Expecting an element Address1, got nothing", SEQUENCE, failed("Constituent")),
    ),
    (
        "a bill as the Senate writes it",
        changed(">hres<", ">H.Res.<"),
        ("Extra element Bills in interleave", failed("Message")),
    ),
    ("nothing said", changed(STATEMENT + OWN_WORDS, ""), (MISSING, SEQUENCE, failed("Message"))),
    (
        "a ZIP code with a blank",
        changed("22201-0001", "22201 0001"),
        ("Error validating datatype string", failed("Zip")),
    ),
]


@pytest.mark.parametrize(("data", "said"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_others_got_wrong_is_refused_in_the_houses_words(data, said):
    assert faults_by_schema(data, HOUSE) == said
    assert tuple(libxml2_faults(data, HOUSE_SCHEMA)) == said


# The same mistakes in the words of 2021, as far as those were seen.
REFUSED_BY_NET = [
    (
        changed(PERSON.email, "x@y"),
        (
            "The 'Email' element is invalid - The value 'x@y' is invalid according to its datatype 'email_type'"
            " - The Pattern constraint failed."
        ),
    ),
    (
        changed(">Pro<", ">Undecided<"),
        (
            "The 'ProOrCon' element is invalid - The value 'Undecided' is invalid according to its datatype 'pro_or_con'"
            " - The Pattern constraint failed."
        ),
    ),
]


@pytest.mark.parametrize(("data", "said"), REFUSED_BY_NET, ids=["an address", "a stance"])
def test_the_words_of_2021_come_twice_and_are_exactly_those(data, said):
    assert net_faults(data, HOUSE_SCHEMA) == [said, said]


def test_each_chamber_refuses_what_the_other_takes():
    assert faults_by_schema(write_letter(letter()).data, HOUSE) == ()
    assert faults_by_schema(write_letter(senate_letter()).data, SENATE) == ()
    assert faults_by_schema(write_letter(letter()).data, SENATE) != ()
    assert faults_by_schema(write_letter(senate_letter()).data, HOUSE) != ()
    assert faults_by_schema(write_letter(senate_letter(constituent=person(prefix="Mx"))).data, SENATE) != ()


def test_campaign_text_and_own_words_never_change_places():
    tree = etree.fromstring(write_letter(letter()).data)

    assert tree.findtext("Message/OrganizationStatement") == LETTER.plea.statement
    assert tree.findtext("Message/ConstituentMessage") == LETTER.constituent.own_words
    assert (
        etree.fromstring(write_letter(letter(constituent=person(own_words=""))).data).find(
            "Message/ConstituentMessage"
        )
        is None
    )


def test_nobody_says_that_an_address_was_checked():
    for one in any_letters(HOUSE, count=20, seed=3):
        assert etree.fromstring(write_letter(one).data).findtext("Constituent/AddressValidation") == "N"


def test_markup_in_a_text_stays_text():
    said = "</OrganizationStatement><Email>x</Email> & <!-- \" ' ]]>"
    tree = etree.fromstring(write_letter(letter(plea=plea(statement=said))).data)

    assert tree.findtext("Message/OrganizationStatement") == said


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\ud800", "\ufffe"])
def test_what_xml_has_no_place_for_is_found_and_told_without_the_text(character):
    one = letter(plea=plea(statement=f"A secret thing{character}."))

    found = examine(one, chamber=HOUSE, offices=offices(one.office), now=NOON)

    assert [finding.rule.id for finding in found] == ["characters"]
    with pytest.raises(ValueError, match="no place for") as raised:
        write_letter(one)
    assert "secret" not in str(raised.value)


def test_no_value_type_with_a_home_address_shows_it():
    assert "Example Street" not in repr(LETTER)
    assert "Example Street" not in repr(LETTER.constituent)
