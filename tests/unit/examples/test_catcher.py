"""The catching mail server keeps every mail whole, and finds in it what a member would click."""

import smtplib
from email.message import EmailMessage
from pathlib import Path

import pytest

from examples.demo.catcher import Catcher, read_mail
from examples.demo.errors import DemoFailed

TOKEN = "Ab_-" * 10 + "xyz"


def _message(to: str = "Office@Example.example", text: str = "Good day") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "letter@banks.example", to, "Ein Gruß, 河"
    message.set_content(text)
    return message


def _send(catcher: Catcher, *messages: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", catcher.port, timeout=5) as client:
        for message in messages:
            client.send_message(message)


def test_a_mail_is_kept_as_it_came(tmp_path: Path) -> None:
    message = _message()

    with Catcher(tmp_path) as catcher:
        _send(catcher, message)
        (mail,) = catcher.mails

    assert mail.path == tmp_path / "0001.eml"
    assert mail.to == ("office@example.example",)
    assert mail.subject == "Ein Gruß, 河"
    assert mail.text() == "Good day\n"
    assert mail.path.read_bytes() == message.as_bytes().replace(b"\n", b"\r\n")
    assert read_mail(mail.path).to == mail.to


def test_numbers_go_on_where_an_earlier_catcher_stopped(tmp_path: Path) -> None:
    (tmp_path / "0041.eml").write_bytes(b"Subject: old\r\n\r\n")

    with Catcher(tmp_path) as catcher:
        _send(catcher, _message(), _message())

        assert [mail.number for mail in catcher.mails] == [42, 43]


def test_mail_that_does_not_come_is_told_in_a_sentence(tmp_path: Path) -> None:
    with Catcher(tmp_path) as catcher, pytest.raises(DemoFailed, match=r"did not bring two letters\."):
        catcher.wait_for(lambda mails: len(mails) == 2, seconds=0.05, what="two letters")


@pytest.mark.parametrize(
    ("text", "purpose", "found"),
    [
        (
            f"Go to http://127.0.0.1:8000/confirm/{TOKEN}.",
            "confirm",
            f"http://127.0.0.1:8000/confirm/{TOKEN}",
        ),
        (f"<http://127.0.0.1:8000/approve/{TOKEN}>", "approve", f"http://127.0.0.1:8000/approve/{TOKEN}"),
        (f"http://127.0.0.1:8000/manage/{TOKEN}", "confirm", None),
        ("http://127.0.0.1:8000/letters/confirm/", "confirm", None),
        ("no link", "confirm", None),
    ],
)
def test_a_link_is_found_by_its_purpose(tmp_path: Path, text: str, purpose: str, found: str | None) -> None:
    path = tmp_path / "0001.eml"
    path.write_bytes(_message(text=text).as_bytes())

    assert read_mail(path).link(purpose) == found
