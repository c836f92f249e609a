"""Signatures hold for what was sent and for nothing else; dkimpy, written by others, is the judge."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from dkim.canonicalization import Relaxed
from hypothesis import given, settings
from hypothesis import strategies as st

from service.mail.compose import make_envelope
from service.mail.dkim import (
    LIFETIME,
    OVERSIGNED,
    Algorithm,
    DkimKey,
    DkimSigner,
    canonical_body,
    canonical_value,
    make_private_key,
)
from service.mail.envelope import LONGEST_LINE, Attachment, Draft, Envelope
from service.model.message import MessageKind
from tests.doubles.verifier import DOMAIN, Verifier, both_keys, both_signer
from tests.house.repository import ROOT
from tests.unit.mail.test_mail_templates import MAILS, fill

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
BOTH = [True, True]
NEITHER = [False, False]
PLAIN = (
    b'From: "Rivers" <letters@rivers.example>\r\nTo: zoe@office.example\r\nSubject: Please\r\n confirm\r\n'
    b"Date: Tue, 24 Nov 2026 12:00:00 +0000\r\nMessage-ID: <a@rivers.example>\r\n\r\nA river.\r\n"
)
# The kinds that have no words yet are signed in test_mail_kinds.py, in words of that test.
TEMPLATE_OF = {kind: kind.value for kind in MessageKind if kind.value in MAILS} | {
    MessageKind.QUESTION: "alert",
    MessageKind.NEWS: "update",
}

# Other words of the same kinds.
BESIDE = {
    "approval_code": MessageKind.APPROVAL,
    "chaser": MessageKind.GUEST,
    "comment": MessageKind.GUEST,
    "comments_decided": MessageKind.GUEST,
    "comments_waiting": MessageKind.DESK_NOTICE,
    "line_fixed": MessageKind.LINK,
    "listed": MessageKind.CLAIMED,
    "own_code": MessageKind.LINK,
    "second_look": MessageKind.DESK_NOTICE,
    "team_notice": MessageKind.DESK_NOTICE,
}


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def signed(data: bytes = PLAIN) -> bytes:
    return both_signer().sign(data, at=NOON)


def verdicts(data: bytes) -> list[bool]:
    return Verifier().verdicts(data)


def mail_of(
    kind: MessageKind, *, template: str = "", language: str = "en", to: str = "zoe@office.example"
) -> Envelope:
    written = fill(template or TEMPLATE_OF[kind], language=language)
    pdf = Attachment(filename="Brief – تجربة.pdf", media_type="application/pdf", data=bytes(range(256)) * 40)
    draft = Draft(
        to=to,
        subject=written.subject,
        text=written.text,
        html=written.html,
        sender_name="Bündnis für offene Flüsse – سواحل",
        reply_to="letter@rivers.example",
        language=language,
        unsubscribe_url="https://letters.rivers.example/unsubscribe/" + "b" * 43,
        attachments=(pdf,) if kind is MessageKind.DELIVERY else (),
    )
    return make_envelope(
        draft,
        kind=kind,
        message_id="<abcdefghijklmnopqrstuvwxyz@rivers.example>",
        dated_at=NOON,
        mail_from="letters@rivers.example",
    )


def test_every_template_is_among_the_mails_that_are_signed_here() -> None:
    folders = {path.name for path in (ROOT / "templates" / "mail").iterdir() if path.is_dir()}

    assert set(TEMPLATE_OF.values()) | set(BESIDE) == folders


@pytest.mark.parametrize("template", sorted(BESIDE))
def test_other_words_of_a_kind_are_verified_by_both_keys(template: str) -> None:
    assert verdicts(signed(mail_of(BESIDE[template], template=template, language="ar").data)) == BOTH


@pytest.mark.parametrize("kind", list(TEMPLATE_OF))
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_mail_we_send_is_verified_by_both_keys(kind: MessageKind, language: str) -> None:
    assert verdicts(signed(mail_of(kind, language=language).data)) == BOTH


def test_a_mail_with_an_address_beyond_ascii_is_verified() -> None:
    assert verdicts(signed(mail_of(MessageKind.CONFIRM, to="zoë@bücher.example").data)) == BOTH


@pytest.mark.parametrize("kind", list(TEMPLATE_OF))
def test_every_signed_mail_keeps_the_form_of_mail(kind: MessageKind) -> None:
    lines = signed(mail_of(kind).data).split(b"\r\n")

    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert max(map(len, lines)) <= LONGEST_LINE
    header = lines[: next(place for place, line in enumerate(lines) if line.startswith(b"From:"))]
    assert max(map(len, header)) <= 78
    assert all(re.match(rb"DKIM-Signature: v=1; a=| \S", line) for line in header)


def test_the_mail_itself_stays_as_it_was() -> None:
    assert signed().endswith(b"\r\n" + PLAIN)


def test_equal_mails_have_equal_signatures() -> None:
    assert signed() == signed()


def test_the_signature_says_what_and_when_and_nothing_of_a_part() -> None:
    tags = tags_of(signed())

    assert tags["v"] == "1"
    assert (tags["a"], tags["c"], tags["d"], tags["s"]) == (
        "rsa-sha256",
        "relaxed/relaxed",
        DOMAIN,
        "s1",
    )
    assert int(tags["t"]) == NOON.timestamp()
    assert int(tags["x"]) - int(tags["t"]) == LIFETIME.total_seconds()
    assert "l" not in tags
    assert len(both_keys()[0].make_signature(b"")) * 8 == 2048


@pytest.mark.parametrize(("days", "holds"), [(0, True), (13, True), (15, False)])
def test_a_signature_holds_for_a_fortnight(days: int, *, holds: bool) -> None:
    sent = signed()

    with time_machine.travel(NOON + timedelta(days=days), tick=False):
        assert verdicts(sent) == [holds, holds]


@pytest.mark.parametrize("at_the_top", [True, False], ids=["top", "bottom"])
@pytest.mark.parametrize("name", OVERSIGNED)
def test_nobody_can_add_a_header_of_the_list(name: str, *, at_the_top: bool) -> None:
    sent = signed(mail_of(MessageKind.REMINDER).data)
    added = f"{name}: someone@else.example".encode()
    head, _, body = sent.partition(b"\r\n\r\n")

    changed = b"\r\n".join([added, head] if at_the_top else [head, added]) + b"\r\n\r\n" + body

    assert verdicts(sent) == BOTH
    assert verdicts(changed) == NEITHER


def test_relays_may_add_what_is_theirs() -> None:
    assert verdicts(b"Received: from a by b\r\nReturn-Path: <x@y.example>\r\n" + signed()) == BOTH


@pytest.mark.parametrize("kind", [MessageKind.REMINDER, MessageKind.DELIVERY])
def test_nobody_can_change_or_remove_a_header_of_the_list(kind: MessageKind) -> None:
    sent = signed(mail_of(kind).data)
    head, _, body = sent.partition(b"\r\n\r\n")
    fields = re.split(rb"\r\n(?![ \t])", head)
    ours = [
        place
        for place, field in enumerate(fields)
        if field.partition(b":")[0].decode().title() in {name.title() for name in OVERSIGNED}
    ]

    assert len(ours) >= 8
    for place in ours:
        without = [field for number, field in enumerate(fields) if number != place]
        marked = [field + b"x" if number == place else field for number, field in enumerate(fields)]
        for changed in (without, marked):
            assert verdicts(b"\r\n".join(changed) + b"\r\n\r\n" + body) == NEITHER


def test_one_changed_byte_of_the_body_is_noticed() -> None:
    assert verdicts(signed().replace(b"A river", b"A rivet")) == NEITHER


def test_another_key_under_our_selector_does_not_verify() -> None:
    other = Verifier(
        keys=[
            DkimKey(make_private_key(algorithm), selector=key.selector)
            for algorithm, key in zip(Algorithm, both_keys(), strict=True)
        ]
    )

    assert other.verdicts(signed()) == NEITHER


@pytest.mark.parametrize(
    ("record", "length"), [(0, len("v=DKIM1; k=rsa; p=") + 392), (1, len("v=DKIM1; k=ed25519; p=") + 44)]
)
def test_a_record_holds_the_public_half_alone(record: int, length: int) -> None:
    assert len(both_keys()[record].record) == length


@pytest.mark.parametrize(
    "broken",
    [
        PLAIN.replace(b"From:", b"X-From:"),
        b"From: two@rivers.example\r\n" + PLAIN,
        b"no colon\r\n" + PLAIN,
        b": no name\r\n" + PLAIN,
        PLAIN.replace(b"Subject:", b"Subject :"),
        PLAIN.removesuffix(b"\r\n"),
        b"",
        b"\r\n\r\nbody\r\n",
    ],
)
def test_what_cannot_be_read_is_not_signed(broken: bytes) -> None:
    with pytest.raises(ValueError, match="mail to be signed"):
        both_signer().sign(broken, at=NOON)


def test_a_key_of_another_kind_is_not_taken() -> None:
    with pytest.raises(ValueError, match=r".+"):
        DkimKey(b"not a key", selector="s1")


def test_a_header_that_stands_twice_is_signed_from_the_lowest_up() -> None:
    twice = b"Precedence: bulk\r\nPrecedence: list\r\n" + PLAIN

    assert verdicts(signed(twice)) == BOTH
    assert tags_of(signed(twice))["h"].count("Precedence") == 3


BODIES = [
    b"",
    b"\r\n",
    b"\r\n\r\n\r\n",
    b" \r\n",
    b" \t \r\n\t\r\n",
    b"a\r\n",
    b"a\r\n\r\n\r\n",
    b"a\r\n \r\n\t \r\n",
    b"a \t b\tc  d\r\n",
    b" a\r\n  b\r\n\tc\r\n",
    b"a  \r\n\r\n  b \r\n",
    b"a\r\n\r\nb\r\n",
    b".\r\n..\r\n",
    b"\xff\xfe \xc3\xa9\r\n",
    b"\r\na\r\n",
]


@pytest.mark.parametrize("body", BODIES)
def test_bodies_have_the_relaxed_form(body: bytes) -> None:
    assert canonical_body(body) == Relaxed.canonicalize_body(body)
    assert verdicts(signed(PLAIN.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + body)) == BOTH


VALUES = [
    b"",
    b" ",
    b" a",
    b"a",
    b"\ta\t b \t",
    b" a\r\n b",
    b" a\r\n\tb\r\n  c",
    b"\r\n a",
    b" a \r\n ",
    b" =?utf-8?b?w7w=?=\r\n =?utf-8?b?w7w=?=",
    b" z\xc3\xab@office.example",
    b" a:b::c",
    b" \xc2\xa0a\xc2\xa0",
]


@pytest.mark.parametrize("value", VALUES)
def test_headers_have_the_relaxed_form(value: bytes) -> None:
    [(_, wanted)] = Relaxed.canonicalize_headers([(b"Subject", value + b"\r\n")])
    mail = PLAIN.replace(b" Please\r\n confirm", value)

    assert canonical_value(value) + b"\r\n" == wanted
    assert verdicts(signed(mail)) == BOTH


@pytest.mark.parametrize("name", [b"SUBJECT", b"subject", b"sUbJeCt"])
def test_the_case_of_a_headers_name_does_not_count(name: bytes) -> None:
    assert verdicts(signed(PLAIN.replace(b"Subject", name))) == BOTH


LINES = st.lists(
    st.lists(st.sampled_from([b" ", b"\t", b"  ", b"a", b".", b"=", b"\xc3\xbc", b"From "]), max_size=6).map(
        b"".join
    ),
    max_size=8,
)


@settings(max_examples=60)
@given(LINES)
def test_random_bodies_are_verified(lines: list[bytes]) -> None:
    body = b"".join(line + b"\r\n" for line in lines)

    assert canonical_body(body) == Relaxed.canonicalize_body(body)
    assert verdicts(signed(PLAIN.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + body)) == BOTH


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=300))
def test_random_texts_are_verified(text: str) -> None:
    draft = Draft(
        to="zoe@office.example",
        subject=" ".join(text.split())[:100],
        text=text,
        html="",
        sender_name=" ".join(text.split())[:60],
        reply_to=None,
        language="en",
        unsubscribe_url=None,
    )
    mail = make_envelope(
        draft, kind=MessageKind.CONFIRM, message_id="<a@b>", dated_at=NOON, mail_from="l@rivers.example"
    )

    assert verdicts(signed(mail.data)) == BOTH


def test_without_keys_a_mail_stays_unsigned() -> None:
    assert DkimSigner((), domain=DOMAIN).sign(PLAIN, at=NOON) == PLAIN


def tags_of(data: bytes) -> dict[str, str]:
    header = re.split(rb"\r\n(?![ \t])", data)[0].decode().partition(":")[2]
    return {
        name.strip(): re.sub(r"\s", "", value)
        for name, _, value in (tag.partition("=") for tag in header.split(";"))
    }
