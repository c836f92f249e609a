"""Many mails over several connections at once, against real servers: as many lines as help, and each mail told once."""

import asyncio
import contextlib
import socket
import threading
import time
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.mail.carrying import MAILS_PER_CONNECTION
from service.mail.exchange import LOOK_SECONDS
from service.mail.smtp import SmtpTransport
from service.mail.transport import Deferred, InDoubt, Receipt, Rejected, Stage
from tests.doubles.lines import (
    CUT,
    CUT_AFTER,
    LOOPBACK,
    SILENT,
    CountingBook,
    LinesServer,
    Step,
    lines_server,
    make_mails,
)
from tests.unit.mail.test_smtp import authority  # noqa: F401 -- a fixture

BOTH = pytest.mark.parametrize("pipelining", [1, 0], ids=["pipelined", "stop and wait"])


@contextlib.contextmanager
def transport_to(*servers, connections=3, timeout=5.0, end_of_data_timeout=5.0, **options):
    transport = SmtpTransport(
        [server.relay for server in servers],
        connections=connections,
        timeout=timeout,
        end_of_data_timeout=end_of_data_timeout,
        **options,
    )
    try:
        yield transport
    finally:
        transport.close()


def run(book, *servers, **options):
    with transport_to(*servers, **options) as transport:
        transport.carry(book)
    return book


def assert_the_truth(book, *servers):
    """Each mail that was given is told of once at most and asked for once at most, and what is told is true."""
    copies = sum((server.copies() for server in servers), servers[0].copies().__class__())
    told = [mail for mail, _ in book.told]
    assert len(told) == len(set(told))
    assert set(told) | {mail for mail in book.asked if mail not in book.allowed} == set(book.given)
    assert all(number == 1 for number in book.asked.values())
    assert {mail.envelope.message_id for mail in book.given if mail not in book.allowed}.isdisjoint(copies)
    for mail, outcome in book.told:
        number = copies[mail.envelope.message_id]
        if isinstance(outcome, Receipt):
            assert number == 1
        elif isinstance(outcome, InDoubt):
            assert number <= 1
            assert mail in book.allowed
        else:
            assert number == 0


# As many lines as help


@BOTH
@pytest.mark.parametrize("connections", [1, 3])
def test_many_mails_go_over_several_lines_and_never_more_than_allowed(pipelining, connections):
    with lines_server(LinesServer(pipelining=bool(pipelining), seconds_each=0.004)) as server:
        book = run(CountingBook(mails=make_mails(60)), server, connections=connections)

    assert book.outcomes() == {"Receipt": 60}
    assert_the_truth(book, server)
    assert (server.most_at_once, server.opened) == (connections, connections)
    assert len({line for _, line in server.kept}) == connections


def test_one_mail_needs_one_line_and_so_do_many_one_after_the_other():
    with lines_server() as server, transport_to(server) as transport:
        for _ in range(4):
            transport.carry(CountingBook(mails=make_mails(1)))

        assert (server.opened, len(server.kept)) == (1, 4)


def test_lines_that_stand_are_used_again_by_the_next_run():
    with lines_server(LinesServer(seconds_each=0.004)) as server, transport_to(server) as transport:
        for _ in range(3):
            transport.carry(CountingBook(mails=make_mails(30)))

        assert (server.opened, server.most_at_once) == (3, 3)


def test_while_the_book_has_nothing_at_hand_no_line_is_added():
    class Trickle(CountingBook):
        def next(self, *, relay, wait):
            return super().next(relay=relay, wait=wait) if len(self.told) == len(self.given) else None

    with lines_server() as server:
        book = run(Trickle(mails=make_mails(20)), server)

    assert book.outcomes() == {"Receipt": 20}
    assert server.opened == 1


def test_a_relay_that_refuses_the_third_line_is_used_with_two():
    with lines_server(LinesServer(most=2, seconds_each=0.003)) as server:
        book = run(CountingBook(mails=make_mails(60)), server, connections=6)

    assert book.outcomes() == {"Receipt": 60}
    assert_the_truth(book, server)
    assert (server.most_at_once, server.refused) == (2, 1)


@BOTH
def test_a_worn_line_is_replaced(pipelining):
    number = 2 * MAILS_PER_CONNECTION + 30
    with lines_server(LinesServer(pipelining=bool(pipelining))) as server:
        book = run(CountingBook(mails=make_mails(number)), server, connections=1)

    assert book.outcomes() == {"Receipt": number}
    assert server.opened == 3
    lines = [line for _, line in server.kept]
    assert max(lines.count(line) for line in set(lines)) == MAILS_PER_CONNECTION


def test_what_many_relays_say_at_once_is_written_down_by_few_commits():
    with lines_server(LinesServer(seconds_each=0.01)) as server:
        book = run(CountingBook(mails=make_mails(80)), server, connections=8)

    assert book.outcomes() == {"Receipt": 80}
    assert book.writes < 80


# Lines that stall or end


@pytest.mark.parametrize(("verb", "ends"), [("END", "InDoubt"), ("RCPT", "Deferred"), ("DATA", "Deferred")])
def test_a_line_that_stalls_holds_up_no_other(verb, ends):
    stalls = Step(connection=1, verb=verb, mail=2)
    server = LinesServer(seconds_each=0.004, script=lambda step: SILENT if step == stalls else None)
    with lines_server(server):
        book = run(CountingBook(mails=make_mails(60)), server, timeout=1.5, end_of_data_timeout=1.5)

    # One that was offered behind the dot goes over another line.
    assert book.outcomes() == {"Receipt": 59, ends: 1}
    assert_the_truth(book, server)
    (late,) = [mail for mail, outcome in book.told if not isinstance(outcome, Receipt)]
    moments = sorted(book.told_at[mail] for mail in book.given)
    assert moments[-3] < book.told_at[late] - 0.5


def test_a_relay_that_is_silent_holds_up_nothing_at_the_one_that_works():
    """One mail breaks at the first relay and must try the second, whose greeting never comes."""
    breaks = Step(connection=0, verb="RCPT", mail=1)
    first = LinesServer(seconds_each=0.004, script=lambda step: CUT if step == breaks else None)
    second = LinesServer(script=lambda step: SILENT if step.verb == "GREETING" else None)
    with lines_server(first), lines_server(second):
        book = run(CountingBook(mails=make_mails(40)), first, second, timeout=1.5)

    assert book.outcomes() == {"Receipt": 39, "Deferred": 1}
    assert_the_truth(book, first, second)
    (late,) = [mail for mail, outcome in book.told if not isinstance(outcome, Receipt)]
    assert max(book.told_at[mail] for mail in book.given if mail is not late) < book.told_at[late] - 0.5


@BOTH
@pytest.mark.parametrize("ending", [CUT_AFTER, "421 4.7.0 enough"])
@pytest.mark.parametrize("connections", [1, 3])
def test_lines_that_end_between_two_mails_cost_nothing(pipelining, ending, connections):
    def script(step):
        if ending is CUT_AFTER:
            return CUT_AFTER if step.verb == "END" and step.mail % 5 == 4 else None
        return ending if step.verb == "MAIL" and step.mail == 5 else None

    with lines_server(LinesServer(pipelining=bool(pipelining), script=script)) as server:
        book = run(CountingBook(mails=make_mails(40)), server, connections=connections)

    assert book.outcomes() == {"Receipt": 40}
    assert_the_truth(book, server)


@pytest.mark.parametrize("connections", [1, 4])
def test_a_relay_that_takes_one_mail_a_line_takes_them_all(connections):
    ends = LinesServer(script=lambda step: CUT_AFTER if step.verb == "END" else None)
    with lines_server(ends) as server:
        book = run(CountingBook(mails=make_mails(30)), server, connections=connections)

    assert book.outcomes() == {"Receipt": 30}
    assert_the_truth(book, server)


def test_a_line_that_ended_while_it_rested_is_not_used():
    with lines_server() as server, transport_to(server) as transport:
        transport.carry(CountingBook(mails=make_mails(1)))
        server.cut_all_from_outside()
        book = CountingBook(mails=make_mails(3))
        transport.carry(book)

    assert book.outcomes() == {"Receipt": 3}


# Relays that die


@BOTH
@pytest.mark.parametrize("verb", ["MAIL", "DATA", "END"])
def test_where_the_first_relay_dies_the_second_carries_what_is_left(pipelining, verb):
    def die_at_the_tenth(step):
        if len(first.kept) >= 10 and step.verb == verb:
            first.die()
            return CUT
        return None

    first = LinesServer(pipelining=bool(pipelining), seconds_each=0.002, script=die_at_the_tenth)
    second = LinesServer(pipelining=bool(pipelining))
    with lines_server(first), lines_server(second):
        book = run(CountingBook(mails=make_mails(50)), first, second)

    assert_the_truth(book, first, second)
    # Behind the fence nothing fails over: that is one mail a line at most.
    left = [mail for mail, outcome in book.told if not isinstance(outcome, Receipt)]
    assert set(left) <= book.allowed
    assert len(left) <= 3
    assert len(book.told) == 50
    assert len(second.kept) >= 50 - len(first.kept) - 3


def test_where_every_relay_dies_no_more_are_taken_and_each_in_hand_is_told():
    def die_at_the_tenth(step):
        if len(server.kept) >= 10:
            server.die()
            return CUT
        return None

    server = LinesServer(script=die_at_the_tenth)
    with lines_server(server):
        book = run(CountingBook(mails=make_mails(1000)), server)

    assert_the_truth(book, server)
    assert len(book.given) < 100
    assert len(book.mails) > 900


# Large mails

LARGE = b"x" * 76 + b"\r\n"


@pytest.mark.parametrize("over_tls", [0, 1], ids=["plain", "TLS"])
def test_large_mails_go_whole_over_several_lines(authority, over_tls):  # noqa: F811 -- the fixture
    body = LARGE * 40_000 + b".\r\n..\r\nend\r\n"
    with lines_server(LinesServer(tls=authority.context_for("relay.test") if over_tls else None)) as server:
        mails = make_mails(6, body=body)
        options = {"ca_file": authority.file, "dial": _to_loopback} if over_tls else {}
        book = run(CountingBook(mails=[*mails]), server, **options)

    assert book.outcomes() == {"Receipt": 6}
    assert_the_truth(book, server)
    assert all(server.bytes_of[mail.envelope.message_id] == mail.envelope.data for mail in mails)


def test_small_mails_go_on_beside_a_large_one_that_is_taken_slowly():
    """A relay that reads nothing of one mail's bytes for a while keeps only that line waiting."""
    large = make_mails(1, body=LARGE * 120_000)
    release = threading.Event()
    with _reading_nothing_of_the_first(release) as server:
        small = make_mails(31)[1:]

        def release_at_the_end():
            if len(book.told) >= 25:
                release.set()

        book = CountingBook(mails=[*large, *small], at_write=release_at_the_end)
        run(book, server, timeout=5)

    assert book.outcomes() == {"Receipt": 31}
    assert book.told[-1][0] is large[0] or [mail for mail, _ in book.told].index(large[0]) >= 25


@pytest.mark.parametrize("over_tls", [0, 1], ids=["plain", "TLS"])
def test_a_line_cut_in_the_middle_of_a_large_mail_leaves_no_doubt(authority, over_tls):  # noqa: F811 -- the fixture
    class Stubborn(LinesServer):
        async def _content(self, reader):
            await reader.read(1000)
            await asyncio.sleep(0.3)
            self.die()
            raise EOFError

    server = Stubborn(tls=authority.context_for("relay.test") if over_tls else None)
    options = {"ca_file": authority.file, "dial": _to_loopback} if over_tls else {}
    with lines_server(server):
        book = run(CountingBook(mails=make_mails(1, body=LARGE * 400_000)), server, **options)

    ((_, outcome),) = book.told
    assert type(outcome) is Deferred
    assert outcome.answer.stage is Stage.DATA


def test_several_lines_are_each_secured(authority):  # noqa: F811 -- the fixture
    server = LinesServer(tls=authority.context_for("relay.test"), seconds_each=0.004)
    with lines_server(server):
        book = run(CountingBook(mails=make_mails(60)), server, ca_file=authority.file, dial=_to_loopback)

    assert book.outcomes() == {"Receipt": 60}
    assert_the_truth(book, server)
    assert server.most_at_once == 3
    assert {outcome.tls[:7] for _, outcome in book.told} == {"TLSv1.3"}


# What the book does not allow


@BOTH
def test_nothing_leaves_of_what_the_book_does_not_allow_and_the_others_go_on(pipelining):
    mails = make_mails(60)
    forbidden = set(mails[::7])
    with lines_server(LinesServer(pipelining=bool(pipelining), seconds_each=0.002)) as server:
        book = run(CountingBook(mails=[*mails], allows=lambda mail: mail not in forbidden), server)

    assert_the_truth(book, server)
    assert {mail for mail, _ in book.told} == set(mails) - forbidden
    assert book.outcomes() == {"Receipt": 60 - len(forbidden)}


def test_what_the_book_raises_passes_through_and_nothing_of_those_who_asked_leaves():
    def fail_at_the_tenth():
        if book.writes == 10:
            raise ZeroDivisionError

    book = CountingBook(mails=make_mails(60), at_write=fail_at_the_tenth)
    with lines_server(LinesServer(seconds_each=0.004)) as server, transport_to(server) as transport:
        with pytest.raises(ZeroDivisionError):
            transport.carry(book)
        time.sleep(0.1)
        taken = server.copies()
        again = CountingBook(mails=make_mails(3))
        transport.carry(again)

    assert set(taken) <= {mail.envelope.message_id for mail in book.allowed}
    assert max(taken.values()) == 1
    assert again.outcomes() == {"Receipt": 3}


# Whatever goes wrong


@dataclass(frozen=True)
class Trouble:
    """Something that goes wrong once, on one line of one relay."""

    relay: int
    step: Step
    what: str


TROUBLES = st.lists(
    st.builds(
        Trouble,
        st.integers(0, 1),
        st.builds(
            Step,
            connection=st.integers(0, 4),
            verb=st.sampled_from(["GREETING", "MAIL", "RCPT", "DATA", "END", "RSET"]),
            mail=st.integers(0, 3),
        ),
        st.sampled_from(
            [
                *(CUT, CUT, CUT_AFTER, CUT_AFTER, SILENT),
                *("421 4.3.2 bye", "451 4.3.0 later", "550 5.1.1 unknown", "hello?", "250-one\r\n250 two"),
            ]
        ),
    ),
    max_size=12,
)


@given(
    troubles=TROUBLES,
    pipelining=st.booleans(),
    number=st.integers(1, 25),
    connections=st.integers(1, 4),
    keeps=st.booleans(),
    forbids=st.integers(0, 9),
    most=st.sampled_from([1, 2, 1000]),
)
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_whatever_goes_wrong_each_mail_is_told_once_and_truly(
    troubles, pipelining, number, connections, keeps, forbids, most
):
    def script_of(relay):
        mine = {trouble.step: trouble.what for trouble in troubles if trouble.relay == relay}

        def script(step):
            what = mine.pop(step, None)
            # A usual answer of several lines is no trouble, and a mail it ends is kept.
            return None if what == "250-one\r\n250 two" else what

        return script

    servers = [
        LinesServer(pipelining=pipelining, keeps_what_it_cuts=keeps, most=most, script=script_of(relay))
        for relay in range(2)
    ]
    mails = make_mails(number)
    with lines_server(servers[0]), lines_server(servers[1]):
        book = CountingBook(mails=[*mails], allows=lambda mail: mails.index(mail) % 10 != forbids)
        run(book, *servers, connections=connections, timeout=0.15, end_of_data_timeout=0.15)

    assert_the_truth(book, *servers)
    if not any(type(outcome).__name__ == "RelayDown" for _, outcome in book.told):
        assert book.mails == []
    assert all(server.most_at_once <= min(connections + 1, most) for server in servers)
    assert len([1 for _, outcome in book.told if isinstance(outcome, InDoubt | Deferred | Rejected)]) <= (
        2 * len(troubles) + sum(type(outcome).__name__ == "RelayDown" for _, outcome in book.told)
    )


def _to_loopback(host, port, timeout):
    del host
    return socket.create_connection((LOOPBACK, port), timeout)


@contextlib.contextmanager
def _reading_nothing_of_the_first(release):
    class Slow(LinesServer):
        was_slow = False

        async def _content(self, reader):
            if not self.was_slow:
                self.was_slow = True
                while not release.is_set():
                    await asyncio.sleep(0.01)
            return await super()._content(reader)

    with lines_server(Slow()) as server:
        yield server


def test_what_had_passed_the_fence_when_the_process_was_told_to_stop_still_leaves():
    stopping = threading.Event()

    class Slow(CountingBook):
        def write(self, told, asked):
            passed = super().write(told, asked)
            if passed:
                stopping.set()
                # Longer than the loop looks away: it sees the end coming while this is not yet committed.
                time.sleep(3 * LOOK_SECONDS)
            return passed

    with lines_server() as server:
        book = run(Slow(mails=make_mails(20)), server, connections=1, is_stopping=stopping.is_set)

    assert book.outcomes() == {"Receipt": 1}
    assert len(server.kept) == 1
