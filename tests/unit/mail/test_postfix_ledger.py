"""What a Postfix log proves, and when it cannot tell: gaps, damage, rotation, strangers, and logs without end."""

import gzip
import os
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from service.mail.ledger import log_files
from service.mail.ledger.postfix import PostfixLedger
from service.mail.ledger.relay_ledger import Absent, Fate, Finding, Found, Question, Unknown
from tests.doubles.ledger import PostfixLog, PostfixWorld

OURS, OTHER = "<ours@rivers.example>", "<other@rivers.example>"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(tmp_path: Path, noon: datetime) -> PostfixWorld:
    return PostfixWorld(tmp_path, noon=noon)


def ask(world: PostfixWorld, *submitted: datetime, of: PostfixLedger | None = None) -> Finding:
    ledger = of or world.ledger
    question = Question(message_id=OURS, submitted=submitted)
    return ledger.look_up([question])[OURS]


def lists_waiting(world: PostfixWorld, script: str) -> None:
    """Put a program in place of `postqueue`."""
    program = world.log.path.with_name("postqueue")
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


# A name in the log is not yet a mail


def test_a_name_alone_proves_nothing(world: PostfixWorld, noon: datetime) -> None:
    world.log.opens(noon, "A1B2C3", pid=6)
    world.log.names(noon, "A1B2C3", OURS)
    world.goes_on(noon + 10 * MINUTE)

    assert ask(world, noon) == Unknown()


def test_a_name_whose_mail_waits_in_the_queue_is_found(world: PostfixWorld, noon: datetime) -> None:
    world.log.names(noon, "A1B2C3", OURS)
    lists_waiting(
        world,
        'test "$*" = "-j" || exit 1\n'
        'echo "{\\"queue_name\\": \\"hold\\", \\"queue_id\\": \\"FFFFFF\\"}"\n'
        "echo nonsense\n"
        'echo "{\\"queue_name\\": \\"incoming\\", \\"queue_id\\": \\"A1B2C3\\"}"',
    )

    assert ask(world, noon) == Found(queue_id="A1B2C3", fate=Fate.QUEUED)


@pytest.mark.parametrize("script", ["exit 1", "echo '{'", "head -c 40000000 /dev/zero", "exec sleep 60"])
def test_a_queue_that_cannot_be_listed_leaves_doubt(
    world: PostfixWorld, noon: datetime, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.mail.ledger.postfix.QUEUE_SECONDS", 0.3)
    world.log.names(noon, "A1B2C3", OURS)
    lists_waiting(world, script)
    began = time.monotonic()

    assert ask(world, noon) == Unknown()
    assert time.monotonic() - began < 10


def test_nothing_of_our_environment_reaches_the_program(
    world: PostfixWorld, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERSIGNED_SMTP_URL", "smtp://user:password@127.0.0.1")
    world.log.names(noon, "A1B2C3", OURS)
    seen = world.log.path.with_name("seen")
    lists_waiting(world, f'env > "{seen}"')

    ask(world, noon)

    assert "UNDERSIGNED" not in seen.read_text()


@pytest.mark.parametrize("words", ["lost connection", "timeout"])
@pytest.mark.parametrize("named", [True, False])
def test_what_the_server_lost_is_absent_whether_it_had_read_the_name_or_not(
    world: PostfixWorld, noon: datetime, words: str, *, named: bool
) -> None:
    world.log.loses(OURS, noon, named=named, words=words)
    world.goes_on(noon + 10 * MINUTE)

    assert ask(world, noon) == Absent()


def test_a_mail_that_is_still_being_read_is_not_absent_because_another_was_lost(
    world: PostfixWorld, noon: datetime
) -> None:
    world.log.opens(noon, "A1B2C3", pid=9)
    world.log.names(noon, "A1B2C3", OURS)
    world.log.loses(OTHER, noon)
    world.goes_on(noon + 10 * MINUTE)

    assert ask(world, noon) == Unknown()


def test_the_lost_mail_of_another_is_not_ours(world: PostfixWorld, noon: datetime) -> None:
    world.log.loses(OTHER, noon, named=True)
    world.goes_on(noon + 10 * MINUTE)

    assert ask(world, noon) == Unknown()


@pytest.mark.parametrize("is_removed", [True, False])
def test_a_queue_id_that_comes_again_is_another_mail(
    world: PostfixWorld, noon: datetime, *, is_removed: bool
) -> None:
    for message_id, fate in ((OURS, Fate.SENT), (OTHER, Fate.BOUNCED)):
        world.log.names(noon, "A1B2C3", message_id)
        world.log.keeps(noon, "A1B2C3")
        world.log.tries(noon, "A1B2C3", fate)
        if is_removed and fate is Fate.SENT:
            world.log.say(noon, "qmgr", "A1B2C3: removed")

    assert ask(world, noon) == Found(queue_id="A1B2C3", fate=Fate.SENT, enhanced_code="2.0.0")


def test_the_same_queue_id_in_another_instance_is_another_mail(tmp_path: Path, noon: datetime) -> None:
    world = PostfixWorld(tmp_path, noon=noon)
    other = PostfixLog(world.log.path, name="postfix-out")
    world.log.names(noon, "A1B2C3", OURS)
    other.names(noon, "A1B2C3", OTHER)
    other.keeps(noon, "A1B2C3")
    other.tries(noon, "A1B2C3", Fate.SENT)

    assert ask(world, noon) == Unknown()


def test_what_passes_a_filter_is_followed_to_its_end(world: PostfixWorld, noon: datetime) -> None:
    world.takes(OURS, noon)
    last = world.log.takes(OURS, noon + MINUTE, fate=Fate.DEFERRED)

    assert ask(world, noon) == Found(queue_id=last, fate=Fate.DEFERRED, enhanced_code="4.4.1")


def test_a_mail_that_was_deferred_and_then_sent_was_sent(world: PostfixWorld, noon: datetime) -> None:
    queue_id = world.log.takes(OURS, noon, fate=Fate.DEFERRED)
    world.log.tries(noon + MINUTE, queue_id, Fate.SENT)

    assert ask(world, noon) == Found(queue_id=queue_id, fate=Fate.SENT, enhanced_code="2.0.0")


# Absence


@pytest.mark.parametrize(
    ("opened", "lost", "submitted"),
    [
        (timedelta(), timedelta(), 5 * MINUTE),
        (5 * MINUTE, 5 * MINUTE, timedelta()),
        (-5 * MINUTE, 5 * MINUTE, timedelta()),
        (-1 * MINUTE, -1 * MINUTE, timedelta()),
    ],
    ids=["long before", "later", "begun too early", "over before"],
)
def test_a_session_of_another_time_is_not_ours(
    world: PostfixWorld, noon: datetime, opened: timedelta, lost: timedelta, submitted: timedelta
) -> None:
    world.log.opens(noon + opened, "A1B2C3", pid=6)
    world.log.say(
        noon + lost, "smtpd", "lost connection after DATA (0 bytes) from localhost[127.0.0.1]", pid=6
    )
    world.goes_on(noon + 30 * MINUTE)

    assert ask(world, noon + submitted) == Unknown()


def test_a_mail_lost_in_the_second_in_which_it_was_fenced_is_absent(
    world: PostfixWorld, noon: datetime
) -> None:
    world.loses(OURS, noon)
    world.goes_on(noon + 10 * MINUTE)

    assert ask(world, noon + timedelta(milliseconds=900)) == Absent()


def test_a_client_of_elsewhere_is_not_ours(world: PostfixWorld, noon: datetime) -> None:
    world.log.opens(noon, "A1B2C3", pid=6, client="mx.else.example[192.0.2.1]")
    world.log.say(
        noon, "smtpd", "lost connection after DATA (0 bytes) from mx.else.example[192.0.2.1]", pid=6
    )
    world.goes_on(noon + 10 * MINUTE)

    assert ask(world, noon) == Unknown()


def test_a_mail_that_the_queue_manager_speaks_of_was_not_lost(world: PostfixWorld, noon: datetime) -> None:
    world.log.opens(noon, "A1B2C3", pid=6)
    world.log.keeps(noon, "A1B2C3")
    world.log.say(noon, "smtpd", "lost connection after DATA (0 bytes) from localhost[127.0.0.1]", pid=6)
    world.goes_on(noon + 10 * MINUTE)

    assert ask(world, noon) == Unknown()


def test_a_server_that_turned_to_another_client_lost_that_one(world: PostfixWorld, noon: datetime) -> None:
    world.log.opens(noon, "A1B2C3", pid=6)
    world.log.say(noon, "smtpd", "disconnect from localhost[127.0.0.1]", pid=6)
    world.log.say(
        noon, "smtpd", "lost connection after DATA (0 bytes) from mx.else.example[192.0.2.1]", pid=6
    )
    world.goes_on(noon + 10 * MINUTE)

    assert ask(world, noon) == Unknown()


@pytest.mark.parametrize(
    ("goes_on", "finding"), [(4 * MINUTE, Unknown()), (5 * MINUTE + timedelta(seconds=1), Absent())]
)
def test_the_log_must_go_on_well_after(
    world: PostfixWorld, noon: datetime, goes_on: timedelta, finding: Finding
) -> None:
    world.loses(OURS, noon)
    world.goes_on(noon + goes_on)

    assert ask(world, noon) == finding


def test_the_log_must_begin_before(tmp_path: Path, noon: datetime) -> None:
    world = PostfixWorld(tmp_path, noon=noon + timedelta(hours=1) - MINUTE)
    world.loses(OURS, noon)
    world.goes_on(noon + 10 * MINUTE)

    assert ask(world, noon) == Unknown()


def test_a_relay_elsewhere_is_never_proved_to_lack_a_mail(tmp_path: Path, noon: datetime) -> None:
    world = PostfixWorld(tmp_path, noon=noon, is_only_relay=False)
    world.loses(OURS, noon)
    world.goes_on(noon + 10 * MINUTE)
    world.takes(OTHER, noon + 10 * MINUTE)

    assert ask(world, noon) == Unknown()


@pytest.mark.parametrize(
    "damage",
    [
        b"\x00" * 4096 + b"\n",
        b"\xff\xfe\x00garbage\r\n",
        b"cut off in the midd\n",
        b"-- Boot 3c1d --\n",
        b"x" * 200_000 + b"\n",
        b"Nov 24 10:00:00 relay x[1]: the clock was set back\n",
        b"Nov 24 10:00:00 relay x[1]: " + b"long " * 50_000 + b"\n",
    ],
    ids=["zeroes", "bytes", "cut", "boot", "long", "clock", "long line"],
)
def test_damage_before_the_end_leaves_doubt_but_hides_nothing(
    world: PostfixWorld, noon: datetime, damage: bytes
) -> None:
    world.loses(OURS, noon)
    world.log.raw(damage, at=noon)
    world.goes_on(noon + 10 * MINUTE)
    assert ask(world, noon) == Unknown()

    world.takes(OURS, noon + 11 * MINUTE)
    assert isinstance(ask(world, noon), Found)


def test_a_last_line_still_being_written_hides_nothing(world: PostfixWorld, noon: datetime) -> None:
    world.loses(OURS, noon)
    world.goes_on(noon + 10 * MINUTE)
    world.log.raw(b"Nov 24 12:10:00 relay postfix/qm", at=noon + 10 * MINUTE)

    assert ask(world, noon) == Absent()


# Rotation


def rotate(world: PostfixWorld, name: str = "mail.log.1") -> Path:
    """Rename the log as logrotate does, or compress it."""
    path = world.log.path
    rotated = path.with_name(name)
    if name.endswith(".gz"):
        with path.open("rb") as plain, gzip.open(rotated, "wb") as packed:
            shutil.copyfileobj(plain, packed)
        times = path.stat()
        os.utime(rotated, (times.st_atime, times.st_mtime))
        path.unlink()
    else:
        path.rename(rotated)
    path.touch()
    return rotated


@pytest.mark.parametrize("names", [["mail.log.1"], ["mail.log.1.gz"], ["mail.log.2.gz", "mail.log.1"]])
def test_a_log_is_read_across_its_rotation(world: PostfixWorld, noon: datetime, names: list[str]) -> None:
    world.loses(OURS, noon)
    for name in names:
        rotate(world, name)
        world.goes_on(noon + 3 * MINUTE)
    world.goes_on(noon + 10 * MINUTE)

    assert ask(world, noon) == Absent()


def test_a_part_that_is_gone_leaves_doubt(world: PostfixWorld, noon: datetime) -> None:
    world.loses(OURS, noon)
    rotate(world, "mail.log.2.gz")
    world.goes_on(noon + 10 * MINUTE)

    assert ask(world, noon) == Unknown()


@pytest.mark.parametrize("cut", [0, 5, 60])
def test_a_damaged_archive_leaves_doubt(world: PostfixWorld, noon: datetime, cut: int) -> None:
    world.loses(OURS, noon)
    packed = rotate(world, "mail.log.1.gz")
    os.truncate(packed, cut)
    world.goes_on(noon + 10 * MINUTE)
    assert ask(world, noon) == Unknown()

    world.takes(OURS, noon + 11 * MINUTE)
    assert isinstance(ask(world, noon), Found)


def test_an_older_part_that_ends_in_the_middle_of_a_line_leaves_doubt(
    world: PostfixWorld, noon: datetime
) -> None:
    world.loses(OURS, noon)
    world.log.raw(b"Nov 24 12:00:01 relay postfix/qm", at=noon)
    rotate(world)
    world.goes_on(noon + 10 * MINUTE)

    assert ask(world, noon) == Unknown()


def test_a_file_seen_under_two_names_is_read_once(world: PostfixWorld, noon: datetime) -> None:
    world.loses(OURS, noon)
    world.goes_on(noon + 10 * MINUTE)
    world.log.path.with_name("mail.log.1").hardlink_to(world.log.path)
    question = [Question(message_id=one, submitted=(noon,)) for one in (OURS, OTHER)]

    answers = world.ledger.look_up(question)

    assert sorted(type(answer).__name__ for answer in answers.values()) == ["Absent", "Unknown"]
    assert len(log_files.find_pieces(world.log.path, since=noon - MINUTE, stamp=lambda *_: noon)) == 1


def test_a_log_is_read_across_new_year(tmp_path: Path) -> None:
    midnight = datetime(2027, 1, 1, tzinfo=UTC)
    world = PostfixWorld(tmp_path, noon=midnight)
    world.loses(OURS, midnight - MINUTE)
    rotate(world)
    world.goes_on(midnight + 10 * MINUTE)

    assert ask(world, midnight - MINUTE) == Absent()
    assert ask(world, midnight - MINUTE - timedelta(days=365)) == Unknown()


def test_a_log_of_last_year_is_not_taken_for_this_years(world: PostfixWorld, noon: datetime) -> None:
    world.loses(OURS, noon)
    world.goes_on(noon + 10 * MINUTE)

    assert ask(world, noon.replace(year=noon.year + 1)) == Unknown()


def test_an_hour_that_comes_twice_proves_nothing(tmp_path: Path) -> None:
    log = PostfixLog(tmp_path / "mail.log", zone=ZoneInfo("Europe/Berlin"))
    ledger = PostfixLedger(log.path, is_only_relay=True, zone=ZoneInfo("Europe/Berlin"))
    once, again = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    log.idles(once - timedelta(hours=2))
    log.loses(OURS, again)
    log.idles(again + timedelta(hours=1))

    for moment in (once, again):
        question = Question(message_id=OURS, submitted=(moment,))
        assert ledger.look_up([question])[OURS] == Unknown()


# Bounds


def test_of_an_endless_log_only_the_end_is_read(world: PostfixWorld, noon: datetime) -> None:
    most = 3 * 2**20
    for _ in range(4):
        world.log.raw((b"Nov 24 12:00:00 relay x[1]: " + b"y" * 100 + b"\n") * 10_000, at=noon)
    world.goes_on(noon + MINUTE)

    [piece] = log_files.find_pieces(world.log.path, since=noon - MINUTE, stamp=lambda *_: noon, most=most)
    lines = [line for line in log_files.lines_of(piece) if line is not None]

    assert most * 0.99 < sum(map(len, lines)) <= most
    assert lines[0].startswith(b"Nov 24 12:00:00")
    assert lines[-1] == world.log.written[-1]


def test_an_archive_that_unpacks_without_end_is_not_read_to_its_end(
    world: PostfixWorld, noon: datetime
) -> None:
    packed = rotate(world, "mail.log.1.gz")
    with gzip.open(packed, "ab", compresslevel=9) as file:
        for _ in range(80):
            file.write(b"\0" * 2**20)
    world.takes(OURS, noon)
    began = time.monotonic()

    assert isinstance(ask(world, noon), Found)
    assert time.monotonic() - began < 10


def test_an_archive_that_is_not_read_to_its_end_ends_in_a_gap(world: PostfixWorld, noon: datetime) -> None:
    world.log.raw((b"Nov 24 12:00:00 relay x[1]: " + b"y" * 100 + b"\n") * 10_000, at=noon)
    rotate(world, "mail.log.1.gz")
    world.goes_on(noon + MINUTE)

    pieces = log_files.find_pieces(world.log.path, since=noon - MINUTE, stamp=lambda *_: noon, most=100_000)
    lines = [line for piece in pieces for line in log_files.lines_of(piece)]

    assert None in lines
    assert lines.index(None) > 100
    assert lines[-1] == world.log.written[-1]


def test_the_beginning_is_found_from_the_end(world: PostfixWorld, noon: datetime) -> None:
    day = noon - timedelta(days=1)
    filler = f"Nov 23 12:00:00 relay x[1]: {'y' * 100}\n".encode() * 40_000
    world.log.path.write_bytes(filler)
    world.loses(OURS, noon)
    world.goes_on(noon + 10 * MINUTE)
    assert len(filler) > 4 * 2**20

    [piece] = log_files.find_pieces(
        world.log.path, since=noon - MINUTE, stamp=lambda line, _: noon if b"Nov 24" in line else day
    )

    assert piece.size - piece.start < 2**20 + len(filler[:200])
    assert ask(world, noon) == Absent()


# What cannot be read


def test_what_is_no_file_is_told_and_not_waited_for(tmp_path: Path, noon: datetime) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", ".", "missing"):
        ledger = PostfixLedger(tmp_path / name, is_only_relay=True)

        fault = ledger.fault()

        assert fault is not None
        assert fault.endswith(": let the service's user read it.")
        assert ledger.look_up([Question(message_id=OURS, submitted=(noon,))]) == {OURS: Unknown()}


def test_a_file_without_times_is_told(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    ledger = PostfixLedger(log, is_only_relay=True)

    for text in ("", "Hello.\nIs this a log?\n"):
        log.write_text(text)
        assert "holds no line with a time" in (ledger.fault() or "")

    log.write_text("Nov 24 12:00:00 relay postfix/qmgr[1]: A1B2C3: removed\n")
    assert ledger.fault() is None


def test_no_log_of_ours_holds_an_address(
    world: PostfixWorld, noon: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    world.takes(OURS, noon, fate=Fate.BOUNCED)
    answer = ask(world, noon)
    world.close()
    ask(world, noon)

    assert "@" not in repr(answer)
    assert caplog.messages
    assert "@" not in caplog.text
