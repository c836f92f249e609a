"""As the secretariat I save any copy of an edition in any format, and whoever gets it from me can check it."""

import io
import zipfile
from pathlib import Path

import pytest
from sqlmodel import select
from werkzeug.test import TestResponse

from service.delivery import handing
from service.delivery.handing import FORMS
from service.delivery.verify import Bytes, codes_of, compare, copy_of, find_copy
from service.letter import volumes
from service.letter.compile import compile_copy
from service.letter.copy import make_copy
from service.letter.fonts import Fonts
from service.letter.printed_code import codes_in
from service.model.delivery import Delivery
from service.model.issued_copy import IssuedCopy
from service.model.signature import Visibility
from service.signing.roll import frozen_letter
from service.store.transaction import reading
from tests.changing import file_of
from tests.coalition import SLUG, Coalition, file_open_now, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.letters.pdf_reader import read_letter
from tests.operator import Operator
from tests.stories.test_a_letter_speaks_several_languages import FRENCH
from tests.stories.visitor import Door, Visitor, words_of

BY_POST = letter_file(more='admit = "everyone"').replace(b'["email"]', b'["email", "post"]')
GERMAN = """
[[letter.translations]]
language = "de"
title = "Haltet den Fluss offen"
salutation = "Sehr geehrter Herr Präsident,"
body = "Im Namen von ((signatories)) schreiben wir Ihnen über den Fluss."
asks = ["Öffnen Sie die Archive.", "Laden Sie die Dörfer ein."]
"""
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


def test_a_cc_has_its_own_address_behind_the_window_and_the_letter_as_its_addressee_has_it(
    coalition: Coalition, door: Door
) -> None:
    sent(coalition, TWO.replace(b'copy = "public"', b'copy = "full"\nrole = "cc"'))
    olga, somebody = olga_at(coalition, door)

    file = saved(olga, coalition, "2", "post")

    assert file.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(file.data)) as folder:
        sheet, letter = (folder.read(name) for name in folder.namelist())
    assert "2 Palace Square" in read_letter(sheet).text
    assert letter == saved(olga, coalition, "2").data
    assert "byte for byte" in somebody.check(data=letter).text


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
    assert "more than 1 names" in words_of(refused)
    page = words_of(olga.open(page_of(coalition)))
    assert "undersigned letter compile clean-river --edition 1 --copy full --out letter.pdf" in page


def test_no_code_is_known_of_a_copy_that_nobody_got(coalition: Coalition, door: Door) -> None:
    sent(coalition, TWO)
    olga, _ = olga_at(coalition, door)
    # The public copy is another from now on.
    coalition.leave()

    def known() -> int:
        with reading(coalition.engine) as session:
            return len(session.exec(select(IssuedCopy.id)).all())

    before = known()
    assert saved(olga, coalition, "public", "post").status_code == 422
    assert known() == before
    assert saved(olga, coalition, "public").status_code == 200
    assert known() == before + 1


def test_a_roll_that_is_too_long_is_not_even_opened(
    coalition: Coalition, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(coalition, BY_POST)
    olga, _ = olga_at(coalition, door)
    mark = olga.mark()
    monkeypatch.setattr(handing, "MOST_HANDED", 1)
    monkeypatch.setattr(handing, "letter_since", None)

    wanted = {"csrf": mark, "copy": "public", "form": "pdf"}
    assert olga.post(f"{page_of(coalition)}/copy", wanted).status_code == 422


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


def test_each_text_that_was_frozen_is_given_in_its_language_and_says_what_it_is(
    coalition: Coalition, door: Door
) -> None:
    sent(coalition, file_of(tables=FRENCH + GERMAN).replace(b'["email"]', b'["email", "post"]'))
    olga, somebody = olga_at(coalition, door)

    def given(language: str, form: str = "txt") -> TestResponse:
        wanted = {"copy": "1", "form": form, "language": language}
        return olga.send(page_of(coalition), wanted, having="copy")

    own, french, german = (given(tag).text for tag in ("en", "fr", "de"))

    assert ("Keep the river open" in own, "ourtesy" in own.partition("This letter in")[0]) == (True, False)
    assert ("Gardez le fleuve ouvert" in french, "Lake Alliance" in french) == (True, True)
    # It was signed, too: no mark, and the letter's own text stands among the others.
    assert "courtoisie" not in french.partition("dans d’autres langues")[0]
    assert "anglais (signée avec ce texte)" in french
    assert "Par courriel et courrier" in french
    assert "Unverbindliche Übersetzung" in german.partition("Haltet den Fluss offen")[0]
    # Nothing was signed with a text that binds nobody.
    assert "Englisch SHA-256" in " ".join(german.split()).replace("\u2068", "").replace("\u2069", "")

    codes = {tag: code_in(text) for tag, text in (("en", own), ("fr", french), ("de", german))}
    assert len(set(codes.values())) == 3
    assert "Its text" not in words_of(somebody.check(typed=codes["en"]))
    assert "A courtesy translation" in words_of(somebody.check(typed=codes["de"]))
    assert {tag: known_as(coalition, given(tag, "pdf").data) for tag in codes} == {
        "en": ("", Bytes.SAME),
        "fr": ("authentic", Bytes.SAME),
        "de": ("courtesy", Bytes.SAME),
    }
    assert "Unverbindliche Übersetzung" in read_letter(given("de", "pdf").data).text
    assert "Unverbindliche Übersetzung" in given("de", "html").text


def test_a_courtesy_translation_that_was_changed_since_is_not_given_as_if_it_were_the_frozen_one(
    coalition: Coalition, door: Door
) -> None:
    file = file_of(tables=GERMAN)
    sent(coalition, file)
    olga, somebody = olga_at(coalition, door)
    wanted = {"csrf": olga.mark(), "copy": "public", "form": "txt", "language": "de"}
    before = olga.post(f"{page_of(coalition)}/copy", wanted)
    coalition.load(file.replace(b"Archive.", b"Archive bald."))

    refused = olga.post(f"{page_of(coalition)}/copy", wanted)

    assert refused.status_code == 422
    assert "was changed since this edition was frozen" in words_of(refused)
    unknown = olga.post(f"{page_of(coalition)}/copy", {**wanted, "language": "fr"})
    assert "It has these: en, de" in words_of(unknown)
    # What was given before is still ours.
    told = words_of(somebody.check(data=before.data, name="letter.txt"))
    assert ("The code is ours" in told, "could not be compared" in told) == (True, True)


def known_as(coalition: Coalition, data: bytes) -> tuple[str, Bytes]:
    """Tell what text a file is found to be, and whether it is ours to the byte."""
    with reading(coalition.engine) as session:
        found = find_copy(session, coalition.keyring, codes_of("", data))
        assert found is not None
        copy = copy_of(session, coalition.keyring, found)
    return found.translation, compare(copy, data, Fonts()).bytes


def code_in(text: str) -> str:
    return codes_in(text)[-1]


def test_the_command_gives_each_language_of_the_letter(tmp_path: Path) -> None:
    operator = Operator(tmp_path, smtp_port=9, web_port=9)
    (tmp_path / "letter.toml").write_bytes(file_open_now() + GERMAN.encode())
    operator.does("init")
    operator.does("campaign", "load", "letter.toml")
    operator.does("campaign", "freeze", SLUG)

    def compiled(*options: str) -> str:
        operator.does("letter", "compile", SLUG, "--format", "txt", *options, "--out", "letter.txt")
        return (tmp_path / "letter.txt").read_text(encoding="utf-8")

    assert "Haltet den Fluss offen" in compiled("--language", "DE")
    assert compiled("--language", "en") == compiled()
    refused = operator.run("letter", "compile", SLUG, "--language", "fr", "--out", "other.pdf")
    assert (refused.returncode, "It has these: en, de" in refused.stderr) == (2, True)
    assert not (tmp_path / "other.pdf").exists()
