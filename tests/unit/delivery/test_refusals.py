"""Which letter cannot be a petition where, by which rule, and what would help: the table of letters and houses."""

import dataclasses
from datetime import date

import pytest

from service.delivery.refusing.addressed import houses_addressed
from service.delivery.refusing.facts import LetterFacts, facts_of
from service.delivery.refusing.ways import WAYS, findings
from service.letter.edition import Office
from tests.unit.letter.letters import make_edition, make_person, make_signatory

WORDS_300 = "river " * 300
OPEN_LETTER = LetterFacts(
    text=f"On behalf of 59 organizations and individuals we write before the summit. We demand repair. {WORDS_300} See https://rivers.example/report and rivers.org.",
    languages=("en",),
    organizations=50,
    people=9,
    countries={"US": 30, "DE": 20, "IN": 9},
    annexes=1,
    logos=2,
)
OUTSIDE_EUROPE = dataclasses.replace(OPEN_LETTER, countries={"US": 59}, languages=("hi",))
IN_FRENCH = dataclasses.replace(
    OPEN_LETTER, languages=("fr",), text="Nous demandons la réparation du fleuve.", annexes=0, logos=0
)
SHEETS = {"by_hand": 40, "with_address": 40, "on_first_sheet": 5, "presenter": True}
PLAIN = {"annexes": 0, "logos": 0, "organizations": 0, "people": 40, "countries": {"DE": 40}}
PETITION = LetterFacts(
    text="To the House of Commons. The Petition of residents of the valley, Declares that the river is ill. "
    "The Petitioners therefore request that the House of Commons fund its repair. And the Petitioners remain, etc.",
    addressed_to=frozenset(WAYS),
    **SHEETS,
    **PLAIN,
)
LETTERS = {
    "open letter": OPEN_LETTER,
    "of others, in Hindi": OUTSIDE_EUROPE,
    "in French, plain": IN_FRENCH,
    "petition on sheets": PETITION,
    "petition signed online": dataclasses.replace(PETITION, by_hand=0, with_address=0, on_first_sheet=0),
    "petition without addresses": dataclasses.replace(PETITION, with_address=0),
    "petition nobody presents": dataclasses.replace(PETITION, presenter=False),
    "petition, two on the first sheet": dataclasses.replace(PETITION, on_first_sheet=2),
    "petition that requests nothing": dataclasses.replace(
        PETITION, text="To the House of Commons. The Petition of residents, Declares that the river is ill."
    ),
    "petition of 250 words": dataclasses.replace(
        PETITION, text=PETITION.text + " river" * (250 - PETITION.words)
    ),
    "petition of 25 hands": dataclasses.replace(
        PETITION, by_hand=25, with_address=25, on_first_sheet=3, people=25
    ),
    "petition of 24 hands": dataclasses.replace(
        PETITION, by_hand=24, with_address=24, on_first_sheet=3, people=24
    ),
    "petition of one hand": dataclasses.replace(
        PETITION, by_hand=1, with_address=1, on_first_sheet=1, people=1
    ),
    "petition of 251 words": dataclasses.replace(
        PETITION, text=PETITION.text + " river" * (251 - PETITION.words)
    ),
    "petition with a link": dataclasses.replace(PETITION, text=PETITION.text + " www.rivers.example"),
    "petition with an annex": dataclasses.replace(PETITION, annexes=1),
}
# What forbids each letter to go where; an empty place says that nothing does.
TABLE = {
    "open letter": {
        "eu_petition": "not-by-mail a-petition",
        "bundestag": "not-by-mail a-petition",
        "uk_commons": "member by-hand form",
        "canada": "member addressee by-hand nothing-attached",
        "australia": "addressee length no-links nothing-attached signatures",
    },
    "of others, in Hindi": {
        "eu_petition": "not-by-mail a-petition who language",
        "bundestag": "not-by-mail a-petition",
        "uk_commons": "member by-hand form language",
        "canada": "member addressee by-hand nothing-attached language",
        "australia": "addressee length no-links nothing-attached signatures language",
    },
    "in French, plain": {
        "eu_petition": "not-by-mail a-petition",
        "bundestag": "not-by-mail a-petition",
        "uk_commons": "member by-hand form language",
        "canada": "member addressee by-hand",
        "australia": "addressee signatures language",
    },
    "petition on sheets": {
        "eu_petition": "",
        "bundestag": "",
        "uk_commons": "",
        "canada": "",
        "australia": "",
    },
    "petition that requests nothing": {
        "eu_petition": "",
        "bundestag": "",
        "uk_commons": "form",
        "canada": "",
        "australia": "",
    },
    "petition of 250 words": {
        "eu_petition": "",
        "bundestag": "",
        "uk_commons": "",
        "canada": "",
        "australia": "",
    },
    "petition of 25 hands": {
        "eu_petition": "",
        "bundestag": "",
        "uk_commons": "",
        "canada": "",
        "australia": "",
    },
    "petition of 24 hands": {
        "eu_petition": "",
        "bundestag": "",
        "uk_commons": "",
        "canada": "by-hand",
        "australia": "",
    },
    "petition of one hand": {
        "eu_petition": "",
        "bundestag": "",
        "uk_commons": "",
        "canada": "by-hand",
        "australia": "",
    },
    "petition signed online": {
        "eu_petition": "not-by-mail",
        "bundestag": "not-by-mail",
        "uk_commons": "by-hand",
        "canada": "by-hand",
        "australia": "signatures",
    },
    "petition without addresses": {
        "eu_petition": "signed",
        "bundestag": "by-hand",
        "uk_commons": "top-sheet",
        "canada": "",
        "australia": "signatures",
    },
    "petition nobody presents": {
        "eu_petition": "",
        "bundestag": "",
        "uk_commons": "member",
        "canada": "member",
        "australia": "",
    },
    "petition, two on the first sheet": {
        "eu_petition": "",
        "bundestag": "",
        "uk_commons": "",
        "canada": "by-hand",
        "australia": "",
    },
    "petition of 251 words": {
        "eu_petition": "",
        "bundestag": "",
        "uk_commons": "",
        "canada": "",
        "australia": "length",
    },
    "petition with a link": {
        "eu_petition": "",
        "bundestag": "",
        "uk_commons": "",
        "canada": "",
        "australia": "no-links",
    },
    "petition with an annex": {
        "eu_petition": "",
        "bundestag": "",
        "uk_commons": "",
        "canada": "nothing-attached",
        "australia": "nothing-attached",
    },
}  # fmt: skip -- a letter a block reads best
# What somebody should look at, beside what forbids.
LOOKED_AT = {
    ("open letter", "canada"): {"request", "electronic"},
    ("open letter", "australia"): {"organizations"},
    ("open letter", "bundestag"): {"no-machine-lists", "one-contact"},
    ("open letter", "eu_petition"): {"subject", "one-speaks"},
    ("open letter", "uk_commons"): {"plain", "subject"},
    ("petition on sheets", "canada"): set(),
    ("petition on sheets", "australia"): set(),
    ("petition on sheets", "bundestag"): {"one-contact"},
    ("petition of 251 words", "canada"): {"electronic"},
    ("petition with a link", "canada"): {"electronic"},
    ("petition with an annex", "uk_commons"): {"plain", "subject"},
}


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("house", WAYS)
def test_each_letter_is_refused_where_it_cannot_go_and_nowhere_else(letter, house):
    found = findings(LETTERS[letter])[house]

    assert " ".join(finding.rule.id for finding in found if finding.forbids) == TABLE[letter][house]


@pytest.mark.parametrize(("letter", "house"), LOOKED_AT)
def test_what_only_a_person_can_tell_is_said_and_forbids_nothing(letter, house):
    found = findings(LETTERS[letter])[house]

    assert {finding.rule.id for finding in found if not finding.forbids} == LOOKED_AT[letter, house]


@pytest.mark.parametrize("letter", LETTERS)
def test_each_refusal_has_its_rule_its_source_and_what_would_help(letter):
    for house, found in findings(LETTERS[letter]).items():
        for finding in found:
            assert finding.rule in WAYS[house].rules
            assert finding.found.endswith(".")
            assert not finding.forbids or finding.instead


@pytest.mark.parametrize("house", WAYS)
def test_each_rule_says_where_it_is_written_and_when_it_was_looked_at(house):
    rules = WAYS[house].rules

    assert len({rule.id for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.checked == date(2026, 11, 27)
        assert ", " in rule.source
        assert rule.says.endswith(".")


def test_a_hundred_sign_ons_given_online_are_said_with_their_number():
    many = dataclasses.replace(OPEN_LETTER, organizations=60, people=40)

    found = {finding.rule.id: finding.found for finding in findings(many)["bundestag"]}

    assert found["no-machine-lists"] == "100 sign-ons were given online and would not count."


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://rivers.example/a.", 1),
        ("See www.rivers.example and rivers.org, please.", 2),
        ("The river. The Office. 3.5 metres", 0),
        ("Write to the water.Commission of Org", 0),
    ],
)
def test_links_are_found_as_people_write_them(text, links):
    assert dataclasses.replace(PETITION, text=text).links == links


def test_the_facts_of_an_edition_say_that_nobody_signed_by_hand():
    edition = make_edition(
        roll=(make_signatory("River Watch", country="DE"), make_person("Ada Lovelace", country="DE"))
    )

    facts = facts_of(edition, "We write.", addressed_to=frozenset({"bundestag"}))

    assert (facts.organizations, facts.people, facts.by_hand) == (1, 1, 0)
    assert facts.countries == {"DE": 2}
    assert not [one for one in findings(facts)["bundestag"] if one.rule.id == "a-petition"]
    assert [one.rule.id for one in findings(facts)["bundestag"] if one.forbids] == ["not-by-mail"]


def office(name, country, *, position="", there="", role="to"):
    return Office(role=role, name=name, position=position, office=there, country=country, copy="public")


@pytest.mark.parametrize(
    ("addressee", "houses"),
    [
        (office("Deutscher Bundestag", "DE", there="Petitionsausschuss"), {"bundestag"}),
        (office("The President", "", there="Deutscher Bundestag"), {"bundestag"}),
        (office("Ada Muster", "DE", position="Mitglied des Deutschen Bundestages"), set()),
        (office("Ada Muster MdB", "DE", there="Deutscher Bundestag"), set()),
        (office("European Parliament", "BE", there="Committee on Petitions"), {"eu_petition"}),
        (
            office("Das Europäische Parlament", "FR", there="Präsidentin des Europäischen Parlaments"),
            {"eu_petition"},
        ),
        (office("Ana Example", "BE", position="Member of the European Parliament"), set()),
        (office("To the House of Commons", "GB"), {"uk_commons"}),
        (office("House of Commons of the United Kingdom", ""), {"uk_commons"}),
        (office("House of Commons", ""), set()),
        (office("House of Commons", "CA"), {"canada"}),
        (office("Jean Exemple", "CA", position="Première ministre"), {"canada"}),
        (
            office("Jo Example", "CA", position="Minister", there="Environment and Climate Change Canada"),
            {"canada"},
        ),
        (office("Jo Example", "CA", position="Minister of Water", there="Government of Ontario"), set()),
        (office("Jo Example MP", "CA"), {"canada"}),
        (office("The Speaker", "AU", there="House of Representatives"), {"australia"}),
        (office("The Speaker", "US", there="House of Representatives"), set()),
        (office("Jo Example MP", "AU", position="Minister for Water"), set()),
        (office("Deutscher Bundestag", "DE", role="cc"), set()),
    ],
)
def test_a_letter_that_is_written_to_a_house_is_known(addressee, houses):
    assert houses_addressed([addressee]) == houses
