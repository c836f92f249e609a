"""One line of a Postfix log, or of its list of waiting mail, becomes what it says; addresses are passed over (pure)."""

import functools
import json
import re
from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum, auto
from typing import NamedTuple

from service.mail.ledger.relay_ledger import Fate

_MONTHS = {
    name: number
    for number, name in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1)
}
# A clock may have been set back a little since the file was last written.
_CLOCKS_DIFFER = timedelta(days=1)
# So many years hold a 29 February.
_YEARS_BACK = 9

_SECOND = rb"(?P<second>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,]\d{1,9})?(?P<zone>Z|[+-]\d\d:?\d\d)"
_TRADITIONAL = re.compile(rb"(?P<month>[A-Z][a-z]{2}) (?P<day>[ \d]\d) (?P<clock>\d\d:\d\d:\d\d) [!-~]+ ")
_ISO = re.compile(_SECOND + rb" [!-~]+ ")
_RFC_5424 = re.compile(
    rb"<\d{1,3}>1 "
    + _SECOND
    + rb" [!-~]+ (?P<tag>[!-~]+) (?P<pid>\d{1,10}|-) [!-~]+ (?:-|\[[^\]]*\]) (?:\xef\xbb\xbf)?"
)
_TAG = re.compile(rb"(?P<tag>[\w./-]{1,100})\[(?P<pid>\d{1,10})\]: ")

_QUEUE_ID = rb"(?P<queue_id>[0-9A-Za-z]{5,25}): "
_CLIENT = re.compile(_QUEUE_ID + rb"client=[^\s\[]*\[(?P<address>[0-9a-fA-F.:]{2,45})\]")
_LOST = re.compile(rb"(?:lost connection|timeout) after DATA \(\d+ bytes\) from ")
_ANOTHER_CLIENT = re.compile(rb"(?:dis)?connect from ")
_MESSAGE_ID = re.compile(_QUEUE_ID + rb"message-id=(?P<message_id>[!-~]{1,998})\s*$")
_FROM = re.compile(_QUEUE_ID + rb"from=<")
_RETURNED = re.compile(rb", status=(?:force-)?expired, returned to sender")
_REMOVED = re.compile(_QUEUE_ID + rb"removed\s*$")
_TO = re.compile(_QUEUE_ID + rb"to=<")
_STATUS = re.compile(
    rb", dsn=(?P<code>[245]\.\d{1,3}\.\d{1,3}), status=(?P<status>sent|bounced|deferred)[ ,(]"
)


class Deed(Enum):
    """What a line tells."""

    OPENED = auto()
    """The server has begun a mail for a client on this machine, before it asks for its bytes."""
    LOST = auto()
    """The server lost its client before the end of the data: what it had begun is thrown away."""
    ANOTHER = auto()
    """The server turns to another client."""
    NAMED = auto()
    """The mail under this queue id has this Message-ID. It is not taken over yet."""
    KEPT = auto()
    """The mail was taken over, or was tried to be passed on: `fate` says what came of it."""
    REMOVED = auto()
    """The mail, which was taken over, has left the queue."""


class Line(NamedTuple):
    """What one line says; `deed` is None where it says nothing that matters, `at` where its time is not certain.

    A log has many lines: a tuple is made in a fraction of the time that a dataclass takes.
    """

    at: datetime | None
    deed: Deed | None = None
    instance: str = ""
    process: str = ""
    queue_id: str = ""
    message_id: str = ""
    fate: Fate | None = None
    code: str = ""


def read_line(line: bytes, *, written_at: datetime, zone: tzinfo | None) -> Line:
    """Read one line of the log.

    A traditional time stamp has neither year nor zone: it is of the latest year that does not lie after
    `written_at`, when its file was last written, and of `zone`, or this machine's own where that is None. An hour
    that comes twice a year is not certain.
    """
    head = _RFC_5424.match(line)
    if head is not None:
        at, tag, pid = _of_iso(head["second"], head["zone"]), head["tag"], head["pid"]
        return _line(at, tag, pid, line[head.end() :])
    if stamp := _ISO.match(line):
        at = _of_iso(stamp["second"], stamp["zone"])
    elif stamp := _TRADITIONAL.match(line):
        at = _of_traditional(stamp["month"], stamp["day"], stamp["clock"], written_at, zone)
    else:
        return Line(at=None)
    named = _TAG.match(line, stamp.end())
    return _line(at, named["tag"], named["pid"], line[named.end() :]) if named else Line(at=at)


def read_queued(line: bytes) -> tuple[str, Fate] | None:
    """Read one line of `postqueue -j`: the queue id of a mail that waits, and whether it was tried before."""
    try:
        waiting = json.loads(line)
        queue, queue_id = waiting["queue_name"], waiting["queue_id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(queue_id, str) or queue not in ("active", "deferred", "hold", "incoming"):
        return None
    return queue_id, Fate.DEFERRED if queue == "deferred" else Fate.QUEUED


def _line(at: datetime | None, tag: bytes, pid: bytes, said: bytes) -> Line:
    instance, _, rest = tag.partition(b"/")
    program = rest.rpartition(b"/")[2]
    if not instance or not program:
        return Line(at=at)
    told = _told(program, said)
    if told is None:
        return Line(at=at)
    return told._replace(at=at, instance=_text(instance), process=f"{_text(tag)}[{_text(pid)}]")


def _told(program: bytes, said: bytes) -> Line | None:
    """Read what a program said. Its name is at the line's head, where no client's words can stand."""
    if program == b"smtpd":
        return _by_server(said)
    if program == b"cleanup":
        named = _MESSAGE_ID.match(said)
        return _that(Deed.NAMED, named, message_id=_text(named["message_id"])) if named else None
    if program in {b"qmgr", b"nqmgr", b"postsuper"}:
        return _by_queue_manager(said)
    return _by_delivery_agent(said)


def _by_server(said: bytes) -> Line | None:
    if client := _CLIENT.match(said):
        is_here = client["address"].startswith(b"127.") or client["address"] == b"::1"
        return _that(Deed.OPENED if is_here else Deed.ANOTHER, client)
    if _LOST.match(said):
        return Line(at=None, deed=Deed.LOST)
    return Line(at=None, deed=Deed.ANOTHER) if _ANOTHER_CLIENT.match(said) else None


def _by_queue_manager(said: bytes) -> Line | None:
    if taken := _FROM.match(said):
        return _that(Deed.KEPT, taken, fate=Fate.BOUNCED if _RETURNED.search(said) else None)
    removed = _REMOVED.match(said)
    return _that(Deed.REMOVED, removed) if removed else None


def _by_delivery_agent(said: bytes) -> Line | None:
    tried = _TO.match(said)
    status = _STATUS.search(said) if tried else None
    if tried is None or status is None:
        return None
    return _that(Deed.KEPT, tried, fate=Fate(_text(status["status"])), code=_text(status["code"]))


def _that(
    deed: Deed, found: re.Match[bytes], *, message_id: str = "", fate: Fate | None = None, code: str = ""
) -> Line:
    queue_id = _text(found["queue_id"])
    return Line(at=None, deed=deed, queue_id=queue_id, message_id=message_id, fate=fate, code=code)


def _text(raw: bytes) -> str:
    return str(raw, "ascii", "replace")


@functools.lru_cache(maxsize=1024)
def _of_iso(second: bytes, zone: bytes) -> datetime | None:
    try:
        return datetime.fromisoformat(_text(second + zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@functools.lru_cache(maxsize=1024)
def _of_traditional(
    month: bytes, day: bytes, clock: bytes, written_at: datetime, zone: tzinfo | None
) -> datetime | None:
    latest = written_at + _CLOCKS_DIFFER
    hour, minute, second = (int(part) for part in clock.split(b":"))
    for year in range(latest.year + 1, latest.year - _YEARS_BACK, -1):
        try:
            # Without a zone it is this machine's.
            local = datetime(year, _MONTHS[month], int(day), hour, minute, second, tzinfo=zone)
        except (ValueError, KeyError):
            continue
        at = local.astimezone(UTC)
        if at <= latest:
            return at if at == local.replace(fold=1).astimezone(UTC) else None
    return None
