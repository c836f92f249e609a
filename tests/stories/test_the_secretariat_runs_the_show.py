"""As the secretariat I want all that follows the release to go by itself, in its turn, and to be asked where it cannot."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from service.foundation.settings import Settings
from service.mail.bounce import Report
from service.mail.returned import settle_report
from service.model.message import Message, MessageKind
from service.model.report_kind import ReportKind
from service.model.states import DeliveryState
from service.signing.messages import signing_mailbox
from service.store.keyring import Keyring
from service.store.transaction import transaction
from service.wiring import initialize, make_services
from service.worker.jobs import JOBS
from service.worker.shows import run_shows
from tests.coalition import PUBLIC_URL, SLUG, Coalition, file_open_now
from tests.doubles.relay import free_port
from tests.on_show import DAILY, MEMBER, OFFICE, PUBLISH_AT, SECOND, SEND_AT, Show
from tests.operator import Operator
from tests.stories.visitor import Visitor

SECRETARIAT = "letter@rivers.example"


@pytest.fixture
def show(coalition):
    return Show(coalition)


def a_receipt_comes(show, kind=ReportKind.DELIVERED):
    """Let a mail server report back on the letter's mail to the office."""
    coalition = show.coalition
    with transaction(coalition.engine) as session:
        row = session.exec(select(Message).where(Message.kind == MessageKind.DELIVERY)).one()
        report = Report(kind=kind, code="2.1.5", row_id=row.id, message_ids=(), fingerprint=b"r" * 32)
        settle_report(session, report, mailbox=signing_mailbox(coalition.keyring), now=coalition.now)


def test_from_the_hand_over_to_the_public_page_nothing_is_typed(show, door):
    stranger, show = Visitor(door.app()), show.at(SEND_AT)
    assert show.told(OFFICE) == ["Keep the river open"]
    assert not any("gone out" in subject for subject in show.told(MEMBER))

    show.coalition.wait(minutes=10)
    a_receipt_comes(show)
    show.at(SEND_AT + timedelta(minutes=11))
    show.at(SEND_AT + timedelta(minutes=13))
    copy, kit = [mail for mail in show.coalition.mails() if mail.to == MEMBER][-2:]
    told = " ".join(copy.text.split())
    assert "has gone out to Jane Q. Example, President of the Republic." in told
    assert "It becomes public on December 8, 2026 at 10:00" in told
    assert "Lake" not in told
    assert "embargo" in kit.subject.lower()
    link = re.search(rf"{re.escape(PUBLIC_URL)}(/letters/\S+k=[\w-]+)", copy.text)[1]
    assert stranger.open(link).status_code == 200

    show.at(PUBLISH_AT - SECOND)
    assert stranger.open(f"/letters/{SLUG}").status_code == 404
    show.at(PUBLISH_AT)
    page = stranger.open(f"/letters/{SLUG}")
    assert (page.status_code, "Lake Alliance" in page.text) == (200, True)
    assert len(show.told(DAILY)) == 1
    assert [subject for subject in show.told(SECRETARIAT) if "attention" in subject] == []


def test_a_letter_that_comes_back_goes_no_further_and_the_secretariat_hears_how_to_go_on(show, door):
    show.at(SEND_AT)
    show.coalition.wait(minutes=10)
    a_receipt_comes(show, ReportKind.HARD)
    show.at(SEND_AT + timedelta(minutes=11))
    show.at(PUBLISH_AT - timedelta(minutes=59))
    show.at(PUBLISH_AT + timedelta(hours=1))

    assert not any("gone out" in subject for subject in show.told(MEMBER))
    assert Visitor(door.app()).open(f"/letters/{SLUG}").status_code == 404
    came_back, stopped, at_risk, missed = show.alerts()
    assert "came back" in came_back
    assert f'undersigned show skip {SLUG} delivered --why "…"' in stopped
    assert f'undersigned show skip {SLUG} STEP --why "…"' in at_risk
    assert f"undersigned show go {SLUG} page" in missed


def test_the_worker_does_it_by_its_jobs(tmp_path, noon):
    settings = Settings(
        data_dir=tmp_path / "data", key_dir=tmp_path / "keys", public_url=PUBLIC_URL, _env_file=None
    )
    initialize(settings)
    services = make_services(settings, clock=lambda: coalition.now)
    coalition = Coalition(engine=services.engine, root=services.keyring.root, now=noon)
    show = Show(coalition)
    follow, run = (job.run for name in ("tick", "run_shows") for job in JOBS if job.name == name)

    for moment in (
        SEND_AT,
        SEND_AT + timedelta(hours=4),
        SEND_AT + timedelta(hours=4, minutes=2),
        PUBLISH_AT,
    ):
        coalition.now = moment
        for _ in range(2):
            coalition.deliver_mail()
            follow(services, "here")
            run(services, "here")

    assert show.states() == ["done"] * 6
    assert run(services, "here") == 0
    assert services.wake.wait(0)
    assert coalition.campaign().published_at == PUBLISH_AT
    services.engine.dispose()


class Torn(Keyring):
    """A keyring that breaks in a way nobody foresaw."""

    def of(self, *_):
        raise KeyError("Lake Alliance")


def test_a_fault_of_one_letter_ends_no_turn_of_the_worker_and_is_told_without_a_name(tmp_path, noon, caplog):
    settings = Settings(
        data_dir=tmp_path / "data", key_dir=tmp_path / "keys", public_url=PUBLIC_URL, _env_file=None
    )
    initialize(settings)
    services = make_services(settings, clock=lambda: coalition.now)
    coalition = Coalition(engine=services.engine, root=services.keyring.root, now=noon)
    show = Show(coalition).at(SEND_AT)
    show.copies_are(DeliveryState.DELIVERED)

    assert run_shows(replace(services, keyring=Torn(services.keyring.root)), "here") == 1
    assert show.states()[1:4] == ["done", "asking", "waiting"]
    assert "a run of show failed: KeyError" in caplog.text
    assert "Lake Alliance" not in caplog.text
    services.engine.dispose()


@pytest.fixture
def operator(tmp_path):
    operator = Operator(tmp_path, smtp_port=free_port(), web_port=free_port())
    (tmp_path / "letter.toml").write_bytes(file_open_now())
    operator.does("init")
    operator.does("campaign", "load", "letter.toml")
    return operator


def test_it_is_chosen_seen_and_forgone_at_the_terminal(operator):
    refused = operator.run("show", "list", SLUG)
    assert (refused.returncode, f"undersigned show plan {SLUG}" in refused.stderr) == (2, True)

    draft = operator.run("show", "plan", SLUG)
    assert (draft.returncode, "write [show] into its file" in draft.stderr) == (2, True)
    operator.does("campaign", "freeze", SLUG)

    operator.does("show", "plan", SLUG, "--receipt-hours", "6")
    listed = operator.does("show", "list", SLUG)
    assert re.findall(r"^(\S+) +waiting", listed, re.MULTILINE) == [
        *("delivered", "receipt", "final-copy", "kits", "press", "page"),
    ]
    assert json.loads(operator.does("show", "list", SLUG, "--json"))[0]["step"] == "delivered"
    steps = {one["step"]: one["at"] for one in json.loads(operator.does("show", "list", SLUG, "--json"))}
    foretold = json.loads(operator.does("schedule", "forecast", SLUG, "--json"))
    assert {one["name"]: one["due"] for one in foretold if one["name"] in steps} == {
        step: at for step, at in steps.items() if at is not None
    }
    assert "run of show: next is delivered" in operator.does("schedule", "list", SLUG)
    for command in (("go", SLUG, "kits"), ("skip", SLUG, "kits", "--why", "later"), ("stop", SLUG)):
        early = operator.run("show", *command)
        assert (early.returncode, "not released yet" in early.stderr) == (2, True)

    operator.does("show", "plan", SLUG, "--none")
    assert operator.run("show", "list", SLUG).returncode == 2
