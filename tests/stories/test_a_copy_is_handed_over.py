"""As the secretariat I save any copy of an edition in any format, and whoever gets it from me can check it."""

import io
import zipfile

import pytest
from sqlmodel import select
from werkzeug.test import TestResponse

from service.delivery import handing
from service.delivery.handing import FORMS
from service.letter import volumes
from service.letter.compile import compile_copy
from service.letter.copy import make_copy
from service.model.delivery import Delivery
from service.model.signature import Visibility
from service.signing.roll import frozen_letter
from service.store.transaction import reading
from tests.coalition import Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.letters.pdf_reader import read_letter
from tests.stories.visitor import Door, Visitor, words_of

BY_POST = letter_file(more='admit = "everyone"').replace(b'["email"]', b'["email", "post"]')
SECOND = """
[[recipients]]
name = "Max M. Example"
position = "Minister of Waters"
address = ["2 Palace Square", "Hauptstadt"]
country = "DE"
copy = "public"
emails = ["minister@office.example"]
channels = ["email"]
"""
TWO = letter_file(more='admit = "everyone"', tables=SECOND)


def sent(coalition: Coalition, file: bytes) -> Coalition:
    coalition.open(file).sign_and_confirm("Lake Alliance")
    coalition.sign_and_confirm("Hidden House", visibility=Visibility.RECIPIENT)
    coalition.sign_and_confirm("Delta Friends")
    coalition.close()
    coalition.proposal = coalition.propose()
    coalition.approve_all().release()
    return coalition.deliver_mail()


def olga_at(coalition: Coalition, door: Door) -> tuple[AtTheDesk, Visitor]:
    app = door.app()
    return AtTheDesk(app, coalition, add_colleague(coalition)), Visitor(app)


def page_of(coalition: Coalition) -> str:
    return f"editions/{coalition.proposal.edition.id}"


def saved(olga: AtTheDesk, coalition: Coalition, copy: str, form: str = "pdf") -> TestResponse:
    return olga.send(page_of(coalition), {"copy": copy, "form": form}, having="copy")


def test_each_copy_in_each_format_is_known_where_copies_are_checked(coalition: Coalition, door: Door) -> None:
    """Its one office has a line that says how the letter comes, which only that office's copy prints."""
    sent(coalition, BY_POST)
    olga, somebody = olga_at(coalition, door)
    told = {}

    for copy in ("full", "public", "1"):
        for form in FORMS if copy == "full" else ("pdf", "txt"):
            file = saved(olga, coalition, copy, form)
            told[copy, form] = "byte for byte" in somebody.check(data=file.data, name="letter.bin").text

    assert [which for which, is_known in told.items() if not is_known] == []


def test_a_public_copy_that_is_saved_later_names_nobody_who_has_left_and_is_known(
    coalition: Coalition, door: Door
) -> None:
    sent(coalition, BY_POST)
    olga, somebody = olga_at(coalition, door)
    coalition.leave()

    file = saved(olga, coalition, "public", "txt")

    assert ("Lake Alliance" in file.text, "Delta Friends" in file.text) == (True, False)
    assert "byte for byte" in somebody.check(data=file.data, name="letter.txt").text
    # What went out in full stays as it was.
    assert "Delta Friends" in saved(olga, coalition, "full", "txt").text


def test_each_of_several_offices_has_its_own_copy(coalition: Coalition, door: Door) -> None:
    sent(coalition, TWO)
    olga, somebody = olga_at(coalition, door)

    all_of_them, first, second = (saved(olga, coalition, copy, "txt") for copy in ("full", "1", "2"))

    assert ("Jane" in all_of_them.text, "Max" in all_of_them.text) == (True, True)
    assert ("Jane" in first.text, "Max" in first.text) == (True, False)
    assert ("Jane" in second.text, "Max" in second.text) == (False, True)
    # Each as it may have it.
    assert ("Hidden House" in first.text, "Hidden House" in second.text) == (True, False)
    for file in (all_of_them, first, second):
        assert "byte for byte" in somebody.check(data=file.data, name="letter.txt").text
    behind = saved(olga, coalition, "2", "post")
    assert "byte for byte" in somebody.check(data=behind.data).text
    # A window shows one address.
    assert saved(olga, coalition, "full", "post").status_code == 422


@pytest.mark.parametrize(
    ("copy", "form"), [("3", "pdf"), ("0", "pdf"), ("9999999", "pdf"), ("all", "pdf"), ("full", "exe")]
)
def test_what_is_not_there_is_refused(coalition: Coalition, door: Door, copy: str, form: str) -> None:
    sent(coalition, TWO)
    olga, _ = olga_at(coalition, door)

    answer = olga.post(f"{page_of(coalition)}/copy", {"csrf": olga.mark(), "copy": copy, "form": form})

    assert answer.status_code in {404, 422}


def test_an_office_that_may_have_no_names_is_offered_no_full_copy(coalition: Coalition, door: Door) -> None:
    sent(
        coalition, BY_POST.replace(b'channels = ["email", "post"]', b'copy = "public"\nchannels = ["email"]')
    )
    olga, _ = olga_at(coalition, door)

    assert "The full copy" not in words_of(olga.open(page_of(coalition)))
    assert saved(olga, coalition, "1").status_code == 200


def test_a_letter_whose_names_stand_in_volumes_is_never_saved_without_them(
    coalition: Coalition, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(volumes, "LONGEST_ROLL", 1)
    monkeypatch.setattr(volumes, "LONGEST_VOLUME", 2)
    sent(coalition, BY_POST)
    olga, somebody = olga_at(coalition, door)

    file = saved(olga, coalition, "full")

    assert file.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(file.data)) as folder:
        parts = [folder.read(name) for name in folder.namelist()]
    assert len(parts) == 3
    said = " ".join(read_letter(part).text for part in parts)
    assert all(name in said for name in ("Lake Alliance", "Delta Friends", "Hidden House"))
    assert "Volume 2 of 2" in words_of(somebody.check(data=parts[2]))


def test_more_names_than_anybody_waits_for_are_made_by_command(
    coalition: Coalition, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "MOST_HANDED", 1)
    sent(coalition, BY_POST)
    olga, _ = olga_at(coalition, door)

    refused = saved(olga, coalition, "1", "post")

    assert refused.status_code == 422
    said = words_of(refused)
    assert "more than 1 names" in said
    assert (
        "undersigned letter compile clean-river --edition 1 --recipient 1 --copy full --format pdf --layout post"
        in said
    )


def test_the_very_copy_of_what_is_posted_has_its_address_behind_the_window(
    coalition: Coalition, door: Door
) -> None:
    sent(coalition, BY_POST)
    olga, somebody = olga_at(coalition, door)
    with reading(coalition.engine) as session:
        sendings = {one.channel: one.id for one in session.exec(select(Delivery)).all()}
        letter = frozen_letter(session, coalition.keyring, coalition.proposal.edition)
    copy = make_copy(letter, audience="full", office=letter.offices[0])

    posted = olga.open(f"sendings/{sendings['post']}/copy.pdf").data
    mailed = olga.open(f"sendings/{sendings['email']}/copy.pdf").data

    assert posted == compile_copy(copy, form="pdf", layout="window_us10").data
    assert mailed == compile_copy(copy, form="pdf").data
    assert "byte for byte" in somebody.check(data=posted).text
