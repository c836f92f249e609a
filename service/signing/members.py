"""The members for which an organization has signed: kept with its sign-on, counted and printed with it."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from service.foundation.sealing import CampaignKeys
from service.model.campaign import Campaign
from service.model.member import Member
from service.model.signature import HeldReason, Kind, Signature, is_counted
from service.model.states import SignatureState
from service.signing.party import SignOn, name_index
from service.store.sealed import open_text, seal_text

FOR_MEMBERS = "members"

_SPOKE_FOR_ITSELF = (SignatureState.CONFIRMED, SignatureState.DECLINED, SignatureState.WITHDRAWN)


def keep_members(session: Session, keys: CampaignKeys, row: Signature, sign_on: SignOn) -> None:
    """Keep whom a sign-on is for, and let go of those it is not for any more."""
    names = sign_on.members if sign_on.signs_for == FOR_MEMBERS else ()
    wanted = {name_index(keys, Kind.ORGANIZATION, name): name for name in names}
    if row.kind is Kind.PERSON or (not wanted and not _has_any(session, row)):
        return
    session.flush()
    for kept in session.exec(select(Member).where(Member.signature_id == row.id)).all():
        # By its name, and not by what is kept of it: it may have been said to be an organization of another name.
        if wanted.pop(name_index(keys, Kind.ORGANIZATION, open_text(keys, kept, "name")), None) is None:
            session.delete(kept)
    for index, name in wanted.items():
        member = Member(campaign_id=row.campaign_id, signature_id=row.id, name_index=index, name=b"")
        member.name = seal_text(keys, member, "name", name)
        session.add(member)


def count_members(session: Session, campaign: Campaign) -> int:
    """Count the members that count with a sign-on of another, each once."""
    numbers = select(func.count(func.distinct(col(Member.name_index)))).join(
        Signature, col(Signature.id) == col(Member.signature_id)
    )
    return session.exec(numbers.where(is_counted(campaign), ~has_its_own_word())).one()


def counted_members(session: Session, campaign: Campaign) -> Sequence[tuple[Member, Signature]]:
    """List the members that count, with the sign-on that counts for them, in the order they were listed."""
    found = (
        select(Member, Signature)
        .join(Signature, col(Signature.id) == col(Member.signature_id))
        .where(is_counted(campaign), ~has_its_own_word())
        .order_by(col(Member.id))
    )
    first: dict[bytes, tuple[Member, Signature]] = {}
    for member, signature in session.exec(found).all():
        first.setdefault(member.name_index, (member, signature))
    return tuple(first.values())


def all_members(session: Session, campaign: Campaign) -> Sequence[Member]:
    """List whom all sign-ons of a campaign are for, whether they count or not."""
    return session.exec(
        select(Member).where(Member.campaign_id == campaign.id).order_by(col(Member.id))
    ).all()


def members_of(session: Session, row: Signature) -> Sequence[Member]:
    """List whom a sign-on is for, in the order they were listed."""
    return session.exec(select(Member).where(Member.signature_id == row.id).order_by(col(Member.id))).all()


def is_counted_as_member(session: Session, campaign: Campaign, row: Signature) -> bool:
    """Tell whether an organization of this name counts with the sign-on of another already."""
    listed = (
        select(Member.id)
        .join(Signature, col(Signature.id) == col(Member.signature_id))
        .where(is_counted(campaign), Member.name_index == row.name_index, Member.signature_id != row.id)
    )
    return row.kind is Kind.ORGANIZATION and session.exec(listed.limit(1)).first() is not None


def has_its_own_word() -> ColumnElement[bool]:
    """Say in SQL of a member that it signed, declined or left in its own name: that goes before its network's word.

    Whoever types the name of a member into the form has not spoken for it: only who is on the coalition's list, or was
    accepted, and is not held, has. Who is on the list is believed while it is held, unless it came to this name by a change.
    """
    own = aliased(Signature)
    held = col(own.held_reason)
    is_trusted = or_(
        and_(col(own.invited).is_(True), or_(held.is_(None), held != HeldReason.CHANGED_NAME)),
        and_(or_(col(own.accepted_at).is_not(None), col(own.joined_to).is_not(None)), held.is_(None)),
    )
    return exists().where(
        col(own.campaign_id) == col(Member.campaign_id),
        col(own.name_index) == col(Member.name_index),
        col(own.kind) == Kind.ORGANIZATION,
        col(own.state).in_(_SPOKE_FOR_ITSELF),
        is_trusted,
    )


def _has_any(session: Session, row: Signature) -> bool:
    return session.exec(select(Member.id).where(Member.signature_id == row.id).limit(1)).first() is not None
