"""What regulations.gov asks of a comment, and how the letter becomes one; `python -m tests.unit.delivery.test_regulations_comment` writes its golden file."""

import dataclasses
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.delivery.channel import Outward
from service.delivery.channels.regulations import CHANNEL
from service.delivery.channels.regulations.comment import (
    COMMENT_NAME,
    LONGEST_COMMENT,
    Comment,
    document_page,
    make_documents,
    part_documents,
    write_text,
)
from service.delivery.channels.regulations.emoji import find_doubtful, find_emoji
from service.delivery.channels.regulations.rules import RULES, examine
from service.delivery.parcel import Document
from service.foundation.errors import Refused
from service.letter.document import make_document
from service.model.recipient import Audience, Recipient, RecipientRole
from tests.unit.letter.golden_letter import BODY, NAMES
from tests.unit.letter.letters import ROLL, copy_of, make_text

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "regulations"
LETTER = Document(name="letter.pdf", media_type="application/pdf", data=b"%PDF-1.7 the letter")
GOOD = Comment(
    document="FDA-2009-N-0501-0012",
    text="See the attached letter of 59 organizations.",
    organization="Coalition for Open Rivers",
    organization_type="Non-Governmental Organization",
    files=(LETTER,),
    items=59,
    email="secretariat@rivers.example",
    certified=True,
    is_open=True,
)


def found(**other):
    return [(one.rule.id, one.forbids) for one in examine(dataclasses.replace(GOOD, **other))]


def file(name="annex.pdf", size=3):
    return Document(name=name, media_type="application/pdf", data=b"x" * size)


@pytest.mark.parametrize(
    ("other", "rules"),
    [
        ({}, []),
        ({"document": ""}, [("document", True)]),
        ({"document": "../documents"}, [("document", True)]),
        ({"is_open": False}, [("open", True)]),
        ({"is_open": None}, [("open", False)]),
        ({"text": " \n"}, [("text", True)]),
        ({"text": "a" * 5_000}, []),
        ({"text": "a" * 5_001}, [("length", True)]),
        # Of characters there are few enough, of bytes too many.
        ({"text": "é" * 2_500}, []),
        ({"text": "é" * 2_501}, [("length", True)]),
        # Two characters that are one when they are sent, and line ends that are one, too.
        ({"text": "e\u0301" * 2_500}, []),
        ({"text": "a\r\n" * 2_500}, []),
        ({"text": "Clean water 💧 now."}, [("no-emoji", True)]),
        ({"text": "Clean water ❤️ now."}, [("no-emoji", True), ("no-emoji", False)]),
        ({"text": "A mark ™ is doubtful."}, [("no-emoji", False)]),
        ({"text": "1#* — “ordinary” ½ § 維吾爾 ئۇيغۇر བོད་"}, []),
        ({"organization": ""}, [("organization", True)]),
        ({"organization": "o" * 120}, []),
        ({"organization": "ö" * 61}, [("organization", True)]),
        ({"organization": "Rivers 🌊"}, [("no-emoji", True)]),
        ({"organization_type": ""}, [("organization-type", True)]),
        ({"email": ""}, []),
        ({"email": "a" * 90 + "@rivers.example"}, [("receipt", True)]),
        ({"files": (LETTER, *(file(f"annex-{n}.pdf") for n in range(19)))}, []),
        ({"files": (LETTER, *(file(f"annex-{n}.pdf") for n in range(20)))}, [("files", True)]),
        ({"files": (LETTER, file(size=10_000_000))}, []),
        ({"files": (LETTER, file(size=10_000_001))}, [("files", True)]),
        ({"files": (LETTER, file(size=0))}, [("files", True)]),
        ({"files": (LETTER, file("Letter.PDF"))}, [("file-names", True)]),
        ({"files": (LETTER, file("../letter.pdf"))}, [("file-names", True)]),
        ({"certified": False}, [("terms", True)]),
    ],
)
def test_a_comment_is_measured_by_each_rule(other, rules):
    assert found(**other) == rules


def test_a_finding_says_the_numbers_of_this_comment():
    (finding,) = examine(dataclasses.replace(GOOD, text="é" * 2_501))

    assert str(finding.found) == "The comment has 2,501 characters and 5,002 bytes."


def test_every_rule_says_where_it_is_written():
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.source and rule.says for rule in RULES)


@pytest.mark.parametrize("sign", ["😀", "🇺🇸", "👩‍🚒", "⌚", "⭐", "3️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "✨"])
def test_what_is_drawn_as_a_picture_is_an_emoji(sign):
    assert find_emoji(f"a {sign} b")


@given(st.characters(max_codepoint=0x2FF))
def test_no_letter_of_a_western_language_is_an_emoji(character):
    assert find_emoji(character) == ()
    assert (find_doubtful(character) == ()) == (character not in "©®")


def test_a_long_letter_is_fitted_and_says_where_the_whole_one_is():
    long = make_document(
        copy_of(audience="public", text=make_text(body="\n\n".join(["Ein Bächlein wächst. " * 30] * 9)))
    )

    text = write_text(long, file="letter.pdf")

    assert len(text) <= len(text.encode()) <= LONGEST_COMMENT
    assert "letter.pdf" in text.rsplit("\n\n", 1)[1]
    assert "Speak of the river." in text


def test_a_copy_that_is_not_for_publication_becomes_no_comment():
    document = make_document(copy_of(audience="full"))

    assert document.not_for_publication
    with pytest.raises(Refused, match="is published"):
        write_text(document, file="letter.pdf")


def golden_comment() -> Comment:
    published = copy_of(audience="public", roll=(*ROLL, *NAMES), text=make_text(body=BODY))
    text = write_text(make_document(published), file="letter.pdf")
    return dataclasses.replace(GOOD, text=text, category="Academia - E0007")


def test_the_comment_is_what_it_was_when_somebody_looked_at_it():
    documents = make_documents(golden_comment())

    assert [one.name for one in documents] == ["letter.pdf", COMMENT_NAME]
    assert described(documents[-1]) == (GOLDEN / COMMENT_NAME).read_text()
    assert make_documents(golden_comment()) == documents


def test_the_address_for_a_receipt_is_no_part_of_what_is_frozen():
    documents = make_documents(GOOD)

    assert all(b"secretariat@" not in one.data for one in documents)


def test_what_was_put_together_comes_apart_again():
    fields, files = part_documents(make_documents(GOOD))

    assert files == (LETTER,)
    assert fields is not None
    assert (fields["comment"], fields["submitterType"], fields["numItemsReceived"]) == (
        GOOD.text,
        "ORGANIZATION",
        59,
    )
    assert part_documents([LETTER]) == (None, (LETTER,))


def test_the_document_can_be_shown_as_the_terms_ask():
    assert document_page(GOOD.document) == "https://www.regulations.gov/document/FDA-2009-N-0501-0012"


@pytest.mark.parametrize(
    ("details", "can", "said"),
    [({}, 0, "No document"), ({"regulations_document": GOOD.document}, 1, "No key")],
)
def test_nothing_can_go_before_it_is_set_up(details, can, said):
    office = Recipient(
        campaign_id="", revision_id="", position=0, role=RecipientRole.TO, copy_kind=Audience.PUBLIC,
        channels=["regulations"], details=b"",
    )  # fmt: skip

    verdict = CHANNEL.check(office, details, Outward(smtp=True, mail_from=""))

    assert (verdict.can, verdict.destinations) == (False, can)
    assert said in verdict.reason


def described(document: Document) -> str:
    # The check code changes with every field that a record of a copy gains.
    fields = json.loads(re.sub(rb"Check code [0-9a-f ]+\\n[0-9a-f ]+", b"Check code", document.data))
    return json.dumps(fields, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    (GOLDEN / COMMENT_NAME).write_text(described(make_documents(golden_comment())[-1]))
