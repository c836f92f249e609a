"""As the secretariat I release a letter to the UN Human Rights Council and to a review, and take along what a person uploads there."""

import io
import zipfile

import docx
import pytest

from service.foundation.errors import Refused
from service.model.signature import Visibility
from service.model.states import DeliveryState
from tests.coalition import Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.stories.test_a_letter_is_brought_by_hand import page, sending
from tests.stories.test_a_letter_is_entered_into_a_form import copied
from tests.stories.visitor import Door, words_of

UN = """
copy = "public"
[recipients.unhrc]
session = 64
opens = 2027-02-22
item = 4
address = "https://council.example/statements"
[[recipients.unhrc.ngos]]
name = "Lake Alliance International"
status = "special"
signed_as = "Lake Alliance"
compared = 2026-11-20
[recipients.upr]
review = "upr"
country = "Exampleland"
month = 2027-05-01
due = 2026-12-20
"""
CONTACT = """
[contact]
name = "A. Secretary"
email = "letter@rivers.example"
phone = "+1 202 555 0100"
"""


def closed(coalition: Coalition, un: str = UN) -> Coalition:
    file = letter_file(more='admit = "everyone"' + CONTACT, tables="")
    file = file.replace(b'channels = ["email"]', b'channels = ["unhrc", "upr"]' + un.encode())
    coalition.open(file).sign_and_confirm("Lake Alliance").sign_and_confirm("Village Voices")
    coalition.sign_and_confirm("Quiet Spring", visibility=Visibility.RECIPIENT)
    coalition.close().propose()
    return coalition.approve_all()


def files_of(olga: AtTheDesk, coalition: Coalition, channel: str) -> dict[str, bytes]:
    answer = olga.open(f"sendings/{sending(coalition, channel).id}/packet.zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packet:
        return {name.rpartition("/")[2]: packet.read(name) for name in packet.namelist()}


def text_of(data: bytes) -> str:
    return "\n".join(one.text for one in docx.Document(io.BytesIO(data)).paragraphs)


def test_the_packet_is_the_word_file_and_what_is_entered_and_nothing_else(
    coalition: Coalition, door: Door
) -> None:
    closed(coalition).release()
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    council, review = files_of(olga, coalition, "unhrc"), files_of(olga, coalition, "upr")

    assert list(council) == ["0-what-to-do.txt", "fields.txt", "hrc-64-item-4-en.docx"]
    assert list(review) == ["0-what-to-do.txt", "fields.txt", "upr-2027-05-en.docx"]
    statement, submission = text_of(council["hrc-64-item-4-en.docx"]), text_of(review["upr-2027-05-en.docx"])
    assert "Lake Alliance International (special consultative status)" in statement
    assert "On behalf of 3 organizations we write to you about the river." in statement
    assert "Lake Alliance; Village Voices" in submission
    # It is published: who wants to be named to the addressee alone is in none of it.
    for files in (council, review):
        assert b"Quiet Spring" not in b"".join(files.values())
        assert "Quiet Spring" not in "".join(text_of(data) for name, data in files.items() if "docx" in name)
    fields = copied(olga.open(page(coalition, "unhrc")).text)
    assert fields["Telephone"] == "+1 202 555 0100"
    assert fields["Title"] == "Keep the river open"
    assert fields["NGO, exactly as in the ECOSOC database"] == "Lake Alliance International"


def test_that_it_was_submitted_is_kept_on_a_persons_word(coalition: Coalition, door: Door) -> None:
    closed(coalition).release()
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    olga.send(
        page(coalition, "unhrc"),
        {"on": "2026-11-24", "how": "uploaded by Noor", "number": "NGO/64/118"},
        having="on",
    )

    assert sending(coalition, "unhrc").state is DeliveryState.HANDED_OVER
    assert "uploaded by Noor; number NGO/64/118" in words_of(olga.open(page(coalition, "unhrc")))


@pytest.mark.parametrize(
    ("what", "instead", "sentence"),
    [
        ('copy = "public"', 'copy = "full"', "with names that are not for publication"),
        ('signed_as = "Lake Alliance"', 'signed_as = "Quiet Spring"', "is not named among the organizations"),
        ("opens = 2027-02-22", "opens = 2026-12-01", "The last day was 2026-11-17."),
    ],
)
def test_what_the_council_does_not_take_is_refused_before_it_is_released(
    coalition: Coalition, what: str, instead: str, sentence: str
) -> None:
    un = UN[: UN.index("[recipients.upr]")].replace(what, instead)
    file = letter_file(more='admit = "everyone"' + CONTACT)
    file = file.replace(b'channels = ["email"]', b'channels = ["unhrc"]' + un.encode())
    coalition.open(file).sign_and_confirm("Lake Alliance")
    coalition.sign_and_confirm("Quiet Spring", visibility=Visibility.RECIPIENT)
    coalition.close().propose()
    coalition.approve_all()

    with pytest.raises(Refused, match=sentence):
        coalition.release()


def test_all_that_is_found_stands_in_the_preflight_also_what_forbids_nothing(
    coalition: Coalition, door: Door
) -> None:
    un = UN.replace("opens = 2027-02-22", "opens = 2026-12-01").replace(
        '"Lake Alliance"\n', '"Nobody Here"\n'
    )
    closed(coalition, un.replace("compared = 2026-11-20\n", "").replace("due = 2026-12-20\n", ""))
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    answer = olga.open("preflight")
    council, _, review = words_of(answer).partition("Universal Periodic Review")

    # Both of what forbids it, each with its rule, and what somebody should look at beside.
    assert "The last day was 2026-11-17." in council
    assert "is not named among the organizations" in council
    assert "has compared" in council
    assert "looked at on" in review
    assert 'href="/desk/letters/clean-river/recipients/petitions"' in answer.text
