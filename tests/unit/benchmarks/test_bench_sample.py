"""What the other contenders send says what ours says."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from benchmarks.plain import make_message
from benchmarks.sample import read_sample

TOKEN = "t" * 43
NAME = "Gauge Keepers of Village 0000000"


def wire(text: str) -> bytes:
    message = EmailMessage()
    message["From"] = "Coalition <letters@rivers.example>"
    message["To"] = "office@lakes.example"
    message["Subject"] = "News of the letter"
    message.set_content(text)
    message.add_alternative(f"<p>{text}</p>", subtype="html")
    return message.as_bytes(policy=SMTP).replace(b"\r\n.", b"\r\n..")


def test_the_values_of_one_recipient_become_those_of_another() -> None:
    sample = read_sample(wire(f"{NAME}\n.hidden\nhttps://letters.example/manage/{TOKEN}"), name=NAME)

    other = make_message(vars(sample), 17)

    text = other.get_body(("plain",)).get_content()
    assert "{{" not in text
    assert "Gauge Keepers of Village 0000017" in text
    assert "\n.hidden" in text
    assert TOKEN not in text
    assert "https://letters.example/manage/" in text


def test_a_mail_without_a_link_of_its_own_is_no_sample() -> None:
    with pytest.raises(ValueError, match="link of its recipient"):
        read_sample(wire("The same for all."), name=NAME)
