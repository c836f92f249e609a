"""Domains to which no mail goes, for one letter or for all: asked where every mail comes by, once it is made."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, literal, select
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import Session, col

from service.foundation.addresses import ascii_address
from service.foundation.keyed import keyed_hash
from service.mail.brakes.pause import is_held_for, made_fresh
from service.mail.halted import new_ends
from service.mail.outbox import move_all
from service.mail.sending import lock_sending
from service.model.abuse import AbuseRule, Listed
from service.model.columns import Moment
from service.model.message import Message, MessageKind
from service.model.states import MessageState

TO_OFFICES = frozenset({MessageKind.DELIVERY, MessageKind.CHASE})
"""Mail that no list of domains holds: an office was chosen, looked at and released by two, often in the very domain that is listed."""
NO_MAIL = "no mail goes to its domain, which is on the list of those"

_ALL = ""
_SAY_THE_SAME = (
    MessageKind.CONFIRM,
    MessageKind.ALREADY,
    MessageKind.LINK,
    MessageKind.INVITATION,
    MessageKind.REMINDER,
)


def domain_index(site_key: bytes, domain: str) -> bytes:
    """Give the keyed hash under which a domain is found to which no mail goes."""
    # An address is written to in ASCII, and typed as people read it.
    plain = ascii_address(f"a@{domain}").rpartition("@")[2].casefold()
    return keyed_hash(site_key, f"no-mail\0{plain}".encode())


def to_no_mail(session: Session, mails: Sequence[tuple[str | None, str]], *, site_key: bytes) -> list[bool]:
    """Tell of each mail, given as letter and address, whether its domain or one above it is on a list that holds for it."""
    found = select(col(AbuseRule.campaign_id), col(AbuseRule.value_index))
    listed = {
        (campaign_id, bytes(index))
        for campaign_id, index in session.execute(found.where(col(AbuseRule.listed) == Listed.NO_MAIL))
    }
    if not listed:
        return [False] * len(mails)
    indices: dict[str, list[bytes]] = {}
    said = []
    for campaign_id, address in mails:
        domain = address.rpartition("@")[2]
        if domain not in indices:
            indices[domain] = [domain_index(site_key, one) for one in _with_those_above(domain)]
        said.append(any((at, one) in listed for at in (_ALL, campaign_id) for one in indices[domain]))
    return said


def held_for_domain(campaign_id: str | Mapped[str] | None) -> Sequence[ColumnElement[bool]]:
    """Say in SQL of a mail of a letter that it is held because of its domain."""
    return (
        col(Message.campaign_id) == campaign_id,
        col(Message.state) == MessageState.HELD,
        is_held_for(NO_MAIL),
    )


def held_once_more() -> ColumnElement[bool]:
    """Say in SQL of a mail that a newer one of its kind is held for the same reader."""
    newer = aliased(Message)
    return exists().where(
        col(newer.recipient_ref) == col(Message.recipient_ref),
        col(newer.kind) == col(Message.kind),
        col(newer.state) == MessageState.HELD,
        col(newer.id) > col(Message.id),
    )


def is_any_listed(session: Session, campaign_id: str) -> bool:
    """Tell whether any domain is on a list that holds for a letter: else no mail of it is held for that, however many are held."""
    mine = col(AbuseRule.campaign_id).in_((_ALL, campaign_id))
    found = select(col(AbuseRule.id)).where(col(AbuseRule.listed) == Listed.NO_MAIL, mine)
    return session.execute(found.limit(1)).first() is not None


def unwritten_mails(
    session: Session, campaign_id: str, *, among: Collection[str] | None = None
) -> frozenset[str]:
    """Give the ids of the mails of a letter, or of those `among` them, that are held because of their domain."""
    which = () if among is None else (col(Message.id).in_(among),)
    return _held(session, campaign_id, select(col(Message.id)).where(*which))


def unwritten_to(session: Session, campaign_id: str) -> frozenset[str]:
    """Give the ids of those to whom a mail of a letter is held because of their domain."""
    return _held(session, campaign_id, select(col(Message.recipient_ref)))


def free_unwritten(session: Session, campaign_id: str, *, now: datetime) -> int:
    """Let go what was held because of its domain, of one letter or, where `campaign_id` is empty, of all; gives how many.

    Each is asked about once more as it is made, so that what another line of the lists names is held again. What has
    waited beyond its life gets the time that its kind has, as far as it is still of use; of several that say the same
    only the newest goes.
    """
    # No sender is just now about to hold one more.
    lock_sending(session)
    if campaign_id != _ALL:
        return _free(session, campaign_id, now=now)
    held = select(col(Message.campaign_id)).where(
        col(Message.state) == MessageState.HELD, is_held_for(NO_MAIL)
    )
    return sum(_free(session, one, now=now) for one in session.execute(held.distinct()).scalars().all())


def _free(session: Session, campaign_id: str | None, *, now: datetime) -> int:
    held = held_for_domain(campaign_id)
    here, there = (MessageState.HELD,), MessageState.CANCELLED
    repeated = (*held, col(Message.kind).in_(_SAY_THE_SAME), held_once_more())
    move_all(session, repeated, here, there, reason="a newer one says the same", now=now)
    # What coordinators get of no letter keeps its time: a link in it ends with that.
    ends = new_ends(session, campaign_id, now=now) if campaign_id is not None else literal(now, Moment)
    freed = move_all(
        session,
        held,
        here,
        MessageState.QUEUED,
        reason="mail goes to its domain again",
        now=now,
        also=made_fresh(ends, now=now),
    )
    return sum(freed.values())


def _held(session: Session, campaign_id: str, found: Select[str]) -> frozenset[str]:
    if not is_any_listed(session, campaign_id):
        return frozenset()
    return frozenset(session.execute(found.where(*held_for_domain(campaign_id))).scalars().all())


def _with_those_above(domain: str) -> Sequence[str]:
    labels = domain.split(".")
    return [".".join(labels[place:]) for place in range(max(1, len(labels) - 1))]
