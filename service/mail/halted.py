"""Letters whose mail is stopped, and letters that are tried: what a sender asks before it carries anything of theirs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, literal, or_, select
from sqlmodel import Session, col

from service.mail.brakes.pause import is_held_for, made_fresh
from service.mail.outbox import move_all
from service.mail.policy import POLICIES
from service.mail.sending import lock_sending
from service.model.campaign import Campaign
from service.model.columns import Moment
from service.model.message import Message, MessageKind
from service.model.schedule import Occurrence
from service.model.states import MessageState
from service.store.claim import Taken

EMERGENCY = "its letter is hidden in an emergency"
CLOSED_EARLY = "its letter was closed before the deadline"
IN_TRIAL = "its letter is tried, and this goes to nobody but whom it is for"

TO_COORDINATORS = frozenset({MessageKind.COORDINATOR_INVITATION, MessageKind.DESK_NOTICE})
"""Mail between the service and its coordinators: it says nothing of a letter, and goes whatever stands of one."""

TO_THE_TEAM = TO_COORDINATORS | {MessageKind.SEND_TEST}
"""Mail that goes to somebody of the team anyway."""

NEVER_DIVERTED = frozenset({MessageKind.APPROVAL, MessageKind.DELIVERY})
"""Mail by whose links, or as whom, nobody else may act: of a letter that is tried it is held."""


@dataclass(frozen=True, kw_only=True)
class Halted:
    """The ids of the letters whose mail is stopped, and of those that are tried; nearly always few."""

    stopped: frozenset[str] = frozenset()
    tried: frozenset[str] = frozenset()

    def stops(self, row: Taken | Message) -> bool:
        """Tell whether a mail may not leave now."""
        return row.campaign_id in self.stopped and row.kind not in TO_COORDINATORS

    def diverts(self, row: Taken) -> bool:
        """Tell whether a mail may only go to the team of its letter."""
        return row.campaign_id in self.tried and row.kind not in TO_THE_TEAM


def halted_letters(session: Session) -> Halted:
    """Look which letters' mail is stopped, and which are tried; for the transaction that claims."""
    found = select(col(Campaign.id), col(Campaign.emergency_at), col(Campaign.trial_since)).where(
        or_(col(Campaign.emergency_at).is_not(None), col(Campaign.trial_since).is_not(None))
    )
    rows = session.execute(found).all()
    return Halted(
        stopped=frozenset(row.id for row in rows if row.emergency_at is not None),
        tried=frozenset(row.id for row in rows if row.trial_since is not None),
    )


def stop_letter(session: Session, campaign_id: str, *, now: datetime) -> int:
    """Stop the mail of one letter at once, in the transaction that says so in its row; gives how many were in hand.

    When it commits no claim and no fence is under way, and each that comes after sees what the row says. What a sender
    holds already does not get past its fence. What waits is held as it is claimed.
    """
    lock_sending(session)
    mine = (col(Message.campaign_id) == campaign_id, col(Message.kind).not_in(TO_COORDINATORS))
    held = move_all(session, mine, (MessageState.CLAIMED,), MessageState.HELD, reason=EMERGENCY, now=now)
    return sum(held.values())


def free_letter(session: Session, campaign_id: str, *, now: datetime) -> int:
    """Let go what was held because of an emergency, and nothing else; gives how many mails.

    What has waited beyond its life gets the time that its kind has, as far as it is still of use.
    """
    # No sender is just now about to hold one more.
    lock_sending(session)
    mine = (col(Message.campaign_id) == campaign_id, is_held_for(EMERGENCY))
    freed = move_all(
        session,
        mine,
        (MessageState.HELD,),
        MessageState.QUEUED,
        reason="the emergency is over",
        now=now,
        also=made_fresh(new_ends(session, campaign_id, now=now), now=now),
    )
    return sum(freed.values())


def let_invite(session: Session, campaign_id: str, *, until: datetime, now: datetime) -> int:
    """Let go, once a letter is open again `until` then, the invitations held because it was closed; gives how many."""
    mine = (col(Message.campaign_id) == campaign_id, is_held_for(CLOSED_EARLY))
    freed = move_all(
        session,
        mine,
        (MessageState.HELD,),
        MessageState.QUEUED,
        reason="its letter takes sign-ons again",
        now=now,
        also=made_fresh(literal(until, Moment), now=now),
    )
    return sum(freed.values())


def new_ends(session: Session, campaign_id: str, *, now: datetime) -> ColumnElement[datetime]:
    """Say in SQL until when each mail of a letter goes from now on; nothing of what would be of no use any more."""
    campaign = session.get_one(Campaign, campaign_id)
    until_deadline = {
        MessageKind.REMINDER: campaign.deadline_at,
        MessageKind.INVITATION: campaign.deadline_at,
        MessageKind.CONFIRM: campaign.deadline_at + timedelta(seconds=campaign.grace_seconds),
    }
    ends: list[tuple[ColumnElement[bool], ColumnElement[datetime]]] = []
    for kind, policy in POLICIES.items():
        end = now + policy.expires_after
        is_it = col(Message.kind) == kind
        if kind is MessageKind.PROOF:
            rounds = select(col(Occurrence.id), col(Occurrence.answers_until)).where(
                col(Occurrence.campaign_id) == campaign_id, col(Occurrence.answers_until).is_not(None)
            )
            ends += [
                (and_(is_it, col(Message.occurrence) == row.id), literal(min(end, row.answers_until), Moment))
                for row in session.execute(rounds)
            ]
        # The link of an approval ends with it.
        elif kind is not MessageKind.APPROVAL:
            ends.append((is_it, literal(min(end, until_deadline.get(kind, end)), Moment)))
    return case(*ends, else_=col(Message.expires_at))
