"""What a returned mail tells of the one it is about."""

from enum import StrEnum


class ReportKind(StrEnum):
    """The classes of returned mail.

    HARD: there is no such mailbox. SOFT: not taken this time, for a passing or unclear reason. POLICY: refused for
    how or by whom it was sent, so the address may be good. DELAYED: somebody still tries. RELAYED: it went on to
    where no proof comes back from; AT_MX: and that was a mail server that the mailbox's own domain names. DISPLAYED: the
    reader's program says that it was shown, which proves that it was delivered.
    """

    HARD = "hard"
    SOFT = "soft"
    POLICY = "policy"
    COMPLAINT = "complaint"
    AUTO_REPLY = "auto_reply"
    DELIVERED = "delivered"
    DELAYED = "delayed"
    RELAYED = "relayed"
    AT_MX = "at_mx"
    DISPLAYED = "displayed"
    UNKNOWN = "unknown"
