"""As an operator I want to restore a backup, and write to nobody twice."""

import json
import shutil
import signal
import sqlite3
from contextlib import ExitStack, closing, contextmanager

import pytest

from tests.coalition import SLUG, file_open_now
from tests.doubles.relay import free_port, open_relay
from tests.operator import Operator

pytestmark = pytest.mark.soak

FIRST, THEN, LATER = range(3), range(3, 9), range(9, 11)
SENT_AFTERWARDS = 3


@pytest.fixture
def relay():
    with open_relay(seconds_each=0.1) as relay:
        yield relay


@pytest.fixture(params=["sqlite", "postgresql"])
def operator(request, relay, tmp_path):
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    return Operator(tmp_path, smtp_port=relay.port, web_port=free_port(), database_url=url)


@pytest.fixture
def sqlite_operator(relay, tmp_path):
    return Operator(tmp_path, smtp_port=relay.port, web_port=free_port())


def invite(operator, numbers):
    rows = "".join(f"organization,Member {number},member{number}@x.example\n" for number in numbers)
    (operator.folder / "list.csv").write_text(f"kind,name,email\n{rows}", encoding="utf-8")
    operator.does("signatories", "import", SLUG, "list.csv")


def open_letter(operator):
    (operator.folder / "letter.toml").write_bytes(file_open_now())
    operator.does("init")
    operator.does("campaign", "load", "letter.toml")
    operator.does("campaign", "freeze", SLUG)
    operator.does("campaign", "open", SLUG)


@contextmanager
def backup(operator, request):
    """Make a backup of the database; what is given puts it back."""
    url = operator.environment.get("UNDERSIGNED_DATABASE_URL")
    if url is None:
        yield from _backup_of_sqlite(operator)
        return
    postgres = request.getfixturevalue("postgres")
    with postgres.database(template=postgres.name_in(url)) as copy:
        yield lambda: operator.environment.update(UNDERSIGNED_DATABASE_URL=copy)


def _backup_of_sqlite(operator):
    live, kept = operator.folder / "data" / "undersigned.db", operator.folder / "backup.db"
    with closing(sqlite3.connect(live)) as source, closing(sqlite3.connect(kept)) as target:
        source.backup(target)

    def restore():
        for path in live.parent.glob("undersigned.db*"):
            path.unlink()
        shutil.copyfile(kept, live)

    yield restore


def send_some_back_up_send_more(operator, relay, request):
    """Send, make a backup with mail waiting, send a part of that; gives what puts the backup back."""
    open_letter(operator)
    invite(operator, FIRST)
    with operator.serving():
        assert relay.wait_for(len(FIRST), seconds=20)
    invite(operator, THEN)
    made = request.getfixturevalue("backups").enter_context(backup(operator, request))
    with operator.serving() as process:
        assert relay.wait_for(len(FIRST) + SENT_AFTERWARDS, seconds=20)
        process.send_signal(signal.SIGKILL)
        process.wait()
    # The relay may still be thinking about the mail that it had in hand.
    relay.wait_for(len(relay.taken) + 1, seconds=1)
    return made


@pytest.fixture
def backups():
    with ExitStack() as stack:
        yield stack


def counts(operator):
    states = json.loads(operator.does("outbox", "show", "--json"))["states"]
    return {state: stand["number"] for state, stand in states.items()}


def test_nothing_goes_before_somebody_looked_and_nothing_twice_afterwards(operator, relay, request):
    restore = send_some_back_up_send_more(operator, relay, request)
    gone = len(relay.taken)
    restore()

    with operator.serving():
        invite(operator, LATER)
        assert not relay.wait_for(gone + 1, seconds=3)
        said = operator.does("status")
        looked = operator.does("outbox", "resume", "--check")
        assert not relay.wait_for(gone + 1, seconds=1)
        resumed = operator.does("outbox", "resume")
        everybody = len(FIRST) + len(THEN) + len(LATER)
        # What was between its fence and the relay's answer when the process was killed may not have arrived.
        assert relay.wait_for(gone + len(LATER), seconds=20)
        assert not relay.wait_for(everybody + 1, seconds=1)

    assert "restored from a backup" in said
    assert "restored from a backup" in (operator.folder / "run.log").read_text(encoding="utf-8")
    assert "only a look" in looked
    assert "Sending goes on" in resumed
    to = [str(mail["To"]) for mail in relay.taken]
    assert len(to) == len(set(to))
    stand = counts(operator)
    assert gone - len(FIRST) <= stand["uncertain"] <= len(THEN)
    assert stand["uncertain"] >= SENT_AFTERWARDS
    assert stand["accepted"] + stand["uncertain"] == everybody
    assert "held" not in operator.does("status")


def test_a_pause_and_a_lost_journal_each_wait_for_a_word(sqlite_operator, relay):
    operator = sqlite_operator
    open_letter(operator)
    invite(operator, FIRST)
    with operator.serving():
        assert relay.wait_for(len(FIRST), seconds=20)
        held = operator.does("outbox", "hold", "--reason", "the relay is moved")
        invite(operator, LATER)
        assert not relay.wait_for(len(FIRST) + 1, seconds=2)
        said = operator.does("status")
    shutil.rmtree(operator.folder / "journal")

    with operator.serving():
        refused = operator.run("outbox", "resume")
        assert not relay.wait_for(len(FIRST) + 1, seconds=2)
        operator.does("outbox", "resume", "--without-journal")
        assert relay.wait_for(len(FIRST) + len(LATER), seconds=20)

    assert "the relay is moved" in held
    assert held.strip() in said
    assert refused.returncode == 2
    assert "--without-journal" in refused.stderr
    assert "held" not in operator.does("status")
