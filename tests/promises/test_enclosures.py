"""The files of a letter are kept sealed, once each, and stay as they are once a text that names them was final."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from service.campaigns import life
from service.campaigns.contents import open_file
from service.campaigns.enclosures import (
    annex_bytes,
    letter_annexes,
    letter_logos,
    letters_with_annex,
)
from service.campaigns.file import read_campaign_file
from service.campaigns.load import load_campaign
from service.campaigns.queries import get_campaign
from service.delivery.annexes import find_annex
from service.delivery.follow import follow_deliveries
from service.foundation.errors import Permanent, Refused
from service.letter.compile import compile_copy
from service.letter.copy import make_copy
from service.model.campaign import CampaignKey
from service.model.edition import Edition
from service.model.enclosure import Enclosure
from service.signing.roll import frozen_letter
from service.store.keyring import Keyring
from service.store.transaction import reading, transaction
from tests.changing import revised
from tests.coalition import SLUG, Coalition
from tests.enclosing import BESIDE, CASES, CHARTER, enclosing_file, make_pdf, make_png

# Drawing an SVG takes a process; these promises do not depend on it.
FILES = {**BESIDE, "rivers.svg": make_png((240, 80))}
OTHER = make_pdf(pages=2, words="Other cases")


@pytest.fixture
def coalition(engine, root, noon):
    return Coalition(engine=engine, root=root, now=noon)


def rows(coalition):
    with reading(coalition.engine) as session:
        return session.exec(select(Enclosure).order_by(Enclosure.id)).all()


def run(coalition, statement):
    with coalition.engine.begin() as connection:
        connection.execute(text(statement))


def test_what_was_given_comes_back_and_nothing_of_it_is_legible(coalition):
    coalition.load(enclosing_file(), FILES)

    with reading(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        file = open_file(session, coalition.keyring, campaign)
        annexes = letter_annexes(file)
        given = [annex_bytes(session, coalition.keyring, campaign.id, annex) for annex in annexes]
        logos = letter_logos(session, coalition.keyring, campaign.id, file)

    assert given == [CASES, CHARTER]
    assert [(annex.title, annex.pages) for annex in annexes] == [("Cases", 12), ("The Charter, article 7", 1)]
    assert all(logo.file.startswith(b"\x89PNG") and logo.picture == logo.file for logo in logos)
    for row in rows(coalition):
        assert b"%PDF" not in row.content
        assert b"\x89PNG\r\n" not in row.content
        # Only steps of 64 KB show how large a file is.
        assert len(row.content) - 29 in {64 * 1024, 128 * 1024}
        for annex in annexes:
            assert bytes.fromhex(annex.sha256) not in (row.file_index, row.content)


def test_loading_again_keeps_each_file_once_and_drops_what_a_draft_no_longer_has(coalition):
    coalition.load(enclosing_file(), FILES)
    first = {row.id for row in rows(coalition)}

    coalition.load(enclosing_file(), FILES)
    assert {row.id for row in rows(coalition)} == first

    coalition.load(enclosing_file(), {**FILES, "cases.pdf": OTHER})
    assert len(rows(coalition)) == len(first)
    assert len({row.id for row in rows(coalition)} - first) == 1


def test_a_file_opens_at_its_own_row_only(coalition):
    coalition.load(enclosing_file(), FILES)
    one, other = [row for row in rows(coalition) if row.kind.value == "annex"]
    with coalition.engine.begin() as connection:
        connection.execute(text("DELETE FROM enclosure WHERE id = :id"), {"id": other.id})
        connection.execute(
            text(
                "INSERT INTO enclosure (id, campaign_id, kind, file_index, content, kept_at)"
                " SELECT :new, campaign_id, kind, :index, content, kept_at FROM enclosure WHERE id = :id"
            ),
            {"new": "f" * 32, "index": other.file_index, "id": one.id},
        )

    with reading(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        annexes = letter_annexes(open_file(session, coalition.keyring, campaign))
        with pytest.raises(Permanent):
            [annex_bytes(session, coalition.keyring, campaign.id, annex) for annex in annexes]


def test_a_file_whose_neighbours_were_not_read_is_not_loaded(coalition):
    read = read_campaign_file(enclosing_file(), now=coalition.now)

    with pytest.raises(Refused, match="were not read"), transaction(coalition.engine) as session:
        load_campaign(session, coalition.keyring, read, by="test", now=coalition.now)


def test_once_a_text_was_final_no_statement_changes_or_removes_its_files(coalition):
    coalition.load(enclosing_file(), FILES)
    with transaction(coalition.engine) as session:
        life.freeze(session, coalition.keyring, SLUG, by="test", now=coalition.now)
        life.thaw(session, SLUG, by="test", now=coalition.now)
    before = rows(coalition)

    for statement in (
        "DELETE FROM enclosure",
        "UPDATE enclosure SET kind = 'logo' WHERE kind = 'annex'",
        "UPDATE enclosure SET content = file_index",
        "UPDATE enclosure SET campaign_id = 'other'",
    ):
        with pytest.raises(DBAPIError, match="is frozen"):
            run(coalition, statement)
    coalition.load(enclosing_file(), {**FILES, "cases.pdf": OTHER})

    assert [row for row in rows(coalition) if row in before] == before
    assert len(rows(coalition)) == len(before) + 1


def test_a_letter_whose_keys_were_shredded_keeps_no_file_that_opens_and_can_be_purged(coalition):
    coalition.open(enclosing_file(), FILES)
    with reading(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        annex = letter_annexes(open_file(session, coalition.keyring, campaign))[0]
    with transaction(coalition.engine) as session:
        session.delete(session.get_one(CampaignKey, campaign.id))

    with reading(coalition.engine) as session, pytest.raises(Permanent, match="purged"):
        annex_bytes(session, Keyring(coalition.root), campaign.id, annex)
    run(coalition, "DELETE FROM enclosure")
    assert rows(coalition) == []


def frozen(coalition):
    with reading(coalition.engine) as session:
        row = session.exec(select(Edition)).one()
        return frozen_letter(session, coalition.keyring, row)


def released(coalition):
    coalition.open(enclosing_file(), FILES).sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all().release()
    return coalition


def test_an_edition_keeps_the_logos_it_was_made_with(coalition):
    released(coalition)
    letter = frozen(coalition)
    word = compile_copy(make_copy(letter, audience="public", office=None), form="docx").data

    coalition.load(enclosing_file(), {**FILES, "rivers.svg": make_png((400, 80))})

    with reading(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        file = open_file(session, coalition.keyring, campaign)
        now = letter_logos(session, coalition.keyring, campaign.id, file)
    assert now[0].file != letter.logos[0].file
    assert frozen(coalition).logos == letter.logos
    assert (
        compile_copy(make_copy(frozen(coalition), audience="public", office=None), form="docx").data == word
    )


def test_a_final_text_takes_other_logos_but_no_other_annex(coalition):
    coalition.open(enclosing_file(), FILES)

    with pytest.raises(Refused, match="no longer a draft"):
        coalition.load(enclosing_file(), {**FILES, "cases.pdf": OTHER})
    coalition.load(enclosing_file(), {**FILES, "rivers.svg": make_png((400, 80))})


def test_another_annex_is_another_text(coalition):
    coalition.open(enclosing_file(), FILES)

    with pytest.raises(Refused, match="people sign already"):
        revised(coalition, enclosing_file(), beside=FILES)
    revised(coalition, enclosing_file(), beside={**FILES, "cases.pdf": OTHER})

    with reading(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        annex = letter_annexes(open_file(session, coalition.keyring, campaign))[0]
        assert annex_bytes(session, coalition.keyring, campaign.id, annex) == OTHER


def test_an_annex_is_told_by_its_bytes_and_to_strangers_only_of_a_published_letter(coalition):
    coalition.open(enclosing_file(), FILES)
    with reading(coalition.engine) as session:
        assert find_annex(session, coalition.keyring, CASES, anybody_asks=False) is None
    coalition.sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all().release()

    with reading(coalition.engine) as session:
        ours = find_annex(session, coalition.keyring, CHARTER, anybody_asks=False)
        assert find_annex(session, coalition.keyring, CHARTER, anybody_asks=True) is None
        assert find_annex(session, coalition.keyring, CHARTER + b"\n", anybody_asks=False) is None
        assert letters_with_annex(session, coalition.keyring, ours.sha256, only_published=True) == []
    run(coalition, "UPDATE campaign SET access = 'public'")
    with reading(coalition.engine) as session:
        # Its text is no secret, but that it has left is.
        assert find_annex(session, coalition.keyring, CHARTER, anybody_asks=True) is None
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)
    coalition.publish()
    with reading(coalition.engine) as session:
        told = find_annex(session, coalition.keyring, CHARTER, anybody_asks=True)

    assert (ours.place, ours.edition, ours.title) == (2, 1, "Keep the river open")
    assert (told.annex_title, told.slug) == ("The Charter, article 7", SLUG)


@pytest.mark.parametrize(
    "what", ["emergency_at = '2026-11-25 12:00:00+00:00', access = 'public'", "state = 'purged'"]
)
def test_no_annex_tells_of_a_letter_that_is_hidden_or_was_purged(coalition, what):
    coalition.open(enclosing_file(), FILES).sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all().release()
    run(
        coalition, "UPDATE campaign SET published_at = released_at FROM edition WHERE released_at IS NOT NULL"
    )
    with reading(coalition.engine) as session:
        assert find_annex(session, coalition.keyring, CHARTER, anybody_asks=True) is not None

    run(coalition, f"UPDATE campaign SET {what}")

    with reading(coalition.engine) as session:
        assert find_annex(session, coalition.keyring, CHARTER, anybody_asks=True) is None
