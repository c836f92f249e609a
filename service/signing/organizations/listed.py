"""The members that others have listed, as organizations of their own: found by name, told, and taken off at their word."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, select

from service.foundation.addresses import comparable_address
from service.foundation.sealing import CampaignKeys
from service.model.link_token import Purpose
from service.model.member import Member
from service.model.resemblance import Likeness
from service.model.signature import HeldReason, Kind, Signature
from service.model.states import SignatureState
from service.signing.members import has_its_own_word, members_of
from service.signing.organizations.likeness import Named, likeness, worth_a_look
from service.signing.party import name_index, read_party, write_party
from service.signing.workplace import LINKS_LIVE, Desk
from service.store.links import Link, keep_link
from service.store.sealed import open_text

MOST_LISTED = 1_000
"""With the spelling of so many members' names, the newest, a name is compared; what is exactly a name is found among all."""

MOST_LOOKED_AT = 500
"""With the look of so many of them, and their acronyms, it is compared as well: that takes a hundred times as long."""

OF_MEMBER = " of "
"""What stands, in the occurrence of a mail about a member, before its id."""

_HAS_NOT_SPOKEN = (
    SignatureState.INVITED,
    SignatureState.INTENDS,
    SignatureState.PENDING,
    SignatureState.EXPIRED,
)

Listed = tuple[Member, Signature]
"""A member, and the sign-on that is for it."""


def listed_under(desk: Desk, name: str) -> Sequence[Listed]:
    """Find the members of confirmed sign-ons that have a name, or look like it where none has it."""
    wanted = name_index(desk.keys, Kind.ORGANIZATION, name)
    exactly = col(Member.name_index) == wanted
    return _listed(desk.session, desk.keys.campaign, exactly) or [
        one for one, _ in _alike(desk.keys, _listed(desk.session, desk.keys.campaign), Named(name=name))
    ]


def contact_of_member(desk: Desk, member: Member, network: Signature) -> Signature | None:
    """Find the invitation of a member that has not spoken for itself, if its contact is another than its network's."""
    own = desk.session.exec(
        select(Signature).where(
            Signature.campaign_id == member.campaign_id,
            Signature.kind == Kind.ORGANIZATION,
            Signature.name_index == member.name_index,
            col(Signature.invited).is_(True),
            col(Signature.email).is_not(None),
            col(Signature.state).in_(_HAS_NOT_SPOKEN),
        )
    ).first()
    if own is None or own.id == network.id:
        return None
    speaks = comparable_address(read_party(desk.keys, network).confirming_email)
    return own if comparable_address(read_party(desk.keys, own).email) != speaks else None


def invitation_of(session: Session, member: Member) -> Signature | None:
    """Find the invitation of a member, whatever it has said since."""
    found = select(Signature).where(
        Signature.campaign_id == member.campaign_id,
        Signature.kind == Kind.ORGANIZATION,
        Signature.name_index == member.name_index,
        col(Signature.invited).is_(True),
    )
    return session.exec(found).first()


def listing_link(member: Member) -> Link:
    """Give the link by which a member says that nobody may sign for it."""
    return Link(purpose=Purpose.OBJECT, row_id=member.id)


def keep_listing_link(desk: Desk, member: Member) -> None:
    """Keep that link."""
    keep_link(desk.session, desk.keys, listing_link(member), expires_at=desk.now + LINKS_LIVE, now=desk.now)


def listed_by(session: Session, member_id: str) -> Listed | None:
    """Find a member, and the sign-on that is for it; None where it is not listed any more."""
    member = session.get(Member, member_id)
    network = session.get(Signature, member.signature_id) if member is not None else None
    return (member, network) if member is not None and network is not None else None


def listed_alike(session: Session, keys: CampaignKeys, row: Signature) -> Mapping[str, Likeness]:
    """Find the sign-ons that list a member which an organization could be taken for, by their ids, and how.

    A member of exactly its name is none of these: there its own word goes before its network's.
    """
    others = and_(col(Member.name_index) != row.name_index, col(Signature.id) != row.id)
    listed = _listed(session, keys.campaign, others)
    return {network.id: how for (_, network), how in _alike(keys, listed, named_of(keys, row))}


def listed_between(
    session: Session, keys: CampaignKeys, one: Signature, other: Signature
) -> Sequence[Listed]:
    """Find the members that one of two sign-ons lists and for which the other could be taken, each with that other.

    None where the two could be taken for one another themselves.
    """
    if one.erased_at is not None or other.erased_at is not None:
        return ()
    if likeness(named_of(keys, one), named_of(keys, other)) is not None:
        return ()
    return [
        (member, own)
        for network, own in ((one, other), (other, one))
        for member in members_of(session, network)
        if likeness(named_of(keys, own), Named(name=open_text(keys, member, "name"))) is not None
    ]


def named_of(keys: CampaignKeys, row: Signature) -> Named:
    """Give by what an organization that signs is known."""
    party = read_party(keys, row)
    return Named(name=party.name, name_latin=party.name_latin, acronym=party.acronym)


def take_off_list(session: Session, keys: CampaignKeys, member: Member, network: Signature) -> None:
    """Let a sign-on be for a member no more; for all the others it goes on to be."""
    party = read_party(keys, network)
    # By its name, and not by what is kept of it: it may have been said to be an organization of another name.
    off = name_index(keys, Kind.ORGANIZATION, open_text(keys, member, "name"))
    stay = [name for name in party.members if name_index(keys, Kind.ORGANIZATION, name) != off]
    # Nor does a step back bring it in again: that would ask nobody.
    write_party(keys, network, replace(party, members=tuple(stay), line_before={}))
    session.add(network)
    session.delete(member)


def _listed(session: Session, campaign_id: str, *which: ColumnElement[bool]) -> Sequence[Listed]:
    found = (
        select(Member, Signature)
        .join(Signature, col(Signature.id) == col(Member.signature_id))
        .where(
            Member.campaign_id == campaign_id,
            Signature.state == SignatureState.CONFIRMED,
            col(Signature.erased_at).is_(None),
            col(Signature.held_reason).is_distinct_from(HeldReason.DISPUTED),
            ~has_its_own_word(),
            *which,
        )
    )
    return session.exec(found.order_by(col(Member.id).desc()).limit(MOST_LISTED)).all()


def _alike(keys: CampaignKeys, listed: Sequence[Listed], named: Named) -> Sequence[tuple[Listed, Likeness]]:
    """Find those that a name looks like, quickly: strangers cause it, with each sign-on and each question."""
    names = [open_text(keys, member, "name") for member, _ in listed]
    close = {place for own in (named.name, named.name_latin) if own for place in worth_a_look(own, names)}
    found = (
        (listed[place], likeness(named, Named(name=names[place])))
        for place in sorted(close.union(range(min(len(names), MOST_LOOKED_AT))))
    )
    return [(one, how) for one, how in found if how is not None]
