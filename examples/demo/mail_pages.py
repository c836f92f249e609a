"""Draws the pages that show caught mail; a mail is a stranger's writing, so nothing of it is trusted."""

import re
from collections.abc import Sequence
from email.message import MIMEPart
from html import escape
from urllib.parse import urlsplit

from examples.demo.catcher import LINK, Mail

# The mail's own HTML is shown in a frame that inherits this: nothing is fetched from anywhere, no script runs.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; form-action 'none'; "
    "frame-ancestors 'self'"
)

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_LOOPBACK_TARGET = re.compile(
    r"""(href\s*=\s*["'])http://(?:127\.0\.0\.1|localhost)(?::\d+)?(?=[/"'?#])""", re.IGNORECASE
)

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2330; --soft: #5b6475; --line: #d9dde5; --paper: #fff; --ground: #f4f5f7;
  --link: #17509e; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaf0; --soft: #a3abbb; --line: #3a4150; --paper: #1b1f28; --ground: #12151b; --link: #8fbaff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
header, main { max-width: 52rem; margin: 0 auto; padding: 1rem; }
header { padding-top: 1.75rem; padding-bottom: 0; }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 1.75rem 0 .5rem; }
p { margin: .25rem 0; }
.soft, time, dt { color: var(--soft); }
a { color: var(--link); }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
ol.mails { list-style: none; margin: 0; padding: 0; background: var(--paper); border: 1px solid var(--line);
  border-radius: .5rem; }
ol.mails li + li { border-top: 1px solid var(--line); }
ol.mails a { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: .7rem 1rem; color: inherit;
  text-decoration: none; }
ol.mails a:hover .subject { text-decoration: underline; }
ol.mails .subject { font-weight: 600; overflow-wrap: anywhere; }
ol.mails .to { grid-column: 1 / -1; color: var(--soft); overflow-wrap: anywhere; }
time { white-space: nowrap; font-variant-numeric: tabular-nums; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .9rem; margin: .75rem 0 0; }
dd { margin: 0; overflow-wrap: anywhere; }
pre, iframe { width: 100%; background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; }
pre { margin: 0; padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; font: .9rem/1.5 ui-monospace, monospace; }
iframe { height: 34rem; background: #fff; }
"""


def mailbox_page(mails: Sequence[Mail], *, service: str) -> str:
    """Draw the list of caught mail, in the order given. `service` is the address of the product's own pages."""
    rows = "\n".join(_row(mail) for mail in mails)
    shown = f'<ol class="mails">\n{rows}\n</ol>' if mails else "<p>No mail has been caught yet.</p>"
    head = (
        "<h1>Caught mail</h1>\n"
        f'<p class="soft">{_number_of(len(mails))}, newest first. None of it has left this machine. '
        f'<a href="/">Look again</a> · <a href="{escape(service)}">The service</a></p>'
    )
    return _page("Caught mail", head, shown)


def mail_page(mail: Mail, *, service: str) -> str:
    """Draw one mail: its plain text with working links, its HTML twin in a frame, its attachments.

    Links to loopback lead to `service`, wherever it listened when the mail was written.
    """
    head = (
        '<p><a href="/">← All mail</a></p>\n'
        f"<h1><bdi>{escape(mail.subject) or 'No subject'}</bdi></h1>\n{_headers(mail)}"
    )
    parts = [f"<h2>Text</h2>\n<pre>{linked(mail.text(), service=service)}</pre>"]
    if mail.html():
        parts.append(f"<h2>HTML</h2>\n{_frame(mail.html(), service=service)}")
    if mail.attachments():
        parts.append(f"<h2>Attachments</h2>\n{_attachments(mail)}")
    return _page(mail.subject or "Mail", head, "\n".join(parts))


def missing_page() -> str:
    """Draw the page for an address that shows nothing."""
    return _page(
        "Nothing here", "<h1>Nothing here</h1>", '<p>There is no such mail. <a href="/">All mail</a></p>'
    )


def linked(text: str, *, service: str) -> str:
    """Escape a text and make its loopback links work; other links stay words, for they lead off this machine."""
    pieces, last = [], 0
    for found in LINK.finditer(text):
        url = found[0].rstrip(".,;:")
        pieces.append(escape(text[last : found.start()]))
        pieces.append(_anchor(url, service=service))
        last = found.start() + len(url)
    return "".join([*pieces, escape(text[last:])])


def file_name(part: MIMEPart, number: int) -> str:
    """Name an attachment: its own name without any path, or its number."""
    name = (part.get_filename() or "").replace("\\", "/").split("/")[-1].strip(". ")
    return "".join(c for c in name if c.isprintable()) or f"attachment-{number}"


def _page(title: str, head: str, body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<header>\n{head}\n</header>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _row(mail: Mail) -> str:
    return (
        f'<li><a href="/mail/{mail.number}"><span class="subject"><bdi>{escape(mail.subject) or "No subject"}</bdi></span>'
        f'{_time(mail, "%H:%M:%S")}<span class="to">{escape(", ".join(mail.to))}</span></a></li>'
    )


def _headers(mail: Mail) -> str:
    lines = "\n".join(
        f"<dt>{name}</dt><dd><bdi>{escape(str(mail.message[name]))}</bdi></dd>"
        for name in ("From", "To", "Cc", "Reply-To")
        if mail.message[name]
    )
    return f"<dl>\n{lines}\n<dt>Caught</dt><dd>{_time(mail, '%Y-%m-%d %H:%M:%S')}</dd>\n</dl>"


def _time(mail: Mail, form: str) -> str:
    return f'<time datetime="{mail.caught_at.isoformat()}">{mail.caught_at.astimezone():{form}}</time>'


def _frame(html: str, *, service: str) -> str:
    # Popups may leave the sandbox, or the page that a link opens could not post its form; scripts never run.
    shown = '<base target="_blank">' + _LOOPBACK_TARGET.sub(rf"\g<1>{service}", html)
    return (
        '<iframe title="The mail as HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" '
        f'referrerpolicy="no-referrer" srcdoc="{escape(shown)}"></iframe>'
    )


def _attachments(mail: Mail) -> str:
    rows = "\n".join(
        f'<li><a href="/mail/{mail.number}/part/{number}" download><bdi>{escape(file_name(part, number))}</bdi></a> '
        f'<span class="soft">{escape(part.get_content_type())}</span></li>'
        for number, part in enumerate(mail.attachments(), start=1)
    )
    return f"<ul>\n{rows}\n</ul>"


def _anchor(url: str, *, service: str) -> str:
    parts = urlsplit(url)
    if parts.hostname not in _LOOPBACK:
        return escape(url)
    rest = parts._replace(scheme="", netloc="").geturl()
    return f'<a href="{escape(service + rest)}">{escape(url)}</a>'


def _number_of(count: int) -> str:
    return "1 mail" if count == 1 else f"{count} mails"
