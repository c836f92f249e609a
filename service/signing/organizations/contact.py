"""Tell an organization's known contact that somebody else has signed in its name."""

from collections.abc import Sequence

from sqlalchemy import or_
from sqlmodel import Session, col, select

from service.foundation.addresses import comparable_address
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.mail import outbox
from service.model.link_token import Purpose
from service.model.message import MessageKind
from service.model.resemblance import Likeness, Resemblance, Verdict
from service.model.signature import HeldReason, Kind, Signature, Standing, standing
from service.signing.members import members_of
from service.signing.organizations.listed import (
    OF_MEMBER,
    contact_of_member,
    keep_listing_link,
    listed_between,
)
from service.signing.party import SignOn, name_index, read_party
from service.signing.workplace import LINKS_LIVE, Desk
from service.store.links import Link, keep_link
from service.store.sealed import open_text


def tell_known_contact(desk: Desk, row: Signature) -> None:
    """Post, once a sign-on is confirmed, the mail to the contact on the coalition's list who did not confirm it.

    It waits for the confirmation: before that nothing could count, and the form would be a way to send strangers mail.
    """
    for known in _known(desk, row):
        keep_objection_link(desk, row)
        _write_to(desk, known, f"{row.id} {row.generation}")


def tell_listed(desk: Desk, row: Signature) -> None:
    """Post a mail to the contact, on the coalition's list, of each member that a sign-on counts for.

    It waits until the sign-on counts: else whoever fills in the form could send mail to all on the list.
    """
    if standing(row, desk.campaign) is not Standing.COUNTED:
        return
    for member in members_of(desk.session, row):
        contact = contact_of_member(desk, member, row)
        if contact is None:
            continue
        keep_listing_link(desk, member)
        _write_to(desk, contact, f"listed{OF_MEMBER}{member.id}")


def _write_to(desk: Desk, contact: Signature, occurrence: str) -> None:
    outbox.post(
        desk.session,
        kind=MessageKind.CLAIMED,
        campaign_id=contact.campaign_id,
        recipient_ref=contact.id,
        occurrence=occurrence,
        now=desk.now,
    )


def keep_objection_link(desk: Desk, row: Signature) -> None:
    """Keep the link by which whoever may speak for an organization says that a sign-on is not authorized."""
    link = objection_link(row)
    keep_link(desk.session, desk.keys, link, expires_at=desk.now + LINKS_LIVE, now=desk.now)


def objection_link(row: Signature) -> Link:
    """Give that link."""
    return Link(purpose=Purpose.OBJECT, row_id=row.id, generation=row.generation)


def claim_of(session: Session, occurrence: str) -> Signature | None:
    """Find the sign-on that a mail to the known contact speaks of."""
    return session.get(Signature, occurrence.partition(" ")[0])


def name_in_alert(session: Session, keys: CampaignKeys, occurrence: str) -> str:
    """Give the member that a mail to the secretariat is about by the id of its invitation, or "One member"."""
    _, _, about = occurrence.partition(OF_MEMBER)
    own = session.get(Signature, about.partition(" ")[0])
    return (
        open_text(keys, own, "name") if own is not None and own.erased_at is None else Sentence("One member")
    )


def _known(desk: Desk, row: Signature) -> Sequence[Signature]:
    if row.kind is not Kind.ORGANIZATION:
        return ()
    party = read_party(desk.keys, row)
    confirms = comparable_address(party.confirming_email)
    if row.invited and party.approver_from_form and party.email:
        return (row,) if confirms != comparable_address(party.email) else ()
    first = _first_of_name(desk, row, party)
    found = [first] if first is not None else _taken_for(desk, row)
    return [
        one
        for one in found
        if one.invited
        and one.email is not None
        and comparable_address(read_party(desk.keys, one).email) != confirms
    ]


def _first_of_name(desk: Desk, row: Signature, party: SignOn) -> Signature | None:
    if row.held_reason is not HeldReason.SECOND_CLAIM:
        return None
    same_name = select(Signature).where(
        Signature.campaign_id == row.campaign_id,
        Signature.kind == Kind.ORGANIZATION,
        Signature.name_index == name_index(desk.keys, Kind.ORGANIZATION, party.name),
    )
    return desk.session.exec(same_name).first()


def _taken_for(desk: Desk, row: Signature) -> Sequence[Signature]:
    """Find those that a sign-on was said to be of, or, where it was not invited, that it looks the same as."""
    desk.session.flush()
    mine = or_(col(Resemblance.signature_id) == row.id, col(Resemblance.other_id) == row.id)
    pairs = [
        pair
        for pair in desk.session.exec(select(Resemblance).where(mine).order_by(col(Resemblance.id))).all()
        if pair.verdict is Verdict.SAME or (_looks_the_same(pair, row) and not row.invited)
    ]
    others = (pair.other_id if pair.signature_id == row.id else pair.signature_id for pair in pairs)
    return [
        one
        for other in others
        if (one := desk.session.get(Signature, other)) is not None
        # Of a member that one lists the other has said nothing.
        and not listed_between(desk.session, desk.keys, row, one)
    ]


def _looks_the_same(pair: Resemblance, row: Signature) -> bool:
    is_open = pair.verdict is None and pair.signature_id == row.id
    return is_open and pair.likeness is Likeness.SAME_LOOK
