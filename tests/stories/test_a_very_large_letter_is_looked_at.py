"""The desk of a letter of very many sign-ons says as of when its numbers are, and sets no million names for a look."""

import re
from types import SimpleNamespace

import pytest
from sqlmodel import col, select

from service.foundation.errors import Refused
from service.letter.edition import Edition
from service.model.signature import HeldReason, Signature
from service.signing import draft_view
from service.signing.secretariat import kept_figures
from service.store.transaction import transaction
from service.worker.secretariat import count_figures
from tests.coalition import Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.letters.pdf_reader import read_letter
from tests.stories.visitor import Door, words_of

COUNTED = "As of November 24, 2026"


@pytest.fixture
def olga(coalition: Coalition, door: Door, monkeypatch: pytest.MonkeyPatch) -> AtTheDesk:
    """Look at a letter whose two sign-ons are many, and more than are set while somebody waits."""
    monkeypatch.setattr(kept_figures, "MANY", 2)
    monkeypatch.setattr(draft_view, "MOST_SET", 1)
    monkeypatch.setattr(draft_view, "_MOST_OPENED", 1)
    coalition.open(letter_file(more='admit = "everyone"'))
    coalition.sign_and_confirm("Lake Alliance").sign_and_confirm("River Watch")
    return AtTheDesk(door.app(), coalition, add_colleague(coalition))


def count(coalition: Coalition) -> None:
    worker = SimpleNamespace(
        engine=coalition.engine,
        keyring=coalition.keyring,
        clock=lambda: coalition.now,
        wake=SimpleNamespace(is_stopping=lambda: False),
    )
    assert count_figures(worker, "test") == 1


@pytest.mark.parametrize("page", ["", "figures", "propose"])
def test_numbers_that_the_worker_counted_say_when(olga: AtTheDesk, coalition: Coalition, page: str) -> None:
    assert COUNTED not in words_of(olga.open(page))
    count(coalition)

    seen = words_of(olga.open(page))
    assert COUNTED in seen
    assert "counted anew once a minute at most" in seen


def test_what_is_on_the_page_is_what_was_counted_and_not_what_is_there_now(
    olga: AtTheDesk, coalition: Coalition
) -> None:
    count(coalition)
    coalition.sign_and_confirm("Sea Watch")
    assert signed(olga) == 2

    coalition.wait(minutes=2)
    count(coalition)
    assert signed(olga) == 3


def test_the_draft_of_very_many_names_is_set_without_them(olga: AtTheDesk, coalition: Coalition) -> None:
    letter = read_letter(olga.open("draft.pdf?copy=full").data).text
    assert "2 organizations" in letter
    assert "Lake Alliance" not in letter
    assert "the draft has only the text and the numbers" in words_of(olga.open("deliveries"))


def test_a_number_leads_to_the_sign_ons_that_it_counts(olga: AtTheDesk, coalition: Coalition) -> None:
    with transaction(coalition.engine) as session:
        first = select(Signature).order_by(col(Signature.id)).limit(1)
        session.exec(first).one().held_reason = HeldReason.SECRETARIAT
    link = next(part for part in olga.open("").text.split('"') if "signatories?" in part)

    seen = words_of(olga.open(link))
    assert ("Lake Alliance" in seen, "River Watch" in seen) == (True, False)


def test_the_page_before_a_release_opens_no_roll(
    olga: AtTheDesk, coalition: Coalition, monkeypatch: pytest.MonkeyPatch
) -> None:
    count(coalition)
    edition = coalition.close().propose().edition.id
    coalition.approve_all().wait(minutes=2)
    count(coalition)
    with monkeypatch.context() as closed:
        closed.setattr(Edition, "from_record", _opened)
        seen = words_of(olga.open(f"editions/{edition}/release"))

    assert "2 organizations" in seen
    assert "Release it for real" in seen


def test_what_was_kept_lets_nothing_leave_that_names_who_has_left(
    olga: AtTheDesk, coalition: Coalition
) -> None:
    count(coalition)
    edition = coalition.close().propose().edition.id
    coalition.approve_all().leave()
    assert "2 organizations" in words_of(olga.open(f"editions/{edition}/release"))

    with pytest.raises(Refused, match="One signatory has left"):
        coalition.release()


def test_an_edition_of_which_nothing_was_kept_is_counted_for_its_page(
    olga: AtTheDesk, coalition: Coalition
) -> None:
    edition = coalition.close().propose().edition.id
    coalition.approve_all().wait(minutes=2)
    count(coalition)

    assert "2 organizations" in words_of(olga.open(f"editions/{edition}/release"))


def _opened(record: object) -> Edition:
    raise AssertionError("a roll was opened")


def signed(olga: AtTheDesk) -> int:
    return int(re.findall(r"<dt>signed</dt><dd>(\d+)</dd>", olga.open("").text)[0])
