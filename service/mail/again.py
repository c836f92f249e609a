"""A person sends mails again that did not get through: they are queued anew, with a new end where theirs has passed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from service.foundation.errors import Refused
from service.mail.outbox import move_message
from service.mail.policy import POLICIES
from service.mail.view.which import Which, conditions
from service.model.campaign import Campaign
from service.model.message import Message, MessageKind
from service.model.states import MessageState

MAY_GO_AGAIN = (MessageState.REFUSED, MessageState.EXPIRED, MessageState.HELD, MessageState.UNCERTAIN)
"""The states in which a person may decide that a mail goes again."""

_WHY_NOT: Mapping[MessageState, str] = {
    MessageState.QUEUED: "waits already and goes by itself",
    MessageState.CLAIMED: "is in a sender's hands at this moment; look again in a minute",
    MessageState.SUBMITTING: "is on its way to the relay at this moment; look again in a minute",
    MessageState.ACCEPTED: "was taken by our relay, and a second one would arrive twice",
    MessageState.CANCELLED: "was cancelled because it is no longer wanted",
    MessageState.SUPPRESSED: "goes to a mailbox that is left alone: it unsubscribed, complained or does not exist",
}
_A_LETTER = "carries a final letter, which only `undersigned deliver SLUG --again ID` sends again"
_IN_DOUBT = "may have arrived; to send it all the same, say --yes-it-may-arrive-twice"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a person decided: who it was, and whether what may have arrived goes too."""

    by: str
    even_twice: bool


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What became of some of the mails asked for; `last` is the key to go on from, None at the end."""

    done: Mapping[str | None, int]
    left_out: Mapping[str, int]
    last: str | None


def send_named_again(session: Session, ids: Sequence[str], decision: Decision, *, now: datetime) -> Batch:
    """Queue each of these mails again, or none; raises Refused that says of every single one why it cannot be."""
    wanted = list(dict.fromkeys(ids))
    found = select(Message).where(col(Message.id).in_(wanted)).order_by(col(Message.id)).with_for_update()
    rows = {row.id: row for row in session.execute(found).scalars()}
    faults = []
    for row_id in wanted:
        why = why_not(session, rows[row_id], decision, now=now) if row_id in rows else "does not exist"
        if why is not None:
            faults.append(f"E-mail {row_id} {why}.")
    if len(faults) == 1:
        raise Refused(faults[0])
    if faults:
        raise Refused("Nothing was queued again, because of these:", tuple(faults))
    return _queue(session, [rows[row_id] for row_id in wanted], decision, now=now)


def send_some_again(
    session: Session, which: Which, decision: Decision, *, after: str | None, most: int, now: datetime
) -> Batch:
    """Queue again up to `most` of the mails asked for, those after the key `after`; leave out what may not go."""
    found = (
        select(Message)
        .where(*conditions(which, now=now), *([col(Message.id) > after] if after else []))
        .order_by(col(Message.id))
        .limit(most)
        .with_for_update()
    )
    rows = session.execute(found).scalars().all()
    reasons = {row.id: why_not(session, row, decision, now=now) for row in rows}
    done = _queue(session, [row for row in rows if reasons[row.id] is None], decision, now=now)
    return Batch(
        done=done.done,
        left_out=Counter(reason for reason in reasons.values() if reason is not None),
        last=rows[-1].id if len(rows) == most else None,
    )


def why_not(session: Session, row: Message, decision: Decision, *, now: datetime) -> str | None:
    """Say in a clause why a mail may not go again, or None where it may."""
    if row.state not in MAY_GO_AGAIN:
        return _WHY_NOT[row.state]
    if row.kind is MessageKind.DELIVERY:
        return _A_LETTER
    if row.state is MessageState.UNCERTAIN and not decision.even_twice:
        return _IN_DOUBT
    use = _last_use(session, row)
    if use is not None and use[0] <= now:
        return use[1]
    return None


def _last_use(session: Session, row: Message) -> tuple[datetime, str] | None:
    """Tell until when a mail is of any use, and what to do instead; None where there is no such moment."""
    if row.kind is MessageKind.APPROVAL:
        ends = row.created_at + POLICIES[row.kind].expires_after
        return ends, "holds a link that has ended; `undersigned deliver SLUG --propose` makes a new one"
    campaign = session.get(Campaign, row.campaign_id) if row.campaign_id else None
    if campaign is None:
        return None
    if row.kind in {MessageKind.INVITATION, MessageKind.REMINDER}:
        return (
            campaign.deadline_at,
            "would come after the deadline for sign-ons; `undersigned campaign reopen` gives a new one",
        )
    if row.kind is MessageKind.CONFIRM:
        grace = timedelta(seconds=campaign.grace_seconds)
        return campaign.deadline_at + grace, "would come when confirmations do not count any more"
    return None


def _queue(session: Session, rows: Sequence[Message], decision: Decision, *, now: datetime) -> Batch:
    for row in rows:
        if row.state is MessageState.UNCERTAIN:
            # From here on only the very same bytes may go, and the audit knows of the second copy.
            row.possible_duplicate = True
        elif row.dated_at is not None and not row.possible_duplicate:
            # Nobody has a copy: the mail is of today, or its signature would be too old to be believed.
            row.dated_at = now.replace(microsecond=0)
        row.due_at, row.settled_at = now, None
        if row.expires_at <= now:
            row.expires_at = _new_end(session, row, now=now)
        reason = f"a person decided that it goes again ({decision.by})"
        move_message(session, row, MessageState.QUEUED, reason=reason, now=now)
    return Batch(done=Counter(row.campaign_id for row in rows), left_out={}, last=None)


def _new_end(session: Session, row: Message, *, now: datetime) -> datetime:
    end = now + POLICIES[row.kind].expires_after
    use = _last_use(session, row)
    return min(end, use[0]) if use is not None else end
