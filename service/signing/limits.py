"""How many confirming mails one sign-on, and one mailbox, may cause, and how many with fresh links; pure."""

from dataclasses import dataclass
from datetime import timedelta

DAY = timedelta(hours=24)
_A_DAY_FOR_ONE_SIGN_ON = 3
_FOR_ONE_SIGN_ON = 5
_A_DAY_FOR_ONE_MAILBOX = 6


@dataclass(frozen=True, kw_only=True)
class MailsSent:
    """How many confirming mails were already asked for; one who left and signs again begins anew."""

    for_sign_on_today: int
    for_sign_on: int
    to_mailbox_today: int


def may_mail(sent: MailsSent) -> bool:
    """Tell whether one more confirming mail may go out, so that our form cannot be used to flood a mailbox."""
    return (
        sent.for_sign_on_today < _A_DAY_FOR_ONE_SIGN_ON
        and sent.for_sign_on < _FOR_ONE_SIGN_ON
        and sent.to_mailbox_today < _A_DAY_FOR_ONE_MAILBOX
    )


def may_mail_links(*, to_mailbox_today: int) -> bool:
    """Tell whether a mailbox that has had so many fresh links today may have those of all its sign-ons once more."""
    return to_mailbox_today < _A_DAY_FOR_ONE_MAILBOX
