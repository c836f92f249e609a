"""As a signatory in danger I want no failure of the service to write down who I am: in no log, file or queue."""

import base64
import logging
import re
import sqlite3
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from types import SimpleNamespace
from typing import cast
from urllib.parse import quote

import pytest
from flask import request

from service.foundation.errors import Transient
from service.mail.transport import Stage
from service.model.signature import Kind, Visibility
from service.signing.abuse.visit import Caution
from service.store.direct import Direct
from service.web.over import RENEWED
from service.wiring import Services
from service.worker.jobs import Job, Queue
from service.worker.turns import Turns
from tests.coalition import SLUG, file_open_now, letter_file
from tests.doubles.postbox import Fault
from tests.doubles.relay import free_port
from tests.doubles.rude_relay import rude_relay
from tests.doubles.traces import traces
from tests.operator import Operator
from tests.stories.test_nothing_is_legible_at_rest import bytes_at_rest
from tests.stories.visitor import Door, Visitor, public_rules

NAMES = ("Mahire Canaryname", "مەھىرە قاناري", "金絲雀小姐")
ADDRESSES = ("canary.mailbox@hidden.example", "canary.officer@hidden.example")
WORDS = (*NAMES, *ADDRESSES, "canary.mailbox", "Canarynote")
FORM = {
    "kind": "person",
    "name": NAMES[0],
    "name_latin": NAMES[0],
    "sort_name": NAMES[1],
    "place": NAMES[2],
    "affiliation": "Canarynote",
    "email": ADDRESSES[0],
    "address": ADDRESSES[0],
    "organization": NAMES[0],
    "officer_name": NAMES[0],
    "officer_email": ADDRESSES[1],
    "question": "Canarynote",
    "note": "Canarynote",
    "representative_name": NAMES[0],
    "visibility": "recipient",
    "code": NAMES[0],
    "word": NAMES[1],
}  # fmt: skip -- what all forms ask for, on few lines


def test_the_search_finds_a_word_however_it_was_written() -> None:
    word = NAMES[1]
    for data in (
        word.encode(),
        word.encode("utf-16-le"),
        f"name={quote(word)}&".encode(),
        b"x" + base64.b64encode(b"ab" + word.encode() + b"tail"),
        repr({"name": word}).encode(),
        ascii(word).encode(),
        str(word.encode()).encode(),
    ):
        assert traces(data, WORDS) == [word], data
    assert traces(b"nothing of the kind", WORDS) == []


@pytest.fixture
def coalition(coalition):
    """Give a letter with one canary that stands and one that waits."""
    coalition.open(letter_file(more='admit = "everyone"\naccess = "public"'))
    given = {"kind": Kind.PERSON, "visibility": Visibility.RECIPIENT, "affiliation": "Canarynote"}
    coalition.sign_and_confirm(NAMES[0], email=ADDRESSES[0], **given)
    return coalition.sign(NAMES[1], email=ADDRESSES[1], **given).deliver_mail()


def fail_with(error: type[Exception]) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error(f"{request.full_path} {request.form.to_dict()} {dict(request.headers)} {ADDRESSES}")

    return fail


def posts(visitor: Visitor) -> list[str]:
    rules = public_rules(visitor._client.application)
    return sorted({rule.rule for rule in rules if "POST" in rule.methods})


@pytest.mark.parametrize("error", [RuntimeError, Transient], ids=["nobody foresaw it", "it is away"])
def test_a_page_that_fails_writes_down_nothing_of_the_request(
    coalition, monkeypatch, caplog, capsys, error
) -> None:
    """Break what all pages stand on, so that the error's own words have all that the request said."""
    caplog.set_level(logging.DEBUG)
    visitor = Visitor(Door(coalition, caution=Caution(a_minute=10_000)).app())
    asked = [(rule, *filled(coalition, visitor, rule)) for rule in posts(visitor)]
    headers = {
        "X-Forwarded-For": ADDRESSES[0],
        "User-Agent": NAMES[0],
        "Referer": f"https://x.example/{NAMES[0]}",
    }
    failed = set()
    for broken in ("transaction", "reading"):
        for name, module in list(sys.modules.items()):
            if name.startswith("service.web.") and hasattr(module, broken):
                monkeypatch.setattr(module, broken, fail_with(error))
        monkeypatch.setattr(Direct, "_ask", fail_with(error))
        for rule, path, entries in asked:
            # What is kept of the letter's pages would answer without the database.
            fresh = Visitor(Door(coalition).app())
            got = fresh.post(f"{path}&q={quote(NAMES[1])}", entries, headers=headers)
            fresh.open(f"{path}&email={ADDRESSES[0]}", headers=headers)
            failed |= {(broken, rule)} if got.status_code in {500, 503} else set()
            assert got.status_code != 500 or traces(got.data, WORDS) == []
        visitor.open(f"/letters/{quote(NAMES[0])}/sign?email={ADDRESSES[0]}", headers=headers)

    assert {rule for _, rule in failed} == set(posts(visitor)), "a form that did not fail"
    assert len([rule for broken, rule in failed if broken == "transaction"]) >= 6
    said = (caplog.text + "".join(capsys.readouterr())).encode()
    assert b"RuntimeError" in said or error is Transient
    assert traces(said, WORDS) == []


def filled(coalition, visitor: Visitor, rule: str) -> tuple[str, dict[str, str]]:
    """Give the address of a form and what is sent there, with its mark where its page is open."""
    place, is_over = rule.split("/")[1], rule.endswith("/anew") and rule.split("/")[1] in RENEWED
    token = "A" * 43 if is_over else (coalition.tokens(place) or ["A" * 43])[-1]
    path = rule.replace("<slug>", SLUG).replace("<token>", token) + "?kind=person"
    # The button of a link that is over stands on the link's own page.
    stands_on = path.replace("/anew", "") if is_over else path
    nonces = re.findall(r'name="nonce" value="([^"]+)"', visitor.open(stands_on).text)
    return path, {
        **FORM,
        "nonce": (nonces or ["x"])[0],
        "authority": "yes",
        "answer": "withdraw",
        "check": "0" * 64,
    }


def test_mail_that_fails_writes_down_nobody(coalition, caplog, capsys) -> None:
    caplog.set_level(logging.DEBUG)
    given = {"kind": Kind.PERSON, "visibility": Visibility.RECIPIENT}
    faults = (
        Fault(stage=Stage.RCPT, code=550, enhanced="5.1.1"),
        Fault(stage=Stage.MAIL, code=451, enhanced="4.7.1"),
        Fault(stage=Stage.END),
        Fault(stage=Stage.DATA, code=554, enhanced="5.6.0"),
        Fault(stage=Stage.CONNECT),
    )
    coalition.postbox.fail_next(*faults)
    for number in range(len(faults)):
        coalition.sign(NAMES[number % 3], email=f"{number}{ADDRESSES[0]}", **given)
    coalition.deliver_mail()
    coalition.sign(NAMES[2], email=f"9{ADDRESSES[0]}", **given).take_in().wait(minutes=1)
    here = SimpleNamespace(engine=coalition.engine, clock=lambda: coalition.now)
    turns = Turns(cast(Services, here), "test")
    for at in ("carry", "ready"):
        turns.take(
            Job(
                name="send",
                run=lambda *_, at=at: coalition.deliver_mail(by=_Broken(at)),
                every_seconds=1,
                queue=Queue.MAIL,
            )
        )
        coalition.wait(hours=1)

    assert "job send failed: RuntimeError" in caplog.text

    assert traces(bytes_at_rest(coalition.engine), WORDS) == []
    assert traces((caplog.text + "".join(capsys.readouterr())).encode(), WORDS) == []


class _Broken:
    """A transport that nobody foresaw to fail, in whose words is what it was to carry."""

    def __init__(self, at: str) -> None:
        self._at = at

    def ready(self) -> None:
        if self._at == "ready":
            raise RuntimeError(f"{ADDRESSES}")

    def carry(self, book: object) -> None:
        mail = book.next(relay="", wait=False)
        raise RuntimeError(f"{mail.envelope} {ADDRESSES}")


@pytest.fixture
def operator(tmp_path) -> Iterator[Operator]:
    with rude_relay() as relay:
        operator = Operator(tmp_path, smtp_port=relay.server_address[1], web_port=free_port())
        operator.relay = relay
        yield operator


def test_a_service_that_fails_in_every_way_leaves_no_trace_in_any_of_its_files(operator) -> None:
    (operator.folder / "letter.toml").write_bytes(
        file_open_now().replace(b"[letter]", b'access = "public"\n\n[letter]', 1)
    )
    for command in (
        ("init",),
        ("campaign", "load", "letter.toml"),
        ("campaign", "freeze", SLUG),
        ("campaign", "open", SLUG),
    ):
        operator.does(*command)
    database = operator.folder / "data" / "undersigned.db"
    page = f"http://127.0.0.1:{operator.web_port}/letters/{SLUG}/sign?kind=person"

    with operator.serving() as process:
        assert send(page, FORM) == 200
        wait_until(lambda: any(ADDRESSES[0].encode() in line for line in operator.relay.told))
        with closing(sqlite3.connect(database)) as direct:
            direct.execute("ALTER TABLE intake RENAME TO intake_elsewhere")
            direct.commit()
            assert send(page, FORM) in {500, 503}
            direct.execute("ALTER TABLE intake_elsewhere RENAME TO intake")
            direct.execute("UPDATE campaign SET source = x'00'")
            direct.commit()
        assert send(f"{page}&email={ADDRESSES[0]}", FORM) >= 500
        # Killed at once, so that what a database would tidy up is still there.
        process.kill()
        process.wait()

    files = {path: path.read_bytes() for path in operator.folder.rglob("*") if path.is_file()}
    told = {path.name: found for path, data in files.items() if (found := traces(data, WORDS))}
    assert database in files
    assert database.with_name(f"{database.name}-wal") in files
    assert len(files[operator.folder / "run.log"]) > 100
    assert told == {}


def send(page: str, values: dict[str, str]) -> int:
    """Open a page, fill in its form, and send it; gives the status."""
    try:
        with urllib.request.urlopen(page, timeout=10) as opened:
            nonces = re.findall(r'name="nonce" value="([^"]+)"', opened.read().decode())
        data = urllib.parse.urlencode({**values, "nonce": nonces[0]}).encode()
        with urllib.request.urlopen(page, data=data, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def wait_until(is_so) -> None:
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)
