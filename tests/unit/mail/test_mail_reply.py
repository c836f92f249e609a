"""What a person's answer says, and what proves where it comes from: tables of raw mails."""

import base64
from dataclasses import replace

import dkim
import pytest

from service.mail.authentic import is_aligned, proves_domain
from service.mail.bounce import read_report
from service.mail.reply import Reply, read_reply
from service.signing.replies import Verdict, judge
from tests.doubles.dns import FakeResolver, SilentResolver
from tests.doubles.verifier import both_keys
from tests.unit.mail.bounces.shapes import DOMAIN, KEY, OUR_ID, OUR_MAIL, PATH, ROW, TO, dsn, status

PERSON = f"Noor Example <{TO}>"
QUOTE = (
    "On Mon, 23 Nov 2026 at 10:00, Coalition for Open Rivers <b+x@y.example> wrote:\n> Or answer YES\n> yes\n"
)
NOTHING = FakeResolver({})


def answer(
    words: str = "Yes\n",
    *more: str,
    sender: str = PERSON,
    to: str = PATH,
    content: str = "text/plain; charset=utf-8",
    answers: str = OUR_ID,
) -> bytes:
    lines = [
        f"From: {sender}",
        f"To: {to}",
        "Subject: Re: Please confirm",
        "Message-ID: <own@lakes.example>",
        *([f"In-Reply-To: {answers}"] if answers else []),
        *more,
        "MIME-Version: 1.0",
        f"Content-Type: {content}",
    ]
    return ("\n".join(lines) + "\n\n" + words).replace("\n", "\r\n").encode()


def read(data: bytes, *, recipient: str = PATH) -> Reply | None:
    return read_reply(data, read_report(data, recipient=recipient, site_key=KEY, bounce_domain=DOMAIN))


BOTH = (
    "--b1\nContent-Type: text/plain; charset=utf-8\n\nYes\n\n"
    + QUOTE
    + "--b1\nContent-Type: text/html; charset=utf-8\n\n<p>Yes</p><blockquote>only if you pay</blockquote>\n--b1--\n"
)


@pytest.mark.parametrize(
    ("words", "begins", "only"),
    [
        ("Yes", True, True),
        ("YES!\n\n" + QUOTE, True, True),
        ("  yes.  \n\n-- \nNoor Example\nChair\n", True, True),
        ("Yes\n\nSent from my phone\n", True, True),
        ("Yes\n\n________________________________\nFrom: Coalition\n", True, True),
        ("I confirm.\n", True, True),
        ("Oui\n\nLe lun. 23 nov. 2026, Coalition a écrit :\n> yes\n", True, True),
        ("Sí", True, True),
        ("نعم", True, True),
        ("ھەئە", True, True),
        ("ཡིན།", True, True),
        ("是。", True, True),
        ("“Yes”", True, True),
        ("\u200eYes\u202c", True, True),
        ("Yes\nbut only if we are not named\n", True, False),
        ("Yes\n\nNoor\n", True, False),
        ("Yes, but not before Tuesday", False, False),
        ("Yes?? Who are you", False, False),
        ("No", False, False),
        ("No\n\n" + QUOTE, False, False),
        ("Dear all,\nyes\n", False, False),
        ("Yesterday", False, False),
        ("I do not confirm", False, False),
        (QUOTE, False, False),
        ("> Yes", False, False),
        ("", False, False),
        ("\n" * 500, False, False),
        ("x" * 100_000, False, False),
    ],
)
def test_only_a_plain_yes_of_its_own_is_one(words: str, begins, only) -> None:
    found = read(answer(words))

    assert found is not None
    assert (found.begins_with_yes, found.is_only_yes) == (begins, only)
    assert len(found.words) <= 2000
    assert "wrote:" not in found.words


def test_of_two_texts_the_plain_one_is_read() -> None:
    found = read(answer(BOTH, content='multipart/alternative; boundary="b1"'))

    assert found is not None
    assert (found.is_only_yes, found.words) == (True, "Yes")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (answer("Yes", "Auto-Submitted: auto-replied"), "RFC 3834"),
        (answer("Yes", "X-Autoreply: yes"), "an older custom"),
        (answer("Yes", "Precedence: auto_reply"), "an older custom"),
        (answer("Yes", "Precedence: bulk"), "a machine's answer"),
        (answer("Yes", "List-Id: <all.lakes.example>"), "through a list"),
        (answer("Yes", "Return-Path: <>"), "written by a server"),
        (answer("Yes", sender="MAILER-DAEMON@mx.lakes.example"), "written by a server"),
        (answer("Yes", sender="postmaster@lakes.example"), "written by a server"),
        (dsn(status("failed", "5.1.1", "550 5.1.1 User unknown")).encode(), "a report"),
        (dsn(status("delivered", "2.0.0")).encode(), "a receipt"),
        (answer("Yes", "Subject: Out of office").replace(b"Subject: Re: Please confirm\r\n", b""), "away"),
        (answer("Yes", to="somebody@else.example"), "to nobody of ours"),
        (b"\0\xff\xfe", "no mail at all"),
    ],
)
def test_a_machine_never_answers_for_a_person(data: bytes, why: str) -> None:
    recipient = "" if why in {"to nobody of ours", "no mail at all"} else PATH

    assert read(data, recipient=recipient) is None, why


@pytest.mark.parametrize(
    ("sender", "is_from_them"),
    [
        (PERSON, True),
        (TO.upper(), True),
        (f'"{TO}" <troll@evil.example>', False),
        (f"{TO}, troll@evil.example", False),
        (f"troll@evil.example\nFrom: {TO}", False),
        ("", False),
        ("not an address", False),
    ],
)
def test_the_sender_is_the_one_address_in_from(sender: str, is_from_them) -> None:
    found = read(answer(sender=sender))

    assert found is not None
    assert found.is_from(TO) is is_from_them


@pytest.mark.parametrize(
    ("domain", "proven", "aligned"),
    [
        ("lakes.example", "lakes.example", True),
        ("Lakes.Example", "lakes.example.", True),
        ("mail.lakes.example", "lakes.example", True),
        ("lakes.example", "mail.lakes.example", False),
        ("lakes.example", "example", False),
        ("evillakes.example", "lakes.example", False),
        ("lakes.example", "", False),
        ("lakes.example", "rivers.example", False),
    ],
)
def test_what_speaks_for_a_domain(domain: str, proven: str, aligned) -> None:
    assert is_aligned(domain, proven) is aligned


HOST = "mx.rivers.example"


@pytest.mark.parametrize(
    ("headers", "proven"),
    [
        ([f"{HOST}; dkim=pass header.d=lakes.example"], True),
        ([f"{HOST}; dkim=pass (2048-bit key) header.d=lakes.example header.s=s1"], True),
        ([f"{HOST} 1; spf=fail smtp.mailfrom=x@lakes.example;\n dkim=pass header.i=@lakes.example"], True),
        ([f"{HOST.upper()}; spf=pass smtp.mailfrom=signer@lakes.example"], True),
        ([f"{HOST}; spf=pass smtp.mailfrom=lakes.example"], True),
        ([f"{HOST}; dkim=pass header.d=evil.example"], False),
        ([f"{HOST}; spf=pass smtp.mailfrom=x@evil.example"], False),
        ([f"{HOST}; spf=pass smtp.helo=lakes.example"], False),
        ([f"{HOST}; spf=pass header.d=lakes.example"], False),
        ([f"{HOST}; dkim=fail header.d=lakes.example"], False),
        ([f"{HOST}; dkim=neutral (dkim=pass header.d=lakes.example)"], False),
        ([f"{HOST}; dkim=pass (header.d=lakes.example) header.d=evil.example"], False),
        ([f'{HOST}; dkim=fail reason="; dkim=pass header.d=lakes.example"'], False),
        ([f"{HOST}; none", f"{HOST}; dkim=pass header.d=lakes.example"], False),
        (["mx.evil.example; dkim=pass header.d=lakes.example"], False),
        ([f"evil.example {HOST}; dkim=pass header.d=lakes.example"], False),
        (["mx.other.example; none", f"{HOST}; dkim=pass header.d=lakes.example"], True),
        ([], False),
    ],
)
def test_only_the_word_of_our_own_server_is_believed(headers: list[str], proven) -> None:
    data = answer("Yes", *(f"Authentication-Results: {value}" for value in headers))

    assert proves_domain(data, "lakes.example", resolver=NOTHING, trusted_host=HOST) is proven
    assert not proves_domain(data, "lakes.example", resolver=NOTHING)


def signed(data: bytes, *, domain: str = "lakes.example", **how: object) -> bytes:
    key = both_keys()[0]
    pem = base64.encodebytes(key.private)
    private = b"-----BEGIN PRIVATE KEY-----\n" + pem + b"-----END PRIVATE KEY-----\n"
    return dkim.sign(data, b"s1", domain.encode(), private, **how) + data


def world(domain: str = "lakes.example") -> FakeResolver:
    record = both_keys()[0].record
    return FakeResolver({f"s1._domainkey.{domain}": {"TXT": [f'"{record[:200]}" "{record[200:]}"']}})


def test_a_signature_of_its_domain_proves_it() -> None:
    data = signed(answer())

    assert proves_domain(data, "lakes.example", resolver=world())
    assert (
        proves_domain(signed(answer(), domain="evil.example") + b"", "lakes.example", resolver=world())
        is False
    )
    assert not proves_domain(data, "evil.example", resolver=world())
    assert not proves_domain(data.replace(b"Yes", b"No!"), "lakes.example", resolver=world())
    assert not proves_domain(data, "lakes.example", resolver=NOTHING)
    assert not proves_domain(data, "lakes.example", resolver=SilentResolver({}))
    assert not proves_domain(signed(answer(), length=True), "lakes.example", resolver=world())
    assert not proves_domain(data, "", resolver=world())


def test_a_mail_with_very_many_signatures_asks_few_questions() -> None:
    asked = world("evil.example")
    data = answer("Yes", *["DKIM-Signature: v=1; a=rsa-sha256; d=evil.example; s=s1; h=from; bh=x; b=y"] * 50)

    assert not proves_domain(data, "lakes.example", resolver=asked)
    assert len(asked.asked) <= 4


YES = Reply(row_id=ROW, message_ids=(OUR_ID,), sender=TO, words="Yes", begins_with_yes=True, is_only_yes=True)


@pytest.mark.parametrize(
    ("changed", "is_proven", "may_confirm", "is_as_mailed", "verdict"),
    [
        ({}, True, True, True, Verdict.CONFIRMS),
        ({}, False, True, True, Verdict.CHECK),
        ({"sender": "other@lakes.example"}, True, True, True, Verdict.CHECK),
        ({"sender": ""}, True, True, True, Verdict.CHECK),
        ({"message_ids": ()}, True, True, True, Verdict.CHECK),
        ({"message_ids": ("<another@rivers.example>",)}, True, True, True, Verdict.CHECK),
        ({"is_only_yes": False}, True, True, True, Verdict.CHECK),
        ({"begins_with_yes": False, "is_only_yes": False}, True, True, True, Verdict.QUESTION),
        ({}, True, False, True, Verdict.QUESTION),
        ({}, False, False, True, Verdict.QUESTION),
        ({}, True, True, False, Verdict.CHECK),
    ],
)
def test_what_an_answer_does(changed: dict, is_proven, may_confirm, is_as_mailed, verdict: Verdict) -> None:
    judged = judge(
        replace(YES, **changed),
        mailbox=TO,
        message_id=OUR_ID,
        is_proven=is_proven,
        may_confirm=may_confirm,
        is_as_mailed=is_as_mailed,
    )

    assert judged.verdict is verdict
    assert bool(judged.doubt) is (verdict is not Verdict.CONFIRMS)


def test_our_own_mail_that_comes_back_whole_is_no_answer() -> None:
    assert read(OUR_MAIL.replace("\n", "\r\n").encode()) is None
