"""What the table of sign-ons finds: each standing by its word, each name by its words, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import Engine, delete
from sqlmodel import Session, col, select

from service.foundation.errors import Refused
from service.foundation.sealing import RootKey
from service.model.letter_revision import LetterRevision
from service.model.signature import HeldReason, Kind, Provenance, Signature, Standing, Visibility, standing
from service.model.signature_word import SignatureWord
from service.model.states import SignatureState
from service.signing.erase import erase
from service.signing.found_by import domain_digest, keep_cursor, keep_some_domains, keep_some_words
from service.signing.party import SignOn, write_party
from service.signing.secretariat.filters import Filter, Stands, read_filter
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


def test_the_mailboxes_of_a_domain_are_found_before_and_after_an_earlier_version_kept_their_words(
    coalition: Coalition,
) -> None:
    coalition.sign_and_confirm("Reed Union", email="reed@Flood.example")
    coalition.sign_and_confirm("Rush Union", email="other@flood.example")
    coalition.sign_and_confirm("Lake Alliance", email="flood@lakes.example")
    flood = Filter(words="@FLOOD.example")
    assert len(found(coalition, flood)) == 2
    with transaction(coalition.engine) as session:
        keys = coalition.keyring.of(session, coalition.campaign().id)
        last = keep_some_words(session, coalition.keyring, after="")
        keep_cursor(session, last or "f" * 32, now=coalition.now)
        digest = domain_digest(keys, "flood.example")
        for row in session.exec(select(SignatureWord).where(SignatureWord.digest == digest)).all():
            session.delete(row)
    assert found(coalition, flood) == [], "an earlier version kept none"

    with transaction(coalition.engine) as session:
        while keep_some_domains(session, coalition.keyring, now=coalition.now):
            pass

    assert len(found(coalition, flood)) == 2
    assert found(coalition, Filter(words="@ood.example")) == found(coalition, Filter(words="@")) == []


def test_sign_ons_are_found_by_when_and_how_they_came(coalition: Coalition) -> None:
    minutes = [coalition.now + timedelta(minutes=place) for place in range(4)]
    with transaction(coalition.engine) as session:
        keys = coalition.keyring.of(session, coalition.campaign().id)
        rows = list(every_kind_of_row(session, coalition))[:4]
        for row, at in zip(rows, minutes, strict=True):
            row.id, row.created_at = f"{int(at.timestamp() * 1000):012x}{'0' * 20}", at
            write_party(keys, row, SignOn(kind=row.kind, name="P", email="", visibility=row.visibility))
        rows[1].provenance = Provenance.ATTESTED
        ids = [row.id for row in rows]
        session.add_all(rows)
    first, last = (f"{minutes[place]:%Y-%m-%dT%H:%MZ}" for place in (1, 2))

    for beside in (Filter(), Filter(kind="person"), Filter(stands=rows[0].state.value)):
        assert found(coalition, replace(beside, since=first, until=last)) == [ids[2], ids[1]]
        assert found(coalition, replace(beside, since=first)) == ids[:0:-1]
        assert found(coalition, replace(beside, until=last)) == ids[2::-1]
    assert found(coalition, Filter(came="attested")) == [ids[1]]
    assert found(coalition, Filter(since=last, until=first)) == []


def test_a_time_is_read_by_a_clock_and_never_dropped() -> None:
    zone = "Europe/Berlin"
    read = read_filter({"since": "2026-11-28T12:00", "until": "2026-10-25 02:30"}, zone=zone)

    assert (read.since, read.until) == ("2026-11-28T11:00Z", "2026-10-25T01:30Z"), (
        "the second 02:30 of that night"
    )
    assert read_filter(read.codes, zone=zone) == read
    for wrong in (
        "yesterday",
        "2026-13-01T00:00",
        "2026-11-28",
        "0001-01-01T00:00",
        "0001-01-01T00:30Z",
        "9999-12-31T23:59Z",
    ):
        with pytest.raises(Refused):
            read_filter({"since": wrong}, zone=zone)


def test_whoever_is_erased_is_found_by_nothing(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Lake Alliance").deliver_mail()
    with transaction(coalition.engine) as session:
        keep_some_words(session, coalition.keyring, after="")

    with transaction(coalition.engine) as session:
        erase(session, coalition.keyring, token=coalition.newest_token("manage"), now=coalition.now)

    with reading(coalition.engine) as session:
        assert session.exec(select(SignatureWord).where(col(SignatureWord.digest) != b"")).all() == []
    assert found(coalition, Filter(words="lake")) == []


def test_whoever_is_erased_while_domains_are_kept_is_found_by_nothing(coalition: Coalition) -> None:
    coalition.sign_and_confirm("Lake Alliance").deliver_mail()
    with transaction(coalition.engine) as session:
        keys = coalition.keyring.of(session, coalition.campaign().id)
        keep_some_words(session, coalition.keyring, after="")
        digest = domain_digest(keys, "members.example")
        session.execute(delete(SignatureWord).where(col(SignatureWord.digest) == digest))

    def erase_it() -> None:
        with transaction(coalition.engine) as session:
            erase(session, coalition.keyring, token=coalition.newest_token("manage"), now=coalition.now)

    with ThreadPoolExecutor(1) as pool:
        with transaction(coalition.engine) as session:
            assert keep_some_domains(session, coalition.keyring, now=coalition.now)
            erasing = pool.submit(erase_it)
            wait([erasing], timeout=0.5)
        erasing.result()

    with reading(coalition.engine) as session:
        assert session.exec(select(SignatureWord)).all() == []
