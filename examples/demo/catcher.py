"""A mail server that delivers nothing: it keeps every mail it is given, as files and in memory."""

import email.policy
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from examples.demo.errors import DemoFailed
from examples.demo.folder import free_port

_LARGEST = 64 * 1024 * 1024
LINK = re.compile(r"https?://[^\s<>\"'()\[\]]+")
CODE = re.compile(r"^ *(\d{3} \d{3})\r?$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One mail as it was caught."""

    number: int
    path: Path
    to: tuple[str, ...]
    """The addresses of the SMTP envelope, in lower case; for a mail read again from its file, those of `To`."""
    caught_at: datetime
    message: EmailMessage = field(repr=False)

    @property
    def subject(self) -> str:
        """Give the subject, decoded."""
        return str(self.message["Subject"] or "")

    def text(self) -> str:
        """Give the plain text that a reader sees, or nothing."""
        return _content(self.message.get_body(("plain",)))

    def html(self) -> str:
        """Give the HTML twin, or nothing."""
        return _content(self.message.get_body(("html",)))

    def attachments(self) -> list[MIMEPart]:
        """List the attached parts, in the order of the mail."""
        return list(self.message.iter_attachments())

    @cached_property
    def links(self) -> tuple[str, ...]:
        """Give the links of the plain text, in order."""
        return tuple(found.rstrip(".,;:") for found in LINK.findall(self.text()))

    def code(self) -> str:
        """Give the code of six digits that stands alone on a line of the plain text, or nothing."""
        found = CODE.search(self.text())
        return found[1] if found else ""

    def link(self, purpose: str) -> str | None:
        """Find the first link of the plain text whose path begins with /purpose/, such as /confirm/…."""
        return next((link for link in self.links if urlsplit(link).path.startswith(f"/{purpose}/")), None)


class Catcher:
    """A catching SMTP server on a free loopback port; a context manager that listens while it is entered."""

    def __init__(self, folder: Path) -> None:
        """Keep mail in `folder`, numbered on from what lies there already."""
        self.port = free_port()
        self._folder = folder
        self._last = max((_number(path) for path in folder.glob("*.eml")), default=0)
        self._caught: list[Mail] = []
        self._changed = threading.Condition()
        self._controller = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            data_size_limit=_LARGEST,
            enable_SMTPUTF8=True,
            ident="demonstration",
        )

    def __enter__(self) -> Self:
        """Listen."""
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening; the files stay."""
        self._controller.stop()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002 -- aiosmtpd's name and arguments
        """Keep the mail, then say that it was taken: the reply SMTP expects (RFC 5321, 4.2)."""
        content = envelope.content or b""
        raw = content.encode() if isinstance(content, str) else content
        self._keep(raw, tuple(str(to) for to in envelope.rcpt_tos))
        return "250 2.0.0 Caught"

    @property
    def mails(self) -> tuple[Mail, ...]:
        """Give what has been caught since this server began, in order."""
        with self._changed:
            return tuple(self._caught)

    def wait_for(
        self, enough: Callable[[tuple[Mail, ...]], bool], *, seconds: float, what: str
    ) -> tuple[Mail, ...]:
        """Wait until the caught mail is enough, and give it; `enough` is asked again after each mail.

        Raises DemoFailed, naming `what` was awaited, when `seconds` have passed.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: enough(tuple(self._caught)), timeout=seconds):
                raise DemoFailed(f"Within {seconds:.0f} seconds the mail did not bring {what}.")
            return tuple(self._caught)

    def _keep(self, content: bytes, to: tuple[str, ...]) -> None:
        with self._changed:
            self._last += 1
            path = self._folder / f"{self._last:04}.eml"
            # A reader of the folder must never meet half a mail: it gets its name only when it is whole.
            unfinished = path.with_suffix(".part")
            unfinished.write_bytes(content)
            unfinished.rename(path)
            self._caught.append(_mail(path, content, to))
            self._changed.notify_all()


def read_mail(path: Path) -> Mail:
    """Read a caught mail again from its file."""
    return _mail(path, path.read_bytes(), ())


def _mail(path: Path, content: bytes, to: tuple[str, ...]) -> Mail:
    message = BytesParser(EmailMessage, policy=email.policy.default).parsebytes(content)
    return Mail(
        number=_number(path),
        path=path,
        to=tuple(address.lower() for address in to) or _addressees(message),
        caught_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        message=message,
    )


def _addressees(message: EmailMessage) -> tuple[str, ...]:
    header = message["To"]
    return tuple(address.addr_spec.lower() for address in header.addresses) if header else ()


def _content(part: MIMEPart | None) -> str:
    return str(part.get_content()).replace("\r\n", "\n") if part else ""


def _number(path: Path) -> int:
    return int(path.stem) if path.stem.isdecimal() else 0
