"""What UN reviews take, what of a submission does not fit, and how sure the numbers are.

`python -m tests.unit.delivery.test_review_submission` writes the golden file.
"""

import dataclasses
import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import docx
import pytest
import time_machine

from service.campaigns.file_ways import Review, ReviewName
from service.delivery.by_hand.entries import write_entries
from service.delivery.channel import Outward
from service.delivery.channels.upr import CHANNEL
from service.delivery.channels.upr.frames import FRAMES, limits_of
from service.delivery.channels.upr.from_copy import contribution_of, limits_set
from service.delivery.channels.upr.packet import Contribution, compose, make_documents, title_of
from service.delivery.channels.upr.rules import RULES, examine
from service.foundation.errors import Refused
from service.model.recipient import Audience, Recipient, RecipientRole
from tests.unit.delivery.test_hrc_statement import described
from tests.unit.letter.letters import copy_of, make_text

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "upr" / "packet.txt"
UPR, CCPR, CEDAW = FRAMES["upr"], FRAMES["ccpr"], FRAMES["cedaw"]
GOOD = Contribution(
    frame=UPR,
    language="en",
    coalition="Coalition for Open Rivers",
    submitters=("River Watch", "Lake Alliance"),
    country="Basinia",
    month=date(2027, 5, 1),
    text="We report on the river.\n\n## Recommendations\n\nAct.",
    due=date(2027, 1, 14),
)
NOW = datetime(2027, 1, 14, 12, tzinfo=UTC)
DAY = date(2027, 1, 10)


def contribution(**other):
    return dataclasses.replace(GOOD, **other)


def found(settings=None, now=NOW, **other):
    return [
        (one.rule.id, one.forbids) for one in examine(contribution(**other), settings=settings or {}, now=now)
    ]


def words(number):
    return " ".join(["word"] * number)


WORDS, PAGES = ("upr-length-words", False), ("upr-length-pages", False)


@pytest.mark.parametrize(
    ("other", "rules"),
    [
        ({}, []),
        ({"language": "de"}, [("language", True)]),
        ({"submitters": ()}, [("submitters", True)]),
        ({"submitters": ("River Watch", " ")}, [("submitters", True)]),
        ({"coalition": ""}, [("submitters", True)]),
        ({"coalition": "", "submitters": ("River Watch",)}, []),
        ({"country": ""}, [("country", True)]),
        ({"text": "## Only a heading"}, [("numbered", True)]),
        ({"due": None}, [("deadline", False)]),
        ({"due": date(2027, 1, 13)}, [("deadline", True)]),
        ({"frame": CCPR, "text": words(10_000)}, []),
        ({"frame": CCPR, "text": words(10_001)}, [("ccpr-length-words", True)]),
        ({"frame": CEDAW, "text": words(50_000)}, [("length", False)]),
    ],
)
def test_a_submission_is_measured_by_each_rule(other, rules):
    assert found(**other) == rules


@pytest.mark.parametrize(
    ("number", "submitters", "rules"),
    [
        (2_400, ("River Watch",), []),
        (2_600, ("River Watch",), [PAGES]),
        (2_816, ("River Watch",), [PAGES, WORDS]),
        (4_900, GOOD.submitters, []),
        (5_600, GOOD.submitters, [PAGES]),
        (5_631, GOOD.submitters, [PAGES, WORDS]),
    ],
)
def test_a_number_that_nobody_has_verified_warns_and_forbids_nothing(number, submitters, rules):
    assert found(text=words(number), submitters=submitters) == rules


def test_a_number_that_is_set_here_counts():
    given = {
        "upr_words_alone": "2815",
        "upr_words_joint": "5000",
        "upr_pages_alone": "30",
        "upr_pages_joint": "30",
    }

    assert found(given, text=words(5_000)) == []
    assert found(given, text=words(5_001)) == [("upr-length-words", True)]


@pytest.mark.parametrize(
    ("most", "number", "rules"),
    [
        ({"most_words": 3_300}, 3_300, []),
        ({"most_words": 3_300}, 3_301, [("cedaw-length-words", True)]),
        ({"most_pages": 10}, 5_001, [("cedaw-length-pages", False)]),
        ({"most_words": 3_300, "most_pages": 6}, 3_001, [("cedaw-length-pages", False)]),
        ({}, 3_301, [("length", False)]),
    ],
)
def test_of_a_committee_whose_limits_we_do_not_know_the_offices_count(most, number, rules):
    review = Review(review="cedaw", country="Basinia", month=date(2027, 8, 1), **most)

    assert found(limits_set(review), frame=CEDAW, text=words(number)) == rules


def test_where_we_know_one_limit_the_office_may_give_the_other():
    review = Review(review="ccpr", country="Basinia", month=date(2027, 8, 1), most_pages=15)

    assert found(limits_set(review), frame=CCPR, text=words(8_000)) == [("ccpr-length-pages", False)]
    assert found(limits_set(review), frame=CCPR, text=words(10_001))[0] == ("ccpr-length-words", True)


@pytest.mark.parametrize("language", ["en", "fr", "es"])
@pytest.mark.parametrize("review", get_args(ReviewName))
def test_every_review_has_its_title_and_its_file_in_every_language(review, language):
    made = contribution(frame=FRAMES[review], language=language)
    (document,) = make_documents(made, day=DAY)

    assert "{" not in title_of(made)
    assert (review == "upr") == ("UPR" in title_of(made) or "EPU" in title_of(made))
    assert document.name == f"{review}-2027-05-{language}.docx"
    assert title_of(made) in described(document.data)


def test_of_two_numbers_one_that_is_set_does_not_vouch_for_the_other():
    assert found({"upr_words_joint": "100"}, text=words(101)) == [("upr-length-words", False)]


@pytest.mark.parametrize("given", ["0", "-1", "ten", "1e3", "٣", "9" * 30])
def test_a_setting_that_is_no_number_is_refused(given):
    with pytest.raises(Refused, match="upr_words_alone"):
        limits_of(UPR, {"upr_words_alone": given})


def test_the_source_of_an_unverified_number_says_so():
    said = {rule.id: rule.source for rule in RULES}

    assert "NOT VERIFIED" in said["upr-length-words"]
    assert "2008" in said["upr-length-pages"]
    assert "NOT VERIFIED" not in said["upr-length-pages"]
    assert len(said) == len(RULES)


@pytest.mark.parametrize(
    ("other", "title"),
    [
        ({}, "Coalition for Open Rivers – joint UPR submission – Basinia – May 2027"),
        ({"submitters": ("River Watch",)}, "River Watch – UPR submission – Basinia – May 2027"),
        (
            {"frame": CCPR, "language": "fr", "month": date(2027, 8, 1)},
            "Coalition for Open Rivers – contribution conjointe au Comité des droits de l’homme – Basinia – août 2027",
        ),
        (
            {"frame": CEDAW, "submitters": ("River Watch",)},
            "River Watch – submission to the Committee on the Elimination of Discrimination against Women – Basinia – May 2027",
        ),
        (
            {"language": "es", "month": date(2027, 12, 31)},
            "Coalition for Open Rivers – contribución conjunta al EPU – Basinia – diciembre 2027",
        ),
    ],
)
def test_the_title_says_who_what_where_and_when(other, title):
    assert title_of(contribution(**other)) == title


def test_the_names_of_all_submitters_come_first_and_paragraphs_and_pages_are_numbered():
    (document,) = make_documents(GOOD, day=DAY)
    read = docx.Document(io.BytesIO(document.data))

    assert document.name == "upr-2027-05-en.docx"
    assert [(one.style.name, one.text) for one in read.paragraphs][1:] == [
        ("Front", "Submitted by: River Watch; Lake Alliance"),
        ("Ask", "We report on the river."),
        ("Heading 1", "Recommendations"),
        ("Ask", "Act."),
    ]
    assert not read.sections[0].footer.is_linked_to_previous
    assert "PAGE" in read.sections[0].footer._element.xml


def test_the_file_repeats():
    with time_machine.travel("2031-08-09"):
        later = make_documents(GOOD, day=DAY)

    assert make_documents(GOOD, day=DAY) == later


def test_without_submitters_nothing_is_laid_out():
    with pytest.raises(Refused, match="Nobody submits it"):
        compose(contribution(submitters=()), day=DAY)


DETAILS = {"upr": {"review": "upr", "country": "Basinia", "month": "2027-05-01", "due": "2027-01-14"}}
PUBLIC = copy_of("public", office=None, text=make_text(body="We report on the river."))


@pytest.mark.parametrize(
    ("details", "copy_kind", "can", "reason"),
    [
        ({}, Audience.PUBLIC, False, "No review is named"),
        (DETAILS, Audience.FULL, False, "names that are not for publication. Give it the public copy."),
        (DETAILS, Audience.PUBLIC, True, ""),
    ],
)
def test_it_can_go_where_a_review_is_named_and_only_as_the_public_copy(details, copy_kind, can, reason):
    office = Recipient(
        campaign_id="", revision_id="", position=0, role=RecipientRole.TO, copy_kind=copy_kind,
        channels=["upr"], details=b"",
    )  # fmt: skip

    verdict = CHANNEL.check(office, details, Outward(smtp=True, mail_from=""))

    assert verdict.can == can
    assert reason in verdict.reason


def test_the_file_and_the_frames_know_the_same_reviews():
    assert set(get_args(ReviewName)) == set(FRAMES)


def test_a_letters_copy_is_submitted_by_the_organizations_that_it_names():
    made = contribution_of(PUBLIC, Review.from_record(DETAILS["upr"]))

    # Neither a person, nor who signs for the addressee's eyes only: what is submitted is published.
    assert sorted(made.submitters) == ["Lake Alliance", "The River Watch"]
    assert (made.country, made.coalition, made.language) == ("Basinia", "Coalition for Open Rivers", "en")
    assert "1. Speak of the river." in made.text


def test_what_is_made_of_a_copy_is_what_the_person_needs():
    found = CHANNEL.examine(PUBLIC, DETAILS, now=NOW)
    (document,) = CHANNEL.documents(PUBLIC, DETAILS)
    beside = {str(one.label): one.value for one in CHANNEL.entries(PUBLIC, DETAILS)}

    assert [one for one in found if one.forbids] == []
    assert document.name == "upr-2027-05-en.docx"
    assert beside["Title"] == "Coalition for Open Rivers – joint UPR submission – Basinia – May 2027"
    assert beside["Submitters"] == "Lake Alliance; The River Watch"


@pytest.mark.parametrize(
    ("set_here", "rules"),
    [
        # A number that somebody has read forbids, and one known by hearsay warns.
        ({"most_words": 5}, [("upr-length-words", True)]),
        ({"most_words": 5_000}, []),
        ({"due": None}, [("deadline", False)]),
    ],
)
def test_limits_that_the_office_names_count(set_here, rules):
    found = CHANNEL.examine(PUBLIC, {"upr": {**DETAILS["upr"], **set_here}}, now=NOW)

    assert [(one.rule.id, one.forbids) for one in found] == rules


def written():
    """Say what the packet of a copy is to whoever uploads it: the fields, then the file."""
    (document,) = CHANNEL.documents(PUBLIC, DETAILS)
    fields = write_entries(CHANNEL.address(DETAILS), CHANNEL.entries(PUBLIC, DETAILS), language="en")
    return f"{fields}\n{document.name}\n{described(document.data)}"


def test_the_packet_reads_as_it_was_looked_at():
    assert written() == GOLDEN.read_text()


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(written())
