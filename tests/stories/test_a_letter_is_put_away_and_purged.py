"""As the secretariat I want what we know of people to go when we need it no longer, and to see before what goes and when."""

import json
import urllib.error
import urllib.request

import pytest
from sqlalchemy import text

from service.cli import purge
from service.foundation.settings import Settings
from service.model.retention import Retention
from service.store.transaction import transaction
from service.wiring import make_services
from service.worker.jobs import JOBS
from tests.coalition import SLUG, file_open_now
from tests.desk import AtTheDesk, add_colleague
from tests.doubles.relay import free_port
from tests.operator import Operator
from tests.stories.test_nothing_is_legible_at_rest import found_in

CANARY = "canary.of.a.member@hidden.example"
LISTED = f"kind,name,email\norganization,Canary Alliance,{CANARY}\n"


@pytest.fixture(params=["sqlite", "postgresql"])
def operator(request, tmp_path):
    url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    operator = Operator(tmp_path, smtp_port=free_port(), web_port=free_port(), database_url=url)
    (tmp_path / "letter.toml").write_bytes(
        file_open_now().replace(b"[letter]", b"purge_after_days = 90\n[letter]", 1)
    )
    (tmp_path / "members.csv").write_text(LISTED)
    operator.does("init")
    for arguments in (("load", "letter.toml"), ("freeze", SLUG), ("open", SLUG)):
        operator.does("campaign", *arguments)
    operator.does("signatories", "import", SLUG, "members.csv", "--attest", "at the meeting")
    return operator


def status_of(address):
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def put_away(operator):
    operator.does("campaign", "close", SLUG)
    return operator.does("campaign", "archive", SLUG)


def test_what_goes_and_when_is_seen_before(operator):
    planned = json.loads(operator.does("purge", "plan", "--json"))
    assert {one["what"] for one in planned["house"]} >= {"links", "unconfirmed", "audit"}
    assert planned["letters"] == []
    refused = operator.run("purge", "letter", SLUG, "--ask")
    assert (refused.returncode, "put away first" in refused.stderr) == (2, True)

    assert "its secretariat is told before" in put_away(operator)
    (letter,) = json.loads(operator.does("purge", "plan", "--json"))["letters"]
    assert (letter["letter"], letter["keep_days"], letter["purged"]) == (SLUG, 90, None)
    shown = json.loads(operator.does("purge", "letter", SLUG, "--json"))
    assert shown["rows"]["sign-ons that count: only the number stays"] == 1
    assert f"{SLUG}: its personal data is kept until somebody asks" in operator.does(
        "purge", "keep", SLUG, "--until-asked"
    )


def test_forecast_and_calendar_say_when_it_is_told_of_and_when_it_goes(operator):
    put_away(operator)
    foretold = json.loads(operator.does("schedule", "forecast", SLUG, "--json"))
    assert [(one["name"], one["mails"]) for one in foretold] == [
        ("purge-notice", 1),
        ("purge-reminder", 1),
        ("purge", 0),
    ]
    shown = operator.does("schedule", "calendar", "--days", "120")
    assert "notice that its personal data will be purged: 1 mail" in shown
    assert "last notice before its personal data is purged: 1 mail" in shown
    assert "its personal data is purged, unless that is put off" in operator.does(
        "schedule", "forecast", SLUG
    )


def test_the_desks_calendar_and_forecast_say_it_too(coalition, door):
    coalition.open()
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    with transaction(coalition.engine) as session:
        session.execute(text("UPDATE campaign SET state = 'archived'"))
        session.add(Retention(campaign_id=coalition.campaign().id, keep_days=30, archived_at=coalition.now))

    for path in ("/desk/calendar", "forecast"):
        page = olga.open(path).text
        assert "is told that personal data of this letter will be purged" in page
        assert "is told once more" in page
        assert "is purged, unless that is put off" in page


def test_one_asks_another_says_now_and_nothing_of_anybody_is_left(operator, monkeypatch):
    put_away(operator)
    operator.does("purge", "letter", SLUG, "--ask")
    alone = operator.run("purge", "letter", SLUG, "--now", SLUG)
    assert (alone.returncode, alone.stderr) == (
        2,
        "You asked for it yourself; somebody else has to say that it happens now.\n",
    )
    monkeypatch.setattr(purge, "operator", lambda: "cli:somebody-else")
    mistyped = operator.run("purge", "letter", SLUG, "--now", "clean-lake")
    assert (mistyped.returncode, f"--now {SLUG}" in mistyped.stderr) == (2, True)

    said = operator.does("purge", "letter", SLUG, "--now", SLUG)
    assert "its personal data was purged on" in said
    again = operator.run("purge", "letter", SLUG, "--now", SLUG)
    assert (again.returncode, "purged" in again.stderr) == (2, True)
    for path in operator.folder.rglob("*.db*"):
        assert found_in(path.read_bytes(), (CANARY, "Canary Alliance")) == []


def test_after_it_every_command_says_what_is_left(operator, monkeypatch):
    put_away(operator)
    operator.does("purge", "letter", SLUG, "--ask")
    monkeypatch.setattr(purge, "operator", lambda: "cli:somebody-else")
    operator.does("purge", "letter", SLUG, "--now", SLUG)

    (listed,) = json.loads(operator.does("campaign", "list", "--json"))
    assert (listed["state"], listed["signatories"]) == ("purged", 1)
    assert "was purged on" in operator.does("purge", "plan")
    for quiet in (("status",), ("schedule", "calendar"), ("outbox", "show"), ("purge", "letter", SLUG)):
        operator.does(*quiet)
    for gone in (("campaign", "show"), ("signatories", "list"), ("schedule", "list"), ("campaign", "mirror")):
        said = operator.run(*gone, SLUG, *(("--out", "mirror") if gone[1] == "mirror" else ()))
        assert (said.returncode, "only numbers are left" in said.stderr) == (2, True), gone


def test_its_page_is_gone_for_everybody(operator, monkeypatch):
    address = operator.does("campaign", "show", SLUG, "--json")
    page = next(part for part in address.split('"') if f"/letters/{SLUG}?k=" in part)
    with operator.serving():
        assert status_of(page) == 200
        put_away(operator)
        operator.does("purge", "letter", SLUG, "--ask")
        monkeypatch.setattr(purge, "operator", lambda: "cli:somebody-else")
        operator.does("purge", "letter", SLUG, "--now", SLUG)
        assert status_of(page) == 404


def test_the_database_is_written_anew_at_a_word(operator):
    assert operator.does("purge", "compact").startswith("The database")


def test_when_the_rounds_of_the_night_were_taken_is_seen_in_the_status(operator):
    services = services_of(operator)
    rounds = ("recount", "tidy_up", "forget_old", "keep_retention", "warn_of_late")
    done = {job.name: job.run(services, "here") for job in JOBS if job.name in rounds}
    services.engine.dispose()

    assert done == {**dict.fromkeys(rounds, 0), "tidy_up": done["tidy_up"]}
    status = operator.does("status")
    assert "nightly recount done" in status
    assert "nightly tidy done" in status
    assert [one["differences"] for one in json.loads(operator.does("status", "--json"))["upkeep"]] == [0, 0]


def services_of(operator):
    settings = Settings(
        data_dir=operator.folder / "data",
        key_dir=operator.folder / "keys",
        database_url=operator.environment.get("UNDERSIGNED_DATABASE_URL", ""),
        _env_file=None,
    )
    return make_services(settings)
