"""As somebody with an unusual name, or one that looks like code, I want to be shown as I am called, in every output."""

import csv
import io
import json
import re
import subprocess
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.parser import BytesParser
from pathlib import Path
from urllib.parse import quote

import openpyxl
import pytest

from examples.demo.forms import visible_text
from service.campaigns.queries import get_campaign
from service.foundation.safe_cells import plain_cell
from service.foundation.sealing import KEY_BYTES, RootKey
from service.letter.compile import compile_copy
from service.letter.copy import make_copy
from service.letter.document import make_document
from service.letter.roll import count_roll
from service.model.export import ExportForm
from service.model.signature import Kind, Visibility
from service.signing.later import Addendum
from service.signing.listing import COLUMNS, list_signatories
from service.signing.mirror import _index, _letters
from service.signing.party import SignOn
from service.signing.roll import letter_as_it_stands
from service.signing.roll_export import write_signatories
from service.signing.secretariat.exports import Watermark, ask_export, exported_rows, pieces
from service.signing.secretariat.filters import Filter
from service.store.engine import make_engine
from service.store.transaction import reading, transaction
from service.web.forms import Misfilled, read_sign_on
from tests.coalition import PUBLIC_URL, SLUG, Coalition, letter_file
from tests.corpus.markup import foreign_markup
from tests.corpus.writing import LITERAL, all_of
from tests.doubles.databases import copy_sqlite
from tests.make import make_signature
from tests.required import tool
from tests.stories.visitor import Door, Visitor

ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))
# What our own headers are called; a name must not bring another.
HEADERS = re.compile(rb"^([A-Za-z-]+):", re.MULTILINE)


def kept_names() -> list[str]:
    """Give the names of the corpus as the form keeps them."""
    kept = []
    for text in all_of(LITERAL):
        form = {"name": text, "email": "a@b.example", "visibility": "public"}
        try:
            kept.append(read_sign_on(form, kind=Kind.PERSON, language="en").name)
        except Misfilled as wrong:
            raise AssertionError(ascii(text)) from wrong
    return kept


NAMES = kept_names()


@pytest.fixture(scope="module")
def place(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coalition]:
    """Give a published-like letter whose signatories bear every name of the corpus, in one field after another."""
    engine = make_engine(copy_sqlite(migrated_sqlite, tmp_path_factory.mktemp("names") / "undersigned.db"))
    root = RootKey(bytes(range(KEY_BYTES)))
    coalition = Coalition(engine=engine, root=root, now=datetime(2026, 11, 24, 12, tzinfo=UTC))
    more = 'admit = "everyone"\naccess = "public"\nnames_shown = "live"'
    coalition.open(letter_file(more=more, tables="[signatories]\nshow_representative = true\n"))
    with transaction(engine) as session:
        campaign = get_campaign(session, SLUG)
        keys = coalition.keyring.of(session, campaign.id)
        for party in parties():
            make_signature(session, keys, campaign, now=coalition.now, sign_on=party)
    yield coalition
    engine.dispose()


def parties() -> Iterator[SignOn]:
    """Give a person of each name, and organizations that have the names in all their other fields."""
    for number, name in enumerate(NAMES):
        yield SignOn(kind=Kind.PERSON, name=name, email=f"p{number}@x.example", visibility=Visibility.PUBLIC)
    for number, given in enumerate(NAMES[place : place + 3] for place in range(0, len(NAMES), 3)):
        representative, title, qualifier = (*given, "", "")[:3]
        yield SignOn(
            kind=Kind.ORGANIZATION,
            name=f"Organization {number:03}",
            representative_name=representative,
            representative_title=title,
            qualifier=qualifier[:80].strip(),
            email=f"o{number}@x.example",
            visibility=Visibility.PUBLIC,
        )


def plain(text: str) -> str:
    """Bring a text to what a reader sees: without the marks that keep directions apart, single-spaced."""
    return " ".join(unicodedata.normalize("NFC", text).translate(ISOLATES).split())


def missing_in(text: str, names: list[str] = NAMES) -> list[str]:
    seen = plain(text)
    return [ascii(name) for name in names if plain(name) not in seen]


def test_the_page_its_parts_and_its_search_show_each_name_as_it_is(place: Coalition) -> None:
    visitor, shown = Visitor(Door(place).app()), ""
    for number in range(1, 9):
        answer = visitor.open(f"/letters/{SLUG}?part={number}")
        assert answer.status_code == 200
        assert foreign_markup(answer.text) == []
        shown += visible_text(answer.text)
    whole = visitor.open(f"/letters/{SLUG}")

    assert missing_in(shown) == []
    assert foreign_markup(whole.text) == []
    for name in NAMES[::6]:
        found = visitor.open(f"/letters/{SLUG}?q={quote(name)}")
        assert foreign_markup(found.text) == []
        assert missing_in(visible_text(found.text), [name[:100]]) == []


def test_every_copy_of_the_letter_shows_each_name_as_it_is(place: Coalition) -> None:
    with reading(place.engine) as session:
        campaign = get_campaign(session, SLUG)
        [(texts, letter)] = _letters(session, place.keyring, campaign, now=place.now)
    copy = make_copy(letter, audience="public", office=None)
    html, text, record = (compile_copy(copy, form=form).data.decode() for form in ("html", "txt", "json"))

    assert foreign_markup(html) == []
    assert missing_in(visible_text(html)) == []
    # Lines of plain text are folded, and the longest words with them.
    unfolded = "".join(plain(text).split())
    assert [ascii(name) for name in NAMES if "".join(plain(name).split()) not in unfolded] == []
    assert {line["name"] for line in json.loads(record)["lines"]} >= set(NAMES)
    addendum = Addendum(
        number=2,
        ordinal=1,
        name="Addendum 1",
        day=place.now.date(),
        at=place.now,
        is_sent=True,
        numbers=count_roll(letter.roll),
        document=make_document(copy),
    )
    mirrored, unnamed, joined = (
        _index(
            make_copy(letter, audience=audience, office=None),
            texts=texts,
            addenda=addenda,
            names=True,
            volumes=(),
            address=PUBLIC_URL,
            now=place.now,
        )
        for audience, addenda in (("public", ()), ("unnamed", ()), ("unnamed", [addendum]))
    )
    assert missing_in(visible_text(mirrored)) == []
    assert missing_in(visible_text(joined)) == []
    # A mirror has a policy of its own in its head; the names add nothing to it.
    assert foreign_markup(mirrored) == foreign_markup(unnamed)
    assert {mark for mark in foreign_markup(joined) if not mark.startswith("href=addendum-1")} == set(
        foreign_markup(unnamed)
    )


def test_the_pdf_prints_code_as_its_characters_and_runs_none(place: Coalition) -> None:
    with reading(place.engine) as session:
        letter = letter_as_it_stands(session, place.keyring, get_campaign(session, SLUG), now=place.now)
    # What no font at hand can print is refused by name; which these are depends on the machine.
    roll = frozenset(one for one in letter.roll if all(str(text).isascii() for text in vars(one).values()))
    copy = make_copy(replace(letter, roll=roll), audience="public", office=None)
    pdf = compile_copy(copy, form="pdf").data
    reader = tool("pdftotext", package="poppler-utils")
    done = subprocess.run([reader, "-", "-"], input=pdf, capture_output=True, check=True)
    printed = "".join(done.stdout.decode().split())

    code = [name for name in NAMES if name.isascii() and len(name) < 60]
    assert len(code) > 80
    # Typesetting makes one sign of some pairs, and hyphens where a line ends.
    assert [name for name in code if as_set(name) not in as_set(printed)] == []
    assert "root:" not in printed


def as_set(text: str) -> str:
    return re.sub(r"[^\w<>{}=$#@&;%|(]", "", "".join(unicodedata.normalize("NFKC", text).split()))


def test_the_list_of_the_secretariat_reads_back_to_each_name_and_runs_in_no_spreadsheet(
    place: Coalition,
) -> None:
    with reading(place.engine) as session:
        rows = list_signatories(session, place.keyring, get_campaign(session, SLUG))
    written = write_signatories(rows, COLUMNS)
    cells = list(csv.DictReader(io.StringIO(written)))

    assert [{name: plain_cell(cell) for name, cell in row.items()} for row in cells] == [
        {name: row[name] for name in COLUMNS} for row in rows
    ]
    assert {plain_cell(row["name"]) for row in cells} >= set(NAMES)
    starts = {cell.lstrip(" '\"")[:1] for row in cells for cell in row.values() if not cell.startswith("'")}
    assert starts.isdisjoint("=+-@＝＋－＠\t")


@pytest.mark.parametrize("form", list(ExportForm))
def test_what_two_coordinators_export_holds_each_name_and_no_formula(
    place: Coalition, form: ExportForm
) -> None:
    with transaction(place.engine) as session:
        campaign = get_campaign(session, SLUG)
        asked = ask_export(session, campaign, form, Filter(), by="test", now=place.now)
        rows, before = exported_rows(session, place.keyring, campaign, asked, before="")
        while before:
            more, before = exported_rows(session, place.keyring, campaign, asked, before=before)
            rows = [*rows, *more]
        mark = Watermark(asked_by='=HYPERLINK("https://evil.example")', approved_by="@SUM(1+1)")
        data = b"".join(pieces(asked, rows, mark=mark))
    if form is ExportForm.XLSX:
        cells = [cell for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
        # What is no text is no cell: an empty one.
        assert [cell.value for cell in cells if cell.data_type == "n" and cell.value is not None] == []
        assert not any(cell.hyperlink for cell in cells)
        table = [str(cell.value) for cell in cells if cell.value is not None]
    else:
        table = [cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in row]

    assert {plain_cell(cell) for cell in table} >= set(NAMES)
    starts = {cell.lstrip(" '\"")[:1] for cell in table if not cell.startswith("'")}
    assert starts.isdisjoint("=+-@＝＋－＠\t")


def test_mail_that_names_somebody_names_them_and_nobody_gets_another_header(place: Coalition) -> None:
    mailed = NAMES[::8]
    for number, name in enumerate(mailed):
        place.sign_and_confirm(
            name, email=f"m{number}@mail.example", kind=Kind.PERSON, representative_title=name
        )
    place.deliver_mail()

    plain_names = {name for envelope in place.postbox.kept[:1] for name in headers_of(envelope.data)}
    thanks = []
    for envelope in place.postbox.kept:
        assert headers_of(envelope.data) <= plain_names | {b"List-Unsubscribe", b"List-Unsubscribe-Post"}
        message = BytesParser(policy=policy.default).parsebytes(envelope.data)
        assert re.fullmatch(r"m\d+@mail\.example", str(message["To"]))
        text = message.get_body(("plain",)).get_content()
        html = message.get_body(("html",)).get_content()
        assert foreign_markup(re.sub(r' style="[^"]*"', "", html)) == [], ascii(text)
        if "Signed as:" in text:
            thanks.append(str(message["To"]))
            name = mailed[int(str(message["To"])[1:].partition("@")[0])]
            assert missing_in(text, [name]) == []
            assert missing_in(visible_text(html), [name]) == []
    assert len(set(thanks)) == len(mailed)


def headers_of(data: bytes) -> set[bytes]:
    return set(HEADERS.findall(data.partition(b"\r\n\r\n")[0]))
