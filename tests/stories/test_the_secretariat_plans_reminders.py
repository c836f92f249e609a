"""As the secretariat I want to see what goes out before it does, to plan and to stop it, and nobody reminded twice or too late."""

import csv
import io
import json
import re
import sqlite3
from datetime import timedelta

import pytest

from service.signing.invite import import_signatories
from service.signing.roll_file import read_signatories
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition, file_open_now
from tests.doubles.relay import free_port
from tests.operator import Operator
from tests.reminding import pass_time

DAY = timedelta(days=1)
INVITED = [
    {"kind": "organization", "name": "Lake Alliance", "email": "office@lakes.example", "status": "invited"},
    {"kind": "organization", "name": "River Watch", "email": "office@rivers.example", "status": "intends"},
]


def roll(rows: list[dict[str, str]]) -> bytes:
    written = io.StringIO()
    writer = csv.DictWriter(written, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


@pytest.fixture
def operator(tmp_path):
    operator = Operator(tmp_path, smtp_port=free_port(), web_port=free_port())
    (tmp_path / "letter.toml").write_bytes(file_open_now())
    (tmp_path / "invited.csv").write_bytes(roll(INVITED))
    operator.does("init")
    for arguments in (("load", "letter.toml"), ("freeze", SLUG), ("open", SLUG)):
        operator.does("campaign", *arguments)
    operator.does("signatories", "import", SLUG, "invited.csv")
    return operator


def test_what_every_letter_has_is_seen_before_it_happens(operator):
    listed = operator.does("schedule", "list", SLUG)
    foretold = json.loads(operator.does("schedule", "forecast", SLUG, "--json"))

    assert re.findall(r"^(\S+) +active", listed, re.MULTILINE) == [
        "decision-day",
        "digest",
        "invitation",
        "last-day",
        "proof",
        "reminder-1",
        "reminder-2",
    ]
    reminders = [(one["name"], one["mails"]) for one in foretold if one["name"] != "decision-day"]
    # Who only was invited is reminded on the last day alone.
    assert reminders == [("reminder-1", 1), ("reminder-2", 1), ("last-day", 2)]
    assert "last-day: 2 mails" in operator.does("schedule", "calendar", "--days", "366")
    assert "deadline for sign-ons\n" in operator.does("schedule", "calendar", "--days", "366")
    assert "deadline for sign-ons\n" in operator.does("schedule", "forecast", SLUG)


def test_a_reminder_is_planned_by_one_and_approved_by_another(operator):
    planned = ("add", SLUG, "board-week", "--to", "invited", "--to", "intending", "--from", "deadline")
    said = operator.does("schedule", *planned, "--days", "-7", "--clock", "10:00", "--no-weekends")

    assert f"schedule approve {SLUG} board-week" in said
    assert "board-week: 2 mails (waits for an approval)" in operator.does("schedule", "forecast", SLUG)
    refused = operator.run("schedule", "approve", SLUG, "board-week")
    assert (refused.returncode, refused.stderr) == (
        2,
        "You planned “board-week” yourself; somebody else has to approve it.\n",
    )


def test_a_further_proof_round_is_planned_by_one_and_approved_by_another(operator):
    said = operator.does("schedule", "proof", SLUG, "proof-2", "--from", "deadline", "--days", "-3")

    assert f"schedule approve {SLUG} proof-2" in said
    listed = {one["name"]: one for one in json.loads(operator.does("schedule", "list", SLUG, "--json"))}
    assert (listed["proof-2"]["state"], listed["proof-2"]["built_in"]) == ("proposed", False)
    foretold = json.loads(operator.does("schedule", "forecast", SLUG, "--json"))
    (coming,) = [one for one in foretold if one["name"] == "proof-2"]
    assert (coming["waits_for"], bool(coming["answers_until"])) == ("an approval", True)
    refused = operator.run("schedule", "proof", SLUG, "proof-3", "--at", "2020-01-01T09:00")
    assert (refused.returncode, "would never come" in refused.stderr) == (2, True)


def test_what_is_paused_or_cancelled_says_so(operator):
    operator.does("schedule", "pause", SLUG, "last-day")
    assert "last-day: 2 mails (waits for the end of the pause)" in operator.does("schedule", "forecast", SLUG)
    operator.does("schedule", "resume", SLUG, "last-day")
    operator.does("schedule", "cancel", SLUG, "last-day")
    assert "last-day" not in operator.does("schedule", "forecast", SLUG)
    operator.does(
        "schedule", "change", SLUG, "reminder-1", "--from", "deadline", "--days", "-2", "--clock", "09:00"
    )
    listed = [one["name"] for one in json.loads(operator.does("schedule", "list", SLUG, "--json"))]
    built_in = {"decision-day", "digest", "invitation", "last-day", "proof", "reminder-1", "reminder-2"}
    assert listed == sorted(built_in)


def test_a_reminder_gets_other_readers_spare_hours_and_another_word_when_late(operator):
    def told():
        return operator.does("schedule", "forecast", SLUG)

    assert "last-day: 2 mails" in told()
    said = operator.does(
        "schedule",
        "change",
        SLUG,
        "last-day",
        "--to",
        "invited",
        "--language",
        "fr",
        "--spare",
        "1",
        "--late",
        "3h",
    )
    assert "another rule" in said
    assert "last-day: 0 mails" in told()
    operator.does(
        "schedule", "change", SLUG, "last-day", "--to", "invited", "--to", "intending", "--everybody"
    )
    assert "last-day: 2 mails" in told()
    refused = operator.run("schedule", "change", SLUG, "digest", "--kind", "person")
    assert (refused.returncode, "belongs to its words" in refused.stderr) == (2, True)
    refused = operator.run("schedule", "change", SLUG, "last-day")
    assert (refused.returncode, "Say when" in refused.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("list", "no-such-letter"), "There is no letter called 'no-such-letter'"),
        (("pause", SLUG, "no-such"), "has no schedule called “no-such”; it has: decision-day"),
        (("decide", SLUG, "last-day", "--send"), "Nothing of “last-day” came late"),
        (("resume", SLUG, "last-day"), "“last-day” is not paused."),
        (("forecast", SLUG, "--until", "soon"), "is not a moment"),
        (("add", SLUG, "once", "--to", "invited"), "Say when"),
        (("add", SLUG, "once", "--to", "invited", "--at", "2020-01-01T09:00"), "would never come"),
        (("add", SLUG, "once", "--to", "invited", "--at", "2020-01-01T09:00", "--days", "2"), "go with --from"),
        (("add", SLUG, "once", "--to", "invited", "--from", "event", "--days", "-2"), "would never come"),
        (("add", SLUG, "once", "--to", "invited", "--from", "deadline", "--clock", "25:00"), "a time of the day"),
        (("add", SLUG, "once", "--to", "invited", "--from", "deadline", "--quiet", "21:00"), "21:00-08:00"),
        (("add", SLUG, "once", "--to", "invited", "--from", "deadline", "--zone", "Europe/Pariss"), "IANA"),
        (("add", SLUG, "once", "--to", "invited", "--from", "deadline", "--country", "UK"), 'Did you mean "GB"?'),
        (("add", SLUG, "once", "--to", "invited", "--from", "deadline", "--late", "soon"), "3h or 2d"),
        (("add", SLUG, "once", "--to", "invited", "--from", "deadline", "--by-reader"), "say the time of the day"),
        (("add", SLUG, "last-day", "--to", "invited", "--from", "deadline", "--days", "-1"), "already"),
    ],
)  # fmt: skip
def test_what_cannot_be_planned_gets_one_sentence(operator, arguments, sentence):
    operator.does("schedule", "change", SLUG, "reminder-2", "--from", "deadline", "--days", "-1")
    refused = operator.run("schedule", *arguments)

    assert refused.returncode == 2
    said, _, command = refused.stderr.partition("\n")
    assert sentence in said
    assert not command or (command.startswith("Run `") and command.count("\n") == 1)


def test_each_gets_the_reminder_that_fits_its_answer(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon).open()
    with transaction(engine) as session:
        rows = read_signatories(roll(INVITED), attested=False)
        import_signatories(session, coalition.keyring, SLUG, rows, attest="", by="test", now=coalition.now)
    coalition.sign("Delta Friends", "office@delta.example")
    coalition.deliver_mail()
    pass_time(engine, coalition.keyring, lead=DAY, now=coalition.now)
    before = len(coalition.mails())
    # The deadline is on 5 December at 17:00 in New York, and the last reminder a day before.
    coalition.wait(days=10, hours=10)
    pass_time(engine, coalition.keyring, lead=DAY, now=coalition.now)
    pass_time(engine, coalition.keyring, lead=DAY, now=coalition.now)
    coalition.deliver_mail()

    mails = {mail.to: mail.text for mail in coalition.mails()[before:]}
    assert len(mails) == 3
    assert "We wrote to you about this letter before" in mails["office@lakes.example"]
    assert "You told us that you intend to sign" in mails["office@rivers.example"]
    assert "/confirm/" in mails["office@delta.example"]


def test_what_comes_next_stands_in_the_status(operator):
    operator.does("schedule", "pause", SLUG, "reminder-2")
    operator.does("schedule", "cancel", SLUG, "decision-day")
    listed = {one["name"]: one for one in json.loads(operator.does("schedule", "list", SLUG, "--json"))}

    coming = json.loads(operator.does("status", "--json"))["next_sendings"]
    assert [one["due"] for one in coming] == sorted(one["due"] for one in coming)
    assert {one["name"]: (one["letter"], one["due"]) for one in coming} == {
        name: (SLUG, one["next"]) for name, one in listed.items() if one["next"] and name != "decision-day"
    }
    told = operator.does("status")
    assert f"{SLUG}: reminder-1 comes next at {listed['reminder-1']['next_local']}\n" in told
    assert (
        f"{SLUG}: reminder-2 comes next at {listed['reminder-2']['next_local']}, once it is resumed" in told
    )


def test_what_came_late_and_asks_is_seen_in_the_status_until_it_is_decided(operator):
    operator.does("schedule", "change", SLUG, "last-day", "--from", "deadline", "--days", "-1")
    with sqlite3.connect(operator.folder / "data" / "undersigned.db") as database:
        (schedule, letter), *_ = database.execute(
            "SELECT id, campaign_id FROM schedule WHERE name = 'last-day'"
        )
        due = "2026-11-20 09:00:00.000000"
        database.execute(
            "INSERT INTO occurrence (id, schedule_id, campaign_id, state, due_at, local, cursor, posted, began_at, reason)"
            " VALUES ('asks', ?, ?, 'asking', ?, '2026-11-20T09:00:00 UTC', '', 0, ?, '')",
            (schedule, letter, due, due),
        )
    database.close()

    decide = f"{SLUG}: last-day waits for `undersigned schedule decide {SLUG} last-day`"
    assert decide in operator.does("status")
    (late,) = json.loads(operator.does("status", "--json"))["late_schedules"]
    assert (late["letter"], late["name"], late["why"]) == (SLUG, "last-day", "asks")
    operator.does("schedule", "decide", SLUG, "last-day", "--skip")
    assert decide not in operator.does("status")
