"""What the table of sign-ons finds: each standing by its word, each name by its words, on both databases."""

from collections.abc import Iterator
from datetime import datetime
from itertools import product

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from service.foundation.sealing import RootKey
from service.model.letter_revision import LetterRevision
from service.model.signature import HeldReason, Kind, Provenance, Signature, Standing, Visibility, standing
from service.model.signature_word import SignatureWord
from service.model.states import SignatureState
from service.signing.erase import erase
from service.signing.found_by import keep_cursor, keep_some_words
from service.signing.party import SignOn, write_party
from service.signing.secretariat.filters import Filter, Stands
from service.signing.secretariat.table import table_page
from service.store.transaction import reading, transaction
from tests.coalition import Coalition

WORDS = {
    Stands.AWAITING: Standing.AWAITING_ACCEPTANCE,
    Stands.EARLIER: Standing.EARLIER_TEXT,
    **{one: Standing(one.value) for one in Stands if one.value in set(Standing)},
}


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    return Coalition(engine=engine, root=root, now=noon).open()


def every_kind_of_row(session: Session, coalition: Coalition) -> Iterator[Signature]:
    campaign = coalition.campaign()
    keys = coalition.keyring.of(session, campaign.id)
    ways = product(
        SignatureState, (None, HeldReason.NOT_ME), ("", "If so"), (False, True), (False, True), (False, True)
    )
    for place, (state, held, condition, joined, accepted, present) in enumerate(ways):
        row = Signature(
            campaign_id=campaign.id,
            kind=Kind.PERSON,
            state=state,
            provenance=Provenance.FORM,
            held_reason=held,
            joined_to="0" * 32 if joined else None,
            accepted_at=coalition.now if accepted else None,
            revision_id=campaign.revision_id if present else None,
            visibility=Visibility.PUBLIC,
            name_index=str(place).encode(),
            email_index=str(place).encode(),
            name=b"",
            details=b"",
            created_at=coalition.now,
        )
        write_party(
            keys,
            row,
            SignOn(
                kind=row.kind, name=f"P {place}", email="", visibility=row.visibility, condition=condition
            ),
        )
        yield row


def found(coalition: Coalition, asked: Filter, *, most: int = 500) -> list[str]:
    with reading(coalition.engine) as session:
        page = table_page(session, coalition.keyring, coalition.campaign(), asked, most=most)
    return [row.id for row in page.rows]


def test_the_table_and_the_model_call_every_standing_alike(coalition: Coalition) -> None:
    with transaction(coalition.engine) as session:
        rows = list(every_kind_of_row(session, coalition))
        session.add_all(rows)
        assert session.exec(select(LetterRevision.id)).first()
    campaign = coalition.campaign()

    for word, meant in WORDS.items():
        wanted = {row.id for row in rows if standing(row, campaign) is meant}
        assert set(found(coalition, Filter(stands=word.value))) == wanted, word


def test_who_confirmed_as_fast_as_a_machine_is_found_by_that_wherever_it_stands(coalition: Coalition) -> None:
    with transaction(coalition.engine) as session:
        rows = list(every_kind_of_row(session, coalition))
        for row in rows[::7]:
            row.machine_like = True
        session.add_all(rows)
        wanted = {row.id for row in rows[::7]}

    assert set(found(coalition, Filter(stands="machine"))) == wanted


def test_pages_follow_one_another_without_a_gap(coalition: Coalition) -> None:
    with transaction(coalition.engine) as session:
        session.add_all(every_kind_of_row(session, coalition))
    seen, before = [], ""
    while True:
        with reading(coalition.engine) as session:
            page = table_page(
                session,
                coalition.keyring,
                coalition.campaign(),
                Filter(kind="person"),
                before=before,
                most=50,
            )
        seen += [row.id for row in page.rows]
        if not page.before:
            break
        before = page.before

    assert seen == found(coalition, Filter())
    assert seen == sorted(set(seen), reverse=True)


def test_a_name_is_found_before_and_after_its_words_are_kept(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Réseau des Sept Rives", email="rives@members.example", country="FR")
    coalition.sign("Lake Alliance")
    asked = (Filter(words="rives reseau"), Filter(words="RIVES@members.example"))
    before = [found(coalition, one) for one in asked]

    with transaction(coalition.engine) as session:
        last = keep_some_words(session, coalition.keyring, after="")
        assert last
        keep_cursor(session, last, now=coalition.now)

    assert before == [found(coalition, one) for one in asked]
    assert [len(one) for one in before] == [1, 1]
    assert found(coalition, Filter(country="FR")) == before[0]
    assert found(coalition, Filter(words="rives lake")) == []


def test_whoever_is_erased_is_found_by_nothing(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Lake Alliance").deliver_mail()
    with transaction(coalition.engine) as session:
        keep_some_words(session, coalition.keyring, after="")

    with transaction(coalition.engine) as session:
        erase(session, coalition.keyring, token=coalition.newest_token("manage"), now=coalition.now)

    with reading(coalition.engine) as session:
        assert session.exec(select(SignatureWord).where(col(SignatureWord.digest) != b"")).all() == []
    assert found(coalition, Filter(words="lake")) == []
