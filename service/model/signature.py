"""Signature: the sign-on of an organization or a person, and the one rule that says whether it counts."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Index, and_, text
from sqlmodel import Field, SQLModel, col

from service.foundation.identity import make_id
from service.model.campaign import Campaign
from service.model.columns import Blind, Moment, Sealed, code
from service.model.states import SignatureState


class Kind(StrEnum):
    """Who signs."""

    ORGANIZATION = "organization"
    PERSON = "person"


class Visibility(StrEnum):
    """How a signatory is named: to everyone, only to the addressee, or not at all."""

    PUBLIC = "public"
    RECIPIENT = "recipient"
    COUNTED = "counted"


class Provenance(StrEnum):
    """How a sign-on came to us."""

    FORM = "form"
    INVITATION = "invitation"
    ATTESTED = "attested"


class HeldReason(StrEnum):
    """Why a sign-on needs the secretariat's look before it counts."""

    SECRETARIAT = "secretariat"
    SECOND_CLAIM = "second_claim"
    UNPROVEN_REPLY = "unproven_reply"
    NOT_ME = "not_me"
    CHANGED_NAME = "changed_name"
    LOOK_ALIKE = "look_alike"
    DISPUTED = "disputed"


class ConfirmedBy(StrEnum):
    """What confirmed a sign-on."""

    BUTTON = "button"
    CODE = "code"
    READ_OUT = "read_out"
    REPLY = "reply"
    VOUCHED = "vouched"


class Standing(StrEnum):
    """The word by which the secretariat knows a sign-on; computed, never kept."""

    INVITED = "invited"
    INTENDS = "intends"
    PENDING = "pending"
    AWAITING_ACCEPTANCE = "awaiting acceptance"
    COUNTED = "counted"
    CONDITIONAL = "conditional"
    JOINED = "joined"
    HELD = "held"
    EARLIER_TEXT = "on an earlier text"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


TO_LOOK_AT = (
    "held_reason IS NOT NULL OR condition IS NOT NULL OR joined_to IS NOT NULL"
    " OR (state = 'confirmed' AND accepted_at IS NULL)"
)
"""Of these sign-ons somebody may have to look at one; they are few among many."""


class Signature(SQLModel, table=True):
    """One sign-on.

    `email` is the contact, `name` what is printed; what else was given lies in `details`, the approver's address
    with it. `email_index` is of the mailbox that confirms. An organization is unique by its folded name, a person
    by mailbox and name. `machine_like` says that it was confirmed as fast as a machine would; `discreet` that its
    mail names neither letter nor coalition on the outside. `joined_to` is the sign-on of the same organization that
    stands for this one too.
    """

    __tablename__ = "signature"
    __table_args__ = (
        Index(
            "signature_one_per_organization",
            "campaign_id",
            "name_index",
            unique=True,
            sqlite_where=text("kind = 'organization'"),
            postgresql_where=text("kind = 'organization'"),
        ),
        Index(
            "signature_one_per_person",
            "campaign_id",
            "email_index",
            "name_index",
            unique=True,
            sqlite_where=text("kind = 'person'"),
            postgresql_where=text("kind = 'person'"),
        ),
        Index("signature_by_state", "campaign_id", "state", "id"),
        Index("signature_by_mailbox", "campaign_id", "email_index"),
        Index(
            "signature_invited",
            "campaign_id",
            "id",
            sqlite_where=text("invited = 1"),
            postgresql_where=text("invited"),
        ),
        Index("signature_by_letter", "campaign_id", "id"),
        Index(
            "signature_to_look_at",
            "campaign_id",
            "id",
            sqlite_where=text(TO_LOOK_AT),
            postgresql_where=text(TO_LOOK_AT),
        ),
        Index(
            "signature_joined",
            "joined_to",
            sqlite_where=text("joined_to IS NOT NULL"),
            postgresql_where=text("joined_to IS NOT NULL"),
        ),
        Index(
            "signature_late",
            "campaign_id",
            "id",
            sqlite_where=text("late_until IS NOT NULL"),
            postgresql_where=text("late_until IS NOT NULL"),
        ),
    )

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    kind: Kind = Field(sa_type=code(Kind))
    state: SignatureState = Field(sa_type=code(SignatureState))
    provenance: Provenance = Field(sa_type=code(Provenance))
    invited: bool = False
    revision_id: str | None = Field(default=None, foreign_key="letter_revision.id", max_length=32)
    accepted_at: datetime | None = Field(default=None, sa_type=Moment)
    held_reason: HeldReason | None = Field(default=None, sa_type=code(HeldReason))
    condition: bytes | None = Field(default=None, sa_type=Sealed)
    joined_to: str | None = Field(default=None, max_length=32)
    visibility: Visibility = Field(sa_type=code(Visibility))
    keeps_on_change: bool = False
    wants_news: bool = False
    wording: str = Field(default="", max_length=24)
    language: str = Field(default="", max_length=35)
    decision_by: date | None = None
    name_index: bytes = Field(sa_type=Blind)
    email_index: bytes = Field(sa_type=Blind)
    name: bytes = Field(sa_type=Sealed)
    email: bytes | None = Field(default=None, sa_type=Sealed)
    details: bytes = Field(sa_type=Sealed)
    generation: int = 1
    created_at: datetime = Field(sa_type=Moment)
    signed_at: datetime | None = Field(default=None, sa_type=Moment)
    confirmed_at: datetime | None = Field(default=None, sa_type=Moment)
    left_at: datetime | None = Field(default=None, sa_type=Moment)
    confirmed_by: ConfirmedBy | None = Field(default=None, sa_type=code(ConfirmedBy))
    machine_like: bool = False
    discreet: bool = False
    # A late link: until then this one may sign, though the letter is closed for everybody else.
    late_until: datetime | None = Field(default=None, sa_type=Moment)
    # Its owner had everything of a person deleted from this row; what is left is a number.
    erased_at: datetime | None = Field(default=None, sa_type=Moment)
    # Its owner wants those who have the letter to be told that the name is not part of it any more.
    correction_asked_at: datetime | None = Field(default=None, sa_type=Moment)


def is_counted(campaign: Campaign) -> ColumnElement[bool]:
    """Say in SQL which signatures of a campaign count.

    Confirmed (or attested), accepted, on the present revision, and neither held, conditional nor joined to another.
    Everything that prints a number or a name asks this one rule.
    """
    return and_(
        col(Signature.campaign_id) == campaign.id,
        col(Signature.state) == SignatureState.CONFIRMED,
        col(Signature.accepted_at).is_not(None),
        col(Signature.held_reason).is_(None),
        col(Signature.condition).is_(None),
        col(Signature.joined_to).is_(None),
        # A draft has no revision, and nobody counts on it.
        col(Signature.revision_id).is_not(None),
        col(Signature.revision_id) == campaign.revision_id,
    )


def standing(signature: Signature, campaign: Campaign) -> Standing:
    """Give the word for a sign-on, as the secretariat reads it; COUNTED exactly where is_counted() holds."""
    if signature.state is not SignatureState.CONFIRMED:
        return Standing(signature.state.value)
    if signature.held_reason is not None:
        return Standing.HELD
    if signature.joined_to is not None:
        return Standing.JOINED
    if signature.condition is not None:
        return Standing.CONDITIONAL
    if signature.revision_id is None or signature.revision_id != campaign.revision_id:
        return Standing.EARLIER_TEXT
    return Standing.AWAITING_ACCEPTANCE if signature.accepted_at is None else Standing.COUNTED
