"""A person sends mails again that did not get through: they are queued anew, with a new end where theirs has passed."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, literal, null, select
from sqlmodel import Session, col

from service.foundation.errors import Refused
from service.mail.outbox import move_all, move_message
from service.mail.policy import POLICIES
from service.mail.view.which import Which, conditions
from service.model.campaign import Campaign
from service.model.columns import Moment
from service.model.message import Message, MessageKind
from service.model.schedule import Occurrence
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
# Very many go at a time of these kinds, and whenever they come they are of use: none is looked at by itself.
_TO_MANY = frozenset({MessageKind.UPDATE, MessageKind.NEWS})
_SIMPLE = (MessageState.REFUSED, MessageState.EXPIRED, MessageState.HELD)
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
        select(col(Message.id), col(Message.kind), col(Message.state), col(Message.campaign_id))
        .where(*conditions(which, now=now), *([col(Message.id) > after] if after else []))
        .order_by(col(Message.id))
        .limit(most)
        .with_for_update()
    )
    keys = session.execute(found).all()
    simple = [key for key in keys if key.kind in _TO_MANY and key.state in _SIMPLE]
    _queue_at_once(session, [key.id for key in simple], {key.kind for key in simple}, decision, now=now)
    others = sorted({key.id for key in keys} - {key.id for key in simple})
    rows = session.execute(select(Message).where(col(Message.id).in_(others)).order_by(col(Message.id)))
    reasons = [(row, why_not(session, row, decision, now=now)) for row in rows.scalars()]
    done = _queue(session, [row for row, reason in reasons if reason is None], decision, now=now)
    return Batch(
        done=Counter(key.campaign_id for key in simple) + Counter(done.done),
        left_out=Counter(reason for _, reason in reasons if reason is not None),
        last=keys[-1].id if len(keys) == most else None,
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
    if row.kind is MessageKind.PROOF:
        round_ = session.get(Occurrence, row.occurrence)
        until = round_.answers_until if round_ is not None else None
        return until or row.expires_at, "would come when its answer does not count any more"
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
        move_message(session, row, MessageState.QUEUED, reason=_reason(decision), now=now)
    return Batch(done=Counter(row.campaign_id for row in rows), left_out={}, last=None)


def _queue_at_once(
    session: Session, ids: Sequence[str], kinds: Collection[MessageKind], decision: Decision, *, now: datetime
) -> None:
    """Do as _queue() does with mails of these kinds that nobody has and that are of use whenever they come."""
    if not ids:
        return
    nobody_has_it = and_(col(Message.dated_at).is_not(None), col(Message.possible_duplicate).is_(False))
    today = literal(now.replace(microsecond=0), Moment)
    ends = case(
        *(
            (col(Message.kind) == kind, literal(now + POLICIES[kind].expires_after, Moment))
            for kind in sorted(kinds)
        )
    )
    move_all(
        session,
        (col(Message.id).in_(ids),),
        _SIMPLE,
        MessageState.QUEUED,
        reason=_reason(decision),
        now=now,
        also={
            "due_at": literal(now, Moment),
            "settled_at": null(),
            "dated_at": case((nobody_has_it, today), else_=col(Message.dated_at)),
            "expires_at": case((col(Message.expires_at) <= now, ends), else_=col(Message.expires_at)),
        },
    )


def _reason(decision: Decision) -> str:
    return f"a person decided that it goes again ({decision.by})"


def _new_end(session: Session, row: Message, *, now: datetime) -> datetime:
    end = now + POLICIES[row.kind].expires_after
    use = _last_use(session, row)
    return min(end, use[0]) if use is not None else end
