"""A bounce that comes by the door or lies in the mailbox reaches its message, on each database, and is told once."""

import smtplib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlmodel import select

from service.mail.mailbox import parse_mailbox_url
from service.mail.verp import make_return_path
from service.model.incoming_report import IncomingReport
from service.model.message import Message, MessageEvent, MessageKind
from service.model.report_kind import ReportKind
from service.model.suppression import Suppression, SuppressionReason
from service.store.transaction import reading
from service.wiring import Services
from service.worker.returns import read_returns, returns_received
from tests.coalition import Coalition, letter_file
from tests.doubles.dns import FakeResolver, SilentResolver
from tests.doubles.imap_server import imap_server
from tests.returning import letting_mail_in
from tests.unit.mail.bounces.shapes import DOMAIN, PATH, dsn, status

HARD = status("failed", "5.1.1", "550 5.1.1 User unknown")


@pytest.fixture
def services(database_url: str, tmp_path) -> Iterator[Services]:
    with letting_mail_in(database_url, tmp_path) as services:
        yield services


@pytest.fixture
def bounce(services: Services, noon) -> tuple[str, bytes]:
    """Give the return path of a confirmation that was sent, and what comes back to it."""
    coalition = Coalition(services.engine, services.keyring.root, noon).open().sign().deliver_mail()
    with reading(coalition.engine) as session:
        row_id = session.exec(select(Message.id)).one()
    path = make_return_path(row_id, site_key=services.sender.site_key, bounce_domain=DOMAIN)
    return path, dsn(HARD, to=path, returned="").replace("\n", "\r\n").encode()


def told(services: Services) -> tuple[int, list[SuppressionReason]]:
    with reading(services.engine) as session:
        events = session.exec(select(MessageEvent).where(MessageEvent.became == "bounced")).all()
        return len(events), list(session.exec(select(Suppression.reason)).all())


def test_by_the_door(services, bounce, caplog) -> None:
    caplog.set_level("INFO")
    path, data = bounce
    with returns_received(services) as port, smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.sendmail("", [path], data)
        client.sendmail("", [path.upper()], data)

        assert told(services) == (1, [SuppressionReason.BOUNCED])
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.sendmail("", [PATH], data)
    assert "@" not in caplog.text


def test_from_the_mailbox(services, bounce) -> None:
    _, data = bounce
    with imap_server() as box:
        for mail in (data, b"\0broken", b"Subject: Hello\r\n\r\nA person.\r\n", data):
            box.put(mail)
        reader = replace(services, mailbox=parse_mailbox_url(box.url))

        assert (read_returns(reader, "here"), read_returns(reader, "here")) == (2, 0)
        assert sorted(box.mails) == [2, 3]
    assert told(services) == (1, [SuppressionReason.BOUNCED])


@pytest.fixture
def letter(services: Services, noon) -> str:
    """Give the return path of the e-mail that brings a letter to its office."""
    coalition = Coalition(services.engine, services.keyring.root, noon).open(
        letter_file(more='admit = "everyone"')
    )
    coalition.sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all().release()
    coalition.deliver_mail()
    with reading(coalition.engine) as session:
        found = select(Message.id).where(Message.kind == MessageKind.DELIVERY)
        row_id = session.exec(found).one()
    return make_return_path(row_id, site_key=services.sender.site_key, bounce_domain=DOMAIN)


NAMED = {"office.example": {"MX": ("10 mx1.office.example.", "20 mx2.office.example.")}}


@pytest.mark.parametrize(
    ("host", "world", "wanted"),
    [
        ("mx2.office.example", FakeResolver(NAMED), ReportKind.AT_MX),
        ("MX1.Office.Example", FakeResolver(NAMED), ReportKind.AT_MX),
        ("mx1.office.example.evil.example", FakeResolver(NAMED), ReportKind.RELAYED),
        ("gateway.elsewhere.example", FakeResolver(NAMED), ReportKind.RELAYED),
        ("office.example", FakeResolver({}), ReportKind.AT_MX),
        ("mx1.office.example", FakeResolver({}), ReportKind.RELAYED),
        ("mx1.office.example", SilentResolver(NAMED), ReportKind.RELAYED),
    ],
)
def test_the_host_that_took_a_letter_is_compared_with_what_its_domain_names(
    services, letter, host, world, wanted
) -> None:
    block = status("relayed", "2.0.0") + f"Remote-MTA: dns; {host}\n"
    data = dsn(block, to=letter, returned="").replace("\n", "\r\n").encode()
    with (
        returns_received(services, make_resolver=lambda: world) as port,
        smtplib.SMTP("127.0.0.1", port, timeout=20) as client,
    ):
        client.sendmail("", [letter], data)
        client.sendmail("", [letter], data)

    with reading(services.engine) as session:
        assert session.exec(select(IncomingReport.kind)).all() == [wanted]


def test_of_other_mail_no_name_server_is_asked(services, bounce) -> None:
    path, _ = bounce
    world = FakeResolver(NAMED)
    block = status("relayed", "2.0.0") + "Remote-MTA: dns; mx1.office.example\n"
    data = dsn(block, to=path, returned="").replace("\n", "\r\n").encode()
    with (
        returns_received(services, make_resolver=lambda: world) as port,
        smtplib.SMTP("127.0.0.1", port, timeout=20) as client,
    ):
        client.sendmail("", [path], data)

    assert world.asked == []
    with reading(services.engine) as session:
        assert session.exec(select(IncomingReport.kind)).all() == [ReportKind.RELAYED]


def test_a_crash_between_commit_and_removal_tells_it_once(services, bounce) -> None:
    with imap_server() as box:
        box.put(bounce[1])
        reader = replace(services, mailbox=parse_mailbox_url(box.url))
        box.drops_at = "UID STORE"
        with pytest.raises(Exception, match="cannot be read"):
            read_returns(reader, "here")
        box.drops_at = ""

        assert (read_returns(reader, "here"), box.mails) == (1, {})
    assert told(services)[0] == 1


def test_without_settings_nothing_is_let_in(services) -> None:
    closed = replace(services, settings=services.settings.model_copy(update={"bounce_listen": ""}))

    with returns_received(closed) as port:
        assert port is None
    assert read_returns(closed, "here") == 0
