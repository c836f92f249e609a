"""What samples of returned mail are made of: our mail, and the formal report around it."""

from dataclasses import dataclass

from service.mail.verp import make_return_path
from service.model.report_kind import ReportKind

KEY, DOMAIN = b"k" * 32, "bounces.rivers.example"
ROW = "0197f3a2b4c87d1e9a0b5c6d7e8f9012"
PATH = make_return_path(ROW, site_key=KEY, bounce_domain=DOMAIN)
OUR_ID = "<kq3zr5l2m7t6w4y2a5c7e3g6b4@rivers.example>"
TO = "signer@lakes.example"
OUR_HEAD = f"""\
Return-Path: <{PATH}>
Received: from rivers.example by mx.lakes.example with ESMTPS id 4XyZ; Mon, 23 Nov 2026 10:00:00 +0000
From: "Coalition for Open Rivers" <letters@rivers.example>
To: {TO}
Subject: Please confirm: Keep the river open
Date: Mon, 23 Nov 2026 10:00:00 +0000
Message-ID: {OUR_ID}
MIME-Version: 1.0
Auto-Submitted: auto-generated
"""
OUR_MAIL = (
    OUR_HEAD
    + "Content-Type: text/plain; charset=utf-8\n\nUser unknown? Spam? 5.1.1? None of it: confirm here.\n"
)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One returned mail and what it tells; `by` says how our mail is found in it: verp, id, both or nothing."""

    name: str
    data: bytes
    kind: ReportKind
    code: str = ""
    by: str = "both"


def sample(name: str, text: str | bytes, kind: ReportKind, code: str = "", *, by: str = "both") -> Sample:
    data = text if isinstance(text, bytes) else text.encode()
    return Sample(name=name, data=data.replace(b"\n", b"\r\n"), kind=kind, code=code, by=by)


def head(
    sender: str, subject: str, *more: str, to: str = PATH, content: str = "text/plain; charset=us-ascii"
) -> str:
    lines = [
        f"From: {sender}",
        f"To: {to}",
        f"Subject: {subject}",
        "Date: Mon, 23 Nov 2026 10:01:00 +0000",
        "Message-ID: <20261123100100.A1B2C3@mx.lakes.example>",
        *more,
        "MIME-Version: 1.0",
        f"Content-Type: {content}",
    ]
    return "\n".join(lines) + "\n\n"


def status(action: str, code: str, said: str = "", *, to: str = TO) -> str:
    lines = [f"Final-Recipient: rfc822; {to}", f"Action: {action}", f"Status: {code}"]
    if said:
        lines.append(f"Diagnostic-Code: smtp; {said}")
    return "\n".join(lines) + "\n"


def dsn(
    *blocks: str,
    words: str = "Your message could not be delivered.",
    sender: str = "MAILER-DAEMON@mx.lakes.example (Mail Delivery System)",
    subject: str = "Undelivered Mail Returned to Sender",
    to: str = PATH,
    returned: str = OUR_MAIL,
    returned_type: str = "message/rfc822",
    status_type: str = "message/delivery-status",
    about: str = "Reporting-MTA: dns; mx.lakes.example\nArrival-Date: Mon, 23 Nov 2026 10:00:30 +0000\n",
) -> str:
    """Write a report in the form of RFC 3462 and RFC 3464."""
    content = 'multipart/report; report-type=delivery-status;\n\tboundary="4XyZ.1763892060/mx"'
    return (
        head(sender, subject, "Auto-Submitted: auto-replied", to=to, content=content)
        + "This is a MIME-encapsulated message.\n\n--4XyZ.1763892060/mx\nContent-Description: Notification\n"
        + f"Content-Type: text/plain; charset=us-ascii\n\n{words}\n\n--4XyZ.1763892060/mx\n"
        + f"Content-Description: Delivery report\nContent-Type: {status_type}\n\n"
        + "\n".join([about, *blocks])
        + f"\n--4XyZ.1763892060/mx\nContent-Description: Undelivered Message\nContent-Type: {returned_type}\n\n"
        + f"{returned}\n--4XyZ.1763892060/mx--\n"
    )


def arf(kind: str, *, returned: str = OUR_MAIL, to: str = PATH, more: str = "") -> str:
    """Write a complaint in the form of RFC 5965."""
    content = 'multipart/report; report-type=feedback-report;\n\tboundary="arf_7"'
    return (
        head("feedback@arf.mail.example", "FW: Please confirm: Keep the river open", to=to, content=content)
        + "--arf_7\nContent-Type: text/plain\n\nThis is an email abuse report for a message received.\n\n"
        + "--arf_7\nContent-Type: message/feedback-report\n\n"
        + f"Feedback-Type: {kind}\nUser-Agent: Example!-Mail-Feedback/2.0\nVersion: 0.1\n{more}\n"
        + f"--arf_7\nContent-Type: message/rfc822\n\n{returned}\n--arf_7--\n"
    )
