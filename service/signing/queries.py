"""Find signatures: by party, by link, by standing; count them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.message import Message, MessageKind
from service.model.signature import Kind, Signature, is_counted
from service.model.states import SignatureState
from service.signing.limits import DAY, MailsSent
from service.signing.members import count_members

Find = Callable[[Session, str], Signature | None]
"""How a signature is got by its id: to look at it, or to change it."""


def no_such_sign_on(campaign: Campaign, signature_id: str) -> Refused:
    """Make the refusal to raise where a letter has no sign-on of this id (pure)."""
    told = Sentence("There is no sign-on {id} in this letter.", id=signature_id)
    return Refused(told, command=f"undersigned signatories list {campaign.slug}")


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many signatories count, all of them and by kind."""

    organizations: int
    individuals: int

    @property
    def signatories(self) -> int:
        """All of them."""
        return self.organizations + self.individuals


def counts(session: Session, campaign: Campaign) -> Counts:
    """Count the signatories of a campaign by the one rule, and the members that count with them."""
    found = select(Signature.kind, func.count()).where(is_counted(campaign)).group_by(col(Signature.kind))
    numbers = dict(session.exec(found).all())
    organizations = numbers.get(Kind.ORGANIZATION, 0)
    if organizations:
        organizations += count_members(session, campaign)
    return Counts(organizations=organizations, individuals=numbers.get(Kind.PERSON, 0))


def counted_signatures(session: Session, campaign: Campaign) -> Sequence[Signature]:
    """List the signatures that count, in the order they were made."""
    return session.exec(select(Signature).where(is_counted(campaign)).order_by(col(Signature.id))).all()


def more_count_than(session: Session, campaign: Campaign, number: int) -> bool:
    """Tell whether more signatures count than so many; it looks at no more of them."""
    found = select(Signature.id).where(is_counted(campaign)).offset(number).limit(1)
    return session.exec(found).first() is not None


def all_signatures(session: Session, campaign: Campaign) -> Sequence[Signature]:
    """List every signature of a campaign, in the order they were made."""
    found = select(Signature).where(Signature.campaign_id == campaign.id).order_by(col(Signature.id))
    return session.exec(found).all()


def invited_number(session: Session, campaign: Campaign) -> int:
    """Count whom an invitation waits for, or reached without an answer yet."""
    states = (SignatureState.INVITED, SignatureState.INTENDS)
    found = select(func.count()).where(Signature.campaign_id == campaign.id, col(Signature.state).in_(states))
    return session.exec(found).one()


def unconfirmed_number(session: Session, campaign: Campaign) -> int:
    """Count those who filled in the form and have not confirmed yet."""
    found = select(func.count()).where(
        Signature.campaign_id == campaign.id, Signature.state == SignatureState.PENDING
    )
    return session.exec(found).one()


def unconfirmed_signatures(session: Session, campaign: Campaign) -> Sequence[Signature]:
    """List those who filled in the form and never confirmed."""
    states = (SignatureState.PENDING, SignatureState.EXPIRED)
    found = select(Signature).where(Signature.campaign_id == campaign.id, col(Signature.state).in_(states))
    return session.exec(found.order_by(col(Signature.id))).all()


def find_organization(session: Session, campaign: Campaign, index: bytes) -> Signature | None:
    """Find an organization by the hash of its name, and keep its row for this transaction."""
    return _find(session, campaign, Kind.ORGANIZATION, col(Signature.name_index) == index)


def find_person(session: Session, campaign: Campaign, *, email: bytes, name: bytes) -> Signature | None:
    """Find a person by the hashes of mailbox and name, and keep the row for this transaction."""
    same = (col(Signature.email_index) == email) & (col(Signature.name_index) == name)
    return _find(session, campaign, Kind.PERSON, same)


def find_people(
    session: Session, campaign: Campaign, *, emails: Collection[bytes], name: bytes
) -> Mapping[bytes, Signature]:
    """Find who of one name signed from any of these mailboxes, by the mailbox, all by their hashes; keep the rows."""
    found = select(Signature).where(
        Signature.campaign_id == campaign.id,
        Signature.kind == Kind.PERSON,
        col(Signature.email_index).in_(emails),
        Signature.name_index == name,
    )
    rows = session.exec(found.order_by(col(Signature.id)).with_for_update()).all()
    return {row.email_index: row for row in rows}


def get_signature(session: Session, signature_id: str) -> Signature | None:
    """Get a signature to look at it."""
    return session.get(Signature, signature_id)


def lock_signature(session: Session, signature_id: str) -> Signature | None:
    """Get a signature to change it, and keep its row for this transaction."""
    found = select(Signature).where(Signature.id == signature_id).with_for_update()
    return session.exec(found).one_or_none()


def mails_sent(session: Session, signature: Signature, *, now: datetime) -> MailsSent:
    """Count the confirming mails this sign-on and its mailbox have already been given."""
    same_mailbox = select(Signature.id).where(
        Signature.campaign_id == signature.campaign_id, Signature.email_index == signature.email_index
    )
    # Found first and by themselves: a plan made while the tables were small would join all mails with all sign-ons.
    theirs = same_mailbox.cte("theirs").prefix_with("MATERIALIZED")
    mine = (col(Message.recipient_ref) == signature.id) & col(Message.occurrence).startswith(
        f"{signature.generation}."
    )
    today = col(Message.created_at) > now - DAY
    sent = select(
        func.count().filter(mine & today), func.count().filter(mine), func.count().filter(today)
    ).where(
        Message.kind == MessageKind.CONFIRM,
        col(Message.recipient_ref).in_(select(theirs.c.id)),
    )
    today_all, ever, mailbox = session.exec(sent).one()
    return MailsSent(for_sign_on_today=today_all, for_sign_on=ever, to_mailbox_today=mailbox)


def _find(session: Session, campaign: Campaign, kind: Kind, same: object) -> Signature | None:
    found = select(Signature).where(Signature.campaign_id == campaign.id, Signature.kind == kind)
    return session.exec(found.where(same).with_for_update()).one_or_none()  # type: ignore[arg-type] # -- a column expression
