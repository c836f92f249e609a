"""How each kind of mail is treated: its place in the queue, its end, and what its doubt allows (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from service.mail.retry import WhenUncertain
from service.model.message import MessageKind


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The treatment of one kind of mail.

    A lower `priority` goes first; `expires_after` counts from the moment it is due. `list_headers` offers one
    click to unsubscribe (RFC 8058), `to_list` names the letter's list (RFC 2919) and calls the mail bulk,
    `auto_submitted` says that a machine wrote it (RFC 3834). `notify` says of what relays are asked to report
    (RFC 3461): of a failure only, which is their habit without the warnings of delay that nobody could act on.
    """

    priority: int
    expires_after: timedelta
    when_uncertain: WhenUncertain
    list_headers: bool
    to_list: bool = False
    auto_submitted: bool
    notify: str = "FAILURE"


_ANSWER = Policy(
    priority=0,
    expires_after=timedelta(hours=24),
    when_uncertain=WhenUncertain.ONCE_MORE,
    list_headers=False,
    auto_submitted=True,
)
_APPROVAL = Policy(
    priority=0,
    expires_after=timedelta(days=7),
    when_uncertain=WhenUncertain.ONCE_MORE,
    list_headers=False,
    auto_submitted=True,
)
_TO_THE_SECRETARIAT = Policy(
    priority=1,
    expires_after=timedelta(hours=24),
    when_uncertain=WhenUncertain.ONCE_MORE,
    list_headers=False,
    auto_submitted=True,
)
_TO_SIGNATORIES = Policy(
    priority=2,
    expires_after=timedelta(hours=48),
    when_uncertain=WhenUncertain.ONCE_MORE,
    list_headers=True,
    auto_submitted=True,
)
_TO_THE_LIST = Policy(
    priority=3,
    expires_after=timedelta(hours=48),
    when_uncertain=WhenUncertain.NEVER,
    list_headers=True,
    to_list=True,
    auto_submitted=True,
)
_DIGEST = Policy(
    priority=3,
    expires_after=timedelta(hours=48),
    # The next one tells more.
    when_uncertain=WhenUncertain.NEVER,
    list_headers=False,
    auto_submitted=True,
)
_THE_LETTER = Policy(
    priority=1,
    expires_after=timedelta(days=7),
    when_uncertain=WhenUncertain.PERSON,
    list_headers=False,
    auto_submitted=False,
    # A receipt proves the delivery, and a person waits for every word of it.
    notify="SUCCESS,FAILURE,DELAY",
)

POLICIES: Mapping[MessageKind, Policy] = {
    MessageKind.CONFIRM: _ANSWER,
    MessageKind.ALREADY: _ANSWER,
    MessageKind.LINK: _ANSWER,
    MessageKind.CLAIMED: _ANSWER,
    MessageKind.ASKED_ABOUT: _ANSWER,
    MessageKind.COUNTERSIGN: _ANSWER,
    MessageKind.DECLINED: _ANSWER,
    MessageKind.COORDINATOR_INVITATION: _ANSWER,
    MessageKind.DESK_NOTICE: _TO_THE_SECRETARIAT,
    MessageKind.GUEST: _ANSWER,
    MessageKind.SEND_TEST: _TO_THE_SECRETARIAT,
    MessageKind.APPROVAL: _APPROVAL,
    MessageKind.ALERT: _TO_THE_SECRETARIAT,
    MessageKind.QUESTION: _TO_THE_SECRETARIAT,
    MessageKind.NEEDS_CHECK: _TO_THE_SECRETARIAT,
    MessageKind.REHEARSAL: _TO_THE_SECRETARIAT,
    MessageKind.REMINDER: _TO_SIGNATORIES,
    MessageKind.INVITATION: _TO_SIGNATORIES,
    MessageKind.PROOF: _TO_SIGNATORIES,
    MessageKind.THANKS: _TO_SIGNATORIES,
    MessageKind.CHANGE: _TO_SIGNATORIES,
    MessageKind.UPDATE: _TO_THE_LIST,
    MessageKind.NEWS: _TO_THE_LIST,
    MessageKind.KIT: _TO_THE_LIST,
    MessageKind.DIGEST: _DIGEST,
    MessageKind.DELIVERY: _THE_LETTER,
    MessageKind.CHASE: _THE_LETTER,
}
