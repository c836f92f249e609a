"""Reports in the formal shapes: delivery status, feedback, disposition; as servers really write them."""

import base64

from service.model.report_kind import ReportKind as K
from tests.unit.mail.bounces.shapes import OUR_HEAD, OUR_ID, OUR_MAIL, TO, arf, dsn, head, sample, status

_UNKNOWN = (
    "550 5.1.1 <signer@lakes.example>: Recipient address rejected: User unknown in virtual mailbox table"
)
_GLOBAL = f"Final-Recipient: utf-8; имя@озёра.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; {_UNKNOWN}\n"
_ABOUT = "Reporting-MTA: dns; mx.lakes.example\n"

FORMAL = [
    sample(
        "postfix, user unknown",
        dsn(
            status("failed", "5.1.1", _UNKNOWN),
            words="I'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.",
        ),
        K.HARD,
        "5.1.1",
    ),
    sample("postfix, mailbox full", dsn(status("failed", "5.2.2", "552 5.2.2 Over quota")), K.SOFT, "5.2.2"),
    sample(
        "postfix, no such domain is no proof",
        dsn(status("failed", "5.4.4", "X-Postfix; Host or domain name not found. Name service error")),
        K.SOFT,
        "5.4.4",
    ),
    sample(
        "postfix, null MX",
        dsn(status("failed", "5.1.0", "556 5.1.10 Domain does not accept mail (nullMX)")),
        K.SOFT,
        "5.1.0",
    ),
    sample(
        "postfix, expired after days",
        dsn(status("failed", "4.4.1", "connect to mx.lakes.example[192.0.2.1]:25: Connection timed out")),
        K.SOFT,
        "4.4.1",
    ),
    sample(
        "postfix, still trying",
        dsn(
            status("delayed", "4.4.1", "connect to mx.lakes.example[192.0.2.1]:25: Connection refused"),
            subject="Delayed Mail (still being retried)",
        ),
        K.DELAYED,
        "4.4.1",
    ),
    sample(
        "postfix, delivered",
        dsn(status("delivered", "2.0.0", "250 2.0.0 Ok"), subject="Successful Mail Delivery Report"),
        K.DELIVERED,
        "2.0.0",
    ),
    sample(
        "postfix, relayed",
        dsn(status("relayed", "2.0.0"), subject="Successful Mail Delivery Report"),
        K.RELAYED,
        "2.0.0",
    ),
    sample(
        "sendmail, expanded",
        dsn(status("expanded (to multi-recipient alias)", "2.0.0"), subject="Return receipt"),
        K.DELIVERED,
        "2.0.0",
    ),
    sample(
        "sendmail, user unknown",
        dsn(
            status("failed", "5.1.1", "550 5.1.1 <signer@lakes.example>... User unknown"),
            words="   ----- The following addresses had permanent fatal errors -----\n<signer@lakes.example>\n    (reason: 550 5.1.1 User unknown)",
            returned=OUR_HEAD,
            returned_type="text/rfc822-headers",
        ),
        K.HARD,
        "5.1.1",
    ),
    sample(
        "gmail, no such account",
        dsn(
            status(
                "failed",
                "5.1.1",
                "550-5.1.1 The email account that you tried to reach does not exist. Please try\n 550-5.1.1 double-checking the recipient's email address for typos. 550 5.1.1 https://support.mail.example/?p=NoSuchUser - gsmtp",
            ),
            sender="Mail Delivery Subsystem <mailer-daemon@mail.example>",
            subject="Delivery Status Notification (Failure)",
        ),
        K.HARD,
        "5.1.1",
    ),
    sample(
        "gmail, inactive",
        dsn(
            status(
                "failed", "5.2.1", "550 5.2.1 The email account that you tried to reach is inactive. - gsmtp"
            )
        ),
        K.HARD,
        "5.2.1",
    ),
    sample(
        "gmail, receives too fast",
        dsn(
            status(
                "failed",
                "5.2.1",
                "550-5.2.1 The user you are trying to contact is receiving mail at a rate that\n 550 5.2.1 prevents additional messages from being delivered. - gsmtp",
            )
        ),
        K.SOFT,
        "5.2.1",
    ),
    sample(
        "gmail, out of space",
        dsn(
            status(
                "failed",
                "5.2.2",
                "552 5.2.2 The recipient's inbox is out of storage space and inactive. - gsmtp",
            )
        ),
        K.SOFT,
        "5.2.2",
    ),
    sample(
        "gmail, unauthenticated",
        dsn(
            status(
                "failed",
                "5.7.26",
                "550 5.7.26 This mail has been blocked because the sender is unauthenticated. - gsmtp",
            )
        ),
        K.POLICY,
        "5.7.26",
    ),
    sample(
        "dmarc",
        dsn(
            status(
                "failed",
                "5.0.0",
                "550 5.7.1 Unauthenticated email from rivers.example is not accepted due to domain's DMARC policy",
            )
        ),
        K.POLICY,
        "5.7.1",
    ),
    sample(
        "blocklist under a code that says user unknown",
        dsn(
            status(
                "failed",
                "5.1.1",
                "550 5.1.1 Service unavailable; client host [192.0.2.7] blocked using zen.spamhaus.example",
            )
        ),
        K.POLICY,
        "5.1.1",
    ),
    sample(
        "blocklist without a code",
        dsn(status("failed", "5.0.0", "554 Service unavailable; Client host blocked using a DNSBL")),
        K.POLICY,
        "5.0.0",
    ),
    sample(
        "exchange, not found",
        dsn(
            status(
                "failed",
                "5.1.10",
                "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient signer@lakes.example not found by SMTP address lookup",
            ),
            sender="Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@lakes.example>",
            subject="Undeliverable: Please confirm: Keep the river open",
        ),
        K.HARD,
        "5.1.10",
    ),
    sample(
        "exchange, only members may write",
        dsn(
            status(
                "failed",
                "5.7.133",
                "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required",
            )
        ),
        K.POLICY,
        "5.7.133",
    ),
    sample(
        "exchange, quota",
        dsn(
            status(
                "failed", "5.2.2", "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException"
            )
        ),
        K.SOFT,
        "5.2.2",
    ),
    sample(
        "exchange, routing loop",
        dsn(status("failed", "5.4.14", "554 5.4.14 Hop count exceeded - possible mail loop")),
        K.SOFT,
        "5.4.14",
    ),
    sample(
        "exim with a report, poor status and good words",
        dsn(status("failed", "5.0.0", "550 User unknown")),
        K.HARD,
        "5.0.0",
    ),
    sample(
        "exim, unrouteable, told in the text only",
        dsn(
            "Action: failed\nFinal-Recipient: rfc822;signer@lakes.example\nStatus: 5.0.0\n",
            words="A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error:\n\n  signer@lakes.example\n    Unrouteable address",
        ),
        K.HARD,
        "5.0.0",
    ),
    sample(
        "courier",
        dsn(
            status("failed", "5.0.0", "550 User <signer@lakes.example> unknown; no such user"),
            sender='"Courier mail server at mx.lakes.example" <@mx.lakes.example>',
            subject="NOTICE: mail delivery status.",
            words="This is a delivery status notification from mx.lakes.example,\nrunning the Courier mail server, version 1.3.",
        ),
        K.HARD,
        "5.0.0",
    ),
    sample(
        "too big",
        dsn(status("failed", "5.3.4", "552 5.3.4 Message size exceeds fixed limit")),
        K.SOFT,
        "5.3.4",
    ),
    sample(
        "our sender refused",
        dsn(status("failed", "5.1.8", "550 5.1.8 Sender address rejected: Domain not found")),
        K.POLICY,
        "5.1.8",
    ),
    sample(
        "two recipients, one is gone and one has it",
        dsn(status("failed", "5.1.1", _UNKNOWN), status("delivered", "2.1.5", to="b@lakes.example")),
        K.SOFT,
    ),
    sample(
        "two recipients, both gone",
        dsn(status("failed", "5.1.1", _UNKNOWN), status("failed", "5.1.1", _UNKNOWN, to="b@lakes.example")),
        K.HARD,
        "5.1.1",
    ),
    sample(
        "two recipients, one delayed and one has it",
        dsn(status("delayed", "4.2.0"), status("delivered", "2.1.5", to="b@lakes.example")),
        K.DELAYED,
    ),
    sample(
        "two recipients, both by policy",
        dsn(
            status("failed", "5.7.1", "550 5.7.1 no"),
            status("failed", "5.7.509", "550 5.7.509 DMARC", to="b@lakes.example"),
        ),
        K.POLICY,
        "5.7.1",
    ),
    sample(
        "internationalized",
        dsn(_GLOBAL, status_type="message/global-delivery-status", returned_type="message/global"),
        K.HARD,
        "5.1.1",
    ),
    sample(
        "internationalized, in base64",
        dsn(
            "",
            about=base64.encodebytes(f"{_ABOUT}\n{_GLOBAL}".encode()).decode(),
            status_type="message/global-delivery-status\nContent-Transfer-Encoding: base64",
            returned=OUR_HEAD,
            returned_type="message/global-headers",
        ),
        K.HARD,
        "5.1.1",
    ),
    sample(
        "status of one recipient without a line between",
        dsn(about=_ABOUT + status("failed", "5.1.1", _UNKNOWN)),
        K.HARD,
        "5.1.1",
    ),
    sample(
        "without an action", dsn("Final-Recipient: rfc822; a@lakes.example\nStatus: 5.2.2\n"), K.SOFT, "5.2.2"
    ),
    sample(
        "not to our return path, known by what it brings back",
        dsn(status("failed", "5.1.1", _UNKNOWN), to="letters@rivers.example"),
        K.HARD,
        "5.1.1",
        by="id",
    ),
    sample(
        "brings nothing back, known by its return path",
        dsn(status("failed", "5.1.1", _UNKNOWN), returned=""),
        K.HARD,
        "5.1.1",
        by="verp",
    ),
    sample(
        "names nothing of ours",
        dsn(status("failed", "5.1.1", _UNKNOWN), to="letters@rivers.example", returned=""),
        K.HARD,
        "5.1.1",
        by="nothing",
    ),
    sample(
        "yahoo complaint",
        arf("abuse", more=f"Original-Rcpt-To: {TO}\nReported-Domain: rivers.example\n"),
        K.COMPLAINT,
    ),
    sample(
        "complaint without the return path",
        arf("abuse", to="complaints@rivers.example"),
        K.COMPLAINT,
        by="id",
    ),
    sample("complaint with headers only", arf("fraud", returned=OUR_HEAD), K.COMPLAINT),
    sample("opt-out by feedback", arf("opt-out"), K.COMPLAINT),
    sample("it was not spam", arf("not-spam"), K.UNKNOWN),
    sample("authentication failure report", arf("auth-failure", more="Auth-Failure: dmarc\n"), K.POLICY),
    sample(
        "hotmail junk report",
        head(
            "staff@hotmail.com",
            "complaint about message from 192.0.2.7",
            "X-HmXmrOriginalRecipient: <x@y.example>",
            content='multipart/mixed; boundary="jmr"',
        )
        + f"--jmr\nContent-Type: message/rfc822\n\n{OUR_MAIL}\n--jmr--\n",
        K.COMPLAINT,
    ),
    sample(
        "receipt of a reader",
        head(
            "signer@lakes.example",
            "Read: Please confirm",
            content='multipart/report; report-type=disposition-notification; boundary="mdn"',
        )
        + f"--mdn\nContent-Type: text/plain\n\nYour message was read.\n\n--mdn\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; {TO}\nOriginal-Message-ID: {OUR_ID}\nDisposition: manual-action/MDN-sent-manually; displayed\n\n--mdn--\n",
        K.DISPLAYED,
    ),
    sample(
        "a mail program that deleted it unread",
        head(
            "signer@lakes.example",
            "Not read: Please confirm",
            content='multipart/report; report-type=disposition-notification; boundary="mdn"',
        )
        + f"--mdn\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; {TO}\nOriginal-Message-ID: {OUR_ID}\nDisposition: automatic-action/MDN-sent-automatically; deleted\n\n--mdn--\n",
        K.AUTO_REPLY,
    ),
    sample(
        "displayed with an error is not displayed",
        head(
            "signer@lakes.example",
            "Read: Please confirm",
            content='multipart/report; report-type=disposition-notification; boundary="mdn"',
        )
        + f"--mdn\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; {TO}\nOriginal-Message-ID: {OUR_ID}\nDisposition: manual-action/MDN-sent-manually; displayed/error\n\n--mdn--\n",
        K.AUTO_REPLY,
    ),
    sample(
        "a program that opened it by itself is no reader",
        head(
            "signer@lakes.example",
            "Read: Please confirm",
            content='multipart/report; report-type=disposition-notification; boundary="mdn"',
        )
        + f"--mdn\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; {TO}\nOriginal-Message-ID: {OUR_ID}\nDisposition: automatic-action/MDN-sent-automatically; displayed\n\n--mdn--\n",
        K.AUTO_REPLY,
    ),
    sample(
        "only the envelope's id is left of our mail",
        dsn(
            status("failed", "5.1.1", _UNKNOWN),
            about=_ABOUT + "Original-Envelope-Id: " + OUR_ID.strip("<>").replace("q", "+71") + "\n",
            to="letters@rivers.example",
            returned="",
        ),
        K.HARD,
        "5.1.1",
        by="id",
    ),
]
