"""Forget, of a sign-on that is erased, what was kept about its organization beside it."""

from sqlalchemy import delete, update
from sqlmodel import Session, col

from service.model.evidence import Evidence
from service.model.member import Member
from service.model.signature import Signature
from service.signing.organizations.look_alikes import forget_name


def forget_organization(session: Session, row: Signature) -> None:
    """Delete its evidence and the look of its name, and take the names from its members.

    A letter that was sent and counts them goes on to do so; they are named in it no more than the sign-on is.
    """
    forget_name(session, row.id)
    session.execute(delete(Evidence).where(col(Evidence.signature_id) == row.id))
    session.execute(update(Member).where(col(Member.signature_id) == row.id).values(name=b""))
