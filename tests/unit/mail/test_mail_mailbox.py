"""The reader of the mailbox removes only what was kept, and nothing corrupt stops it."""

from datetime import UTC, datetime

import pytest

from service.foundation.errors import Refused, Transient
from service.mail.mailbox import find_mails, parse_mailbox_url, read_mailbox
from tests.doubles.imap_server import MailboxOnServer, imap_server


@pytest.fixture
def box():
    with imap_server() as box:
        yield box


def read(box: MailboxOnServer, keep) -> int:
    return read_mailbox(parse_mailbox_url(box.url), keep=keep)


def test_what_was_kept_is_removed_and_only_then(box) -> None:
    box.put(b"one\r\n")
    seen: list[tuple[bytes, int]] = []

    def keep(data: bytes) -> bool:
        seen.append((data, len(box.mails)))
        return True

    assert (read(box, keep), seen, box.mails) == (1, [(b"one\r\n", 1)], {})


def test_what_is_not_understood_stays_flagged_and_is_not_read_again(box) -> None:
    box.put(b"a person wrote this\r\n")
    calls: list[bytes] = []

    def keep(data: bytes) -> bool:
        calls.append(data)
        return False

    assert (read(box, keep), read(box, keep), len(calls)) == (0, 0, 1)
    assert box.flags[1] == {"\\Flagged"}


def test_a_corrupt_mail_never_blocks(box, caplog) -> None:
    for data in (b"\0\xff", b"good\r\n", b"\0", b"good\r\n"):
        box.put(data)

    def keep(data: bytes) -> bool:
        if b"\0" in data:
            raise ValueError("secret@lakes.example")
        return True

    assert (read(box, keep), sorted(box.mails)) == (2, [1, 3])
    assert "secret" not in caplog.text


def test_while_the_database_is_away_everything_stays(box) -> None:
    box.put(b"one\r\n")

    def keep(data: bytes) -> bool:
        raise Transient("The database cannot be reached.")

    with pytest.raises(Transient):
        read(box, keep)
    assert box.search() == [1]


@pytest.mark.parametrize("command", ["LOGIN", "SELECT", "UID SEARCH", "UID FETCH", "UID STORE", "EXPUNGE"])
def test_a_lost_connection_loses_nothing(box, command) -> None:
    box.put(b"one\r\n")
    box.drops_at = command
    kept: list[bytes] = []

    def keep(data: bytes) -> bool:
        kept.append(data)
        return True

    with pytest.raises(Transient):
        read(box, keep)
    assert len(box.mails) == 1

    box.drops_at = ""
    read(box, keep)
    assert kept


def test_a_giant_is_read_to_a_limit(box) -> None:
    box.put(b"x" * 3_000_000)
    sizes: list[int] = []

    assert read(box, lambda data: bool(sizes.append(len(data)) or True)) == 1
    assert sizes == [1_000_000]


def test_a_wrong_password_and_no_server_are_told_without_the_password(box) -> None:
    wrong = parse_mailbox_url(box.url.replace("secret", "open-sesame"))
    with pytest.raises(Transient) as told:
        read_mailbox(wrong, keep=lambda _: True)

    assert "sesame" not in str(told.value) + repr(wrong)


@pytest.mark.parametrize(
    "url",
    [
        "imap://u:p@mail.example/INBOX",
        "imaps://mail.example/INBOX",
        "imaps://u@mail.example",
        "pop3://u:p@mail.example",
        "imaps://u:hunter2@mail.example:no/INBOX",
        "imaps://u:hunter2@mail.example:0",
        "imaps://u:hunt#er2@mail.example",
        "imaps://u:pä@mail.example",
    ],
)
def test_a_wrong_address_is_refused_without_its_password(url) -> None:
    with pytest.raises(Refused) as refusal:
        parse_mailbox_url(url)

    assert "hunter2" not in str(refusal.value)


def test_an_address_is_read() -> None:
    box = parse_mailbox_url("imaps://re%40turns:p%2Fw@mail.example/Returned%20mail")

    assert (box.host, box.port, box.tls, box.folder) == ("mail.example", 993, True, "Returned mail")
    assert (box.user, box.password) == ("re@turns", "p/w")


def find(box: MailboxOnServer, value: str, *, most_bytes: int = 1000):
    return find_mails(parse_mailbox_url(box.url), header="X-About", value=value, most_bytes=most_bytes)


@pytest.mark.parametrize("dates_behind", [False, True])
def test_what_is_looked_for_is_found_and_left_as_it_is(box, dates_behind) -> None:
    box.dates_behind = dates_behind
    mine = [b"X-About: <1@rivers.example>\r\n\r\none", b"x-about: <1@rivers.example>\r\n\r\ntwo"]
    for data in (
        mine[0],
        b"X-About: <2@rivers.example>\r\n\r\n",
        b"Subject: 1@rivers.example\r\n\r\n",
        mine[1],
    ):
        box.put(data)

    found = find(box, "1@rivers.example")

    assert [one.data for one in found] == mine
    assert {one.at for one in found} == {datetime(2026, 11, 27, 10, 30, 6, tzinfo=UTC)}
    assert (len(box.mails), set().union(*box.flags.values())) == (4, set())
    assert not any(command.startswith(("SELECT", "UID STORE", "EXPUNGE")) for command in box.commands)


def test_of_a_long_mail_the_beginning_is_given_and_a_date_that_is_none_is_left_out(box) -> None:
    box.arrived = "yesterday"
    box.put(b"X-About: 1\r\n\r\n" + b"a" * 5000)

    [found] = find(box, "1", most_bytes=100)

    assert (len(found.data), found.at) == (100, None)


@pytest.mark.parametrize("command", ["LOGIN", "EXAMINE", "UID SEARCH", "UID FETCH"])
def test_a_search_that_breaks_off_is_no_answer(box, command) -> None:
    box.put(b"X-About: 1\r\n\r\n")
    box.drops_at = command

    with pytest.raises(Transient):
        find(box, "1")
