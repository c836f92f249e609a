"""What a letter to Congress must have, what is found of one that has not, and what may not be repeated of it."""

from datetime import timedelta

import pytest

from service.delivery.channel import Outward
from service.delivery.channels.cwc import CHANNEL as CWC
from service.delivery.channels.cwc import rules as house_rules
from service.delivery.channels.soapbox import CHANNEL as SOAPBOX
from service.delivery.channels.soapbox import rules as senate_rules
from service.delivery.congress.letter import Bill
from service.delivery.congress.placeholders import placeholders_in
from service.model.recipient import Audience, Recipient, RecipientRole
from tests.congress import LETTER, NOON, PERSON, letter, offices, person, plea, senate_letter

OUTWARD = Outward(smtp=True, mail_from="letter@rivers.example")
OFFICE = Recipient(
    id="office",
    campaign_id="",
    revision_id="",
    position=0,
    role=RecipientRole.TO,
    copy_kind=Audience.PUBLIC,
    channels=["cwc"],
    details=b"",
)


LISTED = offices("HVA08", "HAQ00", "SCA03")


def found_in(one, rules=house_rules, known=LISTED, now=NOON):
    return rules.examine(one, offices=known, now=now)


def test_a_letter_that_is_right_has_no_finding():
    assert found_in(letter()) == ()
    assert found_in(senate_letter(), senate_rules) == ()


@pytest.mark.parametrize(
    ("one", "rule", "said"),
    [
        (
            letter(plea=plea(subject="Five5")),
            "subject",
            "The subject has 5 characters; from 6 to 500 are taken.",
        ),
        (
            letter(plea=plea(statement="x" * 10_001)),
            "organization-statement",
            "The coalition's statement has 10001 characters; from 6 to 10000 are taken.",
        ),
        (letter(plea=plea(topics=())), "topics", "No topic is chosen."),
        (letter(plea=plea(topics=("Human Rights",))), "topics", "“Human Rights” is no topic of the list."),
        (
            letter(plea=plea(bills=(Bill(congress=119, kind="H.R.", number=1),))),
            "bills",
            "“H.R.” is no kind of bill that is taken.",
        ),
        (
            letter(plea=plea(statement=""), constituent=person(own_words="")),
            "something-to-say",
            "The letter says nothing.",
        ),
        (
            letter(plea=plea(subject="A letter from [Your Name]")),
            "placeholders",
            "The subject: [Your Name] is still to be filled in.",
        ),
        (
            letter(plea=plea(statement="We, ((count)) organizations, ask.")),
            "placeholders",
            "The coalition's statement: ((count)) is still to be filled in.",
        ),
        (
            letter(constituent=person(own_words="I live in [my town, Springfield].")),
            "placeholders",
            "The constituent's own text: something is still to be filled in.",
        ),
        (
            letter(constituent=person(own_words=f"Dear Sir, {LETTER.plea.statement.upper()}")),
            "own-words",
            "The constituent's own words repeat the coalition's statement.",
        ),
        (
            letter(constituent=person(city="Ur")),
            "city",
            "The city has 2 characters; from 3 to 500 are taken.",
        ),
        (
            letter(constituent=person(phone="+1 703 555 0102")),
            "phone",
            "The telephone number does not have the form",
        ),
        (
            letter(constituent=person(email="alex")),
            "email",
            "The constituent's e-mail address does not have the form",
        ),
        (letter(constituent=person(state="XX")), "state-abbreviation", "The state does not have the form"),
        (letter(office="HVA99"), "office-listed", "The office HVA99 is not on the list."),
        (letter(office="MP00"), "member-office", "The code of the office does not have the form"),
    ],
)
def test_what_does_not_fit_is_found(one, rule, said):
    findings = {finding.rule.id: finding for finding in found_in(one) if finding.forbids}

    assert rule in findings
    assert str(findings[rule].found).startswith(said)


@pytest.mark.parametrize("prefix", ["Mx", "Mr", "Rev."])
def test_the_senate_knows_five_forms_of_address_and_the_house_any(prefix):
    assert [finding.rule.id for finding in found_in(senate_letter(constituent=person(prefix=prefix, state="CA")), senate_rules)] == ["prefix"]  # fmt: skip
    assert found_in(letter(constituent=person(prefix=prefix))) == ()


def test_a_delegates_office_is_of_the_state_of_its_people():
    assert found_in(letter(office="HAQ00", constituent=person(state="AS"))) == ()
    (finding,) = found_in(letter(office="HAQ00"))
    assert (finding.rule.id, finding.forbids) == ("own-member", False)


def test_the_age_of_the_list_is_shown_and_an_old_one_does_not_stop_a_letter():
    (finding,) = found_in(letter(), known=offices("HVA08", fetched_at=NOON - timedelta(hours=30)))

    assert not finding.forbids
    assert finding.found == "The list of offices is 30 hours old."


def test_without_any_list_nothing_goes():
    (finding,) = found_in(letter(), known=None)

    assert finding.forbids
    assert finding.found == "No list of the offices that take letters was fetched yet."


def test_no_finding_repeats_what_a_constituent_gave():
    bad = person(
        **{
            name: f"[your {name}] Zebedee\x07"
            for name in ("first_name", "address", "city", "own_words", "phone")
        }
    )

    said = " ".join(f"{finding.found} {finding.instead}" for finding in found_in(letter(constituent=bad)))

    assert "Zebedee" not in said
    assert PERSON.email not in said


@pytest.mark.parametrize("rules", [house_rules, senate_rules], ids=["house", "senate"])
def test_each_rule_has_a_name_a_source_and_a_day(rules):
    names = [rule.id for rule in rules.RULES]

    assert len(set(names)) == len(names)
    assert all(rule.says and rule.source and rule.checked.year == 2026 for rule in rules.RULES)
    assert set(names) >= {"subject", "organization-statement", "placeholders", "office-listed"}


@pytest.mark.parametrize(
    ("text", "placeholders"),
    [
        ("Dear [Your Representative], I am [NAME].", ("[Your Representative]", "[NAME]")),
        ("We are ((count)) in (( countries )).", ("((count))", "(( countries ))")),
        ("Hello {{ first_name }} {name} ${city} *|FNAME|* %%NAME%% <<Name>>", ("{{ first_name }}", "{name}", "${city}", "*|FNAME|*", "%%NAME%%", "<<Name>>")),
        ("[insert a personal story here]", ("[insert a personal story here]",)),
        ("[Senator's Name], [first/last name] [City] [Zip Code]", ("[Senator's Name]", "[first/last name]", "[City]", "[Zip Code]")),
        ("The [Member States] and [State officials], as it said [1] and [sic], [a]s [SIC] f(g(x)) 5 < 6, 100 % of [the] {1, 2}.", ()),
    ],
)  # fmt: skip
def test_placeholders_are_told_from_brackets(text, placeholders):
    assert placeholders_in(text) == placeholders


@pytest.mark.parametrize(
    ("channel", "code", "said"),
    [
        (CWC, "", "No code of the office is given for this recipient."),
        (CWC, "SCA03", "“SCA03” is no code of an office there; they are like HVA08."),
        (CWC, "HVA08", "Letters to the US House of Representatives are off: nothing is set up for them."),
        (SOAPBOX, "SCA03", "Letters to the US Senate are off: nothing is set up for them."),
    ],
)
def test_nothing_is_ever_called_ready_while_nothing_is_set_up(channel, code, said):
    verdict = channel.check(OFFICE, {"office_code": code} if code else {}, OUTWARD)

    assert not verdict.can
    assert verdict.reason == said
