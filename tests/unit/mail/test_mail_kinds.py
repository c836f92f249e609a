"""The bytes of every kind of mail: which headers it bears, once, and which it must not bear."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from service.mail.compose import make_envelope
from service.mail.envelope import Draft
from service.mail.headers import make_message_id
from service.mail.policy import POLICIES
from service.mail.retry import WhenUncertain
from service.model.message import MessageKind
from tests.doubles.verifier import Verifier, both_signer

NOON = datetime(2026, 11, 24, 12, 0, 5, tzinfo=UTC)
STOP = "https://letters.a-very-long-name-of-a-coalition.example/unsubscribe/" + "b" * 43
LABEL = "a2b3c4d5e6f7a2b3c4d5e6f7ab"

ANSWERS = {
    MessageKind.CONFIRM,
    MessageKind.ALREADY,
    MessageKind.LINK,
    MessageKind.APPROVAL,
    MessageKind.COORDINATOR_INVITATION,
    MessageKind.DESK_NOTICE,
    MessageKind.GUEST,
    MessageKind.SEND_TEST,
    MessageKind.ALERT,
    MessageKind.QUESTION,
    MessageKind.NEEDS_CHECK,
    MessageKind.CLAIMED,
    MessageKind.ASKED_ABOUT,
    MessageKind.COUNTERSIGN,
    MessageKind.DECLINED,
    MessageKind.REHEARSAL,
}
PERSONAL = {MessageKind.REMINDER, MessageKind.INVITATION, MessageKind.PROOF, MessageKind.THANKS}
PERSONAL |= {MessageKind.CHANGE}
LISTED = {MessageKind.UPDATE, MessageKind.NEWS, MessageKind.KIT}
DIGESTS = {MessageKind.DIGEST}
TO_OFFICES = {MessageKind.DELIVERY, MessageKind.CHASE}

ALWAYS = {"From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Content-Language", "MIME-Version"}
ALWAYS |= {"Content-Type"}
BY_A_MACHINE = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
ONE_CLICK = {"List-Unsubscribe": f"<{STOP}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
OF_A_LIST = {"List-Id": f"<{LABEL}.rivers.example>", "Precedence": "bulk"}
# What looks like bulk mail to the office that the letter is for.
TELLTALE = {*BY_A_MACHINE, *ONE_CLICK, *OF_A_LIST, "Feedback-ID", "Return-Path", "Bcc"}


def bytes_of(kind: MessageKind) -> bytes:
    """Give a mail of this kind, signed, whose words would break a careless header."""
    draft = Draft(
        to="zoe@office.example",
        subject="Ü" * 150,
        text="Die Flüsse.\n" + "x" * 3000 + "\n.\n",
        html="<p>Die Flüsse.</p>\n",
        sender_name="Koalition für offene Flüsse, " * 5,
        reply_to="letter@rivers.example",
        language="en",
        unsubscribe_url=STOP,
        list_label=LABEL,
    )
    envelope = make_envelope(
        draft,
        kind=kind,
        message_id=make_message_id(b"k" * 32, f"{kind.value}|c|anna|1", "rivers.example"),
        dated_at=NOON,
        mail_from="letters@rivers.example",
    )
    return both_signer().sign(envelope.data, at=NOON)


def headers_of(data: bytes) -> list[tuple[str, str]]:
    """Split the header section by its bytes alone; a folded line stays as it is."""
    head = data.partition(b"\r\n\r\n")[0].decode("ascii")
    fields = re.split(r"\r\n(?![ \t])", head)
    return [(name, value) for name, _, value in (field.partition(": ") for field in fields)]


def test_every_kind_has_its_place_in_this_test_and_a_policy() -> None:
    assert ANSWERS | PERSONAL | LISTED | DIGESTS | TO_OFFICES == set(MessageKind) == set(POLICIES)


@pytest.mark.parametrize("kind", list(MessageKind))
def test_a_kind_bears_its_headers_once_and_no_others(kind: MessageKind) -> None:
    found = headers_of(bytes_of(kind))
    wanted: dict[str, str] = {}
    if kind not in TO_OFFICES:
        wanted |= BY_A_MACHINE
    if kind in PERSONAL | LISTED:
        wanted |= ONE_CLICK
    if kind in LISTED:
        wanted |= OF_A_LIST

    counted = Counter(name for name, _ in found)
    assert counted.pop("DKIM-Signature") == 2
    assert counted == dict.fromkeys({*ALWAYS, *wanted}, 1)
    assert {name: value for name, value in found if name in TELLTALE} == wanted


@pytest.mark.parametrize("kind", list(MessageKind))
def test_structured_headers_are_whole_and_plain(kind: MessageKind) -> None:
    found = dict(headers_of(bytes_of(kind)))

    assert re.fullmatch(r"<[a-z2-7]{26}@rivers\.example>", found["Message-ID"])
    assert found["Date"] == "Tue, 24 Nov 2026 12:00:05 +0000"
    plain = {name for name in found if name.startswith("List-")} | {"Message-ID", "Date", "To", "Reply-To"}
    assert [name for name in plain if "=?" in found[name] or "\n" in found[name]] == []


@pytest.mark.parametrize("kind", list(MessageKind))
def test_lines_end_in_crlf_and_none_is_too_long(kind: MessageKind) -> None:
    data = bytes_of(kind)

    lines = data.split(b"\r\n")
    assert lines[-1] == b""
    assert b"\r" not in b"".join(lines)
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 998
    assert data.isascii()


@pytest.mark.parametrize("kind", list(MessageKind))
def test_every_kind_verifies_and_no_list_header_can_be_added(kind: MessageKind) -> None:
    data = bytes_of(kind)

    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        assert Verifier().verdicts(data) == [True, True]
        for added in (b"List-Unsubscribe: <https://eve.example>\r\n", b"Precedence: list\r\n"):
            start = data.index(b"\r\nFrom:") + 2
            assert Verifier().verdicts(data[:start] + added + data[start:]) == [False, False]


@pytest.mark.parametrize(
    ("kinds", "priority", "hours", "when_uncertain"),
    [
        (ANSWERS - {MessageKind.APPROVAL}, None, 24, WhenUncertain.ONCE_MORE),
        ({MessageKind.CONFIRM, MessageKind.COORDINATOR_INVITATION}, 0, 24, WhenUncertain.ONCE_MORE),
        ({MessageKind.APPROVAL}, 0, 7 * 24, WhenUncertain.ONCE_MORE),
        ({MessageKind.ALERT, MessageKind.REHEARSAL}, 1, 24, WhenUncertain.ONCE_MORE),
        (PERSONAL, 2, 48, WhenUncertain.ONCE_MORE),
        (LISTED | DIGESTS, 3, 48, WhenUncertain.NEVER),
        (TO_OFFICES, 1, 7 * 24, WhenUncertain.PERSON),
    ],
)
def test_the_table_of_kinds(
    kinds: set[MessageKind], priority: int | None, hours: int, when_uncertain: WhenUncertain
) -> None:
    for kind in kinds:
        policy = POLICIES[kind]
        assert priority in {policy.priority, None}
        assert policy.expires_after == timedelta(hours=hours)
        assert policy.when_uncertain is when_uncertain


def test_no_list_is_named_where_none_is_known() -> None:
    draft = Draft(
        to="zoe@office.example",
        subject="S",
        text="T\n",
        html="",
        sender_name="C",
        reply_to=None,
        language="en",
        unsubscribe_url=None,
    )

    data = make_envelope(
        draft, kind=MessageKind.UPDATE, message_id="<a@b.example>", dated_at=NOON, mail_from="l@b.example"
    ).data

    assert b"List-" not in data
    assert b"Precedence" not in data


@pytest.mark.parametrize("label", ["a.b", "A", "ü", "a\r\nBcc: x", "a b", "a" * 64, "<a>"])
def test_a_label_that_could_break_out_is_refused(label: str) -> None:
    with pytest.raises(ValueError, match="label of a list"):
        Draft(
            to="zoe@office.example",
            subject="S",
            text="T\n",
            html="",
            sender_name="C",
            reply_to=None,
            language="en",
            unsubscribe_url=None,
            list_label=label,
        )
