"""Turn a template into the words of a mail, and a draft into the bytes of an envelope."""

import re
import textwrap
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from service.i18n.catalogue import catalogue
from service.i18n.formats import isolate
from service.mail import headers
from service.mail.cast import make_boundary
from service.mail.envelope import Draft, Envelope
from service.mail.policy import POLICIES
from service.mail.quick import quick_content
from service.model.message import MessageKind
from service.templating import render

COLUMNS = 76

# Names that people gave themselves; in plain text nothing else keeps their direction from moving the words around.
_NAMES = (
    "coalition",
    "letter_title",
    "addressee",
    "convenors",
    "event",
    "party",
    "representative",
    "officer",
    "name",
    "approver_name",
    "for_recipient",
    "recipients",
    "contact",
)
_LAID_OUT = frozenset({"letter_text", "update_text", "greeting_text"})
_LIST_MARK = re.compile(r"[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t]+")
_INDENT = re.compile(rf"{_LIST_MARK.pattern}|[ \t]*")
# Base64 and quoted-printable only, so that no relay needs 8BITMIME and none has a reason to change a byte.
_WIRE = SMTP.clone(cte_type="7bit")


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """The words of a mail: one line, plain text, and its HTML twin."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, kw_only=True)
class _Fragment:
    """HTML that was escaped where it was made; Jinja takes it as it is by this method's name."""

    html: str

    def __html__(self) -> str:
        return self.html


def render_mail(name: str, /, *, html_parts: Mapping[str, str] | None = None, **context: object) -> Rendered:
    """Fill templates/mail/<name>/ with a context that must hold `coalition`, `letter_title`, `language`, `reply_to`.

    Its fixed words, and every Sentence among the values, come in `language`. Every value is escaped in the HTML twin,
    but for `html_parts`: fragments that are HTML already, made by our own renderers (the compiled letter, Markdown),
    never as a person wrote it; only the HTML twin sees them. In plain text, lines are wrapped at 76 columns;
    `letter_text`, `update_text` and `greeting_text` come laid out and keep their lines, a link is never broken.
    """
    language = str(context.pop("language"))
    said = {key: catalogue(language).say(value) for key, value in context.items()}
    words = {key: value if key in _LAID_OUT else _flowed(value) for key, value in said.items()}
    isolated = {key: _isolated(words[key], language) for key in _NAMES if key in words}
    fragments = {key: _Fragment(html=html) for key, html in (html_parts or {}).items()}
    subject = " ".join(render(f"mail/{name}/subject.txt", language=language, **words).split())
    text = render(f"mail/{name}/body.txt", language=language, **{**words, **isolated})
    html = render(f"mail/{name}/body.html", language=language, **{**words, **fragments}, subject=subject)
    return Rendered(subject=subject, text=wrap_lines(text), html=_line_feeds(html))


def make_envelope(
    draft: Draft,
    *,
    kind: MessageKind,
    message_id: str,
    dated_at: datetime,
    mail_from: str,
    return_path: str | None = None,
) -> Envelope:
    """Write a draft as the bytes that go over the wire; equal arguments give equal bytes.

    `mail_from` is the normal address of the sender in From, and in the envelope unless a `return_path` is given;
    `dated_at` must have a zone.
    """
    sender, recipient = headers.mailbox(mail_from, draft.sender_name), headers.mailbox(draft.to)
    own = [
        headers.write_mailbox("From", sender),
        headers.write_mailbox("To", recipient),
        *_answers_to(draft),
        headers.write_words("Subject", draft.subject),
        headers.write_plain("Date", format_datetime(dated_at)),
        headers.write_plain("Message-ID", message_id),
        headers.write_plain("Content-Language", draft.language),
        *(headers.write_plain(name, value) for name, value in _kind_headers(draft, kind, sender.domain)),
    ]
    return Envelope(
        mail_from=return_path or sender.addr_spec,
        rcpt_to=recipient.addr_spec,
        message_id=message_id,
        data="".join(own).encode() + _content(draft, message_id),
        notify=POLICIES[kind].notify,
    )


def written_size(draft: Draft) -> int:
    """Tell how many bytes a draft becomes over the wire, attachments encoded, but for its few header lines."""
    return len(_content(draft, "<size@undersigned.invalid>"))


def wrap_lines(text: str) -> str:
    """Break the lines of a text that are longer than 76 columns between words; shorter lines stay as they are.

    Text ends in one line end. What has no space to break at (a link) stays whole.
    """
    return "\n".join(_wrapped(line) for line in _line_feeds(text).strip("\n").split("\n")) + "\n"


def _answers_to(draft: Draft) -> Iterator[str]:
    if draft.reply_to is not None:
        yield headers.write_mailbox("Reply-To", headers.mailbox(draft.reply_to))
    if draft.receipt_to is not None:
        yield headers.write_mailbox("Disposition-Notification-To", headers.mailbox(draft.receipt_to))


def _kind_headers(draft: Draft, kind: MessageKind, domain: str) -> Iterator[tuple[str, str]]:
    policy = POLICIES[kind]
    if policy.auto_submitted:
        yield from headers.auto_headers()
    if policy.list_headers and draft.unsubscribe_url is not None:
        yield from headers.list_headers(draft.unsubscribe_url)
    if policy.to_list and draft.list_label:
        yield from headers.bulk_headers(draft.list_label, domain)


def _content(draft: Draft, message_id: str) -> bytes:
    return quick_content(draft, message_id) if not draft.attachments else _library_content(draft, message_id)


def _library_content(draft: Draft, message_id: str) -> bytes:
    message = EmailMessage(policy=_WIRE)
    message.set_content(draft.text)
    if draft.html:
        message.add_alternative(draft.html, subtype="html")
    for attachment in draft.attachments:
        maintype, _, subtype = attachment.media_type.partition("/")
        message.add_attachment(
            attachment.data, maintype=maintype, subtype=subtype, filename=attachment.filename
        )
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        # The library would draw a random boundary; ours follows from the id, so that the bytes can be made again.
        part.set_boundary(make_boundary(message_id, number))
    return message.as_bytes()


def _isolated(value: object, language: str) -> object:
    if isinstance(value, list | tuple):
        return [_isolated(item, language) for item in value]
    return isolate(str(value), within=language)


def _flowed(value: object) -> object:
    """Join the lines that an editor broke: a line beyond our columns goes on in the next; short lines stay."""
    if not isinstance(value, str) or "\n" not in value:
        return value
    lines: list[str] = []
    goes_on = False
    for line in _line_feeds(value).split("\n"):
        if goes_on and line.strip() and not _LIST_MARK.match(line):
            lines[-1] = f"{lines[-1].rstrip()} {line.strip()}"
        else:
            lines.append(line)
        goes_on = len(line) > COLUMNS
    return "\n".join(lines).strip("\n")


def _wrapped(line: str) -> str:
    if _columns(line) <= COLUMNS:
        return line.rstrip()
    indent = _INDENT.match(line)
    return textwrap.fill(
        line,
        COLUMNS,
        subsequent_indent=" " * len(indent.group()) if indent else "",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _columns(line: str) -> int:
    # Marks and direction characters take no column of their own.
    return sum(unicodedata.category(character) not in {"Mn", "Me", "Cf"} for character in line)


def _line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
