"""A mail filled from a pattern is byte for byte the mail that would be written alone, whatever its words and script."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from service.foundation.addresses import normal_address
from service.foundation.errors import Refused
from service.mail.cast import make_boundary
from service.mail.compose import make_envelope
from service.mail.envelope import Attachment, Draft, Envelope
from service.mail.mould import Filled, Pattern, blank_token, make_mould
from service.mail.sender import Sender
from service.model.message import MessageKind
from service.store.claim import Taken

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SENDER = Sender(site_key=b"k" * 32, mail_from="us@rivers.example", domain="rivers.example")
WITH_RETURN_PATHS = replace(SENDER, bounce_domain="bounces.rivers.example")
MANAGE, UNSUBSCRIBE = blank_token(0), blank_token(1)
KINDS = st.sampled_from([MessageKind.UPDATE, MessageKind.NEWS, MessageKind.THANKS, MessageKind.CONFIRM])

TOKEN = st.text("abcXYZ019_-", min_size=43, max_size=43)
WORDS = st.one_of(
    st.text(st.characters(blacklist_categories=["Cc", "Cs"]), max_size=120),
    st.text("ab =.é\t", max_size=120),
    st.sampled_from(
        ["Grüß Gott, ", "Привет, соседи: ", "こんにちは", "مرحبا", "नमस्ते ", "From here, ", ".", "a" * 75]
    ),
)
LINK = st.sampled_from(
    [f"https://u.example/manage/{MANAGE}", f"<https://u.example/unsubscribe/{UNSUBSCRIBE}>", MANAGE]
)
LINE = st.one_of(WORDS, st.tuples(WORDS, LINK, WORDS).map("".join), st.tuples(LINK, LINK).map(" ".join))
TEXT = st.lists(LINE, max_size=12).map(lambda lines: "".join(f"{line}\n" for line in lines))
ADDRESS = st.sampled_from(
    [
        *(
            "anna@lakes.example",
            "a@b.c",
            "x+y=z_{|}~@lakes.example",
            f"{'long.' * 12}name@{'deep.' * 30}example",
        ),
        *(
            "zoë@lakes.example",
            "anna@flüsse.example",
            "用户@例子.example",
            "anna@xn--flsse-lva.example",
            "Anna@lakes.example",
        ),
    ]
)
MOMENT = st.integers(-800_000_000, 2_000_000_000).map(lambda seconds: NOON + timedelta(seconds=seconds))


def draft(
    text: str, html: str = "", *, subject: str = "Rivers", unsubscribe: str | None = UNSUBSCRIBE
) -> Draft:
    return Draft(
        to="whoever@lakes.example",
        subject=subject,
        text=text,
        html=html,
        sender_name="Coalition",
        reply_to="letter@rivers.example",
        language="en",
        unsubscribe_url=f"https://u.example/unsubscribe/{unsubscribe}" if unsubscribe else None,
        list_label="abc123",
    )


def row(number: int = 1, *, kind: MessageKind = MessageKind.UPDATE, dated_at: datetime = NOON) -> Taken:
    return Taken(
        id=f"{number:032x}",
        kind=kind,
        campaign_id="c",
        recipient_ref=str(number),
        occurrence="1",
        priority=3,
        attempt=1,
        possible_duplicate=False,
        content_sha256=None,
        message_id=f"<{number:026}@rivers.example>",
        dated_at=dated_at,
        expires_at=NOON + timedelta(days=2),
        lease_until=NOON + timedelta(minutes=1),
    )


def alone(written: Draft, taken: Taken, sender: Sender, *, to: str, tokens: list[str]):
    """Write the mail as if there were no others: its draft with the tokens themselves in it."""

    def put_in(words: str) -> str:
        return words.replace(MANAGE, tokens[0]).replace(UNSUBSCRIBE, tokens[1])

    url = written.unsubscribe_url
    whole = replace(
        written,
        to=to,
        text=put_in(written.text),
        html=put_in(written.html),
        unsubscribe_url=put_in(url) if url else None,
    )
    return make_envelope(
        whole,
        kind=taken.kind,
        message_id=taken.message_id,
        dated_at=taken.dated_at,
        mail_from=sender.mail_from,
        return_path=sender.return_path(taken.id),
    )


def made_of(pattern: Pattern, taken: Taken, sender: Sender, *, to: str, tokens: list[str]) -> Envelope:
    """Write one mail of many."""
    return Filled(pattern=pattern, to=to, tokens=tokens).make(taken, sender)


def tokens_of(number: int) -> list[str]:
    return [f"{number:_>43}", f"{number:->43}"]


@given(
    text=TEXT,
    html=st.one_of(st.just(""), TEXT),
    subject=st.text("aé =", max_size=90),
    kind=KINDS,
    to=ADDRESS,
    tokens=st.lists(TOKEN, min_size=2, max_size=2),
    dated_at=MOMENT,
    sender=st.sampled_from([SENDER, WITH_RETURN_PATHS]),
)
@example(
    text="",
    html="",
    subject="",
    kind=MessageKind.UPDATE,
    to="anna@lakes.example",
    tokens=tokens_of(7),
    dated_at=NOON,
    sender=SENDER,
)
def test_a_filled_mail_has_the_bytes_of_one_written_alone(
    text, html, subject, kind, to, tokens, dated_at, sender
):
    written = draft(text, html, subject=subject)
    pattern = Pattern(written, tokens=2)

    for number, mine in enumerate([tokens_of(5), tokens]):
        taken = row(number, kind=kind, dated_at=dated_at + timedelta(hours=number))
        assert made_of(pattern, taken, sender, to=to, tokens=mine) == alone(
            written, taken, sender, to=to, tokens=mine
        )


ENCODED = {
    "7bit": (f"Hello.\nhttps://u.example/{MANAGE}\n", "7bit"),
    "base64": (f"Привет, соседи: {MANAGE}, и ещё раз {UNSUBSCRIBE}\n" * 12, "base64"),
    **{
        f"quoted-printable {before}": (
            f"See {'x' * before}{MANAGE}{UNSUBSCRIBE} é\n" + "a" * 300,
            "quoted-printable",
        )
        for before in range(78)
    },
}


@pytest.mark.parametrize(("text", "encoding"), ENCODED.values(), ids=ENCODED)
def test_wherever_the_encoding_breaks_a_link_it_breaks_it_there_in_every_mail(text, encoding):
    written = draft(text, f"<p>{text}")
    whole = [made_of(Pattern(written, tokens=2), row(), SENDER, to="anna@lakes.example", tokens=tokens_of(3))]
    pattern = Pattern(written, tokens=2)
    filled = [
        made_of(pattern, row(number), SENDER, to="anna@lakes.example", tokens=tokens_of(number))
        for number in (1, 2)
    ]

    assert f"Content-Transfer-Encoding: {encoding}".encode() in whole[0].data
    for number, envelope in enumerate(filled, 1):
        mine = tokens_of(number)
        assert envelope == alone(written, row(number), SENDER, to="anna@lakes.example", tokens=mine)
        assert max(map(len, envelope.data.split(b"\r\n"))) <= 998
        read = message_from_bytes(envelope.data, policy=default)
        body = read.get_body(("plain",))
        assert body is not None
        shown = "\n".join(body.get_content().split("\r\n"))
        assert shown.rstrip() == text.replace(MANAGE, mine[0]).replace(UNSUBSCRIBE, mine[1]).rstrip()


@pytest.mark.parametrize(
    ("text", "is_moulded"),
    [
        (f"Hello.\n{MANAGE}\n", True),
        (f"Grüß Gott.\n{MANAGE}\n" + "a" * 300, True),
        ("Hello, with no link at all.\n", True),
        (f"Привет, соседи: {MANAGE}\n" * 12, False),
    ],
)
def test_a_mould_is_made_wherever_the_bytes_show_their_places(text, is_moulded):
    mould = make_mould(draft(text, text), kind=MessageKind.UPDATE, mail_from=SENDER.mail_from, tokens=2)

    assert (mould is not None) == is_moulded


@given(text=TEXT, html=TEXT, to=ADDRESS)
def test_no_blank_is_ever_in_a_mail(text, html, to):
    assume("mould" not in text.replace(MANAGE, "").replace(UNSUBSCRIBE, ""))
    envelope = made_of(Pattern(draft(text, html), tokens=2), row(), SENDER, to=to, tokens=tokens_of(4))

    read = message_from_bytes(envelope.data, policy=default)
    shown = [str(value) for value in read.values()] + [part.get_content() for part in read.iter_parts()]
    assert "mould" not in " ".join([*shown, envelope.mail_from, envelope.rcpt_to, envelope.message_id])
    assert b"mould" not in envelope.data.replace(b"=\r\n", b"")


@pytest.mark.parametrize(
    "words",
    [
        "mould-of-",
        "mould-of-a-recipient@mould.invalid",
        "<mould-of-a-message-id@mould.invalid>",
        "Fri, 31 Dec 1999 23:59:59 +0000",
        f"--{make_boundary('<mould-of-a-message-id@mould.invalid>', 0)}",
        blank_token(2),
        "{}",
        "%s %(to)s \\1",
    ],
)
def test_words_that_look_like_a_blank_stay_as_they_were_written(words):
    written = draft(f"{words}\n{MANAGE}\n", f"<p>{words} é {MANAGE}")

    made = made_of(Pattern(written, tokens=2), row(), SENDER, to="anna@lakes.example", tokens=tokens_of(6))

    assert made == alone(written, row(), SENDER, to="anna@lakes.example", tokens=tokens_of(6))


@pytest.mark.parametrize("text", [f"{MANAGE}\n", f"Привет, соседи: {MANAGE}\n" * 12], ids=["7bit", "base64"])
@pytest.mark.parametrize("to", ["anna@lakes.example", "zoë@lakes.example"])
@pytest.mark.parametrize(
    "wrong", ["", "a" * 42, "a" * 44, "a" * 42 + "\n", "a" * 42 + "=", "a" * 41 + "\r\n", "é" * 43, "<" * 43]
)
def test_what_is_no_token_is_refused(text, to, wrong):
    pattern = Pattern(draft(text), tokens=2)

    for tokens in ([wrong, "a" * 43], ["a" * 43, wrong]):
        with pytest.raises(ValueError, match="token"):
            made_of(pattern, row(), SENDER, to=to, tokens=tokens)


@pytest.mark.parametrize("text", [f"{MANAGE}\n", f"Привет, соседи: {MANAGE}\n" * 12], ids=["7bit", "base64"])
@pytest.mark.parametrize("number", [0, 1, 3])
def test_as_many_tokens_as_the_pattern_has_places_must_be_given(text, number):
    with pytest.raises(ValueError, match="token"):
        made_of(
            Pattern(draft(text), tokens=2), row(), SENDER, to="anna@lakes.example", tokens=["a" * 43] * number
        )


@pytest.mark.parametrize(
    "to",
    [
        "",
        "anna",
        "a@b@c",
        "anna@lakes.example\r\nBcc: all@lakes.example",
        "a b@lakes.example",
        "<a@b.c>",
        "a@b.c,d@e.f",
    ],
)
def test_what_is_no_address_is_refused(to):
    with pytest.raises(ValueError, match=r"address|plain|split|unpack|domain"):
        made_of(Pattern(draft(MANAGE), tokens=2), row(), SENDER, to=to, tokens=tokens_of(1))


@pytest.mark.parametrize(
    "candidate",
    [
        "a..b@lakes.example",
        ".a@lakes.example",
        "a.@lakes.example",
        "a'b!c#d@lakes.example",
        "Anna@LAKES.example",
    ],
)
def test_every_address_that_is_let_in_is_written_alike(candidate):
    try:
        to = normal_address(candidate)
    except Refused:
        return
    written = draft(MANAGE)

    made = made_of(Pattern(written, tokens=2), row(), SENDER, to=to, tokens=tokens_of(1))

    assert made == alone(written, row(), SENDER, to=to, tokens=tokens_of(1))


@pytest.mark.parametrize("html", ["", f"<p>{MANAGE}"])
def test_a_mail_with_a_file_is_written_like_one_alone(html):
    file = Attachment(filename="letter.pdf", media_type="application/pdf", data=b"%PDF " * 100)
    written = replace(draft(f"{MANAGE}\n", html), attachments=(file,))

    made = made_of(Pattern(written, tokens=2), row(), SENDER, to="anna@lakes.example", tokens=tokens_of(1))

    assert made == alone(written, row(), SENDER, to="anna@lakes.example", tokens=tokens_of(1))


def test_a_domain_beyond_ascii_is_written_in_ascii_and_a_name_beyond_it_as_it_is():
    pattern = Pattern(draft(MANAGE), tokens=2)
    anna, zoe = (
        Filled(pattern=pattern, to=to, tokens=tokens_of(2)).make(row(), SENDER)
        for to in ("anna@flüsse.example", "zoë@lakes.example")
    )

    assert (anna.rcpt_to, anna.needs_smtputf8) == ("anna@xn--flsse-lva.example", False)
    assert b"\r\nTo: anna@xn--flsse-lva.example\r\n" in anna.data
    assert (zoe.rcpt_to, zoe.needs_smtputf8) == ("zoë@lakes.example", True)
    assert "\r\nTo: zoë@lakes.example\r\n".encode() in zoe.data


def test_each_mail_has_its_own_return_path_date_id_and_boundary():
    pattern = Pattern(draft(MANAGE, MANAGE), tokens=2)
    made = [
        made_of(
            pattern,
            row(number, dated_at=NOON + timedelta(days=number)),
            WITH_RETURN_PATHS,
            to="anna@lakes.example",
            tokens=tokens_of(1),
        )
        for number in range(3)
    ]

    read = [message_from_bytes(one.data, policy=default) for one in made]
    for what in (
        {one.mail_from for one in made},
        {one.message_id for one in made},
        {str(one["Date"]) for one in read},
        {one.get_boundary() for one in read},
    ):
        assert len(what) == 3
    assert [str(one["Message-ID"]) for one in read] == [one.message_id for one in made]
