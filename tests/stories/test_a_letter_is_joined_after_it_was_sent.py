"""As a coalition I want those who join after the letter was sent to be seen everywhere it is, and each copy to be checked."""

import json
from html import unescape

import pytest
from sqlmodel import select

from service.delivery.copies import copy_for
from service.kit.send import send_kits
from service.letter.compile import compile_copy
from service.letter.fonts import Fonts
from service.model.edition import Edition
from service.model.recipient import Recipient
from service.signing.mirror import MANIFEST, make_mirror
from service.signing.roll import frozen_letter
from service.store.transaction import reading, transaction
from tests.coalition import SLUG
from tests.doubles.relay import free_port
from tests.operator import Operator
from tests.promises.test_supplements import (
    ADDENDUM,
    CORRECTION,
    FULL,
    accept,
    attest,
    leave_and_ask,
    link_of,
    mails_to,
    send,
    sent,
)
from tests.stories.visitor import PUBLIC_URL, Door, Visitor, words_of

__all__ = ["sent"]


@pytest.fixture
def joined(sent):
    """Give a published letter, joined by one from the form and by one that is withheld; the office was told."""
    sent.publish()
    sent.confirm(sent.newest_token("confirm"))
    accept(sent, "Late Lagoon")
    attest(sent, "Quiet Quay", "counted")
    send(sent, ADDENDUM)
    return sent


@pytest.fixture
def visitor(joined):
    return Visitor(Door(joined).app())


def test_page_card_feed_and_search_know_who_joined(joined, visitor):
    page = visitor.open(f"/letters/{SLUG}")

    words = words_of(page)
    assert "2 more have signed since the letter was sent" in words
    assert "Addendum 1" in words
    assert (
        "24 November 2026 · Sent to the addressee" in words
        or "November 24, 2026 · Sent to the addressee" in words
    )
    assert "Late Lagoon" in words
    assert "and 1 signatory whose name is withheld" in words
    assert "Quiet Quay" not in page.text
    assert "Late Lagoon" in visitor.open(f"/letters/{SLUG}?q=lagoon").text
    assert "2 more have signed since the letter was sent" in words_of(visitor.open(f"/embed/{SLUG}"))
    feed = visitor.open(f"/letters/{SLUG}/feed").text
    assert "2 more have signed since the letter was sent" in feed
    assert "Late Lagoon" not in feed


def test_the_count_stays_the_one_that_the_letter_itself_tells(joined, visitor):
    count = json.loads(visitor.open(f"/letters/{SLUG}/count.json").text)

    assert (count["signatories"], count["organizations"]) == (2, 2)


def test_who_withdraws_is_gone_from_all_of_them_at_the_next_request(joined, visitor):
    assert "Late Lagoon" in visitor.open(f"/letters/{SLUG}").text

    visitor.send(f"/manage/{link_of(joined, 'Late Lagoon')}", {}, answer="withdraw")

    page = visitor.open(f"/letters/{SLUG}")
    assert "Late Lagoon" not in page.text
    # Only somebody who is not named is left of it, so nothing is.
    assert "since the letter was sent" not in page.text
    assert "since the letter was sent" not in visitor.open(f"/embed/{SLUG}").text


def mirror(coalition, *, names):
    with reading(coalition.engine) as session:
        return make_mirror(
            session,
            coalition.keyring,
            SLUG,
            names=names,
            address=f"{PUBLIC_URL}/letters/{SLUG}",
            fonts=Fonts(),
            now=coalition.now,
        ).files


def test_the_mirror_has_the_addendum_and_names_nobody_unless_asked(joined):
    nameless, named = mirror(joined, names=False), mirror(joined, names=True)

    assert b"2 more have signed since" in nameless["index.html"]
    assert not any(b"Late Lagoon" in data for name, data in nameless.items() if not name.endswith(".pdf"))
    assert not any(name.startswith("addendum") for name in nameless)
    assert b"Late Lagoon" in named["index.html"]
    assert b'href="addendum-1.pdf"' in named["index.html"]
    assert b"Late Lagoon" in named["addendum-1.txt"]
    assert named["addendum-1.pdf"].startswith(b"%PDF-")
    assert json.loads(named[MANIFEST])["addenda"].keys() == {"addendum-1"}


def test_the_files_of_a_mirror_can_be_checked(joined, visitor, database_url, tmp_path):
    operator = operator_of(joined, database_url, tmp_path)
    for folder, names in (("named", ["--names"]), ("nameless", [])):
        operator.does("campaign", "mirror", SLUG, "--out", folder, *names)

    letter = visitor.check((tmp_path / "nameless" / "letter.txt").read_bytes())
    addendum = visitor.check((tmp_path / "named" / "addendum-1.pdf").read_bytes())

    assert "byte for byte" in letter.text
    assert "byte for byte" in addendum.text
    assert "Addendum 1 to edition 1 of this letter" in words_of(addendum)


def operator_of(coalition, database_url, folder):
    operator = Operator(folder, smtp_port=free_port(), web_port=free_port(), database_url=database_url)
    (folder / "keys").mkdir()
    (folder / "keys" / "root.key").write_bytes(coalition.root.secret)
    operator.does("init")
    return operator


def own_copy(coalition, kind):
    """Make the copy that the addressee was sent of the newest edition of a kind, as the product made it."""
    with reading(coalition.engine) as session:
        found = select(Edition).where(Edition.kind == kind).order_by(Edition.number.desc())
        row = session.exec(found.limit(1)).one()
        office = session.exec(select(Recipient).where(Recipient.position == 0)).one()
        return copy_for(frozen_letter(session, coalition.keyring, row), office)


def test_an_office_checks_an_addendum_and_a_correction_by_their_files(
    joined, visitor, database_url, tmp_path
):
    addendum = compile_copy(own_copy(joined, ADDENDUM), form="pdf").data
    leave_and_ask(joined, "Lake Alliance")
    send(joined, CORRECTION)
    correction = compile_copy(own_copy(joined, CORRECTION), form="pdf").data

    added, corrected = visitor.check(addendum), visitor.check(correction)

    assert "byte for byte" in added.text
    assert "Addendum 1 to edition 1 of this letter" in words_of(added)
    assert "2 organizations" in words_of(added)
    assert "Sent" in words_of(added)
    assert "Late Lagoon" not in added.text
    assert "byte for byte" in corrected.text
    assert "Correction 1 to edition 1 of this letter" in words_of(corrected)
    # How many took their name back is told by the copy alone.
    assert "Signed" not in words_of(corrected)
    assert "Lake Alliance" not in corrected.text

    operator = operator_of(joined, database_url, tmp_path)
    (tmp_path / "addendum.pdf").write_bytes(addendum)
    said = operator.does("letter", "verify", "addendum.pdf")
    assert "This is addendum 1 to edition 1 of a letter" in said
    assert "2 organizations, sent on 2026-11-24" in said


def test_who_joined_by_an_addendum_has_a_kit_that_counts_everybody(joined, visitor):
    with transaction(joined.engine) as session:
        made = send_kits(session, joined.keyring, SLUG, under_embargo=False, by="test", now=joined.now)
    joined.deliver_mail()
    mail = next(one for one in mails_to(joined, "late@members.example") if "/kit/" in one.text)

    kit = visitor.open(f"/kit/{mail.text.split('/kit/')[1].split()[0]}")

    # The letter's 2 and the addendum's 2, but for itself.
    assert "along with 3 other organizations" in unescape(kit.text)
    assert "2 more have signed since the letter was sent" in kit.text
    assert "Late Lagoon" in kit.text
    assert "Quiet Quay" not in kit.text
    assert made.new == 2
    first = next(one for one in mails_to(joined, "lake@members.example") if "/kit/" in one.text)
    own = visitor.open(f"/kit/{first.text.split('/kit/')[1].split()[0]}")
    assert "along with one other organization" in unescape(own.text)


def test_somebody_asks_whether_it_signed_and_only_it_is_told(joined):
    before = len(mails_to(joined, "late@members.example"))
    joined.ask_about("Late Lagoon").deliver_mail()

    assert len(mails_to(joined, "late@members.example")) == before + 1


def test_the_office_got_it_as_a_file_of_its_own(joined):
    assert mails_to(joined, FULL)[-1].subject == "Addendum 1: Keep the river open"
