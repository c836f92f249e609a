"""Agreement: how and when a signature agreed to one revision of the text; what it signed before stays known."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, Sealed, code


class How(StrEnum):
    """How a signature came to stand on a text.

    `agreed` is its own act, `kept` its silence after it was told (as it had chosen), `attested` the secretariat's word.
    """

    AGREED = "agreed"
    KEPT = "kept"
    ATTESTED = "attested"


class Agreement(SQLModel, table=True):
    """One signature on one revision. The signature's own `revision_id` says on which of them it stands now.

    `note` is what the secretariat wrote of how somebody agreed.
    """

    __tablename__ = "agreement"
    __table_args__ = (UniqueConstraint("signature_id", "revision_id"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    signature_id: str = Field(foreign_key="signature.id", max_length=32)
    revision_id: str = Field(foreign_key="letter_revision.id", max_length=32)
    how: How = Field(sa_type=code(How))
    note: bytes | None = Field(default=None, sa_type=Sealed)
    agreed_at: datetime = Field(sa_type=Moment)
