"""As the secretariat I release a letter to an office that takes letters by a form alone, copy it field by field, and note its number."""

import html
import io
import re
import zipfile

import pytest

from service.foundation.errors import Refused
from service.letter.fit_text import size_of
from service.model.states import CampaignState, DeliveryState
from service.signing import draft_view
from tests.coalition import PUBLIC_URL, Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.stories.test_a_dossier_proves_the_delivery import made
from tests.stories.test_a_letter_is_brought_by_hand import follow, page, photo, sending
from tests.stories.visitor import Door, words_of

FORM = """
[recipients.webform]
address = "https://office.example/write-to-us"

[[recipients.webform.fields]]
label = "Subject"
holds = "title"
limit = 80

[[recipients.webform.fields]]
label = "Your message"
text = "((signatories)) ask you to speak of <b>the river</b>."
limit = 500
unit = "characters"

[[recipients.webform.fields]]
label = "The letter"
holds = "letter"
limit = 420

[[recipients.webform.fields]]
label = "Telephone"
holds = "contact_phone"
"""


def file_with(form: str = FORM) -> bytes:
    file = letter_file(more='admit = "everyone"', tables=form)
    return file.replace(b'channels = ["email"]', b'channels = ["webform"]')


@pytest.fixture
def olga(coalition: Coalition, door: Door) -> AtTheDesk:
    coalition.open(file_with()).sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all().release()
    return AtTheDesk(door.app(), coalition, add_colleague(coalition))


def copied(answer: str) -> dict[str, str]:
    """Give what stands in each field to copy, by its name, as a browser without JavaScript has it."""
    labels = dict(re.findall(r'<label for="(entry-\d+)">(.*?)</label>', answer))
    texts = re.findall(r'<textarea id="(entry-\d+)"[^>]*readonly[^>]*>\n(.*?)</textarea>', answer, re.DOTALL)
    return {html.unescape(labels[name]): html.unescape(text) for name, text in texts}


def test_each_field_can_be_copied_with_how_much_it_takes(coalition: Coalition, olga: AtTheDesk) -> None:
    shown = olga.open(page(coalition, "webform"))

    fields = copied(shown.text)
    assert list(fields) == ["Subject", "Your message", "The letter"]
    assert fields["Subject"] == "Keep the river open"
    assert fields["Your message"] == "1 organization ask you to speak of <b>the river</b>."
    assert size_of(fields["The letter"], "crlf_bytes") <= 420
    assert "[Left out here:" in fields["The letter"]
    said = words_of(shown)
    assert "52 of 500 characters" in said
    assert "its last line names it" in said
    assert "The letter says nothing of it" in said
    assert "no program may" in said
    assert 'href="https://office.example/write-to-us" rel="noreferrer noopener"' in shown.text


def test_it_waits_for_a_person_and_nothing_of_it_is_mailed(coalition: Coalition, olga: AtTheDesk) -> None:
    follow(coalition)

    assert sending(coalition, "webform").state is DeliveryState.READY
    assert coalition.campaign().state is CampaignState.CLOSED
    assert [mail for mail in coalition.mails() if "office.example" in mail.to] == []
    assert "Waits: somebody has to bring it" in words_of(olga.open(page(coalition, "webform")))


def test_the_packet_holds_the_fields_and_the_letter_and_repeats(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    path = f"sendings/{sending(coalition, 'webform').id}/packet.zip"
    one = olga.open(path).data
    coalition.wait(minutes=20)

    with zipfile.ZipFile(io.BytesIO(one)) as packet:
        names = [name.rpartition("/")[2] for name in packet.namelist()]
        fields = packet.read(packet.namelist()[1]).decode()
        letter = packet.read(packet.namelist()[2])

    assert olga.open(path).data == one
    assert names[:2] == ["0-what-to-do.txt", "fields.txt"]
    assert letter.startswith(b"%PDF")
    assert "https://office.example/write-to-us" in fields
    for text in copied(olga.open(page(coalition, "webform")).text).values():
        assert f"{'-' * 72}\n{text}\n{'-' * 72}\n" in fields


def test_of_a_letter_of_many_what_is_entered_is_made_when_it_is_asked_for(
    coalition: Coalition, olga: AtTheDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = copied(olga.open(page(coalition, "webform")).text)
    monkeypatch.setattr(draft_view, "MOST_SET", 0)

    first = olga.open(page(coalition, "webform"))
    assert copied(first.text) == {}
    assert "What is entered" in words_of(first)
    assert "The number that it was given there" in words_of(first)
    link = next(part for part in first.text.split('"') if part.endswith("?entered=yes"))
    assert copied(olga.open(link).text) == whole != {}


def test_its_number_and_the_picture_of_the_page_that_confirms_it_are_kept(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    values = {
        "on": "2026-11-24",
        "how": "entered into the form by Noor",
        "number": "WEB-4711",
        "picture": (io.BytesIO(photo()), "screen.jpg"),
    }

    done = words_of(olga.follow(olga.send(page(coalition, "webform"), values, having="on")))

    assert "It is kept that the copy was brought." in done
    shown = olga.open(page(coalition, "webform"))
    assert "entered into the form by Noor; number WEB-4711; picture, SHA-256" in words_of(shown)
    assert sending(coalition, "webform").state is DeliveryState.HANDED_OVER
    assert copied(shown.text) == {}
    follow(coalition)
    assert coalition.campaign().state is CampaignState.SENT


@pytest.mark.parametrize("text", ["((signatories)) ask you", "Speak of the river at the summit."])
def test_what_its_author_wrote_too_long_is_released_only_once_it_fits(
    coalition: Coalition, text: str
) -> None:
    form = FORM.replace("((signatories)) ask you to speak of <b>the river</b>.", text).replace("500", "20")
    coalition.open(file_with(form)).sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all()

    with pytest.raises(Refused, match=r"“Your message” is too long: \d+ of 20 characters\. Shorten it by"):
        coalition.release()


def test_the_page_before_a_release_says_what_does_not_fit(coalition: Coalition, door: Door) -> None:
    form = FORM.replace("420", "100")
    coalition.open(file_with(form)).sign_and_confirm("Lake Alliance").close()
    edition = coalition.propose().edition.id
    coalition.approve_all()
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    shown = words_of(olga.open(f"editions/{edition}/release"))

    assert "“The letter”: The letter cannot be made to fit into 100" in shown
    assert "loses whole paragraphs" in shown


def test_what_was_entered_lies_in_the_proof_of_delivery_once_it_was(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    fields = copied(olga.open(page(coalition, "webform")).text)
    folder = "data/sendings/01-webform"
    assert f"{folder}/fields.txt" not in made(coalition).files

    olga.send(page(coalition, "webform"), {"on": "2026-11-24", "how": "entered by Noor"}, having="on")

    kept = made(coalition).files[f"{folder}/fields.txt"].decode()
    assert all(text in kept for text in fields.values())


def test_an_approver_reads_what_will_be_entered_and_stands_in_no_letter(
    coalition: Coalition, door: Door
) -> None:
    coalition.open(file_with()).sign_and_confirm("Lake Alliance").close().propose()
    coalition.deliver_mail()
    page_of_approver = coalition.approval(coalition.tokens("approve")[-1])

    shown = words_of(door.app().test_client().get(page_of_approver, base_url=PUBLIC_URL))

    assert "Entered for Jane Q. Example, President of the Republic as Your message" in shown
    assert "1 organization ask you to speak of <b>the river</b>." in shown
    assert "as Subject" not in shown
