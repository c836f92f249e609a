"""The door takes in what comes to our return paths, says so only when it is kept, and nothing else."""

import smtplib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from service.foundation.errors import Refused, Transient
from service.mail.receiver import LARGEST, receiving

OURS, OTHER = "b+ours@bounces.example", "b+theirs@bounces.example"
MAIL = b"Subject: back\r\n\r\nIt came back.\r\n.dots\r\n"


@dataclass
class Desk:
    """Keeps what is taken in, or fails as it is told to."""

    kept: list[tuple[str, bytes]] = field(default_factory=list)
    fails: BaseException | None = None
    waits: threading.Event | None = None
    port: int = 0

    def keep(self, to: str, data: bytes) -> None:
        if self.waits is not None:
            self.waits.wait(10)
        if self.fails is not None:
            raise self.fails
        self.kept.append((to, data))


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    with receiving(
        "127.0.0.1", 0, accept=lambda to: to in {OURS, "b+more@bounces.example"}, keep=desk.keep
    ) as port:
        desk.port = port
        yield desk


@pytest.fixture
def client(desk: Desk) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", desk.port, local_hostname="mx.example", timeout=20) as client:
        yield client


def test_it_takes_a_bounce_in_with_its_bytes(desk, client) -> None:
    assert client.sendmail("", [OURS], MAIL) == {}

    assert desk.kept == [(OURS, MAIL)]


def test_it_speaks_lmtp(desk) -> None:
    with smtplib.LMTP("127.0.0.1", desk.port, local_hostname="mx.example", timeout=20) as client:
        client.sendmail("", [OURS], MAIL)

    assert [to for to, _ in desk.kept] == [OURS]


def test_every_other_address_is_refused(desk, client) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        client.sendmail("someone@lakes.example", [OTHER, "postmaster"], MAIL)

    assert refused.value.recipients[OTHER][0] == 550
    assert desk.kept == []


def test_one_recipient_at_a_time_and_the_others_later(desk, client) -> None:
    client.ehlo()
    client.mail("")

    assert [client.rcpt(to)[0] for to in (OURS, "b+more@bounces.example")] == [250, 452]


def test_it_says_yes_only_when_it_is_kept(desk, client) -> None:
    desk.waits = threading.Event()
    done: list[object] = []
    sender = threading.Thread(target=lambda: done.append(client.sendmail("", [OURS], MAIL)))
    sender.start()
    sender.join(0.3)

    assert done == []
    desk.waits.set()
    sender.join(10)
    assert (done, len(desk.kept)) == ([{}], 1)


@pytest.mark.parametrize("error", [Transient("full"), ValueError("secret@lakes.example")])
def test_what_could_not_be_kept_may_come_again(desk, client, error, caplog) -> None:
    desk.fails = error
    with pytest.raises(smtplib.SMTPDataError) as told:
        client.sendmail("", [OURS], MAIL)

    assert told.value.smtp_code == 451
    desk.fails = None
    assert client.sendmail("", [OURS], MAIL) == {}
    assert "@" not in caplog.text


def test_what_is_too_large_is_refused(desk, client) -> None:
    with pytest.raises(smtplib.SMTPResponseException) as told:
        client.sendmail("", [OURS], b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * (LARGEST // 72 + 10))

    assert told.value.smtp_code == 552
    assert desk.kept == []


def test_an_announced_size_is_refused_at_once(client) -> None:
    client.ehlo()

    assert client.mail("", ["SIZE=99999999"])[0] == 552


def test_nobody_is_told_which_addresses_there_are(client) -> None:
    client.ehlo()

    assert client.verify(OURS) == client.verify(OTHER)


def test_no_address_is_logged(desk, client, caplog) -> None:
    caplog.set_level("DEBUG")
    client.sendmail("someone@lakes.example", [OURS], MAIL)

    assert "lakes.example" not in caplog.text


def test_a_port_that_is_taken_stops_the_start(desk) -> None:
    with pytest.raises(Refused), receiving("127.0.0.1", desk.port, accept=bool, keep=desk.keep):
        pass


def test_stopping_hangs_up_on_whoever_is_speaking() -> None:
    with receiving("127.0.0.1", 0, accept=lambda _: True, keep=Desk().keep) as port:
        client = smtplib.SMTP("127.0.0.1", port, local_hostname="mx.example", timeout=20)
        client.ehlo()

    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.noop()
