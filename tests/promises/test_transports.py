"""What every Transport promises, kept by the relay in memory and by SMTP against a real server."""

import traceback
from collections.abc import Iterator
from typing import Any, Protocol

import pytest

from service.foundation.errors import Permanent, Transient, Uncertain
from service.mail.envelope import Envelope
from service.mail.relay import Relay
from service.mail.smtp import SmtpTransport
from service.mail.transport import Deferred, InDoubt, Rejected, RelayDown, Stage, Transport
from tests.doubles.postbox import Fault, Postbox
from tests.doubles.relay_server import LOOPBACK, Server, serving


def envelope(body: bytes = b"Hello.\r\n", *, to: str = "zoe@office.example") -> Envelope:
    return Envelope(
        mail_from="letters@rivers.example",
        rcpt_to=to,
        message_id="<abc@rivers.example>",
        data=b"Subject: Rivers\r\n\r\n" + body,
    )


class World(Protocol):
    """A transport, and what stands at its other end."""

    @property
    def transport(self) -> Transport: ...

    def fail_next(self, *faults: Fault | None) -> None: ...

    def received(self) -> list[bytes]: ...


class InMemory:
    def __init__(self) -> None:
        self.transport = Postbox()

    def fail_next(self, *faults: Fault | None) -> None:
        self.transport.fail_next(*faults)

    def received(self) -> list[bytes]:
        return [kept.data for kept in self.transport.kept]


class OverSmtp:
    def __init__(self, server: Server) -> None:
        self.server = server
        self.transport = SmtpTransport([plain(server.port)], timeout=5, end_of_data_timeout=5)

    def fail_next(self, *faults: Fault | None) -> None:
        self.server.faults.extend(faults)

    def received(self) -> list[bytes]:
        return self.server.kept


def plain(port: int) -> Relay:
    return Relay(host=LOOPBACK, port=port, implicit_tls=False)


@pytest.fixture(params=["in memory", "over SMTP", "over SMTP, pipelined"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "in memory":
        yield InMemory()
        return
    with serving() as server:
        server.pipelining = "pipelined" in request.param
        over_smtp = OverSmtp(server)
        yield over_smtp
        over_smtp.transport.close()


FAULTS = [
    # the fault, what is raised, and how often the fence had been called by then
    (Fault(stage=Stage.CONNECT), RelayDown, 0),
    (Fault(stage=Stage.MAIL, code=451, enhanced="4.3.0"), Deferred, 0),
    (Fault(stage=Stage.MAIL, code=421, enhanced="4.7.0"), Deferred, 0),
    (Fault(stage=Stage.MAIL, code=550, enhanced="5.7.1"), Deferred, 0),
    (Fault(stage=Stage.MAIL, code=552, enhanced="5.3.4"), Rejected, 0),
    (Fault(stage=Stage.MAIL), Deferred, 0),
    (Fault(stage=Stage.RCPT, code=450, enhanced="4.7.1"), Deferred, 0),
    (Fault(stage=Stage.RCPT, code=421), Deferred, 0),
    (Fault(stage=Stage.RCPT, code=530, enhanced="5.7.0"), Deferred, 0),
    (Fault(stage=Stage.RCPT, code=550, enhanced="5.1.1"), Rejected, 0),
    (Fault(stage=Stage.RCPT), Deferred, 0),
    (Fault(stage=Stage.DATA, code=452, enhanced="4.3.1"), Deferred, 0),
    (Fault(stage=Stage.DATA, code=554, enhanced="5.6.0"), Rejected, 0),
    (Fault(stage=Stage.DATA), Deferred, 0),
    (Fault(stage=Stage.END, code=451, enhanced="4.2.0"), Deferred, 1),
    (Fault(stage=Stage.END, code=554, enhanced="5.7.1"), Rejected, 1),
    (Fault(stage=Stage.END, arrives=False), InDoubt, 1),
    (Fault(stage=Stage.END, arrives=True), InDoubt, 1),
]
NAMES = [
    f"{fault.stage.value} {fault.code or 'breaks'} {fault.arrives or ''}".strip() for fault, *_ in FAULTS
]


@pytest.mark.parametrize(("fault", "raised", "fence_calls"), FAULTS, ids=NAMES)
def test_a_failure_tells_the_truth(
    world: World, fault: Fault, raised: type[Exception], fence_calls: int
) -> None:
    world.fail_next(fault)
    calls: list[int] = []

    with pytest.raises(raised) as told:
        world.transport.send(envelope(), before_data=lambda: calls.append(1))

    failure: Any = told.value
    assert type(told.value) is raised
    assert failure.answer.stage is fault.stage
    assert (failure.answer.code, failure.answer.enhanced) == (fault.code, fault.enhanced)
    assert len(calls) == fence_calls
    assert len(world.received()) == fault.arrives


@pytest.mark.parametrize(("fault", "raised", "fence_calls"), FAULTS, ids=NAMES)
def test_after_a_failure_the_next_mail_goes_through(
    world: World, fault: Fault, raised: type[Exception], fence_calls: int
) -> None:
    world.fail_next(fault)
    with pytest.raises(raised):
        world.transport.send(envelope(b"First.\r\n"), before_data=lambda: None)

    world.transport.send(envelope(b"Second.\r\n"), before_data=lambda: None)

    assert world.received()[-1].endswith(b"Second.\r\n")


@pytest.mark.parametrize(("fault", "raised", "fence_calls"), FAULTS, ids=NAMES)
def test_no_failure_holds_an_address(
    world: World, fault: Fault, raised: type[Exception], fence_calls: int
) -> None:
    world.fail_next(fault)

    with pytest.raises(raised) as told:
        world.transport.send(envelope(), before_data=lambda: None)

    assert "@" not in "".join(traceback.format_exception(told.value))


def test_what_was_taken_is_what_was_sent(world: World) -> None:
    sent = envelope(b"...\r\n.\r\n.hidden\r\n\r\nEnd.\r\n")

    receipt = world.transport.send(sent, before_data=lambda: None)

    assert world.received() == [sent.data]
    assert (receipt.reply_code, receipt.enhanced_code, receipt.tls) == (250, "2.0.0", "")


def test_the_fence_comes_before_the_first_byte_and_once(world: World) -> None:
    seen: list[int] = []

    world.transport.send(envelope(), before_data=lambda: seen.append(len(world.received())))

    assert seen == [0]


class Stopped(Exception):
    """What a fence raises."""


@pytest.mark.parametrize(
    "stop", [Stopped(), Transient("x"), Permanent("x"), Uncertain("x"), KeyboardInterrupt()]
)
def test_where_the_fence_refuses_nothing_is_sent(world: World, stop: BaseException) -> None:
    def refuse() -> None:
        raise stop

    with pytest.raises(type(stop)) as raised:
        world.transport.send(envelope(b"Secret.\r\n"), before_data=refuse)
    world.transport.send(envelope(b"Next.\r\n"), before_data=lambda: None)

    assert raised.value is stop
    assert [data.rpartition(b"\r\n\r\n")[2] for data in world.received()] == [b"Next.\r\n"]


def test_ready_says_whether_anyone_can_be_reached(world: World) -> None:
    world.transport.ready()
    world.transport.send(envelope(), before_data=lambda: None)

    assert len(world.received()) == 1
