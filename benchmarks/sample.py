"""One real mail of ours, as the sink took it, and what the other contenders make their mails of: the same words."""

import json
import re
from dataclasses import asdict, dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import dkim

_TOKEN = re.compile(r"(?<=/)[A-Za-z0-9_-]{43}\b")
_DOTS = re.compile(rb"^\.\.", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The words of a mail, with `{{token0}}`, `{{token1}}` … where a recipient's own links stand, and `{{name}}` for the name."""

    sender: str
    reply_to: str
    subject: str
    text: str
    html: str
    tokens: int
    unsubscribe: str
    wire: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """Bytes of the whole mail over the wire."""
        return len(self.wire)

    def keep(self, path: Path) -> None:
        """Write it for processes of any language; the bytes of the wire lie beside it."""
        words = {key: value for key, value in asdict(self).items() if key != "wire"}
        path.write_text(json.dumps(words))
        path.with_suffix(".eml").write_bytes(self.wire)


def read_sample(wire: bytes, *, name: str) -> Sample:
    """Take a mail apart that was written to the signatory of this name; raises ValueError where it is none of ours."""
    message = BytesParser(policy=policy.default).parsebytes(_DOTS.sub(b".", wire))
    assert isinstance(message, EmailMessage)
    plain, twin = message.get_body(("plain",)), message.get_body(("html",))
    if plain is None or twin is None:
        raise ValueError("The mail is not made of a text and its HTML twin.")
    text, html = str(plain.get_content()), str(twin.get_content())
    unsubscribe = str(message["List-Unsubscribe"] or "")
    tokens = list(dict.fromkeys(_TOKEN.findall(text + html + unsubscribe)))
    if not tokens:
        raise ValueError("The mail holds no link of its recipient's own.")

    def blank(words: str) -> str:
        for number, token in enumerate(tokens):
            words = words.replace(token, f"{{{{token{number}}}}}")
        return words.replace(name, "{{name}}")

    return Sample(
        sender=str(message["From"]),
        reply_to=str(message["Reply-To"] or ""),
        subject=str(message["Subject"]),
        text=blank(text),
        html=blank(html),
        tokens=len(tokens),
        unsubscribe=blank(unsubscribe),
        wire=wire,
    )


def is_signed(wire: bytes, *, record: str) -> bool:
    """Tell whether dkimpy finds the mail's signature good by the record that would be published."""
    return bool(dkim.verify(_DOTS.sub(b".", wire), dnsfunc=lambda *_, **__: record.encode()))
