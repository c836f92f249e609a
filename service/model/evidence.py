"""Evidence: what speaks for it that an organization itself has signed, beyond what its sign-on says."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, Sealed, code


class EvidenceKind(StrEnum):
    """Where a piece of evidence comes from."""

    DNS = "dns"
    COUNTERSIGNED = "countersigned"
    ATTESTED = "attested"


class Evidence(SQLModel, table=True):
    """One piece of evidence that was asked for; it counts from `found_at` on.

    `ask_again_at` says when the DNS is next looked at, `generation` how often a second officer was asked: only the
    newest link opens. `details` holds the officer's name, role and address, or how a coordinator knows.
    """

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("signature_id", "kind"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    signature_id: str = Field(foreign_key="signature.id", max_length=32)
    kind: EvidenceKind = Field(sa_type=code(EvidenceKind))
    generation: int = 1
    asked_at: datetime = Field(sa_type=Moment)
    ask_again_at: datetime | None = Field(default=None, sa_type=Moment, index=True)
    found_at: datetime | None = Field(default=None, sa_type=Moment)
    details: bytes = Field(default=b"", sa_type=Sealed)
