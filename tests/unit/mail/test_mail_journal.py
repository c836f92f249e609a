"""The journal keeps what it was given through torn lines, full disks and time, and knows a copy from itself."""

import contextlib
import errno
import resource
import shutil
import signal
import stat
import subprocess
import sys
from datetime import timedelta

import pytest

from service.foundation.errors import Refused
from service.mail.journal import KEPT_FOR, Journal, JournalFailed, begin, entries_beyond, look_at, place_of

A, B, C = ("<aaaa@rivers.example>", "<bbbb@rivers.example>", "<cccc@rivers.example>")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "journal"


@pytest.fixture
def opened(folder):
    """Open the journal in the folder, and close what a test leaves open."""
    with contextlib.ExitStack() as stack:

        def open_one(**changed):
            return stack.enter_context(contextlib.closing(Journal(folder, **changed)))

        yield open_one


def numbers(folder, beyond=0):
    return [entry.fence_no for entry in entries_beyond(folder, beyond)]


def segments(folder):
    return sorted(folder.glob("sent-*.log"))


def test_what_was_appended_is_read_again(folder, noon, opened):
    journal = opened()
    journal.append([(1, A), (2, B)], now=noon)
    journal.append([(3, C)], now=noon + timedelta(seconds=1))

    assert [(entry.fence_no, entry.message_id) for entry in entries_beyond(folder, 1)] == [(2, B), (3, C)]
    assert [entry.at for entry in entries_beyond(folder, 2)] == [noon + timedelta(seconds=1)]
    assert journal.last == journal.standing.last == 3


def test_it_goes_on_after_a_restart_with_the_same_name_and_place(folder, noon, opened):
    first = opened()
    first.append([(7, A)], now=noon)
    before = first.standing
    first.close()

    again = opened()

    assert again.standing == before == look_at(folder)
    again.append([(8, B)], now=noon)
    assert numbers(folder) == [7, 8]


def test_it_is_on_the_disk_before_append_returns(folder, noon, tmp_path):
    code = f"""
import os, signal
from datetime import UTC, datetime
from pathlib import Path
from service.mail.journal import Journal
Journal(Path({str(folder)!r})).append([(1, {A!r})], now=datetime(2026, 11, 24, tzinfo=UTC))
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", code], check=False)

    assert done.returncode == -signal.SIGKILL
    assert numbers(folder) == [1]


def test_each_append_waits_for_the_disk_once(noon, opened):
    synced = []
    journal = opened(sync=synced.append)

    journal.append([(1, A), (2, B), (3, C)], now=noon)
    journal.append([(4, A)], now=noon)

    assert len(synced) == 2


def test_only_its_owner_can_read_it(folder, noon, opened):
    opened().append([(1, A)], now=noon)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


@pytest.mark.parametrize(
    "torn", [b"2 17", b"2 1764000000 <bbbb@riv", b"\0" * 600, b"\xff\xfe\n", b"00000000\n"]
)
def test_a_torn_line_is_passed_over_and_the_next_ones_are_read(folder, noon, torn, opened):
    journal = opened()
    journal.append([(1, A)], now=noon)
    journal.close()
    with segments(folder)[-1].open("ab") as file:
        file.write(torn)

    again = opened()
    again.append([(3, C)], now=noon)

    assert numbers(folder) == [1, 3]
    assert again.last == 3


def test_a_changed_line_is_not_believed(folder, noon, opened):
    opened().append([(1, A), (2, B)], now=noon)
    path = segments(folder)[-1]
    path.write_bytes(path.read_bytes().replace(b"bbbb", b"bbbc"))

    assert numbers(folder) == [1]


@pytest.fixture
def small_files():
    """Let this process write files of no more than so many bytes: as good as a full disk, and as real."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def limit(size):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))

    yield limit
    limit(before[0])
    signal.signal(signal.SIGXFSZ, handler)


def test_where_the_disk_is_full_nothing_may_be_sent_and_later_it_goes_on(folder, noon, small_files, opened):
    journal = opened()
    journal.append([(1, A)], now=noon)

    small_files(30)
    for number in range(2, 5):
        with pytest.raises(JournalFailed, match="nothing is sent until it can"):
            journal.append([(number, B)], now=noon)
    assert journal.last == 1
    small_files(10_000)
    journal.append([(5, C)], now=noon)

    assert numbers(folder) == [1, 5]
    assert len(segments(folder)) == 2


def test_a_failed_sync_is_a_failed_append(noon, opened):
    def fail(_):
        raise OSError(errno.EIO, "Input/output error")

    journal = opened(sync=fail)

    with pytest.raises(JournalFailed):
        journal.append([(1, A)], now=noon)


def test_it_does_not_grow_for_ever_and_keeps_what_may_still_matter(folder, noon, opened):
    journal = opened(segment_bytes=100)
    day = timedelta(days=1)
    for number in range(1, 61):
        journal.append([(number, A)], now=noon + number * day)

    kept = numbers(folder)

    assert kept[-1] == 60
    assert 60 - KEPT_FOR.days >= kept[0] >= 60 - KEPT_FOR.days - 4
    assert kept == list(range(kept[0], 61))


def test_after_a_long_silence_it_still_knows_how_far_it_had_come(folder, noon, opened):
    journal = opened(segment_bytes=100)
    journal.append([(1, A), (2, B), (3, C)], now=noon)
    journal.close()

    late = opened()
    late.append([(4, A)], now=noon + timedelta(days=400))
    late.close()

    assert look_at(folder).last == 4
    assert numbers(folder) == [1, 2, 3, 4]


def test_numbers_slightly_out_of_order_are_all_kept(folder, noon, opened):
    journal = opened()
    journal.append([(3, C)], now=noon)
    journal.append([(1, A), (2, B)], now=noon)

    assert journal.last == 3
    assert look_at(folder).last == 3
    assert numbers(folder, beyond=1) == [3, 2]


def test_only_one_sender_writes_it(folder, opened):
    first = opened()

    with pytest.raises(Refused, match="Another sender writes the journal"):
        opened()
    first.close()
    opened()


def test_a_folder_that_cannot_be_written_is_refused_with_a_sentence(folder):
    folder.write_text("a file")

    with pytest.raises(Refused, match="cannot be kept"):
        Journal(folder)


def test_a_copy_lies_at_another_place(folder, noon, tmp_path, opened):
    opened().append([(1, A)], now=noon)
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)

    original, copied = look_at(folder), look_at(copy)

    assert (copied.journal_id, copied.last) == (original.journal_id, 1)
    assert copied.place != original.place


def test_a_renamed_folder_is_still_the_same_place(folder, tmp_path):
    before = begin(folder)

    assert look_at(folder.rename(tmp_path / "elsewhere")) == before


def test_another_machine_is_another_place_but_a_new_container_is_not(tmp_path):
    journal, machine, container = tmp_path / "id", tmp_path / "machine-id", tmp_path / "dockerenv"
    journal.touch()

    def place():
        return place_of(journal, machine_id=machine, in_a_container=(container,))

    places = [place()]
    for name in ("one", "two"):
        machine.write_text(name)
        places.append(place())
    container.touch()
    for name in ("three", "four"):
        machine.write_text(name)
        places.append(place())
    machine.unlink()
    places.append(place())

    assert len(set(places[:3])) == 3
    assert places[3] == places[4] == places[5]


def test_there_is_nothing_to_look_at_where_no_journal_is(folder):
    assert look_at(folder) is None
    assert numbers(folder) == []
