"""What UN reviews take, what of a submission does not fit, and how sure the numbers are."""

import dataclasses
import io
from datetime import UTC, date, datetime

import docx
import pytest
import time_machine

from service.delivery.channel import Outward
from service.delivery.channels.upr import CHANNEL
from service.delivery.channels.upr.frames import FRAMES, limits_of
from service.delivery.channels.upr.packet import Contribution, compose, make_documents, title_of
from service.delivery.channels.upr.rules import RULES, examine
from service.foundation.errors import Refused
from service.model.recipient import Audience, Recipient, RecipientRole

UPR, CCPR = FRAMES["upr"], FRAMES["ccpr"]
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


@pytest.mark.parametrize(
    ("details", "destinations"), [({}, 0), ({"upr_review": "other"}, 0), ({"upr_review": "ccpr"}, 1)]
)
def test_it_never_leaves_by_itself(details, destinations):
    office = Recipient(
        campaign_id="", revision_id="", position=0, role=RecipientRole.TO, copy_kind=Audience.PUBLIC,
        channels=["upr"], details=b"",
    )  # fmt: skip

    verdict = CHANNEL.check(office, details, Outward(smtp=True, mail_from=""))

    assert (verdict.can, verdict.destinations) == (False, destinations)
    assert verdict.reason
