"""Contender (a): the plain loop that a script would have, smtplib with a new EmailMessage for each, signed by dkimpy.

One thread for each connection; nothing is kept of what was sent.
"""

import json
import smtplib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import dkim
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from benchmarks.child import Work, take_part

_SENDER = "letters@rivers.example"
_RELAXED = (b"relaxed", b"relaxed")


def prepare(order: Mapping[str, Any]) -> Work:
    """Read the words and make a key."""
    words = json.loads(Path(order["sample"]).read_text())
    key = generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )
    port, count, threads = int(order["port"]), int(order["count"]), int(order["connections"])

    def send_some(first: int) -> int:
        sent_bytes = 0
        with smtplib.SMTP("127.0.0.1", port) as connection:
            for number in range(first, count, threads):
                message = make_message(words, number)
                data = message.as_bytes(policy=SMTP)
                signed = dkim.sign(data, b"bench", b"rivers.example", key, canonicalize=_RELAXED) + data
                connection.sendmail(_SENDER, [str(message["To"])], signed)
                sent_bytes += len(signed)
        return sent_bytes

    def work() -> Mapping[str, Any]:
        with ThreadPoolExecutor(threads) as pool:
            return {"bytes": sum(pool.map(send_some, range(threads)))}

    return work


def make_message(words: Mapping[str, Any], number: int) -> EmailMessage:
    """Write the mail to one recipient, every value of its own put in."""
    values = {"name": f"Gauge Keepers of Village {number:07}"}
    values |= {
        f"token{place}": f"{number:x}".rjust(43, "abcdefghij"[place]) for place in range(words["tokens"])
    }

    def fill(text: str) -> str:
        for key, value in values.items():
            text = text.replace("{{" + key + "}}", value)
        return text

    message = EmailMessage()
    message["From"] = words["sender"]
    message["To"] = f"office{number:07}@district{number % 40:02}.example"
    message["Reply-To"] = words["reply_to"]
    message["Subject"] = fill(words["subject"])
    message["Message-ID"] = f"<{number:07}.bench@rivers.example>"
    message["List-Unsubscribe"] = fill(words["unsubscribe"])
    message.set_content(fill(words["text"]))
    message.add_alternative(fill(words["html"]), subtype="html")
    return message


if __name__ == "__main__":
    take_part(prepare)
