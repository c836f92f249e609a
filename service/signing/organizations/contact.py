"""Tell an organization's known contact that somebody else has signed in its name."""

from sqlmodel import Session, select

from service.foundation.addresses import comparable_address
from service.mail import outbox
from service.model.link_token import Purpose
from service.model.message import MessageKind
from service.model.signature import HeldReason, Kind, Signature
from service.signing.party import name_index, read_party
from service.signing.workplace import LINKS_LIVE, Desk
from service.store.links import Link, keep_link


def tell_known_contact(desk: Desk, row: Signature) -> None:
    """Post, once a sign-on is confirmed, the mail to the contact on the coalition's list who did not confirm it.

    It waits for the confirmation: before that nothing could count, and the form would be a way to send strangers mail.
    """
    known = _known(desk, row)
    if known is None:
        return
    keep_objection_link(desk, row)
    outbox.post(
        desk.session,
        kind=MessageKind.CLAIMED,
        campaign_id=row.campaign_id,
        recipient_ref=known.id,
        occurrence=f"{row.id} {row.generation}",
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


def _known(desk: Desk, row: Signature) -> Signature | None:
    if row.kind is not Kind.ORGANIZATION:
        return None
    party = read_party(desk.keys, row)
    if row.invited:
        is_another = comparable_address(party.confirming_email) != comparable_address(party.email)
        return row if party.approver_from_form and party.email and is_another else None
    if row.held_reason is not HeldReason.SECOND_CLAIM:
        return None
    same_name = select(Signature).where(
        Signature.campaign_id == row.campaign_id,
        Signature.kind == Kind.ORGANIZATION,
        Signature.name_index == name_index(desk.keys, Kind.ORGANIZATION, party.name),
    )
    first = desk.session.exec(same_name).first()
    return first if first is not None and first.invited and first.email is not None else None
