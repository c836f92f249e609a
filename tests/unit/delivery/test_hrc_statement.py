"""Who may submit a written statement to the Human Rights Council, what of it does not fit, and what the person takes along.

`python -m tests.unit.delivery.test_hrc_statement` writes the golden file.
"""

import dataclasses
import io
from datetime import UTC, date, datetime
from pathlib import Path

import docx
import pytest
import time_machine

from service.campaigns.file_ways import Council
from service.delivery.channel import Outward
from service.delivery.channels.unhrc import CHANNEL
from service.delivery.channels.unhrc.from_copy import submission_of
from service.delivery.channels.unhrc.packet import OLDER_LOOK, compose, entries, make_documents, subject
from service.delivery.channels.unhrc.rules import RULES, examine, most_words
from service.delivery.channels.unhrc.submission import Most, Ngo, Person, Session, Submission
from service.foundation.errors import Refused
from service.letter.edition import Supplement
from service.letter.statement import count_words
from service.model.recipient import Audience, Recipient, RecipientRole
from tests.unit.letter.letters import ROLL, copy_of, make_signatory, make_text
from tests.unit.letter.word_file import W, xml_of

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "unhrc"
LOOKED_UP = date(2027, 1, 10)
TEXT = """We are concerned about the river.[^1]

## Recommendations

We call on the Council to act.

[^1]: Basin Commission, Annual Report.
"""
GOOD = Submission(
    session=Session(number=64, opens=date(2027, 2, 22)),
    item=4,
    language="en",
    main=Ngo(name="Human Rivers International", status="special", compared=LOOKED_UP),
    joint=(
        Ngo(name="Lake Alliance", status="roster", compared=LOOKED_UP),
        Ngo(name="Zebra Trust", status="general", compared=LOOKED_UP),
        Ngo(name="Æther Society", status="special", compared=LOOKED_UP),
        Ngo(name="Brook Watch", status="special", compared=LOOKED_UP),
    ),
    others=("Quiet Spring Group", "Hidden Well Society"),
    title="The Right to Clean Water",
    text=TEXT,
    contact=Person(name="A. Secretary", phone="+41 22 555 01 00", email="secretariat@rivers.example"),
)
IN_TIME = datetime(2027, 2, 8, 22, 59, tzinfo=UTC)
DAY = date(2027, 2, 1)


def submission(**other):
    return dataclasses.replace(GOOD, **other)


def found(now=IN_TIME, **other):
    return [(one.rule.id, one.forbids) for one in examine(submission(**other), now=now)]


def words(number):
    """Give so many words of a paragraph."""
    return " ".join(["word"] * number)


def ngo(status, name="Human Rivers International", compared=LOOKED_UP):
    return Ngo(name=name, status=status, compared=compared)


ALONE = {"joint": (), "others": ()}


@pytest.mark.parametrize(
    ("other", "rules"),
    [
        ({}, []),
        ({"main": ngo("none")}, [("consultative-status", True)]),
        ({"joint": (ngo("none", "Newcomers"),)}, [("joint-submitters", True)]),
        ({"joint": (ngo("special"),)}, [("joint-submitters", True)]),
        ({"others": ("Lake Alliance",)}, [("joint-submitters", True)]),
        ({"main": ngo("special", compared=None)}, [("names", False)]),
        ({"joint": (ngo("roster", "Brook Watch", None),)}, [("names", False)]),
        ({"language": "de"}, [("language", True)]),
        ({"language": "fr"}, []),
        ({"language": "es"}, []),
        ({"item": 0}, [("agenda-item", True)]),
        ({"item": 10}, []),
        ({"item": 11}, [("agenda-item", True)]),
        ({"title": " "}, [("title", True)]),
        ({"text": "## Only a heading"}, [("text", True)]),
        ({"contact": Person(name="A", phone=" ", email="a@b.example")}, [("contact", True)]),
    ],
)
def test_a_statement_is_measured_by_each_rule(other, rules):
    assert found(**other) == rules


@pytest.mark.parametrize(("status", "most"), [("general", 2_000), ("special", 1_500), ("roster", 1_500)])
def test_the_limit_goes_by_the_status_of_the_main_submitter_and_counts_notes(status, most):
    note = "\n\n[^1]: three more words"
    many = {"main": ngo(status), "joint": (ngo("general", "Zebra Trust"),), "others": ()}

    assert ("length", True) not in found(text=f"{words(most)}", **many)
    assert ("length", True) in found(text=f"{words(most + 1)}", **many)
    assert ("length", True) not in found(text=f"{words(most - 3)}[^1]{note}", **many)
    assert ("length", True) in found(text=f"{words(most - 2)}[^1]{note}", **many)


def test_the_note_to_the_title_counts_as_a_note_and_the_submitters_only_warn():
    note = count_words(compose(submission(text=words(1)), day=DAY)).notes

    # "Quiet Spring Group and Hidden Well Society also share the views expressed in this statement."
    assert note == 15
    assert found(text=words(1_500 - note)) == [("length", False)]
    assert found(text=words(1_501 - note)) == [("length", True)]


def test_another_number_can_be_set():
    assert found(text=words(600), most=Most(special=500)) == [("length", True)]
    assert most_words(submission(main=ngo("none"))) == 0


def test_a_statement_that_is_too_long_says_by_how_much():
    (finding,) = examine(submission(text=words(1_510), **ALONE), now=IN_TIME)

    assert str(finding.found) == "It has 1,510 words, 0 of them in notes; 1,500 are allowed."
    assert str(finding.instead) == "Shorten it by 10 words."


@pytest.mark.parametrize(
    ("now", "rules"),
    [
        (IN_TIME, []),
        # In Geneva the day has ended, in London it has not.
        (datetime(2027, 2, 8, 23, 0, tzinfo=UTC), [("deadline", True)]),
        (datetime(2027, 2, 22, tzinfo=UTC), [("deadline", True)]),
    ],
)
def test_it_is_in_time_until_two_weeks_before_the_session(now, rules):
    assert found(now=now) == rules


def test_every_rule_says_where_it_is_written():
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.source and rule.says for rule in RULES)


def test_joint_submitters_are_named_general_before_special_before_roster():
    assert compose(GOOD, day=DAY).front == (
        "Human Rights Council: Session 64",
        "Agenda item: 4",
        "Submitted by: Human Rivers International (special consultative status)",
        "Jointly with (general consultative status): Zebra Trust",
        "Jointly with (special consultative status): Æther Society, Brook Watch",
        "Jointly with (Roster): Lake Alliance",
    )


@pytest.mark.parametrize(
    ("language", "others", "said"),
    [
        ("en", ("A",), "A also shares the views expressed in this statement."),
        ("en", ("A", "B", "C"), "A, B and C also share the views expressed in this statement."),
        ("fr", ("A", "B"), "A et B partagent également les vues"),
        ("es", ("A", "B"), "A y B también comparten las opiniones"),
    ],
)
def test_who_has_no_status_stands_in_a_note_to_the_title(language, others, said):
    (document,) = make_documents(submission(language=language, others=others), day=DAY)

    title = docx.Document(io.BytesIO(document.data)).paragraphs[0]._p
    (mark,) = title.iter(W + "footnoteReference")
    notes = xml_of(document.data, "word/footnotes.xml")
    (note,) = [one for one in notes.iter(W + "footnote") if one.get(W + "id") == mark.get(W + "id")]
    assert said in "".join(text.text for text in note.iter(W + "t"))


def test_a_language_that_the_council_does_not_take_makes_no_file():
    with pytest.raises(Refused, match="English, French or Spanish"):
        make_documents(submission(language="de"), day=DAY)


def test_the_file_repeats_and_is_no_pdf():
    with time_machine.travel("2031-08-09"):
        later = make_documents(GOOD, day=DAY)

    assert make_documents(GOOD, day=DAY) == later
    assert [one.name for one in later] == ["hrc-64-item-4-en.docx"]
    assert make_documents(GOOD, day=DAY, look=OLDER_LOOK) != later


def test_the_person_who_is_called_stands_beside_the_file_and_not_in_it():
    (document,) = make_documents(GOOD, day=DAY)
    beside = {str(one.label): one.value for one in entries(GOOD)}

    assert beside["E-mail address"] == GOOD.contact.email
    assert beside["Joint submitters: general, then special, then Roster"].startswith("Zebra Trust; Æther")
    assert "secretariat@" not in repr(GOOD)
    for part in (GOOD.contact.name, GOOD.contact.email, GOOD.contact.phone):
        assert part.encode() not in document.data


@pytest.mark.parametrize(
    ("number", "said"),
    [(61, "61st"), (62, "62nd"), (63, "63rd"), (64, "64th"), (111, "111th"), (112, "112th")],
)
def test_the_subject_names_the_session(number, said):
    session = Session(number=number, opens=date(2027, 2, 22))

    assert subject(submission(session=session)).endswith(f"submitted to {said} session")


DETAILS = {
    "unhrc": {
        "session": 64,
        "opens": "2027-02-22",
        "item": 4,
        "ngos": [
            {"name": "The River Watch", "status": "special", "compared": "2027-01-10"},
            {"name": "Lakes International", "status": "general", "signed_as": "Lake Alliance"},
        ],
    }
}


def office(copy_kind=Audience.PUBLIC):
    return Recipient(
        campaign_id="", revision_id="", position=0, role=RecipientRole.TO, copy_kind=copy_kind,
        channels=["unhrc"], details=b"",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("details", "copy_kind", "can", "reason"),
    [
        ({}, Audience.PUBLIC, False, "No session of the Human Rights Council is named"),
        (DETAILS, Audience.FULL, False, "names that are not for publication. Give it the public copy."),
        (DETAILS, Audience.PUBLIC, True, ""),
    ],
)
def test_it_can_go_where_a_session_is_named_and_only_as_the_public_copy(details, copy_kind, can, reason):
    verdict = CHANNEL.check(office(copy_kind), details, Outward(smtp=True, mail_from=""))

    assert verdict.can == can
    assert reason in verdict.reason


NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
PUBLIC = copy_of("public", office=None, text=make_text(body=TEXT))


def test_a_letters_copy_is_submitted_by_those_who_signed_it_and_names_the_others():
    made = submission_of(PUBLIC, Council.from_record(DETAILS["unhrc"]))

    assert made.main.name == "The River Watch"
    assert [one.name for one in made.joint] == ["Lakes International"]
    # Who signs for the addressee's eyes only is not named in what the Council publishes.
    assert made.others == ()
    assert "1. Speak of the river." in made.text
    assert PUBLIC.salutation not in made.text
    more = copy_of("public", office=None, roll=(*ROLL, make_signatory("Village Voices")))
    assert submission_of(more, Council.from_record(DETAILS["unhrc"])).others == ("Village Voices",)


def test_nobody_is_named_as_submitting_who_has_not_signed():
    council = {**DETAILS["unhrc"], "ngos": [{"name": "Quiet Spring Group", "status": "general"}]}

    found = CHANNEL.examine(PUBLIC, {"unhrc": council}, now=NOW)

    assert ("joint-submitters", True) in [(one.rule.id, one.forbids) for one in found]
    assert "Quiet Spring Group is not named among the organizations" in found[0].found


def test_what_is_made_of_a_copy_is_what_the_person_needs():
    found = CHANNEL.examine(PUBLIC, DETAILS, now=NOW)
    (document,) = CHANNEL.documents(PUBLIC, DETAILS)
    beside = {str(one.label): one.value for one in CHANNEL.entries(PUBLIC, DETAILS)}

    assert [one for one in found if one.forbids] == []
    assert document.name == "hrc-64-item-4-en.docx"
    assert beside["Telephone"] == "+1 202 555 0100"
    assert CHANNEL.documents(PUBLIC, DETAILS) == (document,)


def test_a_correction_cannot_be_added_to_a_statement():
    after = copy_of(
        "public",
        office=None,
        supplement=Supplement(kind="addendum", ordinal=1, edition=1, date=DAY),
    )

    assert ("final", True) in [(one.rule.id, one.forbids) for one in CHANNEL.examine(after, DETAILS, now=NOW)]


def test_the_statement_reads_as_it_was_looked_at():
    (document,) = make_documents(GOOD, day=DAY)

    assert described(document.data) == (GOLDEN / "statement.txt").read_text()


def described(data):
    """Say what the file is to its reader: the style and the words of each paragraph, then the notes."""
    lines = [f"{one.style.name}: {one.text}" for one in docx.Document(io.BytesIO(data)).paragraphs]
    notes = xml_of(data, "word/footnotes.xml").iter(W + "footnote")
    said = ("".join(text.text for text in note.iter(W + "t")) for note in notes)
    lines += [f"note: {one.strip()}" for one in said if one]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    (GOLDEN / "statement.txt").write_text(described(make_documents(GOOD, day=DAY)[0].data))
