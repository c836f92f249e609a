"""What servers and absent people write of their own, what is broken, and what only looks like a bounce."""

from service.model.report_kind import ReportKind as K
from tests.unit.mail.bounces.shapes import OUR_HEAD, OUR_ID, OUR_MAIL, PATH, TO, dsn, head, sample, status

_DAEMON = "Mail Delivery System <Mailer-Daemon@mx.lakes.example>"
_QMAIL = (
    "Hi. This is the qmail-send program at mx.lakes.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<signer@lakes.example>:\n{why}\n\n--- Below this line is a copy of the message.\n\n"
    + OUR_MAIL
)
_EXIM = (
    "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  signer@lakes.example\n    {why}\n\n------ This is a copy of the message, including all the headers. ------\n\n"
    + OUR_MAIL
)
_REPLY = f"In-Reply-To: {OUR_ID}"
_FULL = dsn(status("failed", "5.1.1", "550 5.1.1 User unknown"))
_8BIT = head(_DAEMON, "Unzustellbar: Bestätigung für möglich").encode(
    "latin-1"
) + "Der Empfänger ist unbekannt: 550 5.1.1 User unknown\n".encode("latin-1")


def away(
    subject: str, *more: str, words: str = "I am away until Monday. In urgent cases: 550 5.1.1 is my room.\n"
) -> str:
    return head("Signer <signer@lakes.example>", subject, *more, content="text/plain; charset=utf-8") + words


INFORMAL = [
    # qmail and Exim without reports, and others that write what they like
    sample(
        "qmail, no mailbox",
        head("MAILER-DAEMON@mx.lakes.example", "failure notice")
        + _QMAIL.format(why="Sorry, no mailbox here by that name. (#5.1.1)"),
        K.HARD,
        "5.1.1",
    ),
    sample(
        "qmail, remote refusal",
        head("MAILER-DAEMON@mx.lakes.example", "failure notice")
        + _QMAIL.format(
            why="192.0.2.25 does not like recipient.\nRemote host said: 550 5.7.1 Blocked by our policy\nGiving up on 192.0.2.25."
        ),
        K.POLICY,
        "5.7.1",
    ),
    sample(
        "qmail, full",
        head("MAILER-DAEMON@mx.lakes.example", "failure notice")
        + _QMAIL.format(why="The users mailfolder is over the allowed quota (size). (#5.2.2)"),
        K.SOFT,
        "5.2.2",
    ),
    sample(
        "qmail, too long in the queue",
        head("MAILER-DAEMON@mx.lakes.example", "failure notice")
        + _QMAIL.format(
            why="CNAME lookup failed temporarily. (#4.4.3)\nI'm not going to try again; this message has been in the queue too long."
        ),
        K.SOFT,
        "4.4.3",
    ),
    sample(
        "exim, user unknown",
        head(
            _DAEMON,
            "Mail delivery failed: returning message to sender",
            "X-Failed-Recipients: signer@lakes.example",
            "Auto-Submitted: auto-replied",
        )
        + _EXIM.format(
            why="host mx.lakes.example [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:<signer@lakes.example>:\n    550 5.1.1 User unknown"
        ),
        K.HARD,
        "5.1.1",
    ),
    sample(
        "exim, without any code",
        head(
            _DAEMON,
            "Mail delivery failed",
            "X-Failed-Recipients: signer@lakes.example",
            "Auto-Submitted: auto-replied",
        )
        + _EXIM.format(why="Unrouteable address"),
        K.HARD,
    ),
    sample(
        "exim, quota",
        head(_DAEMON, "Mail delivery failed", "X-Failed-Recipients: signer@lakes.example")
        + _EXIM.format(why="mailbox is full: retry timeout exceeded"),
        K.SOFT,
    ),
    sample(
        "exim, warning",
        head(_DAEMON, "Warning: message 1a2b delayed 24 hours", "Auto-Submitted: auto-replied")
        + f"The message has not yet been delivered.\nNo action is required on your part.\n\n{OUR_HEAD}",
        K.DELAYED,
    ),
    sample(
        "a daemon that says nothing clear",
        head(_DAEMON, "Delivery problem") + "Something went wrong with your message.\n",
        K.UNKNOWN,
        by="verp",
    ),
    sample(
        "a code only in what it brings back",
        head("postmaster@lakes.example", "Notice") + f"Hello.\n\n--- Original message ---\n{OUR_MAIL}",
        K.UNKNOWN,
    ),
    sample(
        "an address of four numbers is no code",
        head(_DAEMON, "Undelivered mail")
        + "Your host 198.5.1.1 sent a message that was returned.\n550 rejected\n",
        K.SOFT,
        by="verp",
    ),
    sample(
        "several codes, nothing certain",
        head(_DAEMON, "Undelivered mail") + "a: 550 5.1.1 rejected\nb: 452 4.3.1 busy\n",
        K.SOFT,
        "5.1.1",
        by="verp",
    ),
    sample(
        "html only",
        head("postmaster@lakes.example", "Undeliverable: your mail", content="text/html; charset=utf-8")
        + "<html><body><p>Delivery has failed to these recipients:</p><p><b>The email address couldn't be found.</b></p></body></html>\n",
        K.HARD,
        by="verp",
    ),
    # away
    sample("away, RFC 3834", away("Away", "Auto-Submitted: auto-replied (vacation)", _REPLY), K.AUTO_REPLY),
    sample(
        "away, exchange",
        away(
            "Automatic reply: Please confirm",
            "X-Auto-Response-Suppress: All",
            "Auto-Submitted: auto-generated",
            _REPLY,
        ),
        K.AUTO_REPLY,
    ),
    sample("away, X-Autoreply", away("Holiday", "X-Autoreply: yes"), K.AUTO_REPLY, by="verp"),
    sample("away, precedence", away("Re: Please confirm", "Precedence: auto_reply"), K.AUTO_REPLY, by="verp"),
    sample("away, bulk and an answer", away("Re: Please confirm", "Precedence: bulk", _REPLY), K.AUTO_REPLY),
    *(
        sample(f"away, {subject}", away(subject), K.AUTO_REPLY, by="verp")
        for subject in (
            "Out of Office: back on Monday",
            "Abwesenheitsnotiz: Bitte bestätigen",
            "Réponse automatique : merci",
            "Respuesta automática: gracias",
            "RE: Автоответ: дела",
            "自动回复: 请确认",
            "자동 회신: 확인",
            "رد تلقائي: شكرا",
            "=?utf-8?b?UsOpcG9uc2UgYXV0b21hdGlxdWU=?=",
        )
    ),
    # people, and what is not about us
    sample(
        "a person answers",
        away("Re: Please confirm", _REPLY, words="Yes, gladly! I am out of office often.\n"),
        K.UNKNOWN,
    ),
    sample(
        "a person says no",
        away("No", "Auto-Submitted: no", words="User unknown? No, it is me.\n"),
        K.UNKNOWN,
        by="verp",
    ),
    sample(
        "a person quotes a bounce",
        away("Fwd: Undelivered Mail", words="> 550 5.1.1 User unknown\nWhat is this?\n"),
        K.UNKNOWN,
        by="verp",
    ),
    sample(
        "a newsletter",
        head("News <news@elsewhere.example>", "Offers", "Precedence: bulk"),
        K.UNKNOWN,
        by="verp",
    ),
    sample(
        "a forged return path",
        dsn(
            status("failed", "5.1.1", "550 5.1.1 User unknown"),
            to=PATH[:-30] + "a" * 5 + PATH[-25:],
            returned="",
        ),
        K.HARD,
        "5.1.1",
        by="nothing",
    ),
    # broken
    sample("empty", b"", K.UNKNOWN, by="nothing"),
    sample("only line ends", b"\n\n\n\n", K.UNKNOWN, by="nothing"),
    sample("only NUL", b"\0" * 500, K.UNKNOWN, by="nothing"),
    sample("binary", bytes(range(256)) * 8, K.UNKNOWN, by="nothing"),
    sample("headers in bare 8 bits", _8BIT, K.HARD, "5.1.1", by="verp"),
    sample(
        "a charset that does not exist",
        head(_DAEMON, "=?x-nowhere?q?Undelivered?=", content="text/plain; charset=x-nowhere")
        + "550 5.1.1 User unknown\n",
        K.HARD,
        "5.1.1",
        by="verp",
    ),
    sample(
        "a wrong charset",
        head(_DAEMON, "Undelivered", content="text/plain; charset=utf-16").encode()
        + b"550 5.1.1 User unknown\n",
        K.UNKNOWN,
        by="verp",
    ),
    sample(
        "broken base64",
        head(_DAEMON, "Undelivered", "Content-Transfer-Encoding: base64") + "NTUw!!IDUuMS4x=",
        K.HARD,
        "5.1.1",
        by="verp",
    ),
    sample("cut before the status", _FULL[: _FULL.index("Final-Recipient")], K.UNKNOWN, by="verp"),
    sample(
        "cut within what it brings back", _FULL[: _FULL.index("Subject: Please")], K.HARD, "5.1.1", by="verp"
    ),
    sample("without its boundary", _FULL.replace("--4XyZ.1763892060/mx\n", "\n"), K.HARD, "5.1.1"),
    sample(
        "no content type at all",
        f"From: {_DAEMON}\nTo: {PATH}\nSubject: Undelivered\n\n550 5.1.1 User unknown\n",
        K.HARD,
        "5.1.1",
        by="verp",
    ),
    sample("giant", _FULL + "A" * 76 + ("B" * 76 + "\n") * 40_000, K.HARD, "5.1.1"),
    sample(
        "ten thousand recipients",
        dsn(*[status("failed", "5.1.1", to=f"a{n}@lakes.example") for n in range(10_000)], returned=""),
        K.HARD,
        "5.1.1",
        by="verp",
    ),
    sample(
        "nested far too deep",
        head(_DAEMON, "Undelivered", content='multipart/mixed; boundary="b0"')
        + "".join(f'--b{n}\nContent-Type: multipart/mixed; boundary="b{n + 1}"\n\n' for n in range(400)),
        K.UNKNOWN,
        by="any",
    ),
    sample(
        "a bounce of a bounce",
        dsn(status("failed", "5.7.1", "550 5.7.1 no"), returned=_FULL.replace("4XyZ", "7AbC")),
        K.POLICY,
        "5.7.1",
        by="verp",
    ),
    sample("lines without end", head(_DAEMON, "x" * 300_000) + f"{TO} " * 20_000, K.UNKNOWN, by="verp"),
]
