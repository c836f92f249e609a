"""Each line of a Postfix log says what Postfix meant by it, and no client's words can say it instead."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import given

from service.mail.ledger.postfix_lines import Deed, Line, read_line, read_queued
from service.mail.ledger.relay_ledger import Fate

WRITTEN = datetime(2026, 11, 24, 23, tzinfo=UTC)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LONG, SHORT = "4jZyHF3dHbzJHW9", "3F2A91C0D4"
TO = "to=<zoe@lakes.example>, relay=mx.lakes.example[192.0.2.7]:25, delay=0.9, delays=0.1/0/0.4/0.4"


def read(line: str | bytes, *, written_at: datetime = WRITTEN, zone=UTC) -> Line:
    return read_line(line if isinstance(line, bytes) else line.encode(), written_at=written_at, zone=zone)


def told(program: str, words: str) -> Line:
    return read(f"Nov 24 12:00:00 relay postfix/{program}[4711]: {words}\n")


@pytest.mark.parametrize(
    ("program", "words", "deed", "more"),
    [
        ("smtpd", f"{LONG}: client=localhost[127.0.0.1]", Deed.OPENED, {"queue_id": LONG}),
        ("smtpd", f"{SHORT}: client=localhost[127.0.0.1]", Deed.OPENED, {"queue_id": SHORT}),
        ("smtpd", f"{SHORT}: client=ip6-localhost[::1]", Deed.OPENED, {"queue_id": SHORT}),
        ("smtpd", f"{SHORT}: client=unknown[127.0.1.1], sasl_method=PLAIN", Deed.OPENED, {}),
        ("submission/smtpd", f"{SHORT}: client=localhost[127.0.0.1]", Deed.OPENED, {}),
        ("smtpd", f"{SHORT}: client=mx.else.example[192.0.2.1]", Deed.ANOTHER, {}),
        ("smtpd", f"{SHORT}: client=127.0.0.1[192.0.2.1]", Deed.ANOTHER, {}),
        ("smtpd", "connect from localhost[127.0.0.1]", Deed.ANOTHER, {}),
        ("smtpd", "disconnect from localhost[127.0.0.1] ehlo=1 mail=1 data=0/1", Deed.ANOTHER, {}),
        ("smtpd", "lost connection after DATA (0 bytes) from localhost[127.0.0.1]", Deed.LOST, {}),
        ("smtpd", "timeout after DATA (216093 bytes) from localhost[127.0.0.1]", Deed.LOST, {}),
        ("smtpd", "lost connection after END-OF-MESSAGE from localhost[127.0.0.1]", None, {}),
        ("smtpd", "lost connection after RCPT from localhost[127.0.0.1]", None, {}),
        ("smtpd", "timeout after END-OF-MESSAGE from localhost[127.0.0.1]", None, {}),
        ("smtpd", f"{SHORT}: message-id=<a@b.example>", None, {}),
        (
            "cleanup",
            f"{LONG}: message-id=<abc@rivers.example>",
            Deed.NAMED,
            {"queue_id": LONG, "message_id": "<abc@rivers.example>"},
        ),
        ("cleanup", f"{LONG}: resent-message-id=<abc@rivers.example>", None, {}),
        ("cleanup", f"{LONG}: message-id=<>", Deed.NAMED, {"message_id": "<>"}),
        ("cleanup", f"{LONG}: milter-reject: END-OF-MESSAGE from localhost[127.0.0.1]: 5.7.1", None, {}),
        (
            "qmgr",
            f"{LONG}: from=<a@rivers.example>, size=372, nrcpt=1 (queue active)",
            Deed.KEPT,
            {"fate": None},
        ),
        (
            "qmgr",
            f"{LONG}: from=<a@b.example>, status=expired, returned to sender",
            Deed.KEPT,
            {"fate": Fate.BOUNCED},
        ),
        ("qmgr", f"{LONG}: removed", Deed.REMOVED, {"queue_id": LONG}),
        ("postsuper", f"{LONG}: removed", Deed.REMOVED, {"queue_id": LONG}),
        (
            "smtp",
            f"{LONG}: {TO}, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 5F3A)",
            Deed.KEPT,
            {"queue_id": LONG, "fate": Fate.SENT, "code": "2.0.0"},
        ),
        (
            "relay/smtp",
            f"{LONG}: {TO}, dsn=4.4.1, status=deferred (connect to mx[192.0.2.7]:25: Connection timed out)",
            Deed.KEPT,
            {"fate": Fate.DEFERRED, "code": "4.4.1"},
        ),
        (
            "smtp",
            f"{LONG}: {TO}, dsn=5.1.1, status=bounced (host said: 550 dsn=2.0.0, status=sent (ok))",
            Deed.KEPT,
            {"fate": Fate.BOUNCED, "code": "5.1.1"},
        ),
        (
            "lmtp",
            f"{LONG}: to=<a@b.example>, relay=x, dsn=2.1.5, status=sent (ok)",
            Deed.KEPT,
            {"fate": Fate.SENT},
        ),
        ("verify", f"{LONG}: {TO}, dsn=2.1.5, status=deliverable (ok)", None, {}),
        ("bounce", f"{LONG}: sender non-delivery notification: {SHORT}", None, {}),
        ("smtp", "connect to 127.0.0.1[127.0.0.1]:10026: Connection refused", None, {}),
        ("anvil", "statistics: max cache size 1 at Nov 24 11:50:00", None, {}),
    ],
)  # fmt: skip -- one case a line reads best
def test_a_line_says_what_postfix_meant(program, words, deed, more):
    line = told(program, words)

    assert (line.at, line.deed) == (NOON, deed)
    assert {name: getattr(line, name) for name in more} == more


def test_no_line_gives_an_address_away():
    assert "zoe" not in repr(
        told("smtp", f"{LONG}: {TO}, dsn=2.0.0, status=sent (250 <zoe@lakes.example> ok)")
    )


@pytest.mark.parametrize(
    ("tag", "instance", "process"),
    [
        ("postfix/cleanup", "postfix", "postfix/cleanup[9]"),
        ("postfix-out/cleanup", "postfix-out", "postfix-out/cleanup[9]"),
        ("postfix/submission/cleanup", "postfix", "postfix/submission/cleanup[9]"),
    ],
)
def test_instances_are_told_apart(tag, instance, process):
    line = read(f"2026-11-24T12:00:00.5+00:00 relay {tag}[9]: {LONG}: message-id=<a@b.example>\n")

    assert (line.deed, line.instance, line.process) == (Deed.NAMED, instance, process)


@pytest.mark.parametrize(
    "line",
    [
        f"Nov 24 12:00:00 relay postfix[1]: {LONG}: removed",
        f"Nov 24 12:00:00 relay /qmgr[1]: {LONG}: removed",
        f"Nov 24 12:00:00 relay dovecot: {LONG}: removed",
        f"Nov 24 12:00:00 relay sshd[1]: postfix/qmgr[1]: {LONG}: removed",
        "Nov 24 12:00:00 relay postfix/cleanup[1]: <qmgr[1]: removed",
        f"Nov 24 12:00:00 relay postfix/smtpd[1]: warning: x postfix/qmgr[1]: {LONG}: removed",
        f"Nov 24 12:00:00 relay postfix/smtpd[1]: NOQUEUE: reject: RCPT from x[1.2.3.4]: {LONG}: removed",
        f"Nov 24 12:00:00 relay postfix/cleanup[1]: {LONG}: message-id=<a> {SHORT}: removed",
    ],
)
def test_other_words_say_nothing(line):
    assert read(line) == Line(at=NOON)


@pytest.mark.parametrize(
    ("stamp", "moment"),
    [
        ("Nov 24 12:00:00 relay", NOON),
        ("Nov  4 12:00:00 relay", NOON.replace(day=4)),
        ("2026-11-24T12:00:00Z relay", NOON),
        ("2026-11-24T13:00:00+01:00 relay", NOON),
        ("2026-11-24T13:00:00.987654+01:00 relay", NOON),
        ("2026-11-24T13:00:00,987+0100 relay", NOON),
        ("Nov 31 12:00:00 relay", None),
        ("Foo 24 12:00:00 relay", None),
        ("Nov 24 25:00:00 relay", None),
        ("2026-13-24T12:00:00Z relay", None),
        ("0001-01-01T00:00:00+23:59 relay", None),
        ("-- Boot 0123456789abcdef --", None),
        ("", None),
    ],
)
def test_the_time_of_a_line(stamp, moment):
    assert read(f"{stamp} postfix/qmgr[1]: x\n").at == moment


@pytest.mark.parametrize("detail", ["-", '[origin ip="127.0.0.1"]'])
def test_rfc_5424_is_read(detail):
    line = read(
        f"<22>1 2026-11-24T13:00:00.1+01:00 relay postfix/cleanup 9 - {detail} {LONG}: message-id=<a@b.example>"
    )

    assert (line.at, line.deed, line.process) == (NOON, Deed.NAMED, "postfix/cleanup[9]")


@pytest.mark.parametrize(
    ("stamp", "written_at", "year"),
    [
        ("Dec 31 23:59:00", datetime(2027, 1, 1, 8, tzinfo=UTC), 2026),
        ("Jan  1 00:01:00", datetime(2027, 1, 1, 8, tzinfo=UTC), 2027),
        ("Jan  1 00:01:00", datetime(2026, 12, 31, 23, 59, tzinfo=UTC), 2027),
        ("Nov 24 12:00:00", datetime(2025, 11, 24, 13, tzinfo=UTC), 2025),
        ("Feb 29 12:00:00", datetime(2027, 3, 1, tzinfo=UTC), 2024),
    ],
)
def test_a_year_that_is_not_written_is_the_latest_possible(stamp, written_at, year):
    at = read(f"{stamp} relay postfix/qmgr[1]: x", written_at=written_at).at

    assert at is not None
    assert at.year == year


def test_a_zone_that_is_not_written_is_the_machines():
    assert read("Nov 24 12:00:00 relay x[1]: y", zone=timezone(timedelta(hours=5))).at == NOON.replace(hour=7)


@pytest.mark.parametrize("clock", ["02:30:00"])
@pytest.mark.parametrize("day", ["Mar 29", "Oct 25"], ids=["that is left out", "that comes twice"])
def test_an_hour_is_not_certain(day, clock):
    berlin = ZoneInfo("Europe/Berlin")

    assert read(f"{day} {clock} relay x[1]: y", zone=berlin).at is None
    assert read(f"{day} 04:30:00 relay x[1]: y", zone=berlin).at is not None


@given(st.binary(max_size=300))
def test_no_bytes_break_it(junk):
    for before in (
        b"",
        b"Nov 24 12:00:00 relay postfix/smtp[1]: ",
        b"2026-11-24T12:00:00Z r postfix/cleanup[1]: A1B2C: ",
    ):
        assert isinstance(read(before + junk), Line)


@pytest.mark.parametrize(
    ("line", "waiting"),
    [
        ('{"queue_name": "deferred", "queue_id": "A1B2C", "sender": "x"}', ("A1B2C", Fate.DEFERRED)),
        ('{"queue_name": "active", "queue_id": "A1B2C"}', ("A1B2C", Fate.QUEUED)),
        ('{"queue_name": "incoming", "queue_id": "A1B2C"}', ("A1B2C", Fate.QUEUED)),
        ('{"queue_name": "hold", "queue_id": "A1B2C"}', ("A1B2C", Fate.QUEUED)),
        ('{"queue_name": "corrupt", "queue_id": "A1B2C"}', None),
        ('{"queue_name": ["hold"], "queue_id": "A1B2C"}', None),
        ('{"queue_name": "hold", "queue_id": 7}', None),
        ('{"queue_name": "hold"}', None),
        ("[1]", None),
        ("[" * 100_000, None),
        ("", None),
    ],
)
def test_a_line_of_the_waiting_mail(line, waiting):
    assert read_queued(line.encode()) == waiting
