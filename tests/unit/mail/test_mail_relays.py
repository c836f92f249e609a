"""SMTP_URL."""

import pytest

from service.foundation.errors import Refused
from service.mail.relay import Relay, parse_smtp_urls


def relay(host: str, port: int, *, tls: object = False, user: str = "", password: str = "") -> Relay:
    return Relay(host=host, port=port, implicit_tls=bool(tls), user=user, password=password)


@pytest.mark.parametrize(
    ("text", "relays"),
    [
        ("smtp://127.0.0.1:1025", [relay("127.0.0.1", 1025)]),
        ("smtp://localhost", [relay("localhost", 25)]),
        ("smtp://localhost/", [relay("localhost", 25)]),
        ("smtp://[::1]:25", [relay("::1", 25)]),
        (
            "smtp://u:p@mail.rivers.example",
            [relay("mail.rivers.example", 587, user="u", password="p")],
        ),
        (
            "smtps://u%40rivers.example:a%2Fb%23c@mail.rivers.example",
            [relay("mail.rivers.example", 465, tls=1, user="u@rivers.example", password="a/b#c")],
        ),
        (
            " smtp://localhost:25\n smtps://u:p@mail.rivers.example:4465 ",
            [relay("localhost", 25), relay("mail.rivers.example", 4465, tls=1, user="u", password="p")],
        ),
    ],
)
def test_relays_are_read_in_order(text: str, relays: list[Relay]) -> None:
    assert parse_smtp_urls(text) == tuple(relays)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "mail.rivers.example",
        "mail.rivers.example:25",
        "http://mail.rivers.example",
        "smtp://",
        "smtp://:25",
        "smtp://mail.rivers.example:0",
        "smtp://mail.rivers.example:99999",
        "smtp://u:secret@mail.rivers.example:port",
        "smtp://u:sec/ret@mail.rivers.example",
        "smtp://u:sec#ret@mail.rivers.example",
        "smtp://u:secret@mail.rivers.example:25/inbox",
        "smtp://u:secret@mail.rivers.example?x=1",
        "smtp://u@mail.rivers.example",
        "smtp://:secret@mail.rivers.example",
        "smtp://u:sécret@mail.rivers.example",
        "smtp://münchen.example",
        "smtp://[::1",
        "smtp://mail..rivers.example",
        "smtp://" + "a" * 64 + ".example",
        "smtp://localhost smtp://",
    ],
)
def test_what_is_no_relay_is_refused_without_repeating_a_password(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_smtp_urls(text)

    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    assert "ret" not in str(refused.value).replace("retry", "")
    assert "SMTP_URL" in str(refused.value)


def test_a_password_is_never_shown() -> None:
    assert "hush" not in repr(parse_smtp_urls("smtps://me:hush@mail.rivers.example"))


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.3.2.1", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("localhost.rivers.example", False),
        ("mail.rivers.example", False),
    ],
)
def test_only_this_machine_may_be_spoken_to_in_clear_text(host: str, is_loopback: object) -> None:
    assert relay(host, 25).is_loopback is is_loopback
