"""A campaign file is read whole into a value that says the same, its defaults filled in."""

from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.campaigns import file_tables, file_ways
from service.campaigns.file import CampaignFile, read_campaign_file, revision_record
from service.foundation.canonical import digest
from service.model.campaign import Access, Admit, NamesShown, Signers
from service.model.recipient import Audience, RecipientRole

NOW = datetime(2026, 11, 1, tzinfo=UTC)
EVERY_KEY = (Path(__file__).parent / "samples" / "every_key.toml").read_bytes()
SHORTEST = b"""
slug = "clean-river"
coalition = "Coalition for Open Rivers"
reply_to = "letter@rivers.example"
time_zone = "America/New_York"
opens = 2026-11-24T09:00:00
deadline = 2026-12-05T17:00:00
solo = true
[letter]
title = "Protect the river"
salutation = "Dear President Example,"
body = "On behalf of ((signatories)), we write to you."
[[recipients]]
name = "Jane Q. Example"
"""
TABLES = [
    table
    for module in (file_tables, file_ways)
    for table in vars(module).values()
    if isinstance(table, type) and table.__module__ == module.__name__ and is_dataclass(table)
]


def read(data: bytes) -> CampaignFile:
    return read_campaign_file(data, now=NOW)


def test_every_key_is_read() -> None:
    file = read(EVERY_KEY)

    assert file.convenors == ("River Watch", "Lake Alliance")
    assert (file.language, file.access, file.names_shown) == ("en-GB", "invited", "to_signatories")
    assert (file.goal, file.goal_public, file.count_shown_from, file.solo) == (60, True, 20, True)
    assert file.purge_after_days == 180
    assert file.event is not None
    assert (file.event.name, file.event.starts) == ("the Basin Summit", date(2026, 12, 10))
    assert file.contact is not None
    assert file.contact.phone == "+1 202 555 0100"
    assert file.press is not None
    assert file.press.boilerplate == "The coalition belongs to no government."
    assert file.letterhead.lines == ("Coalition for Open Rivers", "rivers.example")
    assert file.letter.words == (
        ("identification", "Institutions are named for identification only."),
        ("more.one", "… and {n} other"),
        ("more.other", "… and {n} others"),
    )
    assert file.signatories.order == "manual"
    assert file.letter.asks == ("First ask.", "Second ask,\non two lines.")
    assert "<b>This</b> stays" in file.letter.body
    assert [(text.language, text.status) for text in file.letter.translations] == [
        ("fr", "authentic"),
        ("ar", "courtesy"),
    ]
    assert [(annex.title, annex.file) for annex in file.letter.annexes] == [("Cases", "texts/cases.pdf")]
    assert file.letterhead.logos == ("rivers.svg", "logos/lakes.png")
    assert [person.email for person in file.approvers] == ["core@lakes.example", "chair@rivers.example"]
    assert file.recipients[0].address == ("1 Palace Square", "Capital City, DC 20500")
    assert file.recipients[0].otherwise == ("hand_over", "own_mailbox")
    assert file.recipients[0].checked == date(2026, 10, 20)
    form = file.recipients[0].webform
    assert form is not None
    assert (form.address, form.whole_at) == (
        "https://office.example/write-to-us",
        "https://rivers.example/letter",
    )
    assert [(field.label, field.holds, field.limit, field.unit) for field in form.fields] == [
        ("Your message", "text", 500, "utf16"),
        ("Attachment as text", "letter", None, "crlf_bytes"),
    ]
    council, review = file.recipients[1].unhrc, file.recipients[1].upr
    assert council is not None
    assert review is not None
    assert [(one.name, one.status, one.signed_as) for one in council.ngos] == [
        ("River Watch International", "special", "River Watch")
    ]
    assert (review.review, review.country, review.most_pages) == ("upr", "Exampleland", 10)
    assert form.fields[0].text.endswith("river.\n\nThe letter follows by post.")


def test_the_sample_holds_every_key() -> None:
    written = EVERY_KEY.decode()

    found_by_loading = {key for _, key in file_tables.FOUND_BY_LOADING}
    # What is in a logo is written in no file.
    for table in set(TABLES) - {file_tables.LogoMade}:
        for field in (field for field in fields(table) if field.name not in found_by_loading):
            shown = {f"\n{field.name} ", f"[{field.name}]", f".{field.name}]"}
            assert any(form in written for form in shown), field.name


def test_what_is_left_out_has_its_default() -> None:
    file = read(SHORTEST)

    assert (file.language, file.access, file.names_shown) == ("en", "link", "after_publication")
    assert (file.admit, file.signers, file.grace) == ("invited_automatic", "both", timedelta(hours=24))
    assert (file.send_at, file.send_at_utc, file.publish_at_utc, file.goal) == (None, None, None, None)
    assert (file.event, file.contact, file.press, file.approvers) == (None, None, None, ())
    assert (file.letter.asks, file.letter.closing, file.letter.date) == ((), "", None)
    assert file.signatories.order == "alphabetical"


def test_only_an_addressee_gets_the_full_copy_unasked() -> None:
    file = read(EVERY_KEY.replace(b'copy      = "public"', b""))

    assert [to.copy_kind for to in file.recipients] == ["full", "public", "public"]


def test_who_has_an_address_for_mail_is_sent_mail_unless_told_otherwise() -> None:
    file = read(EVERY_KEY)

    assert [to.channels for to in file.recipients] == [("email", "post"), ("email",), ()]


def test_moments_are_told_in_utc() -> None:
    file = read(EVERY_KEY)

    assert file.opens_at == datetime(2026, 11, 24, 14, tzinfo=UTC)
    assert file.deadline_at == datetime(2026, 12, 5, 22, tzinfo=UTC)
    assert file.send_at_utc == datetime(2026, 12, 7, 14, tzinfo=UTC)
    assert file.publish_at_utc == datetime(2026, 12, 8, 15, tzinfo=UTC)
    assert file.grace == timedelta(hours=48)
    assert file.show is not None
    assert file.show.receipt_hours == 12


def test_a_letter_may_be_read_whose_deadline_has_passed() -> None:
    assert read_campaign_file(SHORTEST, now=datetime(2027, 6, 1, tzinfo=UTC)).slug == "clean-river"


@pytest.mark.parametrize(
    "data",
    [EVERY_KEY.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + EVERY_KEY],
    ids=["with the line ends of Windows", "with a byte order mark"],
)
def test_the_same_file_from_another_editor_says_the_same(data: bytes) -> None:
    assert read(data) == read(EVERY_KEY)


def test_equal_files_are_one_value() -> None:
    assert {read(EVERY_KEY), read(EVERY_KEY)} == {read(EVERY_KEY)}


def test_a_file_does_not_tell_itself_to_a_log() -> None:
    file = read(EVERY_KEY)

    assert "rivers" not in repr(file)
    assert "Example" not in repr(file.recipients[0]) + repr(file.letter)


@pytest.mark.parametrize("data", [EVERY_KEY, SHORTEST], ids=["every key", "shortest"])
def test_a_file_comes_back_from_its_record(data: bytes) -> None:
    file = read(data)

    assert CampaignFile.from_record(file.as_record()) == file
    assert all(type(to).from_record(to.as_record()) == to for to in file.recipients)


MOMENTS = st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2027-01-01"))


@given(title=st.text("aé ﬀ한", min_size=1).map(str.strip), moment=MOMENTS, goal=st.none() | st.integers(1))
def test_any_file_comes_back_from_its_record(title: str, moment: datetime, goal: int | None) -> None:
    file = read(EVERY_KEY)
    changed = replace(
        file,
        letter=replace(file.letter, title=title or "a", date=moment.date()),
        opens=moment,
        goal=goal,
    )

    assert CampaignFile.from_record(changed.as_record()) == changed


def test_a_record_is_kept_under_the_keys_of_the_file() -> None:
    record = read(EVERY_KEY).as_record()

    assert record["opens"] == "2026-11-24T09:00:00"
    assert record["recipients"][0]["copy"] == "public"
    assert record["recipients"][0]["emails"] == ["president@office.example"]


def test_an_office_without_a_form_is_kept_as_the_version_before_knows_it() -> None:
    with_form, other, without = read(EVERY_KEY).as_record()["recipients"]

    assert with_form["webform"]["fields"][1]["holds"] == "letter"
    assert "webform" not in other
    assert other["unhrc"]["ngos"][0]["compared"] == "2026-10-19"
    assert {"webform", "unhrc", "upr"}.isdisjoint(without)
    assert {"webform", "unhrc", "upr"}.isdisjoint(read(EVERY_KEY).recipients[2].as_record())
    assert "checked" in without


CHOICES = [
    (file_tables.Access, Access),
    (file_tables.NamesShown, NamesShown),
    (file_tables.Admit, Admit),
    (file_tables.Signers, Signers),
    (file_tables.RecipientRole, RecipientRole),
    (file_tables.CopyKind, Audience),
]


@pytest.mark.parametrize(("written", "kept"), CHOICES)
def test_the_file_and_the_tables_know_the_same_choices(written: object, kept: type[StrEnum]) -> None:
    assert set(get_args(written)) == {choice.value for choice in kept}


CHANGES_THE_REVISION = [
    ('title      = "President Example: protect the river"', 'title = "Protect the river"'),
    ('subtitle   = "An open letter"', ""),
    ("date       = 2026-12-07", ""),
    ('re         = "Protect', 're = "Save'),
    ('salutation = "Dear President Example,"', 'salutation = "Madam President,"'),
    ("we write to you on ((date))", "we write on ((date))"),
    ("We therefore urge you to:", "We urge you to:"),
    ('"First ask.",', '"The first ask.",'),
    ("We would be glad of an answer.", ""),
    ('closing    = "Respectfully,"', ""),
    ('language  = "en-GB"', ""),
    ("President of the Republic", "President"),
    ('role      = "cc"', 'role = "to"'),
    ("The Ministry of Water", "The Water Ministry"),
]
CHANGES_NO_WORD = [
    ('label = "Your message"', 'label = "Message"'),
    ("receipt_hours = 12", "receipt_hours = 6"),
    ("grace_hours = 48", ""),
    ("deadline  = 2026-12-05T17:00:00", "deadline = 2026-12-06T17:00:00"),
    ("send_at   = 2026-12-07T09:00:00", ""),
    ('footnotes  = "endnotes"', ""),
    ('order = "manual"', ""),
    ('lines = ["Coalition for Open Rivers", "rivers.example"]', ""),
    ("+1 202 555 0100", "+1 202 555 0199"),
    ("president@office.example", "office@office.example"),
    ("1 Palace Square", "2 Palace Square"),
    ("Dear Madam President,", "Madam,"),
    ('channels  = ["email", "post"]', ""),
    ('formats   = ["pdf", "docx"]', ""),
]


@pytest.mark.parametrize(("old", "new"), CHANGES_THE_REVISION)
def test_another_word_makes_another_revision(old: str, new: str) -> None:
    assert revision_digest(changed(old, new)) != revision_digest(EVERY_KEY)


@pytest.mark.parametrize(("old", "new"), CHANGES_NO_WORD)
def test_what_changes_no_word_leaves_the_revision(old: str, new: str) -> None:
    assert revision_digest(changed(old, new)) == revision_digest(EVERY_KEY)


def test_the_same_words_in_another_unicode_form_are_the_same_revision() -> None:
    composed, decomposed = (changed("Protect the river", word) for word in ("Rivi\u00e8re", "Rivie\u0300re"))

    assert revision_digest(composed) == revision_digest(decomposed)


def test_a_revision_keeps_its_placeholders_unfilled() -> None:
    record = revision_record(read(SHORTEST))

    assert record == {
        "letter": [
            {
                "language": "en",
                "title": "Protect the river",
                "subtitle": "",
                "date": None,
                "re": "",
                "salutation": "Dear President Example,",
                "body": "On behalf of ((signatories)), we write to you.",
                "asks_intro": "",
                "asks": [],
                "ending": "",
                "closing": "",
            }
        ],
        "recipients": [{"role": "to", "name": "Jane Q. Example", "position": "", "office": ""}],
        "annexes": [],
    }


def changed(old: str, new: str) -> bytes:
    assert old in EVERY_KEY.decode()
    return EVERY_KEY.decode().replace(old, new).encode()


def revision_digest(data: bytes) -> str:
    return digest(revision_record(read(data)))
