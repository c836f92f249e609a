"""As an office that got a letter I want to check whether it is the one that was signed; a stranger learns nothing."""

import hashlib
import io
import json
import threading

import pikepdf
import pytest
from sqlalchemy import text
from sqlmodel import select

from service.campaigns.archive import archive
from service.cli import listener
from service.delivery.follow import follow_deliveries
from service.delivery.release import stop
from service.delivery.settle import send_again
from service.delivery.steps import move_delivery
from service.letter.annex_file import LARGEST_ANNEX
from service.letter.compile import compile_copy
from service.letter.copy import make_copy
from service.model.delivery import Delivery
from service.model.signature import Visibility
from service.model.states import DeliveryState
from service.signing.roll import frozen_letter
from service.store.transaction import reading, transaction
from service.upkeep.purge import ask_for_purge, purge_at_once
from service.web.public import verify
from service.web.public.verify import MOST_BYTES
from tests.coalition import SLUG, letter_file
from tests.doubles.relay import free_port
from tests.operator import Operator
from tests.stories.visitor import PUBLIC_URL, bare

NOT_OURS = "Not one of ours"


@pytest.fixture
def sent(coalition):
    """Give a letter that its addressee has, and that nobody else may know of."""
    coalition.open(letter_file(more='admit = "everyone"'))
    coalition.sign_and_confirm("Lake Alliance").sign_and_confirm(
        "Hidden House", visibility=Visibility.RECIPIENT
    )
    coalition.close()
    coalition.proposal = coalition.propose()
    coalition.approve_all().release()
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)
    return coalition


def copy_of(coalition, audience):
    with reading(coalition.engine) as session:
        letter = frozen_letter(session, coalition.keyring, coalition.proposal.edition)
    return make_copy(letter, audience=audience, office=letter.offices[0])


def own_code(coalition):
    return copy_of(coalition, coalition.proposal.letter.offices[0].copy).check_code


def test_a_typed_code_tells_what_the_copy_itself_says_and_names_nobody(sent, visitor):
    code = own_code(sent)
    groups = " ".join(code[place : place + 8] for place in range(0, 64, 8)).upper()

    answer = visitor.check(typed=f"Check code: {groups}\n")

    assert "The code is ours" in answer.text
    assert "2 organizations" in answer.text
    assert "Sent" in answer.text
    assert "Hidden House" not in answer.text
    assert "Lake Alliance" not in answer.text
    # It is not published: nothing leads to its page.
    assert "/letters/" not in answer.text


def test_a_copy_that_has_not_left_is_not_called_sent_because_an_earlier_one_was(sent, visitor):
    sent.wait(minutes=1)
    with transaction(sent.engine) as session:
        delivery = session.exec(select(Delivery)).one()
        move_delivery(session, delivery, DeliveryState.FAILED, evidence="sent back", now=sent.now)
        sending = delivery.id
    sent.leave().wait(minutes=1)
    with transaction(sent.engine) as session:
        send_again(session, sent.keyring, SLUG, sending, by="test", now=sent.now)
    with reading(sent.engine) as session:
        code = session.exec(select(Delivery.check_code)).one()

    assert code != own_code(sent)
    waits = visitor.check(typed=code).text
    assert "Released" in waits
    assert "Sent" not in waits
    sent.wait(minutes=1).deliver_mail()
    with transaction(sent.engine) as session:
        follow_deliveries(session, now=sent.now)
    assert "Sent" in visitor.check(typed=code).text


def test_a_file_as_we_made_it_is_told_from_one_that_was_changed_on_its_way(sent, visitor):
    pdf = compile_copy(copy_of(sent, "full"), form="pdf").data
    rewritten = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as file:
        file.save(rewritten, object_stream_mode=pikepdf.ObjectStreamMode.generate)

    same, changed = visitor.check(data=pdf), visitor.check(data=rewritten.getvalue())

    assert "byte for byte" in same.text
    assert "names that are not for publication" in same.text
    assert "the file was changed" in changed.text


@pytest.mark.parametrize("form", ["txt", "html", "json"])
def test_every_other_format_is_known_as_well(sent, visitor, form):
    data = compile_copy(copy_of(sent, "public"), form=form).data

    assert "byte for byte" in visitor.check(data=data, name=f"letter.{form}").text
    assert "the file was changed" in visitor.check(data=data + b"\n", name=f"letter.{form}").text


def test_a_wrong_code_is_answered_like_any_other(sent, visitor):
    never = [hashlib.sha256(bytes([number])).hexdigest() for number in range(2)]

    first, second = (bare(visitor.check(typed=code)) for code in never)

    assert first == second
    assert NOT_OURS in visitor.check(typed=never[0]).text


def test_a_letter_that_is_not_released_is_not_known_and_neither_is_one_whose_release_was_stopped(
    coalition, visitor
):
    coalition.open(letter_file(more='admit = "everyone"'))
    coalition.sign_and_confirm("Lake Alliance").close()
    coalition.proposal = coalition.propose()
    code = own_code(coalition)
    wrong = bare(visitor.check(typed="0" * 64))

    assert bare(visitor.check(typed=code)) == wrong
    coalition.approve_all().release()
    assert "The code is ours" in visitor.check(typed=code).text
    with transaction(coalition.engine) as session:
        stop(session, SLUG, by="test", now=coalition.now)
    assert bare(visitor.check(typed=code)) == wrong


def test_what_holds_no_code_comes_back_with_a_sentence_and_what_was_typed(visitor):
    short, empty, blind = (
        visitor.check(typed="3f2a 11"),
        visitor.check(),
        visitor.check(data=b"%PDF-1.7 nothing"),
    )

    assert short.status_code == empty.status_code == blind.status_code == 422
    assert "what was typed has 6" in short.text
    assert "3f2a 11" in short.text
    assert "Type a check code, or choose a file." in empty.text
    assert "No check code can be read in this file" in blind.text


def test_a_file_that_is_too_large_is_refused_with_a_sentence(visitor):
    answer = send_file(visitor, b"%PDF-" + bytes(MOST_BYTES))

    assert answer.status_code == 422
    assert "larger than 12 MB" in answer.text
    assert "12 MB at most" in answer.text


def send_file(visitor, data, **environ):
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    kind = {"CONTENT_TYPE": "multipart/form-data; boundary=x", **environ}
    body = head + data + b"\r\n--x--\r\n"
    return visitor._client.post("/verify", data=body, base_url=PUBLIC_URL, environ_overrides=kind)


def test_what_we_send_ourselves_is_taken_and_lies_on_no_disk(visitor):
    assert LARGEST_ANNEX < MOST_BYTES < listener._IN_MEMORY < listener._LARGEST_REQUEST

    answer = send_file(visitor, b"%PDF-" + bytes(LARGEST_ANNEX - 100) + b"\nBT (" + b"0" * 64 + b") Tj ET")

    assert answer.status_code == 422
    assert "No check code can be read in this file" in answer.text


def test_a_large_file_is_not_even_taken_from_whoever_checks_too_often(coalition, visitor):
    there = {"REMOTE_ADDR": "203.0.113.7"}
    told = [send_file(visitor, bytes(MOST_BYTES * 2), **there).status_code for _ in range(31)]

    assert told == [422] * 30 + [503]


def test_where_files_are_read_already_another_waits_for_its_turn_and_is_told(coalition, visitor, monkeypatch):
    del coalition
    monkeypatch.setattr(verify, "_READ_AT_ONCE", threading.BoundedSemaphore(1))
    monkeypatch.setattr(verify, "_WAITS_SECONDS", 0.01)

    with verify._READ_AT_ONCE:
        busy = visitor.check(data=b"a text without a code")

    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "60")
    assert visitor.check(data=b"a text without a code").status_code == 422


def test_nobody_tries_codes_without_end(coalition, visitor):
    there = {"REMOTE_ADDR": "203.0.113.7"}
    told = {
        visitor._client.post(
            "/verify", data={"check": "0" * 64}, base_url=PUBLIC_URL, environ_overrides=there
        ).status_code
        for _ in range(31)
    }

    assert told == {200, 503}


def test_the_same_is_told_at_the_terminal(sent, database_url, tmp_path):
    operator = Operator(tmp_path, smtp_port=free_port(), web_port=free_port(), database_url=database_url)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "root.key").write_bytes(sent.root.secret)
    operator.does("init")
    (tmp_path / "ours.txt").write_bytes(compile_copy(copy_of(sent, "full"), form="txt").data)
    (tmp_path / "other.txt").write_text("Check code " + "0" * 64)

    ours = operator.run("letter", "verify", "ours.txt", "--json")
    other = operator.run("letter", "verify", "other.txt")

    assert ours.returncode == 0
    assert json.loads(ours.stdout)["bytes"] == "same"
    assert json.loads(ours.stdout)["organizations"] == 2
    assert (other.returncode, other.stdout) == (1, "Not one of ours.\n")
    assert operator.run("letter", "verify", "none.txt").returncode == 2

    # Of a letter that was purged no more is told than of one that never was.
    purge(sent)
    gone = operator.run("letter", "verify", "ours.txt")
    assert (gone.returncode, gone.stdout) == (1, "Not one of ours.\n")


def test_a_letter_that_was_purged_is_not_known_any_more(sent, visitor):
    code = own_code(sent)
    wrong = bare(visitor.check(typed="0" * 64))
    assert "The code is ours" in visitor.check(typed=code).text
    purge(sent)

    assert bare(visitor.check(typed=code)) == wrong


def purge(coalition):
    with transaction(coalition.engine) as session:
        session.execute(text("UPDATE delivery SET state = 'handed_over'"))
        session.execute(text("UPDATE campaign SET state = 'sent'"))
    with transaction(coalition.engine) as session:
        archive(session, coalition.keyring, SLUG, by="ada", now=coalition.now)
    with transaction(coalition.engine) as session:
        ask_for_purge(session, SLUG, by="ada", now=coalition.now)
        purge_at_once(session, coalition.keyring, SLUG, by="ben", now=coalition.now)
