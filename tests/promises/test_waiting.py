"""The page that waits keeps its promises on both databases: few tries, one signature, the same answer for everybody."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from service.foundation.errors import NotFound
from service.model.confirming_code import ConfirmingCode
from service.model.message import MessageKind
from service.model.signature import ConfirmedBy, HeldReason, Kind, Signature, Visibility
from service.model.states import SignatureState
from service.model.waiting import Waiting
from service.signing.codes import MOST_TRIES, forget_codes
from service.signing.party import read_party
from service.signing.waiting import (
    CodeAnswer,
    forget_waiting,
    look_at_waiting,
)
from service.store.transaction import reading, transaction
from tests.coalition import Coalition, letter_file
from tests.waiting_page import again, another, correct, mails_of, newest_code, rows, send_form, type_code


@pytest.fixture
def coalition(engine, root, noon) -> Coalition:
    return Coalition(engine=engine, root=root, now=noon).open(letter_file(more='admit = "everyone"'))


def test_the_code_of_the_mail_confirms_and_says_so_kindly_when_typed_twice(coalition) -> None:
    token = send_form(coalition)
    code = newest_code(coalition)

    first = type_code(coalition, token, code)
    second = type_code(coalition, token, code)

    assert first.confirmed is not None
    assert second.confirmed is not None
    assert (first.confirmed.was_before, second.confirmed.was_before) == (False, True)
    assert coalition.counts().organizations == 1
    assert [row.confirmed_by for row in rows(coalition)] == [ConfirmedBy.CODE]
    assert mails_of(coalition, MessageKind.THANKS) == 1


def test_a_wrong_code_is_written_down_for_whoever_has_signed_long_ago_too(coalition) -> None:
    send_form(coalition)
    confirmed = send_form(coalition)
    type_code(coalition, confirmed, newest_code(coalition))
    coalition.wait(hours=3)
    with transaction(coalition.engine) as session:
        forget_codes(session, now=coalition.now)
    pages = {"signed": send_form(coalition), "new": send_form(coalition, "New Nook", "office@nook.example")}

    wrote = {
        who: _writes(coalition, lambda page=page: type_code(coalition, page, "000000"))
        for who, page in pages.items()
    }

    assert wrote == {"signed": True, "new": True}


def _writes(coalition, act) -> bool:
    """Tell whether something was committed by an act: by SQLite's own count, by the rows' own versions on PostgreSQL."""
    is_sqlite = coalition.engine.dialect.name == "sqlite"
    asked = "PRAGMA data_version" if is_sqlite else "SELECT sum(xmin::text::bigint) FROM token_bucket"
    with coalition.engine.connect() as line:
        before = line.exec_driver_sql(asked).scalar()
        line.rollback()
        act()
        return line.exec_driver_sql(asked).scalar() != before


def test_a_code_is_tried_a_few_times_and_then_no_more(coalition) -> None:
    token = send_form(coalition)
    code = newest_code(coalition)

    wrong = [type_code(coalition, token, another(code, by)) for by in range(1, MOST_TRIES + 1)]
    right = type_code(coalition, token, code)

    assert [*wrong, right] == [CodeAnswer()] * (MOST_TRIES + 1)
    assert coalition.counts().signatories == 0

    coalition.wait(minutes=5)
    again(coalition, token)
    assert type_code(coalition, token, newest_code(coalition)).confirmed is not None


def test_many_guesses_at_one_moment_are_no_more_than_a_few(coalition) -> None:
    token = send_form(coalition)
    code = newest_code(coalition)

    with ThreadPoolExecutor(8) as pool:
        guesses = [another(code, by) for by in range(1, 25)]
        answers = list(pool.map(lambda guess: type_code(coalition, token, guess), guesses))

    assert answers == [CodeAnswer()] * len(guesses)
    with reading(coalition.engine) as session:
        assert session.exec(select(ConfirmingCode.tries)).all() == [MOST_TRIES]


def test_the_right_code_sent_many_times_at_once_makes_one_signature_and_one_thanks(coalition) -> None:
    token = send_form(coalition)
    code = newest_code(coalition)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: type_code(coalition, token, code), range(12)))

    assert all(answer.confirmed for answer in answers)
    assert sum(not answer.confirmed.was_before for answer in answers if answer.confirmed) == 1
    assert coalition.counts().signatories == 1
    assert mails_of(coalition, MessageKind.THANKS) == 1


def test_a_code_has_its_hour_and_a_half_and_the_newest_counts(coalition) -> None:
    token = send_form(coalition)
    first = newest_code(coalition)
    coalition.wait(minutes=10)
    again(coalition, token)
    second = newest_code(coalition)

    assert first != second
    assert type_code(coalition, token, first) == CodeAnswer()
    coalition.wait(minutes=91)
    assert type_code(coalition, token, second) == CodeAnswer()


def test_only_a_keyed_digest_of_a_code_lies_in_the_database(coalition) -> None:
    send_form(coalition)
    code = newest_code(coalition)

    with reading(coalition.engine) as session:
        [kept] = session.exec(select(ConfirmingCode)).all()
        [waiting] = session.exec(select(Waiting)).all()
    assert code.encode() not in kept.digest
    assert len(kept.digest) == 32
    assert b"lakes" not in waiting.given


def test_a_code_confirms_nothing_that_its_form_did_not_say(coalition) -> None:
    token = send_form(
        coalition, "Tenzin", "t@valley.example", kind=Kind.PERSON, visibility=Visibility.RECIPIENT
    )
    coalition.wait(minutes=1)
    send_form(coalition, "Tenzin", "t@valley.example", kind=Kind.PERSON, visibility=Visibility.PUBLIC)
    code = newest_code(coalition)

    answer = type_code(coalition, token, code)

    assert answer == CodeAnswer(has_changed=True)
    assert coalition.counts().signatories == 0


def test_whoever_signed_before_gets_a_page_that_answers_the_same(coalition) -> None:
    first = send_form(coalition)
    code = newest_code(coalition)
    assert type_code(coalition, first, code).confirmed is not None
    coalition.wait(minutes=100)
    known, new = send_form(coalition), send_form(coalition, "River Watch", "r@rivers.example")

    with reading(coalition.engine) as session:
        views = [
            look_at_waiting(session, coalition.keyring, token=token, now=coalition.now)
            for token in (known, new)
        ]
    assert [view.masked_email for view in views] == ["o…@lakes.example", "r…@rivers.example"]
    assert views[0].letter.letter_html == views[1].letter.letter_html
    assert replace(views[0].letter, sheet=views[1].letter.sheet) == views[1].letter
    assert type_code(coalition, known, code) == type_code(coalition, new, code) == CodeAnswer()
    for token in (known, new):
        again(coalition, token)
        correct(coalition, token, "other@else.example")


def test_the_same_form_sent_twice_gets_the_same_page(coalition) -> None:
    tokens = {send_form(coalition) for _ in range(3)}

    assert len(tokens) == 1
    assert len(rows(coalition)) == 1


def test_a_wrong_address_is_mended_and_the_old_link_confirms_nothing(coalition) -> None:
    token = send_form(coalition, email="office@laeks.example")
    coalition.deliver_mail()
    old = coalition.newest_token("confirm")

    newer = correct(coalition, token, "office@lakes.example")

    code = newest_code(coalition)
    assert coalition.mails()[-1].to == "office@lakes.example"
    answer = type_code(coalition, newer, code)
    assert answer.confirmed is not None
    assert coalition.counts().organizations == 1
    with pytest.raises(Exception, match="withdrawn"):
        coalition.confirm(old)
    standing = {row.state for row in rows(coalition)}
    assert standing == {SignatureState.WITHDRAWN, SignatureState.CONFIRMED}
    assert [row.held_reason for row in rows(coalition)] == [None, None]


def test_nobody_ends_by_a_correction_what_another_form_had_a_part_in(coalition) -> None:
    strangers = send_form(coalition)
    coalition.wait(minutes=1)
    send_form(coalition)

    correct(coalition, strangers, "troll@evil.example")

    first, second = rows(coalition)
    assert first.state is SignatureState.PENDING
    assert second.held_reason is HeldReason.SECOND_CLAIM


def test_corrections_and_resends_have_their_caps_and_the_answer_stays_the_same(coalition) -> None:
    token = send_form(coalition)
    for number in range(8):
        token = correct(coalition, token, f"o{number}@lakes.example")
        assert re.fullmatch(r"[\w-]{43}", token)
    assert mails_of(coalition, MessageKind.CONFIRM) == 4

    other = send_form(coalition, "River Watch", "r@rivers.example")
    for _ in range(20):
        again(coalition, other)
    assert mails_of(coalition, MessageKind.CONFIRM) == 4 + 3


def test_corrections_back_and_forth_do_not_flood_a_mailbox(coalition) -> None:
    for number in range(10):
        coalition.wait(minutes=1)
        token = send_form(coalition, f"House {number}", "victim@else.example")
        correct(coalition, token, f"mine{number}@evil.example")
    coalition.deliver_mail()

    assert sum(mail.to == "victim@else.example" for mail in coalition.mails()) <= 6


def test_correcting_to_the_same_address_keeps_the_sign_on(coalition) -> None:
    token = send_form(coalition)

    newer = correct(coalition, token, "OFFICE@lakes.example")

    assert len(rows(coalition)) == 1
    assert type_code(coalition, newer, newest_code(coalition)).confirmed is not None


def test_of_an_organization_the_approvers_address_is_mended(coalition) -> None:
    token = send_form(coalition, approver_email="chiar@lakes.example")

    correct(coalition, token, "chair@lakes.example")

    with reading(coalition.engine) as session:
        keys = coalition.keyring.of(session, coalition.campaign().id)
        newest = read_party(keys, session.get(Signature, rows(coalition)[-1].id))
    assert (newest.email, newest.approver_email) == ("office@lakes.example", "chair@lakes.example")


def test_after_a_day_the_page_and_what_was_typed_are_forgotten(coalition) -> None:
    token = send_form(coalition)
    coalition.wait(hours=24)

    with reading(coalition.engine) as session, pytest.raises(NotFound):
        look_at_waiting(session, coalition.keyring, token=token, now=coalition.now)
    with transaction(coalition.engine) as session:
        assert forget_waiting(session, now=coalition.now) == 1
        assert forget_codes(session, now=coalition.now) == 1
    with reading(coalition.engine) as session:
        assert session.exec(select(Waiting)).all() == []


def test_one_that_is_withdrawn_is_not_confirmed_by_its_code(coalition) -> None:
    token = send_form(coalition)
    code = newest_code(coalition)
    correct(coalition, token, "other@lakes.example")

    assert type_code(coalition, token, code) == CodeAnswer()


def test_a_confirmation_seconds_after_the_mail_is_flagged_and_counts(coalition) -> None:
    quick = send_form(coalition)
    code = newest_code(coalition)
    coalition.now += timedelta(seconds=3)
    type_code(coalition, quick, code)
    slow = send_form(coalition, "River Watch", "r@rivers.example")
    code = newest_code(coalition)
    coalition.wait(minutes=3)
    type_code(coalition, slow, code)

    assert [row.machine_like for row in rows(coalition)] == [True, False]
    assert coalition.counts().organizations == 2


def test_nobody_guesses_for_ever_whether_a_sign_on_stands(coalition) -> None:
    token = send_form(coalition)
    code = newest_code(coalition)
    type_code(coalition, token, code)

    for by in range(1, 20):
        type_code(coalition, token, another(code, by))

    assert type_code(coalition, token, code) == CodeAnswer()


def test_nobody_ends_by_a_correction_what_was_there_before_and_its_page_forgotten(coalition) -> None:
    send_form(coalition)
    coalition.wait(hours=25)
    with transaction(coalition.engine) as session:
        forget_waiting(session, now=coalition.now)
    strangers = send_form(coalition)

    correct(coalition, strangers, "troll@evil.example")

    assert [row.state for row in rows(coalition)] == [SignatureState.PENDING] * 2
    assert rows(coalition)[1].held_reason is HeldReason.SECOND_CLAIM
